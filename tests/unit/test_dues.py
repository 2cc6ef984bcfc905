"""Until when something is to be done: the same in what people say and in what they type."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.notes.finding import due
from core.work.dues import due_in

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


def test_of_a_long_text_only_its_beginning_is_read() -> None:
    assert due("by Friday " + "word " * 10_000, FRIDAY, BERLIN) is not None
    assert due("word " * 10_000 + "by Friday", FRIDAY, BERLIN) is None
