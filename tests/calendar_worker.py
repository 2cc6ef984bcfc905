"""A process that reads the calendars that are due, to be killed: ``python -m tests.calendar_worker APP SYSTEM``."""

from __future__ import annotations

import asyncio
import sys

from adapters.postgres.database import Database
from tests.calendar_world import worker


async def main() -> None:
    """Read what is due, once."""
    database = Database(sys.argv[1], sys.argv[2])
    await database.open()
    await worker(database).sync()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
