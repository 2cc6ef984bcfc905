"""``make bench``: Robbie and a plain bot on the same stage, one after the other, in one run.

Every figure is seen from outside, by the doubles of Slack and of the provider; see ``docs/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import briefs
from benchmarks.contestants import Contestant, Running, plain, robbie, started
from benchmarks.stage import Stage, stage
from benchmarks.table import show

RESULTS = Path(__file__).resolve().parent / "results" / "latest.json"
PACKAGES = ("slack-bolt", "slack-sdk", "litellm", "httpx", "aiohttp", "psycopg", "procrastinate")
AT_ONCE = 64
THINK_SECONDS = 1.0

Json = dict[str, object]


@dataclass(frozen=True)
class Lengths:
    """Seconds of each part of a run."""

    slow: float = 30.0
    fast: float = 30.0
    most: float = 60.0
    profile: float = 20.0


QUICK = Lengths(slow=4.0, fast=4.0, most=4.0, profile=4.0)


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"· {text}", file=sys.stderr, flush=True)


async def measure(contestant: Contestant, lengths: Lengths) -> Json:
    """All figures of one contestant, with a provider that answers at once: what is left is the bot's own."""
    async with stage() as scene, started(contestant, scene.environment) as bot:
        say(f"{contestant.name}: ready after {bot.start_seconds:.1f} s")
        await warm(scene)
        return {
            "name": contestant.name,
            "start_s": round(bot.start_seconds, 2),
            "at_5": await at_rate(scene, bot, 5, lengths.slow),
            "at_20": await at_rate(scene, bot, 20, lengths.fast),
            "most": await most(scene, bot, lengths.most),
            "memory_mb": bot.memory(),
        }


async def measure_thinking(contestant: Contestant, lengths: Lengths) -> Json:
    """At 20 messages a second with a provider that thinks for a second: placeholders, signs of work and edits too."""
    async with stage(think=THINK_SECONDS) as scene, started(contestant, scene.environment) as bot:
        await warm(scene)
        return {"name": contestant.name, "at_20": await at_rate(scene, bot, 20, lengths.slow)}


async def warm(scene: Stage) -> None:
    """Everything is imported, connected and prepared before anything is measured."""
    for _ in range(10):
        numbers = [await scene.say() for _ in range(10)]
        for number in numbers:
            if not await scene.answered(number):
                raise TimeoutError("the bot does not answer")


async def at_rate(scene: Stage, bot: Running, rate: float, seconds: float) -> Json:
    """Latency and CPU at a rate that the bot keeps up with."""
    say(f"{rate:g} messages a second for {seconds:g} s")
    cpu, calls = bot.cpu(), scene.seen.posts
    numbers = await scene.open_loop(rate, seconds)
    return {
        "turns": len(numbers),
        "unanswered": sum(scene.seen.turns[number].shown is None for number in numbers),
        "before_ms": scene.spread(numbers, "before"),
        "after_ms": scene.spread(numbers, "after"),
        "cpu_ms_per_turn": per_turn(cpu, bot.cpu(), len(numbers)),
        "posts_and_edits_per_turn": round((scene.seen.posts - calls) / len(numbers), 2),
    }


async def most(scene: Stage, bot: Running, seconds: float) -> Json:
    """The highest rate: so many people at once who ask again as soon as they are answered."""
    say(f"as many as it takes, for {seconds:g} s")
    cpu = bot.cpu()
    done, took = await scene.closed_loop(AT_ONCE, seconds)
    return {
        "turns_per_second": round(done / took, 1),
        "at_once": AT_ONCE,
        "cpu_ms_per_turn": per_turn(cpu, bot.cpu(), done),
    }


async def profile(lengths: Lengths) -> Json:
    """Where Robbie's CPU time goes while it does as much as it can. A run of its own: looking costs something."""
    say("where the time goes")
    async with stage() as scene, started(robbie(profile=True), scene.environment) as bot:
        await warm(scene)
        bot.processes[0].send_signal(signal.SIGUSR1)
        await scene.closed_loop(AT_ONCE, lengths.profile)
        bot.processes[0].send_signal(signal.SIGUSR2)
        bot.processes[0].terminate()
        await asyncio.to_thread(bot.processes[0].wait, 60)
        found: Json = json.loads(await asyncio.to_thread((bot.home / "profile.json").read_text, "utf-8"))
        return found


def per_turn(before: dict[str, float], after: dict[str, float], turns: int) -> dict[str, float]:
    """Milliseconds of CPU for each turn."""
    return {name: round(1000 * (after[name] - before[name]) / max(turns, 1), 2) for name in before}


def contestants(workers: int) -> list[Contestant]:
    """Who is measured, the peers first."""
    return [
        plain("litellm"),
        plain("httpx"),
        robbie(),
        *(robbie("gateway", *["worker"] * count) for count in range(1, workers + 1)),
    ]


def machine() -> Json:
    """What it was measured on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in PACKAGES},
    }


async def run(chosen: Sequence[Contestant], lengths: Lengths, *, rest: bool) -> Json:
    """One run."""
    result: Json = {"machine": machine()}
    result["results"] = [await measure(contestant, lengths) for contestant in chosen]
    if rest:
        result["thinking"] = [await measure_thinking(bot, lengths) for bot in (plain("litellm"), robbie())]
        result["profile"] = await profile(lengths)
    return result


def main() -> None:
    """Measure, write ``results/latest.json`` and ``results/briefs.json``, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds each: shows that it runs, measures nothing")
    parser.add_argument("--only", metavar="TEXT", help="contestants with this in their name, or briefs")
    parser.add_argument("--workers", type=int, default=2, help="the largest number of workers beside a gateway")
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    chosen = [bot for bot in contestants(args.workers) if (args.only or "").lower() in bot.name.lower()]
    args.output.parent.mkdir(parents=True, exist_ok=True)
    if chosen:
        result = asyncio.run(run(chosen, QUICK if args.quick else Lengths(), rest=args.only is None))
        args.output.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
        show(result)
        say(f"written to {args.output}")
    if args.only is None or "briefs" in args.only.lower():
        briefs.write(args.output.with_name("briefs.json"), quick=args.quick)


if __name__ == "__main__":
    main()
