"""People with a usual amount of work, put into a database in bulk, all due at the same minute."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""When everybody's morning brief is due."""
TASKS, EVENTS, NOTES, CONTACTS, DEALS, GOALS, BRIEFS, LINES = 20, 12, 10, 15, 3, 2, 3, 8
"""How many each person has; the events are this week's, the briefs those of the last day, with so many lines each."""
SAID, ASKED = 10, 2
"""How many messages of the last week each person wrote, and how many of them ask the next one something."""

Row = Sequence[object]
Make = Callable[[random.Random, int, int], Iterable[Row]]

_ABOUT = [
    "the offer",
    "the contract",
    "the roadmap",
    "the invoice",
    "the interview",
    "the release",
    "the budget",
    "the workshop",
]
_DOING = ["Send", "Review", "Write", "Prepare", "Check", "Finish", "Discuss", "Update"]
_STAGES = ("lead", "qualified", "proposal", "negotiation")
_KINDS = ("decision", "commitment", "action", "insight", "win")


def org(admin: psycopg.Connection[tuple[object, ...]]) -> int:
    """The org that everybody is in: the hardest case, since what is shared is shared with all of them."""
    row = admin.execute("INSERT INTO organizations (name) VALUES ('Benchmark') RETURNING id").fetchone()
    assert row is not None
    return int(str(row[0]))


def seed(admin: psycopg.Connection[tuple[object, ...]], org_id: int, first: int, last: int) -> None:
    """Put people with the ids ``first`` to ``last`` into the org, with their work.

    Ids are given, so that rows can name each other; triggers would only prepare notes to be recalled.
    """
    with admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        for table, columns, each, make in _TABLES:
            ids = "id, " if each else ""
            with admin.cursor().copy(f"COPY {table} ({ids}org_id, {columns}) FROM STDIN") as copy:
                for row in _rows(org_id, first, last, each, make):
                    copy.write_row(row)
    for table, *_ in _TABLES:
        admin.execute(f"ANALYZE {table}")  # type: ignore[arg-type]


def _rows(org_id: int, first: int, last: int, each: int, make: Make) -> Iterator[Row]:
    for person in range(first, last + 1):
        chance = random.Random(person)
        for number, row in enumerate(make(chance, person, last)):
            yield (*((person * each + number,) if each else ()), org_id, *row)


