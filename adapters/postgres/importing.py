"""Imports of contacts, companies and deals: looked at as their person sees them, carried out whole or not at all."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from psycopg.types.json import Jsonb

from adapters.postgres.contacts_sql import COMPANIES, CONTACTS, DEALS, Table
from adapters.postgres.database import Database, Transaction
from core.people.viewer import Viewer
from core.work.contacts import Company, Contact, Deal, Entry
from core.work.drafts import Change, Draft, Plan, Thing, plan
from core.work.importing import Done
from core.work.reading import Wrong

_TABLES: Mapping[str, tuple[Table, type[Thing]]] = {
    "contact": (CONTACTS, Contact),
    "company": (COMPANIES, Company),
    "deal": (DEALS, Deal),
}
# Two imports of one org are carried out one after the other, so that none doubles what the other makes.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('import'), %(org_id)s::int)"
_KEEP = """
    INSERT INTO imports (org_id, owner, name, content, origin)
    VALUES (%(org_id)s, %(owner)s, %(name)s, %(content)s, %(origin)s) ON CONFLICT DO NOTHING"""
_NUMBER = "SELECT id FROM imports WHERE origin = %(origin)s"
_KEPT = "SELECT name, content FROM imports WHERE id = %s"
_LET_GO = "DELETE FROM imports WHERE id = %s"
_NOW = "SELECT now() AS at"
_AT = "(extract(epoch FROM {column}) * 1000000)::bigint = %(version)s"


class PostgresImports:
    """Implements ``core.work.importing.Imports`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, viewer: Viewer, name: str, content: bytes, *, origin: int) -> int:
        """Keep a file until its person says yes."""
        values = {
            "org_id": viewer.org_id,
            "owner": viewer.person_id,
            "name": name,
            "content": content,
            "origin": origin,
        }
        _, rows = await self._database.run(viewer.org_id, (_KEEP, values), (_NUMBER, values), viewer=viewer)
        return int(rows[0]["id"])

    async def kept(self, viewer: Viewer, id_: int) -> tuple[str, bytes] | None:
        """A file's name and content."""
        (rows,) = await self._database.run(viewer.org_id, (_KEPT, (id_,)), viewer=viewer)
        return (rows[0]["name"], bytes(rows[0]["content"])) if rows else None

    async def look(self, viewer: Viewer, kind: str, made: Sequence[Draft], wrong: Sequence[Wrong]) -> Plan:
        """What an import would do now."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            return await _planned(tx, kind, made, wrong)

    async def carry_out(
        self, viewer: Viewer, kind: str, made: Sequence[Draft], wrong: Sequence[Wrong], *, shared: bool, kept: int = 0
    ) -> Done:
        """Do it, in one transaction."""
        common: dict[str, object] = {
            "org_id": viewer.org_id,
            "owner": viewer.person_id,
            "wanted_shared": shared and viewer.org_wide,
            "origin": None,
        }
        async with self._database.app(viewer.org_id, viewer) as tx:
            await tx.execute(_LOCK, {"org_id": viewer.org_id % 2**31})
            found = await _planned(tx, kind, made, wrong)
            pointers = await _Pointers.ready(tx, kind, found, common)
            await _insert(tx, _TABLES[kind][0], found.new, pointers, common)
            await _update(tx, _TABLES[kind][0], found.changed, pointers)
            if kept:
                await tx.execute(_LET_GO, (kept,))
            row = await (await tx.execute(_NOW)).fetchone()
        if row is None:
            raise LookupError("the database did not say when it is")
        return Done(found, row["at"])

    async def undo(self, viewer: Viewer, version: int) -> int:
        """Take back what an import did at that moment."""
        count = 0
        async with self._database.app(viewer.org_id, viewer) as tx:
            for table, model in _TABLES.values():
                count += await _undone(tx, table, model, viewer, version)
        return count


async def _planned(tx: Transaction, kind: str, made: Sequence[Draft], wrong: Sequence[Wrong]) -> Plan:
    table, model = _TABLES[kind]
    there = [model.model_validate(row) for row in await (await tx.execute(table.select)).fetchall()]
    companies = [one for one in there if isinstance(one, Company)]
    if kind == "deal":
        rows = await (await tx.execute("SELECT lower(name) AS name FROM contacts WHERE gone_at IS NULL")).fetchall()
        known = {row["name"] for row in rows}
        made = [one if one.contact.lower() in known else replace(one, contact="") for one in made]
    if kind != "company":
        query = f"{COMPANIES.select} WHERE t.gone_at IS NULL"
        companies = [Company.model_validate(row) for row in await (await tx.execute(query)).fetchall()]
    return plan(made, wrong, there, companies)


class _Pointers:
    """Companies and contacts by name, for what hangs on them."""

    def __init__(self, companies: Mapping[str, int], contacts: Mapping[str, int]) -> None:
        self._of = {"company": companies, "contact": contacts}

    @classmethod
    async def ready(cls, tx: Transaction, kind: str, found: Plan, common: Mapping[str, object]) -> _Pointers:
        """Make the companies that are missing, and look up all."""
        drafts = [Draft(0, {"name": name}) for name in found.companies]
        await _insert(tx, COMPANIES, drafts, cls({}, {}), common)
        companies = await (await tx.execute("SELECT name, id FROM companies WHERE gone_at IS NULL")).fetchall()
        contacts = []
        if kind == "deal":
            contacts = await (await tx.execute("SELECT name, id FROM contacts WHERE gone_at IS NULL")).fetchall()
        return cls(*({row["name"].casefold(): row["id"] for row in rows} for rows in (companies, contacts)))

    def fields(self, named: Mapping[str, object]) -> dict[str, object]:
        """The fields that point to what is named, as far as it is known."""
        found = {name: self._of[name].get(str(named[name]).casefold()) for name in self._of if named.get(name)}
        return {f"{name}_id": id_ for name, id_ in found.items() if id_ is not None}


async def _insert(
    tx: Transaction, table: Table, drafts: Sequence[Draft], pointers: _Pointers, common: Mapping[str, object]
) -> None:
    groups: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for draft in drafts:
        fields = {**draft.fields, **pointers.fields({"company": draft.company, "contact": draft.contact})}
        groups[tuple(sorted(fields))].append({**common, **fields, "key": draft.key or None})
    async with tx.cursor() as cursor:
        for names, rows in groups.items():
            await cursor.executemany(table.insert(names), rows)


async def _update(tx: Transaction, table: Table, changes: Sequence[Change], pointers: _Pointers) -> None:
    groups: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for change in changes:
        named = {name: value for name, value in change.fields.items() if name in ("company", "contact")}
        fields = {name: value for name, value in change.fields.items() if name not in named}
        fields |= pointers.fields(named)
        kept = change.there.model_dump(mode="json", include={*fields, *table.with_stage(fields)})
        groups[tuple(sorted(fields))].append({**fields, "id": change.there.id, "before": Jsonb(kept)})
    async with tx.cursor() as cursor:
        for names, rows in groups.items():
            await cursor.executemany(table.update(names, at_once=True), rows)


async def _undone(tx: Transaction, table: Table, model: type[Entry], viewer: Viewer, version: int) -> int:
    """What was made then is deleted, and what was changed then is put back, where nothing has changed it since."""
    values = {"version": version, "me": viewer.person_id}
    made = await tx.execute(
        f"UPDATE {table.name} SET gone_at = clock_timestamp() WHERE gone_at IS NULL AND owner = %(me)s "
        f"AND changed_at = created_at AND {_AT.format(column='created_at')}",
        values,
    )
    changed = f"SELECT id, before FROM {table.name} WHERE before IS NOT NULL AND {_AT.format(column='changed_at')}"
    rows = await (await tx.execute(changed, values)).fetchall()
    known = {*model.writable, "stage_since", "gone_at"}
    for row in rows:
        before = {name: value for name, value in row["before"].items() if name in known}
        await tx.execute(table.put_back(before), {**before, "id": row["id"]})
    return made.rowcount + len(rows)
