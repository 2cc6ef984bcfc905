"""Plays the failover exam: the router with the shipped limits, over HTTP, against a double that fails as told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from adapters.doubles.providers import LoggedRequest, ProviderDouble
from adapters.llm.breakers import PyBreakers
from bot.evals.faults import LEAK, SCENARIOS, Scenario, text_of
from bot.evals.judge import FALLBACK, LARGER, PRIMARY, Outcome, Record, Result, Seen, judge
from bot.models import chat_models, router_for
from bot.settings import Model, Secrets, Settings
from core.conversation import wording
from core.routing.models import Answer, ChatMessage, Level, Restart, Task, TextDelta
from core.routing.service import Router

_KEY = SecretStr("sk-exam")
_PIECE_SECONDS = 0.02
_AFTER_SECONDS = 120.0
ANSWERS = {PRIMARY: text_of("first"), FALLBACK: text_of("other"), LARGER: text_of("large")}
CONTEXT = {PRIMARY: 128_000, FALLBACK: 128_000, LARGER: 1_000_000}

Json = dict[str, object]


class EvalError(Exception):
    """The exam cannot be played as asked; the message says why."""


class Client(Protocol):
    """Whoever sits the exam."""

    async def ask(self, text: str) -> Outcome:
        """One request, and what a person was shown in the end."""


def scenarios_in(data: Path | None) -> list[str]:
    """The ids of a scenarios file, or of the one in a data folder; all that are known without one. Raises EvalError."""
    if data is None:
        return list(SCENARIOS)
    name = "failover_scenarios.json"
    places = (data / name, data / "routing" / name) if data.is_dir() else (data,)
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise EvalError(f"no {name} at {data}: name the file, or its folder, or set ROBBIE_DATA")
    try:
        ids = [str(entry["id"]) for entry in json.loads(file.read_text("utf-8"))]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EvalError(f"{file} is not a list of scenarios with an id: {type(error).__name__}") from None
    return _known(ids, str(file))


def chosen(wanted: Sequence[str], ids: Sequence[str]) -> list[str]:
    """The wanted ones of the exam's ids, or all. Raises EvalError."""
    missing = [one for one in wanted if one not in ids]
    if missing:
        raise EvalError(f"no scenario {', '.join(missing)}: there are {', '.join(ids)}")
    return [one for one in ids if not wanted or one in wanted]


def _known(ids: list[str], where: str) -> list[str]:
    unknown = [one for one in ids if one not in SCENARIOS]
    if unknown:
        raise EvalError(f"{where} has scenarios that the double cannot play: {', '.join(unknown)}")
    return ids


async def exam(
    ids: Sequence[str],
    progress: Callable[[str], None],
    client: Callable[[ProviderDouble], Client] | None = None,
) -> Json:
    """Play the scenarios side by side, each against a double of its own, and give EVAL.md's object."""

    async def one(scenario: str) -> tuple[str, Json]:
        record = await play(SCENARIOS[scenario], client)
        result: Result = judge(scenario, record)
        progress(f"{scenario} {result}")
        return scenario, _entry(result, record)

    played = await asyncio.gather(*(one(scenario) for scenario in ids))
    return {"scenarios": dict(played), "passed": sum(entry["result"] == "pass" for _, entry in played)}


def _entry(result: Result, record: Record) -> Json:
    return {
        "result": result,
        "attempts": len(record.primary),
        "seconds": round(max(call.seconds for call in record.calls), 2),
        "shown": record.calls[-1].shown,
    }


async def play(scenario: Scenario, client: Callable[[ProviderDouble], Client] | None = None) -> Record:
    """Play one scenario, and record what the double saw and what was shown."""
    async with ProviderDouble(CONTEXT, piece_size=len("first00 "), piece_delay=_PIECE_SECONDS) as double:
        for model, text in ANSWERS.items():
            double.reply(text, model)
        double.fault(scenario.kind, model=PRIMARY, message=LEAK, **scenario.arguments)
        async with _sitting(double, client) as sitter:
            outcomes = await _calls(scenario, double, sitter)
            after = None
            if scenario.again:
                double.clear_faults()
                after = await _limited(sitter, "And now?")
        seen = [_seen(request) for request in double.requests]
    return Record(ANSWERS, seen, outcomes, after)


