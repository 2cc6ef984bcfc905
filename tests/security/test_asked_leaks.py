"""What is asked of somebody in a channel is told to nobody else: org by person by channel by what they can read."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from core.briefs.composing import compose
from core.briefs.models import BriefKind, Reader
from tests.integration.brief_world import insert
from tests.security.leak_world import HERE, PEOPLE, THERE, LeakWorld, Person

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Question:
    """Somebody asked somebody something in a channel.

    Attributes:
        public: whether that one can read it as every member can; else they had spoken there.
        off: whether it was said off the record.
    """

    canary: str
    of: Person
    by: Person
    room: str
    public: bool
    off: bool


class AskedWorld(LeakWorld):
    """Everybody asked everybody of their org, in each channel, whatever that one can read, and off the record."""

    def ask(self) -> list[Question]:
        asked = []
        for of, by in itertools.permutations(PEOPLE, 2):
            if of.org == by.org and of.human != by.human:
                for room, public, off in itertools.product((HERE, THERE), (True, False), (True, False)):
                    asked.append(Question(f"canary{uuid.uuid4().hex[:12]}", of, by, room, public, off))
                    self._say(asked[-1])
        return asked

    def _say(self, one: Question) -> None:
        surface, tenant, channel = one.room.split("/")
        org_id, thread = self.orgs[one.of.org], one.canary
        conversation = insert(self.admin, "conversations", org_id=org_id, surface=surface, tenant=tenant,
                              channel=channel, thread=thread, direct=False, off_record=one.off)  # fmt: skip
        said_at = NOW - timedelta(hours=6)
        message = insert(self.admin, "messages", org_id=org_id, conversation_id=conversation,
                         person_id=self.ids[one.by.name], platform_id="1.1", occurred_at=said_at,
                         text=f"<@{one.of.account}> is it {one.canary}?")  # fmt: skip
        insert(self.admin, "mentions", "owner", message_id=message, owner=self.ids[one.of.name], org_id=org_id,
               said_by=self.ids[one.by.name], room=one.room, thread=thread, public=one.public,
               said_at=said_at)  # fmt: skip


@pytest.fixture
def world(admin_url: str) -> Iterator[AskedWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield AskedWorld(admin)


def _canaries(asked: list[Question], text: str) -> set[str]:
    return {one.canary for one in asked if one.canary in text}


async def _told(world: AskedWorld, database: Database, person: Person, room: str, *, without: set[str]) -> str:
    """All that the three briefs of a day tell; what was told already is answered, since three are told at a time."""
    for canary in without:
        world.admin.execute("UPDATE mentions SET answered_at = said_at WHERE thread = %s", (canary,))
    reader = Reader(org_id=world.orgs[person.org], person_id=world.ids[person.name], name=person.name, zone="UTC",
                    member=person.member, room=room)  # fmt: skip
    told = ""
    for kind in BriefKind:
        facts = await PostgresFacts(database).gather(reader, kind, NOW)
        told += facts.model_dump_json() + compose(facts).model_dump_json()
    return told


async def test_only_whom_it_asks_is_told_and_only_what_they_can_read(world: AskedWorld, database: Database) -> None:
    asked = world.ask()
    for human in {person.human: person for person in PEOPLE}.values():
        told: set[str] = set()
        while more := _canaries(asked, await _told(world, database, human, "", without=told)) - told:
            told |= more
        may = {
            one.canary
            for one in asked
            if (one.of.org, one.of.human) == (human.org, human.human)
            and not one.off
            and (human.member or not one.public)
        }
        assert told == may, human


async def test_no_channels_brief_tells_what_somebody_was_asked(world: AskedWorld, database: Database) -> None:
    asked = world.ask()
    for person in PEOPLE:
        for room in (HERE, THERE):
            assert _canaries(asked, await _told(world, database, person, room, without=set())) == set()


async def test_a_query_without_a_filter_shows_who_asks_whom_to_these_two_alone_and_where_nobody_else_reads(
    world: AskedWorld, database: Database
) -> None:
    asked = world.ask()
    for person, viewer in world.viewers():
        (rows,) = await database.run(viewer.org_id, ("SELECT * FROM mentions", ()), viewer=viewer)
        theirs = {
            one.canary
            for one in asked
            if one.of.org == person.org and person.human in (one.of.human, one.by.human) and viewer.private
        }
        assert _canaries(asked, json.dumps(rows, default=str)) == theirs, (person, viewer)
