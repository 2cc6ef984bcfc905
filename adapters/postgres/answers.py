"""The end of a turn in one statement: the answer in the transcript, the interaction with its costs, the outbox rows."""

from __future__ import annotations

from datetime import timedelta

from psycopg.types.json import Jsonb

from adapters.postgres.database import Statement
from adapters.postgres.messages import extras
from core.conversation.stores import Claim, Finish
from core.conversation.voices import Voice
from core.routing.models import Answer

# Everything hangs on ``closed``: no row there, and nothing is written. Nor is it where the question was edited
# or deleted since the turn looked last, or where its asker may not see all any more that the answer was given: that was
# forgotten or taken back while a model wrote.
_CLOSED = """
    WITH closed AS (
        UPDATE inbox SET state = %(state)s, lease_until = NULL, closed_at = clock_timestamp()
        WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed'
          AND (cancel IS NULL OR cancel = 'stop' OR cancel = 'delete' AND %(outcome)s = 'deleted')
          AND cardinality(%(recalled)s::bigint[]) = (SELECT count(*) FROM memories WHERE id = ANY (%(recalled)s))
        RETURNING id, org_id, conversation_id, person_id
    ),"""
_NEW = """
    answer AS (
        INSERT INTO messages (org_id, conversation_id, text, occurred_at)
        SELECT org_id, conversation_id, %(text)s, %(answered_at)s FROM closed RETURNING id
    ),"""
_REPLACED = """
    answer AS (
        UPDATE messages SET text = %(text)s, edited_at = clock_timestamp() FROM closed
        WHERE messages.id = %(answer_id)s RETURNING messages.id
    ),"""
_RECORD = """
    interaction AS (
        INSERT INTO interactions
            (org_id, conversation_id, person_id, inbox_id, answer_id, outcome, policy, arm, propensity, level, model,
             input_tokens, output_tokens, cost_usd, latency_ms, versions, mentor, mood, voice, recalled)
        SELECT closed.org_id, conversation_id, person_id, closed.id, answer.id, %(outcome)s, %(policy)s::text,
               %(arm)s::text, %(propensity)s::float, %(level)s::int, %(model)s::text, %(input_tokens)s::int,
               %(output_tokens)s::int, %(cost_usd)s::float, %(latency_ms)s::float, %(versions)s, %(mentor)s,
               %(mood)s, %(voice)s, cardinality(%(recalled)s::bigint[])
        FROM closed, answer WHERE %(policy)s::text IS NOT NULL RETURNING id, org_id
    ),
    calls AS (
        INSERT INTO model_calls (org_id, interaction_id, level, model, error, input_tokens, output_tokens,
                                 estimate_usd, cost_usd, latency_ms, first_token_ms)
        SELECT org_id, interaction.id, level, model, error, input_tokens, output_tokens, estimate_usd, cost_usd,
               latency_ms, first_token_ms
        FROM interaction, jsonb_to_recordset(%(calls)s) AS call (
            level int, model text, error text, input_tokens int, output_tokens int, estimate_usd float,
            cost_usd float, latency_ms float, first_token_ms float)
    ),"""
_DRAWN_ON = """
    drawn AS (
        INSERT INTO drawn_on (org_id, interaction_id, memory_id)
        SELECT interaction.org_id, interaction.id, memories.id
        FROM interaction, memories WHERE memories.id = ANY (%(recalled)s)
    ),"""
# What this message said of the answer before it, where that was this person's and is not long ago.
_SIGNAL = """
    signal AS (
        INSERT INTO signals (org_id, interaction_id, person_id, kind)
        SELECT closed.org_id, before.id, closed.person_id, %(signal)s
        FROM closed, LATERAL (
            SELECT interactions.id FROM interactions
            WHERE interactions.org_id = closed.org_id AND interactions.person_id = closed.person_id
              AND interactions.conversation_id = closed.conversation_id AND interactions.inbox_id <> closed.id
              AND interactions.created_at > now() - interval '15 minutes'
            ORDER BY interactions.id DESC LIMIT 1) AS before
        WHERE %(signal)s::text IS NOT NULL ON CONFLICT DO NOTHING
    ),"""
