"""Every reason that a priority can have is said in German to who chose it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.briefs.candidates import Candidate
from core.briefs.composing import compose
from core.briefs.german import german
from core.briefs.reasons import _CLAUSES
from core.briefs.rendering import as_markdown
from core.briefs.terms import Moment
from tests.brief_facts import ANA, MORNING

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 8, tzinfo=BERLIN)
ENGLISH = re.compile(
    r"\b(due|was|you|said|that|waits?|waited|has|promised|deal|closes|holds|takes|minutes?|hours?|needs|and|today|"
    r"tomorrow|yesterday|on|at|ago|days|thing|things|goal|serves|proposal)\b"
)


def candidates() -> list[Candidate]:
    """One for each form that a clause has."""
    base = Candidate(ref="task:1", text="x", created_at=AT - timedelta(days=9))
    dues = [AT + timedelta(days=days, hours=3) for days in (-40, -5, -1, 0, 1, 3, 6, 9, 200)]
    changes: list[dict[str, object]] = [
        {"due_at": due, "effort_minutes": effort} for due in dues for effort in (None, 45, 300)
    ]
    changes += [{"due_at": AT + timedelta(hours=1), "effort_minutes": minutes} for minutes in (1, 30, 60, 90, 150)]
    changes += [{"importance": 4}, {"importance": 5}, {"goal": "Wachstum", "goal_importance": 4}]
    changes += [{"who": "Ben", "waiting_since": AT - timedelta(days=days)} for days in (0, 1, 4)]
    changes += [{"who": "Ben", "promised": True}, {"promised": True}, {"unblocks": 1}, {"unblocks": 3}]
    changes += [{"effort_minutes": 1}, {"effort_minutes": 20}, {"energy": "high"}]
    closing: tuple[date | None, ...] = (None, AT.date() - timedelta(days=9), AT.date(), AT.date() + timedelta(days=3))
    for closes_on in closing:
        for name in ("", "Apollo"):
            changes.append(
                {"deal_stage": "proposal", "deal_name": name, "deal_value": 46_000.0, "deal_currency": "EUR",
                 "deal_closes_on": closes_on}
            )  # fmt: skip
    return [base.model_copy(update=change) for change in changes]


def test_every_form_of_a_reason_has_a_german_one() -> None:
    other = Candidate(ref="task:2", text="Folien", created_at=AT)
    moment = Moment(AT, BERLIN, ())
    said = {
        words
        for one in candidates()
        for clause in _CLAUSES.values()
        for holds_up in (None, other)
        if (words := clause(one, moment, holds_up))
    }
    assert len(said) > 40
    left = {words: german(words) for words in said if ENGLISH.search(german(words))}
    assert left == {}


def test_what_others_said_stays_as_it_is() -> None:
    assert german("Ben has waited for it for 3 days") == "Ben wartet seit 3 Tagen darauf"
    assert german("holds up “Send the deck”") == "hält „Send the deck“ auf"
    assert german("something of another form") == "something of another form"


def test_the_reasons_stand_in_german_in_a_german_brief() -> None:
    priority = MORNING.priorities[0].model_copy(
        update={"why": ("due today at 15:00", "Ben has waited for it since yesterday")}
    )
    reader = ANA.model_copy(update={"language": "German"})
    text = as_markdown(compose(MORNING.model_copy(update={"reader": reader, "priorities": (priority,)})))
    assert "fällig heute 15:00, Ben wartet seit gestern darauf" in text
