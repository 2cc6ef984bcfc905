"""Somebody with calendars, over a real database: commands, and workers that read what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.calendar.caldav import CaldavReader
from adapters.calendar.expanding import Expanding
from adapters.calendar.ics import IcsReader
from adapters.llm.breakers import PyBreakers
from adapters.postgres.calendar_syncs import PostgresCalendarSyncs
from adapters.postgres.calendars import PostgresCalendars
from adapters.postgres.database import Database
from bot.vault import Vault
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Place
from core.registry import Invocation
from core.work.calendar_commands import Safe, scheduling
from core.work.focus_commands import focusing
from core.work.syncing import Syncing

DIRECT = Place(surface="slack", tenant="T1", channel="D1", direct=True)
BERLIN = ZoneInfo("Europe/Berlin")


def vault() -> Vault:
    """The same in every process of a test."""
    return Vault(b"the same in every process")


def worker(database: Database, **more: object) -> Syncing:
    """What reads calendars, as a worker has it; servers may be on this machine."""
    expanding = Expanding()
    return Syncing(
        PostgresCalendarSyncs(database),
        {
            "ics": IcsReader(expanding, allowed=lambda _ip: True),
            "caldav": CaldavReader(expanding, allow_private=True),
        },
        PyBreakers(fail_max=3, reset_seconds=60),
        vault().open,
        **more,  # type: ignore[arg-type]
    )


@dataclass
class Planner:
    """One person's calendars.

    Attributes:
        asker: who it is.
        counted: what came of each reading.
    """

    database: Database
    asker: Asker
    counted: list[str] = field(default_factory=list)
    number: int = 100

    def __post_init__(self) -> None:
        self.calendars = PostgresCalendars(self.database)
        self.worker = worker(self.database, count=self.counted.append)
        self.handlers = {**scheduling(self.calendars, Safe(vault().seal, vault().open)), **focusing(self.calendars)}

    async def do(self, command: str, place: Place = DIRECT, now: datetime | None = None, **given: str) -> Say:
        """Carry out a command; what is told in confidence comes sealed, as it does from the inbox."""
        known = REGISTRY.get(command)
        assert known is not None
        secret = {option.name for option in known.options if option.secret}
        arguments = {
            name: vault().seal(value).decode() if name in secret and not value.isdecimal() else value
            for name, value in given.items()
        }
        self.number += 1
        invocation = REGISTRY.checked(Invocation(command=command, arguments=arguments))
        asked = Asked(invocation, self.asker, place, now or datetime.now(UTC), self.number, 1)
        said = await self.handlers[command](asked)
        assert isinstance(said, Say)
        return said

    async def press(self, label: str, said: Say, now: datetime | None = None) -> Say:
        """Press what stands under something that was said."""
        (button,) = [one for one in said.buttons if one.label.startswith(label)]
        assert button.invocation is not None
        return await self.do(button.invocation.command, now=now, **button.invocation.arguments)

    async def subscribe(self, address: str) -> int:
        """Add a calendar, and read it."""
        await self.do("calendar", do="add", of=address)
        await self.worker.sync()
        return (await self.calendars.all(self.asker))[-1].id

    async def again(self, calendar: int) -> None:
        """Read it again now."""
        await self.calendars.sync(self.asker, calendar)
        await self.worker.sync()

    async def titles(self) -> list[str]:
        """What is kept, by when it begins in Berlin."""
        now = datetime.now(UTC)
        apart = timedelta(days=90)
        days = ((now - apart).date(), (now + apart).date())
        found = await self.calendars.events(self.asker, now - apart, now + apart, days)
        return [f"{one.title} {one.starts_at.astimezone(BERLIN):%m-%d %H:%M}" for one in found]
