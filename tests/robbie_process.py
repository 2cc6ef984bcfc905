"""Robbie as a real process, to be killed, paused and asked to end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]

# On a busy machine, too, nobody loses what they hold, and models and memories may be slow to answer; all of it ends
# well within a test's patience. No model of a second's loading.
QUICK = {
    "ROBBIE_WORKER__LEASE_SECONDS": "15",
    "ROBBIE_WORKER__RENEW_SECONDS": "0.3",
    "ROBBIE_WORKER__OPEN_AFTER_SECONDS": "0",
    "ROBBIE_WORKER__SEND_LEASE_SECONDS": "15",
    "ROBBIE_WORKER__SWEEP_SECONDS": "0.5",
    "ROBBIE_WORKER__DEAD_AFTER_SECONDS": "15",
    "ROBBIE_WORKER__DRAIN_SECONDS": "10",
    "ROBBIE_ROUTER__TURN_SECONDS": "300",
    "ROBBIE_ROUTER__CONNECT_SECONDS": "60",
    "ROBBIE_ROUTER__FIRST_TOKEN_SECONDS": "60",
    "ROBBIE_ROUTER__STALL_SECONDS": "60",
    "ROBBIE_MEMORY__EMBEDDING": "off",
    "ROBBIE_MEMORY__RECALL_MS": "10000",
    "ROBBIE_WEB__PORT": "0",
    "ROBBIE_LOG_FORMAT": "json",
}

# Processes take long to come up, and some are killed: the leases of the dead are ended by the test (``end_leases``).
LASTING = {
    "ROBBIE_WORKER__LEASE_SECONDS": "120",
    "ROBBIE_WORKER__SEND_LEASE_SECONDS": "120",
    "ROBBIE_WORKER__DEAD_AFTER_SECONDS": "120",
    "ROBBIE_GATEWAY__LEASE_SECONDS": "120",
    "ROBBIE_GATEWAY__RENEW_SECONDS": "0.5",
    "ROBBIE_ROUTER__FIRST_TOKEN_SECONDS": "120",
    "ROBBIE_ROUTER__STALL_SECONDS": "120",
    "ROBBIE_MEMORY__RECALL_MS": "60000",
}

# Where processes die all the time, and others take up what they left. Only for tests that have the machine alone.
DYING = {
    "ROBBIE_WORKER__LEASE_SECONDS": "3",
    "ROBBIE_WORKER__SEND_LEASE_SECONDS": "3",
    "ROBBIE_WORKER__DEAD_AFTER_SECONDS": "4",
    "ROBBIE_GATEWAY__LEASE_SECONDS": "8",
    "ROBBIE_GATEWAY__RENEW_SECONDS": "2",
}


def slack_environment(slack: SlackDouble) -> dict[str, str]:
    """What connects a process to the Slack double over Socket Mode."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }


def discord_environment(discord: DiscordDouble) -> dict[str, str]:
    """What connects a process to the Discord double."""
    return {
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }


def provider_environment(providers: ProviderDouble) -> dict[str, str]:
    """What makes the provider double the only model of the chain."""
    return {
        "OPENAI_API_KEY": "sk-test-0123456789",
        "OPENAI_BASE_URL": providers.openai_url,
        "OLLAMA_BASE_URL": providers.ollama_url,
        "ROBBIE_MODELS": "[{level: 1, provider: openai, model: gpt-4o, input_usd: 1, output_usd: 2}]",
    }


class Robbie:
    """``python -m bot`` (or another command) in a folder of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *command: str) -> None:
        self._folder = folder
        self._command = command or ("run",)
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self._environment = {**keep, "PYTHONPATH": str(ROOT), **QUICK, **LASTING, **environment}
        self._log = folder / f"robbie-{id(self)}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    @property
    def log(self) -> str:
        """Everything it has written so far."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    @property
    def url(self) -> str:
        """Where it serves, as it said last."""
        return re.findall(r"http://[\d.]+:\d+", self.log)[-1]

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    async def health(self) -> dict[str, dict[str, object]]:
        """What it says of its neighbours."""
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            return (await client.get(f"{self.url}/readyz")).json()

    async def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        already = len(self.log)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", *self._command,
                cwd=self._folder, env=self._environment, stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                while "Robbie is ready" not in self.log[already:]:
                    assert self._process.returncode is None, self.log
                    await asyncio.sleep(0.05)
        except BaseException:
            await self.kill()  # it would go on, and take the time that the next tests need
            raise

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def terminate(self) -> int:
        """SIGTERM, and the exit code."""
        assert self._process is not None
        self._process.terminate()
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    def pause(self) -> None:
        """SIGSTOP: the process stands still and knows nothing of it."""
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)
