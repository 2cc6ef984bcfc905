"""What people say becomes memories, follows what they do to it, and nobody else's words do."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from adapters.postgres.saying import PostgresSayings
from core.conversation.models import Author, Kind, Place
from core.memory.saying import LONGEST, Said, memorable
from core.people.viewer import Viewer
from core.registry import Invocation
from tests.integration.conftest import PLACE, Desk, control, finished, message

DM = Place(surface="slack", tenant="T1", channel="D1", direct=True)


async def memories(desk: Desk) -> list[dict[str, object]]:
    await PostgresSayings(desk.database).remember()
    org = (await desk.row("SELECT org_id FROM people"))["org_id"]
    columns = "text, room, speaker, people, owner, kind, message_id, conversation_id, said_at"
    found = []
    for room, private in ((PLACE.room, False), ("", True)):
        for person in await desk.rows("SELECT id FROM people"):
            viewer = Viewer(
                org_id=int(str(org)), person_id=int(str(person["id"])), room=room, private=private, org_wide=True
            )
            (rows,) = await desk.database.run(
                viewer.org_id, (f"SELECT id, {columns} FROM memories ORDER BY id", ()), viewer=viewer
            )
            found += [row for row in rows if row not in found]
    return found


async def texts(desk: Desk) -> list[str]:
    return [str(row["text"]) for row in await memories(desk)]


async def test_what_a_person_says_is_remembered_with_who_where_and_when(desk: Desk) -> None:
    said = message(1, text="The harbour deal is signed")
    await desk.accept(said)
    (memory,) = await memories(desk)
    person = await desk.row("SELECT id FROM people")
    row = await desk.row("SELECT id, conversation_id FROM messages")
    assert memory["text"] == "The harbour deal is signed"
    assert (memory["room"], memory["speaker"], memory["kind"]) == (PLACE.room, "Ana", "message")
    assert (memory["owner"], memory["people"]) == (person["id"], [person["id"]])
    assert (memory["message_id"], memory["conversation_id"]) == (row["id"], row["conversation_id"])
    assert memory["said_at"] == said.occurred_at


async def test_what_is_said_in_a_direct_message_has_no_room(desk: Desk) -> None:
    await desk.accept(message(1, place=DM, text="I want to leave the team"))
    (memory,) = await memories(desk)
    assert memory["room"] == ""


async def test_what_is_not_for_robbie_is_remembered_where_robbie_takes_part(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.accept(message(2, text="Ben: the vote is on Monday", addressed=False, speaks_to_other=True))
    assert await texts(desk) == ["question 1", "Ben: the vote is on Monday"]


async def test_robbies_own_words_are_never_remembered(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.turns.finish(await desk.claimed(), finished("the harbour deal is off"))
    assert await texts(desk) == ["question 1"]


async def test_another_bots_words_are_never_remembered(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.accept(message(2, author=Author(account="B1", name="Ci", is_bot=True), text="the build is red"))
    assert await texts(desk) == ["question 1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "!robbie note the code is 1234"},
        {"text": "the code is 1234", "command": Invocation(command="note", arguments={"text": "the code is 1234"})},
        {"text": "remind me tomorrow at 9 to change the code 1234"},
    ],
)
async def test_what_robbie_is_told_to_do_is_not_remembered(desk: Desk, changes: dict[str, object]) -> None:
    await desk.accept(message(1, **changes))
    assert await memories(desk) == []


async def test_what_is_said_off_the_record_is_never_remembered_not_even_when_that_has_ended(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.execute("UPDATE conversations SET off_record = true")
    await desk.accept(message(2))
    await desk.execute("UPDATE conversations SET off_record = false")
    await desk.accept(message(3))
    assert await texts(desk) == ["question 1", "question 3"]


async def test_what_waits_when_a_conversation_goes_off_the_record_is_not_remembered(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.execute("UPDATE conversations SET off_record = true")
    assert await memories(desk) == []


async def test_an_edited_message_is_not_recalled_as_it_was_and_is_remembered_anew(desk: Desk) -> None:
    await desk.accept(message(1))
    (before,) = await memories(desk)
    await desk.execute(
        "UPDATE memories SET embedding = array_fill(0.1::real, ARRAY[384])::vector::halfvec, embedded_by = 'words'"
    )
    await desk.accept(control(Kind.EDIT, 1, text="we ship on Friday"))
    await desk.apply()
    assert await desk.rows("SELECT id FROM memories") == []
    (after,) = await memories(desk)
    assert (after["text"], after["message_id"]) == ("we ship on Friday", before["message_id"])
    assert await desk.rows("SELECT id FROM memories WHERE embedding IS NOT NULL") == []


async def test_an_edit_of_a_message_of_a_direct_message_leaves_nothing_either(desk: Desk) -> None:
    await desk.accept(message(1, place=DM))
    await memories(desk)
    await desk.accept(control(Kind.EDIT, 1, place=DM, text=""))
    await desk.apply()
    assert await memories(desk) == []


async def test_a_deleted_message_takes_its_memory_along(desk: Desk) -> None:
    await desk.accept(message(1))
    assert len(await memories(desk)) == 1
    await desk.accept(control(Kind.DELETE, 1))
    await desk.apply()
    assert await memories(desk) == []


async def test_each_message_is_remembered_once_however_many_look(desk: Desk) -> None:
    for number in range(1, 41):
        await desk.accept(message(number))
    sayings = PostgresSayings(desk.database)
    await asyncio.gather(*(sayings.remember() for _ in range(4)))
    assert sorted(await texts(desk)) == sorted(f"question {number}" for number in range(1, 41))
    assert await sayings.remember() == 0


async def test_what_is_edited_in_this_moment_is_remembered_as_it_reads_afterwards(desk: Desk, admin_url: str) -> None:
    await desk.accept(message(1))
    sayings = PostgresSayings(desk.database)
    async with await psycopg.AsyncConnection.connect(admin_url) as editing:
        await editing.execute("UPDATE messages SET text = 'said better'")
        async with asyncio.timeout(5):
            assert await sayings.remember() == 0
        await editing.commit()
    assert await texts(desk) == ["said better"]


async def test_a_worker_that_dies_in_the_middle_has_done_nothing_and_lost_nothing(desk: Desk) -> None:
    await desk.accept(message(1))

    def dies(said: Said) -> str:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await PostgresSayings(desk.database, dies).remember()
    assert await texts(desk) == ["question 1"]


def test_a_text_as_long_as_a_book_is_remembered_as_far_as_an_index_holds_it() -> None:
    assert len(memorable(Said(PLACE, "word " * 100_000))) == LONGEST


@pytest.mark.parametrize(
    "text",
    [
        "Off the record: I am going to leave in June.",
        "I am going to leave in June, please don't remember that.",
        "I am going to leave in June (don’t note this!)",
        "Ich gehe im Juni. Merk dir das bitte nicht!",
        "Unter uns: ich gehe im Juni.",
    ],
)
def test_what_is_said_not_to_be_remembered_in_the_same_breath_is_not(text: str) -> None:
    assert memorable(Said(PLACE, text)) == ""


@pytest.mark.parametrize(
    "text",
    ["I don't remember that.", "We talked off the record, and it helped.", "Do you note that we don't remember it?"],
)
def test_what_only_speaks_of_remembering_is_remembered(text: str) -> None:
    assert memorable(Said(PLACE, text)) == text
