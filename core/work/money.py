"""Sums of money as people write them: “40k”, “40.000,00 EUR”, “€40,000”, “1.2m USD”. They are decimals throughout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

MOST = Decimal("999999999999.99")
"""What a column of the database holds."""

CURRENCIES = frozenset(
    re.findall(
        "...",
        "AEDARSAUDBGNBRLCADCHFCLPCNYCOPCZKDKKEGPEURGBPHKDHUFIDRILSINRISKJPYKESKRWKZTMADMXNMYRNGN"
        "NOKNZDPENPHPPKRPLNQARRONRSDRUBSARSEKSGDTHBTRYTWDUAHUSDVNDZAR",
    )
)
"""ISO 4217 codes that are known where money is looked for in a line; three letters may mean many things."""

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "euro": "EUR", "euros": "EUR", "dollar": "USD",
          "dollars": "USD", "pound": "GBP", "pounds": "GBP", "franken": "CHF", "us$": "USD"}  # fmt: skip
_TIMES = {"k": 3, "tsd": 3, "thousand": 3, "tausend": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "millionen": 6,
          "bn": 9, "b": 9, "mrd": 9, "billion": 9, "milliarden": 9}  # fmt: skip

_CURRENCY = "|".join((*sorted(map(re.escape, _SIGNS), key=len, reverse=True), *sorted(CURRENCIES)))
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f'’.,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_SUM = re.compile(
    rf"(?<![\w.,#+-])(?:(?P<before>{_CURRENCY})\s?)?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<times>{'|'.join(sorted(_TIMES, key=len, reverse=True))})\b\.?)?"
    rf"(?:\s?(?P<after>{_CURRENCY}))?(?![\w%])(?![.,]\d)",
    re.IGNORECASE,
)
_A_YEAR = re.compile(r"(?:19|20)\d\d")


class NotMoney(ValueError):
    """What was written is no sum of money; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Money:
    """A sum. The currency is an ISO 4217 code, empty where nobody said."""

    value: Decimal
    currency: str = ""

    def __str__(self) -> str:
        """``40,000 EUR``; cents only where there are any."""
        shown = f"{self.value:,.2f}".removesuffix(".00")
        return f"{shown} {self.currency}".rstrip()


def read(text: str) -> Money:
    """The sum that a text is, and nothing else. Raises NotMoney."""
    found = _SUM.fullmatch(text.strip())
    if found is None:
        raise NotMoney(f"“{text.strip()[:40]}” is no sum of money. Write it like `40000 EUR`, `€40,000` or `1.2m USD`.")
    return _money(found)


def find(line: str) -> tuple[Money, str] | None:
    """The sum that a line names, and the line without it; None where none is plainly meant. Raises NotMoney.

    Plainly meant is what has a currency, or a factor such as ``k``, or is a number of four digits that is no year. Of
    several, the first with a currency is taken, else the last.
    """
    sums = [found for found in _SUM.finditer(line) if _plain(found)]
    if not sums:
        return None
    named = [found for found in sums if found["before"] or found["after"]]
    found = named[0] if named else sums[-1]
    rest = f"{line[: found.start()].rstrip()} {line[found.end() :].lstrip()}"
    return _money(found), " ".join(re.sub(r"\(\s*\)", "", rest).split()).strip(" ,;:-")


def code(text: str) -> str:
    """A currency's code, of the code or of its sign; empty for nothing. Raises NotMoney."""
    wanted = text.strip()
    known = _SIGNS.get(wanted.casefold(), wanted.upper())
    if known and not re.fullmatch(r"[A-Z]{3}", known):
        raise NotMoney(f"“{wanted[:20]}” is no currency. Write its code of three letters, such as EUR or USD.")
    return known


def _plain(found: re.Match[str]) -> bool:
    if found["before"] or found["after"] or found["times"]:
        return True
    digits = re.sub(r"\D", "", found["number"])
    return len(digits) >= 4 and not _A_YEAR.fullmatch(found["number"])


def _money(found: re.Match[str]) -> Money:
    value = _value(found["number"])
    if found["times"]:
        value = value.scaleb(_TIMES[found["times"].casefold()])
    if found["before"] and found["after"] and _code(found["before"]) != _code(found["after"]):
        raise NotMoney(f"“{found[0]}” names two currencies.")
    if value != value.quantize(Decimal("0.01")):
        raise NotMoney(f"“{found[0]}” has more than two places after the decimal point.")
    if value > MOST:
        raise NotMoney(f"“{found[0]}” is more than I can keep: at most {MOST:,}.")
    return Money(value.quantize(Decimal("0.01")), _code(found["before"] or found["after"] or ""))


def _code(sign: str) -> str:
    return _SIGNS.get(sign.casefold(), sign.upper())


def _value(number: str) -> Decimal:
    """A number: of two kinds of separators the last is the decimals'; of one kind, its digits tell."""
    plain = re.sub(r"[ \u00a0\u202f'’]", "", number)
    marks = [char for char in plain if char in ".,"]
    if len(set(marks)) == 2:
        decimal = marks[-1]
        plain = plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    elif marks:
        after = len(plain) - plain.rfind(marks[0]) - 1
        thousands = len(marks) > 1 or (after == 3 and not plain.startswith("0"))
        plain = plain.replace(marks[0], "" if thousands else ".")
    return Decimal(plain)
