"""Who gets mail, has a program act for them, or sees by another account, is asked after each day: none says it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.conversation.models import Profile
from core.conversation.ports import SendError, Surface

_log = logging.getLogger(__name__)

_EVERY = 60.0  # seconds
_AGAIN = 3_600.0  # seconds, where the platform did not say


@dataclass(frozen=True, slots=True)
class Unseen:
    """An account of which its platform was not asked for a day."""

    org_id: int
    person_id: int
    surface: str
    tenant: str
    account: str


class Acquaintances(Protocol):
    """Knows which accounts are to be asked after, and keeps what their platforms say."""

    async def unseen(self, surfaces: Sequence[str]) -> Sequence[Unseen]:
        """Some of the accounts of who gets mail, has a token, or sees at home by another account, on these surfaces."""

    async def seen(self, who: Unseen, profile: Profile) -> None:
        """Keep what its platform says of an account."""


class Knowing:
    """Asks after people.

    Args:
        store: whom to ask after.
        surfaces: the platforms, by name.
        clock: seconds that only grow.
    """

    def __init__(
        self, store: Acquaintances, surfaces: Mapping[str, Surface], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._surfaces = surfaces
        self._clock = clock
        self._next = 0.0
        self._silent: dict[Unseen, float] = {}  # whose platform did not say, with when it is asked again

    async def look(self) -> None:
        """Ask after some; cheap where nobody is to be asked after, and at most once a minute."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _EVERY
        self._silent = {who: again for who, again in self._silent.items() if again > now}
        for who in await self._store.unseen(tuple(self._surfaces)):
            if who not in self._silent:
                await self._ask(who, now)

    async def _ask(self, who: Unseen, now: float) -> None:
        try:
            profile = await self._surfaces[who.surface].profile(who.tenant, who.account)
        except SendError as error:
            _log.warning("no profile for an account of %s: %s", who.surface, type(error).__name__)
            self._silent[who] = now + _AGAIN
            return
        await self._store.seen(who, profile)
