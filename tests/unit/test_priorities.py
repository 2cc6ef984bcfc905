"""The priorities' formula: what has to hold whatever the weights are tuned to."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.briefs.candidates import Candidate
from core.briefs.models import Gap
from core.briefs.priorities import DEFAULTS, rank
from core.briefs.terms import TERMS, Moment, measure
from tools.priorities_reference import TARGET, page

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=BERLIN)  # a Tuesday
DAY = timedelta(days=1)


def one(ref: str, **more: object) -> Candidate:
    return Candidate.model_validate({"ref": ref, "text": f"Do {ref}", "created_at": NOW - 3 * DAY, **more})


def refs(*candidates: Candidate, free: tuple[Gap, ...] = (), most: int = 3) -> list[str]:
    return [found.ref for found in rank(candidates, NOW, BERLIN, free, DEFAULTS, most)]


def why(candidate: Candidate, *others: Candidate) -> tuple[str, ...]:
    return next(f.why for f in rank([candidate, *others], NOW, BERLIN, (), DEFAULTS, 9) if f.ref == candidate.ref)


def terms(candidate: Candidate, free: tuple[Gap, ...] = ()) -> dict[str, float]:
    return measure(candidate, Moment(NOW, BERLIN, free))


def gap(day: int, start: int, end: int) -> Gap:
    at = NOW.replace(day=day, minute=0)
    return Gap(starts_at=at.replace(hour=start), ends_at=at.replace(hour=end))


def test_what_is_blocked_is_no_priority_and_its_blocker_takes_its_place() -> None:
    launch = one("task:1", importance=5, due_at=NOW + DAY, waits_for=("task:2",))
    key = one("task:2", importance=2)
    other = one("task:3", importance=3)
    assert refs(launch, key, other, most=1) == ["task:2"]
    assert "task:1" not in refs(launch, key, other)
    assert "holds up “Do task:1”" in why(key, launch, other)
    assert refs(one("task:1", importance=5, blocked="the supplier is closed"), other) == ["task:3"]


def test_what_the_detector_made_of_a_note_is_not_told_as_its_persons_word() -> None:
    assert why(one("task:1", importance=5)) == ("you said that it is very important",)
    assert why(one("note:1", importance=5, guessed=True)) == ()


def test_what_waited_for_something_that_is_done_is_free() -> None:
    assert refs(one("task:1", waits_for=("task:99",))) == ["task:1"]


def test_things_that_wait_for_each_other_end_no_ranking() -> None:
    ring = (one("task:1", waits_for=("task:2",)), one("task:2", waits_for=("task:1",)))
    assert refs(*ring, one("task:3")) == ["task:3"]
    assert refs(one("task:4", waits_for=("task:1",)), *ring, one("task:3")) == ["task:3"]


def test_long_work_presses_while_a_short_call_of_the_same_day_does_not() -> None:
    thursday = NOW.replace(day=26, hour=17)
    long, short = one("task:1", due_at=thursday, effort_minutes=480), one("task:2", due_at=thursday, effort_minutes=10)
    assert terms(long)["urgency"] > 1.5 * terms(short)["urgency"]


def test_a_full_calendar_makes_the_same_work_more_urgent() -> None:
    work = one("task:1", due_at=NOW.replace(day=26, hour=17), effort_minutes=120)
    full = (gap(24, 9, 10), gap(26, 9, 10))
    empty = (gap(24, 9, 18), gap(25, 9, 18), gap(26, 9, 18))
    assert terms(work, full)["urgency"] > terms(work, empty)["urgency"]


def test_what_is_overdue_presses_no_more_than_wholly() -> None:
    day, month = (terms(one("task:1", due_at=NOW - n * DAY)) for n in (1, 30))
    assert day["urgency"] == month["urgency"]


def test_a_deal_is_measured_against_the_persons_own() -> None:
    big = one("deal:1", deal_name="A", deal_value=40_000, deal_currency="EUR", deal_stage="proposal")
    small = [
        one(f"deal:{n}", deal_name=f"B{n}", deal_value=2_000, deal_currency="EUR", deal_stage="proposal")
        for n in (2, 3, 4)
    ]
    large = [
        one(f"deal:{n}", deal_name=f"B{n}", deal_value=900_000, deal_currency="EUR", deal_stage="proposal")
        for n in (2, 3, 4)
    ]
    among = [
        next(f.terms["deal"] for f in rank([big, *others], NOW, BERLIN, (), DEFAULTS, 9) if f.ref == "deal:1")
        for others in (small, large)
    ]
    assert among[0] > among[1]


def test_why_says_the_weightiest_first_in_plain_words() -> None:
    said = why(
        one(
            "task:1",
            due_at=NOW.replace(hour=17),
            who="Ben",
            waiting_since=NOW - 3 * DAY,
            promised=True,
            importance=2,
        )
    )
    assert said[0] == "due today at 17:00"
    assert {"Ben has waited for it for 3 days", "promised to Ben"} <= set(said)
    deal = one(
        "deal:3",
        deal_name="Acme",
        deal_value=40_000,
        deal_currency="EUR",
        deal_stage="negotiation",
        deal_closes_on=date(2026, 11, 27),
    )
    assert why(deal)[0] == "deal Acme (40,000 EUR, negotiation) closes on Friday"


def test_the_order_of_the_candidates_changes_nothing() -> None:
    many = [one(f"task:{n}", importance=1 + n % 5, due_at=NOW + (n % 3) * DAY) for n in range(20)]
    first = refs(*many)
    for seed in range(20):
        shuffled = random.Random(seed).sample(many, len(many))
        assert refs(*shuffled) == first


def test_every_term_stays_between_0_and_1_whatever_the_candidate() -> None:
    chance = random.Random(6)
    for _ in range(2_000):
        wild = one(
            "task:1",
            importance=chance.choice([None, 1, 3, 5]),
            effort_minutes=chance.choice([None, 1, 60, 100_000]),
            due_at=chance.choice([None, NOW - 400 * DAY, NOW + timedelta(minutes=5), NOW + 4_000 * DAY]),
            who=chance.choice(["", "Ben"]),
            waiting_since=chance.choice([None, NOW - 90 * DAY, NOW + DAY]),
            promised=chance.random() < 0.5,
            unblocks=chance.choice([0, 1, 50]),
            goal=chance.choice(["", "Grow"]),
            goal_importance=chance.choice([0, 1, 5]),
            deal_value=chance.choice([None, 0.0, 1e12]),
            deal_currency=chance.choice(["", "EUR"]),
            deal_stage=chance.choice(["", "lead", "negotiation", "won"]),
            deal_closes_on=chance.choice([None, date(2020, 1, 1), date(2030, 1, 1)]),
            snoozed=chance.choice([0, 30]),
            energy=chance.choice(["", "low", "high"]),
        )
        (found,) = rank([wild], NOW, BERLIN, (gap(24, 9, 10),), DEFAULTS)
        assert found.terms.keys() == TERMS.keys() == DEFAULTS.keys()
        assert all(0 <= value <= 1 for value in found.terms.values()), found
        assert 0 <= found.score <= 1


def test_a_second_thing_of_the_same_deal_does_not_hide_another() -> None:
    slices = [one(f"task:{n}", deal_name="Acme", deal_stage="proposal", importance=4) for n in (1, 2, 3)]
    other = one("task:9", importance=4, due_at=NOW.astimezone(UTC) + 2 * DAY)
    assert "task:9" in refs(*slices, other)


def test_the_page_on_priorities_is_up_to_date() -> None:
    """Every formula, default and limit on it comes from the code."""
    assert TARGET.read_text("utf-8") == page()
    assert all(f"| {name} | {weight:g} |" in page() for name, weight in DEFAULTS.items())
