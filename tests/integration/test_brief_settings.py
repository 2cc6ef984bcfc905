"""What the settings of briefs say is how it is now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.integration.test_briefs import ana_with_tasks
from tests.office import Office

_PAUSE = """UPDATE people SET settings = jsonb_build_object('briefs', jsonb_build_object('paused_until', %s::text))"""


@pytest.mark.parametrize(("days", "paused"), [(-3, False), (3, True)])
async def test_a_pause_that_is_over_is_shown_no_more(office: Office, admin_url: str, days: int, paused: bool) -> None:
    _, direct = await ana_with_tasks(office)
    day = (datetime.now(UTC) + timedelta(days=days)).date()
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        await admin.execute(_PAUSE, (day.isoformat(),))
    await office.command("brief settings", "U1")
    said = office.slack.bot_messages(direct)[-1]
    assert (f"paused until {day:%-d %B %Y}" in office.answers(direct)[-1]) == paused
    assert ("Briefs again" in str(said.blocks)) == paused
