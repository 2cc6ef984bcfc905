"""The bots that are measured, each as the processes that a person would start."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120.0
MODEL = "[{level: 1, provider: openai, model: gpt-4o, input_usd: 1, output_usd: 2}]"


@dataclass(frozen=True)
class Contestant:
    """A bot: its name, its processes' commands, and the line with which the last of them says that it is ready."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)


def plain(kind: str = "litellm") -> Contestant:
    """The plain bot."""
    flags = ("--httpx",) if kind == "httpx" else ()
    return Contestant(f"plain bot, {kind}", (("-m", "benchmarks.plain_bot", *flags),), "ready")


def robbie(*roles: str, profile: bool = False) -> Contestant:
    """Robbie in one process, or one process for each of the roles: a gateway, and workers that give it its name."""
    launcher = ("-m", "benchmarks.profiled") if profile else ("-m", "bot.cli")
    environment = {"ROBBIE_MODELS": MODEL, "ROBBIE_WEB__PORT": "0", "ROBBIE_BUDGET__DAILY_USD": "1000000"}
    if not roles:
        return Contestant("Robbie, one process", ((*launcher, "run"),), "Robbie is ready", environment)
    commands = tuple((*launcher, "run", "--role", role) for role in roles)
    workers = roles.count("worker")
    named = f"Robbie, {workers} worker{'s' if workers > 1 else ''}"
    return Contestant(named, commands, "Robbie is ready", environment)


@dataclass
class Running:
    """A bot that runs.

    Attributes:
        start_seconds: from the first command to the last ready line.
        home: its working folder.
    """

    start_seconds: float
    home: Path
    processes: list[psutil.Process]

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far: of the bot's processes, and of its database's."""
        return {"bot": _cpu(self.processes), "database": _cpu(self._database())}

    def memory(self) -> dict[str, float]:
        """Proportional set size in MB, so that shared pages count once."""
        return {"bot": _pss(self.processes), "database": _pss(self._database())}

    def _database(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and str(self.home) in process.cwd():
                    found.append(process)
            except psutil.Error:
                continue
        return found


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(times.user + times.system for p in processes if (times := p.cpu_times()))


def _pss(processes: list[psutil.Process]) -> float:
    return round(sum(p.memory_full_info().pss for p in processes) / 2**20, 1)


@asynccontextmanager
async def started(contestant: Contestant, environment: Mapping[str, str]) -> AsyncIterator[Running]:
    """The bot runs while the block lasts, in an empty folder of its own."""
    async with AsyncExitStack() as stack:
        home = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="robbie-bench-", ignore_cleanup_errors=True))
        )
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        env = {**kept, "PYTHONPATH": str(ROOT), **environment, **contestant.environment}
        began = time.monotonic()
        children = []
        for number, command in enumerate(contestant.commands):
            log = home / f"{number}.log"
            child = await stack.enter_async_context(_process(command, env, home, log))
            await _until_ready(child, log, contestant.ready)
            children.append(psutil.Process(child.pid))
        yield Running(time.monotonic() - began, home, children)


@asynccontextmanager
async def _process(
    command: tuple[str, ...], env: Mapping[str, str], home: Path, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("ab") as out:
        child = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=home, env=dict(env), stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), 60)
            except TimeoutError:
                child.kill()
                await child.wait()


async def _until_ready(child: asyncio.subprocess.Process, log: Path, ready: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while ready not in (said := _text(log)):
            if child.returncode is not None:
                raise RuntimeError(f"it ended at its start:\n{said[-2000:]}")
            await asyncio.sleep(0.02)


def _text(log: Path) -> str:
    return log.read_text("utf-8", "replace")
