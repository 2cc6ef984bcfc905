"""A database that is there for one measurement only. The user's own is never touched."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.postgres.database import Database
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import bootstrap

# Nothing of it has to survive the machine.
_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


@asynccontextmanager
async def scratch(progress: Callable[[str], None]) -> AsyncIterator[Database]:
    """The pools of robbie_app and robbie_system over an embedded server of its own, which is removed in the end."""
    with (
        tempfile.TemporaryDirectory(prefix="robbie-eval-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres", settings=_SETTINGS) as server,
    ):
        progress("making a database for this measurement")
        roles = bootstrap(server.url())
        upgrade(roles.owner)
        database = Database(roles.app, roles.system)
        await database.open()
        try:
            yield database
        finally:
            await database.close()
