"""Vectors are made in the background: each once, none lost, none stale, and none left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import psycopg
import pytest
from psycopg.rows import dict_row

from adapters.postgres.database import Database
from adapters.postgres.embedding import PostgresEmbedding
from adapters.postgres.roles import RoleUrls
from core.memory.embedding import BATCH, Embedders, Embedding
from core.memory.ports import Embedder, EmbeddingError, Vector
from tests.conftest import connected
from tests.embedding_shelf import Shelf, Words


@pytest.fixture
def shelf(admin_url: str) -> Iterator[Shelf]:
    with psycopg.connect(admin_url, autocommit=True, row_factory=dict_row) as admin:
        yield Shelf(admin)


@pytest.fixture
async def other_database(roles: RoleUrls) -> AsyncIterator[Database]:
    """Another process's connections."""
    async with connected(roles) as other:
        yield other


def kept(shelf: Shelf, count: int) -> list[str]:
    """The texts of so many new memories."""
    texts = [f"text {number}" for number in range(count)]
    for text in texts:
        shelf.keep(text)
    return texts


def worker(database: Database, embedder: Embedder, **more: float) -> Embedding:
    return Embedding(PostgresEmbedding(database, **more), Embedders(embedder))


async def test_the_newest_get_their_vectors_first(database: Database, shelf: Shelf) -> None:
    ids = [shelf.keep(f"text {number}") for number in range(BATCH + 5)]
    embedder = Words()
    assert await worker(database, embedder).work_once() == BATCH
    assert embedder.asked == [f"text {number}" for number in range(BATCH + 4, 4, -1)]
    assert shelf.is_of(ids[-1], "words", f"text {BATCH + 4}")
    await worker(database, embedder).work()
    assert shelf.by() == {"words": BATCH + 5}
    assert shelf.leases() == 0


async def test_with_nothing_to_do_nobody_is_asked(database: Database, shelf: Shelf) -> None:
    embedder = Words()
    await worker(database, embedder).work()
    assert embedder.asked == []


async def test_two_workers_share_what_waits_and_do_nothing_twice(
    database: Database, other_database: Database, shelf: Shelf
) -> None:
    texts = kept(shelf, 5 * BATCH)
    one, two = Words(), Words()
    one.go.clear()
    first = asyncio.create_task(worker(database, one).work())
    await one.reached.wait()  # it holds a batch, outside of any transaction
    await worker(other_database, two).work()
    assert len(two.asked) == 4 * BATCH
    one.go.set()
    await first
    assert sorted(one.asked + two.asked) == sorted(texts)
    assert shelf.by() == {"words": 5 * BATCH}


async def test_many_workers_at_once_do_nothing_twice(
    database: Database, other_database: Database, shelf: Shelf
) -> None:
    texts = kept(shelf, 8 * BATCH)
    embedder = Words()
    await asyncio.gather(*(worker(each, embedder).work() for each in (database, other_database) * 4))
    assert sorted(embedder.asked) == sorted(texts)


async def test_a_text_that_changed_meanwhile_does_not_get_the_old_texts_vector(
    database: Database, shelf: Shelf
) -> None:
    note = shelf.note("we ship on Monday")
    embedder = Words()
    embedder.go.clear()
    working = asyncio.create_task(worker(database, embedder).work_once())
    await embedder.reached.wait()
    shelf.admin.execute("UPDATE notes SET text = 'we ship on Friday' WHERE id = %s", [note])
    embedder.go.set()
    assert await working == 0
    assert shelf.by() == {"": 1}
    await worker(database, embedder).work()
    memory = shelf.one("SELECT id FROM memories WHERE note_id = %s", note)
    assert shelf.is_of(memory, "words", "we ship on Friday")


async def test_an_edited_note_is_embedded_anew(database: Database, shelf: Shelf) -> None:
    note, embedder = shelf.note("we ship on Monday"), Words()
    await worker(database, embedder).work()
    shelf.admin.execute("UPDATE notes SET importance = 1 WHERE id = %s", [note])
    await worker(database, embedder).work()
    assert embedder.asked == ["we ship on Monday"]
    shelf.admin.execute("UPDATE notes SET text = 'we ship on Friday' WHERE id = %s", [note])
    await worker(database, embedder).work()
    assert embedder.asked[1:] == ["we ship on Friday"]


async def test_while_the_model_changes_every_memory_keeps_a_vector(database: Database, shelf: Shelf) -> None:
    kept(shelf, BATCH + 3)
    before, after = Words("before"), Words("after")
    await worker(database, before).work()
    after.go.clear()
    changing = asyncio.create_task(worker(database, after).work())
    await after.reached.wait()
    assert shelf.by() == {"before": BATCH + 3}
    shelf.keep("text of today")  # what is new does not wait for what is old
    after.go.set()
    seen = [shelf.by()]
    while not changing.done():
        await asyncio.sleep(0)
        seen.append(shelf.by())
    await changing
    assert all(sum(count for name, count in counts.items() if name) >= BATCH + 3 for counts in seen)
    assert shelf.by() == {"after": BATCH + 4}
    assert after.asked[BATCH] == "text of today"


