"""What can be wrong with the embedding model of this machine: it does not load, or does not work."""

from __future__ import annotations

import time

from adapters.embedding.local import NAME, LocalEmbedder
from core.health.models import Findings, ok, problem
from core.memory.ports import EmbeddingError


async def local_embedder() -> Findings:
    """Embed a word."""
    embedder = LocalEmbedder()
    try:
        await embedder.embed(["Robbie"])
        started = time.perf_counter()
        await embedder.embed(["Robbie"])
    except EmbeddingError as error:
        mend = "install requirements.lock again; until then memory is found by words alone (memory.embedding: off)"
        yield problem("embedding", error.detail, mend)
        return
    yield ok("embedding", f"{NAME} embeds a word in {(time.perf_counter() - started) * 1000:.0f} ms")
