"""When each person's and channel's next briefs are due: made for who is new, reckoned anew where something changed.

One query finds who is concerned; people who chose the same in the same zone are reckoned together.
"""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from adapters.postgres.database import Database, Transaction
from core.briefs.models import BriefKind
from core.briefs.schedule import HolidayDates, Occurrence, Rhythm
from core.briefs.times import Step, Timed, reckoned
from core.people.models import BriefSettings, RoomBrief

_log = logging.getLogger(__name__)

_BATCH = 1_000
_ALL: dict[str, object] = {"only": None}
_NEVER = "9999-12-31"
_MOVED = "its time had passed when the time zone changed"

# Whoever talked to Robbie directly, or used a command, and can be reached. Accounts that are one human's count once:
# by the surface that was chosen, else at home, else where something was last written.
SUBJECTS = """
    met AS MATERIALIZED (
        SELECT people.id, people.org_id, people.human, at, coalesce(settings -> 'briefs', '{}') AS chosen,
               coalesce(nullif(zone, ''), (
                   SELECT zone FROM people AS same WHERE same.human = people.human AND zone <> ''
                   ORDER BY home DESC, id LIMIT 1), 'UTC') AS zone,
               coalesce(place.surface, account.surface, '') AS surface,
               coalesce(place.tenant, account.tenant, '') AS tenant,
               human IS NOT NULL AND EXISTS (
                   SELECT FROM people AS same
                   WHERE same.human = people.human AND same.home AND same.org_id = people.org_id) AS at_home
        FROM direct_places JOIN people ON people.id = person_id
        LEFT JOIN conversations AS place ON place.id = conversation_id
        LEFT JOIN accounts AS account ON conversation_id IS NULL AND account.person_id = people.id
            AND account.surface = 'slack'
        WHERE (%(only)s::bigint[] IS NULL OR people.id = ANY (%(only)s))
          AND NOT EXISTS (SELECT FROM accounts AS bot WHERE bot.person_id = people.id AND bot.is_bot)
    ),
    subjects AS MATERIALIZED (
        SELECT id, org_id, human, zone, chosen, surface, tenant FROM met WHERE human IS NULL
        UNION ALL
        (SELECT DISTINCT ON (human) id, org_id, human, zone, chosen, surface, tenant FROM met WHERE human IS NOT NULL
         ORDER BY human, surface = chosen ->> 'by' DESC NULLS LAST, surface IN ('web', 'console', ''), at_home DESC,
                  at DESC, id)
    ),
    wanted AS MATERIALIZED (
        SELECT id, org_id, human, zone, chosen, '' AS room,
               CASE WHEN chosen ->> 'by' = 'email' THEN 'email' ELSE surface || '/' || tenant END AS tenant,
               concat_ws(' ', zone, surface || '/' || tenant, human, chosen) AS reckoned_from
        FROM subjects
        WHERE chosen ->> 'by' IN ('web', 'email') OR surface NOT IN ('web', 'console', '')
    )"""

# All accounts of a human are looked at for what was reckoned and made before they were joined.
_ACCOUNTS = "people.id = wanted.id OR people.human = wanted.human"
_WHO = f"""
    WITH {SUBJECTS}
    SELECT wanted.id FROM wanted
    LEFT JOIN brief_times AS known ON known.person_id = wanted.id AND known.kind = 'morning'
    WHERE known.reckoned_from IS DISTINCT FROM wanted.reckoned_from ORDER BY wanted.id"""
_CHANGED = f"""
    WITH {SUBJECTS}
    SELECT wanted.*, ARRAY(
               SELECT jsonb_build_object('kind', kind, 'zone', brief_times.zone, 'local_date', local_date,
                                         'due_at', nullif(due_at, 'infinity'))
               FROM brief_times JOIN people ON people.id = person_id WHERE {_ACCOUNTS}
               ORDER BY due_at DESC) AS before,
           ARRAY(SELECT jsonb_build_object('kind', kind, 'last', max(local_date))
                 FROM briefs JOIN people ON people.id = owner WHERE room = '' AND ({_ACCOUNTS})
                 GROUP BY kind) AS made
    FROM wanted LEFT JOIN brief_times AS known ON known.person_id = wanted.id AND known.kind = 'morning'
    WHERE known.reckoned_from IS DISTINCT FROM wanted.reckoned_from"""
