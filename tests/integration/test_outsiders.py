"""What is shared with everybody is not told to people of other companies, nor to guests: the whole path."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Desk, message
from tests.office import Office

QUESTION = "what is the code of the harbour deal?"


@pytest.fixture
async def shared(office: Office) -> Office:
    """Ana has shared a note with everybody in her workspace. Otto is of another company, with which C2 is shared."""
    office.slack.add_user("U8", "Guest").is_restricted = True
    office.slack.add_user("U9", "Otto").team = "T9"
    office.slack.workspace.channels["C2"].ext_shared = True
    await office.open()
    await office.command("note the code of the harbour deal is 4711", "U1", user="U1")
    await office.command("share #1 with everyone", "U1", user="U1")
    await remembered(office, 1)
    return office


async def remembered(office: Office, count: int) -> None:
    """What was said is memories by now."""
    await office.until_rows("SELECT count(*) FROM messages WHERE to_remember", [(0,)])
    await office.until_rows(f"SELECT count(*) >= {count} FROM memories", [(True,)])


async def test_what_is_shared_with_everybody_is_told_to_members_where_nobody_else_reads(shared: Office) -> None:
    await shared.ask(f"<@UROBBIE> {QUESTION}", "C1", user="U2")
    assert "4711" in shared.prompt()
    await shared.ask(f"<@UROBBIE> {QUESTION}", "C2", user="U2")
    assert "4711" not in shared.prompt()
    await shared.ask(QUESTION, "U2", user="U2")
    assert "4711" in shared.prompt()


@pytest.mark.parametrize("user", ["U8", "U9"])
async def test_a_guest_and_an_outsider_are_told_nothing_of_it_anywhere(shared: Office, user: str) -> None:
    for channel, text in (("C2", f"<@UROBBIE> {QUESTION}"), ("C1", f"<@UROBBIE> {QUESTION}"), (user, QUESTION)):
        await shared.ask(text, channel, user=user)
        assert "4711" not in shared.prompt()
    await shared.command("notes here", "C1", user=user)
    assert not any("4711" in str(told) for told in shared.answers("C1"))


async def test_an_outsider_is_told_what_was_said_where_they_read_and_what_is_their_own(shared: Office) -> None:
    await shared.ask("<@UROBBIE> the colour of the harbour deal is teal", "C2", user="U2")
    await shared.command("note the harbour deal needs a lawyer", "U9", user="U9")
    await remembered(shared, 3)
    await shared.ask("<@UROBBIE> what colour is the harbour deal?", "C2", user="U9")
    assert "teal" in shared.prompt()
    assert "lawyer" not in shared.prompt()
    await shared.ask("what does the harbour deal need?", "U9", user="U9")
    assert "lawyer" in shared.prompt()
    assert "4711" not in shared.prompt()


@pytest.mark.parametrize("whom", ["everyone", "https://acorn.slack.com/archives/C1/p1"])
async def test_an_outsider_shares_with_nobody_but_the_channel_that_they_are_in(shared: Office, whom: str) -> None:
    await shared.command("note the harbour deal needs a lawyer", "U9", user="U9")
    await shared.command(f"share #2 with {whom}", "U9", user="U9")
    assert "only members share with others" in shared.answers("U9")[-1]
    await shared.ask("what does the harbour deal need?", "U2", user="U2")
    assert "lawyer" not in shared.prompt()


async def test_a_channel_that_is_shared_no_longer_is_the_members_own_again(shared: Office) -> None:
    await shared.ask(f"<@UROBBIE> {QUESTION}", "C2", user="U2")
    assert "4711" not in shared.prompt()
    shared.slack.workspace.channels["C2"].ext_shared = False
    await shared.ask(f"<@UROBBIE> {QUESTION}", "C2", user="U2")
    assert "4711" in shared.prompt()


async def test_a_channel_of_which_nothing_is_known_may_be_shared(desk: Desk) -> None:
    """A typed command does not say, and may be the first thing that comes from a channel."""
    await desk.accept(message(1))
    assert (await desk.claimed()).asker.overheard


async def test_a_channel_stays_shared_where_an_event_does_not_say(desk: Desk) -> None:
    for number, external in enumerate((False, True, None), 1):
        await desk.accept(message(number).model_copy(update={"external": external}))
    claim = await desk.claimed()
    assert claim.asker.overheard
    await desk.accept(message(4).model_copy(update={"external": False}))
    assert not (await desk.row("SELECT external FROM channel_settings"))["external"]
    await desk.accept(message(5).model_copy(update={"external": True}))
    assert (await desk.row("SELECT external FROM channel_settings"))["external"]


async def test_nobody_is_a_member_before_the_platform_has_said_so(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    assert not claim.asker.member
