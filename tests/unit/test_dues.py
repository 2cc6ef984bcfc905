"""Until when something is to be done: the same in what people say and in what they type."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.notes.finding import due
from core.work.dues import due_in, moment_of, split_plain

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 10, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("I'll send it by today", "2026-11-27 18:00"),
        ("I'll send it by Friday", "2026-11-27 18:00"),
        ("I'll send it by next Friday", "2026-12-04 18:00"),
        ("I'll release version 1.25 by Tuesday", "2026-12-01 18:00"),
        ("I'll send it by Tuesday at 9:00", "2026-12-01 09:00"),
        ("Ich schicke es bis Montag", "2026-11-30 18:00"),
    ],
)
def test_a_day_is_over_at_its_end_of_work(text: str, at: str) -> None:
    for found in (due(text, FRIDAY, BERLIN), due_in(text, FRIDAY, BERLIN)):
        assert found is not None
        assert f"{found:%Y-%m-%d %H:%M}" == at


@pytest.mark.parametrize(
    ("line", "text", "at"),
    [
        ("Send it by end of month", "Send it", "2026-11-30 18:00"),
        ("Send it by the end of the week", "Send it", "2026-11-27 18:00"),
        ("Angebot schicken bis 14.12.", "Angebot schicken", "2026-12-14 18:00"),
        ("Angebot schicken bis zum 3. Januar", "Angebot schicken", "2027-01-03 18:00"),
        ("Send it by EOD", "Send it", "2026-11-27 18:00"),
        ("Call Ana tomorrow at 9", "Call Ana", "2026-11-28 09:00"),
        ("Call Ana on Tue", "Call Ana", "2026-12-01 18:00"),
        ("Water the plants in 3 days", "Water the plants", "2026-11-30 18:00"),
        ("Ben morgen anrufen", "Ben morgen anrufen", ""),
        ("Prepare the slides for Monday", "Prepare the slides for Monday", ""),
        ("Read the minutes of 3 December", "Read the minutes of 3 December", ""),
        ("Upgrade to version 3.12", "Upgrade to version 3.12", ""),
        ("Friday", "Friday", ""),
        ("Divide 10 by 2 tomorrow", "Divide 10 by 2", "2026-11-28 18:00"),
    ],
)
def test_a_task_is_due_when_its_end_says_so(line: str, text: str, at: str) -> None:
    found, due_at = split_plain(line, FRIDAY, BERLIN)
    assert (found, f"{due_at:%Y-%m-%d %H:%M}" if due_at else "") == (text, at)


@pytest.mark.parametrize("words", ["today", "tonight", "EOD", "end of the week"])
def test_late_in_the_evening_today_is_not_over(words: str) -> None:
    late = FRIDAY.replace(hour=23, minute=55)
    assert moment_of(words, late, BERLIN) == FRIDAY.replace(hour=23, minute=59)


def test_of_a_long_text_only_its_beginning_is_read() -> None:
    assert due("by Friday " + "word " * 10_000, FRIDAY, BERLIN) is not None
    assert due("word " * 10_000 + "by Friday", FRIDAY, BERLIN) is None
