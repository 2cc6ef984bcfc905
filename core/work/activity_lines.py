"""What a line on something that happened says: what it was, with whom, when, and what about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.registry import CommandError
from core.work.contacts import LONGEST_TEXT, Happened
from core.work.days import PAST, full_months, past
from core.work.lines import short


@dataclass(frozen=True, slots=True)
class SaidActivity:
    """What a line says of something that happened.

    Attributes:
        who: with whom, as it is written.
        text: what it was about; empty where nobody said.
    """

    kind: Happened
    who: str
    happened_at: datetime
    text: str = ""


_KINDS: Mapping[str, Happened] = {
    "call": "call", "called": "call", "phoned": "call", "rang": "call", "spoke": "call", "talked": "call",
    "telefoniert": "call", "angerufen": "call", "gesprochen": "call", "anruf": "call", "telefonat": "call",
    "meeting": "meeting", "met": "meeting", "lunch": "meeting", "visit": "meeting", "coffee": "meeting",
    "getroffen": "meeting", "treffen": "meeting", "termin": "meeting", "demo": "meeting",
    "email": "email", "e-mail": "email", "mail": "email", "mailed": "email", "emailed": "email",
    "message": "message", "messaged": "message", "chat": "message", "wrote": "message", "nachricht": "message",
    "note": "note", "notiz": "note",
}  # fmt: skip
_HEAD = re.compile(r"([^:;\n]*)([:;\n]?)(.*)", re.DOTALL)
_LOGGED = re.compile(
    rf"(?:(?:a |an |the |ein(?:en?)? )?(?P<kind>{'|'.join(sorted(_KINDS, key=len, reverse=True))})\s+)?"
    r"(?:with|to|from|on|about|mit|an|von|zu)\s+"
    rf"(?P<who>[^:,;\n]+?)(?:[,\s]+(?P<when>{PAST}))?\s*(?:[:,;\n]\s*(?P<text>.*)|[.!]?)",
    re.IGNORECASE | re.DOTALL,
)
SPOKEN = (
    r"(?P<text>i(?:'ve|’ve| have)? (?:just |today |yesterday )?"
    r"(?:spoke|spoken|talked|called|phoned|met|mailed|emailed|messaged)(?: (?:with|to))? \w[^:,;?\n]{1,60}[:,] .+)",
    r"(?P<text>(?:i )?(?:just )?had a (?:call|meeting|chat|coffee|lunch) with \w[^:,;?\n]{1,60}[:,] .+)",
    r"(?P<text>ich habe? [^:,;?\n]{2,80} (?:gesprochen|telefoniert|getroffen|angerufen)[:,] .+)",
)
"""Free text that plainly tells of having been in touch with somebody."""
_TOLD = re.compile(
    r"(?:i(?:'ve|’ve| have)? )?(?:just )?(?P<early>today |yesterday )?(?:had (?:a |an )?)?"
    rf"(?P<kind>{'|'.join(sorted(_KINDS, key=len, reverse=True))}|spoken)(?: (?:with|to))? "
    rf"(?P<who>[^:,;\n]+?)(?:[,\s]+(?P<when>{PAST}))?\s*[:,]\s*(?P<text>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ERZAEHLT = re.compile(
    rf"ich habe? (?:(?P<when>{PAST}) )?(?:mit )?(?P<who>[^:,;\n]+?) "
    r"(?P<kind>gesprochen|telefoniert|getroffen|angerufen)[:,]\s*(?P<text>.+)",
    re.IGNORECASE | re.DOTALL,
)


def activity(line: str, now: datetime, zone: ZoneInfo) -> SaidActivity:
    """``call with Ana Pohl yesterday: she wants the offer``, or the same in a sentence. Raises CommandError."""
    head, mark, tail = _HEAD.fullmatch(line.strip()).groups()  # type: ignore[union-attr]  # it matches anything
    text = f"{full_months(head)}{mark}{tail}"
    for pattern in (_ERZAEHLT, _LOGGED, _TOLD):
        found = pattern.fullmatch(text)
        if found is None:
            continue
        groups = found.groupdict()
        when = (groups.get("when") or groups.get("early") or "").strip()
        at = (past(when, now, zone) if when else None) or now
        kind = _KINDS.get((groups.get("kind") or "note").casefold(), "call")
        told = (groups.get("text") or "").strip()
        if len(told) > LONGEST_TEXT:
            raise CommandError(f"What happened has at most {LONGEST_TEXT} characters.", "log")
        return SaidActivity(kind, short("who", found["who"].strip(" ."), "log"), at, told)
    raise CommandError("With whom? Write it like `log call with Ana Pohl: she wants the offer`.", "log")
