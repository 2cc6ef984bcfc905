"""What can be wrong with briefs: that they do not arrive is a state, and somebody has to see it."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.postgres.access import Access
from adapters.postgres.asking import row_of
from adapters.postgres.database import Database
from adapters.postgres.queue_checks import serving
from core.health.models import Findings, ok, problem, skipped, warning

# What is due for ten minutes has nobody who schedules; what is on its way for a quarter of an hour, nobody who works.
_STATE = """
    SELECT count(*) FILTER (WHERE state = 'undelivered' AND settled_at > now() - interval '1 day') AS undelivered,
           count(*) FILTER (
               WHERE state IN ('due', 'composed') AND created_at < now() - interval '15 minutes') AS waiting,
           (SELECT count(*) FROM brief_times WHERE due_at < now() - interval '10 minutes') AS overdue
    FROM briefs WHERE state IN ('due', 'composed', 'undelivered')"""


class PostgresBriefState:
    """Reads over all orgs, as robbie_system.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> Mapping[str, int]:
        """How many reached nobody within a day, are on their way for long, and are due and not handed over."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_STATE)).fetchone()
        return {name: int(count) for name, count in row.items()} if row else {}


async def briefs(access: Access, *, enabled: bool) -> Findings:
    """Look whether briefs arrive.

    Args:
        access: the database.
        enabled: whether there are any.
    """
    async with serving(access) as system:
        row = {name: int(str(count)) for name, count in (await row_of(system, _STATE)).items()}
    undelivered = f"{row['undelivered']} reached nobody within a day"
    if row["undelivered"]:
        yield problem("briefs", undelivered, "see what the log says: `was not delivered`, with the reason")
    elif not enabled:
        yield skipped("briefs", "switched off: briefs.enabled")
    elif row["overdue"]:
        yield warning("briefs", f"{row['overdue']} are due and not handed over", "start one: `robbie run`")
    elif row["waiting"]:
        yield warning(
            "briefs", f"{row['waiting']} are on their way for more than a quarter of an hour", "see the queue"
        )
    else:
        yield ok("briefs", "all arrived")
