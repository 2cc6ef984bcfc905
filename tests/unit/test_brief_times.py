"""What happens to a brief's time when it has come, has passed, or is reckoned anew; and the way that a brief goes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.briefs.models import BriefKind
from core.briefs.schedule import Occurrence, Rhythm
from core.briefs.times import Timed, Way, advanced, reckoned, way_to
from core.people.models import BriefSettings

GRACE = timedelta(minutes=90)
KIND = BriefKind.MORNING
MONDAY = date(2026, 11, 30)
BERLIN = Rhythm.of(BriefSettings(), "Europe/Berlin")
NEW_YORK = Rhythm.of(BriefSettings(), "America/New_York")
AUCKLAND = Rhythm.of(BriefSettings(), "Pacific/Auckland")


def at(rhythm: Rhythm, day: date) -> Occurrence:
    """The morning of a day."""
    found = rhythm.due(KIND, day)
    assert found is not None
    return found


def timed(rhythm: Rhythm, day: date) -> Timed:
    """A morning that was reckoned."""
    return Timed(KIND, rhythm.zone, at(rhythm, day))


def days(*occurrences: Occurrence | None) -> list[int]:
    """The days of the month."""
    return [one.local_date.day for one in occurrences if one]


@pytest.mark.parametrize(("minutes", "due", "skipped"), [(0, [30], []), (90, [30], []), (91, [], [30])])
def test_late_within_the_grace_time_it_is_made_once_and_beyond_it_is_skipped(
    minutes: int, due: list[int], skipped: list[int]
) -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(minutes=minutes)
    step = advanced(timed(BERLIN, MONDAY), BERLIN, now, GRACE)
    assert (days(step.due), days(*step.skipped), days(step.next)) == (due, skipped, [1])


def test_an_outage_of_days_skips_each_of_them_and_goes_on_with_the_next() -> None:
    now = at(BERLIN, date(2026, 12, 4)).due_at + timedelta(minutes=10)  # a Friday
    step = advanced(timed(BERLIN, MONDAY), BERLIN, now, GRACE)
    assert (days(step.due), days(*step.skipped), days(step.next)) == ([], [30, 1, 2, 3], [4])
    months = advanced(timed(BERLIN, MONDAY), BERLIN, now + timedelta(days=90), GRACE)
    assert len(months.skipped) == 7


def test_a_day_that_had_its_brief_by_another_account_is_not_skipped_as_well() -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(hours=2)
    step = reckoned(timed(BERLIN, MONDAY), BERLIN, KIND, MONDAY, now, GRACE)  # joined before this one's was handed over
    assert (days(step.next), step.skipped) == ([1], ())


def test_case_9_a_change_of_zone_gives_no_day_a_second_brief() -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(hours=2)  # delivered in Berlin; in New York it is 4 in the morning
    step = reckoned(timed(BERLIN, date(2026, 12, 1)), NEW_YORK, KIND, MONDAY, now, GRACE)
    assert (step.next, step.skipped) == (at(NEW_YORK, date(2026, 12, 1)), ())


def test_case_9_a_change_of_zone_loses_no_day_without_saying_so() -> None:
    now = at(NEW_YORK, MONDAY).due_at - timedelta(minutes=30)  # in Berlin it is 13:30, and 8 has long passed
    step = reckoned(timed(NEW_YORK, MONDAY), BERLIN, KIND, date(2026, 11, 27), now, GRACE)
    assert (step.next, step.skipped) == (at(BERLIN, date(2026, 12, 1)), (at(BERLIN, MONDAY),))
    across = reckoned(timed(NEW_YORK, MONDAY), AUCKLAND, KIND, date(2026, 11, 27), now, GRACE)
    assert (days(across.next), days(*across.skipped)) == ([1], [30])


def test_case_9_a_change_of_zone_in_an_outage_of_days_says_each_of_them() -> None:
    now = at(BERLIN, date(2026, 12, 3)).due_at + timedelta(hours=2)  # a Thursday
    step = reckoned(timed(NEW_YORK, MONDAY), BERLIN, KIND, date(2026, 11, 27), now, GRACE)
    assert (days(*step.skipped), days(step.next)) == ([30, 1, 2, 3], [4])


def test_case_9_a_change_of_zone_to_where_it_is_just_past_eight_brings_it_at_once() -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(minutes=30)
    step = reckoned(timed(NEW_YORK, MONDAY), BERLIN, KIND, date(2026, 11, 27), now, GRACE)
    assert (step.next, step.skipped) == (at(BERLIN, MONDAY), ())
    assert advanced(Timed(KIND, BERLIN.zone, step.next), BERLIN, now, GRACE).due == step.next


def test_who_chooses_an_earlier_time_is_not_given_the_brief_that_would_have_been() -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(minutes=30)
    later = Rhythm.of(BriefSettings(times={"morning": "10:00"}), "Europe/Berlin")
    step = reckoned(timed(later, MONDAY), BERLIN, KIND, date(2026, 11, 27), now, GRACE)
    assert (step.next, step.skipped) == (at(BERLIN, date(2026, 12, 1)), ())


def test_what_is_due_and_not_handed_over_yet_outlives_a_change_of_settings() -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(seconds=20)
    silent = Rhythm.of(BriefSettings(silent=True), "Europe/Berlin")
    step = reckoned(timed(BERLIN, MONDAY), silent, KIND, date(2026, 11, 27), now, GRACE)
    assert (step.next, step.skipped) == (at(BERLIN, MONDAY), ())
    off = Rhythm.of(BriefSettings(on=False), "Europe/Berlin")
    assert reckoned(timed(BERLIN, MONDAY), off, KIND, date(2026, 11, 27), now, GRACE).next is None


def test_who_is_new_is_not_given_what_was_due_before() -> None:
    now = at(BERLIN, MONDAY).due_at + timedelta(minutes=1)
    assert days(reckoned(None, BERLIN, KIND, None, now, GRACE).next) == [1]


SLACK = Way("slack", 1, 1, "T1", "D1")
DISCORD = Way("discord", 2, 1, "dm-1", "91")
WEB = Way("web", 3, 1, "local", "abc")
MAIL = Way("email", 1, 1)


@pytest.mark.parametrize(
    ("chosen", "ways", "way"),
    [
        ({}, (SLACK, DISCORD, MAIL), SLACK),
        ({}, (DISCORD, SLACK), DISCORD),
        ({}, (MAIL,), MAIL),
        ({}, (WEB,), None),
        ({}, (WEB, MAIL), MAIL),
        ({"by": "web"}, (SLACK, WEB), WEB),
        ({"by": "discord"}, (SLACK, DISCORD), DISCORD),
        ({"by": "discord"}, (SLACK, MAIL), SLACK),
        ({"by": "discord", "fallback": False}, (SLACK, MAIL), None),
        ({"by": "email"}, (SLACK, MAIL), MAIL),
        ({"by": "email"}, (SLACK,), SLACK),
        ({"by": "email", "fallback": False}, (SLACK,), None),
    ],
)
def test_a_brief_goes_the_way_that_was_chosen_and_another_only_where_that_is_allowed(
    chosen: dict[str, object], ways: tuple[Way, ...], way: Way | None
) -> None:
    assert way_to(BriefSettings.model_validate(chosen), ways) == way


def test_what_is_not_due_yet_stays_as_it_is() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    step = advanced(timed(BERLIN, MONDAY), BERLIN, now, GRACE)
    assert (step.due, step.skipped, step.next) == (None, (), at(BERLIN, MONDAY))
