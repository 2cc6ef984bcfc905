"""The commands on a person's own notes, and their section of the person's home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.conversation.handling import Asked, Handler, Handlers, Say
from core.desk import Completer, FormMaker, SectionMaker, Visitor, matching
from core.notes.models import LONGEST, TO_DO, Listed, Note, NoteKind, Notes, Wanted
from core.notes.showing import audience, line, short, whole
from core.people.stores import PeopleStore
from core.people.viewer import Viewer
from core.registry import Choice, CommandError, Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button, Form, FormField, Section

_SHOWN = 10
_AT_HOME = 3
_OFFERED = 25
_LABEL = 80
_LONGEST_IN_A_FORM = 3_000
_NOT_THERE = "That note is not there any more."


def noting(notes: Notes) -> Handlers:
    """What carries these commands out."""
    return {**_listing(notes), **_editing(notes), **_pinning(notes), **_forgetting(notes)}


def _listing(notes: Notes) -> Handlers:
    async def note(asked: Asked) -> Say:
        text = _text(asked, "note")
        place = asked.place
        source = f"{place.surface}/{place.tenant}/{place.channel}/{asked.about}" if asked.about else ""
        await notes.add(asked.asker, text, origin=asked.inbox_id, conversation_id=asked.conversation_id, source=source)
        return Say(f"Noted, for you alone: {short(text)}")

    async def list_(asked: Asked) -> Say:
        wanted, viewer = _wanted(asked), _owner(asked)
        if wanted.here:
            viewer = Viewer.of(asked.asker, asked.place, private=False)
        found = await notes.find(viewer, wanted, _SHOWN + 1)
        if not found:
            return Say(_nothing(wanted))
        shown, zone = found[:_SHOWN], zone_of(asked.asker.zone)
        lines = "\n".join(line(one, zone, named=wanted.here) for one in shown)
        if len(found) <= _SHOWN:
            return Say(lines, () if wanted.here else tuple(map(_show, shown)))
        more = _more(asked, shown[-1])
        hint = "There are more." if more else "There are more. Fewer words, or other ones, find them."
        return Say(f"{lines}\n\n{hint}", (*(() if wanted.here else map(_show, shown)), *more))

    async def show(asked: Asked) -> Say:
        id = _id(asked)
        listed = await notes.one(_owner(asked), id) if id is not None else None
        if listed is None:
            return Say(_NOT_THERE)
        sources = await notes.sources(_owner(asked), listed.note.id)
        text, links = whole(listed, sources, asked.now, zone_of(asked.asker.zone), asked.place.room)
        return Say(text, tuple(_buttons(listed.note)), links=links)

    return {"note": note, "notes": list_, "show-note": show}


def _editing(notes: Notes) -> Handlers:
    async def edit(asked: Asked) -> Say:
        id = _id(asked)
        if id is not None and not asked.argument("text"):
            return Say(f"Write it like this: `edit-note {id} WHAT IT SHALL SAY`.")
        text, before = _text(asked, "edit-note"), await notes.one(_owner(asked), id) if id is not None else None
        changed = await notes.edit(_owner(asked), before.note.id, text) if before else None
        if before is None or changed is None:
            return Say(_NOT_THERE)
        seen = f"\n\n{_now_seen(before.note, changed, asked.place.room)}".rstrip()
        return Say(f"Changed: {short(changed.text)}{seen}", (_button("Show", "show-note", changed),))

    return {"edit-note": edit}


def _pinning(notes: Notes) -> Handlers:
    def handler(*, pinned: bool, said: str) -> Handler:
        async def pin(asked: Asked) -> Say:
            id = _id(asked)
            there = id is not None and await notes.pin(_owner(asked), id, pinned=pinned)
            return Say(said if there else _NOT_THERE)

        return pin

    return {
        "pin-note": handler(pinned=True, said="Pinned: it stays on top, and it does not fade."),
        "unpin-note": handler(pinned=False, said="It is not pinned any more."),
    }


def _forgetting(notes: Notes) -> Handlers:
    async def forget(asked: Asked) -> Say:
        id = _id(asked)
        listed = await notes.one(_owner(asked), id) if id is not None else None
        if listed is None:
            return Say(_NOT_THERE)
        if (listed.note.pinned or listed.note.shared_with) and not asked.argument("sure"):
            return _ask_once(listed.note, asked.place.room)
        gone = await notes.forget(_owner(asked), listed.note.id)
        return Say("Forgotten." if gone else _NOT_THERE)

    return {"forget-note": forget}


def _ask_once(note: Note, room: str) -> Say:
    """What is pinned or shared is not forgotten by one press."""
    what = "pinned" if note.pinned else f"shared: it is read by {audience(note, room)}"
    return Say(
        f"This note is {what}. A forgotten note cannot be brought back.\n\n> {short(note.text)}",
        (_button("Forget it", "forget-note", note, sure="yes"), _button("Keep it", "show-note", note)),
    )


def note_forms(people: PeopleStore, notes: Notes) -> Mapping[str, FormMaker]:
    """The form in which a note is edited: it shows what the note says now."""

    async def edit(visitor: Visitor, invocation: Invocation) -> Form | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        id = _number(invocation.arguments.get("id", ""))
        if known is None or id is None or invocation.arguments.get("text"):
            return None
        listed = await notes.one(Viewer.owner(known.org_id, known.person_id), id)
        if listed is None or len(listed.note.text) > _LONGEST_IN_A_FORM:
            return None
        field = FormField(
            name="text", label="What it shall say", kind="text", value=listed.note.text, required=True,
            longest=_LONGEST_IN_A_FORM,
        )  # fmt: skip
        kept = Invocation(command="edit-note", arguments={"id": str(id)})
        return Form(title=f"Note #{id}"[:24], invocation=kept, fields=(field,))

    return {"edit-note": edit}


def completing_notes(people: PeopleStore, notes: Notes) -> Completer:
    """Offers a person's own notes by what is in them."""

    async def complete(visitor: Visitor, typed: str) -> Sequence[Choice]:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None:
            return ()
        number = typed.strip().removeprefix("#")
        words = "" if number.isdecimal() else typed
        found = await notes.find(Viewer.owner(known.org_id, known.person_id), Wanted(words=words), _OFFERED)
        choices = [Choice(str(one.note.id), f"#{one.note.id} {short(one.note.text)}"[:_LABEL]) for one in found]
        return matching(choices, number) if number.isdecimal() else choices

    return complete


