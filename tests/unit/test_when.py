from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.registry import CommandError
from core.reminders.moments import in_words, moment, zone_of
from core.reminders.when import understand

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=BERLIN)  # a Tuesday
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("line", "at", "rest"),
    [
        ("in 20 minutes call Ben", "2026-11-24 18:20", "call Ben"),
        ("to call Ben in 2 hours", "2026-11-24 20:00", "call Ben"),
        ("in half an hour stretch", "2026-11-24 18:30", "stretch"),
        ("in 1 hour and 30 minutes stretch", "2026-11-24 19:30", "stretch"),
        ("in 3 days pay the rent", "2026-11-27 18:00", "pay the rent"),
        ("tomorrow at 9 call Ben", "2026-11-25 09:00", "call Ben"),
        ("call Ben Fri at 14:00", "2026-11-27 14:00", "call Ben"),
        ("next Tue at 9 call Ben", "2026-12-01 09:00", "call Ben"),
        ("Dec 15 at 9 call Ben", "2026-12-15 09:00", "call Ben"),
        ("15. Dez um 9 Uhr Ben anrufen", "2026-12-15 09:00", "Ben anrufen"),
        ("tomorrow, call Ben", "2026-11-25 09:00", "call Ben"),
        ("tomorrow evening call mom", "2026-11-25 18:00", "call mom"),
        ("at 9 pm that the oven is on", "2026-11-24 21:00", "the oven is on"),
        ("on Friday 15:00", "2026-11-27 15:00", ""),
        ("next Monday", "2026-11-30 09:00", ""),
        ("Tuesday 9:30 stand-up", "2026-12-01 09:30", "stand-up"),
        ("Tuesday at 19 stand-up", "2026-11-24 19:00", "stand-up"),
        ("next Tuesday at 19 stand-up", "2026-12-01 19:00", "stand-up"),
        ("2026-12-01 10:00 release", "2026-12-01 10:00", "release"),
        ("of the release on 3 May", "2027-05-03 09:00", "the release"),
        ("November 27 at 3pm release", "2026-11-27 15:00", "release"),
        ("to buy 3 apples at 19", "2026-11-24 19:00", "buy 3 apples"),
        ("in 20 Minuten Ben anrufen", "2026-11-24 18:20", "Ben anrufen"),
        ("in einer Stunde Ben anrufen", "2026-11-24 19:00", "Ben anrufen"),
        ("morgen früh Brot kaufen", "2026-11-25 09:00", "Brot kaufen"),
        ("morgen um 14 Uhr Ben anrufen", "2026-11-25 14:00", "Ben anrufen"),
        ("übermorgen Ben anrufen", "2026-11-26 09:00", "Ben anrufen"),
        ("an den Termin am Freitag um 15 Uhr", "2026-11-27 15:00", "den Termin"),
        ("nächsten Montag um 8 Uhr 30 Ben anrufen", "2026-11-30 08:30", "Ben anrufen"),
        ("am 27.11. um 15 Uhr Ben anrufen", "2026-11-27 15:00", "Ben anrufen"),
        ("heute um 19:30 Uhr Ben anrufen", "2026-11-24 19:30", "Ben anrufen"),
        ("call Ben Fri 3pm", "2026-11-27 15:00", "call Ben"),
        ("call Ben Tue at 9:30", "2026-12-01 09:30", "call Ben"),
        ("call Ben on Sat", "2026-11-28 09:00", "call Ben"),
        ("release on 3 Dec at 15:00", "2026-12-03 15:00", "release"),
        ("Dec 24, 2026 wrap gifts", "2026-12-24 09:00", "wrap gifts"),
        ("tomorrow 3:30 p.m. call Ben", "2026-11-25 15:30", "call Ben"),
        ("call Ben on 12/24", "2026-12-24 09:00", "call Ben"),
        ("12/24/2026 at 9 wrap gifts", "2026-12-24 09:00", "wrap gifts"),
        ("2026-12-24T15:00 wrap gifts", "2026-12-24 15:00", "wrap gifts"),
        ("in two weeks call Ben", "2026-12-08 18:00", "call Ben"),
        ("in 3 days at 9 call Ben", "2026-11-27 09:00", "call Ben"),
        ("in 3 months renew it", "2027-02-24 18:00", "renew it"),
        ("in 1.5 hours stretch", "2026-11-24 19:30", "stretch"),
        ("next week call Ben", "2026-11-30 09:00", "call Ben"),
        ("Friday next week call Ben", "2026-12-04 09:00", "call Ben"),
        ("end of the month bill Acme", "2026-11-30 09:00", "bill Acme"),
        ("am Monatsende Acme mahnen", "2026-11-30 09:00", "Acme mahnen"),
        ("nächsten Monat Acme mahnen", "2026-12-01 09:00", "Acme mahnen"),
        ("this weekend clean up", "2026-11-28 09:00", "clean up"),
        ("the 15th pay the rent", "2026-12-15 09:00", "pay the rent"),
        ("EOD Friday send it", "2026-11-27 18:00", "send it"),
        ("tomorrow at midnight deploy", "2026-11-25 23:59", "deploy"),
        ("29 February celebrate", "2028-02-29 09:00", "celebrate"),
    ],
)
def test_times_are_understood_as_people_write_them(line: str, at: str, rest: str) -> None:
    meant = understand(line, NOW, BERLIN)
    assert meant is not None
    assert (f"{meant.at:%Y-%m-%d %H:%M}", meant.rest) == (at, rest)


