"""The embedded PostgreSQL is shared, and outlives kills of its users, of itself and of its files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.embedded_server import (
    PATIENCE,
    Spawn,
    kill_server,
    line,
    pid_of,
    query,
    quick,
    server_processes,
    until,
)


@pytest.fixture
def stranger() -> Iterator[int]:
    """The pid of a process that has nothing to do with PostgreSQL."""
    process = subprocess.Popen(["sleep", "600"])
    yield process.pid
    process.kill()
    process.wait()


def test_second_start_finds_the_data_of_the_first(fresh: Path) -> None:
    told: list[str] = []
    first = quick(fresh)
    first.start(told.append)
    query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()
    assert told[:2] == ["Making a new database", "Starting PostgreSQL"]
    assert not server_processes(fresh)
    with quick(fresh) as second:
        assert query(second, "SELECT answer FROM kept") == 42


def test_killed_parent_leaves_the_server_and_the_next_start_adopts_it(home: Path, spawn: Spawn) -> None:
    parent = spawn(home)
    assert line(parent) == "started"
    server = pid_of(home)
    parent.kill()
    parent.wait()
    with quick(home) as postgres:
        assert query(postgres, "SELECT 1") == 1
        assert pid_of(home) == server
    assert not server_processes(home)


def test_processes_starting_at_once_share_one_server(fresh: Path, spawn: Spawn) -> None:
    users = [spawn(fresh) for _ in range(3)]
    assert [line(user) for user in users] == ["started"] * 3
    logged = "".join(path.read_text() for path in (fresh / "log").iterdir())
    assert logged.count("starting PostgreSQL") == 1


def test_server_is_stopped_only_by_the_last_who_leaves(home: Path, spawn: Spawn) -> None:
    other = spawn(home)
    assert line(other) == "started"
    postgres = quick(home)
    postgres.start()
    postgres.stop()
    assert query(postgres, "SELECT 1") == 1
    assert other.communicate("")[0].strip() == "left"
    assert not server_processes(home)


def test_stop_without_start_does_nothing_to_others(home: Path) -> None:
    with quick(home) as postgres:
        quick(home).stop()
        assert query(postgres, "SELECT 1") == 1


def test_stale_pid_file_that_names_a_living_process_is_not_believed(home: Path, stranger: int) -> None:
    with quick(home) as postgres:
        kill_server(home)
        for path in (home / "data" / "postmaster.pid", home / "run" / ".s.PGSQL.5432.lock"):
            rest = path.read_text().splitlines(keepends=True)[1:]
            path.write_text("".join([f"{stranger}\n", *rest]))
        assert postgres.ensure_running()
        assert query(postgres, "SELECT 1") == 1
        assert psutil.pid_exists(stranger)


def test_stale_pid_file_is_not_signalled_at_stop(home: Path, stranger: int) -> None:
    with quick(home):
        kill_server(home)
        (home / "data" / "postmaster.pid").write_text(f"{stranger}\n")
    assert psutil.Process(stranger).status() != psutil.STATUS_ZOMBIE


def test_ensure_running_leaves_a_living_server_alone(home: Path) -> None:
    with quick(home) as postgres:
        server = pid_of(home)
        assert not postgres.ensure_running()
        assert pid_of(home) == server


def test_killed_server_with_a_busy_backend_left_is_started_again(home: Path) -> None:
    def spin() -> None:
        with pytest.raises(psycopg.OperationalError), psycopg.connect(postgres.url()) as connection:
            connection.execute("DO $$ BEGIN LOOP END LOOP; END $$")

    with quick(home) as postgres:
        query(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
        busy = threading.Thread(target=spin)
        busy.start()
        until(lambda: query(postgres, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'") == 1)
        os.kill(pid_of(home), signal.SIGKILL)
        assert postgres.ensure_running()
        assert query(postgres, "SELECT answer FROM kept") == 42
        busy.join(PATIENCE)
        assert not busy.is_alive()


def test_removed_socket_is_brought_back(home: Path) -> None:
    with quick(home) as postgres:
        shutil.rmtree(home / "run")
        assert postgres.ensure_running()
        assert query(postgres, "SELECT 1") == 1


def test_folder_removed_under_a_running_server_is_made_anew(home: Path, spawn: Spawn) -> None:
    parent = spawn(home)
    assert line(parent) == "started"
    old = pid_of(home)
    parent.kill()
    shutil.rmtree(home)
    with quick(home) as postgres:
        assert not psutil.pid_exists(old) or psutil.Process(old).status() == psutil.STATUS_ZOMBIE
        assert query(postgres, "SELECT 1") == 1


def test_start_killed_while_the_cluster_is_made_harms_nothing(fresh: Path, spawn: Spawn) -> None:
    parent = spawn(fresh)
    until((fresh / "data.new" / "base").exists)
    parent.kill()
    assert not (fresh / "data").exists()
    with quick(fresh) as postgres:
        assert query(postgres, "SELECT 1") == 1
    assert not (fresh / "data.new").exists()


def recovering(home: Path, go: Path) -> tuple[EmbeddedPostgres, threading.Thread]:
    """A server that recovers until ``go`` exists, and a thread that waits for it."""
    (home / "data" / "recovery.signal").touch()
    command = f"while [ ! -e {go} ] && kill -0 $PPID; do sleep 0.02; done; false"
    postgres = quick(home, restore_command=command, hot_standby="off")
    told: list[str] = []

    def start() -> None:
        with suppress(EmbeddedPostgresError):
            postgres.start(told.append)

    thread = threading.Thread(target=start)
    thread.start()
    until(lambda: any("recovers" in message for message in told))
    return postgres, thread


def test_long_recovery_is_waited_for(home: Path, tmp_path: Path) -> None:
    postgres, start = recovering(home, tmp_path / "go")
    assert start.is_alive()
    (tmp_path / "go").touch()
    start.join(PATIENCE)
    assert query(postgres, "SELECT pg_is_in_recovery()") is False
    postgres.stop()


def test_stop_does_not_wait_for_a_long_recovery(home: Path, tmp_path: Path) -> None:
    postgres, start = recovering(home, tmp_path / "go")
    postgres.stop()
    start.join(PATIENCE)
    assert not start.is_alive()
    assert not server_processes(home)


def test_unflushed_writes_survive_kill_9(home: Path) -> None:
    with quick(home) as postgres:
        query(postgres, "CREATE TABLE kept AS SELECT generate_series(1, 200000) AS n")
        kill_server(home)
        assert postgres.ensure_running()
        assert query(postgres, "SELECT sum(n) FROM kept") == 200000 * 200001 // 2
