"""vCards 2.1, 3.0 and 4.0 as rows: each card by itself, so that a bad one spoils no other."""

from __future__ import annotations

import logging
import quopri
import re
from collections.abc import Iterator, Sequence

import vobject
from vobject.base import Component

from core.work.reading import Row, Wrong

# The library writes what it cannot read, which is people's own, to the log.
logging.getLogger("vobject").setLevel(logging.CRITICAL)

_BEGIN = re.compile(r"\s*BEGIN:VCARD\s*", re.IGNORECASE)
_END = re.compile(r"\s*END:VCARD\s*", re.IGNORECASE)
_NAME = re.compile(r"(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z-]+)(?P<params>[^:]*):(?P<value>.*)", re.DOTALL)
# What is read; pictures and the rest would only cost time, and may be broken.
_READ = frozenset("VERSION FN N ORG EMAIL TEL TITLE ROLE NOTE BDAY UID".split())  # noqa: SIM905  (a list of words)
_QUOTED = re.compile(r"ENCODING=QUOTED-PRINTABLE|;QUOTED-PRINTABLE", re.IGNORECASE)
_CHARSET = re.compile(r"CHARSET=\"?([\w-]+)", re.IGNORECASE)


class VobjectCards:
    """Implements ``core.work.reading.CardReader``."""

    def read(self, text: str) -> Iterator[Row | Wrong]:
        """Each card as a row, or what is wrong with it."""
        card: list[str] = []
        began = 0
        for number, line in enumerate(text.split("\n"), 1):
            if _BEGIN.fullmatch(line):
                if began:
                    yield _cut_off(began)
                began, card = number, []
            elif _END.fullmatch(line) and began:
                yield _read(card, began)
                began = 0
            elif began:
                card.append(line)
        if began:
            yield _cut_off(began)


def _cut_off(line: int) -> Wrong:
    return Wrong(line, "the card has no end", "Add the line END:VCARD, or export it again.")


def _read(card: Sequence[str], line: int) -> Row | Wrong:
    kept = "\r\n".join(_lines(card))
    try:
        found = vobject.readOne(f"BEGIN:VCARD\r\n{kept}\r\nEND:VCARD\r\n", ignoreUnreadable=True, validate=False)
        values = _values(found)
    except Exception:  # whatever a stranger's card makes the library do
        return Wrong(line, "the card cannot be read", "Export it again as vCard 3.0 or 4.0.")
    return Row(line, values)


def _lines(card: Sequence[str]) -> Iterator[str]:
    """The properties that are read, each on one line, in plain letters."""
    for whole in _unfolded(card):
        found = _NAME.fullmatch(whole)
        if found is None or found["name"].upper() not in _READ:
            continue
        value, params = found["value"], found["params"]
        if _QUOTED.search(params):
            charset = _CHARSET.search(params)
            raw = quopri.decodestring(value.encode("utf-8", "replace"))
            value = raw.decode(charset[1] if charset else "utf-8", "replace").replace("\r\n", "\n").replace("\n", "\\n")
        yield f"{found['name'].upper()}:{value}"


def _unfolded(card: Sequence[str]) -> Iterator[str]:
    """Properties on one line each: a line that begins with a space goes on, and so does one that ends quoted."""
    whole = ""
    for line in card:
        if line[:1] in (" ", "\t"):
            whole += line[1:]
        elif whole.endswith("=") and _QUOTED.search(whole.partition(":")[0]):
            whole = f"{whole[:-1]}{line}"
        else:
            if whole:
                yield whole
            whole = line
    if whole:
        yield whole


def _values(card: Component) -> dict[str, str]:
    contents = card.contents

    def first(name: str) -> str:
        found = contents.get(name, [])
        value = found[0].value if found else ""
        if isinstance(value, list):
            value = value[0] if value else ""
        return " ".join(str(value).split()) if name != "note" else str(value).strip()

    values = {
        "name": first("fn") or first("n"),
        "email": first("email"),
        "phone": first("tel"),
        "company": first("org"),
        "title": first("title") or first("role"),
        "about": first("note"),
        "birthday": first("bday"),
        "key": first("uid").removeprefix("urn:uuid:"),
    }
    return {name: value for name, value in values.items() if value}
