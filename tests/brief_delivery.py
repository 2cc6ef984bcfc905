"""Briefs that are handed over as the scheduler does."""

from __future__ import annotations

from adapters.postgres.briefs import PostgresBriefs
from bot.app import App
from core.briefs.composing import compose
from core.briefs.models import Facts
from core.briefs.ports import DueBrief

HAND_OVER = """
    WITH whose AS (
        SELECT people.id, people.org_id, conversations.id AS conversation_id
        FROM accounts JOIN people ON people.id = accounts.person_id
        JOIN messages ON messages.person_id = people.id JOIN conversations ON conversations.id = conversation_id
        WHERE account = '{account}' AND conversations.direct = {direct} LIMIT 1
    ), brief AS (
        INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at)
        SELECT org_id, id, 'person:' || id || '{key}', '{kind}', now()::date, 'Europe/Berlin', now() FROM whose
        RETURNING id
    )
    INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
    SELECT org_id, conversation_id, whose.id, 'message', 'received', 'brief:' || brief.id, jsonb_build_object(
        'command', jsonb_build_object('command', 'due-brief', 'arguments', jsonb_build_object('id', brief.id::text))),
        now()
    FROM whose, brief RETURNING id"""
"""As the scheduler hands a brief over."""

_WHOSE = """
    SELECT people.id, people.org_id, conversations.id AS conversation_id
    FROM accounts JOIN people ON people.id = accounts.person_id
    JOIN messages ON messages.person_id = people.id JOIN conversations ON conversations.id = conversation_id
    WHERE account = %s AND conversations.direct LIMIT 1"""
_BRIEF = """
    INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at)
    VALUES (%(org_id)s, %(id)s, 'person:' || %(id)s, %(kind)s, %(date)s, 'Europe/Berlin', %(at)s) RETURNING id"""
_INBOX = """
    INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
    SELECT %(org_id)s, %(conversation_id)s, %(id)s, 'message', 'received', 'brief:' || %(brief)s::bigint,
        jsonb_build_object('command', jsonb_build_object(
            'command', 'due-brief', 'arguments', jsonb_build_object('id', %(brief)s::bigint::text))), now()"""


async def deliver(app: App, account: str, facts: Facts) -> int:
    """Keep these facts as a brief of the account's person, who has written directly, and hand it over."""
    async with app.database.system() as tx:
        whose = await (await tx.execute(_WHOSE, (account,))).fetchone()
        assert whose, f"{account} has not written directly"
        values = {**whose, "kind": facts.kind, "date": facts.local_date, "at": facts.at}
        row = await (await tx.execute(_BRIEF, values)).fetchone()
        assert row
    reader = facts.reader.model_copy(update={"org_id": whose["org_id"], "person_id": whose["id"]})
    theirs = facts.model_copy(update={"reader": reader})
    due = DueBrief(id=row["id"], reader=reader, kind=facts.kind, at=facts.at)
    await PostgresBriefs(app.database).keep(due, theirs, compose(theirs))
    async with app.database.system() as tx:
        await tx.execute(_INBOX, {**values, "brief": row["id"]})
    return int(row["id"])
