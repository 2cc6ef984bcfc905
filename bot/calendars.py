"""Calendars in a worker: those that are due are read where they come from."""

from __future__ import annotations

from adapters.calendar.caldav import CaldavReader
from adapters.calendar.expanding import Expanding
from adapters.calendar.ics import IcsReader
from adapters.postgres.calendar_syncs import PostgresCalendarSyncs
from adapters.postgres.database import Database
from adapters.public import is_public
from bot.metrics import Metrics
from bot.settings import Settings
from bot.vault import open_vault
from core.routing.ports import Breakers
from core.work.syncing import Syncing


def syncing(settings: Settings, database: Database, breakers: Breakers, metrics: Metrics) -> Syncing:
    """Wire what the settings want of calendars. The libraries that read them are loaded by child processes alone."""
    calendar = settings.calendar
    expanding = Expanding(calendar.events, calendar.parse_seconds)
    return Syncing(
        PostgresCalendarSyncs(database),
        {
            "ics": IcsReader(
                expanding,
                allowed=_anywhere if calendar.allow_private else is_public,
                most=calendar.max_bytes,
                timeout=calendar.fetch_seconds,
            ),
            "caldav": CaldavReader(
                expanding,
                allow_private=calendar.allow_private,
                most=calendar.max_bytes,
                timeout=calendar.fetch_seconds,
            ),
        },
        breakers,
        open_vault(settings).open,
        seconds=calendar.minutes * 60,
        count=metrics.calendar,
    )


def _anywhere(_address: str) -> bool:
    return True
