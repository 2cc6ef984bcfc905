"""What can be wrong with calendars: some cannot be read, or nobody reads them."""

from __future__ import annotations

from importlib.util import find_spec

from adapters.postgres.access import Access
from adapters.postgres.asking import row_of
from adapters.postgres.queue_checks import serving
from core.health.models import Findings, ok, problem, warning

_LIBRARIES = ("icalendar", "recurring_ical_events", "caldav")
_COUNT = """
    SELECT count(*) AS all, count(*) FILTER (WHERE failures > 0) AS failing,
           count(*) FILTER (WHERE coalesce(synced_at, sync_at) < now() - interval '1 day') AS stale,
           count(*) FILTER (WHERE sync_at < now() - make_interval(mins => 10)
               AND coalesce(lease_until, now()) <= now()) AS late,
           coalesce(extract(epoch FROM now() - max(synced_at)) / 60, 0)::int AS minutes
    FROM calendars WHERE kind <> 'own' AND removed_at IS NULL"""


async def calendars(access: Access) -> Findings:
    """Whether calendars can be read, and are. Which ones cannot is shown to their owners alone."""
    if missing := [name for name in _LIBRARIES if find_spec(name) is None]:
        mend = "install what requirements.lock lists"
        yield problem("calendars", f"not installed: {', '.join(missing)}", mend)
        return
    async with serving(access) as system:
        row = {name: int(str(value)) for name, value in (await row_of(system, _COUNT)).items()}
    if not row["all"]:
        yield ok("calendars", "nobody has subscribed to one")
        return
    found = f"{row['all']}, the last was read {row['minutes']} min ago"
    if row["late"]:
        mend = "a worker reads them: see whether `robbie run` is running, and its log"
        yield warning("calendars", f"{row['late']} of {row['all']} wait to be read for more than 10 min", mend)
    elif row["failing"]:
        told = f"{row['failing']} of {row['all']} cannot be read, {row['stale']} of them for a day"
        yield warning("calendars", told, "`calendar` shows each person why; the servers may be away, or refuse us")
    else:
        yield ok("calendars", found)
