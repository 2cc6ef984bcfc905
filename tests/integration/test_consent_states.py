"""Whatever two people press in whatever order: others see a note just while both have said yes to what it says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.consent.models import Answer
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import ELSEWHERE, Circle, circle

MOVES = (
    "share",
    "share",
    "keep",
    "back",
    "forget",
    "reword",
    "edit",
    "look",
    "expire",
    "yes",
    "yes",
    "no",
    "taken back",
)


@dataclass
class Model:
    """The rule once more, in words of its own.

    Attributes:
        asks: what the owner is asked about; None while nobody asks them.
        agreed, agreed_too: the words that the owner and the other one have said yes to.
        asks_too: the words that the other one is asked about.
        over: one of them does not want it, or did not answer.
    """

    text: str = "Ben will be a father"
    there: bool = True
    asks: str | None = "Ben will be a father"
    agreed: str | None = None
    asks_too: str | None = None
    agreed_too: str | None = None
    over: bool = False
    anew: bool = False

    @property
    def shared(self) -> bool:
        """Whether others may see it."""
        return self.there and not self.over and self.text == self.agreed == self.agreed_too

    def move(self, name: str, number: int) -> None:
        """What somebody does."""
        if self.there:
            getattr(self, "_" + name.replace(" ", "_"))(number)

    def _share(self, _: int) -> None:
        if self.over:
            return
        if (self.asks or self.agreed) != self.text:
            self.asks, self.agreed = self.text, None
        elif self.asks is not None:
            self.asks, self.agreed = None, self.text
            if self.agreed_too != self.text:
                self.asks_too, self.agreed_too = self.text, None

    def _keep(self, _: int) -> None:
        self.over = True

    _back = _keep

    def _forget(self, _: int) -> None:
        self.there = False

    def _reword(self, number: int) -> None:
        if self.asks is not None and not self.over:
            self.text = self.asks = f"{self.text} {number}"

    def _edit(self, number: int) -> None:
        self.anew = self.anew or self.shared
        self.text = f"{self.text} {number}"

    def _look(self, _: int) -> None:
        if self.anew and self.agreed is not None and self.agreed != self.text and not self.over:
            self.asks, self.agreed = self.text, None
        self.anew = False

    def _expire(self, number: int) -> None:
        self._look(number)
        self.over = self.over or self.asks is not None or self.asks_too is not None

    def _yes(self, _: int) -> None:
        if self.over or self.asks_too is None:
            return
        if self.text == self.asks_too == self.agreed:
            self.agreed_too = self.text
        else:
            self.over = True  # it is not asked once more
        self.asks_too = None

    def _no(self, _: int) -> None:
        self.over = self.over or self.asks_too is not None or self.agreed_too is not None

    _taken_back = _no


@dataclass
class World:
    """Ana's note on Ben, which Chika must not see."""

    friends: Circle
    ana: int
    ben: int
    chika: int
    note: int

    async def move(self, name: str, number: int) -> None:
        """The same for Robbie."""
        match name:
            case "share" | "keep" | "back" | "forget":
                await self._answer(self.ana, "owner", Answer(name))
            case "yes" | "no" | "taken back":
                said = {"yes": Answer.SHARE, "no": Answer.KEEP, "taken back": Answer.BACK}[name]
                await self._answer(self.ben, "subject", said)
            case "reword":
                viewer = await self.friends.viewer(self.ana)
                for id in await self._asked("owner"):
                    await self.friends.consents.reword(viewer, id, f"{await self._text()} {number}")
            case "edit":
                viewer = await self.friends.viewer(self.ana)
                await self.friends.notes.edit(viewer, self.note, f"{await self._text()} {number}")
            case "expire":
                await self.friends.proposals.look()
                await self.friends.desk.execute("UPDATE consents SET expires_at = now() WHERE state = 'waiting'")
        if name in ("look", "expire"):
            await self.friends.proposals.look()

    async def seen(self) -> list[str]:
        """What Chika sees of it."""
        return await self.friends.seen(self.chika, ELSEWHERE)

    async def _answer(self, person: int, part: str, answer: Answer) -> None:
        viewer = await self.friends.viewer(person)
        for id in await self._asked(part):
            await self.friends.consents.settle(viewer, id, answer)

    async def _asked(self, part: str) -> list[int]:
        query = "SELECT id FROM consents WHERE note_id = %s AND part = %s"
        return [int(str(row["id"])) for row in await self.friends.desk.rows(query, self.note, part)]

    async def _text(self) -> str:
        viewer = await self.friends.viewer(self.ana)
        query = ("SELECT text FROM notes WHERE id = %s", (self.note,))
        (rows,) = await self.friends.desk.database.run(viewer.org_id, query, viewer=viewer)
        return str(rows[0]["text"]) if rows else ""


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(moves=["share", "yes", "taken back", "share", "yes"])
@example(moves=["share", "yes", "edit", "look", "share", "yes", "keep"])
@example(moves=["share", "edit", "yes", "share", "share"])
@example(moves=["share", "back", "yes"])
@given(moves=st.lists(st.sampled_from(MOVES), min_size=4, max_size=14))
async def test_in_whatever_order_people_press_others_see_just_what_both_agreed_to(desk: Desk, moves: list[str]) -> None:
    await desk.execute("DELETE FROM inbox")
    friends = circle(desk)
    ana, ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
    chika = await friends.meet(PLACE, "U3")
    model = Model()
    world = World(friends, ana, ben, chika, await friends.note(ana, model.text, kind="personal", about=ben, room=""))
    await world.move("look", 0)
    for number, name in enumerate(moves):
        await world.move(name, number)
        model.move(name, number)
        assert await world.seen() == ([model.text] if model.shared else []), (moves[: number + 1], model)
    await world.move("forget", 0)
