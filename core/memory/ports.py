"""What memory needs of its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.memory.models import Candidates, Recalled, WordHits
from core.people.viewer import Viewer

DIMENSIONS = 384
"""The length of every vector that is stored."""

Vector = Sequence[float]
"""As many numbers as DIMENSIONS, of unit length together."""


class EmbeddingError(Exception):
    """Texts were not embedded; recall goes on without vectors.

    Attributes:
        detail: for logs and operators; carries no secret and nothing of the texts.
        of_text: whether something in the texts is at fault, so that others may be embedded.
    """

    def __init__(self, detail: str, *, of_text: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.of_text = of_text


class Embedder(Protocol):
    """Turns texts into vectors that lie close together where the texts mean much the same."""

    @property
    def name(self) -> str:
        """Recorded with each vector: vectors of different names are not compared."""

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        """One vector for each text, whatever is in it. Raises EmbeddingError.

        Args:
            texts: what is embedded; long ones are cut.
            org_id: whose budget pays. Without one, an embedder that costs money refuses.
        """


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a provider made of texts.

    Attributes:
        vectors: one for each text, as long as its model makes them.
        tokens: what is billed; 0 where the provider does not tell.
    """

    vectors: Sequence[Sequence[float]]
    tokens: int = 0


class EmbeddingModel(Protocol):
    """One embedding model of one provider."""

    @property
    def name(self) -> str:
        """Its unique name, e.g. ``openai/text-embedding-3-small``."""

    async def ask(self, texts: Sequence[str]) -> Embedded:
        """Ask once. Raises ModelError."""


class MemoryStore(Protocol):
    """Finds what may fit a question; who ranks it is ``core.memory.ranking``."""

    async def by_words(
        self,
        viewer: Viewer,
        text: str,
        limit: int,
        *,
        without_conversation: int | None,
        since: datetime | None = None,
    ) -> WordHits:
        """What the viewer may see here that shares words with a text.

        Args:
            viewer: who asks, and where.
            text: the question.
            limit: how many at most.
            without_conversation: one whose messages are left out.
            since: only those are left out that were said from then on.
        """

    async def candidates(
        self,
        viewer: Viewer,
        hits: WordHits,
        vectors: Mapping[str, Vector],
        limit: int,
        *,
        without_conversation: int | None,
        since: datetime | None = None,
    ) -> Candidates:
        """The hits, what lies near a vector, and what was said just before and after each of them.

        Args:
            viewer: as in ``by_words``.
            hits: what that found.
            vectors: of the question, by the name of their embedder; without one, it goes by words alone.
            limit: how many at most are looked for by each vector.
            without_conversation: as in ``by_words``.
            since: as in ``by_words``.
        """

    async def recalled(self, viewer: Viewer, ids: Sequence[int]) -> Sequence[Recalled]:
        """What they are, in no order and without scores; what the viewer does not see (any more) is missing."""


class Recalls(Protocol):
    """Recall, as answers and briefs use it. Implemented by ``core.memory.service.Memory``."""

    async def recall(
        self,
        viewer: Viewer,
        text: str,
        now: datetime,
        limit: int,
        *,
        without_conversation: int | None = None,
        since: datetime | None = None,
    ) -> Sequence[Recalled]:
        """What the viewer may see here that has to do with a text, the best first.

        Never raises for an embedder that does not answer: it then goes by words alone.

        Args:
            viewer: who asks, and where.
            text: the question.
            now: with the time zone of the one who asks.
            limit: at most so many.
            without_conversation: one whose messages are left out, since its transcript is known already.
            since: only those are left out that were said from then on.
        """
