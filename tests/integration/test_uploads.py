"""Files of the web chat are kept for their own conversation, within the room that there is, and not for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.local import LocalSurface
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.schedules import PostgresSchedules
from adapters.postgres.uploads import PostgresUploads
from core.conversation.models import FileRef, Place, Problem
from core.conversation.ports import Unreadable

HERE = Place(surface="web", tenant="local", channel="c1", direct=True)
THERE = Place(surface="web", tenant="local", channel="c2", direct=True)


async def uploads_in(database: Database, room: int = 100) -> PostgresUploads:
    return PostgresUploads(database, await PostgresPlaces(database).local_org(("web", "console")), room=room)


async def problem(database: Database, place: Place, id_: str, limit: int = 100) -> Problem:
    with pytest.raises(Unreadable) as caught:
        await LocalSurface(database, "web").fetch(place, "m", FileRef(id=id_, name="a"), limit)
    return caught.value.problem


async def test_a_file_is_read_in_its_own_conversation_only_and_within_the_limit(database: Database) -> None:
    uploads = await uploads_in(database)
    assert await uploads.put(HERE, "web-1", "k-0", b"hello")
    assert await LocalSurface(database, "web").fetch(HERE, "m", FileRef(id="k-0", name="a"), 100) == b"hello"
    assert await problem(database, THERE, "k-0") is Problem.GONE
    assert await problem(database, HERE.model_copy(update={"surface": "console"}), "k-0") is Problem.GONE
    assert await problem(database, HERE, "k-0", limit=4) is Problem.TOO_LARGE


async def test_a_second_submit_keeps_the_first_file_and_needs_no_room(database: Database) -> None:
    uploads = await uploads_in(database)
    assert await uploads.put(HERE, "web-1", "k-0", b"x" * 100)
    assert await uploads.put(HERE, "web-1", "k-0", b"y" * 100)
    assert await LocalSurface(database, "web").fetch(HERE, "m", FileRef(id="k-0", name="a"), 100) == b"x" * 100


async def test_no_more_is_kept_than_there_is_room_for(database: Database) -> None:
    uploads = await uploads_in(database)
    assert await uploads.put(HERE, "web-1", "k-0", b"x" * 60)
    assert not await uploads.put(HERE, "web-1", "k-1", b"x" * 60)
    assert await uploads.put(HERE, "web-1", "k-2", b"x" * 40)


async def test_old_files_are_purged_with_old_rows(database: Database, admin_url: str) -> None:
    uploads = await uploads_in(database)
    for name in ("old", "new"):
        await uploads.put(HERE, "web-1", name, b"hello")
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        await admin.execute("UPDATE uploads SET created_at = now() - interval '31 days' WHERE id = 'old'")
        await PostgresSchedules(database).purge(datetime.now(UTC).date(), timedelta(days=30), timedelta(days=400))
        assert await (await admin.execute("SELECT id FROM uploads")).fetchall() == [("new",)]
