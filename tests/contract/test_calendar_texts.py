"""What calendars hold, as several programs write them: zones, series, whole days, answers, and what is broken."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from adapters.calendar.expanding import Expanding
from core.work.calendar import CalendarError, Event, Reading
from tests.ics import calendar, event, source, timed

GOOGLE = calendar(
    timed(
        "Europe/Berlin", "20261012T090000", "20261012T093000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6", "EXDATE;TZID=Europe/Berlin:20261109T090000",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=ana@exam\n ple.com;"
        "X-NUM-GUESTS=0:mailto:Ana@Example.com",
        "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=DECLINED;CN=Ben Bo:mailto:ben@example.com",
        "ATTENDEE;CUTYPE=RESOURCE;CN=Room 7:mailto:room7@example.com",
        "SUMMARY:Weekly\\, with\n  all", "X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij", uid="weekly",
    ),
    timed(
        "Europe/Berlin", "20261102T140000", "20261102T150000", "RECURRENCE-ID;TZID=Europe/Berlin:20261102T090000",
        "SUMMARY:Weekly\\, in the afternoon", uid="weekly",
    ),
    timed(
        "Europe/Berlin", "20261116T090000", "20261116T093000", "RECURRENCE-ID;TZID=Europe/Berlin:20261116T090000",
        "STATUS:CANCELLED", "SUMMARY:Weekly", uid="weekly",
    ),
    event("DTSTART;VALUE=DATE:20261026", "DTEND;VALUE=DATE:20261028", "SUMMARY:Off", "TRANSP:TRANSPARENT", uid="off"),
    event("DTSTART;VALUE=DATE:20261030", "SUMMARY:Birthday", uid="birthday"),
    head=("X-WR-CALNAME:ana@example.com", "X-WR-TIMEZONE:Europe/Berlin", "METHOD:PUBLISH"),
)  # fmt: skip

OUTLOOK = calendar(
    timed(
        "W. Europe Standard Time", "20261027T100000", "20261027T110000", "SUMMARY:Windows' name of a zone",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "LOCATION:https://teams.microsoft.com/l/meetup-join/19", uid="a",
    ),
    timed(
        "Customized Time Zone", "20261028T100000", "20261028T110000", "SUMMARY:A zone of its own",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE", uid="b",
    ),
    timed(
        "W. Europe Standard Time", "20261029T000000", "20261030T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        "SUMMARY:Whole day as times", uid="c",
    ),
    timed(
        "Eastern Standard Time", "20261030T090000", "20261030T100000", "SUMMARY:New York",
        "RRULE:FREQ=WEEKLY;COUNT=2", uid="d",
    ),
    zones=("Europe/Berlin", "Customized Time Zone"),
)  # fmt: skip

ICLOUD = calendar(
    event("DTSTART:20261026T080000", "DURATION:PT45M", "SUMMARY:Times without a zone", uid="floating"),
    event("DTSTART;VALUE=DATE:20261027", "DURATION:P2D", "SUMMARY:Two days", uid="days"),
    event("DTSTART:20261101T120000Z", "SUMMARY:No end", uid="moment"),
    event(
        "DTSTART;TZID=Europe/Berlin:20261101T180000", "DTEND;TZID=Europe/Berlin:20261103T120000",
        "SUMMARY:Over nights", "ATTACH;VALUE=URI:https://example.com/x", "BEGIN:VALARM", "TRIGGER:-PT15M",
        "ACTION:DISPLAY", "DESCRIPTION:DTSTART:20200101", "END:VALARM", uid="nights",
    ),
    event(
        "DTSTART:20261102T100000Z", "DTEND:20261102T110000Z", "RDATE:20261104T100000Z", "SUMMARY:And again", uid="rdate"
    ),
)  # fmt: skip


async def read(text: str, **more: object) -> Reading:
    """What is in a calendar, for somebody in Berlin."""
    return await Expanding().read([text], source(**more), ["ana@example.com"])


async def events(text: str, **more: object) -> dict[tuple[str, str], Event]:
    """Its events by their title and by when they begin in Berlin."""
    found = (await read(text, **more)).events or ()
    berlin = ZoneInfo("Europe/Berlin")
    return {(one.title, f"{one.starts_at.astimezone(berlin):%m-%d %H:%M}"): one for one in found}


async def test_a_series_as_google_writes_it() -> None:
    found = await events(GOOGLE)
    assert list(found) == [
        ("Weekly, with all", "10-26 09:00"),  # the wall time is kept when the clocks change
        ("Weekly, in the afternoon", "11-02 14:00"),
        ("Off", "10-26 00:00"),
        ("Birthday", "10-30 00:00"),
    ]
    weekly = found["Weekly, with all", "10-26 09:00"]
    assert (weekly.answer, weekly.people, weekly.busy) == ("accepted", ("Ben Bo",), True)
    assert weekly.url == "https://meet.google.com/abc-defg-hij"
    off, birthday = found["Off", "10-26 00:00"], found["Birthday", "10-30 00:00"]
    assert (off.all_day, off.starts_on, off.ends_on, off.busy) == (True, date(2026, 10, 26), date(2026, 10, 28), False)
    assert (birthday.starts_on, birthday.ends_on) == (date(2026, 10, 30), date(2026, 10, 31))


async def test_a_moved_occurrence_keeps_its_name_within_the_series() -> None:
    found = await events(GOOGLE)
    assert found["Weekly, in the afternoon", "11-02 14:00"].occurrence == "2026-11-02T08:00:00+00:00"


async def test_zones_and_whole_days_as_outlook_writes_them() -> None:
    found = await events(OUTLOOK)
    assert list(found) == [
        ("Windows' name of a zone", "10-27 10:00"),
        ("A zone of its own", "10-28 15:00"),
        ("Whole day as times", "10-29 00:00"),
        ("New York", "10-30 14:00"),
        ("New York", "11-06 15:00"),  # there the clocks change a week later
    ]
    assert not found["A zone of its own", "10-28 15:00"].busy
    teams = found["Windows' name of a zone", "10-27 10:00"]
    assert (teams.place, teams.url) == ("", "https://teams.microsoft.com/l/meetup-join/19")
    assert found["Whole day as times", "10-29 00:00"].ends_on == date(2026, 10, 30)


async def test_times_without_a_zone_and_lengths_as_icloud_writes_them() -> None:
    found = await events(ICLOUD)
    assert list(found) == [
        ("Times without a zone", "10-26 08:00"),
        ("Two days", "10-27 00:00"),
        ("No end", "11-01 13:00"),
        ("Over nights", "11-01 18:00"),
        ("And again", "11-02 11:00"),
        ("And again", "11-04 11:00"),
    ]
    assert found["Two days", "10-27 00:00"].ends_on == date(2026, 10, 29)
    assert found["No end", "11-01 13:00"].starts_at == found["No end", "11-01 13:00"].ends_at


async def test_times_without_a_zone_are_meant_where_their_owner_is() -> None:
    assert ("Times without a zone", "10-26 03:15") in await events(ICLOUD, zone="Asia/Kathmandu")


WALL = {
    "Europe/Berlin": ("20261019", ["10-25 09:00", "10-26 09:00"]),
    "America/New_York": ("20261031", ["10-31 09:00", "11-01 09:00", "11-02 09:00"]),
    "Australia/Lord_Howe": ("20261002", ["10-23 09:00", "10-24 09:00"]),
    "Asia/Kathmandu": ("20261020", ["10-24 09:00", "10-25 09:00"]),
}


@pytest.mark.parametrize("zone", WALL)
@pytest.mark.parametrize("today", [date(2026, 10, 3), date(2026, 10, 24), date(2026, 10, 31), date(2027, 3, 13)])
async def test_a_daily_event_stays_at_its_wall_time_on_every_day(zone: str, today: date) -> None:
    text = calendar(timed(zone, "20260101T023000", "20260101T033000", "RRULE:FREQ=DAILY", "SUMMARY:x"), zones=())
    found = (await read(text, today=today)).events or ()
    times = {f"{one.starts_at.astimezone(ZoneInfo(zone)):%H:%M}" for one in found}
    days = [one.starts_at.astimezone(ZoneInfo(zone)).date() for one in found]
    assert len(days) == len(set(days)) >= 61
    assert times - {"02:30"} <= {"03:00", "03:30", "02:00"}  # on the day on which there is no 02:30
    assert sum(f"{one.starts_at.astimezone(ZoneInfo(zone)):%H:%M}" != "02:30" for one in found) <= 1


async def test_this_and_all_that_follow_can_be_moved() -> None:
    daily = timed("Europe/Berlin", "20261026T090000", "20261026T100000", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:x")
    later = timed(
        "Europe/Berlin", "20261027T150000", "20261027T160000",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261027T090000", "SUMMARY:Later",
    )  # fmt: skip
    assert list(await events(calendar(daily, later))) == [
        ("x", "10-26 09:00"),
        ("Later", "10-27 15:00"),
        ("Later", "10-28 15:00"),
        ("Later", "10-29 15:00"),
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
async def test_a_series_until_a_day_has_that_day(zone: str) -> None:
    rule = "RRULE:FREQ=DAILY;UNTIL=20261028"
    found = (await read(calendar(timed(zone, "20261026T200000", "20261026T210000", rule), zones=()))).events or ()
    days = [f"{one.starts_at.astimezone(ZoneInfo(zone)):%d %H:%M}" for one in found]
    assert days == ["26 20:00", "27 20:00", "28 20:00"]


async def test_what_icloud_says_of_who_is_invited_is_found_beside_a_path_of_its_own() -> None:
    said = "ATTENDEE;PARTSTAT=DECLINED;EMAIL=Ana@Example.com:/aMTIzNA/principal/"
    (only,) = (await read(calendar(event("DTSTART:20261026T090000Z", said)))).events or ()
    assert (only.answer, only.busy, only.people) == ("declined", False, ())


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
async def test_what_never_ends_or_began_long_ago_can_be_shown_on_every_clock(zone: str) -> None:
    ends = "DTEND:99991231T235959Z", "DTEND;TZID=America/New_York:99991231T235959"
    never = [event("DTSTART:20261026T090000Z", end, uid=end) for end in ends]
    ever = event("DTSTART:00010101T000000Z", "DTEND:20261026T090000Z", uid="ever")
    found = await read(calendar(*never, ever), zone=zone)
    assert found.left_out == ""
    assert len([f"{one.starts_at.astimezone(ZoneInfo(zone))} {one.ends_at.astimezone(ZoneInfo(zone))}"
                for one in found.events or ()]) == 3  # fmt: skip


async def test_no_letter_that_cannot_be_kept_comes_out_of_an_address() -> None:
    odd = "URL:https://example.com/\x00abc", "DESCRIPTION:https://meet.google.com/\x00abc"
    found = (await read(calendar(*(event("DTSTART:20261026T090000Z", one, uid=one[:3]) for one in odd)))).events or ()
    assert [one.url for one in found] == ["", ""]


async def test_what_a_server_remarks_after_a_calendar_is_no_part_of_it() -> None:
    whole = calendar(event("DTSTART:20261026T090000Z", "SUMMARY:Meeting"))
    assert [one.title for one in (await read(f"{whole}\n<!-- cached 0.2 s -->")).events or ()] == ["Meeting"]


async def test_a_rule_that_never_ends_leaves_out_its_own_event_alone() -> None:
    endless = event("DTSTART:20200101T000000Z", "RRULE:FREQ=SECONDLY", "SUMMARY:Boom", uid="boom")
    found = await read(calendar(endless, timed("Europe/Berlin", "20261026T090000", "20261026T100000", "SUMMARY:Calm")))
    assert [one.title for one in found.events or ()] == ["Calm"]
    assert found.left_out == "1 event could not be read, and is left out."


async def test_damaged_events_are_left_out_and_the_others_read() -> None:
    good = timed("Europe/Berlin", "20261026T090000", "20261026T100000", "SUMMARY:Good", uid="good")
    bad = event("DTSTART:tomorrow", "SUMMARY:Bad", uid="bad"), event("SUMMARY:Never", uid="never")
    backwards = timed("Europe/Berlin", "20261027T100000", "20261027T090000", "SUMMARY:Backwards", uid="back")
    odd = event("DTSTART:20261028T100000Z", "SUMMARY:Line without a colon", "and here it goes on", uid="odd")
    found = await read(calendar(good, *bad, backwards, odd, event("DTSTART:20261029T100000Z", uid="  ")))
    titles = [one.title for one in found.events or ()]
    assert {"Good", "Backwards"} <= set(titles)
    assert all(one.ends_at >= one.starts_at for one in found.events or ())
    assert "could not be read" in found.left_out


async def test_old_and_far_events_are_not_kept() -> None:
    old = [
        timed("Europe/Berlin", f"{year}0101T090000", f"{year}0101T100000", uid=str(year)) for year in range(1990, 2040)
    ]
    assert (await read(calendar(*old))).events == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<!doctype html><title>Sign in</title>", "is no calendar"),
        ("", "is no calendar"),
        (GOOGLE[:-60], "Only a part"),
        (
            calendar(*(event(f"DTSTART:20261026T{n // 60:02}{n % 60:02}00Z", uid=str(n)) for n in range(60))),
            "more events",
        ),
    ],
)
async def test_what_cannot_be_read_has_a_problem_in_words(text: str, problem: str) -> None:
    with pytest.raises(CalendarError, match=problem):
        await Expanding(most=50).read([text], source(), [])


async def test_what_eats_time_is_ended() -> None:
    greedy = [
        event("DTSTART:19000101T000000Z", "RRULE:FREQ=MINUTELY;BYSECOND=1,2,3", uid=str(number)) for number in range(30)
    ]
    with pytest.raises(CalendarError, match="too complicated"):
        await Expanding(seconds=3.0).read([calendar(*greedy)], source(), [])


async def test_what_is_kept_of_an_event_has_a_length_and_no_odd_letters() -> None:
    long = timed(
        "Europe/Berlin", "20261026T090000", "20261026T100000", f"SUMMARY:a\x00b\u202e{'c' * 999}", uid="u" * 9_999
    )
    (found,) = (await read(calendar(long))).events or ()
    assert found.title.startswith("a b c")
    assert len(found.title) == 300
    assert len(found.uid) == 64


async def test_of_events_that_are_all_called_the_same_none_is_lost() -> None:
    at = [("20261026T090000", "20261026T100000"), ("20261027T090000", "20261027T100000")]
    found = await read(calendar(*(timed("Europe/Berlin", *times, f"SUMMARY:{times[0]}") for times in at)))
    assert [one.title for one in found.events or ()] == [begins for begins, _ in at]
    assert len({(one.uid, one.occurrence) for one in found.events or ()}) == 2


async def test_of_one_event_the_latest_version_stands() -> None:
    first = timed("Europe/Berlin", "20261026T090000", "20261026T100000", "SEQUENCE:2", "SUMMARY:Moved")
    second = timed("Europe/Berlin", "20261027T090000", "20261027T100000", "SEQUENCE:1", "SUMMARY:Before")
    odd = timed("Europe/Berlin", "20261028T090000", "20261028T100000", "SEQUENCE:two", "SUMMARY:Odd")
    assert [one.title for one in (await read(calendar(first, second, odd))).events or ()] == ["Moved"]
