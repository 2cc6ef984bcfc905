"""What somebody asked another in a channel is quoted by no brief any more when they take it back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg

from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from adapters.postgres.schedules import PostgresSchedules
from core.briefs.composing import compose
from core.briefs.models import BriefKind, Facts, Reader
from core.people.viewer import Viewer
from tests.integration.test_forgetting_people import forget_me
from tests.office import Office
from tests.scan import holders

CANARY = "canary7a5e99"


async def _asked_of_ben(office: Office, database: Database, admin_url: str) -> tuple[str, Facts]:
    """Ana asks Ben something in a thread with Robbie; Ben's brief says it. The message, and what the brief says."""
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> hello")
    await office.until(lambda: office.answers("C1", first.ts))
    await office.slack.say("U2", "C1", "<@UROBBIE> hello, too", thread_ts=first.ts)
    await office.settled()
    said = await office.slack.say("U1", "C1", f"<@U2> is the harbour code {CANARY}?", thread_ts=first.ts)
    await office.until(lambda: "mentions" in holders(admin_url, "slack/"))
    await office.settled()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        row = admin.execute("""
            INSERT INTO briefs (org_id, owner, subject, kind, local_date, zone, due_at, state)
            SELECT org_id, owner, 'person:2', 'morning', now(), 'UTC', now(), 'due' FROM mentions
            RETURNING org_id, owner, id""").fetchone()
        assert row is not None
        org_id, ben, brief = map(int, row)
        admin.execute(
            "INSERT INTO deliveries (org_id, owner, brief_id, channel, mail) VALUES (%s, %s, %s, 'email', %s)",
            (org_id, ben, brief, json.dumps({"raw": CANARY})),
        )
    briefs = PostgresBriefs(database)
    due = await briefs.due(org_id, ben, brief)
    assert due is not None
    reader = Reader(org_id=org_id, person_id=ben, name="Ben", zone="UTC")
    facts = await PostgresFacts(database).gather(reader, BriefKind.MORNING, datetime.now(UTC) + timedelta(hours=5))
    await briefs.keep(due, facts, compose(facts))
    return said.ts, facts


async def test_what_its_author_deletes_is_quoted_by_no_brief_and_no_mail_any_more(
    office: Office, database: Database, admin_url: str
) -> None:
    said, facts = await _asked_of_ben(office, database, admin_url)
    assert [CANARY in one.text for one in facts.asks] == [True]
    assert {"briefs", "deliveries", "messages"} <= holders(admin_url, CANARY)
    await office.slack.delete_message("C1", said)
    await office.until(lambda: "briefs" not in holders(admin_url, CANARY))
    await office.settled()
    assert holders(admin_url, CANARY) == set()


async def test_who_is_forgotten_is_quoted_by_no_brief_and_has_asked_nobody(
    office: Office, database: Database, admin_url: str
) -> None:
    _, facts = await _asked_of_ben(office, database, admin_url)
    assert len(facts.asks) == 1
    assert "I have forgotten you" in await forget_me(office)
    assert holders(admin_url, CANARY) == set()
    assert "mentions" not in holders(admin_url, "slack/")
    viewer = Viewer.owner(facts.reader.org_id, facts.reader.person_id)
    (rows,) = await database.run(viewer.org_id, ("SELECT * FROM mentions", ()), viewer=viewer)
    assert rows == []


async def test_who_was_asked_something_is_kept_no_longer_than_briefs_are(
    office: Office, database: Database, admin_url: str
) -> None:
    await _asked_of_ben(office, database, admin_url)
    schedules, today, month = PostgresSchedules(database), datetime.now(UTC).date(), timedelta(days=30)
    await schedules.purge(today, month, timedelta(days=1))
    assert "mentions" in holders(admin_url, "slack/")
    await schedules.purge(today + timedelta(days=1), month, timedelta(0))
    assert "mentions" not in holders(admin_url, "slack/")


async def test_what_its_author_deletes_is_gone_from_the_brief_that_was_sent(
    office: Office, database: Database, admin_url: str
) -> None:
    said, _ = await _asked_of_ben(office, database, admin_url)
    with psycopg.connect(admin_url, autocommit=True) as admin:  # who has just asked is not said to wait
        admin.execute("UPDATE mentions SET said_at = said_at - interval '5 hours'")
    await office.command("brief now", "U2", user="U2")
    assert CANARY in office.answers("U2")[-1]
    assert {"messages", "outbox"} <= holders(admin_url, CANARY)
    await office.slack.delete_message("C1", said)
    await office.settled()
    assert holders(admin_url, CANARY) == set()


async def test_what_its_author_deletes_is_not_kept_where_an_answer_to_another_repeats_it(
    office: Office, admin_url: str
) -> None:
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> hello")
    await office.until(lambda: office.answers("C1", first.ts))
    said = await office.slack.say("U1", "C1", f"<@UROBBIE> the harbour code is {CANARY}", thread_ts=first.ts)
    await office.until(lambda: len(office.answers("C1", first.ts)) == 2)
    office.providers.reply(f"Ana said: the harbour code is {CANARY}; and ships wait for it.")
    await office.slack.say("U2", "C1", "<@UROBBIE> and what waits?", thread_ts=first.ts)
    await office.until(lambda: len(office.answers("C1", first.ts)) == 3)
    await office.settled()
    await office.slack.delete_message("C1", said.ts)
    await office.settled()
    assert holders(admin_url, CANARY) == set()
    assert "messages" in holders(admin_url, "ships wait for it")
