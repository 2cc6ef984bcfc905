"""Calendars in a worker: those that are due are read where they come from."""

from __future__ import annotations

from adapters.calendar.caldav import CaldavReader
from adapters.calendar.expanding import Expanding
from adapters.calendar.ics import IcsReader
from adapters.llm.breakers import PyBreakers
from adapters.postgres.calendar_syncs import PostgresCalendarSyncs
from adapters.postgres.database import Database
from adapters.public import is_public
from bot.metrics import Metrics
from bot.settings import Settings
from bot.vault import open_vault
from core.work.syncing import Syncing

_BREAKER_SECONDS = 300.0


def syncing(settings: Settings, database: Database, metrics: Metrics) -> Syncing:
    """Wire what the settings want of calendars. The libraries that read them are loaded by child processes alone.

    Their breakers are their own: which servers people use is nothing that an operator's page should tell.
    """
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
        PyBreakers(settings.router.breaker_failures, _BREAKER_SECONDS),
        open_vault(settings).open,
        seconds=calendar.minutes * 60,
        count=metrics.calendar,
    )


def _anywhere(_address: str) -> bool:
    return True
