"""Who shares by themselves: with whom, which note, and back again."""

from __future__ import annotations

import pytest

from core.commands import REGISTRY
from core.conversation.models import Place
from core.registry import CommandError
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import DECIDED, ELSEWHERE, ROOM, Circle, circle, met


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


@pytest.mark.parametrize(
    ("whom", "room"), [("everyone", ELSEWHERE), ("here", ROOM), ("https://x.slack.com/archives/C9", ELSEWHERE)]
)
async def test_an_owner_shares_and_takes_back_by_themselves(friends: Circle, whom: str, room: str) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana, found_by="hand", room="")
    assert "> We go" in (await friends.do(ana, "share", note=f"#{note}", **{"with": whom})).text
    assert await friends.seen(ben, room) == [DECIDED]
    assert await friends.seen(ben, "slack/T1/C4") == ([DECIDED] if whom == "everyone" else [])
    assert f"#{note}" in (await friends.do(ana, "unshare")).text
    assert "Taken back" in (await friends.do(ana, "unshare", note="postgres")).text
    assert await friends.seen(ben, room) == []
    assert await friends.states() == ["revoked"]


async def test_who_has_shared_by_themselves_is_not_asked_and_can_take_it_back(friends: Circle) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana, room="")
    await friends.do(ana, "share", note=str(note), **{"with": "here"})
    assert await friends.asks() == []
    assert "Taken back" in (await friends.do(ana, "unshare", note=str(note))).text
    assert await friends.seen(ben, ROOM) == []


@pytest.mark.parametrize(
    ("place", "whom"),
    [
        (PLACE, "https://x.slack.com/archives/D2"),
        (Place(surface="discord", tenant="7", channel="8"), "https://discord.com/channels/9/10"),
    ],
    ids=["what two people say", "another server"],
)
async def test_a_note_is_shared_with_no_channel_but_one_of_the_same_workspace_or_server(
    friends: Circle, place: Place, whom: str
) -> None:
    ana, _ = await met(friends)
    note = await friends.note(ana, found_by="hand", room="")
    with pytest.raises(CommandError, match="With whom"):
        await friends.do(ana, "share", place, note=str(note), **{"with": whom})
    assert await friends.states() == []


async def test_a_typed_line_may_name_a_note_by_words_that_are_in_it_alone(friends: Circle) -> None:
    ana, ben = await met(friends)
    for text in ("Lunch with the landlord", "Call the landlord"):
        await friends.note(ana, text, found_by="hand", room="")
    line = REGISTRY.read("share lunch with the landlord with everyone")
    await friends.do(ana, "share", **line.arguments)
    assert await friends.seen(ben, ELSEWHERE) == ["Lunch with the landlord"]
    with pytest.raises(CommandError, match="Several"):
        await friends.do(ana, "share", **REGISTRY.read("share landlord with everyone").arguments)
    with pytest.raises(CommandError, match="With whom"):
        await friends.do(ana, "share", **REGISTRY.read("share call with love").arguments)


async def test_nobody_shares_or_takes_back_anothers_note(friends: Circle) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana, found_by="hand", room="")
    assert "not there" in (await friends.do(ben, "share", note=str(note), **{"with": "everyone"})).text
    await friends.do(ana, "share", note=str(note), **{"with": "everyone"})
    assert "no such note" in (await friends.do(ben, "unshare", note=str(note))).text
    assert "share nothing" in (await friends.do(ben, "unshare")).text
    assert await friends.seen(ben, ELSEWHERE) == [DECIDED]
