"""Memory in a worker: what people say is remembered, gets its vectors in the background, and is recalled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.embedding import LocalEmbedder
from adapters.embedding.local import NAME as LOCAL
from adapters.llm.embeddings import DirectEmbeddings, LiteLLMEmbeddings
from adapters.postgres.database import Database
from adapters.postgres.embedding import PostgresEmbedding
from adapters.postgres.memories import PostgresMemories
from adapters.postgres.saying import PostgresSayings
from bot.models import v1
from bot.settings import Settings, SettingsError
from core.conversation.remembering import Heard, Remembering
from core.conversation.tokens import estimate_tokens
from core.memory.embedding import Embedders, Embedding
from core.memory.ports import DIMENSIONS, Embedder
from core.memory.remote import RemoteEmbedder
from core.memory.saying import Sayings
from core.memory.service import Memory
from core.routing.ports import Breakers, Budget

AnyEmbeddings = DirectEmbeddings | LiteLLMEmbeddings


@dataclass(frozen=True, slots=True)
class MemoryWork:
    """What a worker does with memory, wired and not yet running.

    Attributes:
        sayings: what was said, for the background.
        embedding: what makes vectors in the background; None where there are none to be made.
        answers: recalls for answers.
        models: the providers that are asked, to be closed in the end.
        embedder: the one of today; None where there is none.
    """

    sayings: Sayings
    embedding: Embedding | None
    answers: Remembering
    models: Sequence[AnyEmbeddings]
    embedder: Embedder | None = None

    async def remember(self) -> None:
        """Make memories of what was said, and count what answers were given of notes."""
        while await self.sayings.remember():
            pass
        await self.sayings.count_uses()

    async def embed(self) -> None:
        """Make the vectors that are missing."""
        if self.embedding:
            await self.embedding.work()

    async def close(self) -> None:
        """Disconnect from providers."""
        for model in self.models:
            await model.aclose()


def remembering(
    settings: Settings,
    database: Database,
    breakers: Breakers,
    budget: Budget,
    heard: Heard = lambda seconds, outcome: None,
) -> MemoryWork:
    """Wire what the settings want of memory. What is said while it is switched off is not remembered later either."""
    memory = settings.memory
    if not memory.enabled:
        return MemoryWork(PostgresSayings(database, lambda said: ""), None, Remembering(), ())
    maker = Maker(settings, breakers, budget)
    embedders = maker.embedders()
    lease = 2 * settings.worker.lease_seconds  # a batch asks a provider a few times, should a text be at fault
    usable: Callable[[], Sequence[Embedder]] = embedders.usable if embedders else tuple
    return MemoryWork(
        sayings=PostgresSayings(database),
        embedding=Embedding(PostgresEmbedding(database, lease_seconds=lease), embedders) if embedders else None,
        answers=Remembering(
            Memory(PostgresMemories(database), usable) if memory.recall else None,
            limit=memory.recall,
            seconds=memory.recall_ms / 1000,
            heard=heard,
        ),
        models=maker.models,
        embedder=embedders.current if embedders else None,
    )


class Maker:
    """Makes embedders by the names that vectors are recorded with.

    Args:
        settings: name the embedder, and hold the keys.
        breakers: stand before providers.
        budget: pays them.
    """

    def __init__(self, settings: Settings, breakers: Breakers, budget: Budget) -> None:
        self._settings = settings
        self._breakers = breakers
        self._budget = budget
        self.models: list[AnyEmbeddings] = []

    def embedders(self) -> Embedders | None:
        """The embedder of the settings, and the making of former ones; None where it is off. Raises SettingsError."""
        memory = self._settings.memory
        if memory.embedding == "off":
            return None
        name = LOCAL if memory.embedding == "local" else recorded(memory.embedding, memory.embedding_size)
        current = self.make(name)
        if current is None:
            variable = needed(memory.embedding)
            raise SettingsError(f"setting 'memory.embedding' is {memory.embedding}, which needs {variable} in .env")
        return Embedders(current, self.make)

    def make(self, name: str) -> Embedder | None:
        """An embedder; None where it cannot be asked."""
        if name == LOCAL:
            return LocalEmbedder()
        asked = model_of(self._settings, name)
        if asked is None:
            return None
        self.models.append(asked)
        return RemoteEmbedder(
            asked,
            self._breakers(name),
            self._budget,
            usd=0.0 if name.startswith("ollama/") else self._settings.memory.embedding_usd,
            cut=name.endswith("#cut"),
            count_tokens=estimate_tokens,
        )


def model_of(settings: Settings, name: str) -> AnyEmbeddings | None:
    """A provider's model by the name that its vectors are recorded with; None where it cannot be asked.

    OpenAI and Ollama are asked by our own client at the addresses of the chat's models, all others through litellm.
    """
    model, _, how = name.partition("#")
    size = DIMENSIONS if how == "ask" else None
    secrets = settings.secrets
    provider, _, bare = model.partition("/")
    if provider == "openai":
        key, base = secrets.openai_api_key, secrets.openai_base_url
        return DirectEmbeddings(name, bare, api_key=key, base=base, size=size) if key else None
    if provider == "ollama":
        base = secrets.ollama_base_url
        return DirectEmbeddings(name, bare, base=v1(base), size=size) if base else None
    return LiteLLMEmbeddings(name, model, size=size)


def needed(model: str) -> str:
    """The variable without which a model cannot be asked."""
    return "OLLAMA_BASE_URL" if model.startswith("ollama/") else "OPENAI_API_KEY"


def recorded(model: str, size: str) -> str:
    """The name that vectors of a provider's model are recorded with: asked for shorter or cut, they are others."""
    return model if size == "whole" else f"{model}#{size}"
