"""When each person's and channel's next briefs are due: made for who is new, reckoned anew where something changed.

What changes is written down by the database as it changes, so that a tick with nothing to do looks at nobody. People
who chose the same in the same zone are reckoned together.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from adapters.postgres import brief_times_sql as sql
from adapters.postgres.database import Database, Transaction
from adapters.postgres.schedules import first
from core.briefs.models import BriefKind
from core.briefs.schedule import HolidayDates, Occurrence, Rhythm
from core.briefs.times import Step, Timed, reckoned
from core.people.models import BriefSettings, RoomBrief

_log = logging.getLogger(__name__)

_BATCH = 1_000
_NEVER = "9999-12-31"
_MOVED = "its time had passed when the time zone changed"

# A time that has passed for good is a brief that says so.
SKIP = """
    INSERT INTO briefs (org_id, owner, room, subject, kind, local_date, zone, due_at, state, settled_at, problem)
    SELECT org_id, owner, room, subject, kind, local_date, zone, due_at, 'skipped', %(now)s, problem
    FROM jsonb_to_recordset(%(skipped)s) AS it (org_id bigint, owner bigint, room text, subject text, kind text,
        local_date date, zone text, due_at timestamptz, problem text)
    ON CONFLICT DO NOTHING"""

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('briefs', 0))"


class PostgresBriefTimes:
    """Keeps the times right, as robbie_system; any number of processes may do it.

    Args:
        database: the pools.
        grace: how late a brief may be.
        holidays: public holidays.
    """

    def __init__(self, database: Database, *, grace: timedelta, holidays: HolidayDates) -> None:
        self._database = database
        self._grace = grace
        self._holidays = holidays

    async def reckon(self, now: datetime) -> int:
        """Reckon anew what has changed, and say how many people and channels that were."""
        done, more = 0, True
        while more:
            async with self._database.system() as tx:
                await alone(tx)
                changes = await (await tx.execute(sql.CHANGES, {"limit": _BATCH})).fetchall()
                if changes:
                    done += await self._look_at(tx, changes, now)
            more = len(changes) == _BATCH
        return done

    async def compare(self, now: datetime) -> int | None:
        """Look at everybody, once an hour, for what changed and was not written down, so that it is reckoned next.

        Returns how many there were; None when this hour's was done already.
        """
        async with self._database.system() as tx:
            if not await first(tx, "brief times", f"{now.astimezone(UTC):%H}", now.astimezone(UTC).date()):
                return None
            return (await tx.execute(sql.COMPARE)).rowcount

    async def _look_at(self, tx: Transaction, changes: Sequence[DictRow], now: datetime) -> int:
        """Each is read after its change was, so that none is left out."""
        whom = {
            "people": [row["person_id"] for row in changes if row["person_id"]],
            "humans": [row["human"] for row in changes if row["human"]],
        }
        people = [row["id"] for row in await (await tx.execute(sql.CONCERNED, whom)).fetchall()]
        rooms = list({row["room"] for row in changes if row["room"]})
        done = 0
        for query, only in ((sql.ROOMS, rooms), (sql.PEOPLE, people)):
            rows = await (await tx.execute(query, {"only": only})).fetchall() if only else []
            if rows:
                await self._keep(tx, rows, now)
            done += len(rows)
        await tx.execute(sql.LOOKED_AT, {"ids": [row["id"] for row in changes]})
        return done

    async def _keep(self, tx: Transaction, rows: Sequence[DictRow], now: datetime) -> None:
        times, skipped = [], []
        alike: dict[tuple[object, ...], Step] = {}
        for row in rows:
            rhythm = rhythm_of(row, self._holidays)
            before = {one.kind: one for one in map(_timed, row["before"])}
            made = {one["kind"]: date.fromisoformat(one["last"]) for one in row["made"]}
            for kind in BriefKind:
                timed, last = before.get(kind), made.get(kind)
                key = (row["room"], row["zone"], str(row["chosen"]), kind, timed, last)
                if key not in alike:
                    alike[key] = reckoned(timed, rhythm, kind, last, now, self._grace)
                step = alike[key]
                times.append(time_row(row, kind, rhythm.zone, step.next))
                skipped += [skipped_row(row, kind, rhythm.zone, one, _MOVED) for one in step.skipped if row["id"]]
        await tx.execute(sql.KEEP, {"times": Jsonb(times)})
        if skipped:
            await tx.execute(SKIP, {"skipped": Jsonb(skipped), "now": now})


async def alone(tx: Transaction) -> None:
    """Let one transaction at a time schedule: two would each count what was handed over lately without the other's.

    It waits for its turn, for who went away without doing anything would be late by a minute.
    """
    await tx.execute(_ALONE)


def chosen_by(row: DictRow) -> BriefSettings | RoomBrief | None:
    """What the person or channel of a row chose; None where nobody understands it, which keeps no others waiting."""
    try:
        return (RoomBrief if row["room"] else BriefSettings).model_validate(row["chosen"])
    except ValidationError:
        _log.warning("the brief settings of %s cannot be read", f"person {row['id']}" if row["id"] else "a channel")
        return None


def rhythm_of(row: DictRow, holidays: HolidayDates) -> Rhythm:
    """When the person or channel of a row wants briefs."""
    chosen = chosen_by(row)
    if isinstance(chosen, RoomBrief):
        return Rhythm.of_room(chosen)
    return Rhythm.of(chosen or BriefSettings(on=False), row["zone"], holidays)


def time_row(row: DictRow, kind: BriefKind, zone: str, following: Occurrence | None) -> dict[str, object]:
    """The time of a kind, as it is kept."""
    return {
        "org_id": row["org_id"],
        "person_id": row["id"],
        "room": row["room"],
        "kind": kind,
        "zone": zone,
        "reckoned_from": row["reckoned_from"],
        "tenant": row["tenant"],
        **when(following),
    }


def when(following: Occurrence | None) -> dict[str, object]:
    """The date and moment of what is to come, for JSON."""
    if following is None:
        return {"local_date": _NEVER, "due_at": "infinity"}
    return {"local_date": following.local_date.isoformat(), "due_at": following.due_at.isoformat()}


def skipped_row(row: DictRow, kind: BriefKind, zone: str, one: Occurrence, problem: str) -> dict[str, object]:
    """A brief that is not made any more."""
    return {
        "org_id": row["org_id"],
        "owner": row["id"],
        "room": row["room"],
        "subject": subject_of(row),
        "kind": kind,
        "zone": zone,
        "problem": problem,
        **when(one),
    }


def subject_of(row: DictRow) -> str:
    """Whose brief it is: all accounts of one human are one subject."""
    if row["room"]:
        return f"room:{row['room']}"
    return f"human:{row['human']}" if row["human"] else f"person:{row['id']}"


def _timed(one: dict[str, str]) -> Timed:
    occurrence = None
    if one["due_at"]:
        due_at = datetime.fromisoformat(one["due_at"]).astimezone(UTC)
        occurrence = Occurrence(date.fromisoformat(one["local_date"]), due_at)
    return Timed(BriefKind(one["kind"]), one["zone"], occurrence)
