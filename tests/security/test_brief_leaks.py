"""Briefs tell nobody what is another's: org by person by channel by audience, for all that briefs draw on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.consents import PostgresConsents
from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from core.briefs.composing import compose
from core.briefs.models import BriefKind, Item, Reader
from core.consent.models import Answer
from core.people.viewer import Viewer
from tests.integration.brief_world import BriefWorld, at, insert
from tests.security.leak_world import ELSEWHERE, EXTERNAL, HERE, PEOPLE, THERE, LeakWorld, Person, Secret

NOW = datetime.now(UTC)
PRIVATE = ("tasks", "goals", "calendar_events", "focus_blocks", "briefs", "outreach")
"""What is told to nobody but its owner, whatever its row says."""
TABLES = (*PRIVATE, "notes", "deals")
_SAID = ("decision", "insight", "win", "commitment")


@dataclass
class BriefLeakWorld(LeakWorld):
    """Each secret stands in a row of every table that briefs read, with the table's name before it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for room in (HERE, THERE):
            surface, tenant, channel = room.split("/")
            insert(self.admin, "channel_settings", "org_id", org_id=self.orgs["home"], surface=surface, tenant=tenant,
                   channel=channel, external=room == EXTERNAL)  # fmt: skip

    def _note(self, owner: Person, room: str, shared_with: str) -> None:
        super()._note(owner, room, shared_with)
        canary = self.secrets[-1].canary
        whose = {"org_id": self.orgs[owner.org], "owner": self.ids[owner.name], "room": room,
                 "shared_with": shared_with}  # fmt: skip
        for kind in _SAID:
            insert(self.admin, "notes", text=f"notes {canary}", kind=kind, importance=0.9, celebration=0.9, **whose)
        due = NOW + timedelta(hours=1)
        insert(self.admin, "tasks", text=f"tasks {canary}", due_at=due, **whose)
        insert(self.admin, "tasks", text=f"tasks {canary}", done_at=NOW - timedelta(seconds=1), **whose)
        insert(self.admin, "goals", text=f"goals {canary}", due_on=NOW.date() - timedelta(days=2), **whose)
        calendar = insert(self.admin, "calendars", kind="ics", name="Work", **whose)
        insert(self.admin, "calendar_events", calendar_id=calendar, uid="1", title=f"calendar_events {canary}",
                      starts_at=due, ends_at=due, **whose)  # fmt: skip
        insert(self.admin, "focus_blocks", text=f"focus_blocks {canary}", starts_at=due, ends_at=due, **whose)
        contact = insert(self.admin, "contacts", name="Cleo", **whose)
        insert(self.admin, "deals", name=f"deals {canary}", stage="proposal", next_step=f"deals {canary}",
                      stage_since=NOW - timedelta(hours=1), created_at=NOW - timedelta(days=9), **whose)  # fmt: skip
        insert(self.admin, "outreach", contact_id=contact, draft=f"outreach {canary}", **whose)
        insert(
            self.admin, "briefs", subject=f"person:{canary}", kind="evening", local_date=NOW.date(), zone="UTC",
            due_at=NOW - timedelta(hours=20), facts={"news": [{"ref": "note:0", "text": f"briefs {canary}"}]}, **whose,
        )  # fmt: skip

    def told(self, text: str) -> set[tuple[str, str]]:
        """The tables and the canaries of what stands in a text."""
        return {
            (table, secret.canary) for secret in self.secrets for table in TABLES if f"{table} {secret.canary}" in text
        }


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefLeakWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield BriefLeakWorld(admin)


def _reader(world: LeakWorld, person: Person, room: str = "") -> Reader:
    return Reader(org_id=world.orgs[person.org], person_id=world.ids[person.name], name=person.name, zone="UTC",
                  member=person.member, room=room)  # fmt: skip


async def _told(world: BriefLeakWorld, database: Database, reader: Reader) -> set[tuple[str, str]]:
    """All that the three briefs of a day tell, as facts and as text."""
    told = ""
    for kind in BriefKind:
        facts = await PostgresFacts(database).gather(reader, kind, datetime.now(UTC))
        told += facts.model_dump_json() + compose(facts).model_dump_json()
    return world.told(told)


def _may_be_told(secret: Secret, table: str, person: Person) -> bool:
    """The rule for a person's brief, in words of its own."""
    if secret.owner.org != person.org:
        return False
    if secret.owner.human == person.human:
        return True
    return table not in PRIVATE and table != "deals" and secret.shared_with == "*" and person.member


