"""What is recorded of answers, for who asks why one is as it is."""

from __future__ import annotations

from adapters.postgres.database import Database
from core.conversation.why import Explained

_LAST = """
    SELECT mentor, mood, coalesce(voice ->> 'reason', '') AS reason, level, model, cost_usd, latency_ms,
           ARRAY(SELECT model_calls.model FROM model_calls WHERE interaction_id = interactions.id
                   AND error IS NOT NULL AND error NOT IN ('breaker_open', 'budget') ORDER BY id) AS passed_over
    FROM interactions
    WHERE conversation_id = %(conversation_id)s AND (%(about)s = '' OR answer_id = (
        SELECT message_id FROM outbox
        WHERE outbox.conversation_id = %(conversation_id)s AND platform_id = %(about)s LIMIT 1))
    ORDER BY id DESC LIMIT 1"""


class PostgresInteractions:
    """Implements ``core.conversation.why.Records`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, org_id: int, conversation_id: int, about: str) -> Explained | None:
        """The conversation's last answer, or the one with that platform id."""
        (rows,) = await self._database.run(org_id, (_LAST, {"conversation_id": conversation_id, "about": about}))
        return Explained(**{**rows[0], "passed_over": tuple(rows[0]["passed_over"])}) if rows else None
