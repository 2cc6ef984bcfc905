"""Whom to get in touch with: what speaks for it, what speaks against it, and that it is said in plain words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.briefs.candidates import Tie
from core.briefs.outreach import DROPPED_DAYS, OUTREACH, Chance, chance_of, opportunities, rhythm
from core.briefs.spans import ENGLISH, GERMAN

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday, 08:00 in Berlin
DAY = timedelta(days=1)


def tie(touched: tuple[float, ...] = (), **fields: object) -> Tie:
    """A contact that one was in touch with so many days ago."""
    given_fields = {"contact_id": 1, "name": "Maria Costa", "touches": tuple(AT - DAY * days for days in touched)}
    return Tie.model_validate(given_fields | fields)


def found(one: Tie, at: datetime = AT) -> Chance:
    chance = chance_of(one, at, BERLIN)
    assert chance is not None
    return chance


FORTNIGHTLY = (35, 49, 63, 77, 91, 105)
DEAL = {
    "deal_id": 3, "deal_name": "Yearly contract", "deal_stage": "negotiation", "deal_stage_since": AT - 30 * DAY,
    "deal_value": 20_000.0, "deal_currency": "EUR", "usual_value": 20_000.0,
}  # fmt: skip

ties = st.builds(
    tie,
    touched=st.lists(st.floats(0, 900), max_size=8).map(lambda days: tuple(sorted(days))),
    contact_id=st.integers(1, 99),
    name=st.text(min_size=1, max_size=9),
    rhythm_days=st.none() | st.integers(1, 400),
    birthday=st.none() | st.dates(date(1940, 1, 1), date(2010, 12, 31)) | st.just(date(1992, 2, 29)),
    promised=st.lists(st.text(min_size=1, max_size=200), max_size=3).map(tuple),
    deal_name=st.text(max_size=9),
    deal_stage=st.sampled_from(["", "lead", "qualified", "proposal", "negotiation", "won", "lost", "unheard-of"]),
    deal_stage_since=st.none() | st.integers(-3, 400).map(lambda days: AT - DAY * days),
    deal_value=st.none() | st.floats(0, 1e9),
    usual_value=st.none() | st.floats(0, 1e9),
    deal_closes_on=st.none() | st.integers(-400, 400).map(lambda days: AT.date() + DAY * days),
    deal_next_step=st.text(max_size=9),
    meeting_at=st.none() | st.integers(-48, 400).map(lambda hours: AT + timedelta(hours=hours)),
    created_at=st.none() | st.integers(0, 900).map(lambda days: AT - DAY * days),
    dropped_at=st.none() | st.integers(0, 400).map(lambda days: AT - DAY * days),
    later_until=st.none() | st.integers(-10, 10).map(lambda days: AT + DAY * days),
)
zones = st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia", "UTC"]).map(ZoneInfo)


@given(ties, zones)
def test_score_and_terms_are_from_0_to_1_and_each_term_is_said(one: Tie, zone: ZoneInfo) -> None:
    chance = chance_of(one, AT, zone)
    if chance is None:
        return
    assert 0 < chance.score <= 1
    assert all(0 < value <= 1 for value in chance.terms.values())
    assert len(chance.why) >= len(chance.terms)
    assert all(clause and "\n" not in clause and len(clause) < 200 for clause in chance.why)
    assert chance.reason == next(iter(chance.terms))
    parts = OUTREACH.parts(chance.terms, {})
    assert [parts[name] for name in chance.terms] == sorted((part for part in parts.values() if part), reverse=True)
    assert sum(parts.values()) == pytest.approx(chance.score, abs=1e-3)


@given(ties, zones)
def test_nobody_is_proposed_who_was_in_touch_today_or_yesterday(one: Tie, zone: ZoneInfo) -> None:
    yesterday = AT.astimezone(zone).date() - DAY
    touched = any(touch <= AT and touch.astimezone(zone).date() >= yesterday for touch in one.touches)
    assert not touched or chance_of(one, AT, zone) is None


@given(ties, st.integers(0, DROPPED_DAYS - 1), st.integers(1, 400))
def test_nobody_is_proposed_who_was_dropped_lately_or_is_put_off(one: Tie, ago: int, ahead: int) -> None:
    assert chance_of(one.model_copy(update={"dropped_at": AT - DAY * ago}), AT, BERLIN) is None
    assert chance_of(one.model_copy(update={"later_until": AT + DAY * ahead}), AT, BERLIN) is None


@given(ties, st.integers(1, 400))
def test_longer_silence_never_says_less_within_a_year(one: Tie, more: int) -> None:
    plain = one.model_copy(update={"meeting_at": None, "birthday": None, "deal_stage": "", "rhythm_days": 14})
    if not plain.touches:
        return
    later = plain.model_copy(update={"touches": tuple(touch - DAY * more for touch in plain.touches)})
    first, second = chance_of(plain, AT, BERLIN), chance_of(later, AT, BERLIN)
    assert first is None or (second is not None and second.score >= first.score)


@given(ties)
def test_another_promise_never_says_less(one: Tie) -> None:
    more = one.model_copy(update={"promised": (*one.promised, "send the plan")})
    first, second = chance_of(one, AT, BERLIN), chance_of(more, AT, BERLIN)
    assert first is None or (second is not None and second.score >= first.score)


@given(st.lists(ties, max_size=12, unique_by=lambda one: one.contact_id), st.randoms(), st.integers(0, 5))
def test_the_few_are_the_best_whatever_the_order_of_the_ties(all_ties: list[Tie], random: object, most: int) -> None:
    chosen = opportunities(all_ties, AT, BERLIN, most)
    random.shuffle(all_ties)  # type: ignore[attr-defined]
    assert opportunities(all_ties, AT, BERLIN, most) == chosen
    assert len(chosen) <= most
    rest = [one for one in opportunities(all_ties, AT, BERLIN, 99) if one not in chosen]
    assert all(one.score <= chosen[-1].score for one in rest) if chosen else (not rest or most == 0)


@given(ties)
def test_what_happens_later_changes_nothing_for_a_moment_that_is_past(one: Tie) -> None:
    more = one.model_copy(update={"touches": (AT + DAY, *one.touches)})
    first, second = chance_of(one, AT, BERLIN), chance_of(more, AT, BERLIN)
    assert (first is None) == (second is None)
    assert first is None or second is None or (first.score, first.why) == (second.score, second.why)


def test_silence_is_held_against_the_usual_rhythm() -> None:
    chance = found(tie(FORTNIGHTLY))
    assert chance.reason == "silence"
    assert chance.why == ("you usually speak every 2 weeks; the last time was 5 weeks ago",)
    assert chance_of(tie((35, 63, 91, 119, 147)), AT, BERLIN) is None
    assert chance_of(tie((10, 24, 38, 52)), AT, BERLIN) is None


def test_a_rhythm_that_the_person_wants_needs_no_history() -> None:
    chance = found(tie((35,), rhythm_days=14))
    assert chance.why == ("you want to be in touch every 2 weeks; the last time was 5 weeks ago",)
    never = found(tie(rhythm_days=30, created_at=AT - 90 * DAY))
    assert never.why == ("you want to be in touch every month; you have not been yet",)


def test_of_a_list_of_addresses_that_was_imported_nobody_is_proposed() -> None:
    assert opportunities([tie(contact_id=n, created_at=AT - 300 * DAY) for n in range(50)], AT, BERLIN) == ()
    assert chance_of(tie((200,)), AT, BERLIN) is None


def test_one_odd_gap_hardly_moves_a_rhythm_and_few_touches_are_drawn_towards_the_usual() -> None:
    assert rhythm(tie(), [AT, AT - DAY])[0] == pytest.approx(12.8, abs=0.1)
    steady = [AT - DAY * 14 * n for n in range(10)]
    assert rhythm(tie(), steady)[0] == pytest.approx(16.9, abs=0.2)
    assert rhythm(tie(), [*steady, AT - DAY * 900])[0] == pytest.approx(16.9, abs=0.3)


def test_what_ended_years_ago_is_left_in_peace() -> None:
    assert chance_of(tie((1_100, 1_114, 1_128, 1_142)), AT, BERLIN) is None


def test_a_deal_that_stands_still_speaks_by_its_stage_its_time_and_its_value() -> None:
    chance = found(tie((20,), **DEAL))
    assert chance.why[0] == "“Yearly contract” has stood in negotiation for 1 month"
    small = found(tie((20,), **{**DEAL, "deal_value": 1_000.0}))
    assert small.score < chance.score
    for stage in ("won", "lost"):
        assert chance_of(tie((20,), **{**DEAL, "deal_stage": stage}), AT, BERLIN) is None


def test_a_closing_date_speaks_when_it_is_near_and_when_it_has_passed() -> None:
    fresh = {**DEAL, "deal_stage_since": AT - DAY}
    near = found(tie((20,), **fresh, deal_closes_on=date(2026, 11, 27)))
    assert near.why[0] == "“Yearly contract” is to close on Friday, 27 November"
    assert "was to close on Friday, 20 November" in found(tie((20,), **fresh, deal_closes_on=date(2026, 11, 20))).why[0]
    assert chance_of(tie((20,), **fresh, deal_closes_on=date(2027, 6, 1)), AT, BERLIN) is None


def test_a_promise_weighs_most_and_is_said_in_its_own_words() -> None:
    chance = found(tie((20,), **DEAL, promised=("send the price list", "call back")))
    assert chance.reason == "promise"
    assert chance.why[0] == "you promised: “send the price list” and 1 more"


@pytest.mark.parametrize(
    ("born", "said"),
    [
        (date(1980, 11, 23), "the birthday is today"),
        (date(1980, 11, 24), "the birthday is tomorrow"),
        (date(1980, 11, 22), "the birthday was yesterday"),
        (date(1980, 11, 21), "the birthday was on Saturday, 21 November"),
        (date(1980, 11, 28), "the birthday is on Saturday, 28 November"),
    ],
)
def test_a_birthday_is_said_by_the_persons_day(born: date, said: str) -> None:
    assert found(tie((20,), birthday=born)).why == (said,)


def test_a_birthday_over_new_year_and_on_a_leap_day_is_found() -> None:
    eve = datetime(2026, 12, 31, 8, tzinfo=UTC)
    assert found(tie(birthday=date(1980, 1, 2)), eve).why == ("the birthday is on Saturday, 2 January",)
    first = datetime(2027, 3, 1, 8, tzinfo=UTC)
    assert found(tie(birthday=date(1992, 2, 29)), first).why == ("the birthday is today",)


def test_a_meeting_soon_lowers_the_need_and_becomes_a_preparation() -> None:
    silent = tie((30, 44, 58, 72, 86))
    meeting = silent.model_copy(update={"meeting_at": AT + timedelta(days=5)})
    assert chance_of(meeting, AT, BERLIN) is None or found(meeting).score < found(silent).score
    deal = tie((20,), **DEAL, promised=("send the price list",), meeting_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert found(deal).why[-1] == "prepare it: you meet on Tuesday, 24 November at 10:00"
    assert chance_of(tie((20,), meeting_at=AT + DAY), AT, BERLIN) is None


def test_a_next_step_alone_proposes_nobody() -> None:
    step = {"deal_name": "x", "deal_stage": "lead", "deal_stage_since": AT - DAY, "deal_next_step": "send the contract"}
    assert chance_of(tie((20,), **step), AT, BERLIN) is None
    with_more = found(tie((20,), **{**DEAL, "deal_next_step": "send the contract"}))
    assert with_more.why[-1] == "the next step is named: “send the contract”"


def test_who_was_put_off_until_now_comes_back() -> None:
    assert found(tie((20,), later_until=AT - timedelta(hours=1))).why == ("you put it off until now",)


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "1 day"), (1, "1 day"), (3, "3 days"), (7, "1 week"), (14, "2 weeks"), (35, "5 weeks"),
     (31, "1 month"), (61, "2 months"),
     (365, "12 months"), (800, "2 years")],
)  # fmt: skip
def test_times_are_said_as_people_say_them(days: float, said: str) -> None:
    assert ENGLISH.span(days) == said


def test_rhythms_are_said_as_people_say_them() -> None:
    assert [ENGLISH.every(days) for days in (1, 14, 30, 400)] == [
        "every day", "every 2 weeks", "every month", "every 13 months",
    ]  # fmt: skip
    assert [GERMAN.every(days) for days in (1, 14, 30)] == ["jeden Tag", "alle 2 Wochen", "jeden Monat"]


def test_reasons_are_said_in_german_to_who_chose_it() -> None:
    first = tie(FORTNIGHTLY, **DEAL, promised=("das Angebot",), birthday=date(1980, 11, 28), deal_next_step="senden",
                meeting_at=datetime(2026, 11, 24, 9, tzinfo=UTC))  # fmt: skip
    chance = chance_of(first, AT, BERLIN, "German")
    assert chance is not None
    assert set(chance.why) == {
        "du hast zugesagt: „das Angebot“",
        "„Yearly contract“ steht seit 1 Monat bei Verhandlung",
        "ihr sprecht sonst alle 2 Wochen; das letzte Mal war vor 5 Wochen",
        "der Geburtstag ist am Samstag, 28. November",
        "der nächste Schritt steht fest: „senden“",
        "zur Vorbereitung: ihr trefft euch am Dienstag, 24. November um 10:00",
    }
