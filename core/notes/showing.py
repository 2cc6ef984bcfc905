"""Notes as people read them: a line in a list, and everything that is kept of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.conversation.links import source_link
from core.notes.decay import weight
from core.notes.models import EVERYBODY, Listed, Note, NoteKind, Source

_EXCERPT = 300
_KINDS = {NoteKind.NOTE: "Note", NoteKind.ACTION: "Action item", NoteKind.PERSONAL: "Personal fact"}
_FOUND_BY = {"hand": "you wrote it down", "detector": "Robbie's own detector, without a model"}


def line(listed: Listed, zone: ZoneInfo, *, named: bool = False) -> str:
    """A note in a list. ``named``: whose it is, too."""
    note = listed.note
    marks = [_day(note.said_at, zone)]
    if note.kind is not NoteKind.NOTE:
        marks.insert(0, kind_of(note).lower())
    if note.pinned:
        marks.insert(0, "pinned")
    if note.due_at:
        marks.append(f"due {_day(note.due_at, zone)}")
    if note.shared_with and not named:
        marks.append("shared")
    whose = f"{listed.speaker}: " if named and listed.speaker else ""
    return f"- **#{note.id}** {whose}{short(note.text)} _({', '.join(marks)})_{_replaced(listed)}"


def _replaced(listed: Listed) -> str:
    if not listed.note.superseded_by:
        return ""
    said = f": {short(listed.replaced_by)}" if listed.replaced_by else ""
    return f"\n  - replaced by **#{listed.note.superseded_by}**{said}"


def whole(
    listed: Listed, sources: Sequence[Source], now: datetime, zone: ZoneInfo, room: str
) -> tuple[str, tuple[str, ...]]:
    """Everything that is kept of a note, and the addresses in it. ``room``: where it is shown."""
    note = listed.note
    links = tuple(filter(None, (source_link(one.surface, one.tenant, one.channel, one.message, one.thread)
                                for one in sources)))  # fmt: skip
    facts = "\n".join(f"- **{name}:** {value}" for name, value in _facts(listed, links, now, zone, room))
    return f"**{kind_of(note)} #{note.id}**\n\n{note.text}\n\n{facts}", links


def _facts(listed: Listed, links: Sequence[str], now: datetime, zone: ZoneInfo, room: str) -> Iterator[tuple[str, str]]:
    note = listed.note
    yield "Said", _moment(note.said_at, zone)
    if note.due_at:
        yield "Due", _moment(note.due_at, zone)
    if note.subjects:
        yield "About", ", ".join(f"{one.name} ({one.kind})" for one in note.subjects)
    yield "Who may see it", audience(note, room)
    if note.pinned:
        yield "Pinned", "yes"
    if note.tone:
        yield "Tone", note.tone
    yield "Importance", _importance(note, now)
    yield "Worth sharing", f"{note.sharing:.1f} of 1"
    yield "Worth celebrating", f"{note.celebration:.1f} of 1"
    yield "Found by", _FOUND_BY.get(note.found_by, f"the model {note.found_by}")
    yield (
        "Comes from",
        ", ".join(f"[message {number}]({link})" for number, link in enumerate(links, 1)) or "nothing with a link",
    )
    if note.uses and note.used_at:
        yield "Used in answers", f"{note.uses} times, the last time on {_moment(note.used_at, zone)}"
    if note.valid_to:
        yield "Does not hold any more since", _moment(note.valid_to, zone)
    if note.superseded_by:
        said = f": {short(listed.replaced_by)}" if listed.replaced_by else ""
        yield "Replaced by", f"#{note.superseded_by}{said}"


def kind_of(note: Note) -> str:
    """What a note's kind is called."""
    return _KINDS.get(note.kind, note.kind.capitalize())


def audience(note: Note, room: str = "") -> str:
    """Who may see a note, in words. ``room``: where this is read."""
    if note.shared_with == EVERYBODY:
        return "everybody in the organization, since it is shared with all"
    rooms = [room_name(one, room) for one in dict.fromkeys((note.room, note.shared_with)) if one]
    return f"you, and whoever reads in {' and '.join(rooms)}" if rooms else "you alone"


def room_name(name: str, here: str) -> str:
    """What people read for a room. ``here``: where this is read."""
    if name == here:
        return "this channel"
    surface, _, channel = name.partition("/")
    return f"the {surface.capitalize()} channel `{channel.rpartition('/')[2]}`"


def short(text: str) -> str:
    """A note's text in one line."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _EXCERPT else one_line[: _EXCERPT - 1] + "…"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%-d %B}"


def _importance(note: Note, now: datetime) -> str:
    at_first, by_now = f"{note.importance:.1f}", f"{weight(note, now):.1f}"
    return f"{at_first} of 1" if by_now == at_first else f"{at_first} of 1, faded to {by_now}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%-d %B %Y, %H:%M}"
