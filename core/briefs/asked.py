"""What others asked the reader in channels and that waits for an answer: whether it asks, and how a line says it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.briefs.alike import covered
from core.briefs.found import Found, FoundAsk
from core.briefs.models import Item
from core.conversation.mentions import MENTION
from core.notes import cues
from core.notes.finding import WISH, due
from core.notes.grams import tokens
from core.notes.showing import short
from core.notes.sources import SENTENCE

AFTER = timedelta(hours=3)
"""How long a question waits before a brief tells of it."""
WITHIN = timedelta(days=14)
"""How old it is at most: what has waited longer is not waited for any more."""
MOST = 3
_SOON = timedelta(days=2)
_LIKELY = 0.6  # that a sentence tells its reader to do something: "Send Ben the figures."
_READ = 2_000  # characters of a message
_LEFT_OUT = re.compile(r"```.*?(?:```|\Z)|^[ \t]*>.*$", re.DOTALL | re.MULTILINE)
_ADDRESS = re.compile(r"\bhttps?://\S+")
_BEFORE = re.compile(r"^(?:(?:hi|hey|hello|hallo|moin)\b)?[\s,:;.!–-]*", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:by|until|before|due|bis)\b", re.IGNORECASE)


def open_asks(found: Found, at: datetime, zone: ZoneInfo, name: str, hide: Collection[str]) -> list[Item]:
    """What waits, what is due soon first, then what waits for longest.

    Args:
        found: what the reader may see.
        at: the moment of the brief.
        zone: the reader's, in which ``by Friday`` is meant.
        name: the reader's.
        hide: the refs of what is not to be shown; a note that was made of a message counts as the message.
    """
    told = {note.ref for note in found.notes} | set(hide)
    items = [
        item
        for one in found.asked
        if one.ref not in hide and told.isdisjoint(f"note:{id}" for id in one.notes)
        if (item := _item(one, zone, name)) and not _is_a_task(item, found)
    ]
    items.sort(key=lambda item: (item.due_at is None or item.due_at > at + _SOON, item.due_at or item.at, item.ref))
    return items[:MOST]


def _item(one: FoundAsk, zone: ZoneInfo, name: str) -> Item | None:
    """The sentence that asks; None for a message that mentions the reader and asks nothing."""
    sentence = next(_asking(one.text[:_READ], one.names, name), "")
    if not sentence:
        return None
    until = _UNTIL.search(sentence)
    due_at = due(sentence[until.start() :].rstrip("?! "), one.said_at, zone) if until else None
    return Item(ref=one.ref, text=short(sentence), who=one.speaker, at=one.said_at, due_at=due_at, link=one.link)


def _is_a_task(item: Item, found: Found) -> bool:
    wanted = WISH.sub("", item.text)
    return any(covered(wanted, task.text) for task in found.tasks)


def _asking(text: str, names: Mapping[str, str], name: str) -> Iterator[str]:
    """The sentences that ask something, without whom they speak to."""

    def named(found: re.Match[str]) -> str:
        known = names.get(found[1], "somebody")
        return f"@{known}" if known else ""

    for sentence in SENTENCE.split(MENTION.sub(named, _LEFT_OUT.sub("\n", text))):
        plain = " ".join(sentence.split())
        if name:
            plain = re.sub(rf"@{re.escape(name)}(?!\w)", "", plain, flags=re.IGNORECASE)
        plain = " ".join(_BEFORE.sub("", _BEFORE.sub("", plain)).split())
        if any(letter.isalpha() for letter in plain) and _asks(plain):
            yield plain[:1].upper() + plain[1:]


def _asks(sentence: str) -> bool:
    if "?" in _ADDRESS.sub("", sentence) or WISH.search(sentence):
        return True
    given_away = cues.found(tokens(sentence), sentence[: cues.LONGEST])
    return max(given_away.get("request", 0.0), given_away.get("told", 0.0)) >= _LIKELY
