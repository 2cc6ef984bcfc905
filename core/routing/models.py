"""The words of routing: what is asked of a model, what comes back, and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from math import ceil
from typing import Literal


class Level(IntEnum):
    """The five levels of the fallback chain."""

    GPT4_CLASS = 1
    CLAUDE_CLASS = 2
    OPEN_WEIGHT = 3
    LOCAL = 4
    OFFLINE = 5


class ErrorClass(StrEnum):
    """Why an attempt failed; each class leads to one decision (see ``core.routing.service``)."""

    RATE_LIMIT = "rate_limit"  # 429: the next model now; this one after Retry-After
    OVERLOADED = "overloaded"  # 503, 529
    SERVER = "server"  # 500, 502, 504
    TIMEOUT = "timeout"  # no connection, no first token, or a stalled stream within its limit
    CONNECTION = "connection"  # refused, reset, name not found
    TRUNCATED = "truncated"  # a stream that did not end with its terminator
    MALFORMED = "malformed"  # not the protocol
    AUTH = "auth"  # 401, 403, no credit: an operator must act
    NOT_FOUND = "not_found"  # 404: no such model
    CONTEXT = "context"  # the prompt is too long for this model
    BAD_REQUEST = "bad_request"  # 400: repeating it is no use
    REFUSED = "refused"  # the provider's content filter
    BREAKER_OPEN = "breaker_open"  # not asked: its breaker is open
    BUDGET = "budget"  # not asked: the day's money is used up


class ModelError(Exception):
    """A model did not answer.

    Attributes:
        kind: what went wrong.
        retry_after: seconds the provider asked to wait, if it did.
        detail: for logs only, never shown to people; carries no secret and no prompt.
    """

    def __init__(self, kind: ErrorClass, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{kind.value}: {detail}" if detail else kind.value)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after


PictureType = Literal["image/png", "image/jpeg", "image/gif", "image/webp"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a prompt, for models that can see.

    Attributes:
        name: fit for a prompt.
        media_type: what its bytes are, whatever it is called.
    """

    name: str
    media_type: PictureType
    data: bytes = field(repr=False)
    width: int
    height: int

    @property
    def tokens(self) -> int:
        """At most about so many: providers count by area, and make very large pictures smaller first."""
        return min(100 + ceil(self.width * self.height / 500), 5_000)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt.

    Attributes:
        name: tells speakers of a shared thread apart.
        pictures: what a person shows; only models that can see are sent them.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    name: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What is known of a model.

    Attributes:
        name: unique name in plans, records and settings, e.g. ``openai/gpt-5.2``.
        level: its place in the fallback chain.
        input_usd, output_usd: price in US dollars per million tokens.
        context_tokens: the largest prompt and answer together, in tokens.
        small: a model so small that a short prompt suits it better (the embedded one).
        vision: whether it can see pictures.
    """

    name: str
    level: Level
    input_usd: float = 0.0
    output_usd: float = 0.0
    context_tokens: int = 128_000
    max_output_tokens: int = 4_096
    small: bool = False
    vision: bool = False

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """US dollars for so many tokens."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1e6


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that were billed. ``estimated`` says that the provider did not report them."""

    input_tokens: int
    output_tokens: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The stream ended as the protocol says it must: the terminator was seen.

    Attributes:
        model: who really answered, as the provider names it.
        finish: ``stop`` or ``length`` (cut at the output limit).
    """

    usage: Usage
    model: str
    finish: Literal["stop", "length"] = "stop"


Chunk = TextDelta | StreamEnd


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to one model.

    Attributes:
        schema: the JSON schema of the answer, where it is to be JSON; not every provider can be held to it.
    """

    messages: tuple[ChatMessage, ...]
    max_output_tokens: int
    schema: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One model of a plan, with why it stands there and what it is estimated to cost."""

    spec: ModelSpec
    estimate_usd: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The models for one turn, in order. Level 5 always ends it and is not listed.

    Attributes:
        policy: name and version of what made it.
        arm: the choice made, for the learner.
        propensity: the probability with which the policy makes this choice here.
    """

    steps: tuple[Step, ...]
    policy: str
    arm: str
    propensity: float = 1.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What happened with one model: recorded for each, also when it was not asked."""

    model: str
    level: Level
    estimate_usd: float
    cost_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    latency_ms: float = 0.0
    first_token_ms: float | None = None
    error: ErrorClass | None = None
    detail: str = ""


@dataclass(slots=True)
class Trace:
    """What has been done for a turn so far."""

    plan: Plan | None = None
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Task:
    """A turn as the router sees it.

    Attributes:
        prompt: the full prompt, for models of ordinary size.
        short_prompt: a short one for small models.
        text: what the person asked, for the policy to look at.
        key: names the turn in records and budget holds.
        schema: the JSON schema of the answer, where it is to be JSON.
        cheap: whether the cheapest model that is not small comes first, since nobody waits for the answer.
        trace: filled by the router as it goes, so that a turn that is stopped can be recorded too.
    """

    org_id: int
    text: str
    prompt: tuple[ChatMessage, ...]
    short_prompt: tuple[ChatMessage, ...]
    key: str = ""
    schema: Mapping[str, object] | None = None
    cheap: bool = False
    trace: Trace = field(default_factory=Trace, compare=False)


@dataclass(frozen=True, slots=True)
class Restart:
    """What was shown of the answer so far is void: another model starts again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a routed turn.

    Attributes:
        text: the whole answer; empty at level 5, where the caller composes an honest one.
        level: the level that answered.
        cut: whether the answer ends at the model's output limit.
        small: whether a small model wrote it, which a person should know.
        blind: whether there were pictures and the model could not see them, which a person should know.
        answered_by: the model that answered, as its provider names it, which may be more exact than ``model``.
        refused: a provider's content filter declined; nobody else was asked.
        over_budget: whether a paid model was passed over because the day's money is used up.
    """

    text: str
    level: Level
    model: str
    cost_usd: float
    usage: Usage
    latency_ms: float
    plan: Plan
    attempts: tuple[Attempt, ...] = field(default_factory=tuple)
    refused: bool = False
    over_budget: bool = False
    small: bool = False
    blind: bool = False
    cut: bool = False
    answered_by: str = ""


RouterEvent = TextDelta | Restart | Answer
