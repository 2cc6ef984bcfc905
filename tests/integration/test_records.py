"""Off the record, "don't remember that", and channels that are listened to: what is left out, and what is kept."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import dict_row

from adapters.postgres.noticing import PostgresWindows
from adapters.postgres.records import PostgresRecords
from adapters.postgres.saying import PostgresSayings
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Author, InboundEvent, InboxState, Kind, Place
from core.notes.detecting import detector
from core.notes.noticing import Noticing, When
from core.notes.policy import Thresholds
from core.notes.records import keeping_records
from core.registry import Invocation
from tests.guild import Guild
from tests.integration.conftest import Desk, control, message
from tests.office import Office

REPORT = "I'll send Ben the quarterly report by Friday."
WIN = "We closed the Siemens deal, signed this morning!"


class Room:
    """People who speak where Robbie is, and tell it what to leave out."""

    def __init__(self, desk: Desk, admin_url: str) -> None:
        self.desk = desk
        self._admin = admin_url
        self._noticing = Noticing(PostgresWindows(desk.database, When(0.0, 1)), detector, Thresholds())

    async def look(self) -> list[str]:
        """Look through what waits, and say what is noted in all."""
        await self._noticing.notice()
        return [str(row["text"]) for row in self.all("SELECT text FROM notes ORDER BY id")]

    async def remember(self) -> list[str]:
        """Make memories of what waits, and say what is remembered of messages in all."""
        while await PostgresSayings(self.desk.database).remember():
            pass
        return [str(row["text"]) for row in self.all("SELECT text FROM memories WHERE kind = 'message' ORDER BY id")]

    def all(self, query: str) -> list[dict[str, object]]:
        with psycopg.connect(self._admin, row_factory=dict_row) as admin:
            return admin.execute(query).fetchall()  # type: ignore[arg-type]

    async def command(self, number: int, command: str, **changes: object) -> str:
        """Carry out the command that somebody's n-th message is."""
        accepted = await self.desk.accept(message(number, text=f"!robbie {command}", **changes))
        row = await self.desk.row(
            """SELECT inbox.org_id, person_id, conversation_id, surface, tenant, channel, thread, direct
               FROM inbox JOIN conversations ON conversations.id = conversation_id WHERE inbox.id = %s""",
            accepted.inbox_id,
        )
        event = message(number, **changes)
        read = REGISTRY.read(command)
        asker = Asker(
            org_id=int(str(row["org_id"])), person_id=int(str(row["person_id"])), account="U1", name="Ana", admin=True
        )
        asked = Asked(
            Invocation(command=read.command, arguments=read.arguments),
            asker,
            event.place,
            event.occurred_at,
            int(str(accepted.inbox_id)),
            int(str(row["conversation_id"])),
        )
        said = await keeping_records(PostgresRecords(self.desk.database))[read.command](asked)
        assert isinstance(said, Say)
        return said.text


@pytest.fixture
def room(desk: Desk, admin_url: str) -> Room:
    return Room(desk, admin_url)


async def test_off_the_record_works_at_once_and_earlier_notes_stay(room: Room) -> None:
    await room.desk.accept(message(1, text=REPORT))
    assert await room.look() == [REPORT]
    await room.desk.accept(message(2, text=WIN))
    assert await room.remember() == [REPORT, WIN]
    assert "Off the record" in await room.command(3, "off-the-record on")
    await room.desk.accept(message(4, text="We decided to close the Berlin office."))
    assert await room.look() == [REPORT]
    assert await room.remember() == []
    assert "off the record" in await room.command(5, "off-the-record status")


async def test_back_on_the_record_what_was_said_off_it_stays_out(room: Room) -> None:
    await room.command(1, "off-the-record on")
    await room.desk.accept(message(2, text=REPORT))
    assert "On the record" in await room.command(3, "off-the-record off")
    await room.desk.accept(message(4, text=WIN))
    assert await room.look() == [WIN]
    assert await room.remember() == [WIN]


@pytest.mark.parametrize("command", ["off-the-record on", "do-not-remember"])
async def test_what_is_left_out_stays_out_when_it_is_edited_later(room: Room, command: str) -> None:
    said = message(1, text=REPORT)
    await room.desk.accept(said)
    await room.command(2, command)
    await room.command(3, "off-the-record off")
    await room.desk.execute("UPDATE messages SET text = %s WHERE platform_id = %s", WIN, said.message_id)
    assert await room.look() == []
    assert await room.remember() == []


