"""Briefs: what each was composed of, and what was done with its lines. Each is its reader's."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Iterator

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database
from adapters.postgres.visible import MINE
from core.briefs.composing import ACTS, unsaid
from core.briefs.models import Act, Brief, Facts, Line, Reader
from core.briefs.ports import DueBrief
from core.people.models import PersonSettings
from core.people.viewer import Viewer

BRIEF = "brief"
"""Under which name the composed brief stands beside its facts."""

_SELECT = """
    SELECT briefs.id, briefs.org_id, briefs.owner, briefs.room, briefs.kind, briefs.zone, briefs.due_at, briefs.facts,
           people.name, people.settings,
           EXISTS (SELECT FROM accounts WHERE accounts.person_id = briefs.owner AND is_member) AS member
    FROM briefs LEFT JOIN people ON people.id = briefs.owner"""
_DUE = f"""{_SELECT}
    WHERE briefs.id = %(id)s AND {MINE} AND room IN ('', %(room)s)"""
# Whoever names a line by its number has seen it: no brief of which nothing was sent, or that did not arrive.
_LATEST = f"""{_SELECT}
    WHERE {MINE} AND room = '' AND facts IS NOT NULL AND (
        state NOT IN ('empty', 'undelivered')
        OR EXISTS (SELECT FROM deliveries WHERE brief_id = briefs.id AND deliveries.state = 'unknown'))
    ORDER BY due_at DESC LIMIT 1"""
_KEEP = """
    UPDATE briefs SET facts = %(facts)s, composed_at = clock_timestamp(),
        state = CASE WHEN state = 'due' THEN %(state)s ELSE state END,
        settled_at = CASE WHEN state = 'due' AND %(state)s = 'empty' THEN clock_timestamp() ELSE settled_at END
    WHERE id = %(id)s AND facts IS NULL RETURNING id"""
_LINES = """
    INSERT INTO brief_lines (org_id, owner, brief_id, number, section, ref, terms)
    SELECT %(org_id)s, %(owner)s, %(id)s, number, section, ref, terms
    FROM jsonb_to_recordset(%(lines)s) AS it (number integer, section text, ref text, terms jsonb)
    ON CONFLICT (brief_id, number) DO NOTHING"""
_LINE = f"SELECT number, section, ref FROM brief_lines WHERE brief_id = %(id)s AND number = %(number)s AND {MINE}"
_ACTED = f"""
    UPDATE brief_lines SET act = %(act)s, acted_at = CASE WHEN %(act)s <> '' THEN clock_timestamp() END
    WHERE brief_id = %(id)s AND number = %(number)s AND {MINE} RETURNING id"""


class PostgresBriefs:
    """Implements ``core.briefs.ports.BriefStore`` as robbie_app, as the reader.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, org_id: int, person_id: int, brief_id: int, room: str = "") -> DueBrief | None:
        """One of a person's briefs, or of a channel."""
        values = {"id": brief_id, "me": person_id, "room": room}
        (rows,) = await self._database.run(org_id, (_DUE, values), viewer=_viewer(org_id, person_id, room))
        return _due(rows[0]) if rows else None

    async def latest(self, org_id: int, person_id: int) -> DueBrief | None:
        """The latest of a person's briefs that came."""
        viewer = Viewer.owner(org_id, person_id)
        (rows,) = await self._database.run(org_id, (_LATEST, {"me": person_id}), viewer=viewer)
        return _due(rows[0]) if rows else None

    async def keep(self, due: DueBrief, facts: Facts, brief: Brief) -> DueBrief:
        """Keep it, with its lines, once."""
        reader = due.reader
        values = {
            "id": due.id,
            "facts": Jsonb({**facts.model_dump(mode="json"), BRIEF: brief.model_dump(mode="json")}),
            "state": "empty" if unsaid(facts) else "composed",
            "org_id": reader.org_id,
            "owner": reader.person_id,
            "lines": Jsonb(list(_lines(facts, brief))),
        }
        viewer = _viewer(reader.org_id, reader.person_id, reader.room)
        async with self._database.app(reader.org_id, viewer) as tx:
            kept = await (await tx.execute(_KEEP, values)).fetchone()
            if kept and not reader.room:
                await tx.execute(_LINES, values)
        if kept:
            return due.model_copy(update={"facts": facts, "brief": brief})
        return await self.due(reader.org_id, reader.person_id, due.id, reader.room) or due

    async def line(self, org_id: int, person_id: int, brief_id: int, number: int) -> Line | None:
        """A line of one of a person's briefs, without its words."""
        values = {"id": brief_id, "number": number, "me": person_id}
        (rows,) = await self._database.run(org_id, (_LINE, values), viewer=Viewer.owner(org_id, person_id))
        return Line(**rows[0], text="", acts=ACTS.get(rows[0]["section"], ())) if rows else None

    async def acted(self, org_id: int, person_id: int, brief_id: int, number: int, act: Act | None) -> bool:
        """Record what was done with a line."""
        values = {"id": brief_id, "number": number, "me": person_id, "act": act or ""}
        (rows,) = await self._database.run(org_id, (_ACTED, values), viewer=Viewer.owner(org_id, person_id))
        return bool(rows)


def _viewer(org_id: int, person_id: int, room: str) -> Viewer:
    return Viewer(org_id=org_id, person_id=person_id, room=room, private=not room)


def _due(row: DictRow) -> DueBrief:
    kept = row["facts"]
    brief = kept.pop(BRIEF, None) if kept else None
    return DueBrief(
        id=row["id"],
        reader=_reader(row),
        kind=row["kind"],
        at=row["due_at"],
        facts=Facts.model_validate(kept) if kept else None,
        brief=Brief.model_validate(brief) if brief else None,
    )


def _reader(row: DictRow) -> Reader:
    chosen = PersonSettings.model_validate(row["settings"] or {})
    return Reader(
        org_id=row["org_id"],
        person_id=row["owner"],
        name=row["name"] or "",
        zone=row["zone"],
        member=row["member"],
        room=row["room"],
        language="" if row["room"] else chosen.language,
        silent=chosen.briefs.silent and not row["room"],
    )


def _lines(facts: Facts, brief: Brief) -> Iterator[dict[str, object]]:
    terms = {one.ref: one.terms for one in (*facts.priorities, *facts.tomorrow)}
    for line in brief.lines:
        yield {"number": line.number, "section": line.section, "ref": line.ref, "terms": terms.get(line.ref, {})}
