"""From the time that has come to the message in Slack: once, in the direct message, and counted as delivered."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from bot.app import App
from bot.health import Health
from tests.brief_delivery import HAND_OVER
from tests.office import Office

_NEXT = "SELECT due_at FROM brief_times WHERE due_at < 'infinity' ORDER BY due_at LIMIT 1"
_STATES = "SELECT state, owner, problem FROM briefs ORDER BY id"


async def rows(app: App, query: str) -> list[dict[str, object]]:
    """Over all orgs."""
    async with app.database.system() as tx:
        return await (await tx.execute(query)).fetchall()


async def test_case_17_a_brief_with_nothing_to_say_comes_once_and_asks_no_model(office: Office) -> None:
    office.providers.reply("hello")
    app = await office.open()
    await office.ask("hi", "U1")
    asked, shown = len(office.providers.requests), len(office.answers("U1"))
    now = datetime.now(UTC)
    for minute in range(5):  # with nothing to do
        await app.briefs.tick(now + timedelta(seconds=minute))
    assert len(office.answers("U1")) == shown
    (coming,) = await rows(app, _NEXT)
    due_at = coming["due_at"]
    assert isinstance(due_at, datetime)
    await asyncio.gather(*(app.briefs.tick(due_at) for _ in range(3)))
    await office.until(lambda: len(office.answers("U1")) > shown)
    await office.settled()
    await app.briefs.tick(due_at + timedelta(minutes=1))
    await office.settled()
    assert len(office.answers("U1")) == shown + 1
    ((state),) = [row["state"] for row in await rows(app, _STATES)]
    assert state in ("delivered", "empty")
    assert len(office.providers.requests) == asked
    assert (await Health(app).state())["briefs"] == {"undelivered": 0, "waiting": 0, "overdue": 0}


async def test_a_brief_that_an_outage_kept_does_not_come_hours_later_and_is_undelivered(office: Office) -> None:
    office.providers.reply("hello")
    app = await office.open()
    await office.ask("hi", "U1")
    shown = len(office.answers("U1"))
    long_ago = datetime.now(UTC) - timedelta(hours=6)
    query = HAND_OVER.format(account="U1", kind="morning", direct=True, key="")
    async with app.database.system() as tx:
        # All was down since it was handed over.
        await tx.execute(re.sub(r"now\(\)\s+FROM whose, brief", f"'{long_ago}' FROM whose, brief", query))
        await tx.execute(
            """INSERT INTO deliveries (org_id, owner, brief_id, channel, inbox_id, created_at)
               SELECT briefs.org_id, owner, briefs.id, 'chat', inbox.id, %s FROM briefs JOIN inbox
               ON inbox.platform_id = 'brief:' || briefs.id""",
            (long_ago,),
        )
    await office.settled()
    await app.briefs.tick(datetime.now(UTC))
    assert len(office.answers("U1")) == shown
    ((state),) = [row["state"] for row in await rows(app, _STATES)]
    assert state == "undelivered"
