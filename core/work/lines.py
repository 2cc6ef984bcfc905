"""What a line on a contact or a company says: each part shows by its form what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.registry import CommandError
from core.work.contacts import LONGEST, LONGEST_TEXT
from core.work.days import exact, full_months, month_of

EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+\.[^\s@<>,;:\"()\[\]]{2,}")
_PHONE = re.compile(r"(?:tel|phone|fon|mobile?|handy)?[:.]?\s*(\+?[\d][\d\s()./-]{4,30}\d)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,})/?", re.IGNORECASE)
_TITLE = re.compile(
    r"\b(?:c[a-z]o|vp|svp|evp|head|lead|leader|leiter(?:in)?|leitung|manager(?:in)?|director|direktor(?:in)?|founder"
    r"|gründer(?:in)?|owner|inhaber(?:in)?|partner(?:in)?|president|chair(?:man|woman)?|engineer|ingenieur(?:in)?"
    r"|developer|entwickler(?:in)?|designer(?:in)?|analyst(?:in)?|consultant|berater(?:in)?|architect|architekt(?:in)?"
    r"|assistant|assistenz|sales|vertrieb|einkäufer(?:in)?|buyer|purchasing|geschäftsführer(?:in)?|vorstand|prokurist(?:in)?"
    r"|officer|specialist|coordinator|editor|lawyer|counsel|professor(?:in)?|secretary|chief|procurement|marketing)\b",
    re.IGNORECASE,
)
_AT = re.compile(r"(?P<title>.+?)\s+(?:at|bei|@)\s+(?P<company>.+)", re.IGNORECASE)
_EVERY = re.compile(r"(?:every|alle)\s+(?:(\d{1,3})\s+)?(day|tag|week|woche|month|monat)\w*", re.IGNORECASE)
_DAYS_OF = {"d": 1, "t": 1, "w": 7, "m": 30}
_BIRTHDAY = re.compile(r"(?:birthday|born|geburtstag|geboren)[:\s]+(?:on |am )?(?P<day>.+)", re.IGNORECASE)
_WHOSE = "Whose contact is it? Begin with the name: `contact Ana Pohl, Acme, ana@acme.com`."
_NO_BIRTHDAY = "I did not understand the birthday. Write it like `birthday 3 May` or `1980-05-03`."
_PRIVATE = ("private", "privat", "only me", "nur ich")


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says of somebody.

    Attributes:
        fields: by the names of ``Contact.writable``, but for the company.
        company: its name; empty where none is said.
        shared: whether it is for the team.
    """

    fields: Mapping[str, object]
    company: str = ""
    shared: bool = True

    @property
    def only_a_name(self) -> bool:
        """Whether nothing but a name is said, as of somebody who is looked for."""
        return set(self.fields) == {"name"} and not self.company and self.shared


def contact(line: str) -> Said:
    """``Ana Pohl, Acme, ana@acme.com, +49 30 1234, CTO``: what each part is, it shows itself. Raises CommandError."""
    fields: dict[str, object] = {}
    found = EMAIL.search(line)
    if found:
        fields["email"] = found[0]
        line = f"{line[: found.start()]},{line[found.end() :]}"
    shared, parts = _parts(line)
    rest = []
    for part in parts:
        known = _known_part(part)
        fields |= known or {}
        if known is None:
            rest.append(part)
    if not rest:
        raise CommandError(_WHOSE, "contact")
    name, company = rest[0], _of_work(rest[1:], fields)
    return Said(checked({"name": name, **fields}, "contact"), short("company", company, "contact"), shared)


def _parts(line: str) -> tuple[bool, list[str]]:
    """Whether a line is for the team, and its other parts."""
    parts = [part for part in (part.strip(" <>\t") for part in re.split(r"[,;\n]", line)) if part]
    others = [part for part in parts if part.casefold() not in _PRIVATE]
    return len(others) == len(parts), others


