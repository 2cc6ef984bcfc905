"""Recall: what may be seen here comes back, the best first, and nothing else does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from adapters.embedding.local import LocalEmbedder
from adapters.postgres.database import Database
from adapters.postgres.memories import PostgresMemories
from core.memory.ports import Embedder, EmbeddingError, Vector
from core.memory.service import Memory
from core.people.viewer import Viewer
from tests.embedding_shelf import Words

ROOM, OTHER_ROOM = "slack/T1/C1", "slack/T1/C2"
NOW = datetime(2026, 11, 24, tzinfo=UTC)

Admin = psycopg.Connection[tuple[int]]


class NoEmbedder:
    """One whose provider is down."""

    name = "down"

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        raise EmbeddingError("down")


class Shelf:
    """Memories of two orgs, made as the superuser."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        self.org, self.other_org = (self.new("organizations", name=name) for name in ("one", "two"))
        self.ada, self.bob = (self.person(self.org, name) for name in ("Ada", "Bob"))

    def person(self, org: int, name: str, human: uuid.UUID | None = None) -> int:
        return self.new("people", org_id=org, name=name, human=human)

    def keep(self, owner: int, text: str, **fields: object) -> int:
        values = {"org_id": self.org, "owner": owner, "kind": "message", "text": text, "said_at": NOW}
        return self.new("memories", **(values | fields))

    def note(self, owner: int, text: str, **fields: object) -> int:
        return self.new("notes", **({"org_id": self.org, "owner": owner, "text": text} | fields))

    def conversation(self, channel: str) -> int:
        values = {"org_id": self.org, "surface": "slack", "tenant": "T1", "channel": channel, "direct": True}
        return self.new("conversations", **values)

    def new(self, table: str, **fields: object) -> int:
        names, marks = ", ".join(fields), ", ".join(["%s"] * len(fields))
        query = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"
        row = self._admin.execute(query.encode(), list(fields.values())).fetchone()
        assert row is not None
        return row[0]

    def change(self, query: str, *values: object) -> None:
        self._admin.execute(query.encode(), values)


@pytest.fixture
def shelf(admin_url: str) -> Iterator[Shelf]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield Shelf(admin)


@pytest.fixture
def words_only(database: Database) -> Memory:
    return Memory(PostgresMemories(database), lambda: [NoEmbedder()])


async def found(memory: Memory, viewer: Viewer, text: str, limit: int = 10) -> list[int]:
    return [one.id for one in await memory.recall(viewer, text, NOW, limit)]


async def embed_all(shelf: Shelf, texts: Sequence[tuple[int, str]], embedder: Embedder | None = None) -> None:
    embedder = embedder or LocalEmbedder()
    vectors = await embedder.embed([text for _, text in texts])
    for (number, _), vector in zip(texts, vectors, strict=True):
        query = "UPDATE memories SET embedding = %s::halfvec, embedded_by = %s WHERE id = %s"
        shelf.change(query, str(list(vector)), embedder.name, number)


async def test_without_an_embedder_words_find_what_holds_the_rarer_of_them_first(
    words_only: Memory, shelf: Shelf
) -> None:
    for number in range(20):
        shelf.keep(shelf.ada, f"We met for the project again, number {number}")
    rare = shelf.keep(shelf.ada, "The project gets a walrus as its mascot")
    viewer = Viewer.owner(shelf.org, shelf.ada)
    assert (await found(words_only, viewer, "Which walrus did we meet for the project?"))[0] == rare


async def test_what_means_the_same_in_other_words_is_found(database: Database, shelf: Shelf) -> None:
    local = LocalEmbedder()
    memory = Memory(PostgresMemories(database), lambda: [local])
    texts = [
        (shelf.keep(shelf.ada, text), text)
        for text in ("My kitten fell asleep on the sofa", "The invoice is overdue", "Rain is expected tomorrow")
    ]
    await embed_all(shelf, texts)
    assert (await found(memory, Viewer.owner(shelf.org, shelf.ada), "Where do cats nap?"))[0] == texts[0][0]


