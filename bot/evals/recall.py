"""Measures recall: long conversations go through the real store, and questions find their turns again, or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from adapters.embedding.local import LocalEmbedder
from adapters.postgres.database import Database
from adapters.postgres.embedding import PostgresEmbedding
from adapters.postgres.memories import PostgresMemories
from bot.evals.recall_rows import CATEGORIES, Exam, Question, read
from bot.evals.recall_store import store
from bot.evals.scratch import scratch
from core.memory.embedding import Embedders, Embedding
from core.memory.ports import Recalls
from core.memory.service import Memory
from core.people.viewer import Viewer

DEPTHS = (5, 10, 20)

Json = dict[str, object]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question brought.

    Attributes:
        question: what was asked.
        ranks: at which places, from 1, its turns stand; those deeper than the deepest of DEPTHS are missing.
        ms: how long it took.
    """

    question: Question
    ranks: Sequence[int]
    ms: float

    def recall(self, depth: int) -> float:
        """The share of its turns that stand among the first."""
        return sum(rank <= depth for rank in self.ranks) / len(self.question.evidence)


async def exam(turns: Path, questions: Path, progress: Progress) -> Json:
    """Measure, and give EVAL.md's object. Raises EvalError where there is nothing to measure."""
    asked = read(turns, questions)
    for line in asked.bad:
        progress(str(line))
    async with scratch(progress) as database:
        return await _measured(database, asked, progress)


async def _measured(database: Database, asked: Exam, progress: Progress) -> Json:
    count = sum(map(len, asked.turns.values()))
    progress(f"storing and embedding {count} turns")
    started = time.perf_counter()
    owners, names = await store(database, asked.turns)
    embedder = LocalEmbedder()
    await Embedding(PostgresEmbedding(database), Embedders(embedder)).work()
    seconds = time.perf_counter() - started
    progress(f"asking {len(asked.questions)} questions")
    memory = Memory(PostgresMemories(database), lambda: [embedder])
    now = max(turn.date for said in asked.turns.values() for turn in said) + timedelta(days=1)
    found = [await _ask(memory, owners[question.conv], question, names, now) for question in asked.questions]
    return {
        "turns": count,
        "questions": len(found),
        "bad_lines": len(asked.bad),
        **figures(found),
        "by_category": {
            str(category): {"questions": len(part), **figures(part)}
            for category in CATEGORIES
            if (part := [one for one in found if one.question.category == category])
        },
        "ms": {f"p{part}": round(float(np.percentile([one.ms for one in found], part)), 2) for part in (50, 95)},
        "index_turns_per_second": round(count / seconds, 1),
    }


async def _ask(memory: Recalls, viewer: Viewer, question: Question, names: dict[int, str], now: datetime) -> Found:
    started = time.perf_counter()
    recalled = await memory.recall(viewer, question.question, now, max(DEPTHS))
    ms = (time.perf_counter() - started) * 1000
    order = [names[one.id] for one in recalled]
    return Found(question, [rank for rank, turn in enumerate(order, 1) if turn in question.evidence], ms)


def figures(found: Sequence[Found]) -> Json:
    """In percent; the mean over the questions. The reciprocal rank of what is not found is 0."""
    return {
        "recall_at": {str(depth): _percent(one.recall(depth) for one in found) for depth in DEPTHS},
        "hit_at": {str(depth): _percent(one.recall(depth) > 0 for one in found) for depth in DEPTHS},
        "mrr": _percent(1 / one.ranks[0] if one.ranks else 0.0 for one in found),
    }


def _percent(shares: Iterable[float]) -> float:
    return round(100 * float(np.mean(list(shares))), 2)
