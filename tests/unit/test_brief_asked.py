"""What is told of as a question that waits: somebody is asked or told to do something, in English and German."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.briefs.asked import open_asks
from core.briefs.found import Found, FoundAsk

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def told(text: str) -> list[str]:
    ask = FoundAsk(1, text, said_at=NOW - timedelta(days=1), speaker="Ben", names={"1": ""})
    found = Found(since=NOW - timedelta(days=1), asked=(ask,))
    return [item.text for item in open_asks(found, NOW, ZoneInfo("Europe/Berlin"), "Ana", ())]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<@1> send it by Friday", "Send it by Friday"),
        ("Hi <@1>, schick mir die Zahlen", "Schick mir die Zahlen"),
        ("<@1> kannst du das prüfen", "Kannst du das prüfen"),
        ("<@1> set up the call with Ben", "Set up the call with Ben"),
        ("Lunch was good. <@1> do we ship today?", "Do we ship today?"),
    ],
)
def test_who_is_asked_or_told_to_do_something_is_waited_for(text: str, line: str) -> None:
    assert told(text) == [line]


@pytest.mark.parametrize(
    "text",
    [
        "<@1> nice work on the launch",
        "Thanks <@1>, looks good.",
        "<@1> plan looks good",
        "<@1> hat das gut gemacht",
        "As <@1> said, we go with blue",
        "<@1> https://wiki.example/?page=3",
    ],
)
def test_who_is_praised_or_named_is_not_waited_for(text: str) -> None:
    assert told(text) == []