async def test_while_the_model_changes_what_has_the_old_vectors_is_found_as_well_as_what_has_the_new(
    database: Database, shelf: Shelf
) -> None:
    before, after = Words("before"), Words("after")
    text = "what is this all about"  # of words that the index leaves out
    kept = [shelf.keep(shelf.ada, text) for _ in "12"]
    for id, embedder in zip(kept, (before, after), strict=True):
        await embed_all(shelf, [(id, text)], embedder)
    memory = Memory(PostgresMemories(database), lambda: [after, before])
    assert sorted(await found(memory, Viewer.owner(shelf.org, shelf.ada), "what is this")) == kept


async def test_who_sees_what(words_only: Memory, shelf: Shelf) -> None:
    text = "the harbour deal"
    mine = shelf.keep(shelf.ada, text)
    for_all = shelf.keep(shelf.bob, text, shared_with="*")
    here = shelf.keep(shelf.bob, text, room=ROOM)
    for_here = shelf.keep(shelf.bob, text, room=OTHER_ROOM, shared_with=ROOM)
    shelf.keep(shelf.bob, text)
    shelf.keep(shelf.bob, text, room=OTHER_ROOM)
    shelf.note(shelf.bob, text, subjects='[{"kind": "person", "name": "Ada"}]')
    stranger = shelf.person(shelf.other_org, "Eve")
    shelf.keep(stranger, text, org_id=shelf.other_org, shared_with="*")
    shelf.keep(stranger, text, org_id=shelf.other_org, room=ROOM)

    async def seen(*, room: str, private: bool) -> set[int]:
        viewer = Viewer(org_id=shelf.org, person_id=shelf.ada, room=room, private=private, org_wide=True)
        return set(await found(words_only, viewer, "harbour"))

    assert await seen(room="", private=True) == {mine, for_all}
    assert await seen(room="", private=False) == {for_all}
    assert await seen(room=ROOM, private=False) == {for_all, here, for_here}
    assert await seen(room=ROOM, private=True) == {mine, for_all, here, for_here}


async def test_what_any_account_of_one_human_said_is_found_by_each(words_only: Memory, shelf: Shelf) -> None:
    human = uuid.uuid4()
    slack, discord = (shelf.person(shelf.org, "Ada", human) for _ in range(2))
    kept = {shelf.keep(owner, "the harbour deal") for owner in (slack, discord)}
    for person in (slack, discord):
        assert set(await found(words_only, Viewer.owner(shelf.org, person), "harbour")) == kept


async def test_a_note_that_no_longer_holds_is_not_recalled(words_only: Memory, shelf: Shelf) -> None:
    shelf.note(shelf.ada, "The launch is in May", valid_to=NOW)
    shelf.note(shelf.ada, "The launch is in June")
    recalled = await words_only.recall(Viewer.owner(shelf.org, shelf.ada), "When is the launch?", NOW, 10)
    assert [one.text for one in recalled] == ["The launch is in June"]


async def test_messages_of_the_conversation_that_asks_are_left_out_and_its_notes_are_not(
    words_only: Memory, shelf: Shelf
) -> None:
    here, there = shelf.conversation("D1"), shelf.conversation("D2")
    shelf.keep(shelf.ada, "the harbour deal", conversation_id=here)
    note = shelf.keep(shelf.ada, "the harbour deal", conversation_id=here, kind="note")
    earlier = shelf.keep(shelf.ada, "the harbour deal", conversation_id=there)
    viewer = Viewer.owner(shelf.org, shelf.ada)
    recalled = await words_only.recall(viewer, "harbour", NOW, 10, without_conversation=here)
    assert {one.id for one in recalled} == {note, earlier}


@pytest.mark.parametrize("text", ["", "  ", "the of and", "'' | & ! <->", "\0 nul", "😀", "\\", "%s %(org)s {seen}"])
async def test_any_question_is_answered(words_only: Memory, shelf: Shelf, text: str) -> None:
    shelf.keep(shelf.ada, "the harbour deal")
    assert await found(words_only, Viewer.owner(shelf.org, shelf.ada), text) == []


