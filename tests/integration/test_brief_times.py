"""Who gets briefs, when, and where: once for each person, kind and local date."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from core.conversation.models import Place
from tests.integration.conftest import PLACE, Desk
from tests.integration.newsroom import MONDAY, TIMES, Newsroom, dm, newsroom
from tests.integration.test_links import DISCORD, OTHER_SLACK

EIGHT = MONDAY + timedelta(hours=7)  # in Berlin
WEB = Place(surface="web", tenant="local", channel="w1", direct=True)
DAY, MINUTE, HOUR = timedelta(days=1), timedelta(minutes=1), timedelta(hours=1)
TODAY, TOMORROW = date(2026, 11, 30), date(2026, 12, 1)


@pytest.fixture
def room(desk: Desk) -> Newsroom:
    return newsroom(desk)


async def test_who_talked_to_robbie_directly_gets_three_a_day_without_asking_for_them(room: Newsroom) -> None:
    ana = await room.reader()
    await room.tick(MONDAY)
    for hour in range(24):
        await room.tick(MONDAY + hour * HOUR)
    assert await room.told() == [("slack", "DU1", True, ana)] * 3
    rows = await room.desk.rows("SELECT kind, due_at, zone FROM briefs ORDER BY due_at")
    assert [(row["kind"], row["due_at"], row["zone"]) for row in rows] == [
        (kind, MONDAY + hours * HOUR, "Europe/Berlin") for kind, hours in zip(TIMES, (7, 13, 17), strict=True)
    ]
    commands = await room.desk.rows(
        "SELECT detail -> 'command' ->> 'command' AS name FROM inbox WHERE detail ? 'command'"
    )
    assert {str(row["name"]) for row in commands} == {"due-brief"}


async def test_who_only_spoke_in_a_channel_or_is_a_bot_gets_none(room: Newsroom) -> None:
    await room.reader(place=PLACE)
    await room.meet(dm("B1"), is_bot=True)
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert await room.told() == []
    assert await room.desk.rows("SELECT 1 FROM brief_times") == []


async def test_who_used_a_command_in_a_channel_gets_them_in_a_direct_message_that_slack_opens(room: Newsroom) -> None:
    ben = await room.reader("U2", place=PLACE)
    await room.desk.execute(
        """INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
           SELECT org_id, conversation_id, person_id, 'message', 'answered', 'c', '{"command": {}}', now() FROM inbox"""
    )
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert await room.told() == [("slack", "U2", True, ben)]


async def test_on_this_machine_alone_there_are_none_unless_they_are_chosen(room: Newsroom) -> None:
    ana = await room.reader(place=WEB)
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert await room.told() == []
    await room.chooses(ana, by="web")
    await room.tick(EIGHT + HOUR)
    await room.tick(EIGHT + DAY)
    assert await room.told() == [("web", "w1", True, ana)]


async def test_a_thread_of_a_direct_message_is_no_place_for_them_its_top_is(room: Newsroom) -> None:
    ana = await room.reader(place=dm("U1").model_copy(update={"thread": "7.0"}))
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    rows = await room.desk.rows(
        "SELECT thread, direct FROM conversations JOIN inbox ON conversation_id = conversations.id "
        "WHERE starts_with(platform_id, 'brief:') AND person_id = %s",
        ana,
    )
    assert rows == [{"thread": "", "direct": True}]


async def test_case_9_many_schedulers_at_once_and_again_make_one_brief(room: Newsroom) -> None:
    await room.reader()
    await room.tick(MONDAY)
    await asyncio.gather(*(room.tick(EIGHT) for _ in range(6)))
    for minute in range(5):
        await room.tick(EIGHT + minute * MINUTE)
    assert await room.briefs() == [("due", TODAY)]
    assert len(await room.told()) == 1
    assert len(await room.desk.rows("SELECT id FROM deliveries")) == 1


async def test_case_9_a_change_of_zone_in_the_middle_of_the_day_gives_no_second_brief(room: Newsroom) -> None:
    ana = await room.reader()
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    await room.moves(ana, "America/New_York")
    for hour in range(1, 32):
        await room.tick(EIGHT + hour * HOUR)
    assert await room.briefs() == [("due", TODAY), ("due", TOMORROW)]
    (row,) = await room.desk.rows("SELECT due_at FROM briefs WHERE kind = 'morning' AND local_date = %s", TOMORROW)
    assert row["due_at"] == datetime(2026, 12, 1, 13, tzinfo=UTC)


async def test_case_9_a_change_of_zone_that_costs_a_day_says_so(room: Newsroom) -> None:
    ana = await room.reader(zone="America/New_York")
    await room.tick(MONDAY)
    await room.tick(MONDAY + 12 * HOUR)  # 7 in New York, 13 in Berlin
    await room.moves(ana, "Europe/Berlin")
    await room.tick(MONDAY + 12 * HOUR + MINUTE)
    await room.tick(EIGHT + DAY)
    assert await room.briefs() == [("skipped", TODAY), ("due", TOMORROW)]


async def test_late_within_the_grace_time_it_comes_once_and_later_it_is_skipped(room: Newsroom) -> None:
    await room.reader()
    await room.tick(MONDAY)
    await room.tick(EIGHT + 89 * MINUTE)
    assert await room.briefs() == [("due", TODAY)]
    await room.tick(EIGHT + DAY + 91 * MINUTE)
    await room.tick(EIGHT + DAY + 92 * MINUTE)
    assert await room.briefs() == [("due", TODAY), ("skipped", TOMORROW)]
    assert len(await room.told()) == 1
    rows = await room.desk.rows("SELECT kind, local_date FROM briefs WHERE state = 'skipped' ORDER BY due_at")
    assert [(row["kind"], row["local_date"]) for row in rows] == [
        ("afternoon", TODAY), ("evening", TODAY), ("morning", TOMORROW),
    ]  # fmt: skip


async def test_a_change_of_settings_counts_from_the_next_one_on(room: Newsroom) -> None:
    ana = await room.reader()
    await room.tick(MONDAY)
    await room.chooses(ana, times={"morning": "09:15"}, days=[0, 1, 2])
    await room.tick(EIGHT)
    assert await room.briefs() == []
    await room.tick(EIGHT + 75 * MINUTE)
    assert await room.briefs() == [("due", TODAY)]
    await room.chooses(ana, on=False)
    for hour in range(72):
        await room.tick(EIGHT + 2 * HOUR + hour * HOUR)
    assert await room.briefs(kinds=TIMES) == [("due", TODAY)]


async def test_public_holidays_and_quiet_days_have_none_and_the_pause_ends_by_itself(room: Newsroom) -> None:
    ana = await room.reader()
    await room.chooses(ana, holidays="DE-BY", quiet=["2026-12-02"], paused_until="2026-12-01", times={
        "afternoon": "", "evening": "",
    })  # fmt: skip
    for hour in range(0, 24 * 40):
        await room.tick(MONDAY + hour * HOUR)
    days = [day for _, day in await room.briefs(kinds=TIMES)]
    assert days[:2] == [TOMORROW, date(2026, 12, 3)]
    assert not {date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 6)} & set(days)
    assert len(days) == len(set(days)) == 25


async def test_joined_accounts_are_one_reader_and_get_one_brief_where_they_wrote_last(room: Newsroom) -> None:
    ana = await room.reader()
    also = await room.reader("9", zone="", place=DISCORD)
    await room.join(ana, also)
    await room.desk.sweep.sweep()  # a direct message in Discord belongs to its person's home
    await room.desk.execute("UPDATE direct_places SET at = at + interval '1 hour' WHERE person_id = %s", also)
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert await room.told() == [("discord", "91", True, also)]
    await room.chooses(ana, by="slack")
    await room.tick(EIGHT + HOUR)
    await room.tick(EIGHT + 6 * HOUR)
    assert await room.told() == [("discord", "91", True, also), ("slack", "DU1", True, ana)]
    (row,) = await room.desk.rows("SELECT count(DISTINCT subject) AS subjects, count(*) AS briefs FROM briefs")
    assert row == {"subjects": 1, "briefs": 2}


async def test_who_joins_their_accounts_in_the_middle_of_the_day_gets_no_second_brief(room: Newsroom) -> None:
    ana, also = await room.reader(), await room.reader("U7", place=OTHER_SLACK)
    await room.tick(MONDAY)
    await room.chooses(also, times={"morning": "09:00"})
    await room.tick(EIGHT)
    assert len(await room.told()) == 1
    await room.join(ana, also)
    for minutes in range(0, 120, 10):
        await room.tick(EIGHT + minutes * MINUTE)
    assert await room.briefs() == [("due", TODAY)]


async def test_thousands_at_the_same_minute_are_spread_and_none_is_lost(desk: Desk) -> None:
    room = newsroom(desk, per_minute=10)
    first = await room.reader()
    await room.reader("U2", place=OTHER_SLACK)
    await desk.execute(
        """WITH more AS (
               INSERT INTO people (org_id, zone) SELECT org_id, zone FROM people, generate_series(1, 24) WHERE id = %s
               RETURNING id, org_id
           ),
           known AS (
               INSERT INTO accounts (org_id, person_id, surface, tenant, account)
               SELECT org_id, id, 'slack', 'T1', 'N' || id FROM more
           ),
           place AS (
               INSERT INTO conversations (org_id, surface, tenant, channel, direct)
               SELECT org_id, 'slack', 'T1', 'D' || id, true FROM more RETURNING id, org_id, channel
           )
           INSERT INTO direct_places SELECT more.id, more.org_id, place.id, now() FROM more
           JOIN place ON place.channel = 'D' || more.id""",
        first,
    )
    await room.tick(MONDAY)
    made = [(await room.tick(EIGHT + minute * MINUTE)).made for minute in range(5)]
    assert made == [11, 10, 5, 0, 0]  # and one of another workspace, which waits for nobody
    assert len({person for *_, person in await room.told()}) == 26


async def test_case_12_a_brief_goes_into_no_place_where_others_read(room: Newsroom) -> None:
    ana = await room.reader()
    await room.tick(MONDAY)
    # However it came about: what is noted as her direct message is a place of several people.
    await room.desk.execute("UPDATE conversations SET channel = 'C1' WHERE channel = 'DU1'")
    await room.desk.execute("UPDATE direct_places SET conversation_id = NULL")
    await room.desk.execute(
        """INSERT INTO conversations (org_id, surface, tenant, channel, direct)
           SELECT org_id, 'slack', 'T1', 'U1', false FROM people"""
    )
    await room.tick(EIGHT)
    assert await room.told() == []
    assert (await room.settle(EIGHT + MINUTE)).undelivered == 1
    assert await room.briefs() == [("undelivered", TODAY)]
    assert ana


@pytest.mark.parametrize(
    ("surface", "tenant", "channel"), [("slack", "T1", "C1"), ("slack", "T1", "G1"), ("discord", "77", "500")]
)
async def test_case_12_a_place_that_is_wrongly_noted_as_her_direct_message_gets_no_brief(
    room: Newsroom, admin_url: str, surface: str, tenant: str, channel: str
) -> None:
    """A channel, a group's direct message, or a guild's channel: what its id says counts for more."""
    ana = await room.reader()
    await room.tick(MONDAY)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        place = (surface, tenant, channel)
        admin.execute("UPDATE conversations SET (surface, tenant, channel) = (%s, %s, %s) WHERE channel = 'DU1'", place)
        admin.execute("UPDATE accounts SET (surface, tenant) = (%s, %s)", place[:2])
    await room.tick(EIGHT)
    await room.settle(EIGHT + MINUTE)
    assert channel not in {place for _, place, *_ in await room.told()}
    assert ana


async def test_case_12_a_brief_is_handed_over_to_nobodys_direct_message_but_its_readers(room: Newsroom) -> None:
    ana, ben = await room.reader(), await room.reader("U2")
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert sorted(await room.told()) == [("slack", "DU1", True, ana), ("slack", "DU2", True, ben)]
    rows = await room.desk.rows(
        """SELECT briefs.owner = inbox.person_id AND briefs.org_id = inbox.org_id AS so FROM briefs
           JOIN inbox ON platform_id = 'brief:' || briefs.id"""
    )
    assert [row["so"] for row in rows] == [True, True]


async def test_case_12_a_channels_brief_goes_into_that_channel_and_only_there(room: Newsroom) -> None:
    ana = await room.reader()
    await room.meet(PLACE)
    await room.channel_brief(ana, PLACE, zone="Asia/Kathmandu", times={"morning": "09:00"}, by=ana)
    await room.chooses(ana, on=False)
    await room.tick(MONDAY)
    await room.tick(MONDAY + 3 * HOUR + 14 * MINUTE)
    assert await room.told() == []
    await room.tick(MONDAY + 3 * HOUR + 15 * MINUTE)
    await room.tick(MONDAY + 3 * HOUR + 16 * MINUTE)
    assert await room.told() == [("slack", "C1", False, ana)]
    (row,) = await room.desk.rows(
        "SELECT room, subject, local_date, thread FROM briefs JOIN inbox ON platform_id = 'brief:' || briefs.id "
        "JOIN conversations ON conversations.id = conversation_id"
    )
    assert row == {"room": PLACE.room, "subject": f"room:{PLACE.room}", "local_date": TODAY, "thread": ""}
    await room.channel_brief(ana, PLACE, zone="Asia/Kathmandu", times={}, by=ana)
    await room.tick(MONDAY + DAY + 4 * HOUR)
    assert len(await room.told()) == 1


async def test_case_12_a_channels_brief_is_for_nobody_when_who_switched_it_on_is_gone(room: Newsroom) -> None:
    ana = await room.reader()
    await room.meet(PLACE, "U3")
    await room.channel_brief(ana, PLACE, zone="UTC", times={"morning": "09:00"}, by=ana + 1_000)
    await room.tick(MONDAY)
    await room.tick(MONDAY + 9 * HOUR)
    assert ("slack", "C1", False, ana) not in await room.told()
    states = await room.desk.rows("SELECT state FROM briefs WHERE room <> ''")
    assert [row["state"] for row in states] == ["undelivered"]


async def test_case_17_a_scheduler_with_nothing_to_do_leaves_no_trace(room: Newsroom) -> None:
    await room.reader()
    await room.tick(MONDAY)
    before = await room.desk.rows("SELECT due_at, xmin::text FROM brief_times ORDER BY id")
    for minute in range(60):
        assert (await room.tick(MONDAY + minute * MINUTE)).made == 0
    assert await room.desk.rows("SELECT due_at, xmin::text FROM brief_times ORDER BY id") == before
    assert await room.told() == []


async def test_settings_that_nobody_understands_keep_nobody_else_waiting(room: Newsroom) -> None:
    ana, ben = await room.reader(), await room.reader("U2")
    await room.chooses(ana, by="pigeon")
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert await room.told() == [("slack", "DU2", True, ben)]
