"""What the end of a turn writes: the answer in the transcript, the interaction with its costs, the outbox rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from psycopg.types.json import Jsonb

from adapters.postgres.database import Transaction
from core.conversation.stores import Claim, Finish
from core.routing.models import Answer, Attempt


async def record_answer(tx: Transaction, claim: Claim, finish: Finish) -> int:
    """Add the whole answer to the transcript and return its id."""
    row = await (
        await tx.execute(
            """INSERT INTO messages (org_id, conversation_id, text, occurred_at)
               VALUES (%s, %s, %s, %s) RETURNING id""",
            # An answer stands right after its question, whatever was said while it was being written.
            (claim.asker.org_id, claim.conversation_id, finish.text, claim.occurred_at + timedelta(microseconds=1)),
        )
    ).fetchone()
    if row is None:
        raise LookupError("the transcript gave no id back")
    return int(row["id"])


async def record_interaction(tx: Transaction, claim: Claim, finish: Finish, answer: Answer, message_id: int) -> None:
    """Record what the policy chose, what came of it, and every attempt with its cost."""
    row = await (
        await tx.execute(
            """INSERT INTO interactions
                   (org_id, conversation_id, person_id, inbox_id, answer_id, outcome, policy, arm, propensity, level,
                    model, input_tokens, output_tokens, cost_usd, latency_ms, versions)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
            (
                claim.asker.org_id,
                claim.conversation_id,
                claim.asker.person_id,
                claim.inbox_id,
                message_id,
                finish.outcome,
                answer.plan.policy,
                answer.plan.arm,
                answer.plan.propensity,
                answer.level,
                answer.model,
                answer.usage.input_tokens,
                answer.usage.output_tokens,
                answer.cost_usd,
                answer.latency_ms,
                Jsonb(dict(finish.versions)),
            ),
        )
    ).fetchone()
    if row is not None and answer.attempts:
        await _record_calls(tx, claim.asker.org_id, row["id"], answer.attempts)


async def _record_calls(tx: Transaction, org_id: int, interaction_id: int, calls: Sequence[Attempt]) -> None:
    async with tx.cursor() as cursor:
        await cursor.executemany(
            """INSERT INTO model_calls (org_id, interaction_id, level, model, error, input_tokens, output_tokens,
                                        estimate_usd, cost_usd, latency_ms, first_token_ms)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                (
                    org_id,
                    interaction_id,
                    call.level,
                    call.model,
                    call.error,
                    call.input_tokens,
                    call.output_tokens,
                    call.estimate_usd,
                    call.cost_usd,
                    call.latency_ms,
                    call.first_token_ms,
                )
                for call in calls
            ],
        )


async def fill_outbox(tx: Transaction, claim: Claim, parts: Sequence[str], message_id: int) -> None:
    """The first part becomes the opening row itself while that is unsent, else an edit of its message."""
    opened = await (
        await tx.execute(
            """UPDATE outbox SET phase = CASE WHEN state = 'ready' THEN 'final' ELSE phase END,
                                 body = CASE WHEN state = 'ready' THEN %(body)s ELSE body END,
                                 message_id = %(message_id)s
               WHERE inbox_id = %(inbox_id)s AND phase = 'open' AND part = 0 RETURNING id, phase""",
            {"body": parts[0], "message_id": message_id, "inbox_id": claim.inbox_id},
        )
    ).fetchone()
    first = 1 if opened and opened["phase"] == "final" else 0
    place = claim.place
    async with tx.cursor() as cursor:
        await cursor.executemany(
            """INSERT INTO outbox (org_id, conversation_id, inbox_id, message_id, phase, part, edit_of,
                                   surface, tenant, channel, body)
               VALUES (%s, %s, %s, %s, 'final', %s, %s, %s, %s, %s, %s)""",
            [
                (
                    claim.asker.org_id,
                    claim.conversation_id,
                    claim.inbox_id,
                    message_id,
                    part,
                    opened["id"] if opened and part == 0 else None,
                    place.surface,
                    place.tenant,
                    place.channel,
                    body,
                )
                for part, body in enumerate(parts)
                if part >= first
            ],
        )
