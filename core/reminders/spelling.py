"""How times are written, in English and German: one expression whose groups say what stands where."""

from __future__ import annotations

import re

PARTS = ("morning", "früh", "vormittag", "noon", "mittag", "afternoon", "nachmittag", "evening", "abend", "night")
WEEKDAYS = (
    "monday montag mon", "tuesday dienstag tue tues", "wednesday mittwoch wed", "thursday donnerstag thu thur thurs",
    "friday freitag fri", "saturday samstag sonnabend", "sunday sonntag",
)  # fmt: skip
MONTHS = (
    "january januar", "february februar", "march märz", "april", "may mai", "june juni", "july juli", "august",
    "september", "october oktober", "november", "december dezember",
)  # fmt: skip
SHORT_MONTHS = ("jan", "feb", "mar mär mrz", "apr", "", "jun", "jul", "aug", "sep sept", "oct okt", "nov", "dec dez")
_COUNTS = (
    "a an one ein eine einer einem", "two zwei", "three drei", "four vier", "five fünf", "six sechs", "seven sieben",
    "eight acht", "nine neun", "ten zehn", "eleven elf", "twelve zwölf",
)  # fmt: skip
COUNT_OF = {word: number for number, words in enumerate(_COUNTS, 1) for word in words.split()}


def _any(*words: str) -> str:
    return "|".join(sorted(" ".join(words).split(), key=len, reverse=True))


def _unnamed(pattern: str, suffix: str) -> str:
    """The pattern a second time in one expression, its groups with names of their own."""
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\1{suffix}>", pattern)


_UNIT = (
    r"(?:minutes?|minuten?|mins?|hours?|stunden?|std|h"
    r"|days?|tage?n?|weeks?|wochen?|months?|monate?n?|years?|jahre?n?)\b"
)
_COUNT = rf"(?:\d{{1,4}}(?:[.,]\d)?|{_any(*COUNT_OF)})"
_HALF = r"[ap]\.?m\b\.?"
_DURATION = (
    rf"in (?:(?P<half>half an hour|einer halben stunde)|(?P<count>{_COUNT}) ?(?P<unit>{_UNIT})"
    rf"(?: (?:and |und )?(?P<count2>{_COUNT}) ?(?P<unit2>{_UNIT}))?)"
)
_CLOCK = (
    r"(?:(?P<at>at |um |@ ?|gegen )?"
    rf"(?:(?P<hour>\d{{1,2}})(?P<point>[:.])(?P<minute>\d{{2}})(?: ?(?P<half12>{_HALF})|(?P<uhr> uhr))?"
    rf"|(?P<hour2>\d{{1,2}}) ?(?P<half122>{_HALF})|(?P<hour3>\d{{1,2}}) uhr(?: (?P<minute3>\d{{2}}))?"
    r"|(?P<noon>noon|mittags)|(?P<midnight>midnight|mitternacht)"
    r"|(?P<over>(?:the )?end of (?:the )?day|close of business|eod|cob|feierabend))"
    r"|(?:at |um |@ ?)(?P<hour4>\d{1,2})(?! ?[\d:.]))"
)
_PART = rf"(?:in the |am |this |diesen )?(?P<part>{_any(*PARTS)})"
_A_MONTH = rf"(?:{_any(*MONTHS, *SHORT_MONTHS)})\b\.?"
_ENDING = (
    rf"(?:the )?end of (?:the )?(?:week|month|quarter|year|{_any(*MONTHS)})\b|eow\b|eom\b|eoq\b|eoy\b"
    rf"|ende (?:der woche|des monats|des quartals|des jahres|{_any(*MONTHS)})|(?:am )?(?:monats|quartals|jahres)ende"
)
_COMING = (
    r"next (?:week|month|quarter|year)\b|nächste[nrs]? (?:woche|monat|quartal|jahr)\b"
    r"|(?:(?:on |over )?(?:this|the|next) |am )?(?:weekend|wochenende)\b"
)
_DAY = (
    rf"(?:(?P<ending>{_ENDING})|(?P<coming>{_COMING})"
    r"|(?P<relative>the day after tomorrow|day after tomorrow|übermorgen|tomorrow|morgen|today|heute|tonight)"
    rf"|(?:(?P<next>next|nächste[nr]?|kommende[nr]?) |on |this |am |diese[nr]? )?(?P<weekday>{_any(*WEEKDAYS)})\b\.?"
    r"(?P<week>,? next week\b|,? nächste[rn]? woche\b)?"
    r"|(?:on |this |next )(?P<short>sat|sun)\b\.?"
    r"|(?:on |am )?(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?:on |am )?(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?"
    rf"|(?:on |am )?(?:the )?(?P<day2>\d{{1,2}})(?:\.|st|nd|rd|th)? (?:of )?(?P<month2>{_A_MONTH})"
    r"(?:,? (?P<year2>\d{4}))?"
    rf"|(?:on )?(?P<month3>{_A_MONTH}) (?P<day3>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year3>\d{{4}}))?"
    r"|(?:on )?(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year4>\d{4})"
    r"|on (?P<first5>\d{1,2})/(?P<second5>\d{1,2})(?![/\d])"
    r"|(?:on )?the (?P<nth>\d{1,2})(?:st|nd|rd|th)\b)"
)
TIME = (
    rf"(?:{_DURATION}(?:,? {_unnamed(_CLOCK, '_c')})?|{_DAY}(?:,? {_PART})?(?:(?:,? |(?<=\d)t(?=\d)){_CLOCK})?"
    rf"|(?:this|diesen) (?P<part_b>{_any(*PARTS)})|{_unnamed(_CLOCK, '_b')}(?:,? {_unnamed(_DAY, '_b')})?)"
)
"""A moment: a span from now, a day with or without a time, or a time with or without a day."""
