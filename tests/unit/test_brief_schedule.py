"""When briefs are due: the wall time of their reader, on every day of every zone of the zone database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.holidays import holidays_in, is_known
from core.briefs.models import TIMES, BriefKind
from core.briefs.schedule import Occurrence, Rhythm, quiet_span, wall_time
from core.people.models import BriefSettings, RoomBrief
from core.reminders.moments import moment

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
EVERY_DAY = tuple(range(7))
MORNING, AFTERNOON, EVENING = BriefKind
MINUTE = timedelta(minutes=1)


def due(settings: BriefSettings, zone: str, after: datetime, kind: BriefKind = MORNING) -> datetime | None:
    """The next one, as the reader's clock shows it."""
    found = Rhythm.of(settings, zone, holidays_in).next(kind, after)
    return found and found.due_at.astimezone(ZoneInfo(zone))


def a_year(zone: str, at: time, begin: date) -> list[Occurrence]:
    """All of 366 days, a leap day among them where the year has one."""
    rhythm = Rhythm(zone=zone, times={MORNING: at}, days=frozenset(EVERY_DAY))
    start = moment(begin, time(), ZoneInfo(zone))
    end = moment(begin + timedelta(days=366), time(), ZoneInfo(zone))
    return list(takewhile(lambda one: one.due_at < end, rhythm.coming(MORNING, start - MINUTE)))


def test_case_8_a_brief_keeps_its_wall_time_on_both_transition_days() -> None:
    for zone, spring, autumn in (
        ("Europe/Berlin", date(2027, 3, 28), date(2027, 10, 31)),
        ("America/New_York", date(2027, 3, 14), date(2027, 11, 7)),
        ("Australia/Lord_Howe", date(2027, 10, 3), date(2027, 4, 4)),
    ):
        for day in (spring, autumn):
            for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
                before = moment(near, time(0, 5), ZoneInfo(zone))
                at = due(BriefSettings(days=EVERY_DAY), zone, before)
                assert at is not None
                assert (at.date(), at.time()) == (near, time(8)), (zone, near)


def test_case_8_a_time_in_a_gap_is_its_end_and_one_that_comes_twice_is_its_first() -> None:
    settings = BriefSettings(days=EVERY_DAY, times={"morning": "02:30"})
    gap = due(settings, "Europe/Berlin", datetime(2027, 3, 27, 12, tzinfo=UTC))
    assert gap is not None
    assert gap.isoformat() == "2027-03-28T03:00:00+02:00"
    twice = Rhythm.of(settings, "Europe/Berlin").coming(MORNING, datetime(2027, 10, 30, 12, tzinfo=UTC))
    assert [next(twice).due_at.isoformat() for _ in range(2)] == [
        "2027-10-31T00:30:00+00:00",
        "2027-11-01T01:30:00+00:00",
    ]


@pytest.mark.parametrize("chunk", range(4))
def test_a_year_in_every_zone_has_each_day_once_at_its_wall_time(chunk: int) -> None:
    for number, zone in enumerate(ZONES[chunk::4]):
        wall = (time(8), time(0), time(2, 30), time(23, 45))[number % 4]
        found = a_year(zone, wall, date(2027, 7, 1))  # the leap day of 2028 is in it
        info = ZoneInfo(zone)
        days = [one.local_date for one in found]
        assert days == sorted(set(days)), zone
        assert len(days) == 366, zone
        assert date(2028, 2, 29) in days
        for one in found:
            shown = one.due_at.astimezone(info).replace(tzinfo=None)
            asked = datetime.combine(one.local_date, wall)
            if shown != asked:  # the clock never shows it on this day: a minute before, it showed something earlier
                assert (one.due_at - MINUTE).astimezone(info).replace(tzinfo=None) < asked < shown, (zone, one)
            else:
                earlier = one.due_at - timedelta(hours=1)
                assert earlier.astimezone(info).replace(tzinfo=None) != asked, (zone, one)


