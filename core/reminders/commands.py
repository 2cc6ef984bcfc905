"""The commands on reminders: what is understood is shown with its exact time, before and after."""

from __future__ import annotations

import re
from datetime import timedelta

from core.conversation.handling import Asked, Handlers, Say
from core.registry import CommandError, Invocation
from core.reminders.models import Reminder, Reminders
from core.reminders.moments import in_words, zone_of
from core.reminders.when import Understood, understand
from core.rendering.message import Button

_LONGEST = 1_000
_SHOWN = 10
_LATE = timedelta(minutes=5)
_UNCLEAR = "I did not understand when. Write it like `in 20 minutes`, `tomorrow at 9` or `on Friday 15:00`."
_WHOM = re.compile(r"^(?:me|mich)(?:,? |$)", re.IGNORECASE)
_A_QUESTION = re.compile(
    r"(?:again )?(?:what|who|whom|whose|when|where|why|how|which|if|whether|was|wer|wo|wie|warum)\b", re.I
)


def reminding(reminders: Reminders) -> Handlers:
    """What carries these commands out."""

    async def remind(asked: Asked) -> Say:
        meant = _understood(asked)
        await reminders.add(
            asked.asker, meant.rest, meant.at, origin=asked.inbox_id, conversation_id=asked.conversation_id
        )
        return Say(f"I remind you here on {_when(asked, meant)}: {meant.rest}")

    async def list_(asked: Asked) -> Say:
        found = await reminders.coming(asked.asker, _SHOWN)
        if not found:
            return Say("You have no reminders. The command `remind tomorrow at 9 call Ben` makes one.")
        zone = zone_of(asked.asker.zone)
        lines = [f"{number}. {in_words(one.due_at, zone)}: {one.text}" for number, one in enumerate(found, 1)]
        return Say("\n".join(lines), tuple(_cancel(number, one) for number, one in enumerate(found, 1)))

    async def cancel(asked: Asked) -> Say:
        id = _id(asked)
        gone = id is not None and await reminders.cancel(asked.asker, id)
        return Say("Cancelled." if gone else "That reminder is not there any more.")

    async def due(asked: Asked) -> Say:
        id = _id(asked)
        one = await reminders.one(asked.asker, id) if id is not None else None
        if one is None or not one.done:
            return Say("That reminder is not there any more.")
        late = asked.now - one.due_at > _LATE
        was = f" (it was due on {in_words(one.due_at, zone_of(asked.asker.zone))})" if late else ""
        return Say(f"**Reminder for {asked.asker.name or 'you'}**{was}: {one.text}")

    return {"remind": remind, "reminders": list_, "cancel-reminder": cancel, "due-reminder": due}


def explain(asked: Asked) -> str | None:
    """What free text that begins like a reminder is understood as; None where it is a question. Raises CommandError."""
    if _A_QUESTION.match(asked.argument("when")):
        return None
    meant = _understood(asked)
    return f"a reminder on {_when(asked, meant)}: {meant.rest}"


def _understood(asked: Asked) -> Understood:
    """When and what, whether they were written in one line or in two fields. Raises CommandError."""
    zone, what = zone_of(asked.asker.zone), asked.argument("what")
    when = _WHOM.sub("", asked.argument("when"))  # “remind me tomorrow”, as it is said
    # A typed line is cut after its first word, so a single word may be only the beginning of a time.
    meant = understand(when, asked.now, zone) if what and " " in when else None
    if meant is not None and not meant.rest:
        meant = Understood(meant.at, what)
    else:
        meant = understand(f"{when} {what}".strip(), asked.now, zone)
    if meant is None:
        raise CommandError(_UNCLEAR, "remind")
    if not meant.rest:
        raise CommandError("What shall I remind you of?", "remind")
    if len(meant.rest) > _LONGEST:
        raise CommandError(f"A reminder has at most {_LONGEST} characters.", "remind")
    return meant


def _when(asked: Asked, meant: Understood) -> str:
    return in_words(meant.at, zone_of(asked.asker.zone))


def _cancel(number: int, one: Reminder) -> Button:
    return Button(
        label=f"Cancel {number}", invocation=Invocation(command="cancel-reminder", arguments={"id": str(one.id)})
    )


def _id(asked: Asked) -> int | None:
    id = asked.argument("id")
    return int(id) if id.isdecimal() and len(id) < 19 else None
