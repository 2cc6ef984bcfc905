"""A database for each test: migrated and empty. It is used again after a test that left all but its rows as it was.

Copying 1,300 files and deleting them takes several times as long as emptying the tables that a test has filled.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap, role_urls

Connection = psycopg.Connection[TupleRow]

_TEMPLATE = "robbie_template"
_LARGE_BYTES = 8 << 20

# Everything but the rows of the tables: what a test changes for good shows in one of these.
_CONTENTS = (
    r"SELECT pg_authid FROM pg_authid WHERE rolname LIKE 'robbie\_%'",
    "SELECT pg_db_role_setting FROM pg_db_role_setting",
    "SELECT (datdba, datallowconn, datconnlimit, datacl) FROM pg_database WHERE datname = current_database()",
    "SELECT (nspname, nspowner, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'",
    """SELECT (oid, relname, relkind, relowner, relacl, reloptions, relrowsecurity, relforcerowsecurity)
       FROM pg_class WHERE oid >= 16384 AND relpersistence <> 't'""",
    "SELECT version_num FROM alembic_version",
)
_CATALOGS = (
    "attribute attrdef constraint default_acl event_trigger extension index policy proc rewrite statistic trigger type"
)
_STATE = "SELECT " + ", ".join(
    [f"(SELECT md5(string_agg(one::text, '' ORDER BY one::text)) FROM ({rows}) AS _ (one))" for rows in _CONTENTS]
    + [f"(SELECT (count(*), max(xmin::text::bigint))::text FROM pg_{catalog})" for catalog in _CATALOGS.split()]
)
_END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_FILLED = """
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
      AND pg_relation_size(oid) > 0"""
_RESET = (
    # Planning, order and counters are as in tables that were never filled.
    "SELECT pg_clear_relation_stats('public', name) FROM unnest(%(tables)s::text[]) AS name",
    "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL",
    "SELECT pg_stat_reset()",
)


@dataclass(frozen=True, slots=True)
class Fresh:
    """An empty database: its name, the URLs of its superuser and of the roles, and what it is like without rows."""

    name: str
    url: str
    roles: RoleUrls
    state: TupleRow | None


class Databases:
    """The databases of a server, of which a test has one at a time."""

    def __init__(self, server: EmbeddedPostgres, maintenance: Connection) -> None:
        self._server = server
        self._maintenance = maintenance
        self._spare: Fresh | None = None
        self._execute("CREATE DATABASE {}", _TEMPLATE)
        upgrade(bootstrap(server.url(database=_TEMPLATE)).owner)

    @contextmanager
    def one(self) -> Iterator[Fresh]:
        """A migrated, empty database, which nobody reaches any more afterwards."""
        fresh, self._spare = self._spare or self._made(), None
        yield fresh
        name = _name()
        try:
            self._spare = self._emptied(fresh, name)
        except psycopg.Error:
            self._spare = None
        if self._spare is None:
            for left in (fresh.name, name):
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", left)

    def _made(self) -> Fresh:
        name = _name()
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, _TEMPLATE)
        url = self._server.url(database=name)
        roles = bootstrap(url)
        with psycopg.connect(url, autocommit=True) as connection:
            return Fresh(name, url, roles, connection.execute(_STATE).fetchone())

    def _emptied(self, used: Fresh, name: str) -> Fresh | None:
        """The database under another name and without rows; None if it cannot be as it was."""
        while self._maintenance.execute(_END_OTHERS, [used.name]).fetchall():
            time.sleep(0.005)  # PostgreSQL itself looks every 100 ms only
        self._execute("ALTER DATABASE {} RENAME TO {}", used.name, name)
        url = self._server.url(database=name)
        with psycopg.connect(url, autocommit=True) as connection:
            sizes = {str(table): int(size) for table, size in connection.execute(_FILLED)}
            if sum(sizes.values()) > _LARGE_BYTES or connection.execute(_STATE).fetchone() != used.state:
                return None
            _empty(connection, list(sizes))
            return Fresh(name, url, role_urls(url, connection), used.state)

    def _execute(self, statement: str, *names: str) -> None:
        self._maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def _empty(connection: Connection, tables: list[str]) -> None:
    if tables:
        names = [sql.Identifier(table) for table in tables]
        connection.execute("SET session_replication_role = replica")  # all go at once, in any order
        connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(name) for name in names))
        connection.execute(sql.SQL("VACUUM (SKIP_DATABASE_STATS) {}").format(sql.SQL(", ").join(names)))
    for statement in _RESET:
        connection.execute(statement, {"tables": tables})


def _name() -> str:
    return f"t_{uuid.uuid4().hex}"
