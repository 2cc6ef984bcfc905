"""What lines on contacts, deals and calls are understood as."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.commands import REGISTRY
from core.registry import CommandError
from core.work.activity_lines import activity
from core.work.days import exact, past, to_come
from core.work.deal_lines import deal
from core.work.lines import company, contact

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)  # a Sunday
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("line", "fields", "company_"),
    [
        (
            "Ana Pohl, Acme, ana@acme.com, +49 30 123456, CTO",
            {"name": "Ana Pohl", "email": "ana@acme.com", "phone": "+49 30 123456", "title": "CTO"},
            "Acme",
        ),
        ("Ana Pohl <ana@acme.com>", {"name": "Ana Pohl", "email": "ana@acme.com"}, ""),
        ("Ana Pohl, CTO at Acme GmbH", {"name": "Ana Pohl", "title": "CTO"}, "Acme GmbH"),
        ("Ana Pohl, every 2 weeks, birthday 3 May", {"rhythm_days": 14, "birthday": date(1904, 5, 3)}, ""),
        ("Ana Pohl, geburtstag 03.05.1980", {"birthday": date(1980, 5, 3)}, ""),
        ("Pohl, Head of Sales, Acme", {"title": "Head of Sales"}, "Acme"),
        ("Ana; 0151 2345678", {"phone": "0151 2345678"}, ""),
        ("Ana, Acme, CTO, likes tea", {"title": "CTO", "about": "likes tea"}, "Acme"),
    ],
)
def test_each_part_of_a_contact_shows_by_its_form_what_it_is(
    line: str, fields: dict[str, object], company_: str
) -> None:
    said = contact(line)
    assert fields.items() <= said.fields.items()
    assert (said.company, said.shared) == (company_, True)


def test_what_is_private_is_said_so() -> None:
    assert not contact("Ana Pohl, private").shared
    assert not company("Acme, privat").shared
    assert not deal("Acme rollout 40k, private", NOW, BERLIN).shared


@pytest.mark.parametrize("line", ["", ",", "ana@acme.com", "Ana, birthday someday", "x" * 201, "Ana, every 0 days"])
def test_a_contact_that_cannot_be_kept_is_said_so(line: str) -> None:
    with pytest.raises(CommandError):
        contact(line)


def test_a_company_may_have_a_domain() -> None:
    assert company("Acme GmbH, www.acme.com, makes rockets").fields == {
        "name": "Acme GmbH",
        "domain": "acme.com",
        "about": "makes rockets",
    }


@pytest.mark.parametrize(
    ("line", "number", "name", "fields"),
    [
        (
            "Acme rollout 40000 EUR negotiation closes 30 Nov",
            None,
            "Acme rollout",
            {"value": Decimal(40000), "currency": "EUR", "stage": "negotiation", "closes_on": date(2026, 11, 30)},
        ),
        ("3 won", 3, "", {"stage": "won"}),
        ("#3 verloren", 3, "", {"stage": "lost"}),
        ("3 next send the offer by Friday", 3, "", {"next_step": "send the offer by Friday"}),
        ("3 50k closes Friday", 3, "", {"value": Decimal(50000), "closes_on": date(2026, 12, 4)}),
        ("3 closes 15.12.", 3, "", {"closes_on": date(2026, 12, 15)}),
        ("Big 2027 deal, 1.2m USD", None, "Big 2027 deal", {"value": Decimal(1200000), "currency": "USD"}),
        ("3", 3, "", {}),
    ],
)
def test_a_line_on_a_deal_is_understood(line: str, number: int | None, name: str, fields: dict[str, object]) -> None:
    said = deal(line, NOW, BERLIN)
    assert (said.number, said.name, dict(said.fields)) == (number, name, fields)


@pytest.mark.parametrize(
    "line", ["Acme closes someday", "Acme closes 31 Feb", "Acme closes 2020-01-01", "x 1.234,567 EUR"]
)
def test_a_line_on_a_deal_that_cannot_be_meant_is_said_so(line: str) -> None:
    with pytest.raises(CommandError):
        deal(line, NOW, BERLIN)


@pytest.mark.parametrize(
    ("line", "kind", "who", "day", "text"),
    [
        ("call with Ana: she wants the offer", "call", "Ana", "29", "she wants the offer"),
        ("I spoke with Ana Pohl today: she wants it", "call", "Ana Pohl", "29", "she wants it"),
        ("meeting with Ana Pohl yesterday: x", "meeting", "Ana Pohl", "28", "x"),
        ("I had a call with Ana Pohl on Friday: hm", "call", "Ana Pohl", "27", "hm"),
        ("Ich habe heute mit Ana Pohl gesprochen: sie will", "call", "Ana Pohl", "29", "sie will"),
        ("lunch with Ana Pohl 12 Nov: 10:30 was late", "meeting", "Ana Pohl", "12", "10:30 was late"),
        ("note on Ana: likes tea", "note", "Ana", "29", "likes tea"),
        ("email to Ana Pohl", "email", "Ana Pohl", "29", ""),
    ],
)
def test_what_happened_is_understood_with_whom_and_when(line: str, kind: str, who: str, day: str, text: str) -> None:
    said = activity(line, NOW, BERLIN)
    assert (said.kind, said.who, f"{said.happened_at:%d}", said.text) == (kind, who, day, text)


def test_what_is_still_to_come_has_not_happened() -> None:
    with pytest.raises(CommandError, match="still to come"):
        activity("call with Ana 2026-12-24: x", NOW, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "I spoke with Ana Pohl today: she wants it",
        "Had a call with Ana, she said yes",
        "Ich habe mit Ana telefoniert: ja",
    ],
)
def test_free_text_that_plainly_tells_of_a_call_is_asked_back_about(text: str) -> None:
    spoken = REGISTRY.spoken(text)
    assert spoken is not None
    assert spoken.command == "log"
    command = REGISTRY.get("log")
    assert command is not None
    assert command.changes


@pytest.mark.parametrize(
    "text", ["I spoke with Ana about it", "who called Ana: you?", "I met my match", "contacts matter"]
)
def test_free_text_that_means_something_else_is_left_alone(text: str) -> None:
    assert REGISTRY.spoken(text) is None


def test_days_of_either_direction() -> None:
    assert to_come("15.12.", NOW, BERLIN) == date(2026, 12, 15)
    assert to_come("today", NOW, BERLIN) == date(2026, 11, 29)
    assert to_come("gibberish", NOW, BERLIN) is None
    found = past("03.11.", NOW, BERLIN)
    assert found is not None
    assert found.date() == date(2026, 11, 3)
    assert past("Sunday", NOW, BERLIN) == datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("30.11.2026", date(2026, 11, 30)),
        ("11/30/2026", date(2026, 11, 30)),
        ("30/11/2026", date(2026, 11, 30)),
        ("1/2/2026", None),  # the first of February or the second of January: nobody can tell
        ("2026-13-01", None),
        ("0001-01-01", None),  # which programs write for none
        ("9999-12-31", None),
        ("soon", None),
    ],
)
def test_dates_of_files_are_read_where_they_can_mean_one_day_only(text: str, day: date | None) -> None:
    assert exact(text) == day
