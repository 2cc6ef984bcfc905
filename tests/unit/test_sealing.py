"""What a command is told in confidence, sealed at the door."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.commands import REGISTRY
from core.conversation.handling import command_of
from core.conversation.intake import Intake, IntakePolicy
from core.conversation.models import Accepted, Author, InboundEvent, InboxState, Kind, Place
from core.conversation.stores import Claim, Verdict
from core.registry import Invocation

SECRET = "https://example.com/private-7731/basic.ics"


class Kept:
    """Keeps what the door lets in."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []

    async def accept(self, event: InboundEvent, verdict: Verdict) -> Accepted:
        self.events.append(event)
        return Accepted(inbox_id=1, state=InboxState.RECEIVED)


async def kept(text: str, kind: Kind = Kind.MESSAGE, **more: object) -> InboundEvent:
    """An event as it is stored."""
    store = Kept()
    event = InboundEvent(
        kind=kind, identities=("message:1",), place=Place(surface="slack", tenant="T", channel="D", direct=True),
        author=Author(account="U1"), message_id="1", occurred_at=datetime.now(UTC), text=text, addressed=True,
    ).model_copy(update=more)  # fmt: skip
    await Intake(store, IntakePolicy(), seal=lambda value: "gAAAAA" + value[::-1]).accept(event)
    return store.events[0]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"!robbie calendar add {SECRET}", "!robbie calendar add …"),
        (f"!robbie calendar {SECRET}", "!robbie calendar …"),
        (f"!robbie calendar  add   {SECRET} and more", "!robbie calendar add …"),
        (f"add my calendar {SECRET}", "!robbie calendar …"),
        (f"!robbie calendar caldav {SECRET} ana secret", "!robbie calendar caldav …"),
    ],
)
async def test_a_line_is_stored_without_what_it_was_told(line: str, shown: str) -> None:
    event = await kept(line)
    assert event.text == shown
    assert SECRET not in event.model_dump_json()
    assert event.command is not None
    assert event.command.arguments["of"].startswith("gAAAAA")


async def test_a_line_that_is_edited_is_stored_without_it_too() -> None:
    assert (await kept(f"!robbie calendar add {SECRET}", Kind.EDIT)).text == "!robbie calendar add …"


async def test_what_a_form_was_told_is_sealed() -> None:
    arguments = {"url": "https://a.example", "user": "ana", "password": "plover"}
    event = await kept("", command=Invocation(command="connect-calendar", arguments=arguments))
    assert event.command is not None
    assert all(value.startswith("gAAAAA") for value in event.command.arguments.values())


async def test_a_number_and_every_other_line_stay_as_they_are() -> None:
    for line in ("!robbie calendar remove 3", f"!robbie note {SECRET}", f"look at {SECRET}"):
        assert (await kept(line)).text == line


async def test_it_is_carried_out_as_it_came_not_as_the_line_reads_now() -> None:
    event = await kept(f"!robbie calendar add {SECRET}")
    claim = Claim.__new__(Claim)
    for name, value in {"command": event.command, "text": event.text, "place": event.place}.items():
        object.__setattr__(claim, name, value)
    assert command_of(claim, REGISTRY) == event.command
