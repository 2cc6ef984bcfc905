"""The database as a doctor meets it: opened to be looked at, never prepared or changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.pq import PGconn, Ping
from psycopg.rows import TupleRow

from adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from adapters.postgres.roles import RoleUrls, role_urls
from core.health.models import CannotCheck, Finding, problem, skipped

CONNECT_SECONDS = 3

Connection = psycopg.AsyncConnection[TupleRow]
# What libpq says, and what that means. Its own words are not shown: a badly written URL puts the password into them.
_REASONS = (
    ("password authentication failed", "refused the password", "write the right one into DATABASE_URL"),
    ("no password supplied", "wants a password", "DATABASE_URL=postgresql://user:password@host/database"),
    ("pg_hba.conf", "refuses this machine or user (pg_hba.conf)", "allow it in the server's pg_hba.conf"),
    ("role ", "does not know the user of DATABASE_URL", "make the user there, or write another one"),
    ("does not exist", "has no such database", "make it there (createdb), or write another one into DATABASE_URL"),
    ("refused", "refuses connections at that address", "start it, or correct host and port of DATABASE_URL"),
    ("No such file", "is not at that socket", "start it, or correct host and port of DATABASE_URL"),
    ("resolve", "has a host name that nobody knows", "correct the host of DATABASE_URL"),
    ("Name or service", "has a host name that nobody knows", "correct the host of DATABASE_URL"),
    ("timeout", f"does not answer within {CONNECT_SECONDS} s", "see whether host and port of DATABASE_URL are right"),
    ("starting up", "is still starting", "wait a moment, then try again"),
    ("too many", "has no connection left", "raise its max_connections, or lower database.connections"),
    ("remaining connection slots", "has no connection left", "raise its max_connections"),
    ("certificate", "does not prove who it is (TLS)", "check sslmode and sslrootcert of DATABASE_URL"),
    ("SSL", "does not agree on TLS", "check sslmode of DATABASE_URL"),
)


class Unopened(CannotCheck):
    """The database cannot be looked at.

    Attributes:
        finding: what the check of the database says of it.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__("needs the database")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that answers.

    Attributes:
        admin: the URL of its administrator.
        where: how a person calls it.
        started: whether the embedded server had to be started.
    """

    admin: str
    roles: RoleUrls
    where: str
    started: bool


class Access:
    """Opens the database once for all checks that need it; ``close`` leaves it as it was.

    Args:
        given: DATABASE_URL, or None for the embedded server.
        folder: the embedded server's folder.
        progress: told what is waited for.
    """

    def __init__(self, given: str | None, folder: Path, progress: Callable[[str], None]) -> None:
        self._given = given
        self._folder = folder
        self._progress = progress
        self._embedded: EmbeddedPostgres | None = None
        self._opening: asyncio.Task[Opened] | None = None

    async def open(self) -> Opened:
        """The database. Raises Unopened."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Stop the embedded server where nobody else uses it, also while it still starts."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.stop)

    async def _open(self) -> Opened:
        if self._given is not None:
            return await _look(self._given, "at DATABASE_URL", started=False)
        if not (self._folder / "data").exists():
            raise Unopened(skipped("server", "no database yet", f"`robbie run` makes one in {self._folder}"))
        self._embedded = EmbeddedPostgres(self._folder)
        url = self._embedded.url()
        runs = PGconn.ping(os.fsencode(url)) == Ping.OK
        try:
            await asyncio.to_thread(self._embedded.start, self._progress)
        except EmbeddedPostgresError as error:
            why, logs = str(error).splitlines()[0], f"{self._folder}/start.log and {self._folder}/log say more"
            raise Unopened(problem("server", f"the embedded PostgreSQL does not start: {why}", logs)) from None
        return await _look(url, f"in {self._folder}", started=not runs)


async def connect(url: str) -> Connection:
    """Connect, with little patience, also for a name server. Raises psycopg.Error."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise psycopg.OperationalError("timeout") from None


async def _look(url: str, where: str, *, started: bool) -> Opened:
    try:
        async with await connect(url) as connection:
            return Opened(url, role_urls(url, connection), where, started)
    except psycopg.Error as error:
        raise Unopened(_refusal(error)) from None


def _refusal(error: psycopg.Error) -> Finding:
    if isinstance(error, psycopg.ProgrammingError):
        return problem("server", "DATABASE_URL cannot be read", "write postgresql://user:password@host:5432/database")
    said = str(error)
    for words, found, mend in _REASONS:
        if words in said:
            return problem("server", f"the server at DATABASE_URL {found}", mend)
    kind = type(error).__name__
    return problem("server", f"the server at DATABASE_URL gives no connection ({kind})", "`robbie migrate` says why")