async def test_the_question_after_a_long_paste_is_what_is_looked_for(words_only: Memory, shelf: Shelf) -> None:
    kept = shelf.keep(shelf.ada, "the harbour deal")
    shelf.keep(shelf.ada, "the parrot of my sister")
    text = "a parrot " * 20_000 + " Nothing of this. " * 100 + "And what of the harbour?"
    assert await found(words_only, Viewer.owner(shelf.org, shelf.ada), text) == [kept]


async def test_german_is_found_by_its_words(words_only: Memory, shelf: Shelf) -> None:
    kept = shelf.keep(shelf.ada, "Wir haben den Vertrag mit der Werft unterschrieben")
    shelf.keep(shelf.ada, "Das Essen in der Kantine war gut")
    assert await found(words_only, Viewer.owner(shelf.org, shelf.ada), "Was steht im Vertrag mit der Werft?", 1) == [
        kept
    ]


async def test_yesterday_is_by_the_calendar_of_the_one_who_asks(words_only: Memory, shelf: Shelf) -> None:
    noon = NOW.replace(hour=12)
    late = shelf.keep(shelf.ada, "the harbour deal", said_at=noon - timedelta(hours=14))  # 22:00 in UTC
    early = shelf.keep(shelf.ada, "the harbour deal", said_at=noon - timedelta(hours=35))  # 01:00 in UTC
    viewer = Viewer.owner(shelf.org, shelf.ada)
    for zone, first in (("UTC", late), ("America/Los_Angeles", late), ("Asia/Tokyo", early)):
        now = noon.astimezone(ZoneInfo(zone))
        recalled = await words_only.recall(viewer, "What about the harbour yesterday?", now, 10)
        assert recalled[0].id == first, zone


async def test_what_was_said_just_before_and_after_is_found_without_sharing_a_word(
    words_only: Memory, shelf: Shelf
) -> None:
    there = shelf.conversation("D1")
    texts = ("zero", "Where shall we go then?", "To the harbour, of course", "I will bring a cake", "three", "four")
    said = [
        shelf.keep(shelf.ada, text, conversation_id=there, said_at=NOW + timedelta(minutes=at))
        for at, text in enumerate(texts)
    ]
    shelf.keep(shelf.ada, "long after", conversation_id=there, said_at=NOW + timedelta(hours=3))
    shelf.keep(shelf.ada, "elsewhere", conversation_id=shelf.conversation("D2"), said_at=NOW + timedelta(minutes=2))
    recalled = await found(words_only, Viewer.owner(shelf.org, shelf.ada), "harbour")
    assert recalled[0] == said[2]
    assert set(recalled) == set(said[:5])


async def test_what_is_beside_a_find_is_seen_by_its_viewers_only_and_while_it_holds(
    words_only: Memory, shelf: Shelf
) -> None:
    there = shelf.conversation("C1")
    at = {"conversation_id": there}
    shelf.keep(shelf.bob, "of Bob alone", **at)
    shelf.keep(shelf.bob, "for the other room", room=OTHER_ROOM, **at)
    shelf.keep(shelf.bob, "closed", room=ROOM, valid_to=NOW, **at)
    shelf.keep(shelf.person(shelf.other_org, "Eve"), "of another org", org_id=shelf.other_org, room=ROOM, **at)
    beside = shelf.keep(shelf.bob, "beside", room=ROOM, **at)
    hit = shelf.keep(shelf.bob, "the harbour deal", room=ROOM, **at)
    for viewer in (
        Viewer(org_id=shelf.org, person_id=shelf.ada, room=ROOM, private=private, org_wide=True)
        for private in (True, False)
    ):
        assert set(await found(words_only, viewer, "harbour")) == {beside, hit}


