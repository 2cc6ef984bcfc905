"""The database under everything: the embedded one or a given one, made ready before anybody uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap
from bot.settings import Settings

Progress = Callable[[str], None]


class House:
    """The database's URLs, and the watch over an embedded server."""

    def __init__(self, settings: Settings) -> None:
        given = settings.secrets.database_url
        self._given = given.get_secret_value() if given else None
        self._embedded = None if given else EmbeddedPostgres(settings.home / "postgres")

    def open(self, progress: Progress) -> RoleUrls:
        """Start the server if it is ours, make roles and schema, and return the roles' URLs. Blocks."""
        if self._embedded is not None:
            self._embedded.start(progress)
        roles = bootstrap(self._given or self._embedded_url())
        progress("Bringing the database's schema up to date")
        upgrade(roles.owner)
        return roles

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
