"""What becomes of a brief that is on its way: it arrives, goes another way, or somebody is told that it did not."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta

import pytest

from adapters.postgres.brief_checks import PostgresBriefState
from core.conversation.models import InboxState
from core.conversation.stores import Parcel
from core.people.viewer import Viewer
from tests.integration.conftest import Desk, finished
from tests.integration.newsroom import MONDAY, RETRY, Newsroom, newsroom
from tests.integration.test_links import DISCORD

EIGHT = MONDAY + timedelta(hours=7)
MINUTE = timedelta(minutes=1)
TODAY = date(2026, 11, 30)


@pytest.fixture
async def room(desk: Desk) -> Newsroom:
    """Ana's morning is on its way, in her direct message."""
    room = newsroom(desk)
    await room.reader()
    await room.chooses(1, times={"afternoon": "", "evening": ""})
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    # What she wrote before is done.
    await desk.execute("UPDATE inbox SET state = 'answered', closed_at = now() WHERE platform_id !~ '^brief:'")
    return room


async def composed(room: Newsroom, state: str = "composed") -> None:
    """What the latest brief says is kept, as a worker does before it says it."""
    row = await room.desk.row("SELECT id, org_id, owner FROM briefs ORDER BY id DESC")
    org, owner = int(str(row["org_id"])), int(str(row["owner"]))
    keep = "UPDATE briefs SET composed_at = now(), facts = '{}', state = %s WHERE id = %s"
    await room.desk.database.run(org, (keep, (state, row["id"])), viewer=Viewer.owner(org, owner))


async def answer(room: Newsroom, *parts: str, **changes: object) -> int:
    """A worker carries the command out, and closes it; returns the org."""
    org, conversation = await room.desk.conversation()
    claim = await room.desk.turns.claim(org, conversation, ["slack"], messages=50)
    assert claim is not None
    assert claim.command is not None
    assert claim.command.command == "due-brief"
    await room.desk.turns.finish(claim, finished(" ".join(parts), parts, **{"answer": None, **changes}))
    return org


async def posted(room: Newsroom, org: int) -> None:
    """The platform has taken what was said."""
    item = await room.desk.outbox.take(org, "slack", "T1", "DU1")
    number = 0
    while isinstance(item, Parcel):
        number += 1
        item = await room.desk.outbox.sent(org, item, f"9.{number}")


async def ways(room: Newsroom) -> list[tuple[str, str, str]]:
    """Each delivery: its way, its state, and what went wrong."""
    rows = await room.desk.rows("SELECT channel, state, problem FROM deliveries ORDER BY id")
    return [(str(row["channel"]), str(row["state"]), str(row["problem"])) for row in rows]


async def test_a_brief_is_delivered_when_the_platform_has_taken_all_of_it(room: Newsroom) -> None:
    await composed(room)
    org = await answer(room, "the", "brief")
    await room.settle(EIGHT + MINUTE)
    assert await ways(room) == [("chat", "ready", "")]
    await posted(room, org)
    assert (await room.settle(EIGHT + MINUTE)).arrived == 1
    assert await ways(room) == [("chat", "sent", "")]
    assert await room.briefs() == [("delivered", TODAY)]
    assert (await room.settle(EIGHT + 2 * MINUTE)).arrived == 0


async def test_with_nothing_to_say_nothing_is_sent_and_that_is_no_failure(room: Newsroom) -> None:
    await composed(room, "empty")
    await answer(room)
    await room.settle(EIGHT + MINUTE)
    assert await ways(room) == [("chat", "sent", "")]
    assert await room.briefs() == [("empty", TODAY)]


async def test_case_11_what_was_composed_and_is_not_said_any_more_after_an_outage_is_undelivered(
    room: Newsroom,
) -> None:
    await composed(room)  # the worker that did so was killed before it said it
    await answer(room)  # much later: the next one says nothing
    assert (await room.settle(EIGHT + MINUTE)).undelivered == 1
    assert await ways(room) == [("chat", "failed", "it came too late")]
    assert await room.briefs() == [("undelivered", TODAY)]


async def test_case_11_an_answer_that_is_not_the_brief_has_delivered_nothing(room: Newsroom) -> None:
    org = await answer(room, "Sorry")  # of something else, for nothing was composed
    await posted(room, org)
    assert (await room.settle(EIGHT + MINUTE)).undelivered == 1
    assert await ways(room) == [("chat", "failed", "nothing was composed")]