@pytest.mark.parametrize(("day", "end"), [(1, "30"), (30, "30")])
def test_the_end_of_a_month_is_its_last_day(day: int, end: str) -> None:
    meant = understand("end of the month", NOW.replace(day=day, hour=8), BERLIN)
    assert meant is not None
    assert f"{meant.at:%m-%d}" == f"11-{end}"


def test_a_month_from_the_31st_is_the_last_day_of_a_shorter_one() -> None:
    meant = understand("in a month", datetime(2027, 1, 31, 12, 0, tzinfo=BERLIN), BERLIN)
    assert meant is not None
    assert f"{meant.at:%Y-%m-%d %H:%M}" == "2027-02-28 12:00"


@pytest.mark.parametrize("line", ["14.12 call Ben", "call Ben 3.12"])
def test_what_may_be_a_day_or_a_time_is_asked(line: str) -> None:
    with pytest.raises(CommandError, match="a day or a time"):
        understand(line, NOW, BERLIN)


def test_a_day_that_may_be_of_two_months_is_asked() -> None:
    with pytest.raises(CommandError, match="Which day is 3/4"):
        understand("on 3/4/2027 call Ben", NOW, BERLIN)


@pytest.mark.parametrize("line", ["support 24/7", "24/7 support", "the cat sat", "split it 50/50"])
def test_what_only_looks_like_a_day_is_none(line: str) -> None:
    assert understand(line, NOW, BERLIN) is None


def test_um_14_uhr_is_today_while_it_is_to_come() -> None:
    meant = understand("um 14 Uhr", NOW.replace(hour=12), BERLIN)
    assert meant is not None
    assert f"{meant.at:%d %H:%M}" == "24 14:00"


@pytest.mark.parametrize(
    "line",
    [
        "later",
        "soon call Ben",
        "call Ben",
        "when the build is done",
        "may I go",
        "",
        "9 call",
        "sun is out",
        "Jan calls",
        "call Monty",
    ],
)
def test_what_is_no_time_is_not_guessed(line: str) -> None:
    assert understand(line, NOW, BERLIN) is None


@pytest.mark.parametrize(
    "line",
    ["um 14 Uhr Ben", "today at 9 call", "this morning call", "2020-01-01 12:00 x", "heute früh x", "1.1.2020 x"],
)
def test_what_has_passed_is_refused(line: str) -> None:
    with pytest.raises(CommandError, match="has passed already"):
        understand(line, NOW, BERLIN)


