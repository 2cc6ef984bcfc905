"""The settings of briefs."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from bot.model_settings import Section


class BriefsSettings(Section):
    """Three briefs a day. ``phrase`` and ``drafts``: which of their words a model may choose."""

    enabled: bool = True
    grace_minutes: float = Field(90.0, ge=1, le=600)
    per_minute: int = Field(300, ge=1)
    retry_hours: float = Field(1.5, gt=0, le=12)
    keep_days: float = Field(400, ge=180)
    phrase: bool = True
    drafts: bool = True

    @property
    def grace(self) -> timedelta:
        """How late a brief may be."""
        return timedelta(minutes=self.grace_minutes)

    @property
    def keep(self) -> timedelta:
        """Until all of a brief is deleted."""
        return timedelta(days=self.keep_days)

    @property
    def retry(self) -> timedelta:
        """When one way is given up."""
        return timedelta(hours=self.retry_hours)
