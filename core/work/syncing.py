"""Calendars are read again and again where they come from; what was read last stays until something newer was."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

from core.reminders.moments import zone_of
from core.routing.models import ErrorClass, ModelError
from core.routing.ports import Breakers
from core.together import side_by_side
from core.work.calendar import (
    CalendarError,
    CalendarReader,
    Lease,
    Reading,
    Source,
    SourceKind,
    Subscription,
    SyncStore,
)

_log = logging.getLogger(__name__)

_AT_ONCE = 4
_LEASE_SECONDS = 180.0
_READ_SECONDS = 120.0
_LONGEST_WAIT = 6 * 3_600.0
_AGAIN = "Its server did not answer several times, so it is left alone for a while."
_LOCKED = "I cannot open what I keep of its address any more. Remove it, and add it again."
_BROKE = "I could not read it. It may be damaged, or too unusual for me."

Opening = Callable[[bytes], str | None]
Counting = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Access:
    """What is sealed of a calendar: where it is, and how one gets in."""

    address: str
    user: str = ""
    password: str = ""

    def packed(self) -> str:
        """As text, to be sealed."""
        return json.dumps({"address": self.address, "user": self.user, "password": self.password})

    @classmethod
    def unpacked(cls, text: str) -> Access:
        """What ``packed`` made. Raises ValueError."""
        return cls(**json.loads(text))


class Syncing:
    """Reads the calendars that are due.

    Args:
        store: where they are kept.
        readers: what reads each kind.
        breakers: one before each server.
        opening: opens what is sealed; None for what it cannot.
        seconds: between two readings of a calendar.
        count: told what came of each: read, same, failed or lost (another worker has it).
        now: the clock, with a time zone.
    """

    def __init__(
        self,
        store: SyncStore,
        readers: Mapping[SourceKind, CalendarReader],
        breakers: Breakers,
        opening: Opening,
        *,
        seconds: float = 900.0,
        count: Counting = lambda outcome: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._readers = readers
        self._breakers = breakers
        self._opening = opening
        self._seconds = seconds
        self._count = count
        self._now = now

    async def sync(self) -> int:
        """Read all that are due, a few at once, and say how many calendars that were."""
        return sum(await side_by_side(_AT_ONCE, self._drain))

    async def _drain(self) -> int:
        """One after the other; a slow server keeps only one of those who read waiting."""
        done = 0
        while leases := await self._store.due(1, _LEASE_SECONDS):
            for lease in leases:
                await self._one(lease)
                done += 1
        return done

    async def _one(self, lease: Lease) -> None:
        subscription = await self._store.open(lease)
        if subscription is None:
            return
        if subscription.removed:
            await self._store.forget(lease)
            return
        try:
            reading = await self._read(subscription)
        except CalendarError as error:
            await self._failed(lease, subscription, error)
            return
        try:
            kept = await self._store.keep(lease, reading, self._seconds)
        except Exception as error:  # else it would be the first to be read again, before those of everybody else
            _log.error("a calendar could not be kept: %s", type(error).__name__)
            await self._failed(lease, subscription, CalendarError(_BROKE))
            return
        self._count("lost" if not kept else "same" if reading.events is None else "read")

    async def _read(self, subscription: Subscription) -> Reading:
        """What its server gives. Raises CalendarError, whatever goes wrong."""
        source = self._source(subscription)
        host = urlsplit(source.address.get_secret_value()).hostname or ""
        try:
            async with asyncio.timeout(_READ_SECONDS):
                with self._breakers(f"calendar {host}").attempt():
                    return await self._readers[source.kind].read(source)
        except CalendarError:
            raise
        except ModelError:
            raise CalendarError(_AGAIN, ErrorClass.BREAKER_OPEN) from None
        except TimeoutError:
            raise CalendarError("It took too long to be read.", ErrorClass.TIMEOUT) from None
        except Exception as error:  # its message may hold an address; what is kept of the calendar stays
            _log.error("a calendar could not be read: %s", type(error).__name__)
            raise CalendarError(_BROKE) from None

    def _source(self, subscription: Subscription) -> Source:
        text = self._opening(subscription.sealed)
        if text is None:
            raise CalendarError(_LOCKED, hopeless=True)
        access = Access.unpacked(text)
        return Source(
            kind=subscription.kind,
            address=SecretStr(access.address),
            user=access.user,
            password=SecretStr(access.password),
            state=subscription.state,
            zone=subscription.zone,
            emails=subscription.emails,
            today=self._now().astimezone(zone_of(subscription.zone)).date(),
        )

    async def _failed(self, lease: Lease, subscription: Subscription, error: CalendarError) -> None:
        """Wait longer after each failure in a row, and longest where trying again soon helps nobody."""
        wait = (
            _LONGEST_WAIT if error.hopeless else min(_LONGEST_WAIT, self._seconds * 2 ** min(subscription.failures, 16))
        )
        kept = await self._store.failed(lease, error.problem, wait)
        self._count("failed" if kept else "lost")
        _log.info("calendar %s could not be read: %s", lease.calendar_id, error.kind.value)
