"""How a command is to be answered: stored with it, found by every part of its answer, and gone when it is no good."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.postgres.replies import PostgresReplies
from adapters.postgres.roles import RoleUrls
from core.conversation.models import Reply
from tests.integration.conftest import Desk, finished, message

SOON = datetime.now(UTC) + timedelta(hours=2)  # the whole suite may run between this line and a test


async def keys(desk: Desk) -> list[str]:
    """The keys of an answer's parts."""
    return [str(row["key"]) for row in await desk.rows("SELECT key::text FROM outbox ORDER BY id")]


async def test_every_part_of_the_answer_finds_its_reply_and_the_first_is_known(desk: Desk) -> None:
    reply = Reply(sealed=b"\x00sealed\xff", until=SOON)
    await desk.accept(message(1, reply=reply))
    claim = await desk.claimed()
    await desk.outbox.sent(claim.asker.org_id, await desk.take(claim.asker.org_id), "88.0")
    await desk.turns.finish(claim, finished("one two", ("one", "two")))
    owed = [await PostgresReplies(desk.database).owed(key) for key in await keys(desk)]
    assert [(found and found.reply, found and found.first) for found in owed] == [
        (reply, True),  # the opening
        (reply, False),  # its edit
        (reply, False),  # the second part
    ]


async def test_an_ordinary_message_has_none(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.claimed()
    (key,) = await keys(desk)
    assert await PostgresReplies(desk.database).owed(key) is None
    assert await PostgresReplies(desk.database).owed(str(uuid.uuid4())) is None


async def test_a_command_that_is_delivered_twice_is_kept_once(desk: Desk) -> None:
    for token in (b"first", b"second"):
        await desk.accept(message(1, reply=Reply(sealed=token, until=SOON)))
    assert await desk.rows("SELECT sealed FROM reply_tokens") == [{"sealed": b"first"}]


async def test_one_that_has_ended_is_not_given_and_the_sweep_deletes_it(desk: Desk) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    await desk.accept(message(1, reply=Reply(sealed=b"past", until=past)))
    await desk.accept(message(2, reply=Reply(sealed=b"good", until=SOON)))
    await desk.claimed()
    (key,) = await keys(desk)
    assert await PostgresReplies(desk.database).owed(key) is None
    await desk.sweep.sweep()
    assert await desk.rows("SELECT sealed FROM reply_tokens") == [{"sealed": b"good"}]


async def test_it_goes_with_its_command(desk: Desk) -> None:
    await desk.accept(message(1, reply=Reply(sealed=b"x", until=SOON)))
    await desk.execute("DELETE FROM inbox")
    assert await desk.rows("SELECT 1 FROM reply_tokens") == []


async def test_who_serves_people_may_neither_keep_nor_change_one(desk: Desk, roles: RoleUrls) -> None:
    await desk.accept(message(1, reply=Reply(sealed=b"x", until=SOON)))
    async with await psycopg.AsyncConnection.connect(roles.app) as app:
        assert await (await app.execute("SELECT sealed FROM reply_tokens")).fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await app.execute("UPDATE reply_tokens SET sealed = 'other'")
