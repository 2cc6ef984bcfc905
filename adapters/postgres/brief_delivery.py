"""What became of each delivery, and what follows: delivered, the other way, or undelivered and said so."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import DictRow

from adapters.postgres.brief_due import WAYS
from adapters.postgres.brief_times import alone, chosen_by
from adapters.postgres.database import Database, Transaction
from core.briefs.times import Way, way_to
from core.people.models import BriefSettings

_log = logging.getLogger(__name__)

# What is too late is held before it is judged: a worker or a sender that takes it at this very moment comes first, or
# finds it given up.
_HOLD = """
    SELECT inbox.id FROM deliveries JOIN inbox ON inbox.id = inbox_id
    WHERE channel = 'chat' AND deliveries.state = 'ready' AND deliveries.created_at < %(too_late)s
    ORDER BY inbox.id FOR UPDATE OF inbox"""
_HOLD_POSTS = "SELECT id FROM outbox WHERE inbox_id = ANY (%(held)s) ORDER BY id FOR UPDATE"

# An answer that says something else than the brief has delivered nothing, nor has one that came too late to say what
# was composed before. What hangs in the middle of a post is waited for: whoever posts it holds it.
_OUTCOMES = """
    SELECT id, CASE
        WHEN inbox_id IS NULL THEN 'failed: its message is not there any more'
        WHEN inbox IN ('set_aside', 'expired', 'ignored') THEN 'failed: it could not be composed'
        WHEN inbox = 'answered' AND NOT composed THEN 'failed: nothing was composed'
        WHEN inbox = 'answered' AND brief <> 'empty' AND posts = 0 THEN 'failed: it came too late'
        WHEN refused THEN 'failed: the platform does not take it'
        WHEN parked THEN 'unknown: nobody can tell whether it was posted'
        WHEN inbox = 'answered' AND all_sent THEN 'sent'
        WHEN too_late AND NOT sending AND inbox <> 'claimed' THEN 'failed: it was not sent in time' END AS outcome
    FROM (
        SELECT deliveries.id, inbox_id, inbox.state AS inbox, composed_at IS NOT NULL AS composed,
               briefs.state AS brief, inbox_id = ANY (%(held)s) AS too_late, posts.*
        FROM deliveries JOIN briefs ON briefs.id = brief_id LEFT JOIN inbox ON inbox.id = inbox_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS posts, coalesce(bool_and(outbox.state = 'sent'), true) AS all_sent,
                   coalesce(bool_or(outbox.state = 'failed'), false) AS refused,
                   coalesce(bool_or(outbox.state = 'unknown' AND outbox.not_before = 'infinity'), false) AS parked,
                   coalesce(bool_or(outbox.state IN ('sending', 'unknown')), false) AS sending
            FROM outbox WHERE outbox.inbox_id = deliveries.inbox_id) AS posts ON true
        WHERE channel = 'chat' AND deliveries.state = 'ready'
    ) AS chat"""
_SETTLE = f"""
    WITH outcomes AS MATERIALIZED ({_OUTCOMES})
    UPDATE deliveries SET state = split_part(outcome, ': ', 1), problem = split_part(outcome, ': ', 2),
        sent_at = CASE WHEN outcome = 'sent' THEN %(now)s END
    FROM outcomes WHERE outcomes.id = deliveries.id AND outcome IS NOT NULL AND deliveries.state = 'ready'
    RETURNING deliveries.id, deliveries.inbox_id, deliveries.state"""

# What goes another way now may not come by this one as well.
_NOT_ANY_MORE = """
    WITH late AS (
        UPDATE inbox SET state = 'expired', closed_at = clock_timestamp()
        WHERE id = ANY (%(given_up)s) AND state = 'received'
    )
    UPDATE outbox SET state = 'failed', error = 'the brief was given up' WHERE inbox_id = ANY (%(given_up)s)
      AND state = 'ready'"""
# Where nobody sends mail any more, nobody looks after what a worker died with either.
_MAIL_TOO_LATE = """
    UPDATE deliveries SET problem = 'it was not sent in time', lease_until = NULL, mail = NULL,
        state = CASE WHEN state = 'sending' AND handed_over_at IS NOT NULL THEN 'unknown' ELSE 'failed' END
    WHERE channel = 'email' AND created_at < %(too_late)s
      AND (state = 'ready' OR state = 'sending' AND lease_until < clock_timestamp())"""

_DELIVERED = """
    WITH done AS (
        UPDATE briefs SET settled_at = %(now)s, state = CASE
            WHEN deliveries.channel = 'email' OR EXISTS (SELECT FROM outbox WHERE inbox_id = deliveries.inbox_id)
            THEN 'delivered' ELSE 'empty' END
        FROM deliveries
        WHERE brief_id = briefs.id AND deliveries.state = 'sent' AND briefs.state IN ('due', 'composed', 'undelivered')
        RETURNING briefs.subject, briefs.composed_at, briefs.state
    ),
    told AS (
        UPDATE briefs SET told_at = %(now)s FROM done
        WHERE briefs.subject = done.subject AND done.state = 'delivered' AND told_at IS NULL
          AND briefs.state IN ('skipped', 'undelivered') AND briefs.settled_at <= done.composed_at
    )
    SELECT count(*) AS briefs FROM done"""

# A mail that came back after it had been sent has delivered nothing either.
_FAILED = f"""
    SELECT briefs.id AS brief_id, briefs.org_id, people.id, briefs.room, due_at,
           coalesce(settings -> 'briefs', '{{}}') AS chosen, {WAYS} AS ways,
           tried.channels, tried.problem, tried.unknown, tried.began
    FROM briefs LEFT JOIN people ON people.id = briefs.owner JOIN LATERAL (
        SELECT array_agg(channel) AS channels, string_agg(channel || ': ' || problem, '; ' ORDER BY id) AS problem,
               min(created_at) AS began, bool_or(state = 'unknown') AS unknown,
               bool_and(state IN ('failed', 'unknown')) AS over
        FROM deliveries WHERE brief_id = briefs.id) AS tried ON tried.over
    WHERE briefs.id IN (
        SELECT brief_id FROM deliveries
        WHERE state IN ('failed', 'unknown') AND created_at > %(now)s - interval '2 days')
      AND briefs.state IN ('due', 'composed', 'delivered')
    FOR UPDATE OF briefs SKIP LOCKED"""

_BY_MAIL = """
    INSERT INTO deliveries (org_id, owner, room, brief_id, channel, created_at)
    SELECT org_id, owner, room, id, 'email', %(now)s FROM briefs WHERE id = %(brief_id)s"""
_BY_CHAT = """
    WITH place AS (
        INSERT INTO conversations AS known (org_id, surface, tenant, channel, thread, direct)
        VALUES (%(org_id)s, %(surface)s, %(tenant)s, %(channel)s, '', true)
        ON CONFLICT (surface, tenant, channel, thread) DO UPDATE SET last_at = known.last_at
        RETURNING id, org_id, direct
    ),
    item AS (
        INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
        SELECT org_id, id, %(person_id)s, 'message', 'received', 'brief:' || %(brief_id)s, jsonb_build_object(
            'command', jsonb_build_object(
                'command', 'due-brief', 'arguments', jsonb_build_object('id', %(brief_id)s::text))), %(now)s
        FROM place WHERE direct AND org_id = %(org_id)s RETURNING id
    )
    INSERT INTO deliveries (org_id, owner, room, brief_id, channel, inbox_id, created_at)
    SELECT briefs.org_id, owner, room, briefs.id, 'chat', item.id, %(now)s FROM briefs, item
    WHERE briefs.id = %(brief_id)s"""
_AGAIN = "UPDATE briefs SET state = 'composed', settled_at = NULL WHERE id = %(brief_id)s AND state = 'delivered'"
_UNDELIVERED = """
    UPDATE briefs SET state = 'undelivered', settled_at = %(now)s, problem = %(problem)s WHERE id = %(brief_id)s"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a look at the deliveries brought: briefs that arrived, that go another way, and that did not arrive."""

    arrived: int = 0
    again: int = 0
    undelivered: int = 0