async def test_do_not_remember_that_forgets_notes_and_memories_and_none_is_made_again(room: Room) -> None:
    await room.desk.accept(message(1, text=REPORT))
    assert await room.look() == [REPORT]
    assert await room.remember() == [REPORT]
    assert "1 note forgotten" in await room.command(2, "do-not-remember")
    assert await room.look() == []
    assert await room.remember() == []
    await room.desk.accept(message(3, text="I will send the quarterly report to Ben by Friday!"))
    assert await room.look() == []


async def test_do_not_remember_that_works_before_anything_was_noticed(room: Room) -> None:
    await room.desk.accept(message(1, text=REPORT))
    assert "no note was made of it yet" in await room.command(2, "do-not-remember")
    assert await room.look() == []
    assert await room.remember() == []


async def test_do_not_remember_that_concerns_ones_own_last_words_alone(room: Room) -> None:
    ben = Author(account="U2", name="Ben")
    await room.desk.accept(message(1, text=WIN))
    await room.desk.accept(message(200, text=REPORT, author=ben))
    await room.desk.accept(message(201, text="hello"))
    await room.command(202, "do-not-remember")
    assert sorted(await room.look()) == sorted([WIN, REPORT])
    assert sorted(await room.remember()) == sorted([WIN, REPORT])


@pytest.mark.parametrize("text", ["don't remember that", "Please do not note this.", "Bitte merk dir das nicht!"])
def test_it_can_be_said_in_free_words(text: str) -> None:
    found = REGISTRY.spoken(text)
    assert found is not None
    assert found.command == "do-not-remember"


@pytest.mark.parametrize("text", ["This is off the record.", "let's keep this off the record", "off the record:"])
def test_so_can_off_the_record(text: str) -> None:
    found = REGISTRY.spoken(text)
    assert found is not None
    assert found.command == "off-the-record"


def heard(number: int, **changes: object) -> InboundEvent:
    """A message in a channel that is not for Robbie."""
    place = message(1).place.model_copy(update={"thread": f"{number}.0"})
    return message(number, **{"place": place, "addressed": False, "text": REPORT, **changes})


async def test_without_listening_nothing_of_a_channel_is_stored(room: Room) -> None:
    accepted = await room.desk.accept(heard(1))
    assert accepted.inbox_id is None
    assert room.all("SELECT id FROM messages") == []
    assert room.all("SELECT id FROM inbox") == []


async def test_a_channel_that_is_listened_to_is_noticed_and_not_answered_and_told_so(room: Room) -> None:
    assert "listen now" in await room.command(1, "listen on")
    told = room.all("SELECT detail FROM inbox WHERE platform_id LIKE 'listening:%'")
    assert len(told) == 1
    room.desk.jobs.clear()
    accepted = await room.desk.accept(heard(2))
    assert accepted.state is InboxState.IGNORED
    assert room.desk.jobs == []
    assert await room.look() == [REPORT]
    assert room.all("SELECT room, source FROM notes") == [{"room": "slack/T1/C1", "source": "slack/T1/C1/2.0"}]
    # A reply in its thread is heard, too, and is not taken for one to Robbie.
    reply = await room.desk.accept(heard(3, place=message(1).place.model_copy(update={"thread": "2.0"}), text=WIN))
    assert reply.state is InboxState.IGNORED
    assert await room.look() == [REPORT, WIN]


async def test_another_channel_is_not_heard(room: Room) -> None:
    await room.command(1, "listen on")
    elsewhere = message(1).place.model_copy(update={"channel": "C2", "thread": "2.0"})
    assert (await room.desk.accept(heard(2, place=elsewhere))).inbox_id is None


async def test_what_other_bots_say_in_a_channel_is_not_kept(room: Room) -> None:
    await room.command(1, "listen on")
    bot = Author(account="B9", name="CI", is_bot=True)
    assert (await room.desk.accept(heard(2, author=bot))).inbox_id is None


async def test_switched_off_nothing_more_is_kept_or_noticed(room: Room) -> None:
    await room.command(1, "listen on")
    await room.desk.accept(heard(2))
    assert "not listen any more" in await room.command(3, "listen off")
    assert (await room.desk.accept(heard(4))).inbox_id is None
    assert await room.look() == []
    assert len(room.all("SELECT 1 FROM inbox WHERE platform_id LIKE 'listening:%'")) == 2


