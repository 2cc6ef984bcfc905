"""One suite for every Embedder: what recall may rely on, wherever the vectors come from."""

from __future__ import annotations

import asyncio
import logging
import math
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from pydantic import SecretStr

from adapters.doubles.providers import ProviderDouble
from adapters.doubles.providers.script import FaultKind
from adapters.embedding import LocalEmbedder
from adapters.llm.breakers import PyBreakers
from adapters.llm.embeddings import DirectEmbeddings, LiteLLMEmbeddings
from adapters.llm.library import load_litellm
from core.conversation.tokens import estimate_tokens
from core.memory.ports import DIMENSIONS, Embedder, EmbeddingError, Vector
from core.memory.remote import RemoteEmbedder
from tests.litellm_clients import close_what_litellm_keeps

pytestmark = [  # what litellm itself does
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Item .* using the `ReadOnly` qualifier:UserWarning"),
]

KEY = "sk-very-secret-0123456789"
SAID = "the-private-words"
ORG = 1
ODD = ("", " ", "\x00", "\ud800", "日本語 🎉", "x" * 20_000, "[SEP] [MASK]", "\u202e\ufeff", "e\u0301" * 400)
REMOTE = {"openai": "", "litellm": "openai/", "litellm jina": "jina_ai/"}
remote_only = pytest.mark.parametrize("bench", REMOTE, indirect=True)


@dataclass
class Purse:
    """A budget that can be looked at. What is kept of it in the database has its own tests (test_budget.py)."""

    cap: float = 1.0
    spent: float = 0.0
    unreachable: bool = False
    held: list[float] = field(default_factory=list)

    async def hold(self, org_id: int, usd: float) -> date | None:
        if self.unreachable:
            raise ConnectionError
        if self.spent + usd > self.cap:
            return None
        self.held.append(usd)
        self.spent += usd
        return datetime.now(UTC).date()

    async def settle(self, org_id: int, day: date, held_usd: float, actual_usd: float) -> None:
        self.spent += actual_usd - held_usd


@dataclass
class Bench:
    """A remote embedder under test, the double that it asks, and who pays."""

    double: ProviderDouble
    purse: Purse
    make: Callable[..., Embedder]

    async def failure(self, embedder: Embedder | None = None, org_id: int | None = ORG) -> EmbeddingError:
        with pytest.raises(EmbeddingError) as caught:
            await (embedder or self.make()).embed([SAID], org_id=org_id)
        return caught.value


@pytest.fixture(scope="module", autouse=True)
def _litellm() -> None:
    load_litellm()


@pytest.fixture(scope="module")
def local() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture(params=REMOTE)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    kind = DirectEmbeddings if request.param == "openai" else LiteLLMEmbeddings
    async with ProviderDouble() as double, AsyncExitStack() as stack:
        stack.push_async_callback(close_what_litellm_keeps)
        purse = Purse()

        def make(
            model: str = "text-embedding-3-small",
            *,
            size: int | None = DIMENSIONS,
            cut: bool = False,
            seconds: float = 30,
            usd: float = 100.0,
            key: str = KEY,
        ) -> Embedder:
            known = model if kind is DirectEmbeddings else f"openai/{model}"
            asked = kind(
                f"x/{model}", known, api_key=SecretStr(key), base=double.openai_url, size=size, seconds=seconds
            )
            stack.push_async_callback(asked.aclose)
            breaker = PyBreakers(fail_max=2, reset_seconds=60)("it")
            return RemoteEmbedder(asked, breaker, purse, usd=usd, cut=cut, count_tokens=estimate_tokens)

        yield Bench(double, purse, make)


@pytest.fixture(params=["local", *REMOTE])
async def embedder(request: pytest.FixtureRequest, local: LocalEmbedder) -> AsyncIterator[Embedder]:
    if request.param == "local":
        yield local
        return
    kind = DirectEmbeddings if request.param == "openai" else LiteLLMEmbeddings
    async with ProviderDouble() as double:
        known = REMOTE[request.param] + "text-embedding-3-small"
        asked = kind("x", known, api_key=SecretStr(KEY), base=double.openai_url, size=DIMENSIONS, seconds=30)
        breaker = PyBreakers()("it")
        yield RemoteEmbedder(asked, breaker, Purse(), usd=0.02, cut=False, count_tokens=estimate_tokens)
        await asked.aclose()
        await close_what_litellm_keeps()


