"""The days of a calendar that are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_FIRST, _LAST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Window:
    """The days that are looked at, and for whom.

    Args:
        first, last: the days, both of them in it.
        zone: in which times without a zone are meant.
        emails: of whom it is.
    """

    def __init__(self, first: date, last: date, zone: ZoneInfo, emails: Iterable[str]) -> None:
        self.first, self.last, self.zone = first, last, zone
        self.emails = {email.casefold() for email in emails}
        self.start = self.moment(first)
        self.end = self.moment(last + timedelta(days=1))

    def moment(self, at: date) -> datetime:
        """A day's begin, or a time, in UTC; what is centuries away is brought to where all clocks can show it."""
        if not _FIRST.year <= at.year < _LAST.year:
            return _FIRST if at.year < _FIRST.year else _LAST
        if not isinstance(at, datetime):
            at = datetime.combine(at, time())
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def meets(self, start: datetime, end: datetime) -> bool:
        """Whether it happens within these days."""
        return start < self.end and (end > self.start or start == end >= self.start)
