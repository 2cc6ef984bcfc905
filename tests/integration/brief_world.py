"""People with work of every kind, made by SQL, for what briefs say of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import scalar_row

from core.briefs.models import Reader

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of November 2026 in Berlin; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@dataclass
class BriefWorld:
    """One org, and what its people have.

    Attributes:
        admin: a superuser's connection, which no policy confines.
        ids: people by name.
    """

    admin: psycopg.Connection[tuple[object, ...]]
    org: str = "home"
    tenant: str = "T1"
    ids: dict[str, int] = field(default_factory=dict)
    _lines: int = 0

    def __post_init__(self) -> None:
        self.org_id = self.row("organizations", name=self.org)
        self.admin.execute("INSERT INTO tenants VALUES ('slack', %s, %s)", (self.tenant, self.org_id))
        self.conversation = self.row(
            "conversations", org_id=self.org_id, surface="slack", tenant=self.tenant, channel="C1", thread="1.0",
            direct=False,
        )  # fmt: skip

    def person(self, name: str, human: uuid.UUID | None = None) -> int:
        """Somebody of the org."""
        self.ids[name] = self.row("people", org_id=self.org_id, name=name, zone=BERLIN.key, human=human)
        return self.ids[name]

    def reader(self, name: str, *, member: bool = True, room: str = "") -> Reader:
        """Somebody as a brief's reader."""
        person = self.ids[name]
        return Reader(org_id=self.org_id, person_id=person, name=name, zone=BERLIN.key, member=member, room=room)

    def task(self, owner: str, text: str, **more: object) -> int:
        """A task, known since the Friday before."""
        return self.of(owner, "tasks", text=text, **{"created_at": at(20, 12), **more})

    def event(self, owner: str, title: str, starts_at: datetime, minutes: int = 60, **more: object) -> int:
        """An event of the calendar that somebody has."""
        with self.admin.cursor(row_factory=scalar_row) as cursor:
            found = cursor.execute("SELECT id FROM calendars WHERE owner = %s", (self.ids[owner],)).fetchone()
        calendar = found or self.of(owner, "calendars", kind="ics", name="Work")
        values = {"uid": uuid.uuid4().hex, "ends_at": starts_at + timedelta(minutes=minutes), **more}
        return self.of(owner, "calendar_events", calendar_id=calendar, title=title, starts_at=starts_at, **values)

    def note(self, owner: str, text: str, kind: str, said_at: datetime, about: str = "", **more: object) -> int:
        """A note; with ``about``, on one of the people."""
        subjects = [{"kind": "person", "name": about, "person_id": self.ids.get(about)}] if about else []
        values = {"text": text, "kind": kind, "said_at": said_at, "created_at": said_at, "subjects": subjects, **more}
        return self.of(owner, "notes", **values)

    def brief(self, owner: str, kind: str, due_at: datetime, state: str = "delivered", **more: object) -> int:
        """An earlier brief of a person."""
        values = {
            "subject": f"person:{self.ids[owner]}", "kind": kind, "local_date": due_at.date(), "zone": BERLIN.key,
            "due_at": due_at, "state": state, "created_at": due_at, **more,
        }  # fmt: skip
        return self.of(owner, "briefs", **values)

    def line(self, owner: str, brief: int, section: str, ref: str, act: str = "", **more: object) -> int:
        """A line of an earlier brief."""
        self._lines += 1
        return self.of(
            owner, "brief_lines", brief_id=brief, number=self._lines, section=section, ref=ref, act=act, **more
        )

    def of(self, owner: str, table: str, returning: str = "id", **values: object) -> int:
        """A row that is somebody's own."""
        return self.row(table, returning, org_id=self.org_id, owner=self.ids[owner], **values)

    def row(self, table: str, returning: str = "id", **values: object) -> int:
        """A row; returns its id."""
        return insert(self.admin, table, returning, **values)


def insert(admin: psycopg.Connection[tuple[object, ...]], table: str, returning: str = "id", **values: object) -> int:
    """A row; returns its id, or another column."""
    columns, holes = ", ".join(values), ", ".join(["%s"] * len(values))
    query = f"INSERT INTO {table} ({columns}) VALUES ({holes}) RETURNING {returning}"
    with admin.cursor(row_factory=scalar_row) as cursor:
        return int(str(cursor.execute(query, [_plain(value) for value in values.values()]).fetchone()))


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | Mapping) else value
