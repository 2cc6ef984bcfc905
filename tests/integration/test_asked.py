"""What others ask in channels by name: kept as it comes in, told in the morning, and gone once it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import dict_row

from adapters.postgres.facts import PostgresFacts
from adapters.postgres.records import PostgresRecords
from core.briefs.models import BriefKind, Item, Reader
from core.conversation.models import Asker, Author, Kind
from tests.integration.conftest import PLACE, Desk, control, message

ANA, BEN = Author(account="U1", name="Ana"), Author(account="U2", name="Ben")
QUESTION = "<@U1> can you send the numbers by Friday?"
HOUR = timedelta(hours=1)


class Channel:
    """A channel with Ana and Ben, in which Robbie takes part in one thread."""

    def __init__(self, desk: Desk, admin: psycopg.Connection[dict[str, object]]) -> None:
        self.desk = desk
        self.admin = admin

    async def says(self, number: int, author: Author, text: str, **changes: object) -> None:
        """The n-th message, not to Robbie."""
        given = {"addressed": False, "speaks_to_other": True, **changes}
        await self.desk.accept(message(number, author=author, text=text, **given))

    async def asks(self, number: int = 3, text: str = QUESTION, author: Author = BEN, **changes: object) -> None:
        """Ben asks Ana something."""
        await self.says(number, author, text, **{"mentions": ("U1",), **changes})

    async def meet(self) -> None:
        """Both have spoken to Robbie in the thread."""
        await self.desk.accept(message(1, author=ANA))
        await self.desk.accept(message(2, author=BEN))

    def reader(self, account: str = "U1", *, member: bool = True) -> Reader:
        row = self.admin.execute(
            "SELECT people.id, people.org_id, name FROM people JOIN accounts ON person_id = people.id "
            "WHERE account = %s",
            (account,),
        ).fetchone()
        assert row is not None
        return Reader(org_id=int(str(row["org_id"])), person_id=int(str(row["id"])), name=str(row["name"]),
                      zone="UTC", member=member)  # fmt: skip

    async def told(self, account: str = "U1", hours: float = 5, *, member: bool = True) -> list[Item]:
        """What the morning's brief says that waits, some hours from now."""
        at = datetime.now(UTC) + hours * HOUR
        found = await PostgresFacts(self.desk.database).gather(
            self.reader(account, member=member), BriefKind.MORNING, at
        )
        return [one for one in found.asks if one.ref.startswith("message:")]


@pytest.fixture
def channel(desk: Desk, admin_url: str) -> Iterator[Channel]:
    with psycopg.connect(admin_url, row_factory=dict_row, autocommit=True) as admin:
        yield Channel(desk, admin)


