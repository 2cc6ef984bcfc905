"""Writes a demo's rows in one transaction, as the owner of the tables, in an org of their own; and removes that org."""

# ruff: noqa: S608  (tables and columns are named by the demo, nobody's input)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

SURFACE = "demo"
"""The surface of the demo's accounts: no platform, so nothing is ever sent to them."""

_NEXT_ORG = "SELECT nextval(pg_get_serial_sequence('organizations', 'id')) AS id"
_ORG = "INSERT INTO organizations (id, name) OVERRIDING SYSTEM VALUE VALUES (%s, %s)"
_TENANT = "INSERT INTO tenants (surface, tenant, org_id) VALUES (%s, %s, %s)"
_CONFINE = "SELECT set_config('app.org', %s, true)"
_AS = """
    SELECT set_config('app.person', %s, true), set_config('app.room', '', true),
           set_config('app.private', 'on', true), set_config('app.org_wide', 'on', true)"""
_THERE = f"SELECT org_id FROM tenants WHERE surface = '{SURFACE}' ORDER BY org_id"
_GONE = "DELETE FROM organizations WHERE id = %s"


class DemoStore:
    """The rows of a demo that is being written.

    Args:
        connection: of the tables' owner, in a transaction.
        org_id: the demo's.
    """

    def __init__(self, connection: psycopg.Connection[DictRow], org_id: int) -> None:
        self._connection = connection
        self.org_id = org_id

    def become(self, person_id: int) -> None:
        """What is written from now on is this person's own."""
        self._connection.execute(_AS, (str(person_id),))

    def add(self, table: str, **values: object) -> int:
        """Write a row, and return its id; 0 for one without."""
        row = {"org_id": self.org_id, **values}
        plain = [Jsonb(value) if isinstance(value, dict | list) else value for value in row.values()]
        columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
        made = self._connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING *", plain
        ).fetchone()
        return int(made.get("id", 0)) if made else 0


@contextmanager
def new_demo(owner_url: str, name: str, tenant: str) -> Iterator[DemoStore]:
    """A new org for a demo; everything or nothing of it is there after the block."""
    with psycopg.connect(owner_url, row_factory=dict_row) as connection, connection.transaction():
        found = connection.execute(_NEXT_ORG).fetchone()
        org_id = int(found["id"]) if found else 0
        connection.execute(_CONFINE, (str(org_id),))
        connection.execute(_ORG, (org_id, name))
        connection.execute(_TENANT, (SURFACE, tenant, org_id))
        yield DemoStore(connection, org_id)


def demos(system_url: str) -> list[int]:
    """The orgs that are demos."""
    with psycopg.connect(system_url, row_factory=dict_row) as connection:
        return [int(row["org_id"]) for row in connection.execute(_THERE)]


def remove(owner_url: str, org_ids: list[int]) -> Mapping[str, int]:
    """Delete these orgs with all that is theirs; how many people and messages went."""
    counts = {"people": 0, "messages": 0}
    with psycopg.connect(owner_url, row_factory=dict_row) as connection:
        for org_id in org_ids:
            with connection.transaction():
                connection.execute(_CONFINE, (str(org_id),))
                for table in counts:
                    row = connection.execute(f"SELECT count(*) AS n FROM {table}").fetchone()
                    counts[table] += int(row["n"]) if row else 0
                connection.execute(_GONE, (org_id,))
    return counts
