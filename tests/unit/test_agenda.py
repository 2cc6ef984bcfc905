"""A day's agenda: what clashes, what is free, and where the day begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.work.agenda import MOST_CLASHES, WORK, Span, agenda, bounds, clashes, gaps, on_day, over
from core.work.agenda_words import lines_of
from core.work.calendar import Block, Event

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 30)  # a Monday
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
]


def event(start: str, end: str, uid: str = "", day: date = DAY, zone: ZoneInfo = BERLIN, **more: object) -> Event:
    """An event between two wall times of a day."""
    sides = [datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC) for at in (start, end)]
    values = {"uid": uid or f"{start}-{end}", "starts_at": sides[0], "ends_at": sides[1], "title": uid, **more}
    return Event.model_validate(values)


def holiday(first: date, after: date) -> Event:
    """An event that lasts whole days."""
    start, end = bounds(first, BERLIN)[0], bounds(after, BERLIN)[0]
    return Event(uid="holiday", starts_at=start, ends_at=end, all_day=True, starts_on=first, ends_on=after)


def shown(spans: tuple[Span, ...], zone: ZoneInfo = BERLIN) -> list[str]:
    """Spans as wall times."""
    return [f"{span.starts_at.astimezone(zone):%H:%M}-{span.ends_at.astimezone(zone):%H:%M}" for span in spans]


moments = st.integers(0, 48 * 4).map(
    lambda quarter: datetime(2026, 11, 29, 23, tzinfo=UTC) + timedelta(minutes=15 * quarter)
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any event of two days."""
    start = draw(moments)
    end = start + timedelta(minutes=15 * draw(st.integers(0, 20)))
    return Event(uid=str(draw(st.integers(0, 30))), starts_at=start, ends_at=end, busy=draw(st.booleans()))


@given(st.lists(events(), max_size=12))
def test_two_events_clash_just_where_both_take_a_moment(them: list[Event]) -> None:
    found = {frozenset((id(one), id(other))) for one, other in clashes(them)}
    for number, one in enumerate(them):
        for other in them[number + 1 :]:
            overlap = max(one.starts_at, other.starts_at) < min(one.ends_at, other.ends_at)
            same = (one.uid, one.starts_at) == (other.uid, other.starts_at)
            assert (frozenset((id(one), id(other))) in found) == (one.busy and other.busy and overlap and not same)


@given(st.lists(events(), max_size=12), st.sampled_from(ZONES))
def test_gaps_and_what_is_taken_fill_the_working_hours_and_nothing_else(them: list[Event], zone: ZoneInfo) -> None:
    free = gaps(them, DAY, zone, least=timedelta(minutes=1))
    start, end = (datetime.combine(DAY, at, zone).astimezone(UTC) for at in WORK)
    at = start
    while at < end:
        taken = any(one.busy and one.starts_at <= at < one.ends_at for one in them)
        assert taken != any(gap.starts_at <= at < gap.ends_at for gap in free)
        at += timedelta(minutes=15)
    assert all(start <= gap.starts_at < gap.ends_at <= end for gap in free)


