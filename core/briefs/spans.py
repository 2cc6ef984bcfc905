"""Lengths of time as people say them."""

from __future__ import annotations


def span(days: float) -> str:
    """A length of time as people say it: ``5 weeks``."""
    count, unit = _rounded(days)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def every(days: float) -> str:
    """A rhythm as people say it: ``every 2 weeks``."""
    count, unit = _rounded(days)
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def _rounded(days: float) -> tuple[int, str]:
    if round(days) in (7, 30, 31):
        return 1, "week" if round(days) == 7 else "month"
    for longest, length, unit in ((12.5, 1.0, "day"), (59.5, 7.0, "week"), (700.0, 30.44, "month")):
        if days < longest:
            return max(1, round(days / length)), unit
    return max(1, round(days / 365.25)), "year"
