"""Real parts for the tests: PostgreSQL with pgvector, and a database for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.database import Database
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap

_TEMPLATE = "robbie_template"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server with a migrated template database."""
    home = tmp_path_factory.mktemp("postgres")
    # Nothing that tests write has to survive the machine.
    with EmbeddedPostgres(home, settings={"fsync": "off", "full_page_writes": "off"}) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        upgrade(bootstrap(server.url(database=_TEMPLATE)).owner)
        yield server


@pytest.fixture
def admin_url(cluster: EmbeddedPostgres) -> Iterator[str]:
    """The superuser's URL of a fresh, migrated database."""
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(_TEMPLATE)))
    yield cluster.url(database=name)
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def roles(cluster: EmbeddedPostgres, admin_url: str) -> RoleUrls:
    """The serving roles' URLs of a fresh, migrated database."""
    return bootstrap(admin_url)


@pytest.fixture
async def database(roles: RoleUrls) -> AsyncIterator[Database]:
    """Both pools of a fresh, migrated database."""
    async with connected(roles) as database:
        yield database


@asynccontextmanager
async def connected(roles: RoleUrls) -> AsyncIterator[Database]:
    """Both pools, as one process has them."""
    database = Database(roles.app, roles.system)
    await database.open()
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the developer's own ``.env``, keys or settings."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "DISCORD_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "OPEN_WEIGHT_")) or name in (
            "DATABASE_URL",
            "REDIS_URL",
            "SMTP_URL",
            "ENCRYPTION_KEY",
        ):
            monkeypatch.delenv(name)
