"""What became of briefs by mail in the last week: numbers alone, over all organizations."""

from __future__ import annotations

from adapters.postgres.access import Access
from adapters.postgres.asking import rows_of
from adapters.postgres.queue_checks import serving
from core.health.models import Findings, ok, warning

_STATES = """
    SELECT state, count(*) AS mails, min(id) AS first FROM deliveries
    WHERE channel = 'email' AND created_at > now() - interval '7 days' GROUP BY state"""


async def mails(access: Access) -> Findings:
    """Look at what was not sent, and at what nobody can tell."""
    async with serving(access) as system:
        states = {str(row["state"]): (int(str(row["mails"])), row["first"]) for row in await rows_of(system, _STATES)}
    found = ", ".join(f"{mails:,} {state}" for state, (mails, _) in sorted(states.items())) or "none in the last week"
    if "unknown" in states:
        many, first = states["unknown"]
        mend = f"the mail server's log says whether they arrived; the first is delivery {first}. None is sent again"
        yield warning("mails", f"{found}: of {many:,} nobody can tell whether they were delivered", mend)
    elif "failed" in states:
        yield warning("mails", found, "the column problem of the table deliveries says why")
    else:
        yield ok("mails", found)
