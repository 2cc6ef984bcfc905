"""``python -m benchmarks.ticks``: what it costs that nothing is to do, by what the database itself says of each query.

Each step is done some times over in a database full of people of whom nothing is due and nothing changes. Queries and
milliseconds are read from the server's log (with their parsing and planning), so what else the machine does counts
least; ``wall`` is what the process waited.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString

import psycopg

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap
from benchmarks.brief_people import org, seed
from bot.app import App, build
from bot.roles import ALL
from bot.run import learn, tidy
from bot.settings import MemorySettings, Settings

SIZES = (100, 10_000, 100_000)
WORK = 10_000
"""Up to so many people have work as well: tasks, events, notes, contacts, deals, and briefs of the last day."""
TIMES = 7
NOW = datetime.now(UTC)

# A quarter has chosen its own times, a tenth has a second account; one channel in a hundred has a brief.
_WHO = """
    INSERT INTO people (id, org_id, name) OVERRIDING SYSTEM VALUE
    SELECT n, %(org)s, 'Person ' || n FROM generate_series(%(first)s::bigint, %(last)s) AS n ON CONFLICT DO NOTHING;
    UPDATE people SET
        zone = (ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC', 'Europe/London'])[1 + id %% 5],
        human = CASE WHEN id %% 20 IN (0, 1) THEN md5((id / 20)::text)::uuid END,
        settings = CASE WHEN id %% 4 = 0 THEN '{"briefs": {"times": {"morning": "09:15"}}}' ELSE '{}' END::jsonb
    WHERE id BETWEEN %(first)s AND %(last)s;
    INSERT INTO tenants (surface, tenant, org_id) VALUES ('slack', 'T1', %(org)s) ON CONFLICT DO NOTHING;
    INSERT INTO accounts (org_id, person_id, surface, tenant, account)
    SELECT %(org)s, n, 'slack', 'T1', 'U' || n FROM generate_series(%(first)s::bigint, %(last)s) AS n;
    WITH place AS (
        INSERT INTO conversations (id, org_id, surface, tenant, channel, direct) OVERRIDING SYSTEM VALUE
        SELECT 1000000000 + n, %(org)s, 'slack', 'T1', 'D' || n, true
        FROM generate_series(%(first)s::bigint, %(last)s) AS n
        RETURNING id, channel
    )
    INSERT INTO direct_places SELECT substr(channel, 2)::bigint, %(org)s, id, now() FROM place;
    INSERT INTO channel_settings (org_id, surface, tenant, channel, settings)
    SELECT %(org)s, 'slack', 'T1', 'C' || n, CASE WHEN n %% 1000 = 0
        THEN '{"brief": {"zone": "UTC", "times": {"morning": "09:00"}, "by": 1}}' ELSE '{}' END::jsonb
    FROM generate_series(%(first)s::bigint, %(last)s) AS n WHERE n %% 10 = 0;"""

# What waits to be looked at is work, and is done.
_DONE: tuple[LiteralString, ...] = (
    "UPDATE notes SET considered_at = now() WHERE considered_at IS NULL",
    "UPDATE consents SET state = 'no', handed_over_at = now() WHERE handed_over_at IS NULL",
    "UPDATE calendars SET sync_at = now() + interval '1 day'",
)


def people(admin: psycopg.Connection[tuple[object, ...]], org_id: int, first: int, last: int) -> None:
    """Put people with the ids ``first`` to ``last`` into the org; all have written directly."""
    if last <= WORK:
        seed(admin, org_id, first, last)
    with psycopg.ClientCursor(admin) as cursor:
        cursor.execute(_WHO, {"org": org_id, "first": first, "last": last})
    for statement in _DONE:
        admin.execute(statement)
    admin.execute("VACUUM ANALYZE")


class Log:
    """The server's log, in which each query stands with its milliseconds."""

    def __init__(self, home: Path) -> None:
        self._home, self._seen = home, 0

    def new(self) -> tuple[int, float]:
        """Queries since it was asked last, and the milliseconds that they took with their preparations."""
        text = "".join(path.read_text("utf-8", "replace") for path in sorted((self._home / "log").glob("*.log")))
        new, self._seen = text[self._seen :], len(text)
        steps = re.findall(r"duration: ([\d.]+) ms  (parse|bind|execute|statement)", new)
        queries = sum(kind in ("execute", "statement") for _, kind in steps)
        return queries, sum(float(ms) for ms, _ in steps)


def steps_of(app: App) -> dict[str, Callable[[], Awaitable[object]]]:
    """What recurs, by who does it how often."""
    assert app.work is not None
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "scheduler 1/min: the clock": app.schedules.now,
        "scheduler 1/min: reminders": lambda: app.reminders.hand_over(NOW),
        "scheduler 1/min: briefs": lambda: app.briefs.tick(NOW),
        "scheduler 6/h: tidy": lambda: tidy(app),
        "scheduler 6/h: learn": lambda: learn(app),
        "worker 30/min: lost work": app.work.sweep.sweep,
        "worker 30/min: remembering": app.work.memory.remember,
        "worker 30/min: embedding": app.work.memory.embed,
        "worker 30/min: noticing": app.work.noticing.notice,
        "worker 30/min: asking": app.work.proposals.look,
        "worker 30/min: calendars": app.work.calendars.sync,
        "worker 30/min: knowing": app.work.knowing.look,
        "operator: /readyz, briefs": app.brief_state.state,
    }
    if app.work.mailing:
        steps["worker 30/min: mail"] = app.work.mailing.look
    return steps


async def measure(urls: RoleUrls, log: Log, only: str) -> None:
    """One line for each step, after all were done until they had nothing to do."""
    app = await build(Settings(memory=MemorySettings(embedding="off")), urls, ALL)
    try:
        began = time.monotonic()
        await app.briefs.tick(NOW)
        say(f"the first tick: {time.monotonic() - began:.1f} s")
        for name, step in steps_of(app).items():
            if only not in name:
                continue
            for _ in range(3):
                await step()
            found = []
            for _ in range(TIMES):
                log.new()
                began = time.monotonic()
                await step()
                wall = 1000 * (time.monotonic() - began)
                await asyncio.sleep(0.3)  # the log is written by a process of its own
                found.append((*log.new(), wall))
            queries, ms, wall = (statistics.median(one[at] for one in found) for at in range(3))
            print(f"{name:32} {queries:4.0f} queries {ms:10.2f} ms {wall:10.2f} ms wall", flush=True)
    finally:
        await app.close()


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"· {text}", file=sys.stderr, flush=True)


def main(sizes: Sequence[int], only: str) -> None:
    """The number of people grows in one database."""
    settings = {"log_min_duration_statement": "0", "log_truncate_on_rotation": "off", "log_rotation_age": "0"}
    with (
        tempfile.TemporaryDirectory(prefix="robbie-ticks-") as home,
        EmbeddedPostgres(Path(home), settings=settings) as server,
    ):
        urls = bootstrap(server.url())
        upgrade(urls.owner)
        with psycopg.connect(server.url(), autocommit=True) as admin:
            org_id, known = org(admin), 0
            for size in sizes:
                people(admin, org_id, known + 1, size)
                known = size
                print(f"\n{size:,} people", flush=True)
                asyncio.run(measure(urls, Log(Path(home)), only))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ticks", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="how many people, growing")
    parser.add_argument("--only", default="", metavar="TEXT", help="steps with this in their name")
    args = parser.parse_args()
    main(args.sizes, args.only)
