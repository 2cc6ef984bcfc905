"""The nearest memories: of what the viewer may see, and of nothing else, the nearest first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest

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
        return await found(database, Viewer(org_id=shelf.org, person_id=shelf.ada, room=room, private=private))

    assert await seen(room="", private=True) == [mine, for_all]
    assert await seen(room="", private=False) == [for_all]
    assert await seen(room=ROOM, private=False) == [for_all, here, for_here]
    assert await seen(room=ROOM, private=True) == [mine, for_all, here, for_here]


async def test_what_is_mine_and_shared_and_said_here_is_found_once(database: Database, shelf: Shelf) -> None:
    one = shelf.keep(shelf.ada, room=ROOM, shared_with="*")
    viewer = Viewer(org_id=shelf.org, person_id=shelf.ada, room=ROOM, private=True)
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
