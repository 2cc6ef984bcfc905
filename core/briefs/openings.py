"""What a brief says before and after its lines: the day in a sentence, and one suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.briefs.day import Day
from core.briefs.models import BriefKind, Facts, Gap, Missed, Priority
from core.briefs.saying import Clock, length, quoted, total

_TITLE = 40
_GAPS = 3
_CLASHES = 2
_GOOD_DAY = 3  # things done


def opening(facts: Facts, clock: Clock) -> str:
    """One or two sentences under the title."""
    words = clock.words
    missed = " ".join(_missed(one, clock) for one in facts.missed)
    if facts.model_copy(update={"missed": ()}).empty:
        return " ".join(filter(None, (words.nothing[facts.kind], missed)))
    counted = ", ".join(_counted(facts, clock))
    first = f"{clock.date(facts.local_date)}: {counted}." if counted else f"{clock.date(facts.local_date)}."
    return " ".join(filter(None, (first, _progress(facts, clock), missed)))


def _counted(facts: Facts, clock: Clock) -> Iterator[str]:
    """What the day is made of."""
    sections = {
        BriefKind.MORNING: ("priorities", "meetings", "asks"),
        BriefKind.AFTERNOON: ("done", "slipped", "asks"),
        BriefKind.EVENING: ("done", "commitments"),
    }
    for section in sections[facts.kind]:
        said = {one.ref for one in facts.priorities} if section in ("slipped", "asks") else set()
        if number := sum(one.ref not in said for one in getattr(facts, section)):
            yield clock.words.count(number, section)


def _progress(facts: Facts, clock: Clock) -> str:
    """How far the three are, of the afternoon."""
    if facts.kind is not BriefKind.AFTERNOON or not facts.priorities:
        return ""
    done = {one.ref for one in facts.done}
    number, all_ = sum(one.ref in done for one in facts.priorities), len(facts.priorities)
    which = "all" if number == all_ else "some" if number else "none"
    open_ = clock.words.count(all_ - number, "priorities")
    return clock.words.progress[which].format(done=number, all=all_, open=open_)


def _missed(one: Missed, clock: Clock) -> str:
    return clock.words.missed.format(kind=clock.words.kinds[one.kind], day=clock.date(one.local_date))


def day_in_short(facts: Facts, clock: Clock) -> str:
    """What stands before the meetings: what clashes, and what is free. In the evening, tomorrow's first meeting."""
    if facts.empty:
        return ""
    evening = facts.kind is BriefKind.EVENING
    said = [_first(facts, clock)] if evening and (facts.meetings or facts.gaps) else []
    said += [clock.words.clash.format(**pair) for pair in _clashes(facts, clock)]
    if facts.gaps:
        spans = [clock.span(gap) for gap in facts.gaps[:_GAPS]]
        said.append(clock.words.free.format(gaps=f"{', '.join(spans)} ({length(total(facts.gaps), clock.words)})"))
    elif not evening and any(not one.all_day for one in facts.meetings):
        said.append(clock.words.no_gaps)
    return " ".join(said)


def _first(facts: Facts, clock: Clock) -> str:
    begins = Day(facts.next_day or facts.local_date, clock.zone).begins
    # What goes on over midnight is no first meeting of the day, unless there is no other.
    timed = sorted((one for one in facts.meetings if not one.all_day), key=lambda one: one.starts_at <= begins)
    first = next(iter(timed), None)
    if first is None:
        return clock.words.no_meeting
    return clock.words.first_meeting.format(title=quoted(first.title, _TITLE), when=clock.time(first.starts_at))


def _clashes(facts: Facts, clock: Clock) -> Iterator[dict[str, str]]:
    """Pairs of meetings that overlap, each once."""
    by_ref = {one.ref: one for one in facts.meetings}
    pairs = [
        (one, by_ref[other])
        for number, one in enumerate(facts.meetings)
        for other in one.clashes
        if other in by_ref and facts.meetings.index(by_ref[other]) > number
    ]
    for one, other in pairs[:_CLASHES]:
        when = clock.time(max(one.starts_at, other.starts_at))
        yield {"one": quoted(one.title, _TITLE), "other": quoted(other.title, _TITLE), "when": when}


def closing(facts: Facts, clock: Clock) -> str:
    """One suggestion, the most useful that the facts hold; empty for none."""
    if facts.kind is BriefKind.EVENING:
        return clock.words.rest if len(facts.done) >= _GOOD_DAY else ""
    if fit := _fit(facts):
        gap, one = fit
        return clock.words.fits.format(gap=clock.span(gap), text=quoted(one.text, _TITLE))
    if pair := next(_clashes(facts, clock), None):
        return clock.words.suggest_clash.format(**pair)
    if facts.moves:
        first = facts.moves[0]
        return clock.words.suggest_move.format(text=quoted(first.text, _TITLE), when=clock.moment(first.until))
    return ""


def _fit(facts: Facts) -> tuple[Gap, Priority] | None:
    """The first gap that holds the weightiest priority that is open and whose length is known, before that is due."""
    done = {one.ref for one in facts.done}
    for one in facts.priorities:
        for gap in facts.gaps if one.ref not in done and one.minutes else ():
            ends_at = gap.starts_at + timedelta(minutes=one.minutes or 0)
            in_time = one.due_at is None or one.due_at <= facts.at or ends_at <= one.due_at
            if ends_at <= gap.ends_at and in_time:
                return gap, one
    return None