class PostgresBriefDelivery:
    """Settles deliveries, as robbie_system; any number of processes may do it.

    Args:
        database: the pools.
        retry: a way that has not delivered for so long is given up.
    """

    def __init__(self, database: Database, *, retry: timedelta) -> None:
        self._database = database
        self._retry = retry

    async def settle(self, now: datetime) -> Settled:
        """Look at what is on its way, and send what did not arrive another way."""
        values: dict[str, object] = {"now": now, "too_late": now - self._retry}
        async with self._database.system() as tx:
            await alone(tx)
            values["held"] = [row["id"] for row in await (await tx.execute(_HOLD, values)).fetchall()]
            await tx.execute(_HOLD_POSTS, values)
            settled = await (await tx.execute(_SETTLE, values)).fetchall()
            given_up = [row["inbox_id"] for row in settled if row["state"] == "failed" and row["inbox_id"]]
            if given_up:
                await tx.execute(_NOT_ANY_MORE, {"given_up": given_up})
            await tx.execute(_MAIL_TOO_LATE, values)
            done = await (await tx.execute(_DELIVERED, values)).fetchone()
            failed = await (await tx.execute(_FAILED, values)).fetchall()
            again = [await self._another_way(tx, row, now) for row in failed]
        return Settled(done["briefs"] if done else 0, sum(again), len(again) - sum(again))

    async def _another_way(self, tx: Transaction, row: DictRow, now: datetime) -> bool:
        """Whether there was one."""
        # What an outage kept for longer than both ways may take would come as news of a day that is gone.
        way = _other(row) if now - row["began"] <= 2 * self._retry else None
        values = {"brief_id": row["brief_id"], "now": now}
        if way is not None:
            to = {"org_id": way.org_id, "person_id": way.person_id, "surface": way.surface}
            place = {"tenant": way.tenant, "channel": way.channel}
            query = _BY_MAIL if way.kind == "email" else _BY_CHAT
            if (await tx.execute(query, {**values, **to, **place})).rowcount:
                await tx.execute(_AGAIN, values)
                return True
        _log.error("brief %s was not delivered: %s", row["brief_id"], row["problem"])
        await tx.execute(_UNDELIVERED, {**values, "problem": row["problem"]})
        return False


def _other(row: DictRow) -> Way | None:
    """The way that was not tried, if the person allows it.

    A second account's direct message is not this brief's; mail goes to where any of them has proven an address.
    """
    settings = chosen_by(row) if not row["room"] else None
    if not isinstance(settings, BriefSettings) or not settings.fallback or row["unknown"]:
        return None
    ways = [way for way in (Way(**one) for one in row["ways"]) if way.kind not in row["channels"]]
    own = (row["org_id"], row["id"])
    ways = [way for way in ways if way.kind == "email" or (way.org_id, way.person_id) == own]
    return way_to(settings, ways)
