"""The nearest memories: of what the viewer may see, and of nothing else, the nearest first."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from adapters.postgres.database import Database
from adapters.postgres.nearest import nearest
from core.memory.ports import DIMENSIONS
from core.people.viewer import Viewer

ROOM, OTHER_ROOM = "slack/T1/C1", "slack/T1/C2"
MODEL = "a model"

Admin = psycopg.Connection[tuple[int]]


def towards(first: float, second: float = 0.0) -> list[float]:
    """A direction in the plane of the first two axes."""
    length = (first**2 + second**2) ** 0.5
    return [first / length, second / length, *[0.0] * (DIMENSIONS - 2)]


QUERY = towards(1.0)


class Shelf:
    """Memories of two orgs, made as the superuser."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self.org, self.other_org = (self._new("organizations", name=name) for name in ("one", "two"))
        self.ada, self.bob = (self.person(self.org, name) for name in ("Ada", "Bob"))

    def person(self, org: int, name: str, human: uuid.UUID | None = None) -> int:
        return self._new("people", org_id=org, name=name, human=human)

    def keep(self, owner: int, vector: list[float] = QUERY, **fields: object) -> int:
        values = {
            "org_id": self.org,
            "owner": owner,
            "kind": "note",
            "text": "x",
            "said_at": "2026-01-01T00:00:00Z",
            "embedding": str(vector),
            "embedded_by": MODEL,
        }
        return self._new("memories", **(values | fields))

    def _new(self, table: str, **fields: object) -> int:
        names, marks = ", ".join(fields), ", ".join(["%s"] * len(fields))
        query = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"
        row = self._admin.execute(query.encode(), list(fields.values())).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def shelf(admin_url: str) -> Iterator[Shelf]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield Shelf(admin)


async def found(database: Database, viewer: Viewer, limit: int = 10) -> list[int]:
    return [near.id for near in await nearest(database, viewer, QUERY, limit, embedded_by=MODEL)]


async def test_the_nearest_come_first_with_their_cosine(database: Database, shelf: Shelf) -> None:
    far, close, middle = (shelf.keep(shelf.ada, towards(1.0, by)) for by in (3.0, 0.1, 1.0))
    viewer = Viewer.owner(shelf.org, shelf.ada)
    rows = await nearest(database, viewer, QUERY, 2, embedded_by=MODEL)
    assert [row.id for row in rows] == [close, middle]
    assert [row.similarity for row in rows] == pytest.approx([0.995, 0.707], abs=1e-3)
    assert await found(database, viewer) == [close, middle, far]


async def test_of_others_only_what_was_said_here_or_is_shared_is_found_however_near_the_rest_is(
    database: Database, shelf: Shelf
) -> None:
    mine = shelf.keep(shelf.ada, towards(1.0, 2.0))
    for_all = shelf.keep(shelf.bob, towards(1.0, 3.0), shared_with="*")
    here = shelf.keep(shelf.bob, towards(1.0, 4.0), room=ROOM)
    for_here = shelf.keep(shelf.bob, towards(1.0, 5.0), room=OTHER_ROOM, shared_with=ROOM)
    shelf.keep(shelf.bob)
    shelf.keep(shelf.bob, room=OTHER_ROOM)
    shelf.keep(shelf.bob, shared_with=OTHER_ROOM)
    stranger = shelf.person(shelf.other_org, "Eve")
    shelf.keep(stranger, org_id=shelf.other_org, shared_with="*")
    shelf.keep(stranger, org_id=shelf.other_org, room=ROOM)

    async def seen(*, room: str, private: bool) -> list[int]:
        return await found(
            database, Viewer(org_id=shelf.org, person_id=shelf.ada, room=room, private=private, org_wide=True)
        )

    assert await seen(room="", private=True) == [mine, for_all]
    assert await seen(room="", private=False) == [for_all]
    assert await seen(room=ROOM, private=False) == [for_all, here, for_here]
    assert await seen(room=ROOM, private=True) == [mine, for_all, here, for_here]


async def test_what_is_mine_and_shared_and_said_here_is_found_once(database: Database, shelf: Shelf) -> None:
    one = shelf.keep(shelf.ada, room=ROOM, shared_with="*")
    viewer = Viewer(org_id=shelf.org, person_id=shelf.ada, room=ROOM, private=True, org_wide=True)
    assert await found(database, viewer) == [one]


async def test_what_any_account_of_one_human_said_is_found_by_each(database: Database, shelf: Shelf) -> None:
    human = uuid.uuid4()
    slack, discord = (shelf.person(shelf.org, "Ada", human) for _ in range(2))
    kept = [shelf.keep(owner, towards(1.0, by)) for owner, by in ((slack, 1.0), (discord, 2.0))]
    for person in (slack, discord):
        assert await found(database, Viewer.owner(shelf.org, person)) == kept


