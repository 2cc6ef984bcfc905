"""What a provider really sent, read from its server-sent events.

The direct client reads its text from here too, so that each line is parsed once. litellm's bytes are shown to it beside
the library (``adapters.llm.tap``): litellm reports a truncated stream as ``stop``, invents the usage that was not sent,
and drops refusals and broken lines.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import isfinite

Json = dict[str, object]
_BOM = b"\xef\xbb\xbf"
_KNOWN = frozenset({"choices", "candidates", "message", "delta", "error"})
_REFUSALS = frozenset({"refusal", "content_filter", "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"})


@dataclass
class Evidence:
    """What was seen of one request.

    Attributes:
        asked: whether a request was sent at all.
        status: the HTTP status; 0 while nothing came back.
        body: the body of an error answer.
        terminated: whether the protocol's terminator came.
        finish: why the model stopped, as it says itself. Nothing of the answer comes after it.
        error: the error object that came inside a stream.
        refused: whether the model or a content filter refused.
        usage_seen: whether the provider itself reported tokens.
        model: who answers, as the provider names it.
        understood: whether what came is in a protocol whose end is known here.
    """

    asked: bool = False
    status: int = 0
    retry_after: str | None = None
    body: bytes = b""
    terminated: bool = False
    malformed: bool = False
    refused: bool = False
    usage_seen: bool = False
    finish: str = ""
    model: str = ""
    understood: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    error: Json | None = None
    _rest: bytes = field(default=b"", repr=False)

    @property
    def complete(self) -> bool:
        """Whether the whole answer came. Some hosts end a stream without the terminator; a cut one has no finish."""
        return self.terminated or bool(self.finish)

    @property
    def broken(self) -> bool:
        """Whether what came can no longer become an answer."""
        return self.malformed or self.refused or self.error is not None

    def feed(self, data: bytes) -> list[Json]:
        """Read a piece of a stream, in any cut, and return the events that it completed, up to one that breaks it."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = []
        for line in lines:
            event = self._line(line)
            if self.broken:
                break
            if event is not None:
                events.append(event)
        if self._rest.removeprefix(b"data:").strip() == b"[DONE]":  # some hosts leave out the last newline
            self.terminated = True
        return events

    def _line(self, line: bytes) -> Json | None:
        name, _, value = line.removeprefix(_BOM).partition(b":")
        if name != b"data":
            return None
        value = value.strip()
        if value == b"[DONE]":
            self.terminated = True
        if value in (b"", b"[DONE]"):  # empty: a sign of life
            return None
        return self.read(value)

    def read(self, text: bytes) -> Json | None:
        """Read one JSON object: an event of a stream, or an answer in one piece."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            self.malformed = True
            return None
        self._note(data)
        return data

    def _note(self, data: Json) -> None:
        error = data.get("error")
        if error:
            self.error = error if isinstance(error, dict) else {"message": str(error)}
        self.terminated = self.terminated or data.get("type") == "message_stop"
        for said in (data.get("message"), data):  # message: Anthropic's message_start
            if isinstance(said, dict):
                self.model = str(said.get("model") or self.model)
                self._count(said.get("usage"))
        self.usage_seen = self.usage_seen or bool(data.get("usage"))
        choice, candidate = first_choice(data), _first(data.get("candidates"))  # candidates: Gemini's
        self.understood = self.understood or bool(_KNOWN & data.keys())
        self._end(choice.get("finish_reason") or candidate.get("finishReason"))
        for part in (data, data.get("delta"), choice.get("delta"), choice.get("message")):
            if isinstance(part, dict):
                self._end(part.get("stop_reason"))
                self.refused = self.refused or bool(part.get("refusal"))

    def _end(self, finish: object) -> None:
        if not finish:
            return
        self.finish = str(finish)
        self.refused = self.refused or finish in _REFUSALS
        if finish == "error" and self.error is None:
            self.error = {"message": "finish_reason error"}

    def _count(self, usage: object) -> None:
        """Keep the tokens that are told, under OpenAI's names or Anthropic's, whose input leaves out what is cached."""
        if not isinstance(usage, dict):
            return
        cached = _number(usage, "cache_creation_input_tokens") + _number(usage, "cache_read_input_tokens")
        asked = _number(usage, "prompt_tokens") or _number(usage, "input_tokens") + cached
        self.input_tokens = asked or self.input_tokens
        self.output_tokens = _number(usage, "completion_tokens", "output_tokens") or self.output_tokens


def first_choice(data: Json) -> Json:
    """The first choice of a Chat Completions chunk, or nothing."""
    return _first(data.get("choices"))


def _first(listed: object) -> Json:
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, dict) else {}


def _number(usage: Json, *names: str) -> int:
    values = (usage.get(name) for name in names)
    return next((int(value) for value in values if isinstance(value, int | float) and isfinite(value)), 0)
