"""What a test may script on the provider doubles: answers, faults, and the log of what was asked."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Json = dict[str, object]
Reply = str | Callable[[Json], str]
FaultKind = Literal[
    "status",  # an error status with the provider's own body
    "drop",  # the connection is reset before an answer
    "hold",  # no answer at all until released
    "stall",  # the answer starts, then nothing after ``after`` pieces until ``seconds`` passed or released
    "slow",  # ``seconds`` between any two pieces
    "cut",  # the connection is reset after ``after`` pieces
    "truncate",  # the answer is closed cleanly after ``after`` pieces, without its terminator
    "unstreamed",  # the answer in one piece, though a stream was asked for
    "unterminated",  # the whole answer with its finish reason and usage, closed cleanly without the terminator
    "lingering",  # the same, and the connection stays open until released
    "pings",  # ``seconds`` between signs of life without text, until released
    "malformed",  # after ``after`` pieces something that is not the protocol, and the end
    "garbled",  # the piece after ``after`` pieces arrives as broken JSON, and the answer goes on
    "error_event",  # after ``after`` pieces the provider's error inside the stream
    "filter",  # after ``after`` pieces the content filter ends the answer
    "refusal",  # the model itself refuses
]


@dataclass(eq=False)
class Fault:
    """One scripted fault. It hits requests that match ``route`` and ``model``, ``times`` times or until cleared.

    Attributes:
        arrived: set when a request met the fault.
        after: how many pieces of text are sent before it.
        message: replaces the text of the provider's error.
        code: replaces the provider's error code, e.g. ``insufficient_quota``.
    """

    kind: FaultKind
    status: int = 500
    retry_after: str | None = None
    after: int = 0
    seconds: float | None = None
    message: str | None = None
    code: str | None = None
    model: str | None = None
    route: str | None = None
    times: int | None = None
    hits: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let every request that waits at this fault go on."""
        self.released.set()

    def matches(self, route: str, model: str) -> bool:
        """Whether a request meets this fault."""
        spent = self.times is not None and self.hits >= self.times
        return not spent and self.route in (None, route) and self.model in (None, model)

    async def wait(self) -> None:
        """Wait for the release, at most ``seconds``."""
        try:
            await asyncio.wait_for(self.released.wait(), self.seconds)
        except TimeoutError:
            return


@dataclass(frozen=True)
class LoggedRequest:
    """One request as it arrived, whatever became of it."""

    route: str
    model: str
    messages: list[Json]
    stream: bool
    body: Json
    headers: dict[str, str]
    at: float

    def as_json(self) -> Json:
        """For tests in other processes; without the headers, which carry keys."""
        return {"route": self.route, "model": self.model, "stream": self.stream, "body": self.body, "at": self.at}


def last_user_text(body: Json) -> str:
    """The text of the prompt's last user message."""
    messages = body.get("messages")
    users = (
        [m for m in messages if isinstance(m, dict) and m.get("role") == "user"] if isinstance(messages, list) else []
    )
    return text_of(users[-1].get("content")) if users else ""


def text_of(content: object) -> str:
    """The text in a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(p.get("text", "")) for p in content if isinstance(p, dict))
    return ""


def tokens_in(text: str) -> int:
    """A deterministic stand-in for a tokenizer: four characters make a token."""
    return (len(text) + 3) // 4


class Script:
    """Answers, faults and the log of one double."""

    def __init__(self, log_size: int = 1000) -> None:
        self.requests: deque[LoggedRequest] = deque(maxlen=log_size)
        self.faults: list[Fault] = []
        self.streaming = 0
        self.peers: set[object] = set()
        self.report_usage = True
        self._replies: dict[str | None, Reply] = {}

    def answer(self, model: str, body: Json) -> str:
        """The scripted answer: the model's own, else the one for all models, else an echo."""
        reply = self._replies.get(model, self._replies.get(None))
        if reply is None:
            return f"You said: {last_user_text(body)}"
        return reply if isinstance(reply, str) else reply(body)

    def reply(self, reply: Reply, model: str | None = None) -> None:
        """Answer so from now on."""
        self._replies[model] = reply

    def log(self, route: str, body: Json, headers: dict[str, str]) -> None:
        """Record a request."""
        messages = body.get("messages")
        self.requests.append(
            LoggedRequest(
                route=route,
                model=str(body.get("model", "")),
                messages=messages if isinstance(messages, list) else [],
                stream=bool(body.get("stream")),
                body=body,
                headers=headers,
                at=time.time(),
            )
        )

    def meet(self, route: str, model: str) -> Fault | None:
        """The fault that this request meets, counted and announced."""
        fault = next((f for f in self.faults if f.matches(route, model)), None)
        if fault is not None:
            fault.hits += 1
            fault.arrived.set()
        return fault

    def clear(self) -> None:
        """Forget all faults, and let go what waits at them."""
        for fault in self.faults:
            fault.release()
        self.faults.clear()