@given(st.dates(date(1990, 1, 1), date(2035, 1, 1)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_a_hole_and_without_a_doubled_moment(day: date, zone: ZoneInfo) -> None:
    assert bounds(day, zone)[1] == bounds(day + timedelta(days=1), zone)[0]
    assert bounds(day, zone)[0] <= bounds(day, zone)[1]


def test_a_day_has_as_many_hours_as_its_clocks_leave_it() -> None:
    hours = {
        ("Europe/Berlin", date(2026, 3, 29)): 23,
        ("Europe/Berlin", date(2026, 10, 25)): 25,
        ("America/New_York", date(2026, 11, 1)): 25,
        ("Australia/Lord_Howe", date(2026, 10, 4)): 23.5,
        ("Australia/Lord_Howe", date(2026, 4, 5)): 24.5,
        ("Asia/Kathmandu", date(2026, 3, 29)): 24,
        ("Pacific/Apia", date(2011, 12, 30)): 0,  # the date line moved over it
    }
    for (zone, day), length in hours.items():
        start, end = bounds(day, ZoneInfo(zone))
        assert (end - start) / timedelta(hours=1) == length, zone


def test_what_lasts_all_day_is_free_cancelled_or_declined_does_not_clash() -> None:
    meeting = event("10:00", "11:00", "meeting")
    them = [meeting, event("10:00", "12:00", "free", busy=False), holiday(DAY, DAY + timedelta(days=1))]
    assert clashes(them) == ()
    assert shown(gaps(them, DAY, BERLIN)) == ["09:00-10:00", "11:00-18:00"]


def test_an_event_that_is_in_two_calendars_is_one() -> None:
    twice = [event("10:00", "11:00", "a"), event("10:00", "11:00", "a")]
    assert clashes(twice) == ()
    assert len(on_day(twice, DAY, BERLIN)) == 1


def test_events_that_only_touch_do_not_clash() -> None:
    assert clashes([event("10:00", "11:00"), event("11:00", "12:00")]) == ()


def test_what_goes_over_midnight_is_on_both_days() -> None:
    flight = event("22:00", "23:59").model_copy(update={"ends_at": bounds(DAY, BERLIN)[1] + timedelta(hours=6)})
    assert on_day([flight], DAY, BERLIN) == on_day([flight], DAY + timedelta(days=1), BERLIN) == (flight,)
    assert on_day([flight], DAY + timedelta(days=2), BERLIN) == ()


def test_a_whole_day_stays_that_day_wherever_its_owner_is_by_then() -> None:
    day_off = holiday(DAY, DAY + timedelta(days=2))
    for zone in ZONES:
        days = [DAY + timedelta(days=ahead) for ahead in range(-1, 4)]
        assert [bool(on_day([day_off], day, zone)) for day in days] == [False, True, True, False, False]


def test_an_event_is_at_another_time_of_day_for_who_has_moved() -> None:
    call = event("15:00", "16:00", "call")
    assert shown(gaps([call], DAY, ZoneInfo("America/New_York")), ZoneInfo("America/New_York")) == ["10:00-18:00"]


def test_a_moment_that_takes_no_time_is_shown_and_leaves_the_gap_whole() -> None:
    reminder = event("10:00", "10:00", "reminder")
    assert on_day([reminder], DAY, BERLIN) == (reminder,)
    assert shown(gaps([reminder], DAY, BERLIN)) == ["09:00-18:00"]


def test_weekends_have_no_gaps_and_what_is_over_is_none() -> None:
    assert gaps([], date(2026, 11, 29), BERLIN) == ()
    now = datetime(2026, 11, 30, 16, 45, tzinfo=BERLIN)
    assert shown(gaps([], DAY, BERLIN, now=now)) == ["16:45-18:00"]
    assert gaps([], DAY, BERLIN, now=now + timedelta(minutes=50)) == ()


def test_time_that_is_kept_free_is_no_gap() -> None:
    block = Block(id=1, starts_at=datetime(2026, 11, 30, 8, tzinfo=UTC), ends_at=datetime(2026, 11, 30, 10, tzinfo=UTC))
    found = agenda([event("13:00", "14:00", "lunch")], [block], DAY, BERLIN)
    assert shown(found.gaps) == ["11:00-13:00", "14:00-18:00"]
    assert found.blocks == (block,)


def test_working_hours_on_the_day_when_clocks_change_are_by_the_clock() -> None:
    monday_after = date(2026, 10, 26)
    assert [gap.starts_at.hour for gap in gaps([], monday_after, BERLIN)] == [8]
    assert [gap.starts_at.hour for gap in gaps([], date(2026, 10, 23), BERLIN)] == [7]


def test_a_calendar_of_thousands_is_shown_in_part_and_soon() -> None:
    all_at_once = [event("09:00", "17:00", str(number)) for number in range(5_000)]
    seen = agenda(all_at_once, (), DAY, BERLIN)
    lines, _ = lines_of(seen, BERLIN)
    assert len(seen.clashes) == MOST_CLASHES
    assert len(lines) < 100
    assert "- … and 4940 more" in lines
    assert "- ⚠ … and more that clash" in lines


def test_what_takes_time_that_is_kept_free_is_found_however_much_else_clashes() -> None:
    block = Block(id=1, starts_at=event("16:00", "17:00").starts_at, ends_at=event("16:00", "17:00").ends_at)
    before = [event("09:00", "15:00", str(number)) for number in range(50)]
    late, touching = event("16:30", "18:00", "late"), event("17:00", "18:00", "touching")
    assert over(block, [*before, late, touching, event("16:00", "17:00", "free", busy=False)]) == [late]
