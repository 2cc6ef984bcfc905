"""What a tick does about briefs: it keeps their times, hands over what is due, and sees what became of it."""

from __future__ import annotations

import logging
from datetime import datetime

from adapters.postgres.brief_delivery import PostgresBriefDelivery
from adapters.postgres.brief_due import PostgresDueBriefs
from adapters.postgres.brief_times import PostgresBriefTimes
from adapters.postgres.database import Database
from bot.settings import BriefsSettings
from bot.steps import each
from core.briefs.schedule import HolidayDates

_log = logging.getLogger(__name__)


class BriefTicks:
    """Schedules briefs. It asks no model: what is due becomes a message, and a worker does the rest.

    Args:
        database: the pools.
        settings: whether, how late, and how many at once.
        holidays: public holidays.
    """

    def __init__(self, database: Database, settings: BriefsSettings, holidays: HolidayDates) -> None:
        self._enabled = settings.enabled
        self._times = PostgresBriefTimes(database, grace=settings.grace, holidays=holidays)
        self._due = PostgresDueBriefs(database, grace=settings.grace, per_minute=settings.per_minute, holidays=holidays)
        self._delivery = PostgresBriefDelivery(database, retry=settings.retry)

    async def tick(self, now: datetime) -> None:
        """Do what is due. What is on its way is seen to also where no more are wanted."""
        if self._enabled:
            await each(
                lambda: self._settle(now),
                lambda: self._compare(now),
                lambda: self._times.reckon(now),
                lambda: self._hand_over(now),
            )
        else:
            await self._settle(now)

    async def _settle(self, now: datetime) -> None:
        settled = await self._delivery.settle(now)
        if settled.undelivered:
            _log.error("%s briefs reached nobody", settled.undelivered)

    async def _compare(self, now: datetime) -> None:
        found = await self._times.compare(now)
        if found:
            _log.info("the times of %s people and channels are reckoned, though no change of them was noted", found)

    async def _hand_over(self, now: datetime) -> None:
        handed = await self._due.hand_over(now)
        if handed.made:
            _log.info("handed over %s briefs", handed.made)
        if handed.skipped or handed.nowhere:
            _log.warning("%s briefs were too late, for %s there was no way", handed.skipped, handed.nowhere)