# The first part becomes the opening row itself while that is unsent, else an edit of its message.
_PARTS = """
    opened AS (
        UPDATE outbox SET phase = CASE WHEN state = 'ready' THEN 'final' ELSE phase END,
                          body = CASE WHEN state = 'ready' THEN (%(parts)s::text[])[1] ELSE body END,
                          extras = CASE WHEN state = 'ready' THEN (%(extras)s::jsonb[])[1] ELSE extras END,
                          message_id = answer.id
        FROM answer WHERE inbox_id = %(inbox_id)s AND phase = 'open' AND part = 0 RETURNING outbox.id, phase
    ),
    parts AS (
        INSERT INTO outbox (org_id, conversation_id, inbox_id, message_id, phase, part, edit_of, surface, tenant,
                            channel, body, extras)
        SELECT org_id, conversation_id, closed.id, answer.id, 'final', number - 1,
               CASE WHEN number = 1 THEN (SELECT id FROM opened) END, %(surface)s, %(tenant)s, %(channel)s, body,
               extras
        FROM closed, answer, unnest(%(parts)s::text[], %(extras)s::jsonb[]) WITH ORDINALITY
            AS piece (body, extras, number)
        WHERE number > 1 OR NOT EXISTS (SELECT FROM opened WHERE phase = 'final')
        ORDER BY number
    )"""
# Each part takes the place of the message that showed this part before; those that are left over are deleted.
_EDITED_PARTS = """
    was AS (
        SELECT id, row_number() OVER (ORDER BY id) AS number FROM outbox
        WHERE message_id = %(answer_id)s AND edit_of IS NULL AND NOT EXISTS (
            SELECT FROM outbox AS gone WHERE gone.edit_of = outbox.id AND gone.phase = 'gone')
    ),
    parts AS (
        INSERT INTO outbox (org_id, conversation_id, inbox_id, message_id, phase, part, edit_of, surface, tenant,
                            channel, body, extras)
        SELECT org_id, conversation_id, closed.id, answer.id,
               CASE WHEN piece.body IS NULL THEN 'gone' ELSE 'final' END, number - 1, was.id,
               %(surface)s, %(tenant)s, %(channel)s, coalesce(piece.body, ''), coalesce(piece.extras, '{}')
        FROM closed, answer, unnest(%(parts)s::text[], %(extras)s::jsonb[]) WITH ORDINALITY
            AS piece (body, extras, number) FULL JOIN was USING (number)
        ORDER BY number
    )"""
_MORE = """
    SELECT EXISTS (
        SELECT FROM inbox WHERE conversation_id = closed.conversation_id AND state = 'received' AND kind = 'message'
    ) AS more
    FROM closed"""

_FINISH = (_CLOSED + _NEW + _RECORD, _SIGNAL + _PARTS + _MORE)
_FINISH_AGAIN = (_CLOSED + _REPLACED + _RECORD, _EDITED_PARTS + _MORE)

_CALL = (
    "level", "model", "error", "input_tokens", "output_tokens", "estimate_usd", "cost_usd", "latency_ms",
    "first_token_ms",
)  # fmt: skip


def finishing(claim: Claim, finish: Finish) -> Statement:
    """The statement that ends a turn, with its values."""
    values = {
        **claim.place.model_dump(),
        **_interaction(finish.answer),
        "inbox_id": claim.inbox_id,
        "fence": claim.fence,
        "state": finish.state,
        "outcome": finish.outcome,
        "text": finish.text,
        # An answer stands right after its question, whatever was said while it was being written.
        "answered_at": claim.occurred_at + timedelta(microseconds=1),
        "versions": Jsonb({**finish.versions, **_answered_by(finish.answer)}),
        "parts": [part.body for part in finish.parts],
        "extras": [extras(part) for part in finish.parts],
        **_voice(finish.voice),
        "signal": finish.signal,
        "answer_id": claim.earlier and claim.earlier.answer_id,
        "recalled": list(finish.recalled),
    }
    record, end = _FINISH if claim.earlier is None else _FINISH_AGAIN
    return record + (_DRAWN_ON if finish.recalled else "") + end, values


def _interaction(answer: Answer | None) -> dict[str, object]:
    """What the policy chose, what came of it, and every attempt with its cost."""
    return {
        "policy": answer and answer.plan.policy,
        "arm": answer and answer.plan.arm,
        "propensity": answer and answer.plan.propensity,
        "level": answer and answer.level,
        "model": answer and answer.model,
        "input_tokens": answer and answer.usage.input_tokens,
        "output_tokens": answer and answer.usage.output_tokens,
        "cost_usd": answer and answer.cost_usd,
        "latency_ms": answer and answer.latency_ms,
        "calls": Jsonb([{name: getattr(call, name) for name in _CALL} for call in answer.attempts] if answer else []),
    }


def _voice(voice: Voice) -> dict[str, object]:
    """Who spoke, in which mood, and how that was chosen."""
    chosen = {name: getattr(voice, name) for name in ("policy", "arm", "propensity", "reason")}
    persona = voice.persona
    return {"mentor": persona.id if persona else "", "mood": persona.mood if persona else "", "voice": Jsonb(chosen)}


def _answered_by(answer: Answer | None) -> dict[str, str]:
    """The model that answered, as its provider names it: often with a version."""
    return {"model": answer.answered_by} if answer and answer.answered_by else {}
