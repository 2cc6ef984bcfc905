"""``python -m benchmarks.briefs``: many people's morning briefs at the same minute, facts and texts, without a model.

Each figure is of a process of its own, which makes every brief; the database is real and on a disk that is waited for.
Beside it the usual way: a job for each person in APScheduler, which asks for one kind of thing after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from psycopg.rows import DictRow

from adapters.postgres.database import Database, Statement
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.facts import PostgresFacts
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap
from benchmarks.brief_people import MONDAY, org, seed
from benchmarks.growth import plot
from benchmarks.table import show_briefs
from core.briefs.composing import compose
from core.briefs.models import BriefKind, Reader
from core.people.viewer import Viewer

SIZES = (100, 300, 1_000, 3_000, 10_000)
QUICK = (20, 60)
AT_ONCE = 8
ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "briefs.json"
PICTURE = ROOT / "docs" / "images" / "briefs-growth.svg"
WAYS = {"robbie": "Robbie", "jobs": "a job each"}

Json = dict[str, Any]


class Counted(Database):
    """Counts the statements; those that say who reads are two of them."""

    statements = 0

    async def run(
        self, org_id: int, *statements: Statement, durable: bool = True, viewer: Viewer | None = None
    ) -> list[list[DictRow]]:
        """As it is."""
        self.statements += len(statements) + (1 if viewer is None else 2)
        return await super().run(org_id, *statements, durable=durable, viewer=viewer)


class OneByOne(Counted):
    """Asks for one kind of thing after the other, each in a transaction of its own, as it is usually written."""

    async def run(
        self, org_id: int, *statements: Statement, durable: bool = True, viewer: Viewer | None = None
    ) -> list[list[DictRow]]:
        """Each by itself."""
        found = []
        for query, values in statements:
            self.statements += 5
            async with self.app(org_id, viewer) as tx:
                found.append(await (await tx.execute(query, values)).fetchall())
        return found


async def all_at_once(facts: PostgresFacts, readers: Sequence[Reader]) -> int:
    """Every brief, a few at a time; returns the characters that were written."""
    waiting, written = iter(readers), 0

    async def work() -> None:
        nonlocal written
        for reader in waiting:
            characters = await _brief(facts, reader)
            written += characters

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return written


async def a_job_each(facts: PostgresFacts, readers: Sequence[Reader]) -> int:
    """A job for each person, due at the same moment; returns the characters that were written."""
    scheduler, written, left, done = AsyncIOScheduler(timezone=UTC), 0, len(readers), asyncio.Event()

    async def job(reader: Reader) -> None:
        nonlocal written, left
        characters = await _brief(facts, reader)
        written, left = written + characters, left - 1
        if not left:
            done.set()

    due = datetime.now(UTC) + timedelta(milliseconds=100)
    scheduler.start(paused=True)
    for reader in readers:
        scheduler.add_job(job, "date", run_date=due, args=(reader,), misfire_grace_time=None)
    scheduler.resume()
    await done.wait()
    scheduler.shutdown()
    return written


async def _brief(facts: PostgresFacts, reader: Reader) -> int:
    brief = compose(await facts.gather(reader, BriefKind.MORNING, MONDAY))
    return len(brief.title) + sum(len(line.text) for line in brief.lines)


async def child(way: str, org_id: int, people: int, urls: RoleUrls) -> Json:
    """One measurement, in this process."""
    kind: type[Counted] = Counted if way == "robbie" else OneByOne
    make: Callable[[PostgresFacts, Sequence[Reader]], Awaitable[int]] = all_at_once if way == "robbie" else a_job_each
    database = kind(urls.app, urls.system, wait_seconds=3_600)
    await database.open()
    facts = PostgresFacts(database)
    readers = [
        Reader(org_id=org_id, person_id=number, name=f"Person {number}", zone="UTC", member=True)
        for number in range(1, people + 1)
    ]
    await all_at_once(facts, readers[:20])  # everything is imported, connected and prepared
    database.statements, before = 0, _usage()
    began = time.monotonic()
    written = await make(facts, readers)
    took, after = time.monotonic() - began, _usage()
    await database.close()
    return {
        "people": people,
        "seconds": round(took, 2),
        "briefs_per_second": round(people / took, 1),
        "cpu_ms_each": round(1000 * (after[0] - before[0]) / people, 2),
        "peak_mb": round(after[1], 1),
        "memory_before_mb": round(before[1], 1),
        "statements_each": round(database.statements / people, 2),
        "characters_each": round(written / people),
    }


def _usage() -> tuple[float, float]:
    """CPU seconds, and the most memory so far in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure(sizes: Sequence[int], ways: Sequence[str] = tuple(WAYS)) -> Json:
    """All figures: the number of people grows in one database."""
    machine = {"cpus": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}
    found: dict[str, list[Json]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory(prefix="robbie-briefs-") as home, EmbeddedPostgres(Path(home)) as server:
        urls = bootstrap(server.url())
        upgrade(urls.owner)
        with psycopg.connect(server.url(), autocommit=True) as admin:
            org_id, seeded = org(admin), 0
            for size in sizes:
                _say(f"{size} people")
                seed(admin, org_id, seeded + 1, size)
                admin.execute("CHECKPOINT")
                seeded = size
                for way in ways:
                    found[way].append(_in_a_child(way, org_id, size, urls, Path(home)))
                    _say(f"{WAYS[way]}: {found[way][-1]}")
    return {"machine": machine, "ways": found}


def _in_a_child(way: str, org_id: int, people: int, urls: RoleUrls, home: Path) -> Json:
    before = _database_cpu(home)
    command = [sys.executable, "-m", "benchmarks.briefs", "--child", way, "--org", str(org_id), "--people", str(people)]
    environment = {**os.environ, "APP_URL": urls.app, "SYSTEM_URL": urls.system, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    measured: Json = json.loads(done.stdout)
    measured["database_cpu_ms_each"] = round(1000 * (_database_cpu(home) - before) / people, 2)
    return measured


def _database_cpu(home: Path) -> float:
    """CPU seconds of the server's processes, with those of connections that have ended."""
    total = 0.0
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and str(home) in process.cwd():
                used = process.cpu_times()
                total += used.user + used.system + used.children_user + used.children_system
        except psutil.Error:
            continue
    return total


def _say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def write(output: Path, *, quick: bool, picture: Path = PICTURE) -> None:
    """Measure, write the figures, print them as a table, and draw how it grows (where it is more than a try)."""
    result = measure(QUICK if quick else SIZES)
    output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    show_briefs(result, WAYS)
    if not quick:
        picture.write_text(plot(result["ways"], WAYS), "utf-8")
    _say(f"written to {output}")


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.briefs", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few people: shows that it runs, measures nothing")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    for name in ("--child", "--org", "--people"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        urls = RoleUrls(owner="", app=os.environ["APP_URL"], system=os.environ["SYSTEM_URL"])
        print(json.dumps(asyncio.run(child(args.child, int(args.org), int(args.people), urls))))
        return
    write(args.output, quick=args.quick, picture=args.picture)


if __name__ == "__main__":
    main()
