"""Memory runs in the process: what is said is remembered and gets its vector, without anybody asking for it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.embedding import NAME
from adapters.postgres.roles import RoleUrls
from bot.doctor import examine
from bot.memory_cli import memory_app
from bot.settings import SettingsError, load
from core.health.models import Finding
from tests.leases import end_leases
from tests.office import Office
from tests.robbie_process import Robbie, provider_environment, slack_environment

_EMBEDDED = "SELECT text, embedded_by FROM memories WHERE kind = 'message' AND embedding IS NOT NULL ORDER BY id"
_REMEMBERED = "SELECT text FROM memories WHERE kind = 'message' ORDER BY id"
REMOTE = "openai/text-embedding-3-small"


async def test_what_is_said_is_found_by_meaning_a_moment_later(office: Office) -> None:
    await office.open(ROBBIE_MEMORY__EMBEDDING="local")
    await office.ask("<@UROBBIE> the harbour deal is signed")
    await office.until_rows(_EMBEDDED, [("the harbour deal is signed", NAME)])


async def test_vectors_come_from_a_provider_where_the_settings_say_so(office: Office) -> None:
    await office.open(ROBBIE_MEMORY__EMBEDDING=REMOTE, ROBBIE_MEMORY__EMBEDDING_SIZE="ask")
    await office.ask("<@UROBBIE> the harbour deal is signed")
    await office.until_rows(_EMBEDDED, [("the harbour deal is signed", f"{REMOTE}#ask")])


async def test_without_an_embedder_what_is_said_is_remembered_all_the_same(office: Office) -> None:
    await office.open(ROBBIE_MEMORY__EMBEDDING="off")
    await office.ask("<@UROBBIE> the harbour deal is signed")
    await office.until_rows(_REMEMBERED, [("the harbour deal is signed",)])
    assert await office.rows(_EMBEDDED) == []


async def test_what_is_said_while_memory_is_off_is_never_remembered(office: Office) -> None:
    await office.open(ROBBIE_MEMORY__ENABLED="false")
    await office.ask("<@UROBBIE> the harbour deal is signed")
    await office.until_rows("SELECT count(*) FROM messages WHERE to_remember", [(0,)])
    assert await office.rows(_REMEMBERED) == []


async def test_a_providers_model_without_its_key_is_refused_with_the_variable_that_is_missing(office: Office) -> None:
    models = "[{level: 4, provider: ollama, model: m}]"
    with pytest.raises(SettingsError, match="needs OPENAI_API_KEY"):
        await office.open(ROBBIE_MEMORY__EMBEDDING=REMOTE, ROBBIE_MODELS=models, OPENAI_API_KEY="")


async def test_the_operator_sees_in_numbers_what_is_remembered_and_what_waits(
    office: Office, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.open(ROBBIE_MEMORY__EMBEDDING="local")
    await office.ask("<@UROBBIE> what is for lunch, 4711?")
    await office.until_rows(_EMBEDDED, [("what is for lunch, 4711?", NAME)])
    monkeypatch.setenv("DATABASE_URL", admin_url)

    def told(*arguments: str) -> str:
        return CliRunner().invoke(memory_app, ["status", *arguments]).stdout

    assert json.loads(await asyncio.to_thread(told, "--json")) == {
        "kinds": {"message": {"memories": 1, "embedded": 1}},
        "embedders": {NAME: 1},
        "chosen": NAME,
        "to_remember": 0,
        "to_embed": 0,
        "setting": "local",
    }
    shown = await asyncio.to_thread(told)
    assert f"1 vector is of {NAME}." in shown
    assert "0 messages wait to be remembered" in shown
    assert "4711" not in shown


async def test_the_doctor_tries_the_embedder_and_asks_a_provider_only_where_it_may(
    office: Office, tmp_path: Path
) -> None:
    async def seen(*, live: bool = False, **environment: str) -> Finding:
        given = {"ROBBIE_HOME": str(tmp_path), "ROBBIE_WEB__PORT": "0", **environment, "ROBBIE_MODELS": "[]"}
        results = await examine(load(environ=given), live=live, progress=lambda _text: None)
        return next(one.finding for one in results if (one.group, one.finding.name) == ("Memory", "embedding"))

    assert (await seen()).status == "ok"
    assert (await seen(ROBBIE_MEMORY__EMBEDDING="off")).status == "skipped"
    assert (await seen(ROBBIE_MEMORY__EMBEDDING=REMOTE)).status == "problem"
    keys = {**provider_environment(office.providers), "ROBBIE_MEMORY__EMBEDDING": REMOTE}
    assert (await seen(**keys)).status == "skipped"
    assert not office.providers.requests
    too_long = await seen(live=True, **keys)
    assert (too_long.status, "memory.embedding_size" in too_long.mend) == ("problem", True)
    assert (await seen(live=True, **keys, ROBBIE_MEMORY__EMBEDDING_SIZE="ask")).status == "ok"


@pytest.mark.slow
async def test_a_worker_that_is_killed_while_it_embeds_is_followed_by_one_that_goes_on(
    roles: RoleUrls, admin_url: str, tmp_path: Path
) -> None:
    """Its leases end, and each memory has its vector."""
    async with SlackDouble() as slack, ProviderDouble() as providers:
        environment = {
            **slack_environment(slack),
            **provider_environment(providers),
            "DATABASE_URL": admin_url,
            "ROBBIE_MEMORY__EMBEDDING": "local",
        }
        office = Office(slack, providers, roles, tmp_path)
        async with Robbie(tmp_path, environment) as robbie:
            await office.ask("<@UROBBIE> the harbour deal is signed")
            await office.until_rows(_REMEMBERED, [("the harbour deal is signed",)])
            await office.rows(
                "INSERT INTO messages (org_id, conversation_id, person_id, text, occurred_at) "
                "SELECT org_id, conversation_id, owner, 'filler ' || n, now() "
                "FROM memories, generate_series(1, 300) AS n RETURNING id"
            )
            await _until_some(office, "SELECT count(*) FROM embedding_leases")
            await robbie.kill()
            await end_leases(admin_url)
            assert await office.rows("SELECT 1 FROM memories WHERE embedding IS NULL LIMIT 1")
            await robbie.start()
            async with asyncio.timeout(120):
                while await office.rows("SELECT 1 FROM memories WHERE embedding IS NULL LIMIT 1"):
                    await asyncio.sleep(0.2)
        assert await office.rows(
            "SELECT count(*), count(DISTINCT message_id) FROM memories WHERE kind = 'message'"
        ) == [(301, 301)]


async def _until_some(office: Office, count: str) -> None:
    async with asyncio.timeout(60):
        while await office.rows(count) == [(0,)]:
            await asyncio.sleep(0.01)