async def test_what_was_heard_follows_its_edits_and_deletions(room: Room) -> None:
    await room.command(1, "listen on")
    await room.desk.accept(heard(2))
    await room.look()
    place = message(1).place.model_copy(update={"thread": "2.0"})
    await room.desk.accept(control(Kind.EDIT, 2, text=WIN, place=place))
    org, flat = await room.desk.conversation()
    await room.desk.control.apply(org, flat)
    assert await room.look() == [WIN]
    await room.desk.accept(control(Kind.DELETE, 2, place=place))
    await room.desk.control.apply(org, flat)
    assert await room.look() == []


async def test_what_was_heard_in_a_thread_on_discord_follows_its_edits_and_deletions(room: Room) -> None:
    """Such a thread is a channel of its own, and its messages are known by it."""
    place = Place(surface="discord", tenant="77", channel="71", thread="1.0")
    await room.command(1, "listen on", place=place, identities=("message:71:1.0",))
    thread = place.model_copy(update={"thread": "9"})
    await room.desk.accept(heard(2, place=thread, identities=("message:9:2.0",)))
    assert await room.look() == [REPORT]
    (flat,) = room.all("SELECT org_id, id FROM conversations WHERE thread = ''")
    await room.desk.accept(control(Kind.EDIT, 2, text=WIN, place=thread))
    await room.desk.control.apply(int(str(flat["org_id"])), int(str(flat["id"])))
    assert await room.look() == [WIN]
    await room.desk.accept(control(Kind.DELETE, 2, place=thread))
    await room.desk.control.apply(int(str(flat["org_id"])), int(str(flat["id"])))
    assert await room.look() == []
    assert room.all("SELECT 1 FROM messages WHERE text <> '!robbie listen on'") == []


async def test_a_heard_message_that_turns_out_to_be_for_robbie_is_answered_in_its_thread(room: Room) -> None:
    await room.command(1, "listen on")
    await room.desk.accept(heard(2))
    accepted = await room.desk.accept(heard(2, addressed=True))
    assert accepted.merged
    (row,) = room.all(
        """SELECT thread, state FROM inbox JOIN conversations ON conversations.id = conversation_id
           JOIN messages ON messages.id = message_id AND messages.conversation_id = inbox.conversation_id
           WHERE inbox.platform_id = '2.0'"""
    )
    assert (row["thread"], row["state"]) == ("2.0", "received")


async def test_what_one_said_in_a_channel_that_is_listened_to_can_be_taken_out(room: Room) -> None:
    await room.command(1, "listen on")
    await room.desk.accept(heard(2))
    assert await room.look() == [REPORT]
    thread = message(1).place.model_copy(update={"thread": "3.0"})
    assert "1 note forgotten" in await room.command(3, "do-not-remember", place=thread)
    assert await room.look() == []


async def test_off_the_record_takes_out_what_was_only_heard_in_the_thread_before_and_nothing_else(room: Room) -> None:
    await room.command(1, "listen on")
    thread = message(1).place.model_copy(update={"thread": "2.0"})
    for said in (heard(2), heard(3, place=thread, text="We decided to close the Berlin office."), heard(4, text=WIN)):
        await room.desk.accept(said)
    assert len(await room.remember()) == 3
    assert "Off the record" in await room.command(5, "off-the-record on", place=thread)
    assert await room.remember() == [WIN]
    assert await room.look() == [WIN]


async def test_a_channel_in_slack_reads_that_it_is_listened_to(office: Office) -> None:
    office.slack.workspace.users["U1"].is_admin = True
    await office.open()
    await office.command("listen on", "C1")
    await office.until(lambda: any("I listen in this channel" in text for text in office.answers("C1")))
    await office.settled()
    assert "Ana" in next(text for text in office.answers("C1") if "I listen in this channel" in text)


async def test_a_channel_in_discord_reads_it_in_the_channel_itself(guild: Guild) -> None:
    app = await guild.open()
    guild.providers.reply("hello")
    await guild.answered(await guild.mention("hi"))
    ((org, person, account, channel, tenant),) = await guild.rows(
        """SELECT people.org_id, people.id, account, channel, conversations.tenant FROM people
           JOIN accounts ON person_id = people.id JOIN conversations ON conversations.org_id = people.org_id"""
    )
    asker = Asker(org_id=int(str(org)), person_id=int(str(person)), account=str(account), name="Ana")
    place = Place(surface="discord", tenant=str(tenant), channel=str(channel), thread="1")
    await PostgresRecords(app.database).listen(asker, place, on=True, origin=1)
    await guild.until(lambda: any("I listen in this channel" in text for text in guild.shown("general")))
    await guild.discord.say("Ana", "general", REPORT)
    await guild.becomes(
        "SELECT noticing, to_remember FROM messages WHERE text LIKE 'I''ll send%'", [("waiting", False)]
    )
