"""The commands on notes, and their section of a person's home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.conversation.handling import Asked, Handlers, Say
from core.desk import SectionMaker, Visitor
from core.notes.models import LONGEST, Note, Notes
from core.people.stores import PeopleStore
from core.people.viewer import Viewer
from core.registry import CommandError, Invocation
from core.rendering.message import Button, Section

_SHOWN = 10
_AT_HOME = 3
_EXCERPT = 300


def noting(notes: Notes) -> Handlers:
    """What carries these commands out."""

    async def note(asked: Asked) -> Say:
        text = asked.argument("text").strip()
        if len(text) > LONGEST:
            raise CommandError(f"A note has at most {LONGEST} characters.", "note")
        place = asked.place
        source = f"{place.surface}/{place.tenant}/{place.channel}/{asked.about}" if asked.about else ""
        await notes.add(asked.asker, text, origin=asked.inbox_id, conversation_id=asked.conversation_id, source=source)
        return Say(f"Noted, for you alone: {_short(text)}")

    async def list_(asked: Asked) -> Say:
        words = asked.argument("search").strip(" ?!.")
        found = await notes.find(Viewer.owner(asked.asker.org_id, asked.asker.person_id), words, _SHOWN + 1)
        if not found:
            return Say(
                f"You have no note on “{words[:60]}”."
                if words
                else "You have no notes yet. The command `note TEXT` makes one."
            )
        more = [f"These are the latest {_SHOWN}. The command `notes WORD` finds others."] if len(found) > _SHOWN else []
        shown = found[:_SHOWN]
        return Say("\n\n".join(["\n".join(_lines(shown, asked.asker.zone)), *more]), tuple(_buttons(shown)))

    async def forget(asked: Asked) -> Say:
        id = asked.argument("id")
        viewer = Viewer.owner(asked.asker.org_id, asked.asker.person_id)
        gone = id.isdecimal() and len(id) < 19 and await notes.forget(viewer, int(id))
        return Say("Forgotten." if gone else "That note is not there any more.")

    return {"note": note, "notes": list_, "forget-note": forget}


def latest_notes(people: PeopleStore, notes: Notes) -> SectionMaker:
    """The section with a person's latest notes."""

    async def make(visitor: Visitor) -> Section | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        found = await notes.find(Viewer.owner(known.org_id, known.person_id), "", _AT_HOME) if known else ()
        text = "\n".join(_lines(found, known.zone if known else "")) or "None yet. The command `note TEXT` makes one."
        button = Button(label="All notes", invocation=Invocation(command="notes"))
        return Section(title="Notes", text=text, buttons=(button,) if found else ())

    return make


def _lines(notes: Sequence[Note], zone: str) -> Iterator[str]:
    for number, note in enumerate(notes, 1):
        yield f"{number}. {_short(note.text)} _({note.created_at.astimezone(_zone(zone)):%-d %B})_"


def _buttons(notes: Sequence[Note]) -> Iterator[Button]:
    for number, note in enumerate(notes, 1):
        invocation = Invocation(command="forget-note", arguments={"id": str(note.id)})
        yield Button(label=f"Forget {number}", invocation=invocation)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