_GONE = f"""
    WITH {SUBJECTS}
    DELETE FROM brief_times WHERE person_id IS NOT NULL AND person_id NOT IN (SELECT id FROM wanted)"""

_ROOMS = """
    WITH wanted AS (
        SELECT org_id, surface || '/' || tenant || '/' || channel AS room, surface || '/' || tenant AS tenant,
               settings -> 'brief' AS chosen, (settings -> 'brief')::text AS reckoned_from
        FROM channel_settings WHERE jsonb_typeof(settings -> 'brief') = 'object'
    ),
    gone AS (
        DELETE FROM brief_times WHERE room <> '' AND NOT EXISTS (
            SELECT FROM wanted WHERE (wanted.org_id, wanted.room) = (brief_times.org_id, brief_times.room))
    )
    SELECT wanted.*, NULL::bigint AS id, NULL::uuid AS human, '' AS zone, ARRAY(
               SELECT jsonb_build_object('kind', kind, 'zone', zone, 'local_date', local_date,
                                         'due_at', nullif(due_at, 'infinity'))
               FROM brief_times WHERE brief_times.room = wanted.room AND brief_times.org_id = wanted.org_id) AS before,
           ARRAY(SELECT jsonb_build_object('kind', kind, 'last', max(local_date))
                 FROM briefs WHERE subject = 'room:' || wanted.room GROUP BY kind) AS made
    FROM wanted LEFT JOIN brief_times AS known
      ON known.org_id = wanted.org_id AND known.room = wanted.room AND known.kind = 'morning'
    WHERE known.reckoned_from IS DISTINCT FROM wanted.reckoned_from"""

_KEEP = """
    INSERT INTO brief_times (org_id, person_id, room, kind, local_date, due_at, zone, reckoned_from, tenant)
    SELECT org_id, person_id, room, kind, local_date, due_at, zone, reckoned_from, tenant
    FROM jsonb_to_recordset(%(times)s) AS it (org_id bigint, person_id bigint, room text, kind text, local_date date,
        due_at timestamptz, zone text, reckoned_from text, tenant text)
    ON CONFLICT (org_id, person_id, room, kind) DO UPDATE SET
        local_date = excluded.local_date, due_at = excluded.due_at, zone = excluded.zone,
        reckoned_from = excluded.reckoned_from, tenant = excluded.tenant"""

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
        """Reckon what is new or has changed, and say how many people and channels that were."""
        async with self._database.system() as tx:
            await alone(tx)
            done = await self._reckon(tx, _ROOMS, now)
            changed = [row["id"] for row in await (await tx.execute(_WHO, _ALL)).fetchall()]
            if not changed:
                await tx.execute(_GONE, _ALL)
        for begin in range(0, len(changed), _BATCH):
            batch = changed[begin : begin + _BATCH]
            async with self._database.system() as tx:
                await alone(tx)
                done += await self._reckon(tx, _CHANGED, now, batch)
                if batch[-1] == changed[-1]:  # what a human's other accounts had is read before it goes
                    await tx.execute(_GONE, _ALL)
        return done

    async def _reckon(self, tx: Transaction, query: str, now: datetime, only: Sequence[int] = ()) -> int:
        """Reckon a few anew, those that nobody has reckoned meanwhile."""
        rows = await (await tx.execute(query, {"only": list(only)})).fetchall()
        if rows:
            await self._keep(tx, rows, now)
        return len(rows)

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
        await tx.execute(_KEEP, {"times": Jsonb(times)})
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
