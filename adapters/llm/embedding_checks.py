"""What can be wrong with a provider's embedding model. It is asked with ``--live`` only, since that costs something."""

from __future__ import annotations

from core.health.models import Findings, ok, problem, skipped
from core.memory.ports import EmbeddingError, EmbeddingModel
from core.memory.remote import fitted
from core.routing.models import ModelError


async def embedding_model(model: EmbeddingModel, *, cut: bool, live: bool) -> Findings:
    """Embed a word, and see whether its vector can be stored.

    Args:
        model: the provider's.
        cut: whether longer vectors are cut.
        live: whether it may be asked.
    """
    if not live:
        yield skipped("embedding", f"{model.name}; --live asks it")
        return
    try:
        answer = await model.ask(["Robbie"])
        fitted(answer.vectors[0], cut=cut)
    except ModelError as error:
        mend = "check its key, its name and its credit; until then memory is found by words alone"
        yield problem("embedding", f"{model.name} does not embed: {error.kind.value}", mend)
    except EmbeddingError as error:
        yield problem("embedding", f"{model.name} cannot be used", error.detail)
    else:
        yield ok("embedding", f"{model.name} embeds a word")