@pytest.mark.parametrize(
    "line", ["tomorrow at 25:00 x", "31.02. x", "at 13 pm x", "2026-13-01 x", "tomorrow at 9:75 x"]
)
def test_what_there_is_not_is_refused(line: str) -> None:
    with pytest.raises(CommandError, match="no such day or time"):
        understand(line, NOW, BERLIN)


def test_an_hour_without_a_sign_that_it_is_one_is_asked_for() -> None:
    with pytest.raises(CommandError, match="At what time"):
        understand("tomorrow 8 call Ben", NOW, BERLIN)


def test_what_is_far_away_is_refused() -> None:
    with pytest.raises(CommandError, match="5 years"):
        understand("2099-01-01 x", NOW, BERLIN)


def test_the_zone_is_the_persons() -> None:
    meant = understand("tomorrow at 9 x", datetime(2026, 11, 24, 23, 30, tzinfo=UTC), ZoneInfo("Asia/Tokyo"))
    assert meant is not None
    assert meant.at == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)


def test_a_wall_time_that_is_left_out_is_the_first_moment_after_it() -> None:
    assert moment(date(2027, 3, 28), time(2, 30), BERLIN).astimezone(UTC) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert moment(date(2026, 10, 4), time(2, 10), ZoneInfo("Australia/Lord_Howe")).time() == time(2, 30)
    assert moment(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 31)


def test_a_wall_time_that_comes_twice_is_the_first() -> None:
    assert moment(date(2026, 10, 25), time(2, 30), BERLIN).astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_days_keep_the_wall_time_over_a_change_of_the_clock_and_hours_are_counted() -> None:
    before = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN)
    day, hours = understand("in 1 day x", before, BERLIN), understand("in 24 hours x", before, BERLIN)
    assert day is not None
    assert hours is not None
    assert (day.at.hour, hours.at.hour) == (12, 13)


@given(
    st.integers(946_684_800, 2_114_380_800),
    st.sampled_from(ZONES),
    st.sampled_from(
        ["in {n} minutes", "in {n} days", "tomorrow at {h}", "on Friday {h}:{m:02}", "um {h} Uhr", "next Monday",
         "{h}:{m:02} tomorrow", "übermorgen um {h} Uhr {m:02}", "am {d}.{mo}.", "tonight"]
    ),
    st.integers(1, 999), st.integers(0, 23), st.integers(0, 59), st.integers(1, 28), st.integers(1, 12),
)  # fmt: skip
def test_a_time_that_is_understood_is_to_come_and_in_the_right_zone(
    second: int, name: str, line: str, n: int, h: int, m: int, d: int, mo: int
) -> None:
    zone = ZoneInfo(name)
    now = datetime.fromtimestamp(second, zone)
    try:
        meant = understand(line.format(n=n, h=h, m=m, d=d, mo=mo) + " call Ben", now, zone)
    except CommandError:
        return
    assert meant is not None
    assert meant.at.timestamp() > now.timestamp()
    assert meant.rest == "call Ben"
    assert meant.at.tzinfo is zone
    assert meant.at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == meant.at.replace(tzinfo=None)


@given(st.text(max_size=80))
def test_no_line_breaks_it(line: str) -> None:
    try:
        meant = understand(line, NOW, BERLIN)
    except CommandError:
        return
    assert meant is None or meant.at > NOW


@given(st.dates(date(2000, 1, 1), date(2037, 1, 1)), st.times(), st.sampled_from(ZONES))
def test_a_moment_never_lies_before_its_wall_time(day: date, at: time, name: str) -> None:
    found = moment(day, at, ZoneInfo(name))
    wall = datetime.combine(day, at)
    assert found.replace(tzinfo=None) >= wall
    assert found.replace(tzinfo=None) - wall <= timedelta(days=1)


def test_a_moment_in_words_names_day_time_and_zone() -> None:
    at = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    assert in_words(at, BERLIN) == "Friday, 27 November 2026, 15:00 (Europe/Berlin)"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "\x00"])
def test_a_zone_that_is_none_counts_as_utc(name: str) -> None:
    assert zone_of(name) == ZoneInfo("UTC")
