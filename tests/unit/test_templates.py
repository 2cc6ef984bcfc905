"""Drafts without a model: fit to be sent, in English or German, and with nothing in them that is not for the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.briefs.candidates import Tie
from core.briefs.claims import invents
from core.briefs.letters import fenced, letter_of, mailto
from core.briefs.models import Opportunity
from core.briefs.outreach import chance_of
from core.briefs.ports import Entry
from core.briefs.templates import first_name, template

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TOUCHES = tuple(AT - DAY * days for days in (35, 49, 63, 77, 91))
DEAL: dict[str, object] = {
    "deal_id": 3, "deal_name": "Yearly contract", "deal_stage": "negotiation", "deal_stage_since": AT - 60 * DAY,
    "deal_value": 20_000.0, "deal_currency": "EUR", "last_words": "he finds it too dear", "touches": (AT - 20 * DAY,),
}  # fmt: skip

CASES: dict[str, dict[str, object]] = {
    "silence": {"touches": TOUCHES},
    "stalled": DEAL,
    "step": {**DEAL, "deal_next_step": "send the contract."},
    "closing": {**DEAL, "deal_stage_since": AT - DAY, "deal_closes_on": date(2026, 11, 24)},
    "promise": {"promised": ("send the price list",)},
    "promises": {"promised": ("send the price list", "call back")},
    "birthday": {"birthday": date(1980, 11, 23)},
    "belated": {"birthday": date(1980, 11, 22)},
    "later": {"later_until": AT - DAY, "touches": TOUCHES[:1]},
    "meeting": {**DEAL, "deal_stage_since": AT - 400 * DAY, "meeting_at": datetime(2026, 11, 24, 9, tzinfo=UTC)},
}
SAYS = {
    "silence": ("It has been a while", "wir haben länger nicht gesprochen"),
    "stalled": ("how things stand with Yearly contract", "wie es mit „Yearly contract“ steht"),
    "step": ("the next step is: send the contract.", "der nächste Schritt: send the contract."),
    "closing": ("bring it to a good end", "gern gut mit Ihnen abschließen"),
    "promise": ("what I promised you: send the price list.", "was ich Ihnen versprochen habe: send the price list."),
    "promises": ("There is more on my list", "Es steht noch mehr auf meiner Liste"),
    "birthday": ("Happy birthday!", "alles Gute zum Geburtstag!"),
    "belated": ("I hope you had a good birthday", "nachträglich alles Gute"),
    "later": ("I wanted to get back to you", "noch einmal bei Ihnen melden"),
    "meeting": ("We meet on Tuesday, 24 November.", "Wir sehen uns am Dienstag, 24. November."),
}


def draft(case: str, language: str, name: str = "Dr. Maria Costa") -> str:
    tie = Tie.model_validate({"contact_id": 1, "name": name, **CASES[case]})
    chance = chance_of(tie, AT, BERLIN)
    assert chance is not None
    return template(chance, "Ana Alt", language)


@pytest.mark.parametrize("case", CASES)
def test_a_draft_greets_says_why_asks_once_and_is_signed(case: str) -> None:
    for language, said, greeting, close in zip(
        ("", "German"), SAYS[case], ("Hi Maria,", "Guten Tag Dr. Maria Costa,"), ("Best,\nAna", "Viele Grüße\nAna"),
        strict=True,
    ):  # fmt: skip
        text = draft(case, language)
        assert text.startswith(f"{greeting}\n\n")
        assert text.endswith(f"\n\n{close}")
        assert said in text
        assert text.count("?") == 1
        assert not any(trace in text for trace in ("{", "}", "  ", "None", ".."))
        assert len(text) < 500


@pytest.mark.parametrize("case", CASES)
def test_what_is_noted_of_somebody_is_not_told_to_them(case: str) -> None:
    for language in ("", "German"):
        text = draft(case, language)
        assert "20" not in text.replace("2026", "")
        assert "dear" not in text
        assert "weeks" not in text


def test_a_draft_says_nothing_that_it_would_not_say_itself() -> None:
    for case in CASES:
        text = draft(case, "")
        assert not invents(text, text, AT.date())


@pytest.mark.parametrize(
    ("name", "first"),
    [("Maria Costa", "Maria"), ("Dr. Prof. Otto Lang", "Otto"), ("Cher", "Cher"), ("Dr.", "Dr."), ("Li, Wei", "Li")],
)
def test_people_are_called_by_their_first_name(name: str, first: str) -> None:
    assert first_name(name) == first


def entry(text: str, email: str = "maria@nordwind.example") -> Entry:
    opportunity = Opportunity(ref="outreach:1", text="", contact="Maria", draft=text)
    return Entry(id=1, contact_id=1, opportunity=opportunity, email=email)


def test_a_link_that_opens_a_mail_holds_any_text_and_stays_short_enough() -> None:
    link = mailto(letter_of(entry("Grüße & Küsse?\n100 % #1"), "Ana Alt", ""))
    assert link == (
        "mailto:maria@nordwind.example?subject=A%20note%20from%20Ana%20Alt"
        "&body=Gr%C3%BC%C3%9Fe%20%26%20K%C3%BCsse%3F%0D%0A100%20%25%20%231"
    )
    long = mailto(letter_of(entry("ü" * 1_000), "Ana Alt", "German"))
    assert long == "mailto:maria@nordwind.example?subject=Gru%C3%9F%20von%20Ana%20Alt"


def test_an_address_adds_nothing_to_a_link_but_itself() -> None:
    link = mailto(letter_of(entry("x", "a@b.example?bcc=all@firm.example&body=y"), "", ""))
    assert link.count("?") == 1
    assert "bcc=" not in link


def test_text_to_copy_cannot_leave_its_fence() -> None:
    assert fenced("a\n```\n<!channel>").count("```") == 2
