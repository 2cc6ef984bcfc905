"""One person with work of every kind: each kind of brief is about exactly what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from core.briefs.models import BriefKind, Facts, Gap, Item, Meeting, Missed, Move, Priority
from tests.integration.brief_world import BriefWorld, at

ROOM = "slack/T1/C1"


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        world = BriefWorld(admin)
        for name in ("Ana", "Ben", "Cleo"):
            world.person(name)
        _work(world)
        _calendar(world)
        _notes(world)
        _earlier(world)
        yield world


def _work(world: BriefWorld) -> None:
    """Tuesday the 24th is looked at."""
    goal = world.of("Ana", "goals", text="Open in Lisbon", importance=5, due_on=date(2026, 12, 20))
    world.of("Ana", "goals", text="Read ten books", due_on=date(2026, 11, 20), created_at=at(1))
    acme = world.of("Ana", "companies", name="Acme")
    deal = world.of(
        "Ana", "deals", name="Harbour", value=48_000, currency="EUR", stage="negotiation", stage_since=at(23, 20),
        closes_on=date(2026, 11, 26), next_step="Send the last offer", company_id=acme, created_at=at(2),
    )  # fmt: skip
    world.of("Ana", "deals", name="Pier", stage="won", stage_since=at(24, 10), created_at=at(2))
    contact = world.of("Ana", "contacts", name="Dora")
    report = world.task("Ana", "Write the report", due_at=at(24, 17), importance=5, effort_minutes=60, goal_id=goal)
    send = world.task("Ana", "Send the report", due_at=at(24, 18), waiting="Cleo", promised=True)
    world.row("task_ties", returning="task_id", org_id=world.org_id, owner=world.ids["Ana"], task_id=send,
              after_id=report)  # fmt: skip
    world.task("Ana", "Call the bank", due_at=at(23, 12), effort_minutes=30, contact_id=contact)
    world.task("Ana", "Sign the lease", blocked="the landlord is ill", deal_id=deal)
    world.task("Ana", "Tidy up", due_at=at(25, 12), snoozed_until=at(25, 8))
    world.task("Ana", "Not shown today", due_at=at(24, 12), snoozed_until=at(26, 8))
    world.task("Ana", "Given up", due_at=at(24, 12), dropped_at=at(23, 12))
    world.task("Ana", "Book the train", done_at=at(24, 11))
    world.task("Ana", "Order paper", done_at=at(24, 9, 30))
    world.task("Ana", "Done last week", done_at=at(21, 9, 30))


def _calendar(world: BriefWorld) -> None:
    world.event("Ana", "Standup", at(24, 9), 30, people=["Ben"], place="Room 2", url="https://meet.example/1")
    world.event("Ana", "Interview", at(24, 15), 60)
    world.event("Ana", "Lunch with Dora", at(24, 15, 30), 60)
    world.event("Ana", "Declined", at(24, 10), 60, answer="declined")
    world.event("Ana", "Fair", at(24), 1440, all_day=True, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 25))
    world.event("Ana", "Board", at(25, 10), 60)
    world.of("Ana", "focus_blocks", starts_at=at(24, 10), ends_at=at(24, 14, 45), text="Report")


def _notes(world: BriefWorld) -> None:
    world.note("Ana", "I will send Ben the figures", "commitment", at(23, 12), about="Ben", due_at=at(24, 12))
    told = world.note("Ben", "We go with Postgres", "decision", at(22, 12), shared_with="*")
    assert told == 2  # a line below names it
    world.note("Ben", "We moved to the new office", "insight", at(23, 20), shared_with="*", importance=0.4)
    world.note("Cleo", "Ana decides on the logo", "decision", at(23, 11), about="Ana", shared_with="*")
    world.note("Ben", "Ana reviews the contract", "action", at(23, 14), about="Ana", shared_with="*", due_at=at(25))
    world.note("Ben", "Held once", "decision", at(23, 14), shared_with="*", valid_to=at(23, 20))
    world.note("Ben", "In the room", "decision", at(23, 15), shared_with=ROOM)
    world.note("Ben", "Ben writes the minutes", "commitment", at(23, 16), shared_with=ROOM, due_at=at(24, 12))
    world.note("Ana", "I got the grant", "win", at(24, 11), celebration=0.9)
    world.note("Cleo", "Cleo passed her exam", "win", at(24, 12), shared_with="*", celebration=0.8)
    asked = world.note("Ana", "I will leave at four", "personal", at(23, 9))
    world.row(
        "consents", org_id=world.org_id, note_id=asked, person_id=world.ids["Ana"], owner=world.ids["Ana"],
        conversation_id=world.conversation, part="owner", what="share", audience="*",
        wording="Ana leaves at four", asked_at=at(23, 10), expires_at=at(30),
    )  # fmt: skip


def _earlier(world: BriefWorld) -> None:
    evening = world.brief("Ana", "evening", at(20, 18))
    world.line("Ana", evening, "news", "note:2")
    world.brief("Ana", "morning", at(23, 8), state="skipped")
    world.brief("Ana", "afternoon", at(23, 14), state="undelivered", told_at=at(23, 18))


async def _facts(world: BriefWorld, database: Database, kind: BriefKind, moment: datetime, room: str = "") -> Facts:
    """The facts, without how the priorities were weighed: that is tried elsewhere."""
    found = await PostgresFacts(database).gather(world.reader("Ana", room=room), kind, moment)
    plain = {
        name: tuple(one.model_copy(update={"score": 0.0, "terms": {}, "why": ()}) for one in getattr(found, name))
        for name in ("priorities", "tomorrow")
    }
    return found.model_copy(update=plain)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def gap(*bounds: datetime) -> Gap:
    return Gap(starts_at=bounds[0], ends_at=bounds[1])


REPORT = Priority(ref="task:1", text="Write the report", due_at=utc(24, 16), minutes=60)
FIGURES = Item(ref="note:1", text="I will send Ben the figures", who="Ben", due_at=utc(24, 11), at=utc(23, 11))
BANK = Item(ref="task:3", text="Call the bank", due_at=utc(23, 11), who="Dora")
THE_THREE = (
    REPORT,
    Priority(ref="note:1", text="I will send Ben the figures", who="Ben", due_at=utc(24, 11)),
    Priority(ref="task:3", text="Call the bank", due_at=utc(23, 11), minutes=30),
)
FAIR = Meeting(ref="event:5", title="Fair", starts_at=utc(23, 23), ends_at=utc(24, 23), all_day=True)
FOCUS = Meeting(ref="focus:1", title="Report", starts_at=utc(24, 9), ends_at=utc(24, 13, 45))
STANDUP = Meeting(
    ref="event:1", title="Standup", starts_at=utc(24, 8), ends_at=utc(24, 8, 30), place="Room 2",
    url="https://meet.example/1", people=("Ben",),
)  # fmt: skip
INTERVIEW = Meeting(ref="event:2", title="Interview", starts_at=utc(24, 14), ends_at=utc(24, 15), clashes=("event:3",))
LUNCH = Meeting(
    ref="event:3", title="Lunch with Dora", starts_at=utc(24, 14, 30), ends_at=utc(24, 15, 30), clashes=("event:2",)
)
SKIPPED = (Missed(kind=BriefKind.MORNING, local_date=date(2026, 11, 23)),)
DONE = (
    Item(ref="task:9", text="Order paper", at=utc(24, 8, 30)),
    Item(ref="task:8", text="Book the train", at=utc(24, 10)),
)
MINUTES = Item(ref="note:8", text="Ben writes the minutes", who="Ben", due_at=utc(24, 11), at=utc(23, 15))
DECIDED = Item(ref="note:7", text="In the room", who="Ben", at=utc(23, 14))


async def test_the_morning(world: BriefWorld, database: Database) -> None:
    moment = at(24, 8)
    assert await _facts(world, database, BriefKind.MORNING, moment) == Facts(
        kind=BriefKind.MORNING,
        reader=world.reader("Ana"),
        at=moment,
        local_date=date(2026, 11, 24),
        missed=SKIPPED,
        priorities=THE_THREE,
        meetings=(FAIR, STANDUP, FOCUS, INTERVIEW, LUNCH),
        gaps=(gap(utc(24, 8, 30), utc(24, 9)), gap(utc(24, 15, 30), utc(24, 17))),
        news=(
            Item(ref="deal:1", text="Harbour: negotiation", who="Acme", at=utc(23, 19)),
            Item(ref="note:4", text="Ana decides on the logo", who="Cleo", at=utc(23, 10)),
            Item(ref="note:3", text="We moved to the new office", who="Ben", at=utc(23, 19)),
        ),
        asks=(
            Item(ref="consent:1", text="Ana leaves at four", at=utc(23, 9)),
            Item(ref="note:5", text="Ana reviews the contract", who="Ben", at=utc(23, 13), due_at=utc(24, 23)),
        ),
    )


async def test_the_afternoon(world: BriefWorld, database: Database) -> None:
    moment = at(24, 14)
    assert await _facts(world, database, BriefKind.AFTERNOON, moment) == Facts(
        kind=BriefKind.AFTERNOON,
        reader=world.reader("Ana"),
        at=moment,
        local_date=date(2026, 11, 24),
        missed=SKIPPED,
        priorities=THE_THREE,
        meetings=(FAIR, FOCUS, INTERVIEW, LUNCH),
        gaps=(gap(utc(24, 15, 30), utc(24, 17)),),
        done=DONE,
        slipped=(FIGURES, BANK, Item(ref="goal:2", text="Read ten books", due_at=utc(20, 23))),
        blocked=(
            Item(
                ref="task:2", text="Send the report", who="Cleo", due_at=utc(24, 17),
                why=("waits for: Write the report",),
            ),
            Item(ref="task:4", text="Sign the lease", why=("the landlord is ill",)),
        ),
        moves=(Move(ref="task:3", text="Call the bank", who="Dora", due_at=utc(23, 11), until=utc(24, 16, 30)),),
    )  # fmt: skip


async def test_the_afternoon_is_about_what_the_morning_said(world: BriefWorld, database: Database) -> None:
    """Of its three one is done, which comes first among what got done; one is left."""
    morning = world.brief("Ana", "morning", at(24, 8))
    for ref in ("task:8", "task:3", "task:999"):
        world.line("Ana", morning, "priorities", ref)
    found = await _facts(world, database, BriefKind.AFTERNOON, at(24, 14))
    assert [one.ref for one in found.priorities] == ["task:3"]
    assert [one.ref for one in found.done] == ["task:8", "task:9"]


async def test_the_evening(world: BriefWorld, database: Database) -> None:
    moment = at(24, 18)
    assert await _facts(world, database, BriefKind.EVENING, moment) == Facts(
        kind=BriefKind.EVENING,
        reader=world.reader("Ana"),
        at=moment,
        local_date=date(2026, 11, 24),
        missed=SKIPPED,
        done=DONE,
        wins=(
            Item(ref="deal:2", text="Pier", at=utc(24, 9)),
            Item(ref="note:9", text="I got the grant", at=utc(24, 10)),
            Item(ref="note:10", text="Cleo passed her exam", who="Cleo", at=utc(24, 11)),
        ),
        commitments=(FIGURES, Item(ref="task:2", text="Send the report", who="Cleo", due_at=utc(24, 17))),
        tomorrow=THE_THREE,
        next_day=date(2026, 11, 25),
        meetings=(Meeting(ref="event:6", title="Board", starts_at=utc(25, 9), ends_at=utc(25, 10)),),
        gaps=(gap(utc(25, 8), utc(25, 9)), gap(utc(25, 10), utc(25, 17))),
    )


async def test_a_channel_is_told_what_was_shared_with_it_and_nothing_of_whoever_switched_it_on(
    world: BriefWorld, database: Database
) -> None:
    """Nobody knows yet who else reads in the channel, so what is shared with the whole org is not told there."""
    parts = {
        BriefKind.MORNING: {"news": (DECIDED,), "commitments": (MINUTES,)},
        BriefKind.AFTERNOON: {"news": (DECIDED,), "slipped": (MINUTES,)},
        BriefKind.EVENING: {"news": (DECIDED,), "commitments": (MINUTES,)},
    }
    for kind, expected in parts.items():
        moment, reader = at(24, 14), world.reader("Ana", room=ROOM)
        plain = Facts(kind=kind, reader=reader, at=moment, local_date=date(2026, 11, 24), first=True)
        assert await _facts(world, database, kind, moment, ROOM) == plain.model_copy(update=expected)


async def test_a_channel_where_only_members_read_is_told_what_is_shared_with_the_org(
    world: BriefWorld, database: Database
) -> None:
    world.row("channel_settings", returning="org_id", org_id=world.org_id, surface="slack", tenant="T1", channel="C1",
              external=False)  # fmt: skip
    found = await _facts(world, database, BriefKind.EVENING, at(24, 18), ROOM)
    assert {one.ref for one in found.news} == {"note:2", "note:3", "note:4", "note:7"}
    assert {one.ref for one in found.wins} == {"note:10"}
    assert {one.ref for one in found.commitments} == {"note:5", "note:8"}
    world.row(
        "briefs", org_id=world.org_id, owner=world.ids["Ana"], room=ROOM, subject=f"room:{ROOM}", kind="morning",
        local_date=date(2026, 11, 24), zone="UTC", due_at=at(24, 8), state="delivered",
        facts={"news": [{"ref": "note:2"}, {"ref": "note:3"}], "kind": "morning"},
    )  # fmt: skip
    again = await _facts(world, database, BriefKind.EVENING, at(24, 18), ROOM)
    assert {one.ref for one in again.news} == {"note:4", "note:7"}
