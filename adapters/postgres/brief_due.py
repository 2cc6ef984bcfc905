"""Briefs whose time has come become messages: once for each subject, kind and local date, whoever schedules."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.brief_times import SKIP, alone, chosen_by, rhythm_of, skipped_row, subject_of, when
from adapters.postgres.database import Database, Transaction
from core.briefs.models import BriefKind
from core.briefs.schedule import HolidayDates, Occurrence
from core.briefs.times import Timed, Way, advanced, way_to
from core.people.models import BriefSettings

_BATCH = 500
_LATE = "its time had passed"
NO_WAY = "there is no way to its reader"

# What a platform takes in a minute, for each tenant; what is too late is none of it. A tick may come a little early.
_DUE = """
    WITH lately AS (
        SELECT coalesce(surface || '/' || tenant, 'email') AS tenant, count(*) AS handed
        FROM deliveries LEFT JOIN inbox ON inbox.id = inbox_id
        LEFT JOIN conversations ON conversations.id = inbox.conversation_id
        WHERE deliveries.created_at > %(now)s - interval '50 seconds' GROUP BY 1
    ),
    ranked AS (
        SELECT id, due_at, tenant, due_at < %(too_late)s AS late,
               row_number() OVER (PARTITION BY tenant, due_at < %(too_late)s ORDER BY due_at, id) AS number
        FROM brief_times WHERE due_at <= %(now)s
    )
    SELECT id FROM ranked LEFT JOIN lately USING (tenant)
    WHERE late OR number <= %(per_minute)s - coalesce(handed, 0) ORDER BY due_at, id LIMIT %(limit)s"""

_SAME = "same.id = people.id OR same.human = people.human"
# What the id itself says, whatever else is noted of a place: in Slack, D… is a direct message and C… or G… is none; in
# Discord, a direct message is in no guild.
_ALONE = "(surface <> 'slack' OR starts_with(channel, 'D')) AND (surface <> 'discord' OR starts_with(tenant, 'dm-'))"
_DIRECT = f"""
    SELECT place.surface, person_id, direct.org_id, place.tenant, place.channel, 1 AS rank, at
    FROM people AS same JOIN direct_places AS direct ON direct.person_id = same.id
    JOIN conversations AS place ON place.id = conversation_id AND place.direct AND place.org_id = direct.org_id
    JOIN accounts USING (person_id, surface, tenant) WHERE ({_SAME}) AND {_ALONE}"""
# Slack opens a direct message for an account; Discord says which one it is only once it was opened.
_OPENED = f"""
    SELECT surface, person_id, accounts.org_id, tenant, account, 2, NULL FROM people AS same
    JOIN accounts ON person_id = same.id AND surface = 'slack'
    WHERE ({_SAME}) AND NOT EXISTS (
        SELECT FROM direct_places AS direct JOIN conversations AS place ON place.id = conversation_id
        WHERE direct.person_id = same.id AND place.surface = 'slack')"""
_MAIL = f"""
    SELECT 'email', person_id, mail_addresses.org_id, '', '', 3, verified_at FROM people AS same
    JOIN mail_addresses ON person_id = same.id AND verified_at IS NOT NULL AND stopped_at IS NULL AND bounced_at IS NULL
    WHERE {_SAME}"""
WAYS = f"""
    ARRAY(SELECT to_jsonb(way) - 'rank' - 'at' FROM ({_DIRECT} UNION ALL {_OPENED} UNION ALL {_MAIL}) AS way
          ORDER BY rank, person_id = people.id DESC, at DESC NULLS LAST)"""
"""All ways to a person of a row of ``people``, with those of other accounts of the same human."""

# Whose accounts are being joined or parted is left for the next time.
_PEOPLE = f"""
    SELECT times.id AS time_id, people.id, times.org_id, times.room, kind, local_date, due_at, times.zone,
           coalesce(settings -> 'briefs', '{{}}') AS chosen, human, {WAYS} AS ways
    FROM brief_times AS times JOIN people ON people.id = times.person_id
    WHERE times.id = ANY (%(due)s) AND due_at <= %(now)s
    FOR UPDATE OF times SKIP LOCKED FOR SHARE OF people SKIP LOCKED"""

# A channel's answer is to whoever switched its brief on, for as long as they are there.
_ROOMS = """
    SELECT times.id AS time_id, NULL::bigint AS id, times.org_id, times.room, kind, local_date, due_at, times.zone,
           settings -> 'brief' AS chosen, NULL AS human, ARRAY(
               SELECT jsonb_build_object('surface', place.surface, 'person_id', accounts.person_id,
                                         'org_id', place.org_id, 'tenant', place.tenant, 'channel', channel)
               FROM people AS same JOIN accounts ON accounts.person_id = same.id
               WHERE (accounts.surface, accounts.tenant, same.org_id) = (place.surface, place.tenant, place.org_id)
                 AND (same.id = (place.settings #>> '{brief,by}')::bigint OR same.human = (
                    SELECT human FROM people WHERE people.id = (place.settings #>> '{brief,by}')::bigint))
               ORDER BY same.id = (place.settings #>> '{brief,by}')::bigint DESC) AS ways
    FROM brief_times AS times JOIN channel_settings AS place
      ON place.org_id = times.org_id AND surface || '/' || place.tenant || '/' || channel = times.room
    WHERE times.id = ANY (%(due)s) AND due_at <= %(now)s AND jsonb_typeof(settings -> 'brief') = 'object'
    FOR UPDATE OF times SKIP LOCKED"""

# One human's other account may have had it under another subject, before the two were joined. Nothing is put where
# somebody else reads; a channel's, only into that channel.
_MAKE = """
    WITH it AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(made)s) AS it (org_id bigint, owner bigint, human uuid, room text,
            subject text, kind text, local_date date, zone text, due_at timestamptz, way text, surface text,
            tenant text, channel text)
    ),
    brief AS (
        INSERT INTO briefs (org_id, owner, room, subject, kind, local_date, zone, due_at, created_at)
        SELECT org_id, owner, room, subject, kind, local_date, zone, due_at, %(now)s FROM it
        WHERE room <> '' OR NOT EXISTS (
            SELECT FROM briefs JOIN people ON people.id = briefs.owner
            WHERE briefs.room = '' AND (briefs.kind, briefs.local_date) = (it.kind, it.local_date)
              AND (people.id = it.owner OR people.human = it.human))
        ON CONFLICT (subject, kind, local_date) DO NOTHING RETURNING id, subject, kind, local_date
    ),
    place AS (
        INSERT INTO conversations AS known (org_id, surface, tenant, channel, thread, direct)
        SELECT DISTINCT org_id, surface, tenant, channel, '', room = ''
        FROM it JOIN brief USING (subject, kind, local_date) WHERE way = 'chat' ORDER BY surface, tenant, channel
        ON CONFLICT (surface, tenant, channel, thread) DO UPDATE SET last_at = known.last_at
        RETURNING id, org_id, surface, tenant, channel, direct
    ),
    item AS (
        INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
        SELECT it.org_id, place.id, owner, 'message', 'received', 'brief:' || brief.id, jsonb_build_object(
            'command', jsonb_build_object(
                'command', 'due-brief', 'arguments', jsonb_build_object('id', brief.id::text))), %(now)s
        FROM it JOIN brief USING (subject, kind, local_date) JOIN place USING (org_id, surface, tenant, channel)
        WHERE way = 'chat' AND place.direct = (room = '') RETURNING id, platform_id
    )
    INSERT INTO deliveries (org_id, owner, room, brief_id, channel, inbox_id, created_at, state, problem)
    SELECT org_id, owner, room, brief.id, way, item.id, %(now)s,
           CASE WHEN way = 'chat' AND item.id IS NULL THEN 'failed' ELSE 'ready' END,
           CASE WHEN way = 'chat' AND item.id IS NULL THEN 'the place is not the reader''s alone' ELSE '' END
    FROM it JOIN brief USING (subject, kind, local_date) LEFT JOIN item ON platform_id = 'brief:' || brief.id"""

_NOWHERE = """
    INSERT INTO briefs (org_id, owner, room, subject, kind, local_date, zone, due_at, state, settled_at, problem)
    SELECT org_id, owner, room, subject, kind, local_date, zone, due_at, 'undelivered', %(now)s, problem
    FROM jsonb_to_recordset(%(nowhere)s) AS it (org_id bigint, owner bigint, room text, subject text, kind text,
        local_date date, zone text, due_at timestamptz, problem text)
    ON CONFLICT DO NOTHING"""

_ADVANCE = """
    UPDATE brief_times SET local_date = it.local_date, due_at = it.due_at
    FROM jsonb_to_recordset(%(next)s) AS it (time_id bigint, local_date date, due_at timestamptz)
    WHERE brief_times.id = time_id"""


@dataclass(frozen=True, slots=True)
class Handed:
    """What a tick did: briefs that are on their way, whose time had passed, and for which there is no way."""

    made: int = 0
    skipped: int = 0
    nowhere: int = 0


class PostgresDueBriefs:
    """Hands over, as robbie_system.

    Args:
        database: the pools.
        grace: how late a brief may be; later it is skipped.
        per_minute: how many a tenant is given in a minute.
        holidays: public holidays.
    """

    def __init__(self, database: Database, *, grace: timedelta, per_minute: int, holidays: HolidayDates) -> None:
        self._database = database
        self._grace = grace
        self._per_minute = per_minute
        self._holidays = holidays

    async def hand_over(self, now: datetime) -> Handed:
        """Put what is due on its way. Each batch is a transaction: what is killed between them is lost to nobody."""
        handed, more = Handed(), True
        while more:
            batch, more = await self._batch(now)
            handed = Handed(handed.made + batch.made, handed.skipped + batch.skipped, handed.nowhere + batch.nowhere)
        return handed

    async def _batch(self, now: datetime) -> tuple[Handed, bool]:
        """What one did, and whether there may be more."""
        values = {"now": now, "too_late": now - self._grace, "per_minute": self._per_minute, "limit": _BATCH}
        async with self._database.system() as tx:
            await alone(tx)
            due = [row["id"] for row in await (await tx.execute(_DUE, values)).fetchall()]
            if not due:
                return Handed(), False
            rows = await (await tx.execute(_PEOPLE, {"due": due, "now": now})).fetchall()
            rows += await (await tx.execute(_ROOMS, {"due": due, "now": now})).fetchall()
            handed = await self._done(tx, rows, now)
        return handed, bool(rows)  # after a long outage, what follows may be due as well

    async def _done(self, tx: Transaction, rows: Sequence[DictRow], now: datetime) -> Handed:
        made: list[dict[str, object]] = []
        nowhere: list[dict[str, object]] = []
        skipped: list[dict[str, object]] = []
        following = []
        for row in rows:
            step = advanced(_timed(row), rhythm_of(row, self._holidays), now, self._grace)
            way = _way(row)
            following.append({"time_id": row["time_id"], **when(step.next)})
            # Of a channel, nobody's is the brief whose owner has gone.
            whose = {**row, "id": row["id"] or (way.person_id if way else None)}
            skipped += [
                skipped_row(whose, row["kind"], row["zone"], one, "its time had passed") for one in step.skipped
            ]
            if step.due is not None and way is not None:
                made.append(_made(row, step.due, way))
            elif step.due is not None:
                nowhere.append(skipped_row(row, row["kind"], row["zone"], step.due, NO_WAY))
        for query, values in ((SKIP, {"skipped": skipped}), (_NOWHERE, {"nowhere": nowhere}), (_MAKE, {"made": made})):
            if any(values.values()):
                await tx.execute(query, {"now": now, **{name: Jsonb(them) for name, them in values.items()}})
        await tx.execute(_ADVANCE, {"next": Jsonb(following)})
        return Handed(len(made), len(skipped), len(nowhere))


def _timed(row: DictRow) -> Timed:
    return Timed(BriefKind(row["kind"]), row["zone"], Occurrence(row["local_date"], row["due_at"].astimezone(UTC)))


def _way(row: DictRow) -> Way | None:
    ways = [Way(**way) for way in row["ways"]]
    if row["room"]:
        return next(iter(ways), None)
    settings = chosen_by(row)
    return way_to(settings, ways) if isinstance(settings, BriefSettings) else None


def _made(row: Mapping[str, object], due: Occurrence, way: Way) -> dict[str, object]:
    return {
        "org_id": way.org_id,
        "owner": way.person_id,
        "human": row["human"] and str(row["human"]),
        "room": row["room"],
        "subject": subject_of(dict(row)),
        "kind": row["kind"],
        "zone": row["zone"],
        "way": way.kind,
        "surface": way.surface,
        "tenant": way.tenant,
        "channel": way.channel,
        **when(due),
    }
