"""Real parts for the tests: PostgreSQL with pgvector, and a database for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from adapters.doubles import jitter
from adapters.postgres.database import Database
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.roles import RoleUrls
from tests.fresh_database import Databases, Fresh

_FOREIGN = ("SLACK_", "DISCORD_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "OPEN_WEIGHT_", "ROBBIE_TEST_")

# How long an example takes says how busy the machine is.
examples.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("busy")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server."""
    # Nothing that tests write has to survive the machine.
    settings = {"fsync": "off", "full_page_writes": "off"}
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), settings=settings) as server:
        yield server


@pytest.fixture(scope="session")
def databases(cluster: EmbeddedPostgres) -> Iterator[Databases]:
    """The server's databases, of which each test has one."""
    with psycopg.connect(cluster.url(), autocommit=True) as maintenance:
        yield Databases(cluster, maintenance)


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[Fresh]:
    """A fresh, migrated database."""
    with databases.one() as one:
        yield one


@pytest.fixture
def admin_url(fresh_database: Fresh) -> str:
    """The superuser's URL of a fresh, migrated database."""
    return fresh_database.url


@pytest.fixture
def roles(fresh_database: Fresh) -> RoleUrls:
    """The serving roles' URLs of a fresh, migrated database."""
    return fresh_database.roles


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
def _late_as_before(request: pytest.FixtureRequest) -> None:
    """What ``ROBBIE_TEST_JITTER`` makes late is as late in each run."""
    jitter.seed(request.node.nodeid)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the developer's own ``.env``, keys or settings."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "ENCRYPTION_KEY"):
            monkeypatch.delenv(name)
