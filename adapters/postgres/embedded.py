"""The embedded PostgreSQL: a server of our own, in a folder of our own, that processes share.

The home holds ``data`` (the cluster), ``log``, ``run`` (the socket) and three lock files:

- ``launch.lock``: whoever starts or stops the server holds it, so that one does at a time;
- ``users.lock``: each process that uses the server shares it; the last to leave gets it alone, and stops the server;
- ``server.lock``: handed to the server and held by all its processes; while it is free, no process of the server
  lives, whatever ``postmaster.pid`` says. That holds between containers that share the folder, too.

The kernel frees a lock when its holders die, so kill -9 of anybody leaves nothing to clean up by hand.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from adapters.postgres import cluster, identity, processes
from adapters.postgres.binaries import EmbeddedPostgresError, program
from adapters.postgres.locks import FileLock
from adapters.postgres.sockets import PORT, SOCKET, make_private, remove_directory, remove_sockets, socket_directory

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]

Progress = Callable[[str], None]

DEFAULT_SETTINGS: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    # A file for each day of the week, overwritten a week later.
    "log_filename": "postgres-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_checkpoints": "off",
    # Statements and the details of errors hold what people wrote.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
POLL_SECONDS = 0.05
REPORT_SECONDS = 5.0
FAST_STOP_SECONDS = 60.0
GIVE_UP_SECONDS = 15.0
KEEP_LOGS_SECONDS = 6 * 86400


def _silent(_: str) -> None:
    """Report nothing."""


class EmbeddedPostgres:
    """A PostgreSQL server in ``home``, shared by all the processes that name the same home.

    Args:
        home: a folder for this alone; it is made when it is missing.
        settings: PostgreSQL settings that replace or extend ours; they count when the server is launched.
    """

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._home = home.absolute()
        self._settings = {**DEFAULT_SETTINGS, **(settings or {})}
        self._mutex = threading.Lock()
        self._stopping = threading.Event()
        self._users = FileLock(self._home / "users.lock")
        self._server = FileLock(self._home / "server.lock")

    def start(self, progress: Progress = _silent) -> None:
        """Make sure that the server serves, and count this process among its users. Waits as long as recovery takes.

        Args:
            progress: is told now and then what is being waited for.

        Raises:
            EmbeddedPostgresError: the server cannot run; the message says why.
        """
        with self._mutex, self._launching(progress):
            joined = self._users.held
            if not joined and not self._users.acquire(shared=True):
                raise EmbeddedPostgresError(f"{self._home / 'users.lock'} is held by a program that is not Robbie.")
            try:
                self._ensure(progress)
            except BaseException:
                if not joined:
                    self._leave()
                raise

    def ensure_running(self, progress: Progress = _silent) -> bool:
        """Launch the server again if it died; returns whether that was necessary. Waits like ``start``."""
        with self._mutex:
            if not self._users.held:
                raise EmbeddedPostgresError("The embedded PostgreSQL was not started by this process.")
            if self._ping() is Ping.OK:
                return False
            with self._launching(progress):
                return self._ensure(progress)

    def url(self, *, user: str = "postgres", database: str = "postgres") -> str:
        """The libpq URL of a database, for a user who is trusted because he may open the socket."""
        where = quote(os.fsencode(self._socket_directory))
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={where}&port={PORT}"

    def stop(self) -> None:
        """Leave, also while another thread waits in ``start``; stop the server if nobody else uses it."""
        self._stopping.set()
        with self._mutex:
            self._stopping.clear()
            if self._users.held:
                with self._launching(_silent):
                    self._leave()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def _data(self) -> Path:
        return self._home.resolve() / "data"

    @property
    def _socket_directory(self) -> Path:
        return socket_directory(self._home.resolve())

    @contextmanager
    def _launching(self, progress: Progress) -> Iterator[None]:
        """Nobody else starts or stops the server meanwhile."""
        report = _Reporter(progress)
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(self._home / "launch.lock")
            while not lock.acquire():
                report("Waiting for another process that starts or stops PostgreSQL")
                time.sleep(POLL_SECONDS)
            try:
                yield
            finally:
                lock.release()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL cannot use {self._home}: {error}. "
                "It must be on a disk with free space and belong to the user who runs Robbie."
            ) from error

    def _ensure(self, progress: Progress) -> bool:
        """Wait until the server answers, launching it when none lives; returns whether it was launched."""
        report, leftovers = _Reporter(progress), processes.Leftovers(self._data)
        launched = False
        while (state := self._ping()) is not Ping.OK:
            if not self._lives():
                if launched:
                    raise EmbeddedPostgresError(f"PostgreSQL ended while it started:\n{self._log_tail()}")
                self._launch(report)
                launched = True
            elif state is Ping.REJECT:
                report("PostgreSQL is starting; after a crash it first recovers what was not yet in its files")
            elif leftovers.clear():
                report("Ended what a killed PostgreSQL left running")
            else:
                self._end_if_unreachable()
                report("Waiting for PostgreSQL to answer")
            if self._stopping.wait(POLL_SECONDS):
                raise EmbeddedPostgresError("PostgreSQL was stopped before it served.")
        return launched

    def _ping(self) -> Ping:
        """Ask at the socket: OK (serves), REJECT (starts, recovers or stops), anything else (nobody listens)."""
        target = make_conninfo(
            host=str(self._socket_directory), port=PORT, user="postgres", dbname="postgres", connect_timeout=5
        )
        return Ping(PGconn.ping(os.fsencode(target)))

    def _lives(self) -> bool:
        """Whether any process of the server is alive. Only for who holds the launch lock."""
        if not self._server.acquire(shared=True):
            return True
        self._server.release()
        return False

    def _end_if_unreachable(self) -> None:
        """End a server that serves at a socket which somebody removed; it is launched again when it is gone."""
        pid = processes.postmaster(self._data)
        if pid and processes.says_ready(self._data) and not (self._socket_directory / SOCKET).exists():
            processes.send(pid, signal.SIGINT)

    def _launch(self, report: Progress) -> None:
        """Start the server's process; it goes on without us. Only when no process of it lives."""
        who = identity.choose(self._home)
        if not self._server.acquire():
            raise EmbeddedPostgresError(f"{self._home / 'server.lock'} is held by a program that is not Robbie.")
        try:
            if not self._data.exists():
                report("Making a new database")
                cluster.make(self._data, who, self._server.fd, durable=self._settings["fsync"] != "off")
            cluster.check(self._data)
            report("Starting PostgreSQL")
            self._spawn(who)
        finally:
            self._server.release()

    def _spawn(self, who: str) -> None:
        # No process of the server lives, so these are stale; a pid file may name a process that is somebody else now.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        remove_sockets(self._socket_directory)
        make_private(self._socket_directory, who)
        make_private(self._home / "log", who)
        self._forget_old_logs()
        with open(self._home / "start.log", "wb") as output:
            result = identity.run(who, self._command(), detach=True, output=output.fileno(), keep=[self._server.fd])
        if result.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL could not be started:\n{self._log_tail()}")

    def _command(self) -> list[str]:
        sockets = str(self._socket_directory).replace('"', '""')
        settings = {
            **self._settings,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{sockets}"',
            "unix_socket_permissions": "0700",
            "log_directory": str(self._home.resolve() / "log"),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(program("postgres")), "-D", str(self._data), *options]

    def _forget_old_logs(self) -> None:
        """A server that does not run at midnight does not overwrite last week's file."""
        oldest = time.time() - KEEP_LOGS_SECONDS
        for path in (self._home / "log").iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink()

    def _log_tail(self, lines: int = 15) -> str:
        """The end of what the server printed before and after its log was open."""
        logs = sorted((self._home / "log").glob("*"), key=lambda path: path.stat().st_mtime)
        texts = [
            path.read_text(errors="replace").splitlines()[-lines:] for path in (self._home / "start.log", *logs[-1:])
        ]
        return "\n".join(line for text in texts for line in text)

    def _leave(self) -> None:
        if not self._users.acquire():
            return
        try:
            self._shut_down()
            remove_directory(self._socket_directory, self._home)
        finally:
            self._users.release()

    def _shut_down(self) -> None:
        """End the server in good order; or at once, with a recovery at the next start, when that takes too long."""
        leftovers = processes.Leftovers(self._data)
        patience = time.monotonic() + FAST_STOP_SECONDS
        sent = None
        while self._lives() and time.monotonic() < patience + GIVE_UP_SECONDS:
            how = signal.SIGINT if time.monotonic() < patience else signal.SIGQUIT
            pid = processes.postmaster(self._data)
            if pid and how is not sent:
                processes.send(pid, how)
                sent = how
            leftovers.clear()
            time.sleep(POLL_SECONDS)


class _Reporter:
    """Tells a change at once, and the same thing again every few seconds with the time it takes."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._message = ""
        self._since = self._told = 0.0

    def __call__(self, message: str) -> None:
        now = time.monotonic()
        if message != self._message:
            self._message, self._since, self._told = message, now, now
            self._progress(message)
        elif now - self._told >= REPORT_SECONDS:
            self._told = now
            self._progress(f"{message} ({now - self._since:.0f} s)")
