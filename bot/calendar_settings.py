"""The settings of calendars."""

from __future__ import annotations

from pydantic import Field

from bot.model_settings import Section


class CalendarSettings(Section):
    """Calendars that people subscribe to."""

    minutes: float = Field(15.0, gt=0)
    allow_private: bool = False
    max_bytes: int = Field(10_000_000, ge=1_000, le=100_000_000)
    events: int = Field(5_000, ge=1, le=50_000)
    fetch_seconds: float = Field(20.0, gt=0)
    parse_seconds: float = Field(30.0, gt=0)