async def test_case_11_what_is_not_delivered_goes_another_way(room: Newsroom) -> None:
    await room.proven(1)
    await composed(room)
    org = await answer(room, "the", "brief")
    parcel = await room.desk.outbox.take(org, "slack", "T1", "DU1")
    await room.desk.outbox.failed(org, parcel, "channel_not_found")  # type: ignore[arg-type]
    assert (await room.settle(EIGHT + MINUTE)).again == 1
    assert await ways(room) == [("chat", "failed", "the platform does not take it"), ("email", "ready", "")]
    await room.desk.execute("UPDATE deliveries SET state = 'sent' WHERE channel = 'email'")
    await room.settle(EIGHT + 2 * MINUTE)
    assert await room.briefs() == [("delivered", TODAY)]


async def test_case_11_a_mail_that_comes_back_goes_into_the_direct_message(desk: Desk) -> None:
    room = newsroom(desk)
    ana = await room.reader()
    await room.proven(ana)
    await room.chooses(ana, by="email", times={"afternoon": "", "evening": ""})
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert await ways(room) == [("email", "ready", "")]
    await desk.execute("UPDATE deliveries SET state = 'sent'")
    await room.settle(EIGHT + MINUTE)
    assert await room.briefs() == [("delivered", TODAY)]
    await desk.execute("UPDATE deliveries SET state = 'failed', problem = 'it came back'")
    assert (await room.settle(EIGHT + 2 * MINUTE)).again == 1
    assert await room.told() == [("slack", "DU1", True, ana)]
    assert await room.briefs() == [("composed", TODAY)]