def _people(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    yield (f"Person {person}", "UTC")


def _contacts(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(CONTACTS):
        yield (person, f"Contact {person}-{number}", f"c{person}-{number}@example.com", chance.choice((None, 30, 90)))


def _activities(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(CONTACTS):
        when = MONDAY - timedelta(days=chance.randrange(1, 120))
        yield (person, person * CONTACTS + number, "email", "We spoke about the offer", when)


def _deals(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(DEALS):
        closes, since = MONDAY + timedelta(days=chance.randrange(-5, 60)), MONDAY - timedelta(days=chance.randrange(40))
        yield (person, person * CONTACTS + number, f"Deal {person}-{number}", chance.randrange(1_000, 90_000), "EUR",
               chance.choice(_STAGES), since, closes.date(), "Send the offer", since - timedelta(days=20))  # fmt: skip


def _tasks(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(TASKS):
        due = MONDAY + timedelta(hours=chance.randrange(-72, 240)) if chance.random() < 0.7 else None
        done = MONDAY - timedelta(hours=chance.randrange(1, 90)) if number >= TASKS - 4 else None
        text = f"{chance.choice(_DOING)} {chance.choice(_ABOUT)} no. {number}"
        waiting = f"Person {chance.randrange(1, 100)}" if chance.random() < 0.2 else ""
        yield (person, text, due, done, chance.choice((None, 2, 3, 4, 5)), chance.choice((None, 30, 60, 120)), waiting,
               bool(waiting), "the other side is silent" if chance.random() < 0.05 else "",
               person * DEALS if number == 0 else None, MONDAY - timedelta(days=chance.randrange(1, 30)))  # fmt: skip


def _ties(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    yield (person, person * TASKS + 1, person * TASKS + 2)


def _calendars(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    yield (person, "ics", "Work")


def _events(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(EVENTS):
        start = MONDAY + timedelta(days=number % 5, minutes=30 * chance.randrange(0, 18))
        end = start + timedelta(minutes=chance.choice((30, 60, 90)))
        yield (person, person, f"{person}-{number}", f"Meeting {number}", start, end, Jsonb(["Ben", "Cleo"]))


def _notes(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(NOTES):
        said = MONDAY - timedelta(hours=chance.randrange(1, 24 * 30))
        text = f"We will {chance.choice(_DOING).lower()} {chance.choice(_ABOUT)}"
        yield (person, text, _KINDS[number % 5], chance.random(), said, said, "*" if number == 0 else "", "detector")


def _conversations(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    yield ("web", "", f"D{person}", "", True)


def _consents(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    yield (person * NOTES, person, person, person, "owner", "share", "*", "We will send the offer",
           MONDAY - timedelta(days=1), MONDAY + timedelta(days=6))  # fmt: skip


def _messages(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(SAID):
        text = f"<@U{person + 1}> can you {chance.choice(_DOING).lower()} {chance.choice(_ABOUT)} by Friday?"
        yield (person, person, text, MONDAY - timedelta(hours=5 + 12 * number), f"{number}.0")


def _mentions(_chance: random.Random, person: int, last: int) -> Iterable[Row]:
    for number in range(ASKED if person < last else 0):
        yield (person * SAID + number, person + 1, person, f"slack/T1/C{person}", "1.0", False,
               MONDAY - timedelta(hours=5 + 12 * number))  # fmt: skip


def _goals(chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for number in range(GOALS):
        yield (person, f"Goal {number}", chance.randrange(1, 6), (MONDAY + timedelta(days=30 * number - 2)).date(),
               MONDAY - timedelta(days=40))  # fmt: skip


def _blocks(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    yield (person, MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=3), "The report")


def _briefs(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for kind, hour in (("morning", 72), ("afternoon", 66), ("evening", 62)):
        due = MONDAY - timedelta(hours=hour)
        yield (person, f"person:{person}", kind, due.date(), "UTC", due, "delivered")


def _lines(_chance: random.Random, person: int, _last: int) -> Iterable[Row]:
    for brief in range(BRIEFS):
        for number in range(LINES):
            ref = f"task:{person * TASKS + number}"
            yield (person, person * BRIEFS + brief, number + 1, "priorities", ref, "snooze" if number == 0 else "")


_TABLES: tuple[tuple[str, str, int, Make], ...] = (
    ("people", "name, zone", 1, _people),
    ("contacts", "owner, name, email, rhythm_days", CONTACTS, _contacts),
    ("activities", "owner, contact_id, kind, text, happened_at", CONTACTS, _activities),
    ("deals", "owner, contact_id, name, value, currency, stage, stage_since, closes_on, next_step, created_at", DEALS,
     _deals),
    ("tasks", "owner, text, due_at, done_at, importance, effort_minutes, waiting, promised, blocked, deal_id, "
     "created_at", TASKS, _tasks),
    ("task_ties", "owner, task_id, after_id", 0, _ties),
    ("calendars", "owner, kind, name", 1, _calendars),
    ("calendar_events", "owner, calendar_id, uid, title, starts_at, ends_at, people", EVENTS, _events),
    ("notes", "owner, text, kind, importance, said_at, created_at, shared_with, found_by", NOTES, _notes),
    ("conversations", "surface, tenant, channel, thread, direct", 1, _conversations),
    ("consents", "note_id, person_id, owner, conversation_id, part, what, audience, wording, asked_at, expires_at", 1,
     _consents),
    ("messages", "conversation_id, person_id, text, occurred_at, platform_id", SAID, _messages),
    ("mentions", "message_id, owner, said_by, room, thread, public, said_at", 0, _mentions),
    ("goals", "owner, text, importance, due_on, created_at", GOALS, _goals),
    ("focus_blocks", "owner, starts_at, ends_at, text", 1, _blocks),
    ("briefs", "owner, subject, kind, local_date, zone, due_at, state", BRIEFS, _briefs),
    ("brief_lines", "owner, brief_id, number, section, ref, act", BRIEFS * LINES, _lines),
)  # fmt: skip
