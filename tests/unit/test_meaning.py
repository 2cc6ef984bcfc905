"""What sentences mean: what is worth a note without any cue is found by vectors, and small talk is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.embedding import LocalEmbedder
from core.memory.ports import EmbeddingError, Vector
from core.notes.meaning import Meaning
from core.notes.models import NoteKind

_EVEN = 0.5


class Broken:
    """An embedder with the name of the local one, and no answer."""

    name = LocalEmbedder.name

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        raise EmbeddingError("it does not load")


class Other(Broken):
    """Its vectors are not those that the weights were fitted on."""

    name = "openai/text-embedding-3-small"


async def test_what_no_cue_gives_away_is_likelier_a_note_than_small_talk() -> None:
    terse = {
        "Refunds over 100 euros have to go through finance, new rule.": NoteKind.DECISION,
        "Our churn is worst among customers without a contact person.": NoteKind.INSIGHT,
        "The training on the new warehouse software was far too short.": NoteKind.FEEDBACK,
    }
    talk = ["The coffee machine is making that noise again.", "I slept badly, my cat woke me at five."]
    meaning = Meaning.by(LocalEmbedder())
    assert meaning is not None
    meant = await meaning.of([*terse, *talk], 1)
    assert {text: meant[text].kind for text in terse} == terse
    likely = {text: one.with_words(_EVEN) for text, one in meant.items()}
    assert min(likely[text] for text in terse) > _EVEN > max(likely[text] for text in talk)


async def test_an_embedder_that_fails_leaves_it_to_the_words() -> None:
    meaning = Meaning.by(Broken())
    assert meaning is not None
    assert await meaning.of(["We keep the four-day week."], 1) == {}


@pytest.mark.parametrize("embedder", [None, Other()])
def test_vectors_that_the_weights_do_not_know_are_not_asked_for(embedder: Other | None) -> None:
    assert Meaning.by(embedder) is None
