"""A scheduler as a process of its own, whose clock is given to it: it is killed at any moment, and begun again.

    python -m tests.brief_scheduler APP_URL SYSTEM_URL NAME

The moments and what happens at them stand in the tables ``clock`` and ``progress``, which a test makes.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from adapters.postgres.brief_due import PostgresDueBriefs
from adapters.postgres.brief_times import PostgresBriefTimes
from adapters.postgres.database import Database
from core.briefs.schedule import no_holidays

GRACE = timedelta(minutes=90)

# Whoever begins goes on where the other is. What was begun and not ended is done again.
_WHERE = "SELECT coalesce(max(number), 0) AS number FROM progress"
_BEGUN = """
    INSERT INTO progress VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET number = excluded.number"""
_MOMENTS = "SELECT number, at, person, zone FROM clock WHERE number >= %s ORDER BY number"
_MOVED = "UPDATE people SET zone = %s WHERE id = %s"


async def main(app_url: str, system_url: str, name: str) -> None:
    """Tick at each of the moments."""
    database = Database(app_url, system_url, size=2)
    await database.open()
    times = PostgresBriefTimes(database, grace=GRACE, holidays=no_holidays)
    due = PostgresDueBriefs(database, grace=GRACE, per_minute=300, holidays=no_holidays)
    async with database.system() as tx:
        where = await (await tx.execute(_WHERE)).fetchone()
        moments = await (await tx.execute(_MOMENTS, (where["number"] if where else 0,))).fetchall()
    for moment in moments:
        async with database.system() as tx:
            await tx.execute(_BEGUN, (name, moment["number"]))
            if moment["person"]:
                await tx.execute(_MOVED, (moment["zone"], moment["person"]))
        await times.reckon(moment["at"])
        await due.hand_over(moment["at"])
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
