"""What a typed task says of itself beside its words: ``call Ben !! ~30m after #12 for goal #3``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.registry import CommandError
from core.work.models import MOST_MINUTES

_DURATION = re.compile(
    r"(?:(?P<hours>\d{1,3}(?:[.,]\d)?) ?(?:h|hours?|std|stunden?))? ?"
    r"(?:(?P<minutes>\d{1,5}) ?(?:m|min|mins|minutes?|minuten?)?)?",
    re.IGNORECASE,
)
_MARKS = (
    ("importance", re.compile(r"(?:^|\s)(?P<value>!{1,2})(?=\s|$)")),
    ("effort", re.compile(r"(?:^|\s)~ ?(?P<value>\d[\d.,]* ?(?:h|hours?|m|mins?|minutes?)?(?:\d\d?m?)?)(?=[\s,;]|$)")),
    ("after", re.compile(r"(?:^|[\s,])after #(?P<value>\d{1,18}(?:(?:,| and|,? und) #\d{1,18})*)(?=[\s,;]|$)", re.I)),
    ("goal", re.compile(r"(?:^|[\s,])(?:for )?goal #?(?P<value>\d{1,18})(?=[\s,;]|$)", re.I)),
    ("energy", re.compile(r"(?:^|\s)(?P<value>low|high) energy(?=[\s,;]|$)", re.I)),
)  # fmt: skip
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Marked:
    """A line without its marks, and what they said."""

    text: str
    values: dict[str, object] = field(default_factory=dict)
    after: tuple[int, ...] = ()


def marked(line: str) -> Marked:
    """Read the marks of a line; a line that is nothing but marks stays as it is. Raises CommandError."""
    rest, found = line, dict[str, str]()
    for name, pattern in _MARKS:
        hit = pattern.search(rest)
        if hit:
            found[name] = hit["value"]
            rest = rest[: hit.start()] + rest[hit.end() :]
    rest = " ".join(rest.split()).strip(" ,;")
    if not rest or not found:
        return Marked(line)
    values: dict[str, object] = {}
    if "importance" in found:
        values["importance"] = 3 + len(found["importance"])
    if "effort" in found:
        values["effort_minutes"] = minutes(found["effort"])
    if "goal" in found:
        values["goal_id"] = int(found["goal"])
    if "energy" in found:
        values["energy"] = found["energy"].casefold()
    return Marked(rest, values, numbers(found.get("after", "")))


def numbers(text: str) -> tuple[int, ...]:
    """The numbers that a text names, each once, in their order."""
    return tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(text) if len(number) < 19))


def minutes(text: str) -> int:
    """A length of time such as ``45``, ``30m``, ``1h30`` or ``1.5 h``, in minutes. Raises CommandError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not (found["hours"] or found["minutes"]):
        raise CommandError("How long? Write it like `30m`, `2h` or `1h30`.", "change")
    whole = round(float((found["hours"] or "0").replace(",", ".")) * 60) + int(found["minutes"] or 0)
    if not 1 <= whole <= MOST_MINUTES:
        raise CommandError("A task takes from one minute to ten days (240 hours).", "change")
    return whole


def in_short(length: int) -> str:
    """Minutes as people write them: ``45 min``, ``2 h``, ``1 h 30 min``."""
    hours, rest = divmod(length, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )
