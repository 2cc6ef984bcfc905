"""One suite for every ChatModel: what the router may rely on, whoever answers."""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.providers.script import FaultKind
from adapters.llm.direct import DirectModel
from adapters.llm.embedded import EmbeddedModel, embedded_spec
from adapters.llm.embedded_process import EmbeddedServer
from adapters.llm.errors import from_evidence, retry_after
from adapters.llm.library import load_litellm
from adapters.llm.litellm_model import LiteLLMModel
from adapters.llm.protocols import AnthropicMessages, ChatProtocol, OpenAIChat
from adapters.llm.timing import Timeouts
from adapters.llm.wire import Evidence
from core.routing.models import (
    ChatMessage,
    ChatRequest,
    Chunk,
    ErrorClass,
    Level,
    ModelError,
    ModelSpec,
    StreamEnd,
    TextDelta,
)
from core.routing.ports import ChatModel
from tests.litellm_clients import close_what_litellm_keeps

pytestmark = [  # what litellm itself does
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Item .* using the `ReadOnly` qualifier:UserWarning"),
]

KEY = "sk-very-secret-0123456789"
PROMPT = "the-private-prompt"
ANSWER = "Two plus two is four, and that is all there is to say about it."
MODELS = {
    "gpt-4o": 1000,
    "claude-sonnet-4-5": 1000,
    "openai/gpt-oss-120b": 1000,
    "llama3.2": 1000,
    "embedded": 1000,
    "llama-3.3-70b": 1000,
}
STREAMS = ("openai", "anthropic", "host", "ollama", "embedded", "litellm openai", "litellm anthropic", "litellm groq")
WHOLE = ("openai whole", "anthropic whole", "host whole", "ollama whole")
SHORT = Timeouts(connect=10, first_token=1, between_tokens=1, total=60, whole=1)
LONG = Timeouts(connect=30, first_token=60, between_tokens=60, total=120)
streams_only = pytest.mark.parametrize("bench", STREAMS, indirect=True)


@dataclass
class Bench:
    """A model under test, and the double that it talks to."""

    double: ProviderDouble
    make: Callable[[Timeouts], ChatModel]

    async def ask(self, text: str = PROMPT, limit: int = 200, timeouts: Timeouts | None = None) -> list[Chunk]:
        request = ChatRequest((ChatMessage("system", "Be kind."), ChatMessage("user", text, "Ada")), limit)
        return [c async for c in self.make(timeouts or LONG).stream(request)]

    async def failure(self, timeouts: Timeouts | None = None, text: str = PROMPT) -> ModelError:
        with pytest.raises(ModelError) as caught:
            await self.ask(text, timeouts=timeouts)
        return caught.value


@pytest.fixture(scope="session", autouse=True)
def _litellm() -> None:
    load_litellm()


@pytest.fixture(params=STREAMS + WHOLE)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with ProviderDouble(MODELS) as double, AsyncExitStack() as stack:
        stack.push_async_callback(close_what_litellm_keeps)
        double.reply(ANSWER)
        family = request.param.removesuffix(" whole")

        def direct(
            protocol: ChatProtocol, model: str, base: str, key: str | None = KEY
        ) -> Callable[[Timeouts], ChatModel]:
            def make(timeouts: Timeouts) -> ChatModel:
                secret = SecretStr(key) if key else None
                spec = ModelSpec(model, Level.GPT4_CLASS)
                made = DirectModel(
                    spec, model, protocol, api_key=secret, base=base, timeouts=timeouts, stream=request.param == family
                )
                stack.push_async_callback(made.aclose)
                return made

            return make

        def litellm(model: str, base: str) -> Callable[[Timeouts], ChatModel]:
            def make(timeouts: Timeouts) -> ChatModel:
                spec = ModelSpec(model, Level.GPT4_CLASS)
                made = LiteLLMModel(spec, model, api_key=SecretStr(KEY), api_base=base, timeouts=timeouts)
                stack.push_async_callback(made.aclose)
                return made

            return make

        def embedded(timeouts: Timeouts) -> ChatModel:
            made = EmbeddedModel(EmbeddedServer(tmp_path), embedded_spec(), timeouts)
            stack.push_async_callback(made.aclose)
            return made

        if family == "embedded":  # the double stands in for the server: same lock, same file, same protocol
            lock = stack.enter_context((tmp_path / "server.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
            (tmp_path / "server.json").write_text(json.dumps({"url": double.url, "key": KEY, "pid": 0}))
        makers = {
            "openai": direct(OpenAIChat("max_completion_tokens"), "gpt-4o", double.openai_url),
            "anthropic": direct(AnthropicMessages(), "claude-sonnet-4-5", double.anthropic_url),
            "host": direct(OpenAIChat(), "openai/gpt-oss-120b", double.groq_url),
            "ollama": direct(OpenAIChat(), "llama3.2", f"{double.ollama_url}/v1", None),
            "embedded": embedded,
            "litellm openai": litellm("openai/gpt-4o", double.openai_url),
            "litellm groq": litellm("groq/llama-3.3-70b", double.groq_url),
            "litellm anthropic": litellm("anthropic/claude-sonnet-4-5", double.anthropic_url),
        }
        yield Bench(double, makers[family])


def text_of(chunks: list[Chunk]) -> str:
    return "".join(c.text for c in chunks if isinstance(c, TextDelta))


@streams_only
async def test_text_comes_in_pieces_while_the_model_still_writes(bench: Bench) -> None:
    fault = bench.double.fault("stall", after=2)
    async with aclosing(bench.make(LONG).stream(ChatRequest((ChatMessage("user", "hi"),), 200))) as chunks:  # type: ignore[type-var]
        seen = ""
        while seen != ANSWER[:32]:
            chunk = await anext(chunks)
            assert isinstance(chunk, TextDelta)
            seen += chunk.text
        fault.release()
        assert seen + text_of([chunk async for chunk in chunks]) == ANSWER


async def test_the_whole_text_then_one_end_with_the_providers_usage(bench: Bench) -> None:
    chunks = await bench.ask()
    assert text_of(chunks) == ANSWER
    *_, end = chunks
    assert isinstance(end, StreamEnd)
    assert [c for c in chunks if isinstance(c, StreamEnd)] == [end]
    assert end.finish == "stop"
    assert not end.usage.estimated
    assert end.usage.input_tokens > 0
    assert end.usage.output_tokens == (len(ANSWER) + 3) // 4


async def test_the_prompt_arrives_whole_with_the_speakers_name(bench: Bench) -> None:
    await bench.ask("Grüße an alle: \u202eabc 👩‍🚀")
    sent = json.dumps(bench.double.requests[-1].body, ensure_ascii=False)
    assert "Ada: Grüße an alle: \u202eabc 👩‍🚀" in sent
    assert "Be kind." in sent


async def test_an_answer_cut_at_the_output_limit_says_so(bench: Bench) -> None:
    end = (await bench.ask(limit=5))[-1]
    assert isinstance(end, StreamEnd)
    assert end.finish == "length"


@streams_only
@pytest.mark.parametrize("after", [0, 2, 99])
@pytest.mark.parametrize("kind", ["truncate", "cut"])
async def test_a_stream_without_its_terminator_is_truncated(bench: Bench, kind: FaultKind, after: int) -> None:
    bench.double.fault(kind, after=after)
    assert (await bench.failure()).kind is ErrorClass.TRUNCATED


@pytest.mark.parametrize("bench", WHOLE, indirect=True)
@pytest.mark.parametrize("kind", ["truncate", "cut"])
async def test_half_an_answer_without_a_stream_is_none(bench: Bench, kind: FaultKind) -> None:
    bench.double.fault(kind)
    assert (await bench.failure()).kind is ErrorClass.TRUNCATED


@streams_only
async def test_a_stream_that_says_it_is_done_is_whole_without_its_terminator(bench: Bench) -> None:
    bench.double.fault("unterminated")
    chunks = await bench.ask()
    assert text_of(chunks) == ANSWER
    assert isinstance(chunks[-1], StreamEnd)
    assert not chunks[-1].usage.estimated


@pytest.mark.parametrize("bench", STREAMS[:5], indirect=True)
async def test_a_host_that_does_not_stream_when_asked_to_is_understood(bench: Bench) -> None:
    bench.double.fault("unstreamed")
    chunks = await bench.ask()
    assert text_of(chunks) == ANSWER
    assert isinstance(chunks[-1], StreamEnd)
    assert chunks[-1].usage.output_tokens == (len(ANSWER) + 3) // 4


@pytest.mark.parametrize("bench", STREAMS[:5], indirect=True)
async def test_a_stream_that_is_done_and_never_closed_ends_by_itself(bench: Bench) -> None:
    fault = bench.double.fault("lingering")
    chunks = await bench.ask()
    assert text_of(chunks) == ANSWER
    assert isinstance(chunks[-1], StreamEnd)
    assert not fault.released.is_set()


@streams_only
async def test_what_streamed_before_a_truncation_was_yielded(bench: Bench) -> None:
    bench.double.fault("truncate", after=2)
    seen: list[Chunk] = []
    request = ChatRequest((ChatMessage("user", "hi"),), 100)

    async def read() -> None:
        async for chunk in bench.make(LONG).stream(request):
            seen.append(chunk)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(ModelError):
        await read()
    assert text_of(seen) == ANSWER[:32]


@streams_only
async def test_signs_of_life_without_text_are_not_an_answer(bench: Bench) -> None:
    bench.double.fault("pings", seconds=0.2)
    assert (await bench.failure(SHORT)).kind is ErrorClass.TIMEOUT


@pytest.mark.parametrize("after", [0, 2])
async def test_a_stalled_stream_times_out(bench: Bench, after: int) -> None:
    fault = bench.double.fault("stall", after=after)
    assert (await bench.failure(SHORT)).kind is ErrorClass.TIMEOUT
    assert fault.hits <= 1  # on a busy machine the time may be over before it arrives; never is it asked again


async def test_no_answer_at_all_times_out(bench: Bench) -> None:
    fault = bench.double.fault("hold")
    assert (await bench.failure(SHORT)).kind is ErrorClass.TIMEOUT
    assert fault.hits <= 1  # on a busy machine the time may be over before it arrives; never is it asked again


@streams_only
async def test_a_stream_that_never_ends_meets_the_total_limit(bench: Bench) -> None:
    bench.double.reply("word " * 4000)
    bench.double.fault("slow", seconds=0.2)
    limits = Timeouts(connect=10, first_token=30, between_tokens=30, total=1.5, whole=30)
    error = await bench.failure(limits)
    assert error.kind is ErrorClass.TIMEOUT
    assert "total" in error.detail


async def test_a_malformed_stream_is_not_an_answer(bench: Bench) -> None:
    bench.double.fault("malformed", after=1)
    assert (await bench.failure()).kind is ErrorClass.MALFORMED


@streams_only
async def test_a_stream_with_one_broken_line_is_not_an_answer(bench: Bench) -> None:
    fault = bench.double.fault("garbled", after=1, times=1)
    assert (await bench.failure()).kind is ErrorClass.MALFORMED
    assert fault.hits == 1
    assert text_of(await bench.ask()) == ANSWER


async def test_an_error_inside_the_stream_is_the_providers_error(bench: Bench) -> None:
    bench.double.fault("error_event", after=1)
    assert (await bench.failure()).kind in (ErrorClass.SERVER, ErrorClass.OVERLOADED)


@pytest.mark.parametrize("kind", ["filter", "refusal"])
async def test_a_refusal_is_refused(bench: Bench, kind: FaultKind) -> None:
    bench.double.fault(kind, after=1)
    assert (await bench.failure()).kind is ErrorClass.REFUSED


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ErrorClass.BAD_REQUEST),
        (401, ErrorClass.AUTH),
        (403, ErrorClass.AUTH),
        (404, ErrorClass.NOT_FOUND),
        (429, ErrorClass.RATE_LIMIT),
        (500, ErrorClass.SERVER),
        (502, ErrorClass.SERVER),
        (503, ErrorClass.OVERLOADED),
        (504, ErrorClass.SERVER),
        (529, ErrorClass.OVERLOADED),
    ],
)
async def test_each_status_has_its_class_and_is_asked_once(bench: Bench, status: int, kind: ErrorClass) -> None:
    fault = bench.double.fault("status", status=status)
    assert (await bench.failure()).kind is kind
    assert fault.hits == 1


async def test_no_credit_is_for_the_operator_not_a_rate_limit(bench: Bench) -> None:
    bench.double.fault("status", status=429, code="insufficient_quota")
    assert (await bench.failure()).kind is ErrorClass.AUTH


async def test_a_prompt_that_is_too_long_is_a_context_error(bench: Bench) -> None:
    assert (await bench.failure(text="word " * 2000)).kind is ErrorClass.CONTEXT


async def test_retry_after_in_seconds_is_reported(bench: Bench) -> None:
    bench.double.fault("status", status=429, retry_after=17)
    assert (await bench.failure()).retry_after == 17


async def test_retry_after_as_a_date_is_reported(bench: Bench) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    bench.double.fault("status", status=503, retry_after=format_datetime(until, usegmt=True))
    seconds = (await bench.failure()).retry_after
    assert seconds is not None
    assert 3000 < seconds <= 3600


async def test_a_dropped_connection_is_a_connection_error(bench: Bench) -> None:
    fault = bench.double.fault("drop")
    assert (await bench.failure()).kind is ErrorClass.CONNECTION
    assert fault.hits == 1


async def test_key_and_prompt_are_never_in_errors_or_logs(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for status in (400, 401, 429, 500):
        bench.double.clear_faults()
        bench.double.fault("status", status=status, message=f"bad key {KEY} for {PROMPT}", code=KEY)
        error = await bench.failure()
        shown = "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__cause__)
        assert KEY not in shown
        assert PROMPT not in shown
    ours = "".join(r.getMessage() for r in caplog.records)
    assert KEY not in ours
    assert PROMPT not in ours


@streams_only
async def test_closing_the_iterator_closes_the_connection(bench: Bench) -> None:
    bench.double.reply("word " * 100_000)
    fault = bench.double.fault("stall", after=3)
    request = ChatRequest((ChatMessage("user", "hi"),), 4000)
    async with aclosing(bench.make(LONG).stream(request)) as chunks:  # type: ignore[type-var]
        assert isinstance(await anext(chunks), TextDelta)
        await fault.arrived.wait()
        assert bench.double.streaming == 1
    async with asyncio.timeout(30):
        while bench.double.streaming:
            await asyncio.sleep(0.01)


async def test_many_at_once_do_not_mix_their_evidence(bench: Bench) -> None:
    bench.double.fault("truncate", after=1, times=5)
    model = bench.make(LONG)

    async def one() -> str:
        request = ChatRequest((ChatMessage("user", "hi"),), 100)
        try:
            return text_of([c async for c in model.stream(request)])
        except ModelError as error:
            return error.kind.value

    results = await asyncio.gather(*(one() for _ in range(20)))
    assert sorted(results) == sorted([ANSWER] * 15 + ["truncated"] * 5)


@pytest.mark.parametrize("protocol", [OpenAIChat(), AnthropicMessages()])
async def test_nobody_listening_is_a_connection_error(protocol: ChatProtocol, unused_tcp_port: int) -> None:
    base = f"http://127.0.0.1:{unused_tcp_port}"
    model = DirectModel(ModelSpec("m", Level.GPT4_CLASS), "gpt-4o", protocol, api_key=SecretStr(KEY), base=base)
    with pytest.raises(ModelError) as caught:
        [c async for c in model.stream(ChatRequest((ChatMessage("user", "hi"),), 10))]
    assert caught.value.kind is ErrorClass.CONNECTION
    await model.aclose()


async def test_litellm_finds_nobody_listening_too(unused_tcp_port: int) -> None:
    for model_id in ("openai/gpt-4o", "anthropic/claude-sonnet-4-5"):
        base = f"http://127.0.0.1:{unused_tcp_port}/v1"
        model = LiteLLMModel(ModelSpec("m", Level.GPT4_CLASS), model_id, api_key=SecretStr(KEY), api_base=base)
        with pytest.raises(ModelError) as caught:
            [c async for c in model.stream(ChatRequest((ChatMessage("user", "hi"),), 10))]
        assert caught.value.kind is ErrorClass.CONNECTION
        await model.aclose()


@pytest.mark.parametrize("through", ["direct", "litellm"])
async def test_a_host_that_reports_no_usage_is_known_to_have_not(through: str) -> None:
    spec, key = ModelSpec("m", Level.OPEN_WEIGHT), SecretStr(KEY)
    async with ProviderDouble(MODELS) as double:
        double.reply(ANSWER)
        double.hide_usage()
        model: DirectModel | LiteLLMModel = DirectModel(spec, "gpt-4o", OpenAIChat(), api_key=key, base=double.groq_url)
        if through == "litellm":
            model = LiteLLMModel(spec, "openai/gpt-4o", api_key=key, api_base=double.groq_url)
        end = [c async for c in model.stream(ChatRequest((ChatMessage("user", "hi"),), 100))][-1]
        await model.aclose()
    assert isinstance(end, StreamEnd)
    assert end.usage.estimated


async def test_connections_are_used_again() -> None:
    async with ProviderDouble(MODELS) as double:
        model = DirectModel(
            ModelSpec("m", Level.GPT4_CLASS), "gpt-4o", OpenAIChat(), api_key=SecretStr(KEY), base=double.openai_url
        )
        for _ in range(3):
            assert [c async for c in model.stream(ChatRequest((ChatMessage("user", "hi"),), 100))]
        await model.aclose()
        assert double.connections == 1


async def test_anthropic_is_told_the_system_text_apart_and_never_an_empty_message() -> None:
    said = (
        ChatMessage("assistant", "earlier"),
        ChatMessage("system", "Be kind."),
        ChatMessage("user", " "),
        ChatMessage("user", "hi"),
        ChatMessage("system", "Be brief."),
    )
    body = AnthropicMessages().body("m", ChatRequest(said, 10), stream=True)
    assert body["system"] == "Be kind.\n\nBe brief."
    messages = body["messages"]
    assert isinstance(messages, list)
    assert [m["role"] for m in messages] == ["user", "assistant", "user"]
    assert all(m["content"].strip() for m in messages)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0.5", 0.5),
        ("120", 120.0),
        ("Sun, 22 Nov 2026 10:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 09:00:00 +9999999999999999999", None),
    ],
)
def test_retry_after_reads_seconds_and_dates_and_nothing_else(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=datetime(2026, 11, 22, 10, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("cut", [1, 3, 7, 1000])
def test_the_terminator_is_seen_however_the_bytes_are_cut_and_not_inside_the_text(cut: int) -> None:
    quoted = b'data: {"choices":[{"delta":{"content":"data: [DONE]\\n\\ndata: [DONE]\\n"}}]}\r\n\r\n'
    evidence = Evidence()
    for start in range(0, len(quoted), cut):
        evidence.feed(quoted[start : start + cut])
    assert (evidence.terminated, evidence.malformed) == (False, False)
    for byte in b"data: [DONE]":
        evidence.feed(bytes([byte]))
    assert (evidence.terminated, evidence.malformed) == (True, False)


def test_an_empty_line_of_data_is_a_sign_of_life() -> None:
    evidence = Evidence(status=200)
    said = evidence.feed(b'data:\n\ndata: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n')
    assert len(said) == 1
    assert from_evidence(evidence) is None


def test_a_stream_that_finishes_with_an_error_is_no_answer() -> None:
    evidence = Evidence(status=200)
    evidence.feed(b'data: {"choices":[{"delta":{},"finish_reason":"error"}]}\n\ndata: [DONE]\n\n')
    error = from_evidence(evidence)
    assert error is not None
    assert error.kind is ErrorClass.SERVER


def test_json_nested_without_end_is_malformed() -> None:
    evidence = Evidence(status=200)
    evidence.feed(b"data: " + b"[" * 200_000 + b"\n")
    error = from_evidence(evidence)
    assert error is not None
    assert error.kind is ErrorClass.MALFORMED


@pytest.mark.parametrize("tokens", ["1e999", "NaN", "-Infinity"])
def test_a_count_of_tokens_that_is_no_number_counts_nothing(tokens: str) -> None:
    evidence = Evidence(status=200)
    evidence.feed(f'data: {{"usage":{{"prompt_tokens":{tokens}}}}}\n'.encode())
    assert evidence.input_tokens == 0


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("STOP", None), ("MAX_TOKENS", None), ("SAFETY", ErrorClass.REFUSED), (None, ErrorClass.TRUNCATED)],
)
def test_geminis_stream_has_its_end_in_the_finish_reason(reason: str | None, kind: ErrorClass | None) -> None:
    said = {"candidates": [{"content": {"parts": [{"text": "hi"}]}, **({"finishReason": reason} if reason else {})}]}
    evidence = Evidence(status=200)
    evidence.feed(f"data: {json.dumps(said)}\r\n\r\n".encode())
    assert evidence.understood
    error = from_evidence(evidence)
    assert (error and error.kind) == kind
