"""Votes on answers: a person's last one counts, wherever it came from, and is gone when it is taken back."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping

from adapters.postgres.database import Transaction
from core.learning.votes import VotePolicy

# An answer that was given again has several interactions: the last one is what people see.
_INTERACTION = """
    SELECT interactions.id FROM outbox JOIN interactions ON interactions.answer_id = outbox.message_id
    WHERE outbox.conversation_id = %(conversation_id)s AND outbox.platform_id = %(platform_id)s
    ORDER BY interactions.id DESC LIMIT 1"""

# Events overtake each other: an older one changes nothing.
_VOTE = f"""
    INSERT INTO votes (org_id, interaction_id, person_id, source, value, reason, occurred_at)
    SELECT %(org_id)s, about.id, %(person_id)s, %(source)s, %(value)s, %(reason)s, %(occurred_at)s
    FROM ({_INTERACTION}) AS about
    ON CONFLICT (interaction_id, person_id, source) DO UPDATE SET
        reason = CASE WHEN excluded.reason = '' AND votes.value = excluded.value THEN votes.reason
                      ELSE excluded.reason END,
        value = excluded.value, occurred_at = excluded.occurred_at
    WHERE votes.occurred_at <= excluded.occurred_at"""

_TAKE_BACK = f"""
    DELETE FROM votes USING ({_INTERACTION}) AS about
    WHERE interaction_id = about.id AND person_id = %(person_id)s AND source = %(source)s
      AND occurred_at <= %(occurred_at)s"""

_WORDS = {"up": 1, "down": -1}


async def by_button(tx: Transaction, row: Mapping[str, object], arguments: Mapping[str, str]) -> None:
    """A vote by a button or a form: ``up``, ``down``, or anything else to take it back."""
    value = _WORDS.get(arguments.get("vote", ""))
    values = {**row, "source": "button", "value": value, "reason": arguments.get("reason", "")}
    await tx.execute(_VOTE if value else _TAKE_BACK, values)


async def by_reaction(
    tx: Transaction, row: Mapping[str, object], name: str, *, removed: bool, policy: VotePolicy
) -> None:
    """A reaction, where it is a vote."""
    value = policy.value(name)
    if value is not None:
        values = {**row, "source": f"reaction:{name}", "value": value, "reason": ""}
        await tx.execute(_TAKE_BACK if removed else _VOTE, values)
