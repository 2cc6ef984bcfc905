"""Driving the embedded PostgreSQL from outside: other processes that use it, kills, questions."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from adapters.postgres import processes
from adapters.postgres.embedded import EmbeddedPostgres
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
Spawn = Callable[..., subprocess.Popen[str]]

USER_OF_THE_SERVER = """
import sys
from pathlib import Path
from adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
postgres = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
try:
    postgres.start()
except EmbeddedPostgresError as error:
    sys.exit(print("refused: " + " ".join(str(error).split())))
print("started", flush=True)
sys.stdin.read()
postgres.stop()
print("left", flush=True)
"""


@contextmanager
def spawning() -> Iterator[Spawn]:
    """Start other processes that use the server until their stdin ends."""
    spawned: list[subprocess.Popen[str]] = []

    def start(home: Path, code: str = USER_OF_THE_SERVER) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, str(home)]
        pipe = subprocess.PIPE
        spawned.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
        return spawned[-1]

    try:
        yield start
    finally:
        for process in spawned:
            process.kill()
            process.communicate()


@contextmanager
def fresh_home(folder: Path) -> Iterator[Path]:
    """A home that does not exist yet, and whose server surely ends."""
    home = folder / "pg"
    try:
        yield home
    finally:
        processes.kill_leftovers(home / "data")


@contextmanager
def used_home(folder: Path, cluster: Path) -> Iterator[Path]:
    """A home whose server ran before, with a copy of the cluster: making one takes a second."""
    with fresh_home(folder) as home:
        shutil.copytree(cluster, home / "data")
        yield home


def quick(home: Path, **settings: str) -> EmbeddedPostgres:
    """A server that does not wait for the disk: kill -9 loses nothing, only a power cut would."""
    return EmbeddedPostgres(home, settings={"fsync": "off", **settings})


def make_cluster(home: Path) -> Path:
    """Make a cluster, and return its data folder."""
    with quick(home):
        pass
    return home / "data"


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def query(postgres: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def pid_of(home: Path) -> int:
    pid = processes.postmaster(home / "data")
    assert pid is not None
    return pid


def kill_server(home: Path) -> None:
    """kill -9 of the postmaster; its children notice and end."""
    os.kill(pid_of(home), signal.SIGKILL)
    until(lambda: not server_processes(home))


def server_processes(home: Path) -> list[int]:
    def cwd(process: psutil.Process) -> str | None:
        try:
            return str(process.cwd())
        except psutil.Error:
            return None

    return [process.pid for process in psutil.process_iter() if cwd(process) == str(home / "data")]
