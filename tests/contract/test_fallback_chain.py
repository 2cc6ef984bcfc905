"""CASES 16 and 26 on the router with its real clients: every error, at each level, with a stream and without.

The fault is at one level, and the levels before it are down; at level 5 all have it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from adapters.doubles.providers import Fault, ProviderDouble
from adapters.llm.breakers import PyBreakers
from bot.evals.failover import OpenPurse
from bot.model_settings import Model, Provider
from bot.models import chat_models
from bot.settings import RouterSettings, Secrets, Settings
from core.conversation.tokens import estimate_tokens
from core.routing.models import Answer, ChatMessage, ErrorClass, Level, Restart, RouterEvent, Task, TextDelta
from core.routing.policy import FixedOrder
from core.routing.service import Router

LEAK = "wires-crossed at sk-very-secret"
KEY = SecretStr("sk-very-secret")
CHAIN: dict[int, tuple[Provider, str]] = {
    1: ("openai", "gpt-4o"),
    2: ("anthropic", "claude-sonnet-4-5"),
    3: ("compatible", "llama-3.3-70b"),
    4: ("ollama", "llama3.2"),
}
REPLIES = {model: f"The answer of {model}, in a number of pieces, to its very end." for _, model in CHAIN.values()}
DECLINES = "I'm sorry, I can't help with that."  # Anthropic's models say so before they say that it is a refusal
TIMES_OUT = ("hold", "stall", "stall at once")


@dataclass(frozen=True)
class Failure:
    """What the double does, and what that is."""

    fault: Fault
    classes: frozenset[ErrorClass]


def failure(name: str) -> Failure:
    status = {
        "400": ErrorClass.BAD_REQUEST,
        "401": ErrorClass.AUTH,
        "402": ErrorClass.AUTH,
        "403": ErrorClass.AUTH,
        "404": ErrorClass.NOT_FOUND,
        "408": ErrorClass.TIMEOUT,
        "413": ErrorClass.CONTEXT,
        "429": ErrorClass.RATE_LIMIT,
        "500": ErrorClass.SERVER,
        "502": ErrorClass.SERVER,
        "503": ErrorClass.OVERLOADED,
        "504": ErrorClass.SERVER,
        "529": ErrorClass.OVERLOADED,
    }
    if name in status:
        return Failure(Fault("status", int(name), message=LEAK), frozenset({status[name]}))
    fault, *classes = {
        "429 with a long Retry-After": (Fault("status", 429, "3600", message=LEAK), ErrorClass.RATE_LIMIT),
        "no credit": (Fault("status", 429, message=LEAK, code="insufficient_quota"), ErrorClass.AUTH),
        "context": (Fault("status", 400, message=LEAK, code="context_length_exceeded"), ErrorClass.CONTEXT),
        "hold": (Fault("hold"), ErrorClass.TIMEOUT),
        "stall": (Fault("stall", after=2), ErrorClass.TIMEOUT),
        "stall at once": (Fault("stall"), ErrorClass.TIMEOUT),
        "drop": (Fault("drop"), ErrorClass.CONNECTION),
        "cut": (Fault("cut", after=2), ErrorClass.TRUNCATED),
        "truncate": (Fault("truncate", after=2), ErrorClass.TRUNCATED),
        "malformed": (Fault("malformed", after=2), ErrorClass.MALFORMED),
        "garbled": (Fault("garbled", after=2), ErrorClass.MALFORMED),
        "error event": (Fault("error_event", after=2), ErrorClass.SERVER, ErrorClass.OVERLOADED),
        "content policy": (Fault("status", 400, message=LEAK, code="content_policy_violation"), ErrorClass.REFUSED),
        "filter": (Fault("filter", after=2), ErrorClass.REFUSED),
        "refusal": (Fault("refusal"), ErrorClass.REFUSED),
    }[name]
    return Failure(fault, frozenset(classes))


STATUSES = ("400", "401", "402", "403", "404", "408", "413", "429", "500", "502", "503", "504", "529")
REQUESTS = ("429 with a long Retry-After", "no credit", "context", "hold", "drop")
MIDDLE = ("stall", "stall at once", "cut", "truncate", "malformed", "garbled", "error event")
EVERY = (*STATUSES, *REQUESTS, *MIDDLE)
REFUSALS = ("content policy", "filter", "refusal")


def patient(name: str, level: int) -> object:
    """A case; the local level is given time to load its model, so that its timeouts take seconds."""
    slow = name in TIMES_OUT and level > 3
    return pytest.param(name, level, marks=[pytest.mark.slow] if slow else [])


class Chain:
    """A router over the five levels, and the double behind the first four."""

    def __init__(self, double: ProviderDouble, router: Router) -> None:
        self.double = double
        self.router = router

    def break_(self, level: int, name: str) -> Failure:
        made = failure(name)
        made.fault.model = CHAIN[level][1]
        self.double._script.faults.append(made.fault)
        return made

    async def events(self) -> list[RouterEvent]:
        prompt = (ChatMessage("user", "What is it?"),)
        return [event async for event in self.router.answer(Task(0, "What is it?", prompt, prompt))]

    def asked(self) -> list[str]:
        return list(dict.fromkeys(request.model for request in self.double.requests))


@asynccontextmanager
async def chain(*, stream: bool, impatient: bool) -> AsyncIterator[Chain]:
    async with ProviderDouble() as double, AsyncExitStack() as stack:
        for model, text in REPLIES.items():
            double.reply(text, model)
        settings = Settings(
            models=tuple(
                Model(level=level, provider=provider, model=model, stream=stream)
                for level, (provider, model) in CHAIN.items()
            ),
            router=RouterSettings(first_token_seconds=0.7, stall_seconds=0.7, whole_seconds=0.7)
            if impatient
            else RouterSettings(first_token_seconds=30, stall_seconds=30),
            secrets=Secrets(
                openai_api_key=KEY,
                openai_base_url=double.openai_url,
                anthropic_api_key=KEY,
                anthropic_base_url=double.anthropic_url,
                open_weight_api_key=KEY,
                open_weight_base_url=double.groq_url,
                ollama_base_url=double.ollama_url,
            ),
        )
        models = chat_models(settings)
        for made in models.values():
            stack.push_async_callback(made.aclose)
        policy = FixedOrder([made.spec for made in models.values()], estimate_tokens)
        yield Chain(
            double,
            Router(
                models,
                policy,
                PyBreakers(),
                OpenPurse(),
                count_tokens=estimate_tokens,
                sleep=lambda seconds: asyncio.sleep(0),
            ),
        )


def final(events: Sequence[RouterEvent]) -> Answer:
    """The end, once it is sure that at every moment nothing stood there but the beginning of one model's own answer."""
    shown = ""
    for event in events[:-1]:
        shown = shown + event.text if isinstance(event, TextDelta) else ""
        assert any(text.startswith(shown) for text in (*REPLIES.values(), DECLINES)), shown
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert answer.text == shown != DECLINES
    return answer


