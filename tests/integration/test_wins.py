"""A win is told while its owner wants it told, and its post goes with the yes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.conversation.handling import Say
from core.conversation.models import Place
from core.conversation.stores import Claim, Parcel
from tests.integration.conftest import PLACE, Desk, finished
from tests.integration.consent_world import Circle, circle

WON = "We closed the deal"
WINS = Place(surface="slack", tenant="T1", channel="C9")


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


@dataclass
class Won:
    """A win that its owner has agreed to tell, while the turn runs that tells it."""

    friends: Circle
    ana: int
    note: int
    shared: Say
    turn: Claim
    post: Say

    async def told(self) -> None:
        """The turn ends."""
        await self.friends.desk.turns.finish(self.turn, finished(self.post.text, (self.post.text,)))

    async def taken_back(self, how: str) -> None:
        """Its owner does not want it any more."""
        viewer = await self.friends.viewer(self.ana)
        match how:
            case "taken back":
                await self.friends.press(self.ana, "Take back", self.shared)
            case "forgotten":
                await self.friends.notes.forget(viewer, self.note)
            case "changed":
                await self.friends.notes.edit(viewer, self.note, "We closed nothing")
            case "shared elsewhere":
                await self.friends.do(self.ana, "share", note=str(self.note), **{"with": "everyone"})
            case "listed":
                listed = await self.friends.do(self.ana, "unshare")
                assert WON in listed.text
                await self.friends.press(self.ana, "Take back", listed)

    async def sent(self) -> list[str]:
        """What a sender would post of it now."""
        rows = await self.friends.desk.rows("SELECT body FROM outbox WHERE channel = 'C9' AND state = 'ready'")
        return [str(row["body"]) for row in rows]


@pytest.fixture
async def won(friends: Circle) -> Won:
    ana = await friends.meet(PLACE)
    viewer = await friends.viewer(ana)
    await friends.consents.open_wins(viewer.org_id, WINS, on=True)
    note = await friends.note(ana, WON, kind="win", celebration=0.9)
    shared = await friends.press(ana, "Tell", await friends.asked(ana))
    (*_, telling) = await friends.asks()
    row = await friends.desk.row("SELECT conversation_id FROM inbox WHERE platform_id LIKE 'win:%%'")
    turn = await friends.desk.turns.claim(viewer.org_id, int(str(row["conversation_id"])), ["slack"], messages=5)
    assert turn is not None
    post = await friends.do(ana, telling.command, WINS, **telling.arguments)
    assert WON in post.text
    return Won(friends, ana, note, shared, turn, post)


@pytest.mark.parametrize("how", ["taken back", "forgotten"])
async def test_a_win_that_is_taken_back_while_its_turn_runs_is_not_told(won: Won, how: str) -> None:
    await won.taken_back(how)
    await won.told()
    assert await won.sent() == []


@pytest.mark.parametrize("how", ["taken back", "forgotten"])
async def test_a_win_that_is_taken_back_before_it_was_sent_is_not_sent(won: Won, how: str) -> None:
    await won.told()
    assert await won.sent() == [won.post.text]
    await won.taken_back(how)
    assert await won.sent() == []
    assert await won.friends.desk.rows("SELECT FROM messages WHERE strpos(text, %s) > 0", WON) == []


@pytest.mark.parametrize("how", ["taken back", "listed", "forgotten", "changed", "shared elsewhere"])
async def test_the_post_of_a_win_goes_as_soon_as_the_note_is_not_shared_there_any_more(won: Won, how: str) -> None:
    await won.told()
    parcel = await won.friends.desk.outbox.take(won.turn.asker.org_id, "slack", "T1", "C9")
    assert isinstance(parcel, Parcel)
    await won.friends.desk.outbox.sent(won.turn.asker.org_id, parcel, "8.0")
    await won.taken_back(how)
    gone = await won.friends.desk.outbox.take(won.turn.asker.org_id, "slack", "T1", "C9")
    assert isinstance(gone, Parcel)
    assert (gone.gone, gone.edit_id) == (True, "8.0")


async def test_a_told_win_that_is_shared_elsewhere_is_taken_back_from_there(won: Won) -> None:
    await won.told()
    await won.taken_back("shared elsewhere")
    ben = await won.friends.meet(PLACE, "U2")
    assert await won.friends.seen(ben, "slack/T1/C4") == [WON]
    assert "Taken back" in (await won.friends.do(won.ana, "unshare", note=str(won.note))).text
    assert await won.friends.seen(ben, "slack/T1/C4") == []
    assert await won.friends.states() == ["revoked", "revoked"]