async def test_a_former_model_is_asked_until_its_last_vector_is_replaced(database: Database, shelf: Shelf) -> None:
    kept(shelf, BATCH + 3)
    former = Words("before")
    await worker(database, former).work()
    embedders = Embedders(Words("after"), {"before": former}.get)
    working = Embedding(PostgresEmbedding(database), embedders)
    await working.work_once()
    assert [embedder.name for embedder in embedders.usable()] == ["after", "before"]
    await working.work()
    assert [embedder.name for embedder in embedders.usable()] == ["after"]


async def test_two_workers_with_different_models_do_not_make_each_others_vectors_anew(
    database: Database, other_database: Database, shelf: Shelf
) -> None:
    kept(shelf, 3)
    before, after = Words("before"), Words("after")
    old, new = worker(database, before), worker(other_database, after)
    await old.work()
    await new.work()
    assert shelf.by() == {"after": 3}
    for _ in range(3):
        await old.work()
        await new.work()
    assert (len(before.asked), len(after.asked)) == (3, 3)
    shelf.keep("text of today")
    await old.work()
    assert len(before.asked) == 3
    await new.work()
    assert shelf.by() == {"after": 4}


async def test_a_former_model_that_cannot_be_asked_any_more_is_left_out(database: Database, shelf: Shelf) -> None:
    shelf.keep("text")
    await worker(database, Words("gone")).work()
    embedders = Embedders(Words("after"))
    embedders.know((await PostgresEmbedding(database).names()).stored)
    assert [embedder.name for embedder in embedders.usable()] == ["after"]


async def test_what_a_killed_worker_held_is_done_when_its_lease_is_over(database: Database, shelf: Shelf) -> None:
    shelf.keep("text")
    dead = Words()
    dead.go.clear()
    killed = asyncio.create_task(worker(database, dead, lease_seconds=0.3).work())
    await dead.reached.wait()
    killed.cancel()
    await asyncio.wait([killed])
    alive = Words()
    while not await worker(database, alive).work_once():
        await asyncio.sleep(0.05)
    assert shelf.by() == {"words": 1}
    assert alive.asked == ["text"]


async def test_a_failure_loses_nothing_and_the_orgs_memories_rest_for_a_while(database: Database, shelf: Shelf) -> None:
    now = 0.0
    shelf.keep("text")
    embedder = Words()
    working = Embedding(PostgresEmbedding(database), Embedders(embedder), clock=lambda: now)
    embedder.fails = EmbeddingError("down")
    assert [await working.work_once() for _ in range(3)] == [0, 0, 0]
    assert (len(embedder.asked), shelf.leases()) == (1, 0)
    now = 6.0
    await working.work_once()
    assert len(embedder.asked) == 2
    now, embedder.fails = 17.0, None
    assert await working.work_once() == 1
    assert shelf.by() == {"words": 1}


async def test_an_org_whose_embedder_fails_does_not_keep_another_org_waiting(database: Database, shelf: Shelf) -> None:
    class OnlyForOne(Words):
        async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
            if org_id == shelf.orgs[1]:
                raise EmbeddingError("no money")
            return await super().embed(texts, org_id=org_id)

    shelf.keep("of the first")
    for number in range(BATCH + 1):
        shelf.keep(f"of the second {number}", org=1)
    working = worker(database, OnlyForOne())
    assert [await working.work_once() for _ in range(2)] == [0, 1]
    assert shelf.by() == {"": BATCH + 1, "words": 1}


async def test_one_text_that_cannot_be_embedded_does_not_keep_the_others_waiting(
    database: Database, shelf: Shelf
) -> None:
    kept(shelf, 7)
    embedder = Words()
    embedder.refuses = "text 3"
    working = worker(database, embedder)
    await working.work()
    assert shelf.by() == {"": 1, "words": 6}
    asked = len(embedder.asked)
    await working.work()
    assert len(embedder.asked) == asked


async def test_case_21_what_is_deleted_takes_its_vector_along(database: Database, shelf: Shelf) -> None:
    note, (message, _) = shelf.note("a note"), shelf.message("a message")
    embedder = Words()
    await worker(database, embedder).work()
    assert shelf.by() == {"words": 2}
    shelf.admin.execute("DELETE FROM notes WHERE id = %s", [note])
    shelf.admin.execute("DELETE FROM messages WHERE id = %s", [message])
    assert shelf.by() == {}
    assert shelf.leases() == 0


async def test_what_is_deleted_while_it_is_embedded_stays_deleted(database: Database, shelf: Shelf) -> None:
    note, embedder = shelf.note("a note"), Words()
    embedder.go.clear()
    working = asyncio.create_task(worker(database, embedder).work_once())
    await embedder.reached.wait()
    shelf.admin.execute("DELETE FROM notes WHERE id = %s", [note])
    embedder.go.set()
    assert await working == 0
    assert (shelf.by(), shelf.leases()) == ({}, 0)
