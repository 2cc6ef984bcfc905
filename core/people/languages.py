"""Languages by what people call them: in English, in the language itself, and by code."""

from __future__ import annotations

from core.registry import Choice, CommandError

_KNOWN = """
    Arabic العربية ar|Bengali বাংলা bn|Bulgarian български bg|Catalan català ca|Chinese 中文 zh|Croatian hrvatski hr
    Czech čeština cs|Danish dansk da|Dutch nederlands nl|English englisch en|Estonian eesti et|Finnish suomi fi
    French français fr französisch francais|German deutsch de|Greek ελληνικά el|Hebrew עברית he|Hindi हिन्दी hi
    Hungarian magyar hu|Icelandic íslenska is|Indonesian indonesia id|Irish gaeilge ga|Italian italiano it italienisch
    Japanese 日本語 ja|Korean 한국어 ko|Latvian latviešu lv|Lithuanian lietuvių lt|Malay melayu ms|Norwegian norsk no
    Persian فارسی fa farsi|Polish polski pl polnisch|Portuguese português pt portugues|Romanian română ro romana
    Russian русский ru|Serbian српски sr srpski|Slovak slovenčina sk|Slovenian slovenščina sl
    Spanish español es espanol spanisch|Swahili kiswahili sw|Swedish svenska sv|Tamil தமிழ் ta|Thai ไทย th
    Turkish türkçe tr turkce|Ukrainian українська uk|Urdu اردو ur|Vietnamese việt vi
"""

NAMES = {
    word.casefold(): entry.split()[0]
    for line in _KNOWN.split("\n")
    for entry in line.split("|")
    for word in entry.split()
}
_AUTO = "auto"


def read_language(text: str) -> str:
    """A language's English name; empty for ``auto``. Raises CommandError."""
    wanted = text.strip().casefold()
    if wanted in (_AUTO, "automatic"):
        return ""
    if wanted not in NAMES:
        raise CommandError(
            f"I know no language called “{text.strip()[:40]}”. Write its English name, such as German, or `auto`.",
            "language",
        )
    return NAMES[wanted]


def languages() -> list[Choice]:
    """All of them, by name, after ``auto``."""
    return [
        Choice(_AUTO, "The language of each message"),
        *(Choice(name, name) for name in sorted(set(NAMES.values()))),
    ]
