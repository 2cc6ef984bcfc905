"""The money of an org's day, counted in one row: a hold is counted as spent until it is settled."""

from __future__ import annotations

from datetime import UTC, date, datetime

from adapters.postgres.database import Database

_HOLD = """
    INSERT INTO budgets AS budget (org_id, day, spent_usd)
    SELECT %(org_id)s, %(day)s, %(usd)s WHERE %(usd)s <= %(cap)s
    ON CONFLICT (org_id, day) DO UPDATE SET spent_usd = budget.spent_usd + %(usd)s
        WHERE budget.spent_usd + %(usd)s <= coalesce(budget.cap_usd, %(cap)s)
    RETURNING spent_usd"""

_SETTLE = """
    UPDATE budgets SET spent_usd = greatest(0, spent_usd + %(change)s)
    WHERE org_id = %(org_id)s AND day = %(day)s"""


class PostgresBudget:
    """Implements ``core.routing.ports.Budget`` as robbie_app.

    A hold whose worker dies stays counted: the provider may well have charged for it. One of the half second before
    the database's machine dies may be forgotten; waiting for its disk twice a turn would cost more than that.

    Args:
        database: the pools.
        daily_usd: the cap of an org that has none of its own.
    """

    def __init__(self, database: Database, *, daily_usd: float) -> None:
        self._database = database
        self._cap = daily_usd

    async def hold(self, org_id: int, usd: float) -> date | None:
        """Count ``usd`` as spent today (UTC) if the cap allows it."""
        day = datetime.now(UTC).date()
        values = {"org_id": org_id, "day": day, "usd": usd, "cap": self._cap}
        (held,) = await self._database.run(org_id, (_HOLD, values), durable=False)
        return day if held else None

    async def settle(self, org_id: int, day: date, held_usd: float, actual_usd: float) -> None:
        """Replace a hold by what was really spent."""
        values = {"org_id": org_id, "day": day, "change": actual_usd - held_usd}
        await self._database.run(org_id, (_SETTLE, values), durable=False)
