"""CASE 21 in briefs: what is forgotten is gone from what others' briefs were made of and said, and old briefs fade."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import get_type_hints

import psycopg
import pytest
from pydantic import ValidationError

from adapters.postgres.schedules import PostgresSchedules
from bot.app import App
from bot.brief_settings import BriefsSettings
from bot.report_cli import report_value
from core.briefs.composing import compose
from core.briefs.models import Brief, Facts, Item
from core.briefs.rendering import as_markdown
from core.briefs.weights import REMEMBERED
from core.people.viewer import Viewer
from tests import brief_facts
from tests.integration.conftest import Desk
from tests.integration.newsroom import MONDAY, newsroom
from tests.integration.test_forgetting import latest_note
from tests.integration.test_forgetting_people import forget_me
from tests.office import Office
from tests.scan import holders

CANARY = "canary5b2e77"
NOTE = f'The harbour code is "{CANARY}" now, säid Ana'
YEAR = timedelta(days=400)
BENS = "Ben pays the harbour fee on Friday"


async def brief(office: Office, admin_url: str, *texts: str) -> None:
    """Ben got a brief that says these texts: by chat, and by mail."""
    await said_brief(office, admin_url, {"news": texts}, "Good morning, Ben\n\n" + "\n".join(texts))


async def said_brief(office: Office, admin_url: str, made_of: dict[str, object], said: str) -> None:
    """Ben got a brief: what it was made of, and what it said."""
    await office.command("help", "U2", user="U2")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        row = admin.execute("""
            SELECT inbox.org_id, person_id, inbox.id, outbox.message_id
            FROM inbox JOIN outbox ON outbox.inbox_id = inbox.id
            WHERE person_id = (SELECT person_id FROM accounts WHERE account = 'U2') ORDER BY outbox.id DESC LIMIT 1
            """).fetchone()
        assert row is not None
        org, ben, inbox, answer = row
        facts = json.dumps(made_of, ensure_ascii=False)
        values = {"org": org, "ben": ben, "inbox": inbox, "answer": answer, "facts": facts, "said": said}
        for statement in (
            """INSERT INTO brief_times (org_id, person_id, kind, local_date, due_at, zone)
               VALUES (%(org)s, %(ben)s, 'morning', now(), now(), 'UTC')""",
            """INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at, state, facts)
               VALUES (%(org)s, %(ben)s, 'person:2', 'morning', now(), 'UTC', now(), 'delivered', %(facts)s)""",
            """INSERT INTO deliveries (org_id, owner, brief_id, channel, state, mail, created_at)
               SELECT org_id, owner, id, 'email', 'sent', %(facts)s, now() - interval '2 days' FROM briefs""",
            "UPDATE inbox SET platform_id = 'brief:' || (SELECT max(id) FROM briefs) WHERE id = %(inbox)s",
            "UPDATE outbox SET body = %(said)s, extras = '{}' WHERE inbox_id = %(inbox)s",
            """INSERT INTO messages (org_id, conversation_id, text, occurred_at)
               SELECT org_id, conversation_id, %(said)s, now() FROM inbox WHERE id = %(inbox)s""",
            """UPDATE outbox SET message_id = (SELECT max(id) FROM messages) WHERE inbox_id = %(inbox)s""",
        ):
            admin.execute(statement, values)


async def test_case_21_a_forgotten_note_is_gone_from_the_briefs_of_others(office: Office, admin_url: str) -> None:
    await office.open()
    await office.command(f"note {NOTE}", "U1")
    id = await latest_note(office)
    await brief(office, admin_url, NOTE, BENS)
    assert {"briefs", "deliveries", "messages", "outbox"} <= holders(admin_url, CANARY)
    await office.command(f"forget-note {id}", "U1")
    assert "Forgotten" in office.answers("U1")[-1]
    assert holders(admin_url, CANARY) == set()
    assert holders(admin_url, BENS) >= {"messages", "outbox"}


async def test_case_21_forget_me_takes_what_was_mine_out_of_the_briefs_of_others(
    office: Office, admin_url: str
) -> None:
    await office.open()
    await office.command(f"note {NOTE}", "U1")
    await brief(office, admin_url, NOTE)
    assert "I have forgotten you" in await forget_me(office)
    assert holders(admin_url, CANARY) == set()


async def test_a_brief_of_others_words_is_left_alone(office: Office, admin_url: str) -> None:
    await office.open()
    await office.command(f"note {NOTE}", "U1")
    await brief(office, admin_url, BENS)
    await office.command(f"forget-note {await latest_note(office)}", "U1")
    assert holders(admin_url, BENS) == {"briefs", "deliveries", "messages", "outbox"}


async def test_of_an_old_brief_the_title_alone_is_kept(office: Office, admin_url: str) -> None:
    app: App = await office.open()
    await brief(office, admin_url, BENS)
    today = datetime.now(UTC).date()
    await app.schedules.purge(today, timedelta(days=30), YEAR)
    assert holders(admin_url, BENS) == {"briefs", "messages", "outbox"}  # the mail was sent two days ago
    await app.schedules.purge(today + timedelta(days=1), timedelta(0), YEAR)
    assert holders(admin_url, BENS) == set()
    assert await office.rows("SELECT count(*) FROM messages WHERE text = 'Good morning, Ben'") == [(1,)]


async def test_an_old_briefs_words_go_also_where_nobody_let_go_of_any_for_weeks(office: Office, admin_url: str) -> None:
    app: App = await office.open()
    await brief(office, admin_url, BENS)
    with psycopg.connect(admin_url, autocommit=True) as admin:  # and Robbie was off since then
        admin.execute("UPDATE briefs SET due_at = due_at - interval '60 days'")
    await app.schedules.purge(datetime.now(UTC).date(), timedelta(days=30), YEAR)
    assert "briefs" not in holders(admin_url, BENS)


async def channel_brief(office: Office, admin_url: str, text: str) -> None:
    """A channel, in which Ben switched the brief on, got one that says this text."""
    await office.command("help", "U2", user="U2")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for statement in (
            """INSERT INTO brief_times (org_id, room, kind, local_date, due_at, zone)
               SELECT org_id, 'slack/T1/C1', 'morning', now(), now(), 'UTC' FROM accounts WHERE account = 'U2'""",
            """INSERT INTO briefs (org_id, owner, room, subject, kind, local_date, zone, due_at, state, facts)
               SELECT org_id, person_id, 'slack/T1/C1', 'room:slack/T1/C1', 'morning', now(), 'UTC', now(),
                      'delivered', %(facts)s FROM accounts WHERE account = 'U2'""",
        ):
            admin.execute(statement, {"facts": json.dumps({"news": [text]}, ensure_ascii=False)})


async def test_case_21_a_forgotten_note_is_gone_from_a_channels_brief_that_somebody_else_switched_on(
    office: Office, admin_url: str
) -> None:
    await office.open()
    await office.command(f"note {NOTE}", "U1")
    id = await latest_note(office)
    await channel_brief(office, admin_url, NOTE)
    assert "briefs" in holders(admin_url, CANARY)
    await office.command(f"forget-note {id}", "U1")
    assert holders(admin_url, CANARY) == set()


async def test_case_21_forget_me_takes_what_was_mine_out_of_a_channels_brief(office: Office, admin_url: str) -> None:
    await office.open()
    await office.command(f"note {NOTE}", "U1")
    await channel_brief(office, admin_url, NOTE)
    assert "I have forgotten you" in await forget_me(office)
    assert holders(admin_url, CANARY) == set()


LONG = f"{CANARY} opens the harbour gate of the old shipyard, and nobody but the two of us may ever know that it does"
IN_OTHER_WORDS = f"The old shipyard's harbour gate: {CANARY} opens it, and only the two of us may know"


@pytest.mark.parametrize("phrased", ["", IN_OTHER_WORDS], ids=["composed", "phrased"])
async def test_case_21_a_forgotten_note_is_gone_from_what_a_brief_said_of_it_shortened_or_in_other_words(
    office: Office, admin_url: str, phrased: str
) -> None:
    await office.open()
    await office.command(f"note {LONG}", "U1")
    id = await latest_note(office)
    news = (Item(ref=f"note:{id}", text=LONG, who="Ana"), Item(ref="note:0", text=BENS, who="Ben"))
    facts = brief_facts.MORNING.model_copy(update={"news": news})
    made = compose(facts)
    (line,) = [line for line in made.lines if CANARY in line.text]
    assert LONG not in line.text
    made = Brief.model_validate_json(made.model_dump_json().replace(line.text, phrased or line.text))
    kept = {**facts.model_dump(mode="json"), "brief": made.model_dump(mode="json")}
    await said_brief(office, admin_url, kept, as_markdown(made))
    assert {"briefs", "deliveries", "messages", "outbox"} <= holders(admin_url, CANARY)
    await office.command(f"forget-note {id}", "U1")
    assert holders(admin_url, CANARY) == set()
    assert holders(admin_url, BENS) == {"briefs", "messages", "outbox"}
    with psycopg.connect(admin_url) as admin:
        ((rest,),) = admin.execute("SELECT facts FROM briefs").fetchall()
    assert [line.number for line in Brief.model_validate(rest.pop("brief")).lines] == [
        one.number for one in made.lines if one.ref != line.ref
    ]
    assert Facts.model_validate(rest).news == news[1:]


async def test_case_21_a_forgotten_note_is_gone_from_a_brief_that_somebody_asked_for(
    office: Office, admin_url: str
) -> None:
    """Nothing is kept of what such a brief was made of."""
    await office.open()
    await office.command(f"note {LONG}", "U1")
    id = await latest_note(office)
    await office.command("brief now", "U2", user="U2")
    facts = brief_facts.MORNING.model_copy(update={"news": (Item(ref=f"note:{id}", text=LONG, who="Ana"),)})
    with psycopg.connect(admin_url, autocommit=True) as admin:
        said = (as_markdown(compose(facts)),)
        admin.execute("UPDATE outbox SET body = %s, shown = NULL WHERE id = (SELECT max(id) FROM outbox)", said)
        admin.execute(
            "UPDATE messages SET text = %s WHERE id = (SELECT message_id FROM outbox ORDER BY id DESC LIMIT 1)", said
        )
    assert {"messages", "outbox"} <= holders(admin_url, CANARY)
    await office.command(f"forget-note {id}", "U1")
    assert holders(admin_url, CANARY) == set()


async def test_a_shared_note_goes_from_others_briefs_with_the_message_that_it_was_found_in(
    office: Office, admin_url: str
) -> None:
    await office.open()
    said = await office.slack.say("U1", "C1", f"<@UROBBIE> {NOTE}")
    await office.until(lambda: office.answers("C1", said.ts))
    await office.settled()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        row = admin.execute("""
            WITH of AS (SELECT id, org_id, person_id FROM messages WHERE person_id IS NOT NULL ORDER BY id LIMIT 1),
            note AS (
                INSERT INTO notes (org_id, owner, text, kind, shared_with, found_by)
                SELECT org_id, person_id, 'found', 'decision', '*', 'detector' FROM of RETURNING id, org_id)
            INSERT INTO note_sources (note_id, message_id, org_id) SELECT note.id, of.id, note.org_id FROM note, of
            RETURNING note_id""").fetchone()
    assert row is not None
    news = (Item(ref=f"note:{row[0]}", text="kept of Ana alone"), Item(ref="note:0", text=BENS, who="Ben"))
    facts = brief_facts.MORNING.model_copy(update={"news": news})
    made = compose(facts)
    kept = {**facts.model_dump(mode="json"), "brief": made.model_dump(mode="json")}
    await said_brief(office, admin_url, kept, as_markdown(made))
    assert {"briefs", "deliveries", "messages", "outbox"} <= holders(admin_url, "kept of Ana alone")
    await office.slack.delete_message("C1", said.ts)
    await office.settled()
    assert holders(admin_url, "kept of Ana alone") == set()
    assert holders(admin_url, BENS) == {"briefs", "messages", "outbox"}


async def test_an_old_brief_is_deleted_with_its_lines_but_for_what_was_found_not_relevant(desk: Desk) -> None:
    """A year ago, and a day: what is learnt from and reported on is younger."""
    room = newsroom(desk)
    ana = await room.reader()
    for hours in (0, 7, 13, 17):
        await room.tick(MONDAY + timedelta(hours=hours))
    org = int(str((await desk.row("SELECT org_id FROM people"))["org_id"]))
    lines = (
        """INSERT INTO brief_lines (org_id, owner, brief_id, number, section, ref, act)
           SELECT org_id, owner, id, number, 'priorities', 'note:' || number, act
           FROM briefs, unnest(ARRAY['', 'snooze', 'dismiss', 'done']) WITH ORDINALITY AS it (act, number)
           WHERE kind <> 'evening'""",
        (),
    )
    old = """UPDATE briefs SET due_at = now() - CASE kind WHEN 'afternoon' THEN interval '399 days'
             ELSE interval '401 days' END"""
    await desk.database.run(org, lines, (old, ()), viewer=Viewer.owner(org, ana))
    schedules = PostgresSchedules(desk.database)
    assert await schedules.purge(MONDAY.date(), timedelta(days=30), YEAR) is not None
    async with desk.database.app(org, Viewer.owner(org, ana)) as tx:
        left = await (
            await tx.execute("SELECT kind, act FROM brief_lines JOIN briefs ON briefs.id = brief_id")
        ).fetchall()
        briefs = await (await tx.execute("SELECT kind FROM briefs ORDER BY id")).fetchall()
    assert sorted((row["kind"], row["act"]) for row in left) == [
        ("afternoon", ""), ("afternoon", "dismiss"), ("afternoon", "done"), ("afternoon", "snooze"),
        ("morning", "dismiss"), ("morning", "done"),
    ]  # fmt: skip
    assert [row["kind"] for row in briefs] == ["morning", "afternoon"]
    deliveries = await desk.rows("SELECT count(*) AS n FROM deliveries JOIN briefs ON briefs.id = brief_id")
    assert deliveries == [{"n": 2}]
    assert await desk.rows("SELECT count(*) AS n FROM deliveries") == deliveries


def test_briefs_are_kept_for_as_long_as_anything_looks_back_at_them() -> None:
    with pytest.raises(ValidationError):
        BriefsSettings(keep_days=REMEMBERED / timedelta(days=1) - 1)
    (days,) = get_type_hints(report_value, include_extras=True)["days"].__metadata__
    assert BriefsSettings().keep > timedelta(days=days.max)