async def test_a_person_is_told_what_is_theirs_and_what_was_shared_with_everybody_and_nothing_else(
    world: BriefLeakWorld, database: Database
) -> None:
    secrets = {secret.canary: secret for secret in world.secrets}
    for person in PEOPLE:
        told = await _told(world, database, _reader(world, person))
        for table, canary in told:
            assert _may_be_told(secrets[canary], table, person), (person, table, secrets[canary])
        own = {table for table, canary in told if secrets[canary].owner.human == person.human}
        if person.name != "cleo":
            assert own >= {"tasks", "goals", "calendar_events", "focus_blocks", "notes", "deals"}, person
        of_others = {canary for _, canary in told if secrets[canary].owner.human != person.human}
        assert bool(of_others) == person.member, person


async def test_a_channel_is_told_what_was_shared_with_it_and_nothing_private_whoever_switched_it_on(
    world: BriefLeakWorld, database: Database
) -> None:
    secrets = {secret.canary: secret for secret in world.secrets}
    for person in PEOPLE:
        for room in (HERE, THERE, ELSEWHERE):
            told = await _told(world, database, _reader(world, person, room))
            for table, canary in told:
                secret = secrets[canary]
                assert table == "notes", (person, room, table)
                assert secret.owner.org == person.org, (person, room)
                with_all = secret.shared_with == "*" and room == HERE and (person.member or secret.room == room)
                assert secret.shared_with == room or with_all, (person, room, secret)
            assert bool(told) == (room != ELSEWHERE), (person, room)


async def test_a_hand_written_query_without_a_filter_shows_what_its_reader_may_see_there_and_no_more(
    world: BriefLeakWorld, database: Database
) -> None:
    queries = [(f"SELECT * FROM {table}", ()) for table in TABLES]
    for person, viewer in world.viewers():
        found = await database.run(viewer.org_id, *queries, viewer=viewer)
        for table, rows in zip(TABLES, found, strict=True):
            seen = world.found(json.dumps(rows, default=str))
            assert seen == world.visible(person, viewer), (person, viewer, table)


async def test_what_is_taken_back_is_not_in_the_next_brief(admin_url: str, database: Database) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        world = BriefWorld(admin)
        ana, _ = world.person("Ana"), world.person("Ben")
        note = world.note("Ana", "We move to Lisbon", "decision", at(23, 12), sharing=0.9)
        consents, facts = PostgresConsents(database, expire_days=7), PostgresFacts(database)

        async def ben_is_told() -> list[str]:
            found = await facts.gather(world.reader("Ben"), BriefKind.MORNING, at(24, 8))
            return [one.text for one in found.news]

        assert await ben_is_told() == []
        viewer = Viewer.owner(world.org_id, ana)
        settled = await consents.share(viewer, note, "*", world.conversation)
        assert settled.consent is not None
        assert await ben_is_told() == ["We move to Lisbon"]
        await consents.settle(viewer, settled.consent.id, Answer.BACK)
        assert await ben_is_told() == []


async def test_what_is_taken_back_is_in_no_mail_that_is_still_to_be_sent_and_nobody_can_ask_about_it(
    admin_url: str, database: Database
) -> None:
    """A brief that was composed before, of others; the owner's own keeps it."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        world = BriefWorld(admin)
        people = {name: world.person(name) for name in ("Ana", "Ben")}
        note = world.note("Ana", "We move to Lisbon", "decision", at(23, 12), sharing=0.9)
        consents, briefs = PostgresConsents(database, expire_days=7), PostgresBriefs(database)
        viewer = Viewer.owner(world.org_id, people["Ana"])
        settled = await consents.share(viewer, note, "*", world.conversation)
        for name, person in people.items():
            admin.execute(
                "INSERT INTO direct_places (person_id, org_id, at) VALUES (%s, %s, now())", (person, world.org_id)
            )
            brief = world.brief(name, "morning", at(24, 8), "due")
            world.of(name, "deliveries", brief_id=brief, channel="email", mail={"raw": "We move to Lisbon"})
            due = await briefs.due(world.org_id, person, brief)
            assert due is not None
            facts = await PostgresFacts(database).gather(world.reader(name), BriefKind.MORNING, at(24, 8))
            facts = facts.model_copy(update={"news": (Item(ref=f"note:{note}", text="We move to Lisbon"),)})
            await briefs.keep(due, facts, compose(facts))
        assert settled.consent is not None
        await consents.settle(viewer, settled.consent.id, Answer.BACK)
        kept = {name: await briefs.latest(world.org_id, person) for name, person in people.items()}
        assert {name: "Lisbon" in str(due) for name, due in kept.items()} == {"Ana": True, "Ben": False}
        mails = admin.execute("SELECT owner FROM deliveries WHERE mail IS NOT NULL").fetchall()
        assert mails == [(people["Ana"],)]