async def test_closed_memories_and_vectors_of_another_model_are_left_out(database: Database, shelf: Shelf) -> None:
    shelf.keep(shelf.ada, valid_to="2026-02-01T00:00:00Z")
    shelf.keep(shelf.ada, embedded_by="another model")
    shelf.keep(shelf.ada, embedding=None, embedded_by="")
    kept = shelf.keep(shelf.ada, towards(1.0, 9.0))
    assert await found(database, Viewer.owner(shelf.org, shelf.ada)) == [kept]


class Many:
    """9,500 memories of two orgs around a hundred topics; one org shares so many that the graph is asked."""

    def __init__(self, shelf: Shelf, admin: psycopg.Connection[tuple[int]]) -> None:
        self.org, self.other_org, self.ada = shelf.org, shelf.other_org, shelf.ada
        self.eve = shelf.person(shelf.other_org, "Eve")
        people = [shelf.ada, shelf.bob, *(shelf.person(shelf.org, name) for name in "CDE")]
        self._random = np.random.default_rng(7)
        self._topics = self._random.standard_normal((100, DIMENSIONS))
        count = 9_500
        self.owner = self._random.choice([*people, *people, self.eve], count)
        self.room = self._random.choice(["", ROOM, OTHER_ROOM], count)
        self.shared = self._random.choice(["*", "*", "*", "*", "*", "", ROOM], count)
        self.live = self._random.random(count) < 0.9
        self.vectors = np.stack([self.near(topic) for topic in self._random.integers(0, 100, count)])
        with admin.cursor().copy(
            b"COPY memories (org_id, owner, kind, text, said_at, embedding, embedded_by, room, shared_with, valid_to) "
            b"FROM STDIN"
        ) as copy:
            for owner, vector, room, shared, live in zip(
                self.owner.tolist(), self.vectors, self.room, self.shared, self.live, strict=True
            ):
                org, ended = self.other_org if owner == self.eve else self.org, None if live else "2026-02-01"
                copy.write_row(
                    (org, owner, "note", "x", "2026-01-01", str(vector.tolist()), MODEL, room, shared, ended)
                )
        admin.execute("VACUUM ANALYZE memories")
        self.ids = [row[0] for row in admin.execute("SELECT id FROM memories ORDER BY id").fetchall()]

    def near(self, topic: int) -> NDArray[np.float64]:
        """Something about a topic."""
        vector = self._topics[topic] + self._random.standard_normal(DIMENSIONS)
        unit: NDArray[np.float64] = vector / np.linalg.norm(vector)
        return unit

    def exact(self, viewer: Viewer, query: NDArray[np.float64]) -> list[int]:
        """All that the viewer may see, the nearest first."""
        of_org = (self.owner == self.eve) == (viewer.org_id == self.other_org)
        mine = (self.owner == viewer.person_id) & viewer.private
        here = ((self.room == viewer.room) | (self.shared == viewer.room)) & (viewer.room != "")
        seen = of_org & self.live & (mine | here | (self.shared == "*"))
        order = np.argsort(-(self.vectors @ query))
        return [self.ids[row] for row in order if seen[row]]


@pytest.mark.slow
async def test_among_thousands_nearly_all_of_the_nearest_are_found_and_nothing_that_may_not_be_seen(
    database: Database, shelf: Shelf, admin_url: str
) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        many = Many(shelf, admin)
    places = [("", True), ("", False), (ROOM, False), (ROOM, True)]
    viewers = [
        Viewer(org_id=many.org, person_id=many.ada, room=room, private=private, org_wide=True)
        for room, private in places
    ]
    for viewer in (*viewers, Viewer.owner(many.other_org, many.eve)):
        hits = 0
        for topic in range(20):
            query = many.near(topic)
            exact = many.exact(viewer, query)
            near = await nearest(database, viewer, query.tolist(), 100, embedded_by=MODEL)
            assert len(near) == 100
            assert {one.id for one in near} <= set(exact)
            hits += len({one.id for one in near[:10]} & set(exact[:10]))
        assert hits >= 0.95 * 20 * 10, viewer
    await database.close()  # tells the server what was used, which learns of it a little later
    graphs = {"memories_graph", *(f"memories_{by}_codes" for by in ("owner", "room", "shared_with"))}
    async with asyncio.timeout(30):
        while not graphs <= used(admin_url):
            await asyncio.sleep(0.1)


def used(admin_url: str) -> set[str]:
    """The indexes that were read."""
    query = "SELECT indexrelname FROM pg_stat_user_indexes WHERE relname = 'memories' AND idx_scan > 0"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        return {name for (name,) in admin.execute(query)}
