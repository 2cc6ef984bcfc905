from __future__ import annotations

from adapters.discord.components import rows
from core.commands import REGISTRY
from core.registry import Command, Invocation, Registry
from core.rendering.message import Button, Outgoing

VOTING = Registry([Command("vote", "Vote", hidden=True)])


def button(number: int) -> Button:
    return Button(label=f"Choice {number}", invocation=Invocation(command="pick", arguments={"n": str(number)}))


def test_buttons_stand_in_rows_of_five_and_leave_room_for_the_votes() -> None:
    many = Outgoing(body="?", buttons=tuple(button(number) for number in range(30)), feedback=True)
    assert [len(row["components"]) for row in rows(many, VOTING)] == [5, 5, 5, 5, 2]  # type: ignore[arg-type]


def test_nothing_is_offered_that_nobody_carries_out() -> None:
    assert rows(Outgoing(body="!", feedback=True), Registry([])) == []
    assert rows(Outgoing(body="!"), VOTING) == []


def test_what_does_the_same_stands_there_once_and_a_link_opens() -> None:
    link = Button(label="Read", url="https://example.com")
    (row,) = rows(Outgoing(body="!", buttons=(button(1), button(1), link, link)), REGISTRY)
    shown = row["components"]
    assert isinstance(shown, list)
    assert [one.get("custom_id") or one.get("url") for one in shown] == ["pick?n=1", "https://example.com"]
