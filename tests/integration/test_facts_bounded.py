"""A brief costs the same few statements, and reads by indexes, whoever has however much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest

from adapters.postgres.database import Database, Transaction
from adapters.postgres.facts import PostgresFacts
from benchmarks.brief_people import MONDAY, org, seed
from core.briefs.models import BriefKind, Reader
from core.people.viewer import Viewer
from tests.integration.brief_world import BriefWorld, at

PERSONAL = frozenset({
    "tasks", "task_ties", "goals", "calendars", "calendar_events", "focus_blocks", "notes", "consents", "deals",
    "contacts", "companies", "activities", "briefs", "brief_lines", "outreach", "people", "channel_settings",
    "priority_weights", "mentions", "messages", "conversations", "accounts",
})  # fmt: skip
STATEMENTS = {BriefKind.MORNING: 16, BriefKind.AFTERNOON: 13, BriefKind.EVENING: 13}
"""Eleven about the person's things, two that say who reads, and in the morning one for what others ask and two for
outreach.

The pool's own, which has no words, is not counted.
"""

Executed = list[tuple[str, Mapping[str, object]]]


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> Executed:
    """Every statement of the app, with its values, as it is sent."""
    found: Executed = []
    execute = psycopg.AsyncConnection.execute

    async def noted(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        found.append((str(query), params or {}))
        return await execute(self, query, params, **more)

    monkeypatch.setattr(psycopg.AsyncConnection, "execute", noted)
    return found


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        world = BriefWorld(admin)
        world.person("Ana")
        yield world


def _fill(world: BriefWorld, count: int, friday: int = 20) -> None:
    """So many tasks, notes, events, deals and lines of earlier briefs."""
    values = {"org": world.org_id, "ana": world.ids["Ana"], "count": count, "at": at(23, 7)}
    calendar = world.of("Ana", "calendars", kind="ics", name="Work")
    brief = world.brief("Ana", "evening", at(friday, 18))
    for insert in (
        "INSERT INTO tasks (org_id, owner, text, due_at, created_at) SELECT %(org)s, %(ana)s, 'Task ' || n, "
        "%(at)s - n * interval '1 minute', %(at)s - interval '9 days' FROM generate_series(1, %(count)s) AS n",
        "INSERT INTO notes (org_id, owner, text, kind, said_at, created_at) SELECT %(org)s, %(ana)s, 'Note ' || n, "
        "'commitment', %(at)s - n * interval '1 minute', %(at)s - n * interval '1 minute' "
        "FROM generate_series(1, %(count)s) AS n",
        "INSERT INTO deals (org_id, owner, name, next_step, created_at) SELECT %(org)s, %(ana)s, 'Deal ' || n, "
        "'Call', %(at)s - interval '9 days' FROM generate_series(1, %(count)s) AS n",
        f"INSERT INTO calendar_events (org_id, owner, calendar_id, uid, title, starts_at, ends_at) SELECT %(org)s, "
        f"%(ana)s, {calendar}, n::text, 'Event ' || n, %(at)s + n * interval '1 minute', "
        "%(at)s + n * interval '2 minutes' FROM generate_series(1, %(count)s) AS n",
        f"INSERT INTO brief_lines (org_id, owner, brief_id, number, section, ref) SELECT %(org)s, %(ana)s, {brief}, n, "
        "'news', 'note:' || n FROM generate_series(1, %(count)s) AS n",
        f"WITH said AS (INSERT INTO messages (org_id, conversation_id, person_id, text, occurred_at) SELECT %(org)s, "
        f"{world.conversation}, %(ana)s, '<@U1> can you do ' || n || '?', %(at)s - interval '1 day' "
        "FROM generate_series(1, %(count)s) AS n RETURNING id, occurred_at) INSERT INTO mentions (message_id, owner, "
        "org_id, said_by, room, thread, public, said_at) SELECT id, %(ana)s, %(org)s, %(ana)s, 'slack/T1/C1', '1.0', "
        "false, occurred_at FROM said",
    ):  # fmt: skip
        world.admin.execute(insert, values)


@pytest.mark.parametrize("count", [10, 1_000])
async def test_the_statements_are_as_many_with_a_thousand_things_as_with_ten(
    world: BriefWorld, database: Database, executed: Executed, count: int
) -> None:
    _fill(world, count)
    for kind in BriefKind:
        executed.clear()
        found = await PostgresFacts(database).gather(world.reader("Ana"), kind, at(23, 8))
        assert not found.empty
        assert len([query for query, _ in executed if query and "idle_in_transaction" not in query]) == STATEMENTS[kind]


async def test_five_thousand_open_tasks_make_no_larger_a_brief_than_fifty(
    world: BriefWorld, database: Database
) -> None:
    facts, sizes, reader = PostgresFacts(database), [], world.reader("Ana")
    for more, friday in ((50, 20), (4_950, 13)):
        _fill(world, more, friday)
        sizes.append([len((await facts.gather(reader, kind, at(23, 8))).model_dump_json()) for kind in BriefKind])
        assert len(await facts.candidates(reader, at(23, 8))) <= 300
    assert all(many < 1.2 * few for few, many in zip(*sizes, strict=True))


async def test_every_query_reads_by_an_index_where_there_are_many_people(
    admin_url: str, database: Database, executed: Executed
) -> None:
    """Planned for these values, and planned once for all."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        org_id = org(admin)
        seed(admin, org_id, 1, 1_500)
    person = Reader(org_id=org_id, person_id=700, name="Ana", zone="UTC", member=True)
    room = person.model_copy(update={"room": "slack/T1/C1"})
    facts = PostgresFacts(database)
    for reader in (person, room):
        await facts.gather(reader, BriefKind.MORNING, MONDAY)
    await facts.free(person, MONDAY)
    queries = {query: values for query, values in executed if "FROM" in query and "set_config" not in query}
    assert len(queries) >= 13
    viewer = Viewer(org_id=org_id, person_id=700, private=True, org_wide=True)
    async with database.app(org_id, viewer) as tx:
        for query, values in queries.items():
            plan = await (await tx.execute(f"EXPLAIN (FORMAT JSON) {query}", values, prepare=False)).fetchone()
            assert plan is not None
            assert _read_as_a_whole(plan["QUERY PLAN"]) == set(), query
            assert _read_as_a_whole(await _once_for_all(tx, query, values)) == set(), query


async def _once_for_all(tx: Transaction, query: str, values: Mapping[str, object]) -> Any:
    """The plan of a prepared statement, whatever its values."""
    await tx.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await tx.execute(query, values, prepare=True)
    row = await (
        await tx.execute(
            "SELECT name, cardinality(parameter_types) AS holes FROM pg_prepared_statements "
            "WHERE statement NOT LIKE '%pg_prepared_statements%' ORDER BY prepare_time DESC LIMIT 1"
        )
    ).fetchone()
    assert row is not None
    nulls = ", ".join(["NULL"] * row["holes"])
    plan = await (await tx.execute(f'EXPLAIN (FORMAT JSON) EXECUTE "{row["name"]}"({nulls})', prepare=False)).fetchone()
    assert plan is not None
    return plan["QUERY PLAN"]


def _read_as_a_whole(plan: Any) -> set[str]:
    """The personal tables that a plan reads from one end to the other."""
    if isinstance(plan, list):
        return set().union(*map(_read_as_a_whole, plan))
    if not isinstance(plan, dict):
        return set()
    below = _read_as_a_whole(list(plan.values()))
    return below | ({plan["Relation Name"]} & PERSONAL if plan.get("Node Type") == "Seq Scan" else set())
