"""What people write after ``brief`` is understood as they mean it, or refused with what to write."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.briefs.commands import fitting, next_brief
from core.briefs.models import BriefKind
from core.briefs.settings import spoken
from core.briefs.wishes import Moment, weekdays, wish
from core.people.models import BriefSettings
from core.registry import CommandError

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = Moment(datetime(2026, 11, 23, 8, tzinfo=UTC), BERLIN, "discord")


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("pause until Monday", {"paused_until": "2026-11-30"}),
        ("pause 2 weeks", {"paused_until": "2026-12-07"}),
        ("pause until 3 December", {"paused_until": "2026-12-03"}),
        ("resume", {"paused_until": ""}),
        ("morning 7:30", {"times": {"morning": "07:30"}}),
        ("Evening at 6pm", {"times": {"evening": "18:00"}}),
        ("afternoon off", {"times": {"afternoon": ""}}),
        ("days Mon-Thu", {"days": (0, 1, 2, 3)}),
        ("days mon, wed and fri", {"days": (0, 2, 4)}),
        ("days Sat - Mon", {"days": (0, 5, 6)}),
        ("tage Mo-Fr", {"days": (0, 1, 2, 3, 4)}),
        ("quiet 24 December to 2 January", {"quiet": ("2026-12-24/2027-01-02",)}),
        ("quiet 2026-12-24/2027-01-02", {"quiet": ("2026-12-24/2027-01-02",)}),
        ("quiet from 24 December to 2 January", {"quiet": ("2026-12-24/2027-01-02",)}),
        ("quiet 24.12.-2.1.", {"quiet": ("2026-12-24/2027-01-02",)}),
        ("quiet until 5 December", {"quiet": ("2026-11-23/2026-12-05",)}),
        ("quiet bis Freitag", {"quiet": ("2026-11-23/2026-11-27",)}),
        ("quiet for 2 weeks", {"quiet": ("2026-11-23/2026-12-06",)}),
        ("quiet next week", {"quiet": ("2026-11-30/2026-12-06",)}),
        ("quiet Friday to Monday", {"quiet": ("2026-11-27/2026-11-30",)}),
        ("quiet 20 November to 5 December", {"quiet": ("2026-11-20/2026-12-05",)}),
        ("off until Monday", {"paused_until": "2026-11-30"}),
        ("resume on Monday", {"paused_until": "2026-11-30"}),
        ("on Monday", {"on": True, "paused_until": "2026-11-30"}),
        ("holidays NO", {"holidays": "NO"}),
        ("holidays de-by", {"holidays": "DE-BY"}),
        ("by here", {"by": "discord"}),
        ("by email", {"by": "email"}),
        ("silent", {"silent": True}),
        ("fallback off", {"fallback": False}),
        ("off", {"on": False}),
        ("on", {"on": True, "paused_until": ""}),
        ("now", None),
        ("morning", None),
    ],
)
def test_a_wish_changes_what_it_says(text: str, changes: dict[str, object] | None) -> None:
    assert wish(text, BriefSettings(), MONDAY) == changes


@pytest.mark.parametrize(
    "text",
    [
        "pause", "pause until never", "pause yesterday", "morning 25:00", "morning soon", "days", "days Someday",
        "quiet 3 January to 24 December 2026", "holidays everywhere", "by pigeon", "silent maybe",
        "pause for 3 hours", "off on Fridays", "holidays no", "quiet from tomorrow", "quiet 2027-08-01/2026-12-10",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(CommandError):
        wish(text, BriefSettings(), MONDAY)


@pytest.mark.parametrize("days", [(0, 1, 2, 3, 4), (0, 2), (5, 6), (0, 1, 2, 3, 4, 5, 6), (0, 1, 4, 5, 6)])
def test_days_are_read_again_as_they_are_said(days: tuple[int, ...]) -> None:
    assert weekdays(spoken(days)) == days


@pytest.mark.parametrize(
    ("hour", "kind"), [(0, "morning"), (11, "morning"), (12, "afternoon"), (16, "afternoon"), (17, "evening")]
)
def test_the_kind_fits_the_hour(hour: int, kind: str) -> None:
    assert fitting(time(hour)) == kind


def test_the_next_brief_is_the_next_by_the_persons_own_times() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=BERLIN)
    assert next_brief({}, at) == (BriefKind.AFTERNOON, at.replace(hour=14))
    assert next_brief({"afternoon": ""}, at) == (BriefKind.EVENING, at.replace(hour=18))
    assert next_brief({"morning": "09:30"}, at) == (BriefKind.MORNING, at.replace(minute=30))
    assert next_brief({}, at, BriefKind.MORNING) == (BriefKind.MORNING, at.replace(day=24, hour=8))
    assert next_brief({}, at.replace(hour=20)) == (BriefKind.MORNING, at.replace(day=24, hour=8))


def test_quiet_days_that_are_over_make_room_for_others() -> None:
    chosen = BriefSettings(quiet=("2025-12-24/2026-01-02", "2026-11-20/2026-11-23", "2026-12-24"))
    changes = wish("quiet Friday", chosen, MONDAY)
    assert changes == {"quiet": ("2026-11-20/2026-11-23", "2026-12-24", "2026-11-27")}
