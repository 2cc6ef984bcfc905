"""The command line as a person meets it: what can be mended is one line that says what to do, and ends with 2."""

from __future__ import annotations

import asyncio
import io
import json
import os
import pty
import select
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import yaml
from rich.console import Console

from adapters.console.chat import as_markdown
from adapters.doubles.discord import DiscordDouble
from adapters.postgres.database import Database
from adapters.postgres.installations import PostgresInstallations
from bot import __version__
from core.people.installations import Installation

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "do-not-show-this"


def environment(**changes: str) -> dict[str, str]:
    """The environment of a person's terminal, with nothing of ours in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120", **changes}


def robbie(
    folder: Path, *arguments: str, module: str = "bot.cli", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder, env=environment(**{"COLUMNS": "40", **(environ or {})}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """What was refused, in one line after what was waited for."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert PASSWORD not in done.stderr
    *before, last = done.stderr.splitlines()
    assert all(line.startswith("· ") for line in before), done.stderr
    assert last.startswith("robbie: ")
    return last.removeprefix("robbie: ")


@pytest.mark.parametrize("command", [("run",), ("chat", "--once", "hi"), ("route", "hi"), ("migrate",)])
def test_a_wrong_setting_is_one_line_for_every_command(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "config.yaml").write_text("web: {prot: 1}\n")
    assert refusal(robbie(tmp_path, *command)) == "unknown setting 'web.prot': did you mean 'web.port'?"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml"]


def test_a_value_with_brackets_is_shown_as_it_was_written(tmp_path: Path) -> None:
    assert "'[/red' cannot be read" in refusal(robbie(tmp_path, "route", "hi", environ={"ROBBIE_MODELS": "[/red"}))


def test_a_port_in_use_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(robbie(tmp_path, "run", environ={"ROBBIE_WEB__PORT": str(port)}))
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert f"ROBBIE_WEB__PORT={port + 1}" in said
    assert list(tmp_path.iterdir()) == []


