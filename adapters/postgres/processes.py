"""Which processes of this machine belong to a data folder: a server's processes stand in it."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

GRACE_SECONDS = 1.0


def postmaster(data: Path) -> int | None:
    """The pid of the folder's server, if its pid file names a process that really is one."""
    try:
        pid = int(_pid_file(data)[0])
        return pid if _stands_in(psutil.Process(pid), data) else None
    except (IndexError, ValueError, psutil.NoSuchProcess):
        return None


def says_ready(data: Path) -> bool:
    """Whether the pid file says that the server has opened its socket and serves."""
    return "ready" in _pid_file(data)


def kill_leftovers(data: Path) -> int:
    """Kill whatever of PostgreSQL runs in a folder; returns how many they were."""
    leftovers = [process.pid for process in psutil.process_iter() if _stands_in(process, data)]
    for pid in leftovers:
        send(pid, signal.SIGKILL)
    return len(leftovers)


def send(pid: int, signal_: signal.Signals) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal_)


class Leftovers:
    """The backends of a postmaster that was killed: while they live, no new one may start.

    A server that has just been launched, or that is about to end, has no pid file either, so there is some grace.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._headless_since: float | None = None

    def clear(self) -> int:
        """Kill them when they have been without a postmaster for a while; returns how many they were."""
        now = time.monotonic()
        if postmaster(self._data):
            self._headless_since = None
        elif self._headless_since is None:
            self._headless_since = now
        elif now - self._headless_since > GRACE_SECONDS:
            return kill_leftovers(self._data)
        return 0


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(errors="replace").split()
    except FileNotFoundError:
        return []


def _stands_in(process: psutil.Process, data: Path) -> bool:
    try:
        return bool(Path(process.cwd()) == data and "postgres" in process.name())
    except (psutil.Error, OSError):
        return False
