"""Where Robbie is installed, and what becomes of what waits when the app goes and comes back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.postgres.database import Database
from adapters.postgres.installations import PostgresInstallations, PostgresUsedStates
from adapters.postgres.roles import RoleUrls
from bot.vault import Vault
from core.conversation.models import Place
from core.people.installations import Installation, open_token, seal_token
from tests.integration.conftest import Desk, finished, message

VAULT = Vault(b"the key of this test")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOKEN = "xoxb-1-plover-xyzzy"
OTHER = Place(surface="slack", tenant="T2", channel="C1", thread="1.0")


def installed(tenant: str = "T1", at: datetime = NOON, token: str = TOKEN) -> Installation:
    return Installation(
        tenant=tenant,
        name="Acme",
        bot_user="UROBBIE",
        bot_id="BROBBIE",
        scopes=("chat:write", "im:history"),
        installed_by="U1",
        installed_at=at,
        sealed=seal_token(VAULT, tenant, token),
    )


@pytest.fixture
def rows(database: Database) -> PostgresInstallations:
    return PostgresInstallations(database, "slack")


async def test_an_installation_is_found_by_its_workspace_with_its_token_sealed(rows: PostgresInstallations) -> None:
    await rows.save(installed())
    await rows.save(installed("T2", token="xoxb-2"))
    found = await rows.find("T1")
    assert found is not None
    assert found.sealed is not None
    assert open_token(VAULT, "T1", found.sealed) == TOKEN
    assert (found.name, found.bot_user, found.scopes) == ("Acme", "UROBBIE", ("chat:write", "im:history"))
    assert [one.tenant for one in await rows.all()] == ["T1", "T2"]
    assert await rows.find("T3") is None


async def test_installations_of_another_platform_are_not_found(rows: PostgresInstallations, database: Database) -> None:
    await rows.save(installed())
    assert await PostgresInstallations(database, "discord").find("T1") is None


async def test_an_installation_shown_in_any_way_shows_no_token(rows: PostgresInstallations) -> None:
    await rows.save(installed())
    found = await rows.find("T1")
    assert found is not None
    assert found.sealed is not None
    assert found.sealed.decode() not in repr(found)


async def test_a_stolen_database_without_the_key_gives_no_token(rows: PostgresInstallations, admin_url: str) -> None:
    await rows.save(installed())
    with psycopg.connect(admin_url) as admin:
        dump = str(admin.execute("SELECT installations::text FROM installations").fetchall())
        (sealed,) = admin.execute("SELECT sealed FROM installations").fetchone() or ()
    assert TOKEN not in dump
    assert TOKEN.encode().hex() not in dump
    assert open_token(Vault(b"a guess"), "T1", bytes(sealed)) is None


async def test_who_serves_people_cannot_read_a_token(
    rows: PostgresInstallations, roles: RoleUrls, database: Database
) -> None:
    await rows.save(installed())
    await rows.save(installed("T2"))
    with psycopg.connect(roles.system) as system:
        (org,) = system.execute("SELECT org_id FROM tenants WHERE tenant = 'T1'").fetchone() or (0,)
    async with database.app(org) as tx:
        seen = await (await tx.execute("SELECT tenant, name FROM installations")).fetchall()
        assert seen == [{"tenant": "T1", "name": "Acme"}]
        with pytest.raises(InsufficientPrivilege):
            await tx.execute("SELECT sealed FROM installations")


async def test_a_second_install_replaces_the_token_and_keeps_what_waits(
    rows: PostgresInstallations, desk: Desk
) -> None:
    await rows.save(installed())
    await waiting(desk)
    await rows.save(installed(at=NOON + timedelta(hours=1), token="xoxb-new"))
    found = await rows.find("T1")
    assert found is not None
    assert found.sealed is not None
    assert open_token(VAULT, "T1", found.sealed) == "xoxb-new"
    assert await states(desk) == {"T1": ["ready"]}


async def waiting(desk: Desk, place: Place | None = None, number: int = 1) -> None:
    """An answer that waits to be sent."""
    changes = {"place": place} if place else {}
    await desk.accept(message(number, **changes))
    claim = await desk.turns.claim(*await desk.conversation(), ["slack"], messages=50)
    assert claim is not None
    await desk.turns.finish(claim, finished())


async def states(desk: Desk) -> dict[str, list[str]]:
    """The states of outbox rows by workspace."""
    found: dict[str, list[str]] = {}
    for row in await desk.rows("SELECT tenant, state FROM outbox ORDER BY id"):
        found.setdefault(str(row["tenant"]), []).append(str(row["state"]))
    return found


async def test_when_the_app_is_removed_the_token_goes_and_what_waits_is_failed_with_its_reason(
    rows: PostgresInstallations, desk: Desk
) -> None:
    await rows.save(installed())
    await rows.save(installed("T2"))
    await waiting(desk)
    await waiting(desk, OTHER)
    assert await rows.removed("T1", NOON + timedelta(minutes=1), "app_uninstalled")
    found = await rows.find("T1")
    assert found is not None
    assert (found.sealed, found.removed_because) == (None, "app_uninstalled")
    assert found.removed_at == NOON + timedelta(minutes=1)
    assert await states(desk) == {"T1": ["failed"], "T2": ["ready"]}
    row = await desk.row("SELECT error, lease_until FROM outbox WHERE tenant = 'T1'")
    assert row == {"error": "the app was removed from the workspace", "lease_until": None}
    other = await rows.find("T2")
    assert other is not None
    assert other.sealed is not None


async def test_what_was_asked_and_not_answered_yet_is_not_answered_into_the_void(
    rows: PostgresInstallations, desk: Desk
) -> None:
    await rows.save(installed())
    asked = await desk.accept(message(1))
    await rows.removed("T1", NOON + timedelta(minutes=1), "app_uninstalled")
    assert await desk.state(asked.inbox_id) == "expired"
    assert await desk.claim() is None


async def test_what_people_said_stays(rows: PostgresInstallations, desk: Desk) -> None:
    await rows.save(installed())
    await waiting(desk)
    await rows.removed("T1", NOON + timedelta(minutes=1), "app_uninstalled")
    assert (await desk.row("SELECT count(*) AS n FROM messages"))["n"] == 2
    assert (await desk.row("SELECT count(*) AS n FROM people"))["n"] == 1


@pytest.mark.parametrize("order", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")])
async def test_both_events_in_any_order_and_twice_are_one_removal(
    rows: PostgresInstallations, order: tuple[str, str]
) -> None:
    await rows.save(installed())
    at = NOON + timedelta(minutes=1)
    assert [await rows.removed("T1", at, why) for why in (*order, *order)] == [True, False, False, False]
    found = await rows.find("T1")
    assert found is not None
    assert found.removed_because == order[0]


async def test_both_events_at_once_are_one_removal(rows: PostgresInstallations) -> None:
    await rows.save(installed())
    at = NOON + timedelta(minutes=1)
    assert sorted(await asyncio.gather(*(rows.removed("T1", at, "both") for _ in range(6)))) == [*[False] * 5, True]


async def test_an_event_of_the_time_before_the_app_came_back_changes_nothing(
    rows: PostgresInstallations, desk: Desk
) -> None:
    await rows.save(installed())
    await rows.removed("T1", NOON + timedelta(minutes=1), "app_uninstalled")
    await rows.save(installed(at=NOON + timedelta(minutes=2)))
    await waiting(desk)
    assert not await rows.removed("T1", NOON + timedelta(minutes=1), "tokens_revoked")
    found = await rows.find("T1")
    assert found is not None
    assert found.sealed is not None
    assert found.removed_at is None
    assert await states(desk) == {"T1": ["ready"]}


async def test_when_the_app_comes_back_nothing_old_is_sent_late(rows: PostgresInstallations, desk: Desk) -> None:
    """A turn that ran, and a sender that had a row, when the app was removed put theirs back afterwards."""
    await rows.save(installed())
    await waiting(desk)
    await rows.removed("T1", NOON + timedelta(minutes=1), "app_uninstalled")
    await desk.execute("UPDATE outbox SET state = 'ready', error = NULL")
    await rows.save(installed(at=NOON + timedelta(minutes=2)))
    assert await states(desk) == {"T1": ["failed"]}
    await waiting(desk, number=2)
    assert await states(desk) == {"T1": ["failed", "ready"]}


async def test_a_workspace_that_the_settings_serve_is_noted_when_it_removes_the_app_and_when_it_is_back(
    rows: PostgresInstallations, desk: Desk
) -> None:
    await waiting(desk)
    assert await rows.removed("T1", datetime.now(UTC), "app_uninstalled")
    assert await states(desk) == {"T1": ["failed"]}
    found = await rows.find("T1")
    assert found is not None
    assert found.removed_at is not None
    await rows.back("T1")
    found = await rows.find("T1")
    assert found is not None
    assert (found.sealed, found.removed_at) == (None, None)
    assert not await rows.removed("T1", datetime.now(UTC) - timedelta(minutes=1), "tokens_revoked")


async def test_a_workspace_that_nobody_knows_removes_nothing(rows: PostgresInstallations) -> None:
    assert not await rows.removed("T9", NOON, "app_uninstalled")
    assert await rows.all() == []


async def test_a_state_is_used_once_whoever_asks_and_forgotten_after_its_time(database: Database) -> None:
    used, soon = PostgresUsedStates(database), datetime.now(UTC) + timedelta(minutes=10)
    assert sorted(await asyncio.gather(*(used.use(b"one", soon) for _ in range(6)))) == [*[False] * 5, True]
    assert await used.use(b"past", datetime.now(UTC) - timedelta(seconds=1))
    assert await used.use(b"two", soon)
    async with database.system() as tx:
        left = await (await tx.execute("SELECT digest FROM used_states ORDER BY until")).fetchall()
    assert {bytes(row["digest"]) for row in left} == {b"one", b"two"}


async def test_a_workspace_that_is_gone_can_be_erased_as_the_manual_says(
    rows: PostgresInstallations, desk: Desk, roles: RoleUrls
) -> None:
    await rows.save(installed())
    await waiting(desk)
    await waiting(desk, OTHER)
    await rows.removed("T1", NOON + timedelta(minutes=1), "app_uninstalled")
    found = await desk.row("SELECT org_id FROM tenants WHERE surface = 'slack' AND tenant = 'T1'")
    async with await psycopg.AsyncConnection.connect(roles.owner) as owner:
        await owner.execute("SELECT set_config('app.org', %s, false)", (str(found["org_id"]),))
        await owner.execute("DELETE FROM organizations WHERE id = %s", (found["org_id"],))
    for table in ("tenants", "people", "conversations", "messages", "inbox", "outbox"):
        left = await desk.rows(f"SELECT DISTINCT org_id FROM {table}")
        assert len(left) == 1, table
        assert left != [found], table
    assert await rows.all() == []
    assert await states(desk) == {"T2": ["ready"]}