def close(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_every_text_gets_a_vector_of_unit_length_in_its_place(embedder: Embedder) -> None:
    texts = [f"sentence number {number} " + "and so on " * (number % 7) for number in range(40)]
    together = await embedder.embed(texts, org_id=1)
    assert len(together) == 40
    assert {len(vector) for vector in together} == {DIMENSIONS}
    assert all(math.isclose(close(vector, vector), 1.0, abs_tol=1e-4) for vector in together)
    alone = await embedder.embed([texts[23]], org_id=1)
    assert close(alone[0], together[23]) > 0.9999


async def test_no_texts_get_no_vectors(embedder: Embedder) -> None:
    assert list(await embedder.embed([], org_id=1)) == []


@pytest.mark.parametrize("text", ODD, ids=ascii)
async def test_whatever_somebody_writes_gets_a_vector(embedder: Embedder, text: str) -> None:
    (vector,) = await embedder.embed([text], org_id=1)
    assert len(vector) == DIMENSIONS
    assert math.isclose(close(vector, vector), 1.0, abs_tol=1e-4)


async def test_many_may_ask_at_once(embedder: Embedder) -> None:
    asked = [embedder.embed([f"question {number}"], org_id=1) for number in range(12)]
    found = await asyncio.gather(*asked)
    again = await embedder.embed(["question 7"], org_id=1)
    assert close(found[7][0], again[0]) > 0.9999


@remote_only
async def test_a_provider_that_can_shorten_is_asked_for_the_length_that_is_stored(bench: Bench) -> None:
    (vector,) = await bench.make().embed(["hello"], org_id=ORG)
    assert bench.double.requests[-1].body["dimensions"] == DIMENSIONS
    assert len(vector) == DIMENSIONS


@remote_only
async def test_a_shorter_vector_is_filled_up_and_keeps_its_angles(bench: Bench) -> None:
    embedder = bench.make("embed-tiny", size=None)
    cats, more_cats, ships = await embedder.embed(["two cats", "three cats", "a ship"], org_id=ORG)
    assert {len(cats), len(ships)} == {DIMENSIONS}
    assert not any(cats[256:])
    assert close(cats, more_cats) > close(cats, ships)


@remote_only
async def test_a_longer_vector_is_refused_and_the_error_says_what_to_do(bench: Bench) -> None:
    error = await bench.failure(bench.make("nomic-embed-text", size=None))
    assert "768" in error.detail
    assert "memory.embedding_size" in error.detail


@remote_only
async def test_a_longer_vector_is_cut_where_the_operator_says_so(bench: Bench) -> None:
    (vector,) = await bench.make("nomic-embed-text", size=None, cut=True).embed(["hello"], org_id=ORG)
    assert len(vector) == DIMENSIONS
    assert math.isclose(close(vector, vector), 1.0, abs_tol=1e-4)


@remote_only
async def test_many_texts_are_sent_in_pieces_that_a_provider_takes(bench: Bench) -> None:
    texts = [f"text {number}" for number in range(200)] + ["long " * 5_000] * 20
    vectors = await bench.make(usd=0.02).embed(texts, org_id=ORG)
    assert len(vectors) == 220
    sizes = [len(str(request.body["input"])) for request in bench.double.requests]
    assert len(sizes) > 2
    assert max(sizes) < 200_000


@remote_only
async def test_what_was_billed_is_counted_against_the_org(bench: Bench) -> None:
    await bench.make().embed(["four letters each word here"], org_id=ORG)
    assert bench.purse.held[0] >= bench.purse.spent == pytest.approx(7 * 100 / 1e6)


@remote_only
async def test_an_org_without_money_asks_nobody(bench: Bench) -> None:
    bench.purse.cap = 0.0
    assert "budget" in (await bench.failure()).detail
    bench.purse.unreachable = True
    assert "budget not reachable" in (await bench.failure()).detail
    assert not bench.double.requests


@remote_only
async def test_nothing_is_spent_for_nobody(bench: Bench) -> None:
    assert "nobody is named who pays" in (await bench.failure(org_id=None)).detail
    assert not bench.double.requests
    await bench.make(usd=0).embed(["hello"])
    assert not bench.purse.held


@remote_only
@pytest.mark.parametrize(("status", "word"), [(401, "auth"), (429, "rate_limit"), (500, "server"), (503, "overloaded")])
async def test_a_refusal_is_an_embedding_error_and_costs_nothing(bench: Bench, status: int, word: str) -> None:
    bench.double.fault("status", status=status, route="embeddings")
    assert word in (await bench.failure()).detail
    assert (len(bench.purse.held), bench.purse.spent) == (1, 0.0)
    assert len(bench.double.requests) == 1


@remote_only
@pytest.mark.parametrize("kind", ["drop", "cut", "malformed"])
async def test_a_lost_or_broken_answer_is_an_embedding_error_and_stays_paid(bench: Bench, kind: FaultKind) -> None:
    bench.double.fault(kind, route="embeddings")
    await bench.failure()
    assert bench.purse.spent == bench.purse.held[0] > 0
    assert len(bench.double.requests) == 1


@remote_only
async def test_a_silent_provider_is_left_after_its_time(bench: Bench) -> None:
    fault = bench.double.fault("hold", route="embeddings")
    assert "timeout" in (await bench.failure(bench.make(seconds=0.2))).detail
    fault.release()


@remote_only
async def test_an_unwell_provider_is_not_asked_again_and_again(bench: Bench) -> None:
    embedder = bench.make()
    bench.double.fault("status", status=500, route="embeddings")
    for _ in range(2):
        await bench.failure(embedder)
    assert "breaker_open" in (await bench.failure(embedder)).detail
    assert len(bench.double.requests) == 2


async def test_a_retry_after_is_honoured() -> None:
    clock = iter([0.0, 0.0, 29.0, 31.0]).__next__  # looked at before each call, and when one is told to wait
    async with ProviderDouble() as double:
        asked = DirectEmbeddings("x", "all-minilm", api_key=SecretStr(KEY), base=double.openai_url)
        breaker = PyBreakers()("it")
        embedder = RemoteEmbedder(asked, breaker, Purse(), usd=0, cut=False, count_tokens=len, clock=clock)
        double.fault("status", status=429, retry_after=30, route="embeddings", times=1)
        for _ in range(2):
            with pytest.raises(EmbeddingError, match="rate_limit"):
                await embedder.embed(["hello"])
        assert len(double.requests) == 1
        assert len(await embedder.embed(["hello"])) == 1
        await asked.aclose()


@remote_only
async def test_no_error_shows_the_key_or_what_was_said(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        bench.double.fault("status", status=401, message=f"Incorrect key {KEY} for {SAID}", route="embeddings", times=1)
        refused = await bench.failure()
        bench.double.fault("malformed", route="embeddings")
        broken = await bench.failure()
    shown = caplog.text + "".join("".join(traceback.format_exception(error)) for error in (refused, broken))
    assert KEY not in shown
    assert SAID not in shown