async def test_case_11_undelivered_is_a_state_that_alerts(room: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    await room.chooses(1, fallback=False)
    await room.proven(1)
    await answer(room, "a secret", state=InboxState.SET_ASIDE, outcome="set_aside")
    with caplog.at_level(logging.ERROR):
        assert (await room.settle(EIGHT + MINUTE)).undelivered == 1
    assert await room.briefs() == [("undelivered", TODAY)]
    assert "brief 1 was not delivered: chat: it could not be composed" in caplog.text
    assert "secret" not in caplog.text
    await room.desk.execute("UPDATE briefs SET settled_at = now()")
    assert (await PostgresBriefState(room.desk.database).state())["undelivered"] == 1


async def test_case_11_what_nobody_sends_in_time_is_given_up_and_never_comes_twice(room: Newsroom) -> None:
    await room.proven(1)
    await composed(room)
    org = await answer(room, "the", "brief")
    await room.settle(EIGHT + RETRY)
    assert await ways(room) == [("chat", "ready", "")]
    assert (await room.settle(EIGHT + RETRY + MINUTE)).again == 1
    assert await ways(room) == [("chat", "failed", "it was not sent in time"), ("email", "ready", "")]
    assert await room.desk.outbox.take(org, "slack", "T1", "DU1") is None


async def test_case_11_what_no_worker_takes_is_given_up_and_no_worker_takes_it_later(room: Newsroom) -> None:
    assert (await room.settle(EIGHT + RETRY + MINUTE)).undelivered == 1
    org, conversation = await room.desk.conversation()
    assert await room.desk.turns.claim(org, conversation, ["slack"], messages=50) is None


async def test_what_may_have_been_posted_is_not_sent_again(room: Newsroom) -> None:
    await room.proven(1)
    await composed(room)
    org = await answer(room, "the", "brief")
    parcel = await room.desk.outbox.take(org, "slack", "T1", "DU1")
    await room.desk.outbox.unknown(org, parcel, "timeout", seconds=None)  # type: ignore[arg-type]
    await room.settle(EIGHT + MINUTE)
    assert await ways(room) == [("chat", "unknown", "nobody can tell whether it was posted")]
    assert await room.briefs() == [("undelivered", TODAY)]


async def test_what_was_missed_counts_as_told_once_a_brief_that_says_so_has_arrived(room: Newsroom) -> None:
    await answer(room)
    await room.settle(EIGHT + MINUTE)
    await room.desk.execute("UPDATE briefs SET settled_at = now() - interval '1 hour'")
    untold = "SELECT count(*) AS untold FROM briefs WHERE state = 'undelivered' AND told_at IS NULL"
    await room.tick(EIGHT + timedelta(days=1))
    await composed(room)
    org = await answer(room, "the brief")
    await room.settle(EIGHT + timedelta(days=1, minutes=1))
    assert (await room.desk.row(untold))["untold"] == 1
    await posted(room, org)
    await room.settle(EIGHT + timedelta(days=1, minutes=2))
    assert (await room.desk.row(untold))["untold"] == 0


@pytest.mark.parametrize(
    "taken",
    [
        "UPDATE inbox SET state = 'claimed', lease_until = clock_timestamp() + interval '1 minute' WHERE id = %s",
        "UPDATE outbox SET state = 'sending' WHERE inbox_id = %s",
    ],
    ids=["a worker", "a sender"],
)
async def test_what_is_taken_at_the_moment_of_giving_up_is_not_sent_another_way_as_well(
    room: Newsroom, taken: str
) -> None:
    await room.proven(1)
    if "outbox" in taken:
        await composed(room)
        await answer(room, "the brief")
    (inbox,) = await room.desk.rows("SELECT inbox_id FROM deliveries")
    async with room.desk.database.system() as tx:
        await tx.execute(taken, (inbox["inbox_id"],))  # not committed yet, so nobody else sees it
        settling = asyncio.create_task(room.settle(EIGHT + RETRY + MINUTE))
        await asyncio.sleep(0.5)
    await settling
    assert await ways(room) == [("chat", "ready", "")]


async def by_mail(desk: Desk) -> Newsroom:
    """Ana's morning is on its way, by mail."""
    room = newsroom(desk)
    ana = await room.reader()
    await room.proven(ana)
    await room.chooses(ana, by="email", times={"afternoon": "", "evening": ""})
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    return room


@pytest.mark.parametrize(("begun", "state"), [("NULL", "failed"), ("now()", "unknown")])
async def test_a_mail_that_a_worker_died_with_is_given_up_also_where_nobody_sends_mail_any_more(
    desk: Desk, begun: str, state: str
) -> None:
    room = await by_mail(desk)
    await desk.execute(
        f"""UPDATE deliveries SET state = 'sending', handed_over_at = {begun},
            lease_until = now() - interval '1 minute'"""
    )
    settled = await room.settle(EIGHT + RETRY + MINUTE)
    assert (settled.again, settled.undelivered) == ((1, 0) if state == "failed" else (0, 1))
    assert (await ways(room))[0] == ("email", state, "it was not sent in time")


async def test_what_arrived_after_all_is_no_longer_undelivered(desk: Desk) -> None:
    room = await by_mail(desk)
    await desk.execute("UPDATE deliveries SET state = 'unknown'")
    await room.settle(EIGHT + MINUTE)
    assert await room.briefs() == [("undelivered", TODAY)]
    await desk.execute("UPDATE deliveries SET state = 'sent'")  # the mail server's answer came late
    await room.settle(EIGHT + 2 * MINUTE)
    assert await room.briefs() == [("delivered", TODAY)]


async def test_what_an_outage_kept_for_hours_goes_no_other_way(room: Newsroom) -> None:
    await room.proven(1)
    settled = await room.settle(EIGHT + 2 * RETRY + MINUTE)
    assert (settled.again, settled.undelivered) == (0, 1)
    assert await room.briefs() == [("undelivered", TODAY)]


async def test_what_is_not_delivered_goes_by_mail_to_the_address_that_another_account_has_proven(
    desk: Desk,
) -> None:
    room = newsroom(desk)
    slack, discord = await room.reader(), await room.reader(place=DISCORD)
    await room.proven(discord)
    await room.chooses(slack, times={"afternoon": "", "evening": ""}, by="slack")
    await room.join(slack, discord)
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    assert [told[0] for told in await room.told()] == ["slack"]
    await room.settle(EIGHT + RETRY + MINUTE)
    assert [(way, state) for way, state, _ in await ways(room)] == [("chat", "failed"), ("email", "ready")]
    owners = "SELECT DISTINCT owner FROM deliveries UNION SELECT owner FROM briefs"
    assert [row["owner"] for row in await desk.rows(owners)] == [slack]  # whose it is, and who can act on it


async def test_no_brief_goes_into_the_direct_message_of_another_account(desk: Desk) -> None:
    room = newsroom(desk)
    slack, discord = await room.reader(), await room.reader(place=DISCORD)
    await room.proven(slack)
    await room.chooses(slack, times={"afternoon": "", "evening": ""}, by="email")
    await room.join(slack, discord)
    await room.tick(MONDAY)
    await room.tick(EIGHT)
    await desk.execute("UPDATE people SET settings = jsonb_set(settings, '{briefs,by}', '\"discord\"')")
    await room.settle(EIGHT + RETRY + MINUTE)
    assert ("discord", DISCORD.channel) not in [told[:2] for told in await room.told()]


async def test_what_was_missed_after_a_brief_was_composed_waits_for_the_next_one(room: Newsroom) -> None:
    await answer(room)
    await room.settle(EIGHT + MINUTE)
    await room.tick(EIGHT + timedelta(days=1))
    await composed(room)
    await room.desk.execute("UPDATE briefs SET settled_at = now() + interval '1 hour' WHERE state = 'undelivered'")
    await posted(room, await answer(room, "the brief"))
    assert (await room.settle(EIGHT + timedelta(days=1, minutes=2))).arrived == 1
    assert (await room.desk.row("SELECT count(*) AS told FROM briefs WHERE told_at IS NOT NULL"))["told"] == 0
