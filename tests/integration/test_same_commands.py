"""The same commands on Slack, Discord, in the terminal and in the web chat: each surface is asked what it offers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.console.chat import ask
from adapters.discord.commands import application_commands
from core.commands import REGISTRY
from core.conversation.turn import TurnPolicy, Turns
from core.registry import Command, Registry
from tests.office import Office

ROOT = Path(__file__).resolve().parents[2]
OFFERED = [command.name for command in REGISTRY.offered]


def listed(overview: str) -> list[str]:
    """The commands that a help text names, without the prefix."""
    lines = [line for line in overview.splitlines() if line.startswith("- **")]
    assert len(lines) <= 12, "it fits on a screen, a phone's as well"
    return re.findall(r"`([a-z-]+)`", "\n".join(lines))


async def test_slack_offers_every_command_of_the_registry(office: Office) -> None:
    await office.open()
    assert listed(await office.ask("!robbie help", "U1")) == OFFERED


async def test_terminal_and_web_chat_offer_every_command_of_the_registry(office: Office) -> None:
    app = await office.open()
    for conversation in ("c1", "c2"):
        outcome = await ask(
            app.intake, app.view, "/help", zone="UTC", conversation=conversation, progress=lambda _text: None
        )
        assert listed(outcome.answer) == OFFERED


def test_discord_offers_every_command_of_the_registry() -> None:
    slash = [command for command in application_commands(REGISTRY) if command.get("type", 1) == 1]
    assert [command["name"] for command in slash] == OFFERED


def test_the_command_line_lists_the_registry_as_json() -> None:
    made = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main(['commands', '--json'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    known = {command["name"]: command for command in json.loads(made.stdout)}
    assert list(known) == [command.name for command in REGISTRY]
    assert [name for name, command in known.items() if not command["hidden"]] == OFFERED


def test_the_page_on_commands_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/commands_reference.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_command_that_nobody_carries_out_stops_the_start() -> None:
    with pytest.raises(ValueError, match="nobody carries out: lonely"):
        Turns(
            None,  # type: ignore[arg-type]  # nothing is asked of it
            None,  # type: ignore[arg-type]
            {},
            TurnPolicy(),
            {},
            registry=Registry([Command(name="lonely", summary="-")]),
            handlers={},
            reading=None,  # type: ignore[arg-type]
        )


async def test_what_takes_effect_at_once_in_the_terminal_says_so_and_regenerate_shows_the_new_answer(
    office: Office,
) -> None:
    office.providers.reply("one")
    app = await office.open()

    async def typed(text: str) -> str:
        done = await ask(app.intake, app.view, text, zone="UTC", conversation="c", progress=lambda _text: None)
        return done.answer

    assert await typed("count") == "one"
    assert await typed("/stop") == "Stopping."
    office.providers.reply("two")
    assert await typed("/regenerate") == "two"


async def test_in_a_direct_message_a_command_needs_no_prefix_and_what_changes_something_is_asked_back(
    office: Office,
) -> None:
    await office.open()
    direct = office.slack.dm("U1")
    assert "**On:** no" in await office.ask("brief off", direct)
    assert await office.rows("SELECT settings #>> '{briefs,on}' FROM people ORDER BY id LIMIT 1") == [("false",)]
    assert "Send Ben the contract" in await office.ask("task Send Ben the contract by tomorrow", direct)
    assert await office.rows("SELECT 1 FROM tasks") == []
    assert not office.providers.requests
    office.providers.reply("I see.")
    assert await office.ask("brief history of time?", direct) == "I see."


@pytest.mark.parametrize("line", ["/metnor", "/stop now"])
async def test_a_line_that_cannot_be_read_is_explained_in_the_terminal(office: Office, line: str) -> None:
    app = await office.open()
    done = await ask(app.intake, app.view, line, zone="UTC", conversation="c", progress=lambda _text: None)
    assert "I do not know" in done.answer or "takes no arguments" in done.answer
    assert not office.providers.requests
