"""The schema goes up and down on data, and no tenant table is left unprotected."""

from __future__ import annotations

from itertools import pairwise

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.migrate import downgrade, upgrade
from adapters.postgres.roles import RoleUrls

# What holds no tenant's data: the queue's ids, Alembic's own row, who is connected, when recurring work ran, and
# digests of what a browser brought back.
_SHARED = {
    "alembic_version",
    "embedders",
    "embedding_leases",
    "leases",
    "schedules",
    "used_states",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
}


def _seed(roles: RoleUrls) -> None:
    """One row in each table that the path of a message writes."""
    with psycopg.connect(roles.system) as system:
        org = system.execute("INSERT INTO organizations (name) VALUES ('one') RETURNING id").fetchone()
        assert org
        system.execute("INSERT INTO tenants VALUES ('slack', 'T1', %s)", org)
        system.execute(
            "INSERT INTO installations (surface, tenant, org_id, sealed, installed_at) "
            "VALUES ('slack', 'T1', %s, 'sealed', now())",
            org,
        )
        person = system.execute("INSERT INTO people (org_id, name) VALUES (%s, 'Ana') RETURNING id", org).fetchone()
        assert person
        conversation = system.execute(
            "INSERT INTO conversations (org_id, surface, tenant, channel, direct) "
            "VALUES (%s, 'slack', 'T1', 'C1', false) RETURNING id",
            org,
        ).fetchone()
        assert conversation
        system.execute(
            "INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, occurred_at) "
            "VALUES (%s, %s, %s, 'message', 'received', '1.0', now())",
            (*org, *conversation, *person),
        )
        system.execute(
            "INSERT INTO messages (org_id, conversation_id, person_id, text, occurred_at) "
            "VALUES (%s, %s, %s, 'hello', now())",
            (*org, *conversation, *person),
        )


def test_every_revision_goes_up_and_down_on_data(roles: RoleUrls) -> None:
    _seed(roles)
    downgrade(roles.owner)
    with psycopg.connect(roles.owner) as owner:
        left = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert left == [("alembic_version",)]
    upgrade(roles.owner)
    _seed(roles)


_REVISIONS = (
    "0001_organizations",
    "0002_people",
    "0005_memory",
    "0006_communication",
    "0008_operations",
    "0006_reply_tokens",
    "0008_leases",
    "0006_messages",
    "0002_installations",
    "0007_feedback",
    "0006_uploads",
    "0002_humans",
    "0005_notes",
    "0004_reminders",
    "0005_sticky_notes",
    "0005_memories",
    "0006_consents",
    "0004_tasks",
    "0008_audit",
    "0005_embedding",
    "0002_salts",
    "0005_said",
    "0006_asking",
    "0005_embedders",
    "0005_noticing",
    "0005_nearest",
    "0002_forgetting",
    "0005_rare_words",
    "0005_provenance",
    "0005_fading",
    "0006_asked_where",
    "0005_tries",
    "0006_lists",
    "0005_recalled",
    "0002_members",
    "0003_crm",
    "0004_productivity",
    "0006_briefs",
    "0002_tokens",
    "0005_left_out",
    "0006_brief_changes",
    "0006_acts",
    "0006_mentions",
    "0006_said_briefs",
    "0002_members_at_home",
)


def test_each_revision_alone_goes_down_and_up(roles: RoleUrls) -> None:
    _seed(roles)
    for below, revision in reversed([*pairwise(_REVISIONS)]):
        downgrade(roles.owner, below)
        upgrade(roles.owner, revision)
        downgrade(roles.owner, below)
    upgrade(roles.owner)


def test_upgrading_twice_changes_nothing(roles: RoleUrls) -> None:
    upgrade(roles.owner)
    upgrade(roles.owner)


def test_every_table_outside_the_shared_ones_forces_row_level_security_on_its_org(admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        tables = admin.execute(
            """SELECT relname, relrowsecurity AND relforcerowsecurity,
                      (SELECT string_agg(qual, ' ') FROM pg_policies
                       WHERE tablename = relname AND roles = '{public}')
               FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""
        ).fetchall()
    protected = {name: (forced, policy) for name, forced, policy in tables if name not in _SHARED}
    assert {"inbox", "outbox", "messages", "interactions"} <= protected.keys()
    for name, (forced, policy) in protected.items():
        assert forced, f"{name} does not force row-level security"
        assert policy, f"{name} has no policy on its org"
        assert "app.org" in policy, f"{name} has no policy on its org"


def test_serving_roles_can_neither_bypass_nor_own(admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        roles = admin.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN ('robbie_app', 'robbie_system')"
        ).fetchall()
        owned = admin.execute(
            "SELECT tablename FROM pg_tables WHERE tableowner IN ('robbie_app', 'robbie_system')"
        ).fetchall()
    assert sorted(roles) == [("robbie_app", False, False), ("robbie_system", False, False)]
    assert owned == []


def test_without_an_org_the_serving_role_sees_nothing(roles: RoleUrls) -> None:
    _seed(roles)
    with psycopg.connect(roles.app) as app:
        for table in ("organizations", "people", "conversations", "inbox"):
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize("table", ["organizations", "tenants", "people", "conversations", "inbox"])
async def test_one_org_never_sees_another_even_without_a_filter(
    roles: RoleUrls, database: Database, table: str
) -> None:
    _seed(roles)
    with psycopg.connect(roles.system) as system:
        other = system.execute("INSERT INTO organizations (name) VALUES ('other') RETURNING id").fetchone()
    assert other
    async with database.app(other[0]) as tx:
        rows = await (await tx.execute(f"SELECT * FROM {table}")).fetchall()
    assert [row for row in rows if row.get("name") != "other"] == []


async def test_writing_into_another_org_is_refused(roles: RoleUrls, database: Database) -> None:
    _seed(roles)
    with psycopg.connect(roles.system) as system:
        other = system.execute("INSERT INTO organizations (name) VALUES ('other') RETURNING id").fetchone()
        mine = system.execute("SELECT id FROM organizations WHERE name = 'one'").fetchone()
    assert other
    assert mine
    async with database.app(other[0]) as tx:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await tx.execute("INSERT INTO budgets (org_id, day) VALUES (%s, now())", mine)
