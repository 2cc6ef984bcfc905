"""Keys, tokens and providers' words stay inside: whatever fails, no log, page, prompt or answer tells them."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres.roles import RoleUrls
from bot.app import App, secrets_of
from bot.health import Health
from bot.logs import configure
from bot.settings import Secrets, Settings
from tests.office import Office
from tests.web_room import ORIGIN

SECRET = "plover-7731-xyzzy"  # in every provider's error, as if it quoted a key
KEYS = {
    "OPENAI_API_KEY": "sk-openai-0123456789abcdef",
    "ANTHROPIC_API_KEY": "sk-ant-0123456789abcdef",
    "OPEN_WEIGHT_API_KEY": "gsk_0123456789abcdef",
}
MODELS = {
    "openai": "{level: 1, provider: openai, model: gpt-4o, input_usd: 1, output_usd: 2}",
    "anthropic": "{level: 2, provider: anthropic, model: claude-sonnet-4-5, input_usd: 1, output_usd: 2}",
    "compatible": "{level: 3, provider: compatible, model: llama-3.3-70b, input_usd: 1, output_usd: 2}",
    "ollama": "{level: 4, provider: ollama, model: llama3.2}",
}
SAID = f"Internal wires of {SECRET} are burning"
PATIENCE = {
    "ROBBIE_ROUTER__FIRST_TOKEN_SECONDS": "2",
    "ROBBIE_ROUTER__STALL_SECONDS": "0.5",
    "ROBBIE_ROUTER__TURN_SECONDS": "3",
}
# Everything that the double can do wrong, as it says it when it can say something.
FAULTS: dict[str, Callable[[ProviderDouble], object]] = {
    **{
        str(status): lambda double, status=status: double.fault("status", status=status, message=SAID)
        for status in (400, 401, 402, 403, 404, 408, 413, 418, 429, 500, 502, 503, 529)
    },
    "quota": lambda double: double.fault("status", status=429, code="insufficient_quota", message=SAID),
    "context": lambda double: double.fault("status", status=400, code="context_length_exceeded", message=SAID),
    "policy": lambda double: double.fault("status", status=400, code="content_policy_violation", message=SAID),
    "drop": lambda double: double.fault("drop"),
    "hold": lambda double: double.fault("hold"),
    "stall": lambda double: double.fault("stall", after=1),
    "cut": lambda double: double.fault("cut", after=1),
    "truncate": lambda double: double.fault("truncate", after=1),
    "malformed": lambda double: double.fault("malformed", after=1),
    "error event": lambda double: double.fault("error_event", after=1, message=SAID),
    "filter": lambda double: double.fault("filter", after=1),
    "refusal": lambda double: double.fault("refusal"),
    # The last, since it spares the model what would follow.
    "retry later": lambda double: double.fault("status", status=429, retry_after=30, message=SAID),
}
OURS = re.compile(r"I can't reach any of my models right now|The model that I asked declined to answer this")


@pytest.fixture
async def office(roles: RoleUrls, tmp_path: Path) -> AsyncIterator[Office]:
    """Doubles, and a fresh database."""
    async with SlackDouble(retry_delays=(0.0, 0.5, 2.0)) as slack, ProviderDouble(piece_size=8) as providers:
        office = Office(slack, providers, roles, tmp_path)
        async with office.stack:
            yield office


def chain(office: Office, *names: str) -> dict[str, str]:
    """Settings for these providers, all served by the double."""
    return {
        **KEYS,
        **PATIENCE,
        "ANTHROPIC_BASE_URL": office.providers.anthropic_url,
        "OPEN_WEIGHT_BASE_URL": office.providers.groq_url,
        "ROBBIE_MODELS": "[" + ", ".join(MODELS[name] for name in names) + "]",
        "ROBBIE_ROUTER__BREAKER_FAILURES": "1000",
    }


@pytest.mark.parametrize("provider", MODELS)
async def test_no_error_of_a_provider_is_shown_to_a_person(
    office: Office, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    """CASE 16: every fault of every provider ends in words of ours, and in no log either."""
    caplog.set_level(logging.DEBUG, "adapters")
    office.providers.reply("A short answer of the model, in a few pieces.")
    await office.open(**chain(office, provider))
    for name, fault in FAULTS.items():
        fault(office.providers)
        answer = await office.ask(f"<@UROBBIE> {name}?")
        office.providers.clear_faults()
        assert OURS.match(answer), (name, answer)
        assert office.providers.requests, f"nobody was asked at {name}"
        office.providers.requests.clear()
    said = "\n".join(message.text + json.dumps(message.blocks) for message in office.slack.bot_messages("C1"))
    for word in (
        SECRET,
        "wires",
        "Error",
        "error",
        "HTTP",
        "Gateway",
        "openai",
        "anthropic",
        "litellm",
        *KEYS.values(),
    ):
        assert word not in said, word
        if word in (SECRET, *KEYS.values()):
            assert word not in caplog.text


@pytest.mark.parametrize(
    "name", ["400", "401", "429", "500", "503", "529", "cut", "truncate", "malformed", "error event"]
)
async def test_when_one_provider_fails_the_next_answers_and_nothing_of_the_failure_stays(
    office: Office, name: str
) -> None:
    """CASE 16: the chain goes on at every error."""
    office.providers.reply("the answer of the last", model="llama3.2")
    office.providers.reply("what must not stay of the others")
    for model in ("gpt-4o", "claude-sonnet-4-5", "llama-3.3-70b"):
        FAULTS[name](office.providers)
        office.providers._script.faults[-1].model = model
    await office.open(**chain(office, *MODELS))
    assert await office.ask("<@UROBBIE> who answers?") == "the answer of the last"


def full_settings() -> Settings:
    return Settings(
        secrets=Secrets(
            database_url=SecretStr("postgresql://robbie:hunter2-db@db.example/robbie"),
            redis_url=SecretStr("redis://:hunter2-redis@cache.example/0"),
            slack_bot_token=SecretStr("xoxb-hunter2-bot"),
            slack_app_token=SecretStr("xapp-hunter2-app"),
            slack_signing_secret=SecretStr("hunter2-signing"),
            slack_client_id=SecretStr("hunter2.client"),
            slack_client_secret=SecretStr("hunter2-client-secret"),
            discord_token=SecretStr("MTIz.hunter2.discord"),
            encryption_key=SecretStr("hunter2-encryption"),
            openai_api_key=SecretStr("sk-hunter2-openai"),
            anthropic_api_key=SecretStr("sk-ant-hunter2"),
            open_weight_api_key=SecretStr("gsk_hunter2hunter2"),
        )
    )


def test_settings_shown_in_any_way_show_no_secret() -> None:
    settings = full_settings()
    ways = (repr, str, Settings.model_dump_json, lambda some: str(some.model_dump()), lambda some: f"{some.secrets}")
    assert [way for way in ways if "hunter2" in way(settings)] == []


def test_every_secret_of_the_settings_is_kept_out_of_logs() -> None:
    """A secret that is added and is no SecretStr would be missed."""
    settings = full_settings()
    assert {value.get_secret_value() for value in secrets_of(settings)} == {
        value.get_secret_value() for value in vars(settings.secrets).values() if isinstance(value, SecretStr)
    }
    plain = {name for name, value in vars(settings.secrets).items() if not isinstance(value, SecretStr)}
    assert {name for name in plain if not name.endswith("_url")} == set()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Logs configured as a process configures them; gives what was written."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written)
    configure("json", secrets_of(full_settings()))
    yield written.getvalue
    root.handlers = before
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        "cannot connect to postgresql://robbie:hunter2-db@db.example/robbie",
        "another postgresql://somebody:hunter2-other@127.0.0.1:5432/x",
        "signed with hunter2-signing",
        "Authorization: Bearer hunter2-of-somebody",
        "token xoxb-1-hunter2-elsewhere",
        "key sk-proj-hunter2-elsewhere",
        "{'api_key': 'gsk_hunter2elsewhere'}",
        "redis://:hunter2-redis@cache.example/0",
    ],
)
def test_a_log_line_holds_no_secret_in_message_argument_or_traceback(log: Callable[[], str], text: str) -> None:
    logger = logging.getLogger("robbie.test")
    logger.warning(text)
    logger.warning("failed: %s, %r", text, {"why": [text]})
    try:
        raise ConnectionError(text) from ValueError(text)
    except ConnectionError:
        logger.exception("broke")
    lines = log()
    assert lines.count("[secret]") >= 4
    assert "hunter2" not in lines


async def test_neither_pages_nor_health_metrics_or_prompts_hold_a_secret(office: Office) -> None:
    app = await office.open(**chain(office, *MODELS))
    FAULTS["401"](office.providers)
    await office.ask("<@UROBBIE> what are your keys?")
    office.providers.clear_faults()
    await office.ask("<@UROBBIE> and now?")
    known = [secret.get_secret_value() for secret in secrets_of(app.settings)]
    assert len(known) >= 5
    seen = await _pages(app) + office.prompt()
    assert [secret for secret in known if secret in seen] == []
    assert "ready" in seen
    assert "robbie_model_attempts" in seen


async def _pages(app: App) -> str:
    """Everything that can be fetched without being somebody."""

    transport = httpx.ASGITransport(app=app.web(Health(app).state))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, follow_redirects=True) as client:
        answers = [await client.get(path) for path in ("/", "/readyz", "/healthz", "/metrics", "/nowhere", "/c/x")]
    return "".join(answer.text + str(answer.headers) for answer in answers)


async def test_health_tells_what_failed_by_its_kind_only() -> None:
    from adapters.web.app import create_app
    from tests.web_room import Room

    async def broken() -> Mapping[str, object]:
        raise ConnectionError("postgresql://robbie:hunter2-db@db.example/robbie")

    transport = httpx.ASGITransport(app=create_app(Room(), Room(), health=broken))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "error": "ConnectionError"})
