"""One fact as one line of a brief."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.briefs.models import Item, Meeting, Move, Opportunity, Priority
from core.briefs.saying import Clock, length, linked, quoted

_REASONS = 3
_REASON = 96  # reasons are short by themselves; to cut one would cut an amount or a name
_CLAUSE = 72  # why one gets in touch is said whole: how often one speaks, and when the last time was
_ROOM = 84  # characters of reasons
_NAME = 32
_PEOPLE = 3
_SAYS_WHEN = re.compile(r"(?:was )?due\b")
_SAYS_HOW_LONG = re.compile(r"takes [\d½]+ (?:minute|hour)s?")
_MEET = (
    "zoom.us", "meet.google.com", "teams.microsoft.com", "teams.live.com", "webex.com", "whereby.com", "meet.jit.si",
)  # fmt: skip


def line_of(section: str, item: Item | Meeting, clock: Clock) -> str:
    """What a line says, as markdown: the item first, then what a person needs to know of it."""
    if isinstance(item, Meeting):
        return _joined(*_meeting(item, clock))
    if section == "broken" and item.at:
        day = clock.date(item.at.astimezone(clock.zone).date())
        return clock.words.broken.format(name=quoted(item.text, _NAME), since=day)
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
        yield _when(item, clock)
    if item.at and section == "asks":
        yield clock.words.since.format(when=clock.moment(item.at))
    elif item.at and section == "news":
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
    yield "; ".join((quoted(first, _CLAUSE), *(quoted(clause, _REASON) for clause in others[: _REASONS - 1])))
    if one.draft:
        yield clock.words.draft


def _reasons(one: Priority, clock: Clock) -> Iterator[str]:
    """The weightiest reasons, as many as two lines of a phone hold, and how long it takes.

    When it is due is always among them, and said as in all other lines.
    """
    when = _when(one, clock)
    given = [clause for clause in one.why[:_REASONS] if not (one.minutes and _SAYS_HOW_LONG.fullmatch(clause))]
    at = next((number for number, clause in enumerate(given) if when and _SAYS_WHEN.match(clause)), None)
    reasons = [quoted(clock.words.clause(clause), _REASON) for clause in given]
    if at is not None:
        reasons[at] = when
    elif when:
        yield when
    room = _ROOM
    for number, reason in enumerate(reasons):
        room -= len(reason)
        if number and room < 0 and number != at:
            break
        yield reason
    if one.minutes:
        yield length(one.minutes, clock.words)


def _when(item: Item, clock: Clock) -> str:
    if item.due_at is None:
        return ""
    words = clock.words.was_due if item.due_at < clock.at else clock.words.due
    return words.format(when=clock.deadline(item.due_at))


def _why(item: Item, most: int, clock: Clock) -> Iterator[str]:
    for clause in item.why[:most]:
        yield quoted(clock.words.clause(clause), _REASON)


def _joined(*pieces: str) -> str:
    return " · ".join(filter(None, pieces))
