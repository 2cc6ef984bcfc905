"""What speaks for a priority, in short clauses of plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from types import MappingProxyType

from core.briefs.candidates import Candidate
from core.briefs.terms import OVERRUN, Moment

MOST = 4
_LEAST = 0.015  # of the score: what gives less is not worth a clause
_NO_TIMES = (time(0), time(23, 59))  # a day, and no time of it
_EXCERPT = 60
_NAME = 24  # a deal's: what it is worth and when it closes are never cut off for it


def reasons(
    one: Candidate, moment: Moment, parts: Mapping[str, float], holds_up: Candidate | None = None
) -> tuple[str, ...]:
    """At most four clauses, the weightiest first.

    Args:
        one: the candidate.
        moment: when and among what it was looked at.
        parts: what each term gave to its score.
        holds_up: what waits for it and most speaks for it.
    """
    said = [(part, _CLAUSES[name](one, moment, holds_up)) for name, part in parts.items() if name in _CLAUSES]
    weighty = sorted((clause for clause in said if clause[1] and clause[0] >= _LEAST), key=lambda clause: -clause[0])
    return tuple(dict.fromkeys(words for _, words in weighty))[:MOST]


def _urgency(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    if one.due_at is None:
        return ""
    late = one.due_at <= moment.at
    when = _on(moment.day(one.due_at), moment.today)
    at = one.due_at.astimezone(moment.zone).time().replace(second=0, microsecond=0)
    hour = f" at {at:%H:%M}" if at not in _NO_TIMES and abs((moment.day(one.due_at) - moment.today).days) < 7 else ""
    words = f"{'was due' if late else 'due'} {when}{hour}"
    if not late and one.effort_minutes and _scarce(one, one.due_at, moment):
        return f"{words}, and takes {duration(one.effort_minutes)}"
    return words


def _scarce(one: Candidate, due: datetime, moment: Moment) -> bool:
    """Whether what it takes is most of the free time that is left."""
    return (one.effort_minutes or 0) * OVERRUN * 2 > moment.minutes_until(due)


def _importance(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    if one.importance is not None and one.importance >= 4 and not one.guessed:
        return "you said that it is very important" if one.importance == 5 else "you said that it is important"
    return f"serves the goal “{_short(one.goal)}”" if one.goal and one.goal_importance >= 3 else ""


def _waits(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    if not one.who:
        return ""
    days = (moment.today - moment.day(one.waiting_since)).days if one.waiting_since else 0
    since = " since yesterday" if days == 1 else f" for {days} days" if days > 1 else ""
    return f"{one.who} has waited for it{since}" if days > 0 else f"{one.who} waits for it"


def _promise(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    if not one.promised:
        return ""
    return f"promised to {one.who}" if one.who else "you promised it"


def _deal(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    if not one.deal_stage:
        return ""
    value = f"{one.deal_value:,.0f} {one.deal_currency}".strip() if one.deal_value is not None else ""
    marks = ", ".join(filter(None, (value, one.deal_stage)))
    words = f"deal {_short(one.deal_name, _NAME)} ({marks})" if one.deal_name else f"a deal ({marks})"
    if one.deal_closes_on is None:
        return words
    late = one.deal_closes_on < moment.today
    return f"{words} {'was to close' if late else 'closes'} {_on(one.deal_closes_on, moment.today)}"


def _unblocks(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    if holds_up is not None:
        return f"holds up “{_short(holds_up.text)}”"
    if one.unblocks:
        return "another thing waits for it" if one.unblocks == 1 else f"{one.unblocks} other things wait for it"
    return ""


def _effort(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    quick = one.effort_minutes is not None and one.effort_minutes <= 30
    return f"takes {duration(one.effort_minutes)}" if quick and one.effort_minutes else ""


def _energy(one: Candidate, moment: Moment, holds_up: Candidate | None) -> str:
    morning = moment.at.astimezone(moment.zone).hour < 12
    return "needs a clear head, and it is morning" if one.energy == "high" and morning else ""


_CLAUSES: Mapping[str, Callable[[Candidate, Moment, Candidate | None], str]] = MappingProxyType({
    "urgency": _urgency,
    "importance": _importance,
    "waits": _waits,
    "promise": _promise,
    "deal": _deal,
    "unblocks": _unblocks,
    "effort": _effort,
    "energy": _energy,
})  # fmt: skip


def duration(minutes: int) -> str:
    """``45 minutes``, ``1 hour``, ``2½ hours``."""
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    halves = round(minutes / 30)
    number = f"{halves // 2}{'½' if halves % 2 else ''}"
    return f"{number} hour{'' if number == '1' else 's'}"


def _on(day: date, today: date) -> str:
    """A day as one says it today."""
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    if 1 < days < 7:
        return f"on {day:%A}"
    return f"on {day:%A}, {day.day} {day:%B}" if days > 0 else f"on {day.day} {day:%B}, {-days} days ago"


def _short(text: str, most: int = _EXCERPT) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"
