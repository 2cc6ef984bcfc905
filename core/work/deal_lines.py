"""What a line on a deal says: its worth, its stage, when it closes, what comes next, and in the rest its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.work import money
from core.work.days import to_come
from core.work.deals import Stage
from core.work.lines import checked, short


@dataclass(frozen=True, slots=True)
class SaidDeal:
    """What a line says of a deal.

    Attributes:
        number: which it is about; None for a new one, or one that is named.
        name: as far as one is said.
        fields: by the names of ``Deal.writable``, without the name.
    """

    number: int | None
    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
    shared: bool = True


_STAGES = {
    **{stage.value: stage for stage in Stage}, "qualification": Stage.QUALIFIED, "offer": Stage.PROPOSAL,
    "angebot": Stage.PROPOSAL, "verhandlung": Stage.NEGOTIATION, "gewonnen": Stage.WON, "verloren": Stage.LOST,
    "qualifiziert": Stage.QUALIFIED, "negotiating": Stage.NEGOTIATION,
}  # fmt: skip
_STAGE = re.compile(rf"(?:\b(?:is|stage|now|in|ist|stufe)\s+)?\b(?P<stage>{'|'.join(_STAGES)})\b", re.IGNORECASE)
_CLOSES = re.compile(
    r",?\s*\b(?:closes|closing|close|expected|schließt|abschluss|due)\b(?:\s+(?:on|by|am|bis|zum))?:?\s+(?P<when>.+?)"
    r"(?=,|;|\s+(?:next|dann|nächster schritt)\b|$)",
    re.IGNORECASE,
)
_NEXT = re.compile(r",?\s*\b(?:next(?: step)?|nächster schritt)\b:?\s+(?P<step>.+)$", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"#?(\d{1,18})(?:\s+(?P<rest>.*))?", re.DOTALL)


def stage_of(text: str) -> Stage | None:
    """The stage that a word names, in English or German; None for none."""
    return _STAGES.get(text.strip().casefold())


def deal(line: str, now: datetime, zone: ZoneInfo) -> SaidDeal:
    """``Acme rollout 40000 EUR negotiation closes 30 Nov`` or ``3 won``. Raises CommandError."""
    numbered = _NUMBER.fullmatch(line.strip())
    number, rest = (int(numbered[1]), numbered["rest"] or "") if numbered else (None, line.strip())
    fields: dict[str, object] = {}
    shared, rest = _unmarked(rest)
    rest = _next_step(rest, fields)
    rest = _closing_day(rest, fields, now, zone)
    rest = _worth(rest, fields)
    stages = list(_STAGE.finditer(rest))
    if stages:
        found = stages[-1]
        fields["stage"] = _STAGES[found["stage"].casefold()]
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    name = " ".join(rest.replace(" ,", ",").split()).strip(" ,;:-")
    return SaidDeal(number, short("name", name, "deal"), checked(fields, "deal"), shared)


def _unmarked(text: str) -> tuple[bool, str]:
    """Whether it is for the team, and the text without the word that says otherwise."""
    found = re.search(r",\s*(?:private|privat)\s*$", text, re.IGNORECASE)
    return (False, text[: found.start()]) if found else (True, text)


def _next_step(rest: str, fields: dict[str, object]) -> str:
    found = _NEXT.search(rest)
    if found is None:
        return rest
    fields["next_step"] = " ".join(found["step"].split())
    return rest[: found.start()]


def _closing_day(rest: str, fields: dict[str, object], now: datetime, zone: ZoneInfo) -> str:
    found = _CLOSES.search(rest)
    if found is None:
        return rest
    words = found["when"].split()
    for count in range(len(words), 0, -1):
        day = to_come(" ".join(words[:count]), now, zone)
        if day is not None:
            fields["closes_on"] = day
            return f"{rest[: found.start()]} {' '.join(words[count:])} {rest[found.end() :]}"
    raise CommandError(
        f"I did not understand when it closes: “{found['when'][:40]}”. Write `closes 30 November`.", "deal"
    )


def _worth(rest: str, fields: dict[str, object]) -> str:
    try:
        found = money.find(rest)
    except money.NotMoney as error:
        raise CommandError(str(error), "deal") from None
    if found is None:
        return rest
    fields |= {"value": found[0].value}
    if found[0].currency:
        fields["currency"] = found[0].currency
    return found[1]
