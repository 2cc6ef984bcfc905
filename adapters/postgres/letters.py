"""Which mails to people outside were sent: their keys and how they stand, without a word of them."""

from __future__ import annotations

from adapters.postgres.database import Database
from core.mail.outbound import Begun

_LATELY = """
    SELECT count(*) AS sent FROM letters WHERE person_id = %(me)s AND key <> %(key)s
      AND state <> 'ready' AND changed_at > clock_timestamp() - interval '1 day'"""
_BEGIN = """
    INSERT INTO letters AS mine (org_id, person_id, key, attempts) VALUES (%(org_id)s, %(me)s, %(key)s, 1)
    ON CONFLICT (person_id, key) DO UPDATE SET
        attempts = CASE WHEN mine.state = 'ready' THEN mine.attempts + 1 ELSE mine.attempts END
    RETURNING state, attempts"""
_HAND_OVER = """
    UPDATE letters SET state = 'unknown', changed_at = clock_timestamp()
    WHERE person_id = %(me)s AND key = %(key)s AND attempts = %(attempt)s AND state = 'ready' RETURNING key"""
_BECAME = """
    UPDATE letters SET state = %(state)s, changed_at = clock_timestamp()
    WHERE person_id = %(me)s AND key = %(key)s AND attempts = %(attempt)s"""


class PostgresLetters:
    """Implements ``core.mail.outbound.Letters`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, org_id: int, person_id: int, key: str, a_day: int) -> tuple[Begun, int]:
        """Begin to send one."""
        values = {"org_id": org_id, "me": person_id, "key": key}
        (lately,), (row,) = await self._database.run(org_id, (_LATELY, values), (_BEGIN, values))
        begun = Begun(row["state"])
        if begun is Begun.READY and lately["sent"] >= a_day:
            return Begun.TOO_MANY, 0
        return begun, row["attempts"]

    async def handing_over(self, org_id: int, person_id: int, key: str, attempt: int) -> bool:
        """Note that from now on nobody knows."""
        values = {"me": person_id, "key": key, "attempt": attempt}
        (rows,) = await self._database.run(org_id, (_HAND_OVER, values))
        return bool(rows)

    async def became(self, org_id: int, person_id: int, key: str, attempt: int, state: Begun) -> None:
        """Note what came of it."""
        values = {"me": person_id, "key": key, "attempt": attempt, "state": state}
        await self._database.run(org_id, (_BECAME, values))
