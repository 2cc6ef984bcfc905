"""What the router keeps of a turn and of each call in it, and how a call is ended in every case."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from core.routing.models import (
    Attempt,
    Chunk,
    ErrorClass,
    ModelError,
    Plan,
    Step,
    StreamEnd,
    Task,
)
from core.routing.policy import CountTokens

log = logging.getLogger(__name__)
T = TypeVar("T")

UNBILLED = frozenset(
    {
        ErrorClass.RATE_LIMIT,
        ErrorClass.OVERLOADED,
        ErrorClass.SERVER,
        ErrorClass.CONNECTION,
        ErrorClass.AUTH,
        ErrorClass.NOT_FOUND,
        ErrorClass.CONTEXT,
        ErrorClass.BAD_REQUEST,
    }
)
"""The errors that cost nothing when they come before any text."""


@dataclass(slots=True)
class Turn:
    """A turn while it is being answered."""

    task: Task
    plan: Plan
    started: float
    deadline: float
    attempts: list[Attempt] = field(default_factory=list)
    retried: set[str] = field(default_factory=set)
    over_budget: bool = False


@dataclass(slots=True)
class Call:
    """One call while it is being made.

    Attributes:
        held: the money held for it.
        held_on: the day that it is counted on.
        prompt_tokens: about how long the prompt is, once the model was asked.
    """

    step: Step
    started: float
    held: float = 0.0
    held_on: date | None = None
    prompt_tokens: int | None = None
    text: list[str] = field(default_factory=list)
    first_token: float | None = None
    end: StreamEnd | None = None
    error: ErrorClass | None = None
    detail: str = "cancelled"
    retry_after: float = 0.0

    @property
    def said(self) -> str:
        """The text so far."""
        return "".join(self.text)

    def ask(self, prompt_tokens: int) -> None:
        """From here on the call may cost something."""
        self.prompt_tokens = prompt_tokens

    def take(self, chunk: Chunk, now: float) -> bool:
        """Keep a chunk, and say whether it is text to show."""
        if isinstance(chunk, StreamEnd):
            self.end = chunk
            self.detail = "" if chunk.model == self.step.spec.name else f"answered by {chunk.model}"
            return False
        if not chunk.text:
            return False
        self.text.append(chunk.text)
        if self.first_token is None:
            self.first_token = now
        return True

    def failed(self, error: ModelError) -> None:
        """Keep what went wrong."""
        self.error, self.detail = error.kind, error.detail
        self.retry_after = max(0.0, error.retry_after or 0.0)  # in this order, a NaN becomes 0

    def attempt(self, now: float, count_tokens: CountTokens) -> Attempt:
        """The record of this call."""
        cost, input_tokens, output_tokens = self._spent(count_tokens)
        first = self.first_token
        return Attempt(
            model=self.step.spec.name,
            level=self.step.spec.level,
            estimate_usd=self.step.estimate_usd,
            cost_usd=cost,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            latency_ms=(now - self.started) * 1000,
            first_token_ms=None if first is None else (first - self.started) * 1000,
            error=self.error,
            detail=self.detail,
        )

    def _spent(self, count_tokens: CountTokens) -> tuple[float, int, int]:
        """Money, input and output tokens: as billed, else by what was seen, else at most what was estimated."""
        spec = self.step.spec
        if self.end and not self.end.usage.estimated:
            usage = self.end.usage
            return spec.cost(usage.input_tokens, usage.output_tokens), usage.input_tokens, usage.output_tokens
        if self.prompt_tokens is None:
            return 0.0, 0, 0
        if self.text:
            output = count_tokens(self.said)
            return spec.cost(self.prompt_tokens, output), self.prompt_tokens, output
        if self.error in UNBILLED:
            return 0.0, 0, 0
        return self.step.estimate_usd, self.prompt_tokens, 0


@asynccontextmanager
async def closing(chunks: AsyncIterator[Chunk]) -> AsyncIterator[None]:
    """Close a model's stream at the end, which ends its request; that it fails to close changes nothing."""
    try:
        yield
    finally:
        aclose = getattr(chunks, "aclose", None)
        if aclose is not None:
            try:
                await aclose()
            except Exception as error:
                log.warning("a model's stream did not close: %s", type(error).__name__)


async def uncancelled(work: Coroutine[Any, Any, T]) -> T:  # Any: what a coroutine is sent does not matter here
    """Run to its end even when the caller is cancelled meanwhile; the cancellation is raised after it."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # seen, so that asyncio does not complain of it
        raise cancelled
    return task.result()
