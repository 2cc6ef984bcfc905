"""The embedded PostgreSQL in odd places, as odd users, on full disks: it serves, or says what to do."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import tempfile
from pathlib import Path

import psutil
import pytest

from adapters.postgres.binaries import program
from adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.embedded_server import (
    ROOT,
    USER_OF_THE_SERVER,
    Spawn,
    line,
    pid_of,
    query,
    quick,
    server_processes,
    tell,
)

NOBODY = pwd.getpwnam("nobody").pw_uid
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what happens to root")


def test_cluster_is_utf8_with_checksums_and_serves_only_the_socket(home: Path) -> None:
    with EmbeddedPostgres(home, settings={"max_connections": "17"}) as postgres:
        shown = {
            name: query(postgres, f"SHOW {name}")
            for name in ("server_encoding", "data_checksums", "listen_addresses", "max_connections", "fsync")
        }
        locale = query(postgres, "SELECT datlocale FROM pg_database WHERE datname = 'postgres'")
        upper = query(postgres, "SELECT upper('äß')")
    assert shown == {
        "server_encoding": "UTF8",
        "data_checksums": "on",
        "listen_addresses": "",
        "max_connections": "17",
        "fsync": "on",
    }
    assert (locale, upper) == ("C.UTF-8", "Äß")


def test_vector_extension_can_be_created(home: Path) -> None:
    with quick(home) as postgres:
        query(postgres, "CREATE EXTENSION vector")
        assert query(postgres, "SELECT '[3,4]'::vector <-> '[0,0]'::vector") == 5.0


@pytest.mark.parametrize("name", ["with space and ümlaut % $HOME 'quote' \"double\" `tick`", "comma,comma", "l" * 120])
def test_any_path_works(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    with quick(home) as postgres:
        assert query(postgres, "SELECT 1") == 1
        sockets = Path(str(query(postgres, "SHOW unix_socket_directories")).strip('"').replace('""', '"'))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert sockets == home / "run" or not sockets.exists()


def test_server_that_cannot_start_shows_the_end_of_its_log(home: Path) -> None:
    postgres = quick(home, shared_buffers="a lot")
    with pytest.raises(EmbeddedPostgresError, match='invalid value for parameter "shared_buffers"'):
        postgres.start()
    with quick(home) as repaired:
        assert query(repaired, "SELECT 1") == 1


def test_data_of_another_major_version_is_refused_with_advice(fresh: Path) -> None:
    (fresh / "data").mkdir(parents=True)
    (fresh / "data" / "PG_VERSION").write_text("13\n")
    with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 13.*pg_dumpall.*DATABASE_URL"):
        quick(fresh).start()


def test_folder_that_is_no_cluster_is_refused(fresh: Path) -> None:
    (fresh / "data").mkdir(parents=True)
    with pytest.raises(EmbeddedPostgresError, match="not a PostgreSQL data folder"):
        quick(fresh).start()


def test_home_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match=r"cannot use .*file/pg"):
        quick(tmp_path / "file" / "pg").start()


def test_full_disk_leaves_no_half_cluster(fresh: Path, spawn: Spawn) -> None:
    size = 2**20
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n{USER_OF_THE_SERVER}"
    assert line(spawn(fresh, code)).startswith("refused: PostgreSQL could not make its data folder")
    assert not (fresh / "data").exists()
    with quick(fresh) as postgres:
        assert query(postgres, "SELECT 1") == 1


def test_server_learns_no_secret_and_no_lock_of_ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    with quick(home):
        server = psutil.Process(pid_of(home))
        assert "SLACK_BOT_TOKEN" not in server.environ()
        opened = {os.path.basename(os.readlink(path)) for path in Path(f"/proc/{server.pid}/fd").iterdir()}
    assert "server.lock" in opened
    assert not opened & {"launch.lock", "users.lock"}


def test_nothing_outside_the_home_is_touched(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    around = [closed, *closed.parents, ROOT, program("postgres")]
    before = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in around]
    with quick(closed / "pg") as postgres:
        assert query(postgres, "SELECT 1") == 1
        assert stat.S_IMODE((closed / "pg" / "data").stat().st_mode) == 0o700
    assert [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in around] == before


NO_NAMESPACES = """
import ctypes, os, sys
if ctypes.CDLL(None).unshare(0x10000000) == 0:
    print("unshared", flush=True)
    sys.stdin.readline()
    open("/proc/sys/user/max_user_namespaces", "w").write("0")
"""


def nobody_may_run(path: Path) -> bool:
    try:
        return subprocess.run([path, "--version"], user=NOBODY, check=False, capture_output=True).returncode == 0
    except PermissionError:
        return False


@as_root
def test_root_without_user_namespaces_hands_only_the_home_to_another_user(spawn: Spawn) -> None:
    with tempfile.TemporaryDirectory(prefix="robbie-") as name:
        os.chmod(name, 0o711)
        home = Path(name) / "pg"
        parent = spawn(home, NO_NAMESPACES + USER_OF_THE_SERVER.replace("read()", "readline()"))
        first = line(parent)
        if first == "unshared":
            for kind in ("uid", "gid"):
                Path(f"/proc/{parent.pid}/{kind}_map").write_text("0 0 4294967295")
            tell(parent, "mapped")
            first = line(parent)
        if not nobody_may_run(program("postgres")):
            assert first.startswith("refused: ")
            assert "Run Robbie as an ordinary user" in first
            return
        assert first == "started"
        assert (home / "data").stat().st_uid == NOBODY
        with quick(home) as postgres:
            assert query(postgres, "SELECT 1") == 1
        tell(parent, "leave")
        assert line(parent) == "left"
        assert Path(name).stat().st_uid == 0
        assert not server_processes(home)


@as_root
def test_home_that_no_identity_reaches_is_explained(tmp_path: Path) -> None:
    """A home of somebody who may not enter the folder around it."""
    home = tmp_path / "closed" / "pg"
    home.mkdir(parents=True)
    os.chown(home, NOBODY, NOBODY)
    os.chmod(tmp_path / "closed", 0o700)
    with pytest.raises(EmbeddedPostgresError, match=r"(?s)cannot reach .*DATABASE_URL"):
        quick(home).start()
