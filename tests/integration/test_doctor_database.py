"""What the doctor sees of a database, and that it leaves it as it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.access import Access
from adapters.postgres.checks import database
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.migrate import downgrade, revisions
from adapters.postgres.queue_checks import last_event, queue, zones
from adapters.postgres.roles import RoleUrls, bootstrap
from core.health.models import Finding, Status
from tests.findings import findings, refused, statuses

PASSWORD = "do-not-show-this"
WELL = dict.fromkeys(("server", "clock", "pgvector", "roles", "row security", "migrations"), "ok")


def at(url: str | None, folder: Path = Path("nowhere")) -> Access:
    return Access(url, folder, lambda _text: None)


async def looked_at(url: str) -> dict[str, Finding]:
    return await findings(database(at(url)))


def change(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


async def test_a_database_that_is_well_is_well(admin_url: str, roles: RoleUrls) -> None:
    found = await looked_at(admin_url)
    assert statuses(found) == WELL
    assert found["server"].found.startswith("PostgreSQL 18.")
    assert revisions()[-1] in found["migrations"].found


@pytest.mark.parametrize("power", ["BYPASSRLS", "SUPERUSER", "CREATEDB", "CREATEROLE"])
async def test_a_role_with_too_much_power_is_named(admin_url: str, roles: RoleUrls, power: str) -> None:
    change(admin_url, f"ALTER ROLE robbie_app {power}")
    try:
        found = await looked_at(admin_url)
    finally:
        change(admin_url, f"ALTER ROLE robbie_app NO{power}")
    assert statuses(found) == {**WELL, "roles": "problem"}
    assert found["roles"].found.startswith("robbie_app ")
    assert "robbie migrate" in found["roles"].mend


async def test_a_role_that_cannot_log_in_is_named_and_what_needs_it_is_skipped(admin_url: str, roles: RoleUrls) -> None:
    change(admin_url, "ALTER ROLE robbie_owner NOLOGIN", "ALTER ROLE robbie_system NOLOGIN")
    try:
        found = await looked_at(admin_url)
        assert await refused(queue(at(admin_url), dead_after_seconds=10)) == "needs the role robbie_system"
    finally:
        change(admin_url, "ALTER ROLE robbie_owner LOGIN", "ALTER ROLE robbie_system LOGIN")
    assert statuses(found) == {**WELL, "roles": "problem", "migrations": "skipped"}
    assert found["roles"].found == "robbie_owner cannot log in, robbie_system cannot log in"


@pytest.mark.parametrize("action", ["DISABLE", "NO FORCE"])
async def test_row_security_that_was_switched_off_is_named_with_the_sql_that_mends_it(
    admin_url: str, roles: RoleUrls, action: str
) -> None:
    change(admin_url, f"ALTER TABLE messages {action} ROW LEVEL SECURITY")
    found = await looked_at(admin_url)
    assert statuses(found) == {**WELL, "row security": "problem"}
    assert "messages" in found["row security"].found
    change(roles.owner, found["row security"].mend.removeprefix("as robbie_owner: "))
    assert statuses(await looked_at(admin_url)) == WELL


async def test_a_missing_policy_is_named(admin_url: str, roles: RoleUrls) -> None:
    change(admin_url, "DROP POLICY org ON people")
    found = await looked_at(admin_url)
    assert found["row security"].status is Status.PROBLEM
    assert "people" in found["row security"].found


async def test_a_schema_that_is_behind_is_a_problem_and_is_left_behind(admin_url: str, roles: RoleUrls) -> None:
    before = revisions()[-2]
    downgrade(roles.owner, before)
    for _ in range(2):
        found = await looked_at(admin_url)
        assert statuses(found) == {**WELL, "migrations": "problem"}
        assert f"1 of {len(revisions())} revisions behind" in found["migrations"].found
        assert "robbie migrate" in found["migrations"].mend


async def test_a_schema_of_a_newer_robbie_is_a_warning(admin_url: str, roles: RoleUrls) -> None:
    change(admin_url, "UPDATE alembic_version SET version_num = '9999_of_the_future'")
    found = await looked_at(admin_url)
    assert statuses(found) == {**WELL, "migrations": "warning"}
    assert "9999_of_the_future" in found["migrations"].found


async def test_an_empty_database_stays_empty(cluster: EmbeddedPostgres) -> None:
    change(cluster.url(), "CREATE DATABASE still_empty")
    try:
        url = cluster.url(database="still_empty")
        found = await looked_at(url)
        assert statuses(found) == {"server": "ok", "clock": "ok", "pgvector": "warning", "migrations": "skipped"}
        assert await refused(queue(at(url), dead_after_seconds=10)) in (
            "needs the schema",
            "needs the role robbie_system",
        )
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    finally:
        change(cluster.url(), "DROP DATABASE still_empty WITH (FORCE)")


async def test_other_encodings_than_utf_8_are_a_problem(cluster: EmbeddedPostgres) -> None:
    change(cluster.url(), "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
    try:
        found = await looked_at(cluster.url(database="latin"))
    finally:
        change(cluster.url(), "DROP DATABASE latin WITH (FORCE)")
    assert found["server"].status is Status.PROBLEM
    assert "LATIN1" in found["server"].found


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_a_database_that_cannot_be_reached_says_why_without_its_password(admin_url: str) -> None:
    where = conninfo_to_dict(admin_url)
    socket_at = f"host={where['host']}&port={where['port']}"
    with silent_server() as silent:
        expected = {
            f"postgresql://u:{PASSWORD}@127.0.0.1:1/d": "refuses connections",
            f"postgresql://u:{PASSWORD}@127.0.0.1:{silent}/d": "does not answer within 3 s",
            f"postgresql://u:{PASSWORD}@no-such-host.invalid/d": "host name that nobody knows",
            f"postgresql://u:{PASSWORD}@/d?host=/nowhere": "is not at that socket",
            f"postgresql://u:{PASSWORD}@127.0.0.1/d?no_such=1": "cannot be read",
            f"postgresql://u:x@{PASSWORD}@127.0.0.1:1/d": "",  # the rest of such a password is taken for a host
            f"postgresql://postgres:{PASSWORD}@/no_such?{socket_at}": "has no such database",
            f"postgresql://nobody:{PASSWORD}@/postgres?{socket_at}": "does not know the user",
        }
        for url, said in expected.items():
            found = await looked_at(url)
            assert list(found) == ["server"], url
            finding = found["server"]
            assert finding.status is Status.PROBLEM
            assert said in finding.found
            assert PASSWORD not in finding.found + finding.mend


async def test_a_wrong_password_is_said_to_be_wrong(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "pg", settings={"fsync": "off"}) as server:
        change(server.url(), "CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'right'")
        bootstrap(server.url().replace("postgres@", "boss:right@"))
        (tmp_path / "pg" / "data" / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        change(server.url(), "SELECT pg_reload_conf()")
        wrong = await looked_at(server.url(user="boss").replace("boss@", f"boss:{PASSWORD}@"))
        right = await looked_at(server.url(user="boss").replace("boss@", "boss:right@"))
    assert "refused the password" in wrong["server"].found
    assert PASSWORD not in wrong["server"].found
    assert right["server"].status is Status.OK


async def test_the_embedded_server_is_started_for_the_check_and_stopped_again(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    none = await findings(database(at(None, folder)))
    assert statuses(none) == {"server": "skipped"}
    assert not folder.exists()
    with EmbeddedPostgres(folder, settings={"fsync": "off"}) as server:
        access = at(None, folder)
        shared = await findings(database(access))
        await access.close()
        change(server.url(), "SELECT 1")
    assert "started for this check" not in shared["server"].found
    access = at(None, folder)
    alone = await findings(database(access))
    await access.close()
    assert "started for this check" in alone["server"].found
    assert not (folder / "data" / "postmaster.pid").exists()


def a_message(url: str, state: str, *, waited: str = "0 s", zone: str = "Europe/Berlin") -> None:
    change(
        url,
        "INSERT INTO organizations (name) VALUES ('o') ON CONFLICT DO NOTHING",
        f"INSERT INTO people (org_id, name, zone) SELECT min(id), 'p', '{zone}' FROM organizations",
        """INSERT INTO conversations (org_id, surface, tenant, channel, thread, direct)
           SELECT min(id), 'slack', 'T1', 'C' || random(), '', false FROM organizations""",
        f"""INSERT INTO inbox (org_id, conversation_id, kind, state, platform_id, occurred_at, received_at)
            SELECT org_id, max(id), 'message', '{state}', 'm', now(), now() - interval '{waited}'
            FROM conversations GROUP BY org_id""",
    )


def an_answer(url: str, state: str, not_before: str = "-infinity") -> None:
    change(
        url,
        f"""INSERT INTO outbox (org_id, conversation_id, inbox_id, phase, part, surface, tenant, channel, body, state,
                                not_before)
            SELECT org_id, conversation_id, id, 'final', (random() * 1e6)::int, 'slack', 'T1', 'C1', 'x', '{state}',
                   '{not_before}' FROM inbox ORDER BY id LIMIT 1""",
    )


async def test_work_that_nobody_does_is_a_problem(admin_url: str, roles: RoleUrls) -> None:
    idle = await findings(queue(at(admin_url), dead_after_seconds=10))
    assert statuses(idle) == {"workers": "skipped", "inbox": "ok", "outbox": "ok"}
    a_message(admin_url, "received", waited="3 hours")
    waiting = await findings(queue(at(admin_url), dead_after_seconds=10))
    assert statuses(waiting) == {"workers": "problem", "inbox": "warning", "outbox": "ok"}
    assert waiting["inbox"].found == "1 waits, the oldest for 3 h"
    change(admin_url, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert (await findings(queue(at(admin_url), dead_after_seconds=10)))["workers"].status is Status.OK


async def test_what_needs_an_operator_is_counted(admin_url: str, roles: RoleUrls) -> None:
    a_message(admin_url, "set_aside")
    for state, not_before in (
        ("unknown", "infinity"),
        ("failed", "-infinity"),
        ("failed", "-infinity"),
        ("ready", "-infinity"),
    ):
        an_answer(admin_url, state, not_before)
    found = await findings(queue(at(admin_url), dead_after_seconds=10))
    assert statuses(found) == {"workers": "skipped", "inbox": "warning", "outbox": "warning"}
    assert found["inbox"].found.startswith("1 set aside")
    assert found["outbox"].found.startswith("1 parked")
    assert "2 refused by the platform; 1 waits" in found["outbox"].found


async def test_who_is_connected_to_a_platform_is_told(admin_url: str, roles: RoleUrls) -> None:
    async def looked_at() -> Finding:
        return (await findings(queue(at(admin_url), dead_after_seconds=10, platforms=["slack"])))["slack connection"]

    assert (await looked_at()).status is Status.SKIPPED
    change(admin_url, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert (await looked_at()).status is Status.WARNING
    leases = PostgresLeases(roles.system)
    for name in ("discord:0123", "slack:4567"):
        assert await leases.take(name, 60)
    await leases.close()
    held = await looked_at()
    assert (held.status, held.found) == (Status.OK, f"held by process {socket.gethostname()}:{os.getpid()}")
    change(admin_url, "UPDATE leases SET until = now() - interval '1 s'")
    assert (await looked_at()).status is Status.WARNING


async def test_zones_and_the_last_event_are_read_over_all_organizations(admin_url: str, roles: RoleUrls) -> None:
    assert await zones(at(admin_url)) == []
    assert await last_event(at(admin_url), "slack") is None
    a_message(admin_url, "answered", zone="Mars/Olympus")
    assert await zones(at(admin_url)) == ["Mars/Olympus"]
    assert await last_event(at(admin_url), "slack") is not None
    assert await last_event(at(admin_url), "discord") is None
