"""Answers that are given again, because their question changed or somebody wants another, or that are taken back."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping

from adapters.postgres.database import Transaction

# The question of an answer: the row that the conversation began the turn with, however often it was answered since.
_OF_QUESTION = """
    SELECT id FROM inbox WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s
      AND kind = 'message' AND state = 'answered' AND NOT detail ? 'redo_of' AND NOT detail ? 'command'
    LIMIT 1"""

# What a command said by itself is no answer: only what led to a model is asked once more.
_OF_ANSWER = """
    SELECT coalesce((inbox.detail ->> 'redo_of')::bigint, inbox.id) AS id
    FROM outbox JOIN inbox ON inbox.id = outbox.inbox_id
    WHERE outbox.conversation_id = %(conversation_id)s AND outbox.message_id IS NOT NULL
      AND (NOT inbox.detail ? 'command' OR EXISTS (
        SELECT FROM interactions WHERE interactions.answer_id = outbox.message_id))
      AND (outbox.platform_id = %(platform_id)s OR %(platform_id)s = '')
    ORDER BY outbox.id DESC LIMIT 1"""

# Nobody needs an answer twice: one that waits already reads the newest words. What others have built on since is only
# marked as older than its question.
_AGAIN = """
    INSERT INTO inbox (org_id, conversation_id, person_id, message_id, kind, state, platform_id, detail, occurred_at)
    SELECT org_id, conversation_id, person_id, message_id, 'message', 'received', platform_id,
           detail || jsonb_build_object('redo_of', id, 'note', %(edited)s AND EXISTS (
               SELECT FROM messages WHERE messages.conversation_id = inbox.conversation_id
                 AND messages.person_id IS NOT NULL AND messages.occurred_at > inbox.occurred_at)), occurred_at
    FROM inbox
    WHERE id = %(question)s AND message_id IS NOT NULL AND state = 'answered' AND NOT EXISTS (
        SELECT FROM inbox AS waiting WHERE waiting.conversation_id = %(conversation_id)s
          AND (waiting.state = 'received' OR waiting.state = 'claimed' AND waiting.cancel = 'edit')
          AND waiting.detail ->> 'redo_of' = inbox.id::text)
    RETURNING id"""

CANCEL = """
    UPDATE inbox SET cancel = %(cancel)s
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND kind = 'message'
      AND state = 'claimed'"""

_IGNORE = """
    UPDATE inbox SET state = 'ignored', closed_at = clock_timestamp()
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND kind = 'message'
      AND state = 'received'"""

# Every message that shows an answer of these questions; each is deleted by a row that comes after all of its edits.
ASKED = """
    SELECT id FROM inbox
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND kind = 'message'"""
_TAKE_BACK = f"""
    WITH answers AS (
        SELECT DISTINCT message_id FROM outbox WHERE inbox_id IN ({ASKED}) AND message_id IS NOT NULL
    ),
    shown AS (
        SELECT outbox.*, row_number() OVER (ORDER BY outbox.id) - 1 AS number FROM outbox
        WHERE inbox_id IN ({ASKED}) AND message_id IN (SELECT message_id FROM answers) AND edit_of IS NULL
    )
    INSERT INTO outbox (org_id, conversation_id, inbox_id, phase, part, edit_of, surface, tenant, channel, body)
    SELECT org_id, conversation_id, inbox_id, 'gone', number, id, surface, tenant, channel, '' FROM shown
    ON CONFLICT DO NOTHING RETURNING surface, tenant, channel"""
_FORGET = (
    f"DELETE FROM interactions WHERE inbox_id IN ({ASKED})",
    f"""DELETE FROM messages WHERE id IN (
            SELECT message_id FROM outbox WHERE inbox_id IN ({ASKED}) AND message_id IS NOT NULL)""",
    f"""UPDATE outbox SET body = '', shown = NULL, extras = extras - 'buttons' - 'files' - 'page'
        WHERE inbox_id IN ({ASKED}) AND state IN ('sent', 'failed')""",
)


async def after_edit(tx: Transaction, row: Mapping[str, object]) -> bool:
    """Answer an edited question again, if it is answered. Returns whether there is a turn to run."""
    return await _again(tx, row, _OF_QUESTION, edited=True)


async def wanted(tx: Transaction, row: Mapping[str, object]) -> bool:
    """Give an answer again: the one that was pointed at, or the last. Returns whether there is a turn to run."""
    return await _again(tx, row, _OF_ANSWER, edited=False)


async def take_back(tx: Transaction, row: Mapping[str, object]) -> tuple[str, str, str] | None:
    """Delete the answers to a question that is gone, and what was learnt from them; what is to come does not come.

    Returns the surface, tenant and channel where there is something to delete.
    """
    await tx.execute(_IGNORE, row)
    await tx.execute(CANCEL, {**row, "cancel": "delete"})
    deleted = await (await tx.execute(_TAKE_BACK, row)).fetchall()
    for query in _FORGET:
        await tx.execute(query, row)
    return (deleted[0]["surface"], deleted[0]["tenant"], deleted[0]["channel"]) if deleted else None


async def _again(tx: Transaction, row: Mapping[str, object], which: str, *, edited: bool) -> bool:
    question = await (await tx.execute(which, row)).fetchone()
    if question is None:
        return False
    values = {**row, "question": question["id"], "edited": edited}
    return await (await tx.execute(_AGAIN, values)).fetchone() is not None
