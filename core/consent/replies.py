"""How questions and outcomes are shown, with what can be pressed under them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from core.consent import wording
from core.consent.models import Answer, Consent, Consents, Outcome, What
from core.conversation.handling import Asked, Say
from core.notes.models import TO_DO
from core.people.viewer import Viewer
from core.registry import Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button


async def asked_about(consents: Consents, asked: Asked) -> Consent | None:
    """The question that a command names, if it is to who asks."""
    id = number(asked.argument("id"))
    return await consents.one(owner(asked), id) if id is not None else None


def question(consent: Consent, asked: Asked) -> Say:
    """The question with its answers to press."""
    text = wording.question(consent, zone_of(asked.asker.zone), asked.place.room)
    return Say(text, tuple(_choices(consent)))


def _choices(consent: Consent) -> Iterator[Button]:
    id = str(consent.id)
    if consent.part == "subject":
        yield button("Yes, share it", "consent", id, style="primary", say=Answer.SHARE)
        yield button("No", "consent", id, say=Answer.KEEP)
        return
    label = "Tell them" if consent.what is What.CELEBRATE else "Share"
    yield button(label, "consent", id, style="primary", say=Answer.SHARE)
    yield button("Edit", "edit-consent", id)
    yield button("Keep private", "consent", id, say=Answer.KEEP)
    yield button("Forget", "consent", id, style="danger", say=Answer.FORGET)
    yield button(f"Never ask about {wording.plural(consent.kind)}", "consent", id, say="never")
    if consent.kind in TO_DO:
        yield button("Make it a task", "task-of-note", str(consent.note_id))


def said(outcome: Outcome, consent: Consent | None, asked: Asked) -> Say:
    """What came of an answer; a yes can be taken back under it."""
    text = wording.outcome(outcome, consent, asked.place.room)
    back = consent is not None and outcome in (Outcome.SHARED, Outcome.ALREADY_SHARED, Outcome.WAITS)
    buttons = (button("Take back", "consent", str(consent.id), say=Answer.BACK),) if consent and back else ()
    return Say(text, buttons)


def button(
    label: str, command: str, id: str, *, style: Literal["plain", "primary", "danger"] = "plain", **arguments: str
) -> Button:
    """A button that leads to a command about this id."""
    invocation = Invocation(command=command, arguments={"id": id, **arguments})
    return Button(label=label, invocation=invocation, style=style)


def owner(asked: Asked) -> Viewer:
    """Who asks, as the owner of what is theirs."""
    return Viewer.owner(asked.asker.org_id, asked.asker.person_id)


def number(text: str) -> int | None:
    """An id, with or without ``#``."""
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