def _of_work(parts: Sequence[str], fields: dict[str, object]) -> str:
    """The company among what is said after a name; the title and what is left over become fields."""
    company, about = "", []
    for part in parts:
        at = _AT.fullmatch(part)
        if at is not None and "title" not in fields and not company:
            fields["title"], company = at["title"], at["company"]
        elif "title" not in fields and (company or _TITLE.search(part)):
            fields["title"] = part
        elif not company:
            company = part
        else:
            about.append(part)
    if about:
        fields["about"] = ", ".join(about)
    return company


def _known_part(part: str) -> dict[str, object] | None:
    """A part that shows by its form what it is."""
    if (phone := _PHONE.fullmatch(part)) is not None:
        return {"phone": phone[1]}
    if _EVERY.fullmatch(part) is not None:
        return {"rhythm_days": rhythm(part)}
    if (birthday := _BIRTHDAY.fullmatch(part)) is not None:
        return {"birthday": birthday_of(birthday["day"])}
    return None


def rhythm(text: str) -> int:
    """How many days ``every 2 weeks`` means. Raises CommandError."""
    found = _EVERY.fullmatch(text.strip()) or _EVERY.fullmatch(f"every {text.strip()}")
    days = int(found[1] or 1) * _DAYS_OF[found[2][0].casefold()] if found else 0
    if not 1 <= days <= 3_650:
        raise CommandError("How often? Write it like `every 2 weeks` or `every month`.", "contact")
    return days


def birthday_of(text: str) -> date:
    """A day of birth; without a year, in 1904, which is a leap year and nobody's here. Raises CommandError."""
    words = full_months(text.strip()).casefold()
    found = exact(words)
    named = _NAMED_DAY.fullmatch(words)
    numbers = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.?", words)
    try:
        if found is None and numbers:
            found = date(NO_YEAR, int(numbers[2]), int(numbers[1]))
        if found is None and named:
            day, month, year = (named[1], named[2], named[3]) if named[1] else (named[5], named[4], named[6])
            number = month_of(month)
            found = date(int(year or NO_YEAR), number, int(day)) if number else None
    except ValueError:
        found = None
    if found is None:
        raise CommandError(
            "I did not understand the birthday. Write it like `birthday 3 May` or `1980-05-03`.", "contact"
        )
    return found


_NAMED_DAY = re.compile(
    r"(\d{1,2})(?:\.|st|nd|rd|th)? (?:of )?(\w+)(?:,? (\d{4}))?|(\w+) (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?"
)
NO_YEAR = 1904
"""The year of birthdays whose year nobody said."""


def company(line: str) -> Said:
    """``Acme, acme.com, makes rockets``. Raises CommandError."""
    fields: dict[str, object] = {}
    rest: list[str] = []
    shared, parts = _parts(line)
    for part in parts:
        domain = _DOMAIN.fullmatch(part)
        if domain is not None and rest and "domain" not in fields:
            fields["domain"] = domain[1].casefold()
        else:
            rest.append(part)
    if not rest:
        raise CommandError("Which company? Begin with its name: `company Acme, acme.com`.", "company")
    fields["name"] = rest[0]
    if rest[1:]:
        fields["about"] = ", ".join(rest[1:])
    return Said(checked(fields, "company"), "", shared)


_LIMITS = {"about": LONGEST_TEXT}


def checked(fields: Mapping[str, object], command: str) -> dict[str, object]:
    """The same fields, of which none is too long. Raises CommandError."""
    for name, value in fields.items():
        most = _LIMITS.get(name, LONGEST)
        if isinstance(value, str) and len(value) > most:
            raise CommandError(f"{name.replace('_', ' ').capitalize()} has at most {most} characters.", command)
    return dict(fields)


def short(name: str, text: str, command: str) -> str:
    """The same text, which is not too long. Raises CommandError."""
    return str(checked({name: text}, command)[name])
