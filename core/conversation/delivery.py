"""The sender: takes a channel's rows in order and sees each posted once; what is unclear is looked up, not repeated."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from core.conversation.ports import CannotTell, MaybeSent, MessageGone, NotSent, RateLimited, Refused, Surface
from core.conversation.stores import OutboxStore, Parcel, Wait

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Patience of the sender.

    Attributes:
        wait_seconds: a row that is due within so many seconds is waited for; otherwise the sweep comes back.
        look_attempts: so often a platform is asked for a post that may have been made.
        give_up_attempts: so often a post is tried that the platform did not take.
    """

    wait_seconds: float = 5.0
    look_attempts: int = 6
    give_up_attempts: int = 200


class Delivery:
    """Sends what is pending for a channel."""

    def __init__(self, store: OutboxStore, surfaces: Mapping[str, Surface], policy: DeliveryPolicy) -> None:
        self._store = store
        self._surfaces = surfaces
        self._policy = policy

    async def drain(self, org_id: int, surface: str, tenant: str, channel: str) -> None:
        """Send until nothing is pending, another sender has the channel, or the wait is long."""
        while True:
            item = await self._store.take(org_id, surface, tenant, channel)
            if item is None:
                return
            if isinstance(item, Wait):
                if item.seconds > self._policy.wait_seconds:
                    return
                await asyncio.sleep(item.seconds + 0.01)
                continue
            await self._deliver(org_id, self._surfaces[surface], item)

    async def _deliver(self, org_id: int, surface: Surface, parcel: Parcel) -> None:
        if parcel.look_first and parcel.edit_id is None and await self._looked(org_id, surface, parcel):
            return
        try:
            platform_id = await _send(surface, parcel)
        except RateLimited as error:
            await self._store.later(org_id, parcel, error.retry_after, str(error))
        except NotSent as error:
            await self._not_sent(org_id, parcel, error)
        except MaybeSent as error:
            await self._store.unknown(org_id, parcel, str(error))
        except MessageGone:
            await self._store.repost(org_id, parcel)
        except Refused as error:
            _log.error("message %s could not be delivered: %s", parcel.outbox_id, error)
            await self._store.failed(org_id, parcel, str(error))
        else:
            await self._store.sent(org_id, parcel, platform_id)

    async def _looked(self, org_id: int, surface: Surface, parcel: Parcel) -> bool:
        """Look for a post that may have been made; False when it surely was not, and may be sent."""
        try:
            platform_id = await surface.find(parcel.place, parcel.key)
        except CannotTell as error:
            park = parcel.attempts >= self._policy.look_attempts
            if park:
                _log.error("nobody can tell whether message %s was delivered: %s", parcel.outbox_id, error)
            await self._store.unknown(org_id, parcel, str(error), park=park)
            return True
        if platform_id is None:
            return False
        await self._store.sent(org_id, parcel, platform_id)
        return True

    async def _not_sent(self, org_id: int, parcel: Parcel, error: NotSent) -> None:
        if parcel.attempts >= self._policy.give_up_attempts:
            await self._store.failed(org_id, parcel, f"given up: {error}")
        else:
            await self._store.later(org_id, parcel, min(60.0, 0.5 * 2 ** min(parcel.attempts, 7)), str(error))


async def _send(surface: Surface, parcel: Parcel) -> str:
    """Post or edit, and return the id of the message that shows the body now."""
    if parcel.edit_id is None:
        return await surface.post(parcel.place, parcel.key, parcel.body)
    await surface.edit(parcel.place, parcel.edit_id, parcel.key, parcel.body)
    return parcel.edit_id