def latest_notes(people: PeopleStore, notes: Notes) -> SectionMaker:
    """The section with a person's latest notes."""

    async def make(visitor: Visitor) -> Section | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        owner = Viewer.owner(known.org_id, known.person_id) if known else None
        found = await notes.find(owner, Wanted(), _AT_HOME) if owner else ()
        zone = zone_of(known.zone if known else "")
        text = "\n".join(line(one, zone) for one in found) or "None yet. The command `note TEXT` makes one."
        button = Button(label="All notes", invocation=Invocation(command="notes"))
        return Section(title="Notes", text=text, buttons=(button,) if found else ())

    return make


def _wanted(asked: Asked) -> Wanted:
    which = asked.argument("which")
    return Wanted(
        words=asked.argument("search").strip(" ?!."),
        kind=NoteKind(which) if which in set(NoteKind) else None,
        pinned=which == "pinned",
        closed=which == "closed",
        here=which == "here" and not asked.place.direct,
        after=asked.argument("after"),
    )


def _nothing(wanted: Wanted) -> str:
    if wanted.words:
        return f"You have no note on “{wanted.words[:60]}”."
    if wanted.here:
        return "Nothing is noted that everybody in this channel may see."
    if wanted.kind or wanted.pinned or wanted.closed or wanted.after:
        return "There are none."
    return "You have no notes yet. The command `note TEXT` makes one."


def _more(asked: Asked, last: Listed) -> tuple[Button, ...]:
    """The button to the next page; none where the words are too long for one."""
    invocation = Invocation(command="notes", arguments={**asked.invocation.arguments, "after": last.end})
    try:
        invocation.packed()
    except ValueError:
        return ()
    return (Button(label="More", invocation=invocation),)


def _show(listed: Listed) -> Button:
    return _button(f"#{listed.note.id}", "show-note", listed.note)


def _buttons(note: Note) -> Iterator[Button]:
    yield _button("Edit", "edit-note", note)
    yield _button("Unpin" if note.pinned else "Pin", "unpin-note" if note.pinned else "pin-note", note)
    yield _button("Forget", "forget-note", note)
    if note.shared_with:
        yield Button(label="Take back", invocation=Invocation(command="unshare", arguments={"note": str(note.id)}))
    else:
        yield Button(label="Share", invocation=Invocation(command="share", arguments={"note": str(note.id)}))
    if note.kind in TO_DO:
        yield _button("Make it a task", "task-of-note", note)


def _button(label: str, command: str, note: Note, **arguments: str) -> Button:
    return Button(label=label, invocation=Invocation(command=command, arguments={"id": str(note.id), **arguments}))


def _now_seen(before: Note, changed: Note, room: str) -> str:
    """What an edit means for others; nothing where there are none."""
    if before.shared_with and not changed.shared_with:
        return f"It was shared in its old words only. Now it is seen by {audience(changed, room)}."
    return f"It is read so by {audience(changed, room)}." if changed.room or changed.shared_with else ""


def _owner(asked: Asked) -> Viewer:
    return Viewer.owner(asked.asker.org_id, asked.asker.person_id)


def _text(asked: Asked, command: str) -> str:
    text = asked.argument("text").strip()
    if len(text) > LONGEST:
        raise CommandError(f"A note has at most {LONGEST} characters.", command)
    return text


def _id(asked: Asked) -> int | None:
    return _number(asked.argument("id"))


def _number(id: str) -> int | None:
    digits = id.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
