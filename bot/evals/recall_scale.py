"""Measures recall among very many notes: how long it takes, and how many of the nearest it finds."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.postgres.database import Database
from adapters.postgres.memories import PostgresMemories
from adapters.postgres.nearest import nearest
from bot.evals.recall_ground import MODEL, SAID, Ground, ground, room_name
from bot.evals.recall_world import Chunk, World
from core.memory.ports import Vector
from core.memory.service import Memory
from core.people.viewer import Viewer

Json = dict[str, object]
Progress = Callable[[str], None]

DEPTH = 10
_LIMIT = 100  # what recall asks for
_OF_EACH, _WHOLE_OF_EACH, _WARM = 100, 20, 10


@dataclass
class Asked:
    """A question, and who asks it where.

    Attributes:
        group: what kind of asker.
        owner: from 0, by size.
        room: where, as in the world; 0 for in private.
        ids: the nearest of all that may be seen, by comparing every note.
    """

    group: str
    owner: int
    room: int
    text: str
    vector: NDArray[np.float32]
    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    nearness: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def viewer(self, made: Ground) -> Viewer:
        """Who reads."""
        return Viewer(
            org_id=made.org,
            person_id=made.people[self.owner],
            room=room_name(self.room),
            private=not self.room,
            org_wide=True,
        )

    def sees(self, chunk: Chunk) -> NDArray[np.bool_]:
        """The rule once more, without a database."""
        seen: NDArray[np.bool_] = chunk.shared | (chunk.room == self.room if self.room else chunk.owner == self.owner)
        return seen


def exam(notes: int, keep: Path | None, progress: Progress) -> Json:
    """Measure among so many notes, and give EVAL.md's object.

    Args:
        notes: how many.
        keep: a folder to leave the database in, and to find it in.
        progress: told how far it is.
    """
    world = World(notes)
    with ground(world, keep, progress) as made:
        asked = _questions(world)
        progress("comparing every note, to know what is exact")
        _compare(world, made.first, asked)
        progress(f"asking {len(asked)} questions")
        return asyncio.run(_measured(world, made, asked))


def _questions(world: World) -> list[Asked]:
    """By the largest owner, by the ten largest, by the smaller half of the owners, and in the ten busiest rooms."""
    askers: list[tuple[str, int, int]] = []
    for number in range(_OF_EACH):
        small = world.owners // 2 + number * 37 % (world.owners // 2)
        askers += [
            ("the_largest", 0, 0),
            ("ten_largest", number % 10, 0),
            ("small", small, 0),
            ("in_a_room", small, 1 + number % min(10, world.rooms)),
        ]
    texts, vectors = world.questions(len(askers))
    return [
        Asked(group, owner, room, text, vector)
        for (group, owner, room), text, vector in zip(askers, texts, vectors, strict=True)
    ]


def _compare(world: World, first: int, asked: Sequence[Asked]) -> None:
    """The nearest of each question, of vectors as they are stored, in 16 bits."""
    questions = np.stack([one.vector for one in asked]).astype(np.float16).astype(np.float32)
    for chunk in world.chunks():
        stored = chunk.vectors.astype(np.float16).astype(np.float32)
        cosines = questions @ (stored / np.linalg.norm(stored, axis=1, keepdims=True)).T
        for one, row in zip(asked, cosines, strict=True):
            places = np.flatnonzero(one.sees(chunk))
            best = places[np.argsort(-row[places])[:DEPTH]]
            ids = np.concatenate([one.ids, best + first])
            nearness = np.concatenate([one.nearness, row[best]])
            order = np.argsort(-nearness, kind="stable")[:DEPTH]
            one.ids, one.nearness = ids[order], nearness[order]
        first += len(chunk.text)


async def _measured(world: World, made: Ground, asked: Sequence[Asked]) -> Json:
    database = Database(made.roles.app, made.roles.system)
    memories = PostgresMemories(database)

    async def by_vector(one: Asked) -> list[int]:
        near = await nearest(database, one.viewer(made), one.vector.tolist(), _LIMIT, embedded_by=MODEL)
        return [row.id for row in near]

    async def by_all(one: Asked) -> list[int]:
        memory = Memory(memories, lambda: [_Given(one.vector)])
        return [row.id for row in await memory.recall(one.viewer(made), one.text, SAID, DEPTH)]

    await database.open()
    busy = os.getloadavg()[0]
    try:
        near = await _timed(by_vector, asked)
        whole = await _timed(by_all, asked[: 4 * _WHOLE_OF_EACH])
    finally:
        await database.close()
    groups = list(dict.fromkeys(one.group for one in asked))
    return {
        "notes": world.notes,
        "owners": world.owners,
        "largest_owner": round(float(world.shares[0]) * world.notes),
        **_figures(near),
        "by_asker": {group: _figures([one for one in near if one.asked.group == group]) for group in groups},
        "recall_ms": _spread(whole),
        "recall_ms_by_asker": {group: _spread([one for one in whole if one.asked.group == group]) for group in groups},
        "load_average": [round(busy, 1), round(os.getloadavg()[0], 1)],
        "load_seconds": made.load_seconds,
        "settings": made.settings,
    }


class _Given:
    """An embedder that has the vector already, so that its own time does not count."""

    name = MODEL

    def __init__(self, vector: NDArray[np.float32]) -> None:
        self._vector: list[float] = vector.tolist()

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        return [self._vector] * len(texts)


@dataclass(frozen=True, slots=True)
class _Found:
    asked: Asked
    ids: Sequence[int]
    ms: float


async def _timed(ask: Callable[[Asked], Awaitable[list[int]]], asked: Sequence[Asked]) -> list[_Found]:
    """One after the other, on a server that has answered some already."""
    for one in asked[-_WARM:]:
        await ask(one)
    found = []
    for one in asked:
        start = time.perf_counter()
        ids = await ask(one)
        found.append(_Found(one, ids, (time.perf_counter() - start) * 1000))
    return found


def _figures(found: Sequence[_Found]) -> Json:
    shares = [len({*one.ids[:DEPTH]} & {*one.asked.ids.tolist()}) / len(one.asked.ids) for one in found]
    return {"questions": len(found), "ms": _spread(found), "recall_at_10_vs_exact": round(float(np.mean(shares)), 4)}


def _spread(found: Sequence[_Found]) -> dict[str, float]:
    return {f"p{part}": round(float(np.percentile([one.ms for one in found], part)), 2) for part in (50, 95)}
