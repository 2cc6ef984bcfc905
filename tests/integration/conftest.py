"""A conversation's stores over a real database, without a running worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.providers import ProviderDouble
from adapters.doubles.slack import SlackDouble
from adapters.postgres.control import PostgresControl
from adapters.postgres.database import Database, Transaction
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.roles import RoleUrls
from adapters.postgres.sweep import PostgresSweep
from adapters.postgres.turns import PostgresTurns
from core.conversation.intake import Intake, IntakePolicy
from core.conversation.jobs import Job
from core.conversation.models import Accepted, Author, InboundEvent, InboxState, Kind, Place
from core.conversation.stores import Claim, Finish, Parcel
from core.routing.models import Answer, Level, Plan, Usage
from tests.guild import Guild
from tests.office import Office
from tests.say import say

PLACE = Place(surface="slack", tenant="T1", channel="C1", thread="1.0")
START = datetime.now(UTC) - timedelta(minutes=5)


def message(number: int, **changes: object) -> InboundEvent:
    """The n-th mention in the thread."""
    event = InboundEvent(
        kind=Kind.MESSAGE,
        identities=(f"message:C1:{number}.0",),
        place=PLACE,
        author=Author(account="U1", name="Ana", zone="Europe/Berlin"),
        message_id=f"{number}.0",
        occurred_at=START + timedelta(seconds=number),
        text=f"question {number}",
        addressed=True,
    )
    return InboundEvent.model_validate({**dict(event), **changes})


def control(kind: Kind, number: int, **changes: object) -> InboundEvent:
    """Something that happens to the n-th message, later."""
    at = changes.pop("occurred_at", datetime.now(UTC))
    identity = f"{kind}:{number}:{at}"
    return message(number, kind=kind, identities=(identity,), occurred_at=at, addressed=False, **changes)


@dataclass
class Desk:
    """The stores, the jobs that were deferred, and short cuts."""

    database: Database
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    jobs: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = PostgresInbox(self.database, self.enqueue)
        self.turns = PostgresTurns(self.database, lease_seconds=30)
        self.outbox = PostgresOutbox(self.database, self.enqueue, lease_seconds=30)
        self.control = PostgresControl(self.database, self.enqueue)
        self.sweep = PostgresSweep(self.database, self.enqueue, dead_after_seconds=10)
        self.intake = Intake(self.inbox, IntakePolicy(bots=frozenset({"B1"}), bot_turns_per_hour=3), now=self.now)

    async def enqueue(self, _transaction: Transaction, job: Job) -> None:
        """Note the job; nobody runs it."""
        self.jobs.append(job)

    async def accept(self, event: InboundEvent) -> Accepted:
        """Through the door."""
        return await self.intake.accept(event)

    async def claim(self) -> Claim | None:
        """Claim in the conversation that was spoken in last, and open the answer."""
        claim = await self.turns.claim(*await self.conversation(), ["slack"], messages=50)
        if claim is not None:
            await self.turns.open(claim, say("…"))
        return claim

    async def claimed(self) -> Claim:
        """A claim that must be there."""
        claim = await self.claim()
        assert claim is not None
        return claim

    async def take(self, org_id: int) -> Parcel:
        """The channel's next row, which must be due."""
        parcel = await self.outbox.take(org_id, "slack", "T1", "C1")
        assert isinstance(parcel, Parcel)
        return parcel

    async def apply(self) -> int:
        """Run the control lane."""
        return await self.control.apply(*await self.conversation())

    async def conversation(self) -> tuple[int, int]:
        """The org and the conversation that was spoken in last."""
        row = await self.row("SELECT org_id, id FROM conversations ORDER BY id DESC LIMIT 1")
        return int(str(row["org_id"])), int(str(row["id"]))

    async def row(self, query: str, *values: object) -> dict[str, object]:
        """One row, over all orgs."""
        rows = await self.rows(query, *values)
        assert rows, query
        return rows[0]

    async def rows(self, query: str, *values: object) -> list[dict[str, object]]:
        """All rows, over all orgs."""
        async with self.database.system() as tx:
            return await (await tx.execute(query, values)).fetchall()

    async def execute(self, query: str, *values: object) -> None:
        """Change rows, over all orgs."""
        async with self.database.system() as tx:
            await tx.execute(query, values)

    async def state(self, inbox_id: int | None) -> str:
        """An inbox row's state."""
        return str((await self.row("SELECT state FROM inbox WHERE id = %s", inbox_id))["state"])


def finished(text: str = "the answer", parts: tuple[str, ...] = ("the answer",), **changes: object) -> Finish:
    """The end of a turn that a model answered."""
    answer = Answer(
        text=text,
        level=Level.GPT4_CLASS,
        model="openai/m",
        cost_usd=0.001,
        usage=Usage(10, 5),
        latency_ms=12.0,
        plan=Plan(steps=(), policy="fixed/1", arm="m"),
    )
    values = {
        "state": InboxState.ANSWERED,
        "outcome": "answered",
        "text": text,
        "parts": tuple(map(say, parts)),
        "answer": answer,
    }
    return Finish(**{**values, "versions": {"robbie": "test"}, **changes})  # type: ignore[arg-type]


@pytest.fixture
def desk(database: Database) -> Desk:
    """The stores over a fresh database."""
    return Desk(database)


@pytest.fixture
async def office(roles: RoleUrls, tmp_path: Path) -> AsyncIterator[Office]:
    """Doubles, and a fresh database."""
    async with SlackDouble(retry_delays=(0.0, 0.5, 2.0)) as slack, ProviderDouble(piece_size=8) as providers:
        office = Office(slack, providers, roles, tmp_path)
        async with office.stack:
            yield office


@pytest.fixture
async def guild(roles: RoleUrls, admin_url: str, tmp_path: Path) -> AsyncIterator[Guild]:
    """Doubles, and a fresh database."""
    async with DiscordDouble() as discord, ProviderDouble(piece_size=8) as providers:
        guild = Guild(discord, providers, roles, admin_url, tmp_path)
        async with guild.stack:
            yield guild
