"""People who get their briefs by mail, over a real database and a real mail server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
from fastapi import FastAPI

from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.database import Database
from adapters.postgres.mail import PostgresMails
from adapters.postgres.mail_addresses import PostgresMailAddresses
from adapters.postgres.mail_links import PostgresMailLinks
from adapters.web import create_app
from adapters.web.mail import MailPages
from bot.commands import briefs
from bot.settings import Settings
from core.briefs.models import BriefKind, Facts, Reader
from core.briefs.service import BriefService
from core.mail.acting import MailActs
from core.mail.following import Following
from core.mail.links import Links
from core.mail.models import Letterhead
from core.mail.policy import MailPolicy
from core.mail.ports import Mailer
from core.mail.service import Mailing
from core.mail.writing import Writer
from tests import brief_facts
from tests.integration.brief_world import BriefWorld
from tests.web_room import Room, healthy

PUBLIC = "https://robbie.example.com"
HEAD = Letterhead("robbie@example.com", public_url=PUBLIC)
KEY = b"k" * 32
LEASE = timedelta(minutes=5)


class KnownFacts:
    """Finds out the same for everybody: Ana's Monday, under the reader's own name."""

    async def gather(self, reader: Reader, kind: BriefKind, at: datetime) -> Facts:
        return brief_facts.MORNING.model_copy(update={"reader": reader, "kind": kind})


@dataclass
class MailWorld(BriefWorld):
    """One org."""

    links: Links = field(default_factory=lambda: Links(KEY))
    names: int = 0

    def at_address(self, name: str, address: str, **more: object) -> int:
        """Somebody with a verified address."""
        person = self.person(name)
        self.admin.execute(
            "INSERT INTO accounts (org_id, person_id, surface, tenant, account) VALUES (%s, %s, 'slack', %s, %s)",
            (self.org_id, person, self.tenant, f"U{person}"),
        )
        values = {"verified_at": datetime.now(UTC), **more}
        columns, holes = ", ".join(values), ", ".join(["%s"] * len(values))
        self.admin.execute(
            f"INSERT INTO mail_addresses (person_id, org_id, address, {columns}) VALUES (%s, %s, %s, {holes})",
            (person, self.org_id, address, *values.values()),
        )
        return person

    def due(self, name: str, kind: str = "morning", **more: object) -> int:
        """A brief of somebody's that is to be mailed now; returns the delivery's id."""
        brief = self.brief(name, kind, datetime(2026, 11, 23, 8, tzinfo=UTC), "due")
        return self.of(name, "deliveries", brief_id=brief, channel="email", **more)

    def state(self, delivery: int) -> str:
        """How a delivery stands."""
        return str(self.value("SELECT state FROM deliveries WHERE id = %s", delivery))

    def value(self, query: str, *values: object) -> object:
        """One value."""
        row = self.admin.execute(query, values).fetchone()
        assert row is not None
        return row[0]

    def come(self) -> None:
        """What was put off is due now."""
        self.admin.execute("UPDATE deliveries SET not_before = now() WHERE state = 'ready'")

    def mailing(self, database: Database, mailer: Mailer, per_minute: int = 100, **more: object) -> Mailing:
        """A worker's mail loop."""
        kept = PostgresBriefs(database)
        return Mailing(
            PostgresMails(database, per_minute=per_minute, lease=LEASE),
            kept,
            BriefService(KnownFacts(), kept),
            Writer(HEAD, self.links),
            mailer,
            MailPolicy(per_minute, **more),  # type: ignore[arg-type]
        )

    def pages(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> MailPages:
        """What links lead to."""
        store = PostgresMailLinks(database)
        acts = MailActs(briefs(Settings(), database)["brief-act"], store)
        addresses, kept = PostgresMailAddresses(database), PostgresBriefs(database)
        return MailPages(Following(self.links, addresses, kept, store, acts), PUBLIC, now=now)

    def web(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> FastAPI:
        """The web application, as it is served under its public name."""
        room = Room()
        return create_app(room, room, health=healthy, mail=self.pages(database, now))


def mail_world(admin: psycopg.Connection[tuple[object, ...]]) -> MailWorld:
    """Nobody is there yet."""
    return MailWorld(admin)
