"""Outreach: whom a person could get in touch with, as the database knows it, and their ready queue."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database, Statement
from adapters.postgres.visible import ACCOUNTS, MINE
from adapters.postgres.weights import KEPT, kept_of
from core.briefs.candidates import Tie
from core.briefs.models import Act, Opportunity, Reader
from core.briefs.outreach import OUTREACH
from core.briefs.ports import Entry, Style, Waiting
from core.briefs.queue import ready
from core.people.models import PersonSettings
from core.people.viewer import Viewer

State = Literal["ready", "sent", "later", "dropped"]
_ACTS = {"sent": Act.SEND, "later": Act.LATER, "dropped": Act.DISMISS}

# Everybody whom the person owns, was in touch with, has a deal with or has promised something. A touch is what anybody
# noted who shares it, and a meeting that the contact's address was invited to. Events are matched by the addresses in
# them, each taken out once: to look for every contact in every event would take long.
_TIES = f"""
    WITH ids AS (
        SELECT id FROM contacts WHERE {MINE} AND gone_at IS NULL
        UNION SELECT contact_id FROM activities WHERE {MINE}
        UNION SELECT contact_id FROM deals WHERE {MINE} AND gone_at IS NULL
        UNION SELECT contact_id FROM tasks WHERE {MINE} AND promised AND done_at IS NULL AND dropped_at IS NULL
    ), invited AS (
        SELECT DISTINCT starts_at, lower(found[1]) AS email
        FROM calendar_events, regexp_matches(people::text, '[^"<>\\s:,\\\\]+@[^"<>\\s,\\\\]+', 'g') AS found
        WHERE {MINE} AND answer <> 'declined'
        AND starts_at BETWEEN %(at)s - interval '400 days' AND %(at)s + interval '30 days'
    ), usual AS (
        SELECT currency, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS value FROM deals
        WHERE {MINE} AND gone_at IS NULL AND stage NOT IN ('won', 'lost') GROUP BY currency
    )
    SELECT contacts.id AS contact_id, contacts.name, companies.name AS company, contacts.email, contacts.title,
           contacts.rhythm_days, contacts.birthday, contacts.created_at, coalesce(touch.touches, '{{}}') AS touches,
           touch.last_words, coalesce(promise.promised, '{{}}') AS promised, deal.id AS deal_id,
           deal.name AS deal_name, deal.stage AS deal_stage, deal.stage_since AS deal_stage_since,
           deal.value::float AS deal_value, deal.currency AS deal_currency, deal.closes_on AS deal_closes_on,
           deal.next_step AS deal_next_step, usual.value AS usual_value, meeting.at AS meeting_at,
           settled.dropped_at, settled.later_until
    FROM ids JOIN contacts ON contacts.id = ids.id LEFT JOIN companies ON companies.id = contacts.company_id
    LEFT JOIN LATERAL (
        SELECT array_agg(at ORDER BY at DESC) AS touches, (array_agg(text ORDER BY at DESC))[1] AS last_words FROM (
            (SELECT happened_at AS at, text FROM activities
             WHERE contact_id = contacts.id AND kind <> 'note' AND happened_at <= %(at)s
             ORDER BY happened_at DESC LIMIT 20)
            UNION ALL
            (SELECT starts_at, '' FROM invited WHERE email = lower(contacts.email) AND starts_at <= %(at)s
             ORDER BY starts_at DESC LIMIT 20)
            ORDER BY 1 DESC LIMIT 20) AS latest
    ) AS touch ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(text ORDER BY due_at NULLS LAST, id) AS promised FROM tasks
        WHERE contact_id = contacts.id AND {MINE} AND promised AND done_at IS NULL AND dropped_at IS NULL
        AND created_at <= %(at)s
    ) AS promise ON true
    LEFT JOIN LATERAL (
        SELECT * FROM deals WHERE contact_id = contacts.id AND (owner IS NULL OR {MINE}) AND gone_at IS NULL
        AND stage NOT IN ('won', 'lost') AND created_at <= %(at)s ORDER BY value DESC NULLS LAST, id LIMIT 1
    ) AS deal ON true
    LEFT JOIN usual ON usual.currency = deal.currency AND deal.currency <> ''
    LEFT JOIN LATERAL (
        SELECT min(starts_at) AS at FROM invited WHERE email = lower(contacts.email) AND starts_at > %(at)s
    ) AS meeting ON true
    LEFT JOIN LATERAL (
        SELECT max(settled_at) FILTER (WHERE state = 'dropped' AND settled_at <= %(at)s) AS dropped_at,
               max(later_until) FILTER (WHERE state = 'later') AS later_until
        FROM outreach WHERE contact_id = contacts.id AND {MINE}
    ) AS settled ON true
    WHERE contacts.gone_at IS NULL AND contacts.created_at <= %(at)s"""

_ENTRY = """
    SELECT outreach.id, outreach.contact_id, outreach.deal_id, outreach.state, outreach.later_until, outreach.why,
           outreach.terms, outreach.reason, outreach.draft, outreach.edited, contacts.name AS contact,
           contacts.email, coalesce(companies.name, '') AS company
    FROM outreach JOIN contacts ON contacts.id = outreach.contact_id
    LEFT JOIN companies ON companies.id = contacts.company_id"""
_OF_ME = MINE.replace("owner", "outreach.owner", 1)
_QUEUE = f"{_ENTRY} WHERE {_OF_ME} AND outreach.state IN ('ready', 'later') ORDER BY outreach.id"
_ONE = f"{_ENTRY} WHERE {_OF_ME} AND outreach.id = %(id)s"

_SWEEP = f"""
    DELETE FROM outreach WHERE {MINE} AND state = 'ready' AND NOT edited AND NOT contact_id = ANY (%(contacts)s)"""
_ADD = """
    INSERT INTO outreach (org_id, owner, contact_id, deal_id, why, terms, reason, draft, made_at)
    VALUES (%(org_id)s, %(me)s, %(contact_id)s, %(deal_id)s, %(why)s, %(terms)s, %(reason)s, %(draft)s, %(at)s)
    ON CONFLICT (owner, contact_id) WHERE state IN ('ready', 'later') DO NOTHING"""
_CHANGE = f"""
    UPDATE outreach SET deal_id = %(deal_id)s, why = %(why)s, terms = %(terms)s, reason = %(reason)s,
        draft = CASE WHEN edited THEN draft ELSE %(draft)s END
    WHERE id = %(id)s AND {MINE} AND state IN ('ready', 'later')"""
# What is done with somebody who is put off, and was not shown again since, stands in place of the putting off.
_SETTLE = f"""
    UPDATE outreach SET state = %(state)s, later_until = %(until)s,
        settled_at = CASE WHEN %(state)s <> 'ready' THEN clock_timestamp() END,
        acts = CASE WHEN %(state)s = 'ready' OR state = 'later' AND later_until > clock_timestamp()
                    THEN acts - (-1) ELSE acts END
            || CASE WHEN %(state)s = 'ready' THEN '[]'
                    ELSE jsonb_build_object('act', %(act)s::text, 'terms', terms - 'score', 'at', clock_timestamp()) END
    WHERE id = %(id)s AND {MINE} AND (state <> %(state)s OR %(state)s = 'later')
    AND (%(state)s = 'ready' OR state IN ('ready', 'later'))"""
_LOG = f"""
    INSERT INTO activities (org_id, owner, shared_with, contact_id, deal_id, kind, text, happened_at, key)
    SELECT org_id, owner, '', contact_id, deal_id, %(kind)s, left(draft, 1000), clock_timestamp(), %(key)s
    FROM outreach WHERE id = %(id)s AND {MINE} AND state = 'sent' ON CONFLICT DO NOTHING"""
_UNLOG = f"DELETE FROM activities WHERE key = %(key)s AND {MINE}"
_EDIT = f"""
    UPDATE outreach SET draft = %(draft)s, edited = true
    WHERE id = %(id)s AND {MINE} AND state IN ('ready', 'later')"""

_CHOSEN = "SELECT settings FROM people WHERE id = %(me)s"
# What a person writes to Robbie in private is how they write; commands, code and what is quoted are not.
_SAMPLES = f"""
    SELECT messages.text FROM messages JOIN conversations ON conversations.id = messages.conversation_id
    WHERE messages.person_id IN ({ACCOUNTS}) AND conversations.direct AND NOT conversations.off_record
    AND length(messages.text) BETWEEN 40 AND 400 AND messages.text !~ '(^\\s*[/!>]|```|://)'
    ORDER BY messages.occurred_at DESC LIMIT 5"""


class PostgresOutreach:
    """Implements ``core.briefs.ports.OutreachStore`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, reader: Reader, at: datetime) -> Waiting:
        """All ties of a person with the open entries, in one round trip."""
        if reader.room:
            return Waiting()
        return waiting_of(*await self._run(reader, (KEPT, _values(reader, at)), *statements(reader, at)))

    async def ready(self, reader: Reader, at: datetime) -> tuple[Opportunity, ...]:
        """The few to get in touch with now."""
        return ready(await self.waiting(reader, at), reader, at)

    async def enqueue(self, reader: Reader, entries: Sequence[Entry], at: datetime) -> None:
        """Put them into the queue, or change what is open; what speaks no more goes, unless it was edited."""
        contacts = [entry.contact_id for entry in entries]
        changes = [(_CHANGE if entry.id else _ADD, {**_values(reader, at), **_columns(entry)}) for entry in entries]
        await self._run(reader, (_SWEEP, {**_values(reader, at), "contacts": contacts}), *changes)

    async def one(self, reader: Reader, id: int) -> Entry | None:
        """An entry in whatever state."""
        (rows,) = await self._run(reader, (_ONE, {"me": reader.person_id, "id": id}))
        return entry_of(rows[0]) if rows else None

    async def settle(
        self,
        reader: Reader,
        id: int,
        state: State,
        until: datetime | None = None,
        *,
        kind: Literal["email", "message"] = "message",
    ) -> Entry | None:
        """Change its state, with the activity that comes of it, in one transaction."""
        values: dict[str, object] = {"me": reader.person_id, "id": id, "state": state, "until": until, "kind": kind}
        values |= {"key": f"outreach:{id}", "act": _ACTS.get(state)}
        follow = {"sent": (_LOG,), "ready": (_UNLOG,)}.get(state, ())
        try:
            *_, rows = await self._run(reader, *((query, values) for query in (_SETTLE, *follow, _ONE)))
        except UniqueViolation:
            return None
        return entry_of(rows[0]) if rows and rows[0]["state"] == state else None

    async def edit(self, reader: Reader, id: int, draft: str) -> Entry | None:
        """Keep a draft in the person's own words."""
        values = {"me": reader.person_id, "id": id, "draft": draft}
        _, rows = await self._run(reader, (_EDIT, values), (_ONE, values))
        return entry_of(rows[0]) if rows and rows[0]["state"] in ("ready", "later") else None

    async def style(self, reader: Reader) -> Style:
        """How the person writes, and what they have chosen."""
        values = {"me": reader.person_id}
        chosen, said = await self._run(reader, (_CHOSEN, values), (_SAMPLES, values))
        settings = PersonSettings.model_validate(chosen[0]["settings"]) if chosen else PersonSettings()
        return Style(settings=settings, samples=tuple(row["text"] for row in said))

    async def _run(self, reader: Reader, *statements: Statement) -> list[list[DictRow]]:
        return await self._database.run(reader.org_id, *statements, viewer=viewer_of(reader))


def statements(reader: Reader, at: datetime) -> tuple[Statement, Statement]:
    """What ``waiting_of`` needs the rows of, for whoever has more to ask in the same round trip."""
    return (_TIES, _values(reader, at)), (_QUEUE, _values(reader, at))


def waiting_of(kept: Sequence[DictRow], ties: Sequence[DictRow], queue: Sequence[DictRow]) -> Waiting:
    """What the rows of ``weights.KEPT`` say, and those of ``statements``."""
    weights = kept_of(kept, OUTREACH).weights(OUTREACH)
    return Waiting(ties=tuple(map(_tie, ties)), queue=tuple(map(entry_of, queue)), weights=weights)


def viewer_of(reader: Reader) -> Viewer:
    """The person in private, who sees what their team keeps together where they are a member of it."""
    return Viewer(org_id=reader.org_id, person_id=reader.person_id, private=True, org_wide=reader.member)


def entry_of(row: DictRow) -> Entry:
    """An entry of the queue."""
    own = ("id", "contact_id", "deal_id", "state", "later_until", "reason", "edited", "email")
    terms: dict[str, float] = dict(row["terms"])
    opportunity = Opportunity(
        ref=f"outreach:{row['id']}",
        text=f"Get in touch with {row['contact']}",
        who=row["contact"],
        why=tuple(row["why"]),
        contact=row["contact"],
        company=row["company"],
        draft=row["draft"],
        score=terms.pop("score", 0.0),
        terms=terms,
    )
    return Entry(opportunity=opportunity, **{name: row[name] for name in own})


def _tie(row: DictRow) -> Tie:
    return Tie.model_validate({name: value for name, value in row.items() if value is not None})


def _values(reader: Reader, at: datetime) -> dict[str, object]:
    return {"org_id": reader.org_id, "me": reader.person_id, "at": at}


def _columns(entry: Entry) -> dict[str, object]:
    found = entry.opportunity
    return {
        "id": entry.id,
        "contact_id": entry.contact_id,
        "deal_id": entry.deal_id,
        "why": Jsonb(list(found.why)),
        "terms": Jsonb({"score": found.score, **found.terms}),
        "reason": entry.reason,
        "draft": found.draft,
    }