@asynccontextmanager
async def _sitting(double: ProviderDouble, client: Callable[[ProviderDouble], Client] | None) -> AsyncIterator[Client]:
    if client is not None:
        yield client(double)
        return
    settings = exam_settings(double)
    async with AsyncExitStack() as stack:
        models = chat_models(settings)
        for model in models.values():
            stack.push_async_callback(model.aclose)
        limits = settings.router
        breakers = PyBreakers(limits.breaker_failures, limits.breaker_seconds)
        yield RouterClient(router_for(settings, models, breakers, OpenPurse()))


async def _calls(scenario: Scenario, double: ProviderDouble, sitter: Client) -> list[Outcome]:
    async with asyncio.TaskGroup() as group:
        if scenario.outage is not None:
            group.create_task(_recover(double, scenario.outage))
        calls = []
        for number in range(scenario.calls):
            calls.append(group.create_task(_limited(sitter, f"Question {number}?")))
            if number + 1 < scenario.calls:
                await asyncio.sleep(scenario.every)
    return [call.result() for call in calls]


async def _recover(double: ProviderDouble, seconds: float) -> None:
    await asyncio.sleep(seconds)
    double.clear_faults()


async def _limited(sitter: Client, text: str) -> Outcome:
    """Ask; a call that never ends is one that hangs."""
    started, clock = time.time(), time.monotonic()
    try:
        async with asyncio.timeout(_AFTER_SECONDS):
            return await sitter.ask(text)
    except TimeoutError:
        return Outcome(started, time.monotonic() - clock, "", answered=False, reason="hangs")


def _seen(request: LoggedRequest) -> Seen:
    last = request.messages[-1] if request.messages else {}
    return Seen(request.at, request.model, len(json.dumps(request.body)), last.get("role") == "assistant")


def exam_settings(double: ProviderDouble) -> Settings:
    """The shipped settings, with three models at the double's addresses."""
    models = (
        Model(level=1, provider="openai", model=PRIMARY, context_tokens=CONTEXT[PRIMARY]),
        Model(level=2, provider="anthropic", model=FALLBACK, context_tokens=CONTEXT[FALLBACK]),
        Model(level=3, provider="compatible", model=LARGER, context_tokens=CONTEXT[LARGER]),
    )
    secrets = Secrets(
        openai_api_key=_KEY,
        openai_base_url=double.openai_url,
        anthropic_api_key=_KEY,
        anthropic_base_url=double.anthropic_url,
        open_weight_api_key=_KEY,
        open_weight_base_url=double.groq_url,
    )
    return Settings(models=models, secrets=secrets)


class OpenPurse:
    """A budget without an end: the exam's models cost nothing."""

    async def hold(self, org_id: int, usd: float) -> date | None:
        """Always."""
        return datetime.now(UTC).date()

    async def settle(self, org_id: int, day: date, held_usd: float, actual_usd: float) -> None:
        """Nothing to do."""


class RouterClient:
    """The router, and what a person sees of its events."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def ask(self, text: str) -> Outcome:
        """See ``Client``."""
        at, started, shown = time.time(), time.monotonic(), ""
        prompt = (ChatMessage("user", text),)
        async for event in self._router.answer(Task(0, text, prompt, prompt)):
            match event:
                case TextDelta():
                    shown += event.text
                case Restart():
                    shown = ""
                case Answer():
                    return self._outcome(at, time.monotonic() - started, shown, event)
        return Outcome(at, time.monotonic() - started, shown, answered=False)

    def _outcome(self, at: float, seconds: float, shown: str, answer: Answer) -> Outcome:
        if answer.refused:
            return Outcome(at, seconds, wording.REFUSED, answered=False, reason="refused")
        if answer.level is Level.OFFLINE:
            return Outcome(at, seconds, wording.UNREACHABLE, answered=False, reason="offline")
        tokens = 0 if answer.usage.estimated else answer.usage.output_tokens
        return Outcome(at, seconds, shown, answered=True, model=answer.answered_by, tokens=tokens)
