"""One fact as one line of a brief."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.briefs.models import Item, Meeting, Move, Opportunity, Priority
from core.briefs.saying import Clock, length, linked, quoted

_REASONS = 3
_REASON = 60
_CLAUSE = 72  # why one gets in touch is said whole: how often one speaks, and when the last time was
_ROOM = 84  # characters of reasons
_NAME = 32
_PEOPLE = 3
_SAYS_WHEN = re.compile(r"\b(?:over)?due\b|fällig", re.IGNORECASE)
_SAYS_HOW_LONG = re.compile(r"\b(?:min|minutes?|hours?|h|Std|Minuten?|Stunden?)\b")
_MEET = (
    "zoom.us", "meet.google.com", "teams.microsoft.com", "teams.live.com", "webex.com", "whereby.com", "meet.jit.si",
)  # fmt: skip


def line_of(section: str, item: Item | Meeting, clock: Clock) -> str:
    """What a line says, as markdown: the item first, then what a person needs to know of it."""
    if isinstance(item, Meeting):
        return _joined(*_meeting(item, clock))
    said = linked(quoted(item.text), item.link)
    if section == "done":
        return _joined(f"✓ {said}", quoted(item.who, _NAME))
    if isinstance(item, Opportunity):
        return _joined(*_opportunity(item, clock))
    if isinstance(item, Priority):
        return _joined(f"**{said}**", ", ".join(_reasons(item, clock)))
    if isinstance(item, Move):
        return _joined(said, clock.words.move.format(when=clock.moment(item.until)), *_why(item, 1, clock))
    return _joined(said, *_beside(section, item, clock))


def _beside(section: str, item: Item, clock: Clock) -> Iterator[str]:
    """What stands beside an item that is neither a priority nor an opportunity."""
    who, words = quoted(item.who, _NAME), clock.words
    if who and section == "commitments":
        who = words.to.format(who=who)
    if section == "blocked":
        yield from _why(item, 1, clock)
    yield who
    if item.due_at and section in ("slipped", "commitments", "asks", "blocked"):
        late = item.due_at < clock.at
        yield (words.was_due if late else words.due).format(when=clock.deadline(item.due_at))
    elif item.at and section in ("news", "asks"):
        yield clock.moment(item.at)


def _meeting(one: Meeting, clock: Clock) -> Iterator[str]:
    when = clock.words.all_day if one.all_day else clock.span(one)
    yield f"{when} **{quoted(one.title)}**"
    yield quoted(one.place, _NAME) if not one.place.startswith(("http:", "https:")) else ""
    yield people(one, clock)
    if _is_meeting_place(one.url):
        yield linked(clock.words.join, one.url)


def people(one: Meeting, clock: Clock) -> str:
    """Who else is there, the first few by name."""
    names = [quoted(name, _NAME) for name in one.people[:_PEOPLE]]
    more = len(one.people) - len(names)
    return ", ".join([*names, *([clock.words.more_people.format(number=more)] if more else [])])


def _is_meeting_place(url: str) -> bool:
    """Whether an address out of an invitation leads where people meet: no other address of theirs is followed."""
    try:
        host = (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in _MEET)


def _opportunity(one: Opportunity, clock: Clock) -> Iterator[str]:
    company = f" ({quoted(one.company, _NAME)})" if one.company else ""
    yield f"**{quoted(one.contact, _NAME)}**{company}"
    first, *others = one.why or (one.text,)
    yield ", ".join((quoted(first, _CLAUSE), *(quoted(clause, _REASON) for clause in others[: _REASONS - 1])))
    if one.draft:
        yield clock.words.draft


def _reasons(one: Priority, clock: Clock) -> Iterator[str]:
    """The weightiest reasons, as many as two lines of a phone hold; when it is due is always among them."""
    reasons = list(_why(one, _REASONS, clock))
    room = _ROOM
    if one.due_at and not any(map(_SAYS_WHEN.search, reasons)):
        late = one.due_at < clock.at
        yield (clock.words.was_due if late else clock.words.due).format(when=clock.deadline(one.due_at))
    for number, reason in enumerate(reasons):
        room -= len(reason)
        if number and room < 0 and not _SAYS_WHEN.search(reason):
            break
        yield reason
    if one.minutes and not any(map(_SAYS_HOW_LONG.search, reasons)):
        yield length(one.minutes, clock.words)


def _why(item: Item, most: int, clock: Clock) -> Iterator[str]:
    for clause in item.why[:most]:
        yield quoted(clock.words.clause(clause), _REASON)


def _joined(*pieces: str) -> str:
    return " · ".join(filter(None, pieces))
