"""The sender: takes a channel's rows in order and sees each posted once; what is unclear is looked up, not repeated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from core.conversation.ports import (
    CannotTell,
    MaybeSent,
    MessageGone,
    NotSent,
    RateLimited,
    Refused,
    SendError,
    Surface,
)
from core.conversation.stores import OutboxStore, Parcel, Wait

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Patience of the sender.

    Attributes:
        wait_seconds: a row that is due within so many seconds is waited for; otherwise the sweep comes back.
        looks: so often a platform is asked for a post that may have been made, over about five minutes.
        give_up_after: how long a message is tried that the platform does not take.
        breaks: a message that made its surface break so often has failed, so that it does not block its channel.
    """

    wait_seconds: float = 5.0
    looks: int = 10
    give_up_after: timedelta = timedelta(days=1)
    breaks: int = 8


class _Broken(MaybeSent):
    """The surface broke in a way that it should not, so nobody knows."""


class Delivery:
    """Sends what is pending for a channel."""

    def __init__(self, store: OutboxStore, surfaces: Mapping[str, Surface], policy: DeliveryPolicy) -> None:
        self._store = store
        self._surfaces = surfaces
        self._policy = policy

    async def drain(self, org_id: int, surface: str, tenant: str, channel: str) -> None:
        """Send until nothing is pending, another sender has the channel, or the wait is long."""
        if surface not in self._surfaces:  # it waits for a process that is connected to it
            return
        item = await self._store.take(org_id, surface, tenant, channel)
        while item is not None:
            if isinstance(item, Parcel):
                item = await self._deliver(org_id, self._surfaces[surface], item)
            elif item.seconds > self._policy.wait_seconds:
                return
            else:
                await asyncio.sleep(item.seconds + 0.01)
                item = await self._store.take(org_id, surface, tenant, channel)

    async def _deliver(self, org_id: int, surface: Surface, parcel: Parcel) -> Parcel | Wait | None:
        """Deliver one, and take the channel's next."""
        known, platform_id = True, None
        if parcel.look_first and parcel.edit_id is None:
            known, platform_id = await self._look(org_id, surface, parcel)
        if known and platform_id is None:
            platform_id = await self._send(org_id, surface, parcel)
        if platform_id is not None:
            return await self._store.sent(org_id, parcel, platform_id)
        place = parcel.place
        return await self._store.take(org_id, place.surface, place.tenant, place.channel)

    async def _send(self, org_id: int, surface: Surface, parcel: Parcel) -> str | None:
        """The id of the message that shows the body now; None when there is none, and it is noted what follows."""
        try:
            return await _guarded(_shown(surface, parcel))
        except RateLimited as error:
            await self._store.later(org_id, parcel, error.retry_after, str(error))
        except NotSent as error:
            await self._again(org_id, parcel, error)
        except MaybeSent as error:
            await self._perhaps(org_id, parcel, error)
        except MessageGone:
            await self._store.repost(org_id, parcel)
        except Refused as error:
            await self._refused(org_id, parcel, error)
        return None

    async def _look(self, org_id: int, surface: Surface, parcel: Parcel) -> tuple[bool, str | None]:
        """Look for a post that may have been made: whether that is known now, and its id if there is one."""
        try:
            look = surface.find(parcel.place, parcel.key, message=parcel.message, since=parcel.created_at)
            return True, await _guarded(look)
        except (CannotTell, _Broken) as error:
            pause: float | None = _pause(parcel.looks)
            if parcel.looks >= self._policy.looks:
                _log.error("nobody can tell whether message %s was delivered: %s", parcel.outbox_id, error)
                pause = None
            await self._store.unknown(org_id, parcel, str(error), seconds=pause)
        except Refused as error:
            await self._refused(org_id, parcel, error)
        return False, None

    async def _refused(self, org_id: int, parcel: Parcel, error: Refused) -> None:
        _log.error("message %s could not be delivered: %s", parcel.outbox_id, error)
        await self._store.failed(org_id, parcel, str(error))

    async def _perhaps(self, org_id: int, parcel: Parcel, error: MaybeSent) -> None:
        """It may have been posted: look later, ever more rarely, and not for ever."""
        if isinstance(error, _Broken) and parcel.attempts >= self._policy.breaks:
            await self._store.failed(org_id, parcel, str(error))
        elif self._too_old(parcel):
            _log.error("message %s is given up: %s", parcel.outbox_id, error)
            await self._store.unknown(org_id, parcel, f"given up: {error}", seconds=None)
        else:
            await self._store.unknown(org_id, parcel, str(error), seconds=_pause(parcel.attempts))

    async def _again(self, org_id: int, parcel: Parcel, error: NotSent) -> None:
        """Send it once more, later."""
        if self._too_old(parcel):
            _log.error("message %s is given up: %s", parcel.outbox_id, error)
            await self._store.failed(org_id, parcel, f"given up: {error}")
        else:
            await self._store.later(org_id, parcel, _pause(parcel.attempts), str(error))

    def _too_old(self, parcel: Parcel) -> bool:
        return datetime.now(UTC) - parcel.created_at > self._policy.give_up_after


def _pause(times: int) -> float:
    """Seconds before the next try: doubling, up to a minute."""
    return min(60.0, 0.5 * 2.0 ** min(times, 10))


async def _guarded(call: Awaitable[_Result]) -> _Result:
    """A fault of ours in one message may not hold up its channel for ever."""
    try:
        return await call
    except SendError:
        raise
    except Exception as error:
        _log.exception("a surface broke")
        raise _Broken(f"the surface broke: {type(error).__name__}") from error


async def _shown(surface: Surface, parcel: Parcel) -> str:
    """Post, edit or delete, and return the id of the message that shows the body now, or does not show it any more."""
    if parcel.gone:
        return await _deleted(surface, parcel)
    if parcel.edit_id is None:
        return await surface.post(parcel.place, parcel.key, parcel.message)
    try:
        await surface.edit(parcel.place, parcel.edit_id, parcel.key, parcel.message)
    except MaybeSent as error:
        raise NotSent(str(error)) from error  # to edit twice is the same as once
    return parcel.edit_id


async def _deleted(surface: Surface, parcel: Parcel) -> str:
    if parcel.edit_id is None:  # it was never posted
        return ""
    try:
        await surface.delete(parcel.place, parcel.edit_id, parcel.message)
    except MessageGone:
        pass
    except MaybeSent as error:
        raise NotSent(str(error)) from error  # to delete twice is the same as once
    return parcel.edit_id