def kinds(answer: Answer) -> set[ErrorClass]:
    return {attempt.error for attempt in answer.attempts if attempt.error}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "no stream"])
@pytest.mark.parametrize(("name", "level"), [patient(name, level) for name in EVERY for level in CHAIN])
async def test_case_16_the_next_healthy_level_answers_whatever_goes_wrong(name: str, level: int, stream: bool) -> None:
    async with chain(stream=stream, impatient=name in TIMES_OUT) as levels:
        for down in range(1, level):
            levels.break_(down, "503")
        broken = levels.break_(level, name)
        answer = final(await levels.events())
        assert answer.level == level + 1
        assert answer.text == (REPLIES[CHAIN[level + 1][1]] if level < 4 else "")
        assert broken.fault.hits > 0
        assert [a.error in broken.classes for a in answer.attempts if a.level == level][0]  # noqa: RUF015
        assert levels.asked() == [CHAIN[number][1] for number in range(1, min(level + 1, 4) + 1)]
        assert {request.stream for request in levels.double.requests} == {stream}
        assert LEAK not in repr(answer)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "no stream"])
@pytest.mark.parametrize(("name", "level"), [patient(name, Level.OFFLINE) for name in EVERY])
async def test_case_16_level_five_is_left_when_every_model_fails_alike(name: str, level: Level, stream: bool) -> None:
    async with chain(stream=stream, impatient=name in TIMES_OUT) as levels:
        broken = [levels.break_(number, name) for number in CHAIN]
        answer = final(await levels.events())
        assert (answer.level, answer.text, answer.refused) == (level, "", False)
        assert all(one.fault.hits > 0 for one in broken)
        assert kinds(answer) <= broken[0].classes
        assert LEAK not in repr(answer)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "no stream"])
@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.parametrize("name", REFUSALS)
async def test_case_16_a_refusal_is_passed_on_at_its_level_and_nobody_else_is_asked(
    name: str, level: int, stream: bool
) -> None:
    async with chain(stream=stream, impatient=False) as levels:
        for down in range(1, level):
            levels.break_(down, "503")
        refusing = levels.break_(level, name)
        answer = final(await levels.events())
        assert (answer.refused, answer.text, answer.level) == (True, "", level)
        assert refusing.fault.hits == 1
        assert levels.asked() == [CHAIN[number][1] for number in range(1, level + 1)]
        assert LEAK not in repr(answer)


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("name", [one for one in MIDDLE if one != "stall at once"])
async def test_case_26_a_stream_that_dies_is_voided_once_and_the_whole_answer_follows(name: str, level: int) -> None:
    async with chain(stream=True, impatient=name in TIMES_OUT) as levels:
        for down in range(1, level):
            levels.break_(down, "401")
        levels.break_(level, name)
        events = await levels.events()
        answer = final(events)
        dead, alive = CHAIN[level][1], CHAIN[level + 1][1]
        at = events.index(Restart())
        before = "".join(event.text for event in events[:at] if isinstance(event, TextDelta))
        after = "".join(event.text for event in events[at:] if isinstance(event, TextDelta))
        assert before
        assert REPLIES[dead].startswith(before)
        assert after == answer.text == REPLIES[alive]
        assert events.count(Restart()) == 1
        assert answer.answered_by == alive