def test_python_m_bot_is_robbie_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "cannot listen" in refusal(robbie(tmp_path, module="bot", environ={"ROBBIE_WEB__PORT": port}))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql://u:{PASSWORD}@127.0.0.1:1/d", "cannot be used: connection failed"),
        (f"postgresql://u:{PASSWORD}@127.0.0.1/d?no_such_option=1", "DATABASE_URL cannot be read; write postgresql://"),
        (f"mysql://u:{PASSWORD}@127.0.0.1/d", "DATABASE_URL: must begin with postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    assert said in refusal(robbie(tmp_path, "migrate", environ={"DATABASE_URL": url}))


def test_a_database_that_is_not_there_is_named(tmp_path: Path, admin_url: str) -> None:
    url = admin_url.replace("/t_", "/no_such_")
    assert "does not exist" in refusal(robbie(tmp_path, "migrate", environ={"DATABASE_URL": url}))


def test_a_database_of_a_newer_robbie_is_left_as_it_is(tmp_path: Path, admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_of_the_future'")
    done = robbie(tmp_path, "migrate", environ={"DATABASE_URL": admin_url})
    assert done.returncode == 0, done.stderr
    assert "made by a newer Robbie" in done.stderr
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999_of_the_future",)]


def test_a_home_that_cannot_be_a_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in refusal(
        robbie(tmp_path, "migrate", environ={"ROBBIE_HOME": str(tmp_path / "file")})
    )


def test_route_shows_the_plan_and_asks_nobody(tmp_path: Path) -> None:
    # Nothing listens there: a call would fail.
    keys = {"OPENAI_API_KEY": f"sk-{PASSWORD}", "OPENAI_BASE_URL": "http://127.0.0.1:1", "ANTHROPIC_API_KEY": PASSWORD}
    done = robbie(tmp_path, "route", "What is two plus two?", "--json", environ=keys)
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert [step["level"] for step in plan["steps"]] == [1, 2, 4]
    assert plan["steps"][0]["estimate_usd"] > 0
    assert plan["steps"][-1]["estimate_usd"] == 0
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_yaml_and_the_same_as_its_json(tmp_path: Path) -> None:
    shown = yaml.safe_load(robbie(tmp_path, "slack", "manifest").stdout)
    assert shown == json.loads(robbie(tmp_path, "slack", "manifest", "--json").stdout)
    assert shown["settings"]["socket_mode_enabled"] is True


def test_a_manifest_for_an_address_that_slack_refuses_is_refused(tmp_path: Path) -> None:
    done = robbie(tmp_path, "slack", "manifest", "--request-url", "http://example.org/slack/events")
    assert done.returncode == 2
    assert "https" in done.stderr
    assert "Traceback" not in done.stderr


PUBLIC = {"ROBBIE_WEB__PUBLIC_URL": "https://r.example/"}


def test_the_manifest_leads_back_to_the_public_address(tmp_path: Path) -> None:
    made = json.loads(robbie(tmp_path, "slack", "manifest", "--json", environ=PUBLIC).stdout)
    assert made["oauth_config"]["redirect_urls"] == ["https://r.example/slack/oauth_redirect"]


def test_the_link_to_install_is_printed_when_everything_for_it_is_set(tmp_path: Path) -> None:
    done = robbie(tmp_path, "slack", "install-url", environ={**PUBLIC, "SLACK_CLIENT_ID": "1.2"})
    lacking = "SLACK_CLIENT_SECRET, SLACK_APP_TOKEN or SLACK_SIGNING_SECRET, slack.install"
    assert refusal(done) == f"nobody can install Robbie yet: set {lacking} (see docs/how-to/slack.md)"
    everything = {
        **PUBLIC,
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "hush-hush",
        "SLACK_APP_TOKEN": "xapp-1",
        "ROBBIE_SLACK__INSTALL": "open",
    }
    assert robbie(tmp_path, "slack", "install-url", environ=everything).stdout == "https://r.example/slack/install\n"


async def test_the_workspaces_are_listed_without_their_tokens(
    tmp_path: Path, admin_url: str, database: Database
) -> None:
    environ = {"DATABASE_URL": admin_url, "COLUMNS": "120"}
    assert "No workspace" in robbie(tmp_path, "slack", "workspaces", environ=environ).stdout
    rows = PostgresInstallations(database, "slack")
    for number, tenant in enumerate(("T1", "T2")):
        at = datetime(2026, 11, 24, 9, number, tzinfo=UTC)
        await rows.save(Installation(tenant, "Acme", "UB", "BB", ("chat:write",), "U1", at, b"sealed-plover"))
    await rows.removed("T2", datetime(2026, 11, 25, tzinfo=UTC), "app_uninstalled")
    shown = robbie(tmp_path, "slack", "workspaces", environ=environ).stdout
    assert [line.split()[0] for line in shown.splitlines()] == ["workspace", "T1", "T2"]
    assert "removed 2026-11-25" in shown
    listed = json.loads(robbie(tmp_path, "slack", "workspaces", "--json", environ=environ).stdout)["workspaces"]
    assert [(one["workspace"], one["removed_because"]) for one in listed] == [("T1", None), ("T2", "app_uninstalled")]
    assert "plover" not in shown + json.dumps(listed)


async def test_the_invitation_names_the_application_and_what_it_may_do(tmp_path: Path) -> None:
    async with DiscordDouble() as discord:
        environ = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.api_url}
        done = await asyncio.to_thread(robbie, tmp_path, "discord", "invite", environ=environ)
        assert (done.returncode, done.stderr) == (0, "")
        query = parse_qs(urlsplit(done.stdout.strip()).query)
        assert query["client_id"] == [discord.bot_user]
        assert query["scope"] == ["bot applications.commands"]
        least = {
            "read_messages", "send_messages", "send_messages_in_threads", "create_public_threads",
            "read_message_history", "attach_files",
        }  # fmt: skip
        assert discord_permissions(int(query["permissions"][0])) == least
        done = await asyncio.to_thread(robbie, tmp_path, "discord", "invite", "--personas", environ=environ)
        query = parse_qs(urlsplit(done.stdout.strip()).query)
        assert discord_permissions(int(query["permissions"][0])) == least | {"manage_webhooks"}
        environ["DISCORD_TOKEN"] = f"wrong-{PASSWORD}"
        done = await asyncio.to_thread(robbie, tmp_path, "discord", "invite", environ=environ)
        assert "does not accept DISCORD_TOKEN" in refusal(done)
    assert "DISCORD_TOKEN is missing" in refusal(robbie(tmp_path, "discord", "invite"))


def discord_permissions(value: int) -> set[str]:
    """The names of what is allowed."""
    from discord import Permissions

    return {name for name, allowed in Permissions(value) if allowed}


def test_the_release_is_said(tmp_path: Path) -> None:
    assert robbie(tmp_path, "--version").stdout == f"robbie {__version__}\n"


def test_a_report_without_briefs_says_so_and_reckons_no_time(tmp_path: Path, admin_url: str) -> None:
    done = robbie(tmp_path, "report", "value", environ={"DATABASE_URL": admin_url, "COLUMNS": "80"})
    assert (done.returncode, "No brief was delivered" in done.stdout) == (0, True)
    assert "minutes" not in done.stdout
    assert all(line.startswith("· ") for line in done.stderr.splitlines()), done.stderr


def test_help_names_every_command(tmp_path: Path) -> None:
    done = robbie(tmp_path, "--help")
    assert done.returncode == 0
    assert all(
        f" {command} " in done.stdout for command in ("run", "chat", "route", "doctor", "migrate", "slack", "discord")
    )


class Terminal:
    """A person at a real terminal in which a command runs."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *arguments: str) -> None:
        self.side, theirs = pty.openpty()
        command = [sys.executable, "-m", "bot.cli", *arguments]
        # Ctrl-C is a signal only where the terminal is the command's own.
        self.process = subprocess.Popen(command, cwd=folder, env=environ, preexec_fn=lambda: os.login_tty(theirs))
        os.close(theirs)
        self.shown = ""

    def see(self, text: str, seconds: float = 60) -> str:
        """Wait until the text is shown, and return what came up to its end."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.side], [], [], end - time.monotonic())
            assert ready, self.shown
            self.shown += os.read(self.side, 4096).decode("utf-8", "replace")
        seen, _, self.shown = self.shown.partition(text)
        return seen

    def type(self, keys: str) -> None:
        os.write(self.side, keys.encode())


def test_ctrl_c_ends_a_conversation_without_one_more_enter_and_leaves_the_terminal_in_order(
    tmp_path: Path, admin_url: str
) -> None:
    at = Terminal(tmp_path, environment(DATABASE_URL=admin_url, ROBBIE_MODELS="[]"), "chat")
    try:
        at.see("you> ")
        at.type("Hello\r")
        at.see("can't reach any of my models")
        at.see("you> ")
        at.type("\x03")
        assert at.process.wait(30) in (1, 130)
        assert termios.tcgetattr(at.side)[3] & termios.ECHO
        assert "Traceback" not in at.shown
    finally:
        at.process.kill()
        at.process.wait()
        os.close(at.side)


def test_a_line_that_ends_in_an_answer_ends_in_the_terminal_too() -> None:
    console = Console(width=60, file=io.StringIO(), record=True)
    console.print(as_markdown("An old silent pond\nA frog jumps in\n\n```\na\nb\n```"))
    lines = [line.strip() for line in console.export_text().splitlines()]
    assert [line for line in lines if line] == ["An old silent pond", "A frog jumps in", "a", "b"]
