"""Lengths of time and rhythms as people say them, in English or German."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spans:
    """One language's.

    Attributes:
        one: ``1 week``, by unit.
        many: ``{count} weeks``.
        each: ``every week``.
        every_so: ``every {count} weeks``.
    """

    one: Mapping[str, str]
    many: Mapping[str, str]
    each: Mapping[str, str]
    every_so: Mapping[str, str]

    def span(self, days: float) -> str:
        """A length of time: ``5 weeks``."""
        count, unit = _rounded(days)
        return (self.one if count == 1 else self.many)[unit].format(count=count)

    def every(self, days: float) -> str:
        """A rhythm: ``every 2 weeks``."""
        count, unit = _rounded(days)
        return (self.each if count == 1 else self.every_so)[unit].format(count=count)


_UNITS = ("day", "week", "month", "year")

ENGLISH = Spans(
    one={unit: f"1 {unit}" for unit in _UNITS},
    many={unit: f"{{count}} {unit}s" for unit in _UNITS},
    each={unit: f"every {unit}" for unit in _UNITS},
    every_so={unit: f"every {{count}} {unit}s" for unit in _UNITS},
)
GERMAN = Spans(
    one={"day": "1 Tag", "week": "1 Woche", "month": "1 Monat", "year": "1 Jahr"},
    many={"day": "{count} Tagen", "week": "{count} Wochen", "month": "{count} Monaten", "year": "{count} Jahren"},
    each={"day": "jeden Tag", "week": "jede Woche", "month": "jeden Monat", "year": "jedes Jahr"},
    every_so={
        "day": "alle {count} Tage", "week": "alle {count} Wochen", "month": "alle {count} Monate",
        "year": "alle {count} Jahre",
    },
)  # fmt: skip
"""Lengths of time in the dative, as after “vor” and “seit”."""


def _rounded(days: float) -> tuple[int, str]:
    if round(days) in (7, 30, 31):
        return 1, "week" if round(days) == 7 else "month"
    for longest, length, unit in ((12.5, 1.0, "day"), (59.5, 7.0, "week"), (700.0, 30.44, "month")):
        if days < longest:
            return max(1, round(days / length)), unit
    return max(1, round(days / 365.25)), "year"
