"""Contacts, companies, deals and activities: seen and changed as row-level security says (migrations/tables.py)."""

from __future__ import annotations

from typing import Generic, TypeVar

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from adapters.postgres.contacts_sql import ACTIVITIES, COMPANIES, CONTACTS, DEALS, Table
from adapters.postgres.database import Database, Transaction
from core.people.viewer import Viewer
from core.work.contacts import Activity, Company, Contact, Deal, Entry, Fields, KeyTaken, NotThere, Outdated, Wanted

T = TypeVar("T", bound=Entry)

_POINTERS = {"company_id": "companies", "contact_id": "contacts", "deal_id": "deals"}
# What one is made once of, whoever asks again.
_BY_ORIGIN = "{select} WHERE t.origin = %(origin)s"
_THERE = "SELECT FROM {table} WHERE id = %(id)s AND gone_at IS NULL"
# What is deleted keeps no key from what is made anew.
_FREED = "UPDATE {table} SET key = NULL WHERE key = %(key)s AND gone_at IS NOT NULL"
_LOCK = "SELECT FROM {table} WHERE id = %(id)s FOR UPDATE"


class PostgresEntries(Generic[T]):
    """Implements ``core.work.contacts.Restorable`` for one table, as robbie_app.

    Args:
        database: the pools.
        model: what a row is.
        table: its statements.
    """

    def __init__(self, database: Database, model: type[T], table: Table) -> None:
        self._database = database
        self._model = model
        self._table = table

    async def find(self, viewer: Viewer, wanted: Wanted, limit: int) -> list[T]:
        """Those that are wanted and not deleted."""
        query, values = self._table.wanted(wanted)
        (rows,) = await self._database.run(viewer.org_id, (query, {**values, "limit": limit}), viewer=viewer)
        return [self._model.model_validate(row) for row in rows]

    async def one(self, viewer: Viewer, id_: int) -> T | None:
        """One of them."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            return await self._one(tx, id_)

    async def add(self, viewer: Viewer, fields: Fields, *, shared: bool = True, key: str = "", origin: int = 0) -> T:
        """Keep one, once for each origin."""
        values: dict[str, object] = {
            **fields,
            "org_id": viewer.org_id,
            "owner": viewer.person_id,
            "wanted_shared": shared and viewer.org_wide,
            "key": key or None,
            "origin": origin or None,
        }
        try:
            async with self._database.app(viewer.org_id, viewer) as tx:
                await _pointed(tx, fields)
                if key and self._table.kept:
                    await tx.execute(_FREED.format(table=self._table.name), values)
                row = await (await tx.execute(self._table.insert(fields), values)).fetchone()
                if row is not None:
                    made = await self._one(tx, row["id"])
                else:
                    query = _BY_ORIGIN.format(select=self._table.select)
                    again = await (await tx.execute(query, values)).fetchone()
                    made = self._model.model_validate(again) if again else None
        except UniqueViolation:
            raise KeyTaken(key) from None
        if made is None:
            raise LookupError("what was kept is not there")
        return made

    async def change(self, viewer: Viewer, id_: int, changes: Fields, *, etag: str = "") -> T | None:
        """Change some fields, and keep what they were."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            await tx.execute(_LOCK.format(table=self._table.name), {"id": id_})
            before = await self._one(tx, id_)
            if before is None:
                return None
            if etag and etag != before.etag:
                raise Outdated
            new = {name: value for name, value in changes.items() if getattr(before, name) != value}
            if not new:
                return before
            await _pointed(tx, new)
            kept = before.model_dump(mode="json", include={*new, *self._table.with_stage(new)})
            values = {**new, "id": id_, "before": Jsonb(kept)}
            changed = await tx.execute(self._table.update(new), values)
            return await self._one(tx, id_) if changed.rowcount else None

    async def remove(self, viewer: Viewer, id_: int) -> bool:
        """Delete one."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            return (await tx.execute(self._table.remove, {"id": id_})).rowcount == 1

    async def undo(self, viewer: Viewer, id_: int, version: int) -> T | None:
        """Take back its last change."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            row = await (await tx.execute(self._table.before, {"id": id_, "version": version})).fetchone()
            if row is None:
                return None
            values = {name: value for name, value in row["before"].items() if name in _undone(self._model)}
            await tx.execute(self._table.put_back(values), {**values, "id": id_})
            return await self._one(tx, id_)

    async def restore(self, viewer: Viewer, id_: int) -> T | None:
        """Bring back one that was deleted."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            await tx.execute(self._table.restore, {"id": id_})
            return await self._one(tx, id_)

    async def share(self, viewer: Viewer, id_: int, *, shared: bool) -> T | None:
        """Share one of the viewer's own, or no more."""
        values: dict[str, object] = {"id": id_, "me": viewer.person_id, "org_id": viewer.org_id}
        values["wanted_shared"] = shared and viewer.org_wide
        try:
            async with self._database.app(viewer.org_id, viewer) as tx:
                if (await tx.execute(self._table.share, values)).rowcount == 0:
                    return None
                return await self._one(tx, id_)
        except UniqueViolation:
            raise KeyTaken("") from None

    async def _one(self, tx: Transaction, id_: int) -> T | None:
        row = await (await tx.execute(self._table.one, {"id": id_})).fetchone()
        return self._model.model_validate(row) if row else None


def _undone(model: type[Entry]) -> frozenset[str]:
    """The columns that Undo may write."""
    return frozenset((*model.writable, "stage_since"))


async def _pointed(tx: Transaction, fields: Fields) -> None:
    """What an entry points at is there for this viewer: the foreign key itself sees through row-level security."""
    for field, table in _POINTERS.items():
        id_ = fields.get(field)
        if id_ is not None and not await (await tx.execute(_THERE.format(table=table), {"id": id_})).fetchall():
            raise NotThere(field)


class PostgresCrm:
    """Implements ``core.work.contacts.Crm``.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self.companies: PostgresEntries[Company] = PostgresEntries(database, Company, COMPANIES)
        self.contacts: PostgresEntries[Contact] = PostgresEntries(database, Contact, CONTACTS)
        self.deals: PostgresEntries[Deal] = PostgresEntries(database, Deal, DEALS)
        self.activities: PostgresEntries[Activity] = PostgresEntries(database, Activity, ACTIVITIES)

    async def company_named(self, viewer: Viewer, name: str, *, shared: bool = True) -> Company:
        """The company of that name."""
        found = await self.companies.find(viewer, Wanted(name=name), 10)
        alike = sorted(found, key=lambda one: one.shared != shared)
        return alike[0] if alike else await self.companies.add(viewer, {"name": name}, shared=shared)
