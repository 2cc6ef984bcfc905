"""``robbie doctor`` as a person and a script meet it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from adapters.discord.api import DiscordApi
from adapters.discord.commands import application_commands, sync
from adapters.doubles.discord import DiscordDouble
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres import processes
from adapters.postgres.migrate import downgrade
from adapters.postgres.roles import RoleUrls
from core.commands import REGISTRY
from tests.integration.test_cli import robbie
from tests.robbie_process import QUICK, Robbie, provider_environment, slack_environment

SECRET = "do-not-show-this"
GROUPS = [
    "Settings",
    "Machine",
    "Database",
    "Queue",
    "Calendars",
    "Redis",
    "Models",
    "Memory",
    "Slack",
    "Discord",
    "Mail",
]


@dataclass
class Town:
    """Every neighbour, and the settings that lead to them."""

    slack: SlackDouble
    discord: DiscordDouble
    providers: ProviderDouble
    environ: dict[str, str]


@pytest.fixture
async def town(admin_url: str, roles: RoleUrls) -> AsyncIterator[Town]:
    async with SlackDouble() as slack, DiscordDouble() as discord, ProviderDouble() as providers:
        api = DiscordApi(discord.token, base_url=discord.api_url)
        await sync(api, discord.bot_user, application_commands(REGISTRY))
        await api.close()
        environ = {
            **slack_environment(slack),
            **provider_environment(providers),
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DATABASE_URL": admin_url,
            "ROBBIE_WEB__PORT": "0",
        }
        yield Town(slack, discord, providers, environ)


async def doctor(folder: Path, environ: Mapping[str, str], *options: str) -> CompletedProcess[str]:
    done = await asyncio.to_thread(robbie, folder, "doctor", *options, environ=environ)
    assert "Traceback" not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done


def checks(done: CompletedProcess[str]) -> list[dict[str, str]]:
    """The one object that ``--json`` prints, which agrees with the exit code."""
    told = json.loads(done.stdout)
    assert told["ok"] == (done.returncode == 0)
    assert all(set(check) == {"name", "group", "status", "found", "mend", "seconds"} for check in told["checks"]), told[
        "checks"
    ]
    return list(told["checks"])


def by_status(done: CompletedProcess[str], status: str) -> list[str]:
    return [f"{check['group']}: {check['name']}" for check in checks(done) if check["status"] == status]


@pytest.mark.parametrize("options", [(), ("--live",)])
async def test_where_all_is_well_it_ends_with_0(tmp_path: Path, town: Town, options: tuple[str, ...]) -> None:
    done = await doctor(tmp_path, town.environ, "--json", *options)
    assert (done.returncode, done.stderr) == (0, "")
    assert by_status(done, "problem") == by_status(done, "warning") == []
    assert list(dict.fromkeys(check["group"] for check in checks(done))) == GROUPS
    assert len(town.providers.requests) == len(options)
    assert os.listdir(tmp_path) == []


async def test_settings_that_cannot_be_read_end_with_2(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("web: {prot: 1}\n")
    done = await doctor(tmp_path, {}, "--json")
    assert done.returncode == 2
    assert by_status(done, "problem") == ["Settings: files"]
    assert checks(done)[0]["found"] == "unknown setting 'web.prot': did you mean 'web.port'?"
    for_people = await doctor(tmp_path, {"COLUMNS": "80"})
    assert for_people.returncode == 2
    assert "did you mean 'web.port'?" in for_people.stdout


async def test_everything_that_is_wrong_is_found_at_once_and_no_secret_is_shown(tmp_path: Path, town: Town) -> None:
    town.slack.workspace.scopes -= {"chat:write"}
    town.slack.workspace.bot_name = "Rob\x1b[2Jbie"
    town.providers.fault("status", status=401, message=f"Incorrect key: sk-{SECRET}", route="models")
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN={town.slack.bot_token}\n")
    (tmp_path / ".env").chmod(0o644)
    environ = {
        **town.environ,
        "DATABASE_URL": f"postgresql://robbie:{SECRET}@127.0.0.1:1/robbie",
        "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
        "SLACK_APP_TOKEN": f"xapp-{SECRET}",
        "OPENAI_API_KEY": f"sk-{SECRET}",
        "DISCORD_TOKEN": SECRET,
        "ROBBIE_WEB__HOST": "0.0.0.0",
    }
    done = await doctor(tmp_path, environ, "--json")
    assert done.returncode == 1
    assert "bie in Double" in done.stdout
    assert "\\u001b" not in done.stdout
    assert by_status(done, "problem") == [
        "Database: server",
        "Redis: redis",
        "Models: openai/gpt-4o",
        "Slack: scopes",
        "Slack: app token",
        "Discord: bot token",
    ]
    assert by_status(done, "warning") == ["Settings: files", "Settings: web access"]
    assert all(check["mend"] for check in checks(done) if check["status"] in ("problem", "warning"))


async def test_for_people_it_fits_80_columns_and_ends_with_where_to_begin(tmp_path: Path, town: Town) -> None:
    environ = {**town.environ, "REDIS_URL": "redis://127.0.0.1:1", "SLACK_BOT_TOKEN": "xoxb-wrong", "COLUMNS": "80"}
    done = await doctor(tmp_path, environ)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    at = lines.index("2 problems. Mend the first one first:")
    assert lines[at + 1].startswith("  ✗ redis ")
    assert any(line.startswith("     > start it, or correct REDIS_URL") for line in lines[at + 2 :])
    assert any(line.startswith("  ✗ redis ") for line in lines)
    assert any(line.startswith("  ✓ server ") for line in lines)
    assert any(line.startswith("     > copy it anew") for line in lines)


async def test_without_a_terminal_that_knows_the_signs_others_are_used(tmp_path: Path, town: Town) -> None:
    environ = {**town.environ, "REDIS_URL": "redis://127.0.0.1:1", "PYTHONIOENCODING": "latin-1"}
    done = await doctor(tmp_path, environ)
    assert done.returncode == 1
    assert "  x redis" in done.stdout
    assert "  + server" in done.stdout


async def test_a_missing_migration_is_found_and_mended_as_it_says(tmp_path: Path, town: Town, roles: RoleUrls) -> None:
    downgrade(roles.owner, "0006_communication")
    assert by_status(await doctor(tmp_path, town.environ, "--json"), "problem") == ["Database: migrations"]
    assert robbie(tmp_path, "migrate", environ=town.environ).returncode == 0
    assert (await doctor(tmp_path, town.environ, "--json")).returncode == 0


async def test_neighbours_that_say_nothing_hold_nobody_up(tmp_path: Path) -> None:
    with ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
        environ = {
            "DATABASE_URL": f"postgresql://robbie:{SECRET}@127.0.0.1:{silent}/robbie",
            "REDIS_URL": f"redis://127.0.0.1:{silent}",
            "SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
            "SLACK_APP_TOKEN": f"xapp-{SECRET}",
            "SLACK_API_URL": f"http://127.0.0.1:{silent}/api/",
            "DISCORD_TOKEN": SECRET,
            "DISCORD_API_URL": f"http://127.0.0.1:{silent}/api/v10",
            "OPENAI_API_KEY": f"sk-{SECRET}",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{silent}/v1",
            "ROBBIE_WEB__PORT": str(silent),
        }
        done = await doctor(tmp_path, environ, "--json")
    assert by_status(done, "problem") == [
        "Machine: web chat",
        "Database: server",
        "Redis: redis",
        "Models: openai/gpt-5.4-mini",
        "Slack: bot token",
        "Discord: api",
    ]


async def test_beside_a_running_robbie_it_shares_the_embedded_database_and_leaves_it(tmp_path: Path) -> None:
    async with ProviderDouble() as providers:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        environ = {**provider_environment(providers), "ROBBIE_WEB__PORT": port}
        async with SlackDouble() as slack, Robbie(tmp_path, {**environ, **slack_environment(slack)}) as running:
            done = await doctor(tmp_path, {**QUICK, **environ, **slack_environment(slack)}, "--json")
            found = {f"{check['group']}: {check['name']}": check["found"] for check in checks(done)}
            assert done.returncode == 0, found
            assert found["Queue: workers"] == "alive"
            assert found["Queue: slack connection"].endswith(f":{running.pid}")
            assert found["Machine: web chat"] == f"a running Robbie serves 127.0.0.1:{port}"
            assert "started for this check" not in found["Database: server"]
            assert processes.postmaster(tmp_path / "var" / "postgres" / "data")
            assert await running.terminate() == 0
        alone = await doctor(tmp_path, environ, "--json")
        assert "started for this check" in next(c["found"] for c in checks(alone) if c["name"] == "server")
        assert processes.postmaster(tmp_path / "var" / "postgres" / "data") is None
