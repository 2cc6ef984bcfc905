"""The stage: Slack, a model provider and a crowd of people in one process, and what is seen of a bot from there.

All clocks are this process's, so that what is measured is what a person and a provider would see of the bot.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from adapters.doubles.faults import slow
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble

PEOPLE = 200
ANSWER = (
    "Thanks for asking. The short version: it depends on what you want to protect, and how long you can wait. "
    "Keep one copy where you work, one on another disk, and one in another place; test that you can read them. "
    "If you tell me how large it is, I can say what that would cost each month. "
)
_ID = re.compile(r"q(\d+)x")


@dataclass
class Turn:
    """What was seen of one message; seconds on this process's monotonic clock."""

    said: float
    asked: float | None = None
    told: float | None = None
    shown: float | None = None

    @property
    def before(self) -> float | None:
        """Milliseconds from the event to the provider's request."""
        return None if self.asked is None else (self.asked - self.said) * 1000

    @property
    def after(self) -> float | None:
        """Milliseconds from the provider's last token to the whole answer on its way to Slack."""
        return None if self.shown is None or self.told is None else (self.shown - self.told) * 1000


@dataclass
class Seen:
    """All turns of one run."""

    turns: dict[int, Turn] = field(default_factory=dict)
    waiting: dict[int, asyncio.Event] = field(default_factory=dict)
    posts: int = 0

    def asked(self, text: str, at: float) -> int | None:
        """A provider's request that holds the question ``text``."""
        found = _ID.findall(text)
        number = int(found[-1]) if found else None
        if number is None or number not in self.turns:
            return None
        turn = self.turns[number]
        turn.asked = turn.asked or at
        return number

    def shown(self, text: str) -> None:
        """A post or edit; the whole answer ends with its question's number."""
        self.posts += 1
        found = re.search(r"q(\d+)x\.\s*\Z", text)
        if found is None or int(found[1]) not in self.turns:
            return
        turn = self.turns[int(found[1])]
        if turn.shown is None:
            turn.shown = time.monotonic()
            self.waiting[int(found[1])].set()


class _Provider(ProviderDouble):
    """The provider double, with a look at when a request came and when its answer was told."""

    def __init__(self, seen: Seen, think: float, **options: int) -> None:
        super().__init__(log_size=1, **options)
        self._seen, self._think = seen, think

    def _app(self) -> web.Application:
        app = super()._app()

        @web.middleware
        async def watch(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            at = time.monotonic()
            messages = json.loads(await request.read()).get("messages") or [{}]
            number = self._seen.asked(str(messages[-1].get("content", "")), at)
            if self._think:
                await asyncio.sleep(self._think)
            response = await handler(request)
            if number is not None:
                self._seen.turns[number].told = time.monotonic()
            return response

        app.middlewares.append(watch)
        return app


@dataclass
class Stage:
    """Both doubles, and the crowd."""

    slack: SlackDouble
    providers: ProviderDouble
    seen: Seen
    numbers: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """What connects a bot to the stage."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "OPENAI_API_KEY": "sk-benchmark-0123456789",
            "OPENAI_BASE_URL": self.providers.openai_url,
        }

    async def say(self) -> int:
        """Somebody asks something in a direct message; returns its number."""
        self.numbers += 1
        number = self.numbers
        self.seen.waiting[number] = asyncio.Event()
        self.seen.turns[number] = Turn(time.monotonic())
        await self.slack.say(f"U{100 + number % PEOPLE}", f"U{100 + number % PEOPLE}", f"How do I keep it? q{number}x")
        return number

    async def answered(self, number: int, patience: float = 60.0) -> bool:
        """Wait for the whole answer."""
        try:
            async with asyncio.timeout(patience):
                await self.seen.waiting[number].wait()
        except TimeoutError:
            return False
        return True

    async def open_loop(self, rate: float, seconds: float) -> list[int]:
        """Messages at a rate, at random moments as people write them (Poisson); returns their numbers."""
        numbers: list[int] = []
        end = next_at = time.monotonic()
        end += seconds
        chance = random.Random(1)
        while next_at < end:
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))
            numbers.append(await self.say())
            next_at += chance.expovariate(rate)
        for number in numbers:
            await self.answered(number)
        return numbers

    async def closed_loop(self, at_once: int, seconds: float) -> tuple[int, float]:
        """So many people who each ask again when they are answered; returns turns answered and seconds."""
        end = time.monotonic() + seconds
        done = 0

        async def person() -> None:
            nonlocal done
            while time.monotonic() < end:
                if not await self.answered(await self.say()):
                    raise TimeoutError("a message was not answered within a minute")
                done += time.monotonic() < end

        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(person())
        return done, min(time.monotonic(), end) - started

    def spread(self, numbers: list[int], what: str) -> dict[str, float]:
        """p50 and p99 of ``before`` or ``after`` over these turns, in milliseconds."""
        values = [value for n in numbers if (value := getattr(self.seen.turns[n], what)) is not None]
        if len(values) < 2:
            return {"p50": float("nan"), "p99": float("nan")}
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


@asynccontextmanager
async def stage(*, think: float = 0.0, piece_size: int = 16) -> AsyncIterator[Stage]:
    """Everything but the bot."""
    seen = Seen()
    async with SlackDouble() as slack, _Provider(seen, think, piece_size=piece_size) as providers:
        for person in range(100, 100 + PEOPLE):
            slack.add_user(f"U{person}", f"Person {person}", "Europe/Berlin")

        def note(args: dict[str, object]) -> bool:
            seen.shown(str(args.get("text", "")))
            return False

        for method in ("chat.postMessage", "chat.update"):
            slack.fault(method, slow(0), when=note, times=None)
        providers.reply(lambda body: f"{ANSWER}q{_question(body)}x.")
        yield Stage(slack, providers, seen)


def _question(body: dict[str, object]) -> str:
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else {}
    found = _ID.findall(str(last.get("content", "")))
    return found[-1] if found else "0"