@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda it: it.replace(second=0, microsecond=0)),
    after=st.integers(631_152_000, 2_082_758_400).map(lambda at: datetime.fromtimestamp(at, UTC)),  # 1990 to 2036
    days=st.frozensets(st.sampled_from(EVERY_DAY)),
)
def test_what_comes_next_is_later_on_a_wanted_day_and_the_one_after_it_on_a_later_day(
    zone: str, at: time, after: datetime, days: frozenset[int]
) -> None:
    rhythm = Rhythm(zone=zone, times={EVENING: at}, days=days)
    first = rhythm.next(EVENING, after)
    if not days:
        assert first is None
        return
    assert first is not None
    assert first.due_at > after
    assert first.local_date.weekday() in days
    assert first.due_at - after < timedelta(days=9)
    second = rhythm.next(EVENING, first.due_at, first.local_date + timedelta(days=1))
    assert second is not None
    assert second.local_date > first.local_date
    assert second.due_at > first.due_at
    assert rhythm.next(EVENING, first.due_at) != first  # one that is due at this very moment has come


def test_a_day_that_the_date_line_left_out_has_no_brief() -> None:
    days = [one.local_date for one in a_year("Pacific/Apia", time(8), date(2011, 7, 1))]
    assert date(2011, 12, 29) in days
    assert date(2011, 12, 30) not in days
    assert date(2011, 12, 31) in days


def test_unless_chosen_briefs_come_at_eight_two_and_six_on_weekdays() -> None:
    friday = datetime(2026, 11, 27, 23, tzinfo=UTC)
    assert {kind: due(BriefSettings(), "UTC", friday, kind) for kind in BriefKind} == {
        kind: datetime.combine(date(2026, 11, 30), at, UTC) for kind, at in TIMES.items()
    }


def test_what_is_off_paused_quiet_or_a_holiday_has_none() -> None:
    after = datetime(2026, 12, 23, 20, tzinfo=UTC)  # a Wednesday

    def day(**chosen: object) -> date | None:
        found = due(BriefSettings.model_validate(chosen), "Europe/Berlin", after)
        return found and found.date()

    assert day() == date(2026, 12, 24)
    assert day(on=False) is None
    assert day(days=()) is None
    assert day(times={"morning": ""}) is None
    assert day(paused_until="2027-01-04") == date(2027, 1, 4)
    assert day(paused_until="9999-12-31") is None
    assert day(quiet=("2026-12-24",)) == date(2026, 12, 25)
    assert day(quiet=("2026-12-24/2027-01-01", "2027-01-04")) == date(2027, 1, 5)
    assert day(quiet=("2026-12-24",), holidays="DE") == date(2026, 12, 28)
    assert day(quiet=("2026-12-24/2027-01-05",), holidays="DE-BY") == date(2027, 1, 7)  # Epiphany, in Bavaria
    assert day(holidays="nowhere") == date(2026, 12, 24)


def test_holidays_are_those_of_the_country_and_its_part() -> None:
    assert date(2026, 1, 6) in holidays_in("DE-BY", 2026)
    assert date(2026, 1, 6) not in holidays_in("DE", 2026)
    assert date(2026, 7, 3) in holidays_in("us-ca", 2026)  # the 4th is a Saturday
    assert [is_known(place) for place in ("DE", "DE-BY", "DE-XX", "XX", "")] == [True, True, False, False, False]


def test_what_cannot_be_read_counts_as_not_chosen() -> None:
    after = datetime(2026, 11, 30, 5, tzinfo=UTC)
    odd = BriefSettings(times={"morning": "8 o'clock"}, quiet=("soon", "2026-12-05/2026-12-01"), paused_until="later")
    assert due(odd, "UTC", after) == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert Rhythm.of(BriefSettings(), "Mars/Base").next(MORNING, after) == Occurrence(
        date(2026, 11, 30), datetime(2026, 11, 30, 8, tzinfo=UTC)
    )
    assert (wall_time("24:00"), quiet_span(""), quiet_span("2026-12-24/")) == (
        None, None, (date(2026, 12, 24), date(2026, 12, 24)),
    )  # fmt: skip


def test_a_channel_has_only_the_briefs_that_were_chosen_for_it() -> None:
    rhythm = Rhythm.of_room(RoomBrief(zone="Asia/Kathmandu", times={"evening": "17:15"}, by=1))
    after = datetime(2026, 11, 30, 5, tzinfo=UTC)
    assert rhythm.next(MORNING, after) is None
    assert rhythm.next(EVENING, after) == Occurrence(date(2026, 11, 30), datetime(2026, 11, 30, 11, 30, tzinfo=UTC))


def test_holidays_are_asked_for_by_nobody_who_has_not_chosen_them() -> None:
    def never(place: str, year: int) -> Collection[date]:
        raise AssertionError((place, year))

    assert Rhythm.of(BriefSettings(), "UTC", never).next(MORNING, datetime(2026, 11, 30, tzinfo=UTC))