async def test_what_somebody_asked_is_told_with_who_where_and_since_when(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    (one,) = await channel.told()
    assert (one.text, one.who) == ("Can you send the numbers by Friday?", "Ben")
    assert one.link == "https://slack.com/app_redirect?team=T1&channel=C1&message_ts=3.0"
    assert one.at == message(3).occurred_at
    assert one.due_at is not None
    assert one.due_at.weekday() == 4
    assert await channel.told("U2") == []


async def test_it_is_told_neither_at_once_nor_for_ever(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    assert [len(await channel.told(hours=hours)) for hours in (1, 5, 24 * 13, 24 * 15)] == [0, 1, 1, 0]


async def test_an_answer_in_the_thread_ends_it_whenever_and_as_of_before_it_waited(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    channel.admin.execute("UPDATE mentions SET said_at = said_at - interval '3 days'")
    await channel.says(9, ANA, "There they are.")
    assert await channel.told() == []
    assert len(await channel.told(hours=-1)) == 1


async def test_the_answer_of_somebody_else_ends_nothing(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    await channel.says(9, BEN, "No hurry.")
    await channel.says(10, Author(account="U3", name="Chika"), "I have them not.")
    assert len(await channel.told()) == 1


async def test_a_reaction_of_whom_it_asks_ends_it_and_no_other_does(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    await channel.desk.accept(control(Kind.REACTION, 3, author=BEN, reaction="eyes"))
    await channel.desk.accept(control(Kind.REACTION, 2, author=ANA, reaction="eyes"))
    assert len(await channel.told()) == 1
    await channel.desk.accept(control(Kind.REACTION, 3, author=ANA, reaction="thumbsup"))
    assert await channel.told() == []


@pytest.mark.parametrize(("hours", "waits"), [(1, False), (6, True)])
async def test_in_a_channel_that_is_listened_to_what_one_says_soon_after_is_an_answer(
    channel: Channel, hours: float, waits: bool
) -> None:
    await channel.meet()
    channel.admin.execute(
        "INSERT INTO channel_settings (org_id, surface, tenant, channel, listens) "
        "SELECT id, 'slack', 'T1', 'C1', true FROM organizations"
    )
    elsewhere = PLACE.model_copy(update={"thread": "3.0"})
    await channel.asks(place=elsewhere)
    channel.admin.execute("UPDATE mentions SET said_at = said_at - make_interval(hours => %s)", (hours,))
    await channel.says(9, ANA, "Good morning all", place=PLACE.model_copy(update={"thread": "9.0"}))
    assert bool(await channel.told()) == waits
    if waits:
        await channel.says(10, ANA, "There they are.", place=elsewhere)
        assert await channel.told() == []


async def test_a_reply_that_points_at_it_ends_it_wherever_it_stands(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    channel.admin.execute("UPDATE mentions SET said_at = said_at - interval '1 day', thread = 'another'")
    await channel.says(9, ANA, "Later.", replies_to="2.0")
    assert len(await channel.told()) == 1
    await channel.says(10, ANA, "There they are.", replies_to="3.0")
    assert await channel.told() == []


async def test_what_asks_nothing_is_not_told(channel: Channel) -> None:
    await channel.meet()
    for number, text in enumerate(("Thanks <@U1>!", "<@U1> see https://example.com/?a=1", "> <@U1> can you?\nno"), 3):
        await channel.asks(number, text)
    assert await channel.told() == []


async def test_three_are_told_at_most_what_is_due_soon_first_then_what_waits_for_longest(channel: Channel) -> None:
    await channel.meet()
    for number, text in enumerate(("one?", "two?", "three?", "can you do four until tomorrow?"), 3):
        await channel.asks(number, f"<@U1> {text}")
    assert [one.text for one in await channel.told()] == ["Can you do four until tomorrow?", "One?", "Two?"]


async def test_who_was_not_seen_in_the_channel_is_told_only_what_every_member_can_read(channel: Channel) -> None:
    await channel.meet()
    dana = PLACE.model_copy(update={"channel": "C9", "thread": "1.0"})
    await channel.desk.accept(message(20, author=Author(account="U4", name="Dana"), place=dana))
    channel.admin.execute("UPDATE accounts SET is_member = true")
    await channel.asks(3, "<@U4> can you come?", mentions=("U4",))
    await channel.asks(4, "<@U4> can you come, too?", mentions=("U4",), public=True)
    assert [one.text for one in await channel.told("U4")] == ["Can you come, too?"]
    assert await channel.told("U4", member=False) == []


async def test_what_is_said_to_robbie_by_a_bot_or_off_the_record_asks_nobody(channel: Channel) -> None:
    await channel.meet()
    await channel.asks(3, "what does <@U1> do?", addressed=True, speaks_to_other=False)
    await channel.asks(4, "<@U1> can you look?", author=Author(account="B1", name="CI", is_bot=True))
    channel.admin.execute("UPDATE conversations SET off_record = true")
    await channel.asks(5)
    channel.admin.execute("UPDATE conversations SET off_record = false")
    assert await channel.told() == []
    await channel.asks(6)
    channel.admin.execute("UPDATE conversations SET off_record = true")
    assert await channel.told() == []


async def test_an_edit_asks_somebody_else_and_says_it_anew(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    await channel.desk.accept(control(Kind.EDIT, 3, author=BEN, text="<@U1> can you send the plan?", mentions=("U1",)))
    await _apply(channel)
    assert [one.text for one in await channel.told()] == ["Can you send the plan?"]
    await channel.desk.accept(control(Kind.EDIT, 3, author=BEN, text="Can somebody send the plan?"))
    assert await channel.told() == []


async def _apply(channel: Channel) -> None:
    row = channel.admin.execute("SELECT id, org_id FROM conversations ORDER BY id LIMIT 1").fetchone()
    assert row is not None
    await channel.desk.control.apply(int(str(row["org_id"])), int(str(row["id"])))


async def test_a_task_or_a_note_that_came_of_it_is_told_instead(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    ana, ben = channel.reader(), channel.reader("U2")
    note = channel.admin.execute(
        "INSERT INTO notes (org_id, owner, text, kind, importance, said_at, shared_with, subjects) VALUES "
        "(%s, %s, 'Ana sends the numbers', 'action', 0.9, now(), '*', "
        "jsonb_build_array(jsonb_build_object('kind', 'person', 'name', 'Ana', 'person_id', %s::bigint))) RETURNING id",
        (ben.org_id, ben.person_id, ana.person_id),
    ).fetchone()
    assert note is not None
    channel.admin.execute(
        "INSERT INTO note_sources (note_id, message_id, org_id) SELECT %s, message_id, org_id FROM mentions",
        (note["id"],),
    )
    at = datetime.now(UTC) + 5 * HOUR
    facts = await PostgresFacts(channel.desk.database).gather(ana, BriefKind.MORNING, at)
    assert [one.ref for one in facts.asks] == [f"note:{note['id']}"]
    channel.admin.execute("UPDATE notes SET shared_with = ''")
    assert len(await channel.told()) == 1
    channel.admin.execute(
        "INSERT INTO tasks (org_id, owner, text, note_id) VALUES (%s, %s, 'Numbers', %s)",
        (ana.org_id, ana.person_id, note["id"]),
    )
    assert await channel.told() == []


@pytest.mark.parametrize(("act", "next_day"), [("done", 0), ("dismiss", 0), ("snooze", 1)])
async def test_what_was_done_with_its_line_holds(channel: Channel, act: str, next_day: int) -> None:
    await channel.meet()
    await channel.asks()
    (one,), ana = await channel.told(), channel.reader()
    at = datetime.now(UTC) + 5 * HOUR
    channel.admin.execute(
        "WITH brief AS (INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at, state) "
        "VALUES (%(org)s, %(me)s, 'person', 'morning', %(day)s, 'UTC', now(), 'delivered') RETURNING id) "
        "INSERT INTO brief_lines (org_id, owner, brief_id, number, section, ref, act, acted_at) "
        "SELECT %(org)s, %(me)s, id, 1, 'asks', %(ref)s, %(act)s, now() FROM brief",
        {"org": ana.org_id, "me": ana.person_id, "ref": one.ref, "act": act, "day": at.date()},
    )
    assert await channel.told() == []
    assert len(await channel.told(hours=29)) == next_day


async def test_who_takes_back_what_they_said_is_quoted_no_more(channel: Channel) -> None:
    await channel.meet()
    await channel.asks()
    ben = channel.reader("U2")
    asker = Asker(org_id=ben.org_id, person_id=ben.person_id, account="U2", name="Ben")
    asked = await channel.desk.accept(message(9, author=BEN, text="don't remember that"))
    row = await channel.desk.row("SELECT conversation_id FROM inbox WHERE id = %s", asked.inbox_id)
    assert len(await channel.told()) == 1
    records = PostgresRecords(channel.desk.database)
    await records.pass_over(asker, PLACE, int(str(row["conversation_id"])), int(str(asked.inbox_id)))
    assert await channel.told() == []
