"""A direct message that is in no workspace belongs to its person's home org, and moves there whole."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.database import Database
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.links import PostgresLinks
from adapters.postgres.moving import MOVES, STAYS, PostgresMoves
from adapters.postgres.people import PostgresPeople
from core.conversation.intake import Intake, IntakePolicy
from core.conversation.models import InboundEvent, Kind
from core.conversation.stores import Claim
from tests.integration.conftest import Desk, control, finished, message
from tests.integration.test_links import DISCORD, GUILD, SLACK, Meeting


@pytest.fixture
def meeting(desk: Desk, database: Database) -> Meeting:
    return Meeting(desk, PostgresPeople(database), PostgresLinks(database))


@pytest.fixture
def moves(database: Database) -> PostgresMoves:
    return PostgresMoves(database)


def said(number: int, **changes: object) -> InboundEvent:
    """The n-th message in the direct message on Discord."""
    author = {"account": "501"}
    return message(number, place=DISCORD, author=author, identities=(f"message:91:{number}",), **changes)


async def org_of(meeting: Meeting, person: int) -> int:
    return int(str((await meeting.desk.row("SELECT org_id FROM people WHERE id = %s", person))["org_id"]))


async def claimed(meeting: Meeting, org_id: int) -> Claim:
    row = await meeting.desk.row("SELECT id FROM conversations WHERE surface = 'discord' AND direct")
    claim = await meeting.desk.turns.claim(org_id, int(str(row["id"])), ["discord"], messages=50)
    assert claim is not None
    return claim


async def answered(meeting: Meeting, org_id: int) -> None:
    """Whatever is pending in the direct message is answered and sent."""
    claim = await claimed(meeting, org_id)
    assert await meeting.desk.turns.finish(claim, finished()) == "last"
    parcel = await meeting.desk.outbox.take(org_id, "discord", "dm-9", "91")
    await meeting.desk.outbox.sent(org_id, parcel, f"sent-{claim.inbox_id}")  # type: ignore[arg-type]


_FURTHER = (
    """INSERT INTO model_calls
           (org_id, interaction_id, level, model, input_tokens, output_tokens, estimate_usd, cost_usd, latency_ms)
       SELECT org_id, id, 1, 'm', 1, 1, 0, 0, 1 FROM interactions""",
    "INSERT INTO reactions SELECT org_id, answer_id, person_id, 'tada', now() FROM interactions ON CONFLICT DO NOTHING",
    "INSERT INTO notes (org_id, owner, origin, text) SELECT org_id, person_id, id, 'x' FROM interactions",
    """INSERT INTO note_sources SELECT notes.id, answer_id, interactions.org_id
       FROM notes JOIN interactions ON interactions.id = origin""",
    """INSERT INTO consents (org_id, note_id, person_id, owner, conversation_id, part, what, audience, wording,
                             expires_at)
       SELECT interactions.org_id, notes.id, person_id, owner, interactions.conversation_id, 'owner', 'share', '*',
              'x', now()
       FROM notes JOIN interactions ON interactions.id = origin""",
    "INSERT INTO refusals SELECT org_id, person_id, 'x' FROM interactions",
    "INSERT INTO tasks (org_id, owner, text) SELECT org_id, person_id, 'x' FROM interactions",
    "INSERT INTO task_ties (org_id, owner, task_id, after_id) SELECT org_id, owner, id, id FROM tasks",
    "INSERT INTO goals (org_id, owner, text) SELECT org_id, person_id, 'x' FROM interactions",
    "INSERT INTO calendars (org_id, owner, kind, name) SELECT org_id, person_id, 'own', 'x' FROM interactions",
    """INSERT INTO calendar_events (org_id, owner, calendar_id, uid, starts_at, ends_at)
       SELECT org_id, owner, id, 'x', now(), now() FROM calendars""",
    """INSERT INTO focus_blocks (org_id, owner, starts_at, ends_at)
       SELECT org_id, person_id, now(), now() FROM interactions""",
    "INSERT INTO companies (org_id, owner, name) SELECT org_id, person_id, 'x' FROM interactions",
    "INSERT INTO contacts (org_id, owner, name) SELECT org_id, person_id, 'x' FROM interactions",
    "INSERT INTO deals (org_id, owner, name) SELECT org_id, person_id, 'x' FROM interactions",
    """INSERT INTO activities (org_id, owner, kind, happened_at)
       SELECT org_id, person_id, 'call', now() FROM interactions""",
    "INSERT INTO imports (org_id, owner, name, content) SELECT org_id, owner, 'c.csv', '' FROM contacts",
    "INSERT INTO outreach (org_id, owner, contact_id) SELECT org_id, owner, id FROM contacts",
    """INSERT INTO direct_places (org_id, person_id, at)
       SELECT org_id, person_id, now() FROM interactions ON CONFLICT DO NOTHING""",
    """INSERT INTO brief_times (org_id, person_id, kind, local_date, due_at, zone)
       SELECT org_id, person_id, 'morning', now(), now(), '' FROM interactions ON CONFLICT DO NOTHING""",
    """INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at)
       SELECT org_id, person_id, person_id, 'morning', now(), '', now() FROM interactions ON CONFLICT DO NOTHING""",
    """INSERT INTO brief_lines (org_id, owner, brief_id, number, section, ref)
       SELECT org_id, owner, id, 1, 'x', 'x' FROM briefs""",
    """INSERT INTO priority_weights (org_id, owner)
       SELECT org_id, person_id FROM interactions ON CONFLICT DO NOTHING""",
    "INSERT INTO deliveries (org_id, owner, brief_id, channel) SELECT org_id, owner, id, 'chat' FROM briefs",
    """INSERT INTO letters (org_id, person_id, key)
       SELECT org_id, person_id, 'x' FROM interactions ON CONFLICT DO NOTHING""",
    """INSERT INTO mail_addresses (org_id, person_id, address)
       SELECT org_id, person_id, 'x' FROM interactions ON CONFLICT DO NOTHING""",
    """INSERT INTO api_tokens (org_id, person_id, name, digest)
       SELECT org_id, person_id, 'x', 'x' FROM interactions ON CONFLICT DO NOTHING""",
    """INSERT INTO reminders (org_id, owner, conversation_id, origin, text, due_at)
       SELECT org_id, person_id, conversation_id, id, 'x', now() FROM interactions""",
    """INSERT INTO drawn_on SELECT interactions.id, memories.id, interactions.org_id
       FROM interactions JOIN memories ON owner = person_id""",
    "INSERT INTO signals SELECT org_id, id, person_id, 'thanks' FROM interactions",
    "INSERT INTO votes SELECT org_id, id, person_id, 'other', 1, '', now() FROM interactions",
)


def tables_of_orgs(admin_url: str) -> set[str]:
    with psycopg.connect(admin_url) as admin:
        rows = admin.execute(
            """SELECT DISTINCT table_name FROM information_schema.columns JOIN pg_class ON relname = table_name
               WHERE column_name = 'org_id' AND table_schema = 'public' AND relkind IN ('r', 'p')"""
        ).fetchall()
    return {"organizations", *(name for (name,) in rows)}


def test_every_table_of_orgs_was_considered(admin_url: str) -> None:
    """A new one belongs into MOVES or STAYS: a forgotten one would leave rows behind in another org."""
    assert tables_of_orgs(admin_url) == MOVES.keys() | STAYS.keys()
    assert not MOVES.keys() & STAYS.keys()


async def test_a_direct_message_moves_whole_into_the_home_and_nothing_stays_behind(
    meeting: Meeting, moves: PostgresMoves, admin_url: str
) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    old, home = await org_of(meeting, discord), await org_of(meeting, slack)
    await answered(meeting, old)
    sent = (await meeting.desk.row("SELECT platform_id FROM outbox WHERE surface = 'discord'"))["platform_id"]
    await meeting.desk.accept(said(2, kind=Kind.REACTION, message_id=sent, reaction="+1", addressed=False))
    conversation = await meeting.desk.row("SELECT id FROM conversations WHERE surface = 'discord'")
    await meeting.desk.control.apply(old, int(str(conversation["id"])))
    await meeting.people.choose_for_channel(old, DISCORD, {"mentor": "auto"})
    await meeting.desk.accept(said(3, reply={"sealed": b"x", "until": datetime.now(UTC)}))
    await meeting.join(slack, discord)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for statement in _FURTHER:
            admin.execute(statement)
        before = {table: _count(admin, table, old) for table in MOVES}
        assert all(before.values()), before
        at_home = {table: _count(admin, table, home) for table in MOVES}
        assert await moves.move() == 1
        assert {table: _count(admin, table, old) for table in MOVES} == dict.fromkeys(MOVES, 0)
        assert {table: _count(admin, table, home) - at_home[table] for table in MOVES} == before
    assert await moves.move() == 0


def _count(admin: psycopg.Connection[tuple[object, ...]], table: str, org_id: int) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE org_id = %s").format(sql.Identifier(table))
    row = admin.execute(query, (org_id,)).fetchone()
    assert row is not None
    return int(str(row[0]))


async def test_what_others_wrote_to_robbie_stays_where_it_is(meeting: Meeting, moves: PostgresMoves) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    other = await meeting.meet(DISCORD.model_copy(update={"channel": "92"}), "502")
    before = await org_of(meeting, other)
    await meeting.join(slack, discord)
    await moves.move()
    assert await org_of(meeting, other) == before
    row = await meeting.desk.row("SELECT org_id FROM conversations WHERE channel = '92'")
    assert row["org_id"] == before


async def test_what_is_pending_is_answered_in_the_home(meeting: Meeting, moves: PostgresMoves) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    old, home = await org_of(meeting, discord), await org_of(meeting, slack)
    await meeting.join(slack, discord)
    await moves.move()
    conversation = await meeting.desk.row("SELECT id FROM conversations WHERE surface = 'discord'")
    assert await meeting.desk.turns.claim(old, int(str(conversation["id"])), ["discord"], messages=5) is None
    claim = await claimed(meeting, home)
    assert claim.asker.person_id == discord
    await meeting.desk.execute("DELETE FROM procrastinate_jobs")
    meeting.desk.jobs.clear()
    await meeting.desk.turns.release(claim)
    await meeting.desk.sweep.sweep()
    assert {
        job.args["org_id"] for job in meeting.desk.jobs if job.args.get("conversation_id") == claim.conversation_id
    } == {home}


async def test_nothing_moves_in_the_middle_of_a_turn_or_a_send(meeting: Meeting, moves: PostgresMoves) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    old, home = await org_of(meeting, discord), await org_of(meeting, slack)
    claim = await claimed(meeting, old)
    await meeting.join(slack, discord)
    assert await moves.move() == 0
    assert await meeting.desk.turns.finish(claim, finished()) == "last"
    parcel = await meeting.desk.outbox.take(old, "discord", "dm-9", "91")
    assert await moves.move() == 0
    await meeting.desk.outbox.sent(old, parcel, "p1")  # type: ignore[arg-type]
    assert await moves.move() == 1
    assert await org_of(meeting, discord) == home


async def test_a_process_that_knew_the_account_before_stores_the_next_message_in_the_home(
    meeting: Meeting, moves: PostgresMoves, database: Database
) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    gateway = Intake(PostgresInbox(database, meeting.desk.enqueue), IntakePolicy())
    await gateway.accept(said(20))
    await meeting.join(slack, discord)
    assert await moves.move() == 1
    accepted = await gateway.accept(said(21))
    row = await meeting.desk.row("SELECT org_id, person_id FROM inbox WHERE id = %s", accepted.inbox_id)
    assert row == {"org_id": await org_of(meeting, slack), "person_id": discord}


async def test_messages_that_come_while_it_moves_are_never_left_between_two_orgs(
    meeting: Meeting, moves: PostgresMoves
) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    await meeting.join(slack, discord)
    await asyncio.gather(*(meeting.desk.accept(said(number)) for number in range(30, 50)), moves.move(), moves.move())
    await moves.move()
    rows = await meeting.desk.rows(
        """SELECT DISTINCT inbox.org_id, conversations.org_id AS place, people.org_id AS person, messages.org_id AS text
           FROM inbox JOIN conversations ON conversations.id = conversation_id
           JOIN people ON people.id = inbox.person_id
           JOIN messages ON messages.id = inbox.message_id WHERE surface = 'discord'"""
    )
    home = await org_of(meeting, slack)
    assert rows == [{"org_id": home, "place": home, "person": home, "text": home}]


async def test_undo_takes_the_direct_message_out_of_the_home_again(meeting: Meeting, moves: PostgresMoves) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    old = await org_of(meeting, discord)
    await meeting.join(slack, discord)
    await moves.move()
    assert await org_of(meeting, discord) != old
    await meeting.links.undo(slack)
    await moves.move()
    assert await org_of(meeting, discord) == old
    assert (await meeting.desk.row("SELECT org_id FROM conversations WHERE surface = 'discord'"))["org_id"] == old


async def test_a_direct_message_in_a_workspace_stays_there(meeting: Meeting, moves: PostgresMoves) -> None:
    guild, slack = await meeting.meet(GUILD, "501"), await meeting.meet(SLACK)
    before = await org_of(meeting, slack)
    await meeting.join(guild, slack)
    assert await moves.move() == 0
    assert await org_of(meeting, slack) == before


async def test_a_human_with_a_home_is_met_in_a_direct_message_for_the_first_time(
    meeting: Meeting, moves: PostgresMoves
) -> None:
    guild = await meeting.meet(GUILD, "501")
    await meeting.links.settle(guild, await org_of(meeting, guild))
    discord = await meeting.meet(DISCORD, "501")
    assert await moves.move() == 1
    assert await org_of(meeting, discord) == await org_of(meeting, guild)


async def test_an_edit_of_a_message_that_moved_is_merged_where_it_is(meeting: Meeting, moves: PostgresMoves) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    await meeting.desk.accept(said(60))
    await meeting.join(slack, discord)
    await moves.move()
    again = await meeting.desk.accept(said(60, addressed=True))
    assert again.merged
    edit = control(Kind.EDIT, 60, place=DISCORD, author={"account": "501"}, text="better")
    stored = await meeting.desk.accept(edit)
    row = await meeting.desk.row("SELECT org_id FROM inbox WHERE id = %s", stored.inbox_id)
    assert row["org_id"] == await org_of(meeting, slack)
