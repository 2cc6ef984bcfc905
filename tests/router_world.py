"""A router among scripted models, a budget and breakers in memory, and a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date

from core.routing.models import (
    Answer,
    Attempt,
    ChatMessage,
    ChatRequest,
    Chunk,
    ErrorClass,
    Level,
    ModelError,
    ModelSpec,
    RouterEvent,
    StreamEnd,
    Task,
    TextDelta,
    Usage,
)
from core.routing.policy import FixedOrder
from core.routing.service import Router

TASK = Task(
    org_id=7,
    text="hi",
    prompt=(ChatMessage("user", "a long prompt"),),
    short_prompt=(ChatMessage("user", "short"),),
)
END = StreamEnd(Usage(10, 5), "m")
HANG = "\0hang"
Act = str | StreamEnd | Exception

TODAY = date(2026, 11, 22)


@dataclass
class Scripted:
    """A model that does what each call's script says; the last script repeats.

    It keeps its streams, so that none is closed only because nobody remembers it.
    """

    spec: ModelSpec
    scripts: Sequence[Sequence[Act]]
    requests: list[ChatRequest] = field(default_factory=list)
    closed: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    streams: list[AsyncIterator[Chunk]] = field(default_factory=list)

    def stream(self, request: ChatRequest) -> AsyncIterator[Chunk]:
        self.streams.append(self._stream(request))
        return self.streams[-1]

    async def _stream(self, request: ChatRequest) -> AsyncIterator[Chunk]:
        script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
        self.requests.append(request)
        self.asked.set()
        try:
            for act in script:
                await asyncio.sleep(0)
                if isinstance(act, Exception):
                    raise act
                if act == HANG:
                    await asyncio.Event().wait()
                yield act if isinstance(act, StreamEnd) else TextDelta(act)
        finally:
            self.closed += 1


@dataclass
class Purse:
    """A budget in memory."""

    cap: float = 1e9
    spent: float = 0.0
    holds: int = 0
    settled: list[tuple[float, float]] = field(default_factory=list)
    broken: bool = False
    gate: asyncio.Event | None = None
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self, org_id: int, usd: float) -> date | None:
        assert org_id == TASK.org_id
        await self._work()
        if self.spent + usd > self.cap:
            return None
        self.holds += 1
        self.spent += usd
        return TODAY

    async def settle(self, org_id: int, day: date, held_usd: float, actual_usd: float) -> None:
        assert day == TODAY
        await self._work()
        self.settled.append((held_usd, actual_usd))
        self.spent += actual_usd - held_usd

    async def _work(self) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise OSError("database gone")
        if self.gate:
            self.waiting.set()
            await self.gate.wait()


@dataclass
class Switch:
    """A breaker that is open or not."""

    open: bool = False
    outcomes: list[ErrorClass | None] = field(default_factory=list)

    @contextmanager
    def guard(self) -> Iterator[None]:
        if self.open:
            raise ModelError(ErrorClass.BREAKER_OPEN)
        try:
            yield
        except ModelError as error:
            self.outcomes.append(error.kind)
            raise
        self.outcomes.append(None)

    def attempt(self) -> AbstractContextManager[None]:
        return self.guard()


class Board(dict[str, Switch]):
    def __call__(self, remote: str) -> Switch:
        return self.setdefault(remote, Switch())


class World:
    """A router among scripted neighbours, with a clock that only sleeping moves."""

    def __init__(
        self,
        *models: Scripted,
        cap: float = 1e9,
        open_: Sequence[str] = (),
        planned: Sequence[ModelSpec] | None = None,
        turn_seconds: float = 120.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.models = models
        self.purse = Purse(cap)
        self.board = Board({name: Switch(open=True) for name in open_})
        self.now = 1_000.0
        self.slept: list[float] = []
        self.recorded: list[Attempt] = []
        self.router = Router(
            {model.spec.name: model for model in models},
            FixedOrder(planned or [model.spec for model in models], len),
            self.board,
            self.purse,
            count_tokens=len,
            turn_seconds=turn_seconds,
            on_attempt=lambda task, attempt: self.recorded.append(attempt),
            clock=clock or (lambda: self.now),
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    async def events(self, task: Task = TASK) -> list[RouterEvent]:
        return [event async for event in self.router.answer(task)]

    async def answer(self, task: Task = TASK) -> Answer:
        last = (await self.events(task))[-1]
        assert isinstance(last, Answer)
        return last

    def calls(self) -> list[int]:
        return [len(model.requests) for model in self.models]


def model(name: str, *scripts: Sequence[Act], level: Level = Level.GPT4_CLASS, **spec: float | bool) -> Scripted:
    known = ModelSpec(name, level, **{"input_usd": 1.0, "output_usd": 2.0, **spec})  # type: ignore[arg-type]
    return Scripted(known, scripts)


def error(kind: ErrorClass, retry_after: float | None = None) -> ModelError:
    return ModelError(kind, "secret provider text", retry_after)


def good(name: str = "good", level: Level = Level.CLAUDE_CLASS, **spec: float | bool) -> Scripted:
    return model(name, ["all ", "well", END], level=level, **spec)


def errors_of(answer: Answer) -> list[tuple[str, ErrorClass | None]]:
    return [(attempt.model, attempt.error) for attempt in answer.attempts]
