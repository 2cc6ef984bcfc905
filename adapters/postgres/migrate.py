"""Bring a database's schema up, or down, to a revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import migrations

# Only one process migrates at a time; the others wait and then find nothing to do.
_LOCK = 0x526F62626965


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run the revisions up to ``revision`` as the schema's owner."""
    with _migrating(owner_url) as config:
        command.upgrade(config, revision)


def downgrade(owner_url: str, revision: str = "base") -> None:
    """Undo the revisions down to ``revision`` as the schema's owner."""
    with _migrating(owner_url) as config:
        command.downgrade(config, revision)


def revisions() -> list[str]:
    """The revisions that this code knows, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


@contextmanager
def _migrating(owner_url: str) -> Iterator[Config]:
    # libpq itself reads the URL, so that sockets and all of its parameters work.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner_url), poolclass=NullPool)
    config = _config()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        connection.commit()
        config.attributes["connection"] = connection
        try:
            yield config
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
            connection.commit()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config
