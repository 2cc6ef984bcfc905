"""What is kept about a person, table by table. A test fails for a table that is neither here nor named as left out."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

from psycopg.types.json import Jsonb

from adapters.postgres.database import Database, Transaction
from core.conversation.models import Asker
from core.people.exporting import Part, Row
from core.people.viewer import Viewer

_MINE = """SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)"""
_PERSON = "person_id = ANY (%(mine)s)"
_OWNER = "owner = ANY (%(mine)s)"
_DIRECT = f"""(surface, tenant, channel) IN (
    SELECT surface, tenant, channel FROM conversations JOIN messages ON conversation_id = conversations.id
    WHERE {_PERSON} AND direct)"""

EXPORTED: Mapping[str, tuple[str, str]] = {
    "people": (
        "You",
        """SELECT people.id, people.name, zone, settings, human, home, people.created_at, organizations.name AS org
           FROM people JOIN organizations ON organizations.id = org_id WHERE people.id = ANY (%(mine)s)""",
    ),
    "accounts": (
        "Accounts",
        f"SELECT surface, tenant, account, is_admin, is_bot, refreshed_at FROM accounts WHERE {_PERSON}",
    ),
    "notes": (
        "Notes",
        f"""SELECT id, text, kind, importance, sharing, celebration, tone, subjects, created_at, said_at, due_at, room,
                   shared_with, pinned, uses, used_at, valid_to, superseded_by, found_by, source, edited_at
            FROM notes WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "note_sources": (
        "Messages that notes were made of",
        f"""SELECT note_id, surface, tenant, channel, thread, messages.platform_id AS message
            FROM note_sources JOIN notes ON notes.id = note_id JOIN messages ON messages.id = message_id
            JOIN conversations ON conversations.id = messages.conversation_id
            WHERE notes.{_OWNER} ORDER BY note_id DESC""",
    ),
    # What somebody else answered about a note of this person's is that one's own.
    "consents": (
        "Questions about sharing",
        f"""SELECT note_id, part, what, audience, wording AS text, state, asked_at, expires_at, settled_at
            FROM consents WHERE {_PERSON} ORDER BY id DESC""",
    ),
    "refusals": (
        "What is not to be noted again, which I recognise without keeping it",
        f"SELECT count(*) AS fingerprints, max(refused_at) AS last FROM refusals WHERE {_PERSON} HAVING count(*) > 0",
    ),
    "tasks": (
        "Tasks",
        f"""SELECT id, text, room, shared_with, due_at, done_at, dropped_at, snoozed_until, importance, effort_minutes,
                   energy, waiting, promised, blocked, goal_id, deal_id, contact_id, created_at
            FROM tasks WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "task_ties": ("Which task waits for which", f"SELECT task_id, after_id FROM task_ties WHERE {_OWNER}"),
    "goals": (
        "Goals",
        f"""SELECT id, text, importance, due_on, progress, done_at, dropped_at, created_at FROM goals
            WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "calendars": (
        "Calendars that you subscribed to",
        f"""SELECT id, kind, name, problem, synced_at, created_at FROM calendars
            WHERE {_OWNER} AND removed_at IS NULL ORDER BY id DESC""",
    ),
    "calendar_events": (
        "Events of your calendars",
        f"""SELECT calendar_id, title AS text, starts_at, ends_at, all_day, busy, answer, place, url, people
            FROM calendar_events WHERE {_OWNER} ORDER BY starts_at DESC""",
    ),
    "focus_blocks": (
        "Time that you keep free",
        f"SELECT id, text, starts_at, ends_at, task_id FROM focus_blocks WHERE {_OWNER} ORDER BY starts_at DESC",
    ),
    "companies": (
        "Companies that you keep",
        f"""SELECT id, name, domain, about AS text, shared_with, created_at FROM companies
            WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "contacts": (
        "Contacts that you keep",
        f"""SELECT id, name, company_id, email, phone, title, about AS text, birthday, rhythm_days, shared_with,
                   created_at FROM contacts WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "deals": (
        "Deals that you keep",
        f"""SELECT id, name, company_id, contact_id, value, currency, stage, stage_since, closes_on, next_step AS text,
                   shared_with, created_at FROM deals WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "activities": (
        "What passed between you and your contacts",
        f"""SELECT id, kind, text, contact_id, company_id, deal_id, happened_at, shared_with FROM activities
            WHERE {_OWNER} ORDER BY happened_at DESC""",
    ),
    "imports": (
        "Files that wait for your yes to be imported",
        f"SELECT id, name, length(content) AS bytes, created_at FROM imports WHERE {_OWNER} ORDER BY id DESC",
    ),
    "outreach": (
        "Whom Robbie proposed to get in touch with",
        f"""SELECT id, contact_id, deal_id, why, draft AS text, state, acts, made_at, settled_at FROM outreach
            WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "mentions": (
        "Messages of others that speak to you by name",
        f"""SELECT room, messages.platform_id AS message, said_at, answered_at
            FROM mentions JOIN messages ON messages.id = message_id WHERE {_OWNER} ORDER BY said_at DESC""",
    ),
    # A channel's hold what others shared with it, and belong to the channel, whoever switched them on.
    "briefs": (
        "Briefs",
        f"""SELECT id, kind, local_date, zone, due_at, state, facts, composed_at, settled_at, problem FROM briefs
            WHERE {_OWNER} AND room = '' ORDER BY id DESC""",
    ),
    "brief_lines": (
        "What you did with the lines of briefs",
        f"""SELECT brief_id, section, ref, terms, act, acted_at FROM brief_lines WHERE {_OWNER}
            ORDER BY id DESC""",
    ),
    "priority_weights": (
        "What the terms of the formulas of priorities and outreach weigh for you",
        f"""SELECT chosen, learnt, evidence, outreach_chosen, outreach_learnt, outreach_evidence, since, updated_at
            FROM priority_weights WHERE {_OWNER}""",
    ),
    "deliveries": (
        "How briefs were delivered",
        f"""SELECT brief_id, channel, state, problem, created_at, sent_at FROM deliveries WHERE {_OWNER}
            ORDER BY id DESC""",
    ),
    "letters": (
        "Mails to people outside that were sent for somebody",
        f"""SELECT key, state, changed_at FROM letters WHERE {_PERSON} ORDER BY changed_at DESC""",
    ),
    "mail_addresses": (
        "Where mail goes",
        f"""SELECT address, wanted, asked_at, verified_at, stopped_at, bounced_at FROM mail_addresses
            WHERE {_PERSON}""",
    ),
    "api_tokens": (
        "Tokens of other programs",
        f"SELECT id, name, created_at, used_at, until FROM api_tokens WHERE {_PERSON} ORDER BY id DESC",
    ),
    "reminders": (
        "Reminders",
        f"SELECT id, text, due_at, handed_over_at, created_at FROM reminders WHERE {_OWNER} ORDER BY id DESC",
    ),
    "votes": (
        "Votes on answers",
        f"""SELECT interaction_id, source, value, reason AS text, occurred_at FROM votes
            WHERE {_PERSON} ORDER BY occurred_at DESC""",
    ),
    "reactions": (
        "Reactions to answers",
        f"SELECT name, message_id, occurred_at FROM reactions WHERE {_PERSON} ORDER BY occurred_at DESC",
    ),
    "signals": (
        "What your messages said of the answers before them",
        f"SELECT interaction_id, kind, occurred_at FROM signals WHERE {_PERSON} ORDER BY occurred_at DESC",
    ),
    "uploads": (
        "Files that you attached in the web chat and that are kept for a while",
        f"""SELECT uploads.id, size, uploads.created_at FROM uploads JOIN accounts USING (surface, account)
            WHERE {_PERSON} ORDER BY uploads.created_at DESC""",
    ),
    "channel_settings": (
        "What you chose for direct messages",
        f"SELECT surface, channel, settings FROM channel_settings WHERE {_DIRECT}",
    ),
    "audit_log": (
        "What was done with what is yours",
        "SELECT action, counts, at FROM audit_log WHERE actor = ANY (%(mine)s) ORDER BY id DESC",
    ),
    "interactions": (
        "Answers that you were given",
        f"""SELECT interactions.id, messages.text, interactions.created_at, outcome, level, model, mentor, mood, voice,
                   input_tokens, output_tokens, cost_usd, latency_ms, policy, arm, propensity, versions
            FROM interactions LEFT JOIN messages ON messages.id = answer_id
            WHERE interactions.{_PERSON} ORDER BY interactions.id DESC""",
    ),
    "messages": (
        "Messages that you wrote",
        f"""SELECT messages.text, occurred_at, edited_at, surface, tenant, channel, thread, direct,
                   ARRAY(SELECT file ->> 'name' FROM jsonb_array_elements(files) AS file) AS files
            FROM messages JOIN conversations ON conversations.id = conversation_id
            WHERE {_PERSON} ORDER BY occurred_at DESC""",
    ),
    "memories": (
        "What I can recall",
        f"""SELECT id, kind, text, said_at, room, shared_with, importance, valid_to, embedding IS NOT NULL AS vector
            FROM memories WHERE {_OWNER} ORDER BY id DESC""",
    ),
    "inbox": (
        "What came in lately",
        f"""SELECT kind, state, detail, occurred_at, closed_at FROM inbox WHERE {_PERSON} ORDER BY id DESC""",
    ),
}
"""What is exported, by table: its title and its rows. What is small comes first, since there is room for so much."""

LEFT_OUT: Mapping[str, str] = {
    "organizations": "its name stands with the person",
    "tenants": "which workspaces belong to an org",
    "installations": "a workspace's own, with its token; who added Robbie is the workspace's record",
    "budgets": "sums of the whole org",
    "conversations": "where something was said stands with each message",
    "links": "the digest of a code that lives ten minutes",
    "model_calls": "what each attempt at an answer cost; the sum stands with the answer",
    "drawn_on": "which memories an answer was given, by number: `why` says it of each answer",
    "inbox_identities": "the platforms' ids of what came in",
    "reply_tokens": "sealed ways to answer a platform, for minutes",
    "outbox": "what Robbie sends; it stands with the answers, and goes after some days",
    "embedders": "by which model vectors are made",
    "embedding_leases": "which memories are being embedded right now",
    "leases": "which process holds a platform's connection",
    "schedules": "when recurring work ran",
    "direct_places": "in which direct message you wrote last; what you wrote stands with the messages",
    "brief_times": "when the next brief is due, which is reckoned from what you chose",
    "brief_changes": "that something changed which briefs depend on, for a minute",
    "used_states": "digests of installations that were begun",
}
"""Why a table is not exported."""


class PostgresExports:
    """Implements ``core.people.exporting.Exports`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def collect(self, asker: Asker, most: int) -> Sequence[Part]:
        """Read table by table, while there is room."""
        viewer = Viewer.owner(asker.org_id, asker.person_id)
        async with self._database.app(asker.org_id, viewer) as tx:
            mine = [row["id"] for row in await (await tx.execute(_MINE, {"me": asker.person_id})).fetchall()]
            parts = []
            for name, (title, query) in EXPORTED.items():
                part, most = await _part(tx, name, title, query, mine, most)
                parts.append(part)
            counts = {part.name: len(part.rows) for part in parts}
            await tx.execute(
                "INSERT INTO audit_log (org_id, actor, action, counts) VALUES (%s, %s, 'export', %s)",
                (asker.org_id, asker.person_id, Jsonb(counts)),
            )
        return parts


async def _part(tx: Transaction, name: str, title: str, query: str, mine: Sequence[int], most: int) -> tuple[Part, int]:
    """One table's rows as far as there is room, and how much room is left. They come from the server in batches."""
    rows: list[Row] = []
    left_out = 0
    async with tx.cursor(name="export") as cursor:
        cursor.itersize = 200
        await cursor.execute(query, {"mine": list(mine)})
        async for row in cursor:
            written = json.dumps(row, default=_plain, ensure_ascii=False)
            if len(written) > most:
                left_out += 1
                most = 0  # what is older than one that is left out is left out, too
                continue
            most -= len(written)
            rows.append(cast("Row", json.loads(written)))
    return Part(name, title, rows, left_out), most


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
