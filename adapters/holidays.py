"""Public holidays of countries and their parts, from the package of that name, which reads no network."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1_024)
def holidays_in(place: str, year: int) -> Collection[date]:
    """The holidays of a place, as in ISO 3166 (``DE``, ``DE-BY``), in a year; none where the place is not known."""
    import holidays  # 0.15 s, which nobody waits for who wants none

    country, _, part = place.upper().partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        return frozenset()


def is_known(place: str) -> bool:
    """Whether its holidays are known."""
    import holidays

    country, _, part = place.upper().partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not part or part in known[country])
