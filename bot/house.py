"""The database under everything: the embedded one or a given one, made ready before anybody uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from alembic.script.revision import ResolutionError
from alembic.util import CommandError

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap
from bot.settings import Settings

Progress = Callable[[str], None]


class HouseError(Exception):
    """The database cannot be used; the message says why and what to do. It shows no password."""


class House:
    """The database's URLs, and the watch over an embedded server."""

    def __init__(self, settings: Settings) -> None:
        given = settings.secrets.database_url
        self._given = given.get_secret_value() if given else None
        self._embedded = None if given else EmbeddedPostgres(settings.home / "postgres")

    def open(self, progress: Progress) -> RoleUrls:
        """Start the server if it is ours, make roles and schema, and return the roles' URLs. Blocks.

        Raises:
            HouseError: the given database cannot be reached.
            RolesError: the given user may not prepare the database.
            EmbeddedPostgresError: the embedded server does not start.
        """
        if self._embedded is not None:
            self._embedded.start(progress)
        else:
            progress("Connecting to the database of DATABASE_URL")
        try:
            roles = bootstrap(self._given or self._embedded_url())
        except psycopg.Error as error:
            raise self._unusable(error) from error
        progress("Bringing the database's schema up to date")
        try:
            upgrade(roles.owner)
        except CommandError as error:
            if not isinstance(error.__cause__, ResolutionError):
                raise
            # A release runs on the schema of the next one, so that an update can be taken back.
            progress("The database was made by a newer Robbie; its schema stays as it is")
        return roles

    def _unusable(self, error: psycopg.Error) -> Exception:
        """What to tell of an error before anything was asked; one of the embedded server is a fault of ours."""
        if self._given is None:
            return error
        if isinstance(error, psycopg.ProgrammingError) and error.diag.sqlstate is None:
            return HouseError("DATABASE_URL cannot be read; write postgresql://user:password@host:5432/database")
        said = " ".join(str(error).split()).replace(self._given, "DATABASE_URL")
        return HouseError(f"the database of DATABASE_URL cannot be used: {said}")

    def watch(self) -> bool:
        """Start the embedded server again if it died; returns whether it had to. Blocks."""
        return self._embedded is not None and self._embedded.ensure_running()

    def close(self) -> None:
        """Leave the embedded server; the last to leave stops it."""
        if self._embedded is not None:
            self._embedded.stop()

    def _embedded_url(self) -> str:
        if self._embedded is None:
            raise RuntimeError("no database is given and none is embedded")
        return self._embedded.url()


@contextmanager
def house(settings: Settings, progress: Progress) -> Iterator[tuple[House, RoleUrls]]:
    """A database that is ready, for as long as the block lasts."""
    opened = House(settings)
    try:
        yield opened, opened.open(progress)
    finally:
        opened.close()
