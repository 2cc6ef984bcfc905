"""The router: asks the models of a plan in order until one has answered, and records what happened with each.

What an error leads to (``decide``):

    connection, server                     the same model once more, if nothing was shown and it need not wait long
    busy, truncated, malformed             the next model; where only a small one is left, first the same once more
    context                                the next model, those that take longer prompts first
    refused                                an end: a content refusal is not routed around
    all others, and a retry that failed    the next model

Level 5 ends every plan: an empty answer that the caller fills honestly.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing
from datetime import date
from enum import Enum, auto
from traceback import format_tb

from core.routing.calls import Call, Turn, closing, uncancelled
from core.routing.models import (
    Answer,
    Attempt,
    ChatRequest,
    Chunk,
    ErrorClass,
    Level,
    ModelError,
    Plan,
    Restart,
    RouterEvent,
    Step,
    Task,
    TextDelta,
    Usage,
)
from core.routing.policy import CountTokens, prompt_for, prompt_tokens, shows_pictures
from core.routing.ports import Breakers, Budget, ChatModel, Policy

log = logging.getLogger(__name__)

LONGEST_REST = 86_400.0  # a Retry-After beyond a day is taken for a mistake


class Decision(Enum):
    """What follows an error."""

    RETRY = auto()
    RETRY_IF_LAST = auto()
    NEXT = auto()
    NEXT_LARGER = auto()
    STOP = auto()


_DECISIONS = {
    ErrorClass.CONNECTION: Decision.RETRY,
    ErrorClass.SERVER: Decision.RETRY,
    ErrorClass.RATE_LIMIT: Decision.RETRY_IF_LAST,
    ErrorClass.OVERLOADED: Decision.RETRY_IF_LAST,
    ErrorClass.TRUNCATED: Decision.RETRY_IF_LAST,
    ErrorClass.MALFORMED: Decision.RETRY_IF_LAST,
    ErrorClass.CONTEXT: Decision.NEXT_LARGER,
    ErrorClass.REFUSED: Decision.STOP,
}
_BUSY = (ErrorClass.RATE_LIMIT, ErrorClass.OVERLOADED)


class Router:
    """Answers turns with the models of a policy's plan. One instance serves all turns of a process.

    Args:
        models: the models by the name in their spec.
        policy: makes the plan for each turn.
        breakers: one stands before each model, under the model's name.
        budget: where each call's estimate is held before it is made.
        count_tokens: estimates what an unfinished call used.
        turn_seconds: how long a whole turn may take; after it, level 5.
        max_wait: the longest Retry-After, in seconds, for which a retry waits.
        last_wait: the same for the last model that is not small.
        on_attempt: told every attempt as it ends, also those of a turn that is cancelled and so has no answer.
        clock: monotonic seconds.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        models: Mapping[str, ChatModel],
        policy: Policy,
        breakers: Breakers,
        budget: Budget,
        *,
        count_tokens: CountTokens,
        turn_seconds: float = 120.0,
        max_wait: float = 2.0,
        last_wait: float = 10.0,
        on_attempt: Callable[[Task, Attempt], None] = lambda task, attempt: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._models = models
        self._policy = policy
        self._breakers = breakers
        self._budget = budget
        self._count_tokens = count_tokens
        self._turn_seconds = turn_seconds
        self._max_wait = max_wait
        self._last_wait = last_wait
        self._on_attempt = on_attempt
        self._clock = clock
        self._sleep = sleep
        self._not_before: dict[str, float] = {}

    def plan(self, task: Task) -> Plan:
        """What ``answer`` would do, without a call."""
        return self._policy.plan(task)

    async def answer(self, task: Task) -> AsyncGenerator[RouterEvent, None]:
        """Yield the answer's text as it comes, and last the ``Answer``; whatever models do, it raises nothing.

        Close it (``aclosing``) or cancel its task to stop: the request ends and the money is settled.
        """
        now = self._clock()
        turn = Turn(task, self._policy.plan(task), started=now, deadline=now + self._turn_seconds)
        task.trace.plan = turn.plan
        steps = deque(turn.plan.steps)
        while steps and self._clock() < turn.deadline:
            call = Call(steps.popleft(), started=self._clock())
            async with aclosing(self._make(turn, call)) as deltas:
                async for delta in deltas:
                    yield delta
            if call.error is None:
                yield self._answer(turn, call)
                return
            if call.text:
                yield Restart()
            decision = self.decide(turn, call, steps)
            if decision is Decision.STOP:
                yield self._answer(turn, call)
                return
            await self._follow(decision, turn, call, steps)
        yield self._answer(turn, None)

    def decide(self, turn: Turn, call: Call, rest: Collection[Step]) -> Decision:
        """What follows a call's error: the table in this module's docstring."""
        decision = _DECISIONS.get(call.error, Decision.NEXT) if call.error else Decision.NEXT
        if decision not in (Decision.RETRY, Decision.RETRY_IF_LAST):
            return decision
        last = all(step.spec.small for step in rest)
        soon = call.retry_after <= (self._last_wait if last else self._max_wait)
        again = last or (decision is Decision.RETRY and not call.text)
        return Decision.RETRY if soon and again and call.step.spec.name not in turn.retried else Decision.NEXT

    async def _follow(self, decision: Decision, turn: Turn, call: Call, steps: deque[Step]) -> None:
        spec = call.step.spec
        if decision is Decision.RETRY:
            turn.retried.add(spec.name)
            steps.appendleft(call.step)
            pause = 1.0 if call.error in _BUSY and not call.retry_after else 0.1
            await self._sleep(call.retry_after + random.uniform(pause, 2 * pause))  # noqa: S311 - jitter, no secret
        elif decision is Decision.NEXT_LARGER:
            larger_first = sorted(steps, key=lambda step: step.spec.context_tokens <= spec.context_tokens)
            steps.clear()
            steps.extend(larger_first)

    async def _make(self, turn: Turn, call: Call) -> AsyncGenerator[TextDelta, None]:
        """Make one call if it may be made; how it went is in ``call`` afterwards, and recorded in ``turn``."""
        name = call.step.spec.name
        try:
            if self._clock() < self._not_before.get(name, float("-inf")):
                raise ModelError(ErrorClass.RATE_LIMIT, "not asked: its Retry-After has not passed")
            with self._breakers(name).attempt():
                await uncancelled(self._hold(turn, call))
                async with aclosing(self._stream(turn, call)) as deltas:
                    async for delta in deltas:
                        yield delta
        except ModelError as error:
            self._failed(call, error)
        finally:
            await self._close(turn, call)

    async def _hold(self, turn: Turn, call: Call) -> None:
        estimate = call.step.estimate_usd
        if estimate <= 0:
            return
        try:
            call.held_on = await self._budget.hold(turn.task.org_id, estimate)
        except Exception as error:
            # What cannot be counted is not spent; models that cost nothing can still answer.
            log.warning("budget not reachable: %s", type(error).__name__)
            raise ModelError(ErrorClass.BUDGET, f"budget not reachable: {type(error).__name__}") from error
        if call.held_on is None:
            turn.over_budget = True
            raise ModelError(ErrorClass.BUDGET)
        call.held = estimate

    async def _stream(self, turn: Turn, call: Call) -> AsyncGenerator[TextDelta, None]:
        """Pass on a model's text; whatever goes wrong becomes a ModelError."""
        spec = call.step.spec
        prompt = prompt_for(spec, turn.task)
        try:
            model = self._models[spec.name]
            call.ask(prompt_tokens(prompt, self._count_tokens))
            chunks = model.stream(ChatRequest(prompt, spec.max_output_tokens, turn.task.schema))
            async with closing(chunks):
                while call.end is None:
                    chunk = await self._next(chunks, turn)
                    if chunk is None:
                        raise ModelError(ErrorClass.TRUNCATED, "no terminator")
                    if call.take(chunk, self._clock()) and isinstance(chunk, TextDelta):
                        yield chunk
        except TimeoutError as error:
            raise ModelError(ErrorClass.TIMEOUT) from error
        except ModelError:
            raise
        except Exception as error:
            # Only where, not what: the message could hold a prompt or a key.
            log.error("%s from %s\n%s", type(error).__name__, spec.name, "".join(format_tb(error.__traceback__)))
            raise ModelError(ErrorClass.MALFORMED, type(error).__name__) from error
        if not call.said.strip():
            raise ModelError(ErrorClass.MALFORMED, "empty answer")

    async def _next(self, chunks: AsyncIterator[Chunk], turn: Turn) -> Chunk | None:
        async with asyncio.timeout(max(turn.deadline - self._clock(), 0.0)):
            return await anext(chunks, None)

    def _failed(self, call: Call, error: ModelError) -> None:
        call.failed(error)
        if call.retry_after:
            name = call.step.spec.name
            until = self._clock() + min(call.retry_after, LONGEST_REST)
            self._not_before[name] = max(until, self._not_before.get(name, until))

    async def _close(self, turn: Turn, call: Call) -> None:
        attempt = call.attempt(self._clock(), self._count_tokens)
        turn.attempts.append(attempt)
        turn.task.trace.attempts.append(attempt)
        try:
            self._on_attempt(turn.task, attempt)
        finally:
            if call.held_on is not None:
                await uncancelled(self._settle(turn.task.org_id, call.held_on, call.held, attempt.cost_usd))

    async def _settle(self, org_id: int, day: date, held: float, cost: float) -> None:
        try:
            await self._budget.settle(org_id, day, held, cost)
        except Exception as error:
            # The hold stays counted as spent: the safe side.
            log.error("budget of org %d not settled: %s", org_id, type(error).__name__)

    def _answer(self, turn: Turn, call: Call | None) -> Answer:
        """The end of a turn: by the call that answered or refused, or at level 5 by none."""
        answered = call if call and call.error is None else None
        return Answer(
            text=answered.said if answered else "",
            level=call.step.spec.level if call else Level.OFFLINE,
            model=call.step.spec.name if call else "offline",
            cost_usd=sum(attempt.cost_usd for attempt in turn.attempts),
            usage=self._usage(turn, call),
            latency_ms=(self._clock() - turn.started) * 1000,
            plan=turn.plan,
            attempts=tuple(turn.attempts),
            refused=call is not None and call.error is ErrorClass.REFUSED,
            over_budget=turn.over_budget,
            small=answered is not None and answered.step.spec.small,
            blind=answered is not None and not answered.step.spec.vision and shows_pictures(turn.task.prompt),
            cut=answered is not None and answered.end is not None and answered.end.finish == "length",
            answered_by=answered.end.model if answered and answered.end else "",
        )

    def _usage(self, turn: Turn, call: Call | None) -> Usage:
        """Of the call that ended the turn: as reported, else as counted."""
        if call is None:
            return Usage(0, 0)
        if call.end and not call.end.usage.estimated:
            return call.end.usage
        last = turn.attempts[-1]
        return Usage(last.input_tokens, last.output_tokens, estimated=True)
