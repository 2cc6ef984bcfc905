"""What a text claims that can be checked: links, mentions, names, numbers, times, dates, states, negations.

Numbers are the same whether they stand as digits or words, and times whether by 24 or twice 12 hours; “tomorrow” is a
date; in English and German. Whatever is read wrongly is read wrongly in both of the texts that are held against each
other, or refused: nothing that is not understood passes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.briefs.lexicon import COLOUR, COMMON, NEGATIONS, NUMBERS, STATES, UNITS
from core.rendering.links import ADDRESS, links_in

_WEEKDAYS = (
    "monday montag mondays montags", "tuesday dienstag tuesdays dienstags", "wednesday mittwoch wednesdays mittwochs",
    "thursday donnerstag thursdays donnerstags", "friday freitag fridays freitags",
    "saturday samstag sonnabend saturdays samstags", "sunday sonntag sundays sonntags",
)  # fmt: skip
_MONTHS = (
    "january januar jan", "february februar feb", "march märz mar", "april apr", "may mai", "june juni jun",
    "july juli jul", "august aug", "september sep sept", "october oktober oct okt", "november nov",
    "december dezember dec dez",
)  # fmt: skip
_SHORT_WEEKDAYS = ("mon mo", "tue di", "wed mi", "thu do", "fri fr", "sat sa", "sun so")
_WEEKDAY = {name: number for number, row in enumerate(_WEEKDAYS) for name in row.split()}
_WEEKDAY_OF = _WEEKDAY | {name: number for number, row in enumerate(_SHORT_WEEKDAYS) for name in row.split()}
_MONTH = {name: number for number, row in enumerate(_MONTHS, 1) for name in row.split()}
_DAYS = {
    "the day before yesterday": -2, "vorgestern": -2, "yesterday": -1, "gestern": -1, "today": 0, "tonight": 0,
    "heute": 0, "tomorrow": 1, "morgen": 1, "the day after tomorrow": 2, "day after tomorrow": 2, "übermorgen": 2,
}  # fmt: skip


def _any(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_NUMBER = r"\d+(?:[.,'\u2019]\d{3})*(?:[.,]\d+)?"
_COUNT = rf"(?:{_NUMBER}|{_any(NUMBERS)})"
_ONE = r"(?:an?|one|einem|einer|eine|ein)"
_UNIT = rf"(?:{_any(UNITS)})\b"
_MONEY = r"(?:€|\$|£|¥|eur|usd|gbp|chf|euros?|dollars?|pounds?|pfund|franken)"
_SCALE = r"(?:k|m|bn|thousand|million|millionen|billion|tausend|mio\.?|mrd\.?)\b"
_CURRENCY = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "dollar": "USD", "dollars": "USD", "£": "GBP",
    "pound": "GBP", "pounds": "GBP", "pfund": "GBP", "franken": "CHF", "¥": "JPY",
}  # fmt: skip
_SCALES = {"k": 1e3, "t": 1e3, "m": 1e6, "b": 1e9}
_DAY_OF = r"\d{1,2}(?:st|nd|rd|th|\.)?"

# In this order: what is found is taken out of the text before the next is looked for.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("link", ADDRESS),
    ("mention", r"<[@#!][^<>\s]*>|(?<!\w)@[\w.\-]+|(?<!\w)#[^\W\d][\w\-]*|\b[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
    ("ref", r"(?<!\w)#(?P<ref>\d+)\b"),
    ("iso", r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"),
    ("clock", r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?: ?(?P<half>[ap]\.?m\b\.?))?(?: uhr\b)?"),
    ("clock", r"\b(?P<hour>\d{1,2})(?:\.(?P<minute>\d{2}))? ?(?:(?P<half>[ap]\.?m\b\.?)|uhr\b"
              r"(?: (?P<minute2>\d{2})\b)?)"),
    ("clock", r"\b(?P<named>noon|midday|midnight|mittags?|mitternacht)\b"),
    ("date", rf"\b(?P<day>{_DAY_OF}) (?:of )?(?P<month>{_any(_MONTH)})\b\.?(?:,? (?P<year>\d{{4}}))?"),
    ("date", rf"\b(?P<month>{_any(_MONTH)})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}}))?"),
    ("date", r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?"),
    ("ahead", rf"\b(?P<in>in) (?P<count>{_COUNT}|{_ONE}) (?P<unit>{_UNIT})"),
    ("ahead", rf"\b(?P<count>{_COUNT}|{_ONE}) (?P<unit>{_UNIT}) (?P<ago>ago)\b"),
    ("ahead", rf"\b(?P<ago>vor) (?P<count>{_COUNT}|{_ONE}) (?P<unit>{_UNIT})"),
    ("relative", rf"\b(?P<relative>{_any(_DAYS)})\b"),
    ("period", r"\b(?:this|next|last|coming|past|previous|following|diese[rmsn]?|nächste[rmsn]?|letzte[rmsn]?"
               r"|kommende[rmsn]?)"
               rf" (?:week(?:end)?|month|quarter|year|woche(?:nende)?|monat|quartal|jahr|{_any(_WEEKDAY)})s?\b"),
    ("weekday", rf"\b(?P<weekday>{_any(_WEEKDAY)})\b"),
    ("weekday", r"\b(?P<weekday>(?-i:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Di|Mi|Fr|Sa|Do(?=, \d)|So(?=, \d)))\b"),
    ("weekday", r"(?<=fällig )(?P<weekday>(?-i:Do|So))\b"),
    ("part", r"\b(?P<part>mornings?|vormittags?|afternoons?|nachmittags?|evenings?|abends?|nights?|nachts?)\b"),
    ("money", rf"(?P<money>{_MONEY}) ?(?P<count>{_COUNT}) ?(?P<scale>{_SCALE})?"),
    ("money", rf"\b(?P<count>{_COUNT}) ?(?P<scale>{_SCALE})? ?(?P<money>{_MONEY})(?!\w)"),
    ("number", rf"\b(?P<count>{_COUNT}) ?(?P<unit>%|percent\b|prozent\b|{_UNIT})"),
    ("number", rf"\b(?P<count>one|einem|einer|eine|ein) (?P<unit>{_UNIT})"),
    ("number", rf"(?<![\w.])(?P<count>{_COUNT})(?:(?:st|nd|rd|th)\b| ?(?P<scale>{_SCALE}))?(?!\w)"),
)  # fmt: skip
_READ = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS]
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_START = re.compile(r"(?:^|[.!?:…]\s+|\n\s*|[“„\"(\[]|—\s*|–\s+|^\W+)$")


@dataclass(slots=True)
class Claims:
    """What was found in one text.

    Attributes:
        exact: times, amounts, numbers and refs by kind, each in the order in which they stand.
        dates: days that are named, whether as dates or as ``tomorrow``.
        weekdays: those that are named, Monday is 0.
        loose: ``next week``, ``morning``: what must stand there in the same words.
        words: what is left, in lower case, without what was read as one of the above.
        names: those of the words that are written with a capital and could be names, in their order.
        firm: those with a capital that do not begin a sentence, and are no common words.
        odd: characters that belong to no plain text.
    """

    links: frozenset[str] = frozenset()
    mentions: set[str] = field(default_factory=set)
    exact: dict[str, list[str]] = field(default_factory=dict)
    dates: set[date] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    firm: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)
    negations: int = 0
    odd: set[str] = field(default_factory=set)


def claims(text: str, today: date) -> Claims:
    """Everything that a text claims. ``today``: what ``tomorrow`` is reckoned from."""
    found = Claims(links=links_in(text), odd={one for one in text if _is_odd(one)})
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    rest = re.sub(r"[*_~`]", " ", plain) if not found.links else plain
    taken: list[tuple[int, Callable[[], None]]] = []
    for kind, pattern in _READ:
        taken += [(match.start(), _taker(found, kind, match, today)) for match in pattern.finditer(rest)]
        rest = pattern.sub(lambda match: "\x00" * len(match[0]), rest)
    for _, take in sorted(taken, key=lambda one: one[0]):
        take()
    _read_words(found, re.sub(r"[*_~`]", " ", rest))
    return found


def invents(text: str, source: str, today: date) -> str:
    """What a text says that its source does not, in a word for the log; empty for nothing that could be found."""
    new, old = claims(text, today), claims(source, today)
    return next(added(new, old), "")


def added(new: Claims, old: Claims) -> Iterator[str]:
    """Each kind of claim of which there is one more in the new text than in the old one, or another one."""
    known = {*old.words, *(part for word in old.words for part in word.split("-"))}
    more = {
        "link": new.links - old.links,
        "mention": new.mentions - old.mentions,
        "character": new.odd - old.odd,
        "date": bool(new.dates - old.dates) or not all(names_day(old, day) for day in new.weekdays),
        "time of day": new.loose - old.loose,
        "name": set(new.names) - known,
        "state": new.states - old.states,
        "negation": new.negations > old.negations,
        **{kind: set(values) - set(old.exact.get(kind, ())) for kind, values in new.exact.items()},
    }
    yield from (kind for kind, found in more.items() if found)


def names_day(old: Claims, weekday: int) -> bool:
    """Whether a text names a day that is this weekday."""
    return weekday in old.weekdays or weekday in {day.weekday() for day in old.dates}


def _taker(found: Claims, kind: str, match: re.Match[str], today: date) -> Callable[[], None]:
    def take() -> None:
        groups = {name: value.casefold() for name, value in match.groupdict().items() if value}
        try:
            _TAKE[kind](found, groups, match[0].casefold(), today)
        except (ValueError, OverflowError):
            found.exact.setdefault("unreadable", []).append(match[0].casefold())

    return take


def _exact(found: Claims, kind: str, value: str) -> None:
    found.exact.setdefault(kind, []).append(value)


def _clock(found: Claims, groups: dict[str, str], text: str, today: date) -> None:
    if named := groups.get("named"):
        return _exact(found, "time", "0" if named.startswith(("midnight", "mitternacht")) else "720")
    hour, minute = int(groups["hour"]), int(groups.get("minute") or groups.get("minute2") or 0)
    if half := groups.get("half"):
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 24 or minute > 59:
        raise ValueError("no such time")
    return _exact(found, "time", str(hour * 60 + minute))


def _date(found: Claims, groups: dict[str, str], text: str, today: date) -> None:
    month = groups["month"]
    number = int(month) if month.isdecimal() else _MONTH[month]
    day, year = int(re.sub(r"\D", "", groups["day"])), groups.get("year")
    if year:
        found.dates.add(date(int(year), number, day))
        return
    near = [date(today.year + shift, number, day) for shift in (-1, 0, 1)]
    found.dates.add(min(near, key=lambda one: abs((one - today).days)))


def _ahead(found: Claims, groups: dict[str, str], text: str, today: date) -> None:
    """``in two days`` is a date; so many hours or weeks are a number, whose direction counts."""
    count, unit = _value(groups["count"]), UNITS[groups["unit"]]
    sign = -1 if "ago" in groups else 1
    if unit == "day":
        found.dates.add(today + timedelta(days=sign * int(float(count))))
        return
    _exact(found, "span", f"{sign * float(count):g} {unit}")


def _money(found: Claims, groups: dict[str, str], text: str, today: date) -> None:
    currency = groups["money"]
    value = float(_value(groups["count"])) * _SCALES.get(groups.get("scale", "")[:1], 1)
    _exact(found, "money", f"{_CURRENCY.get(currency, currency.upper())} {value:.2f}")


def _number(found: Claims, groups: dict[str, str], text: str, today: date) -> None:
    value = float(_value(groups["count"])) * _SCALES.get(groups.get("scale", "")[:1], 1)
    unit = UNITS.get(groups.get("unit", ""), "%" if groups.get("unit") else "")
    _exact(found, "number", f"{value:g} {unit}".rstrip())


def _value(text: str) -> str:
    """A number without what parts thousands, and with a point."""
    if text in NUMBERS:
        return str(NUMBERS[text])
    if not text[0].isdigit():
        return "1"
    bare = re.sub(r"[.,'](?=\d{3}(?:\D|$))", "", text)
    return bare.replace(",", ".").replace("'", "")


def _part(found: Claims, groups: dict[str, str], text: str, today: date) -> None:
    english = {"vormittag": "morning", "nachmittag": "afternoon", "abend": "evening", "nacht": "night"}
    part = groups["part"].removesuffix("s")
    found.loose.add(english.get(part, part))


_TAKE: dict[str, Callable[[Claims, dict[str, str], str, date], None]] = {
    "link": lambda found, groups, text, today: None,
    "mention": lambda found, groups, text, today: found.mentions.add(text),
    "ref": lambda found, groups, text, today: _exact(found, "ref", groups["ref"]),
    "iso": lambda found, groups, text, today: found.dates.add(date.fromisoformat(groups["iso"])),
    "clock": _clock,
    "date": _date,
    "ahead": _ahead,
    "relative": lambda found, groups, text, today: found.dates.add(today + timedelta(days=_DAYS[groups["relative"]])),
    "period": lambda found, groups, text, today: found.loose.add(text),
    "weekday": lambda found, groups, text, today: found.weekdays.add(_WEEKDAY_OF[groups["weekday"]]),
    "part": _part,
    "money": _money,
    "number": _number,
}


def _read_words(found: Claims, rest: str) -> None:
    for match in _WORD.finditer(rest):
        word = match[0]
        bare = word.removesuffix("'s").casefold()
        found.words.append(bare)
        found.negations += bare in NEGATIONS or bare.endswith("n't")
        if bare in STATES:
            found.states.add(STATES[bare])
        if any(letter.isupper() for letter in word):
            found.names += [bare] if bare not in COLOUR else []
            if bare not in COMMON and not _START.search(rest[: match.start()]):
                found.firm.add(bare)


def _is_odd(one: str) -> bool:
    return unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Cn", "So", "Sk") and one not in "\n"
