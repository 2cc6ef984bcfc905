"""Who left is no member any more, also where they write no message: they get mail, or a program acts for them."""

from __future__ import annotations

import psycopg
import pytest

from adapters.doubles.slack import error
from adapters.postgres.acquaintances import PostgresAcquaintances
from bot.app import App
from core.conversation.ports import Surface
from core.people.knowing import Knowing
from tests.office import Office

_AGES = "UPDATE accounts SET refreshed_at = now() - interval '2 days' WHERE account = 'U1'"
_REACHED = {
    "token": """INSERT INTO api_tokens (org_id, person_id, name, digest)
                SELECT org_id, person_id, 'script', 'x' FROM accounts WHERE account = 'U1'""",
    "mail": """INSERT INTO mail_addresses (org_id, person_id, address, verified_at)
               SELECT org_id, person_id, 'ana@acme.example', now() FROM accounts WHERE account = 'U1'""",
}


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Slack said within the hour is not remembered."""
    monkeypatch.setattr("adapters.slack.surface._PROFILE_SECONDS", 0.0)


async def member(office: Office) -> bool:
    ((found,),) = await office.rows("SELECT is_member FROM accounts WHERE account = 'U1'")
    return bool(found)


async def met(office: Office, admin_url: str, *statements: str) -> App:
    """Ana was met, then left; the platform's word of her is two days old."""
    app = await office.open()
    await office.command("help", "U1")
    assert await member(office)
    office.slack.workspace.users["U1"].deleted = True
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for statement in (*statements, _AGES):
            admin.execute(statement)
    return app


def surfaces_of(app: App) -> dict[str, Surface]:
    return {name: platform.surface for name, platform in app.platforms.items()}


def knowing(app: App) -> Knowing:
    return Knowing(PostgresAcquaintances(app.database), surfaces_of(app))


@pytest.mark.parametrize("by", sorted(_REACHED))
async def test_who_left_is_no_member_though_they_write_no_more(office: Office, admin_url: str, by: str) -> None:
    app = await met(office, admin_url, _REACHED[by])
    await knowing(app).look()
    assert not await member(office)


async def test_nobody_else_is_asked_after(office: Office, admin_url: str) -> None:
    app = await met(office, admin_url)
    await knowing(app).look()
    assert await member(office)


async def test_where_the_platform_does_not_say_nothing_changes_and_it_is_not_asked_at_once_again(
    office: Office, admin_url: str
) -> None:
    app = await met(office, admin_url, _REACHED["mail"])
    office.slack.fault("users.info", error("internal_error"), times=None)
    calls, minutes = len(office.slack.called("users.info")), iter(range(0, 600, 100))
    asked = Knowing(PostgresAcquaintances(app.database), surfaces_of(app), lambda: float(next(minutes)))
    for _ in range(3):
        await asked.look()
    assert await member(office)
    assert len(office.slack.called("users.info")) == calls + 1