async def test_a_note_of_the_conversation_that_asks_does_not_bring_its_messages(
    words_only: Memory, shelf: Shelf
) -> None:
    here = shelf.conversation("D1")
    shelf.keep(shelf.ada, "just before", conversation_id=here)
    note = shelf.keep(shelf.ada, "the harbour deal", conversation_id=here, kind="note")
    viewer = Viewer.owner(shelf.org, shelf.ada)
    recalled = await words_only.recall(viewer, "harbour", NOW, 10, without_conversation=here)
    assert [one.id for one in recalled] == [note]


async def test_who_is_named_comes_before_who_names_them(words_only: Memory, shelf: Shelf) -> None:
    to_ada = shelf.keep(shelf.bob, "Ada, is the harbour deal done?", speaker="Bob", shared_with="*")
    by_ada = shelf.keep(shelf.ada, "The harbour deal is done", speaker="Ada", shared_with="*")
    viewer = Viewer(org_id=shelf.org, person_id=shelf.ada, private=True, org_wide=True)
    for asked, first in (("What did Ada say of the harbour?", by_ada), ("What did Bob say of the harbour?", to_ada)):
        assert (await found(words_only, viewer, asked))[0] == first


async def test_who_asks_of_themselves_finds_what_they_said_first(words_only: Memory, shelf: Shelf) -> None:
    by_ada = shelf.keep(shelf.ada, "The harbour deal is done", shared_with="*")
    by_bob = shelf.keep(shelf.bob, "The harbour deal is done", shared_with="*")
    for asker, first in ((shelf.ada, by_ada), (shelf.bob, by_bob)):
        viewer = Viewer(org_id=shelf.org, person_id=asker, room=ROOM, org_wide=True)
        assert (await found(words_only, viewer, "What did I say of the harbour?"))[0] == first


async def test_the_day_that_is_asked_for_comes_first(words_only: Memory, shelf: Shelf) -> None:
    days = [shelf.keep(shelf.ada, "the harbour deal", said_at=NOW - timedelta(days=back)) for back in (0, 1, 40)]
    viewer = Viewer.owner(shelf.org, shelf.ada)
    assert (await found(words_only, viewer, "What about the harbour yesterday?"))[0] == days[1]
    assert (await found(words_only, viewer, "What about the harbour in October?"))[0] == days[2]
    assert (await found(words_only, viewer, "What about the harbour?"))[0] == days[0]


async def test_behind_thousands_of_newer_ones_a_rare_word_is_found_where_it_may_be_seen(
    words_only: Memory, database: Database, shelf: Shelf
) -> None:
    old = {"said_at": datetime(2020, 1, 1, tzinfo=UTC)}
    mine = shelf.keep(shelf.ada, "The walrus is our mascot", **old)
    for_all = shelf.keep(shelf.bob, "A walrus for everybody", shared_with="*", **old)
    shelf.keep(shelf.bob, "My own walrus", **old)
    shelf.keep(shelf.ada, "A walrus that was", valid_to=NOW, **old)
    stranger = shelf.person(shelf.other_org, "Eve")
    shelf.keep(stranger, "The walrus of another org", org_id=shelf.other_org, shared_with="*", **old)
    shelf.change(
        """INSERT INTO memories (org_id, owner, kind, text, said_at, shared_with)
           SELECT %s, %s, 'message', 'We met again, number ' || number, %s, shared_with
           FROM generate_series(1, 5100) AS number, unnest('{"",*}'::text[]) AS shared_with""",
        shelf.org, shelf.ada, NOW,
    )  # fmt: skip
    viewer = Viewer(org_id=shelf.org, person_id=shelf.ada, private=True, org_wide=True)
    assert set(await found(words_only, viewer, "Have we met a walrus?", 2)) == {mine, for_all}
    hits = await PostgresMemories(database).by_words(viewer, "walrus", 10, without_conversation=None)
    assert set(hits.ids) == {mine, for_all}
    elsewhere = Viewer(org_id=shelf.org, person_id=shelf.ada, room=ROOM, org_wide=True)
    hits = await PostgresMemories(database).by_words(elsewhere, "walrus", 10, without_conversation=None)
    assert set(hits.ids) == {for_all}
