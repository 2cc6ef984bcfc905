"""An answer while it is being written: its lease, a person's wish to stop it, and the text that is shown so far."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from core.conversation.holding import set_within
from core.conversation.models import CancelReason
from core.conversation.ports import RateLimited, SendError, Surface
from core.conversation.stores import Claim, Lease, TurnStore
from core.conversation.voices import Spoken
from core.memory.models import Recalled
from core.rendering.clean import clean
from core.rendering.harmless import harmless
from core.rendering.message import Outgoing, Persona
from core.rendering.split import split
from core.routing.models import Trace

_log = logging.getLogger(__name__)


class Live:
    """Renews the lease in the background, opens an answer that takes a moment, and shows the growing text by edits.

    Showing is best effort: the final text goes through the outbox whatever happened here. No edit is made without
    a fresh lease, and none after ``__aexit__``.
    """

    def __init__(
        self,
        store: TurnStore,
        surface: Surface,
        claim: Claim,
        *,
        renew_seconds: float,
        open_after: float,
        opened: Callable[[], None],
        persona: Persona | None = None,
    ) -> None:
        self._store = store
        self._surface = surface
        self._claim = claim
        self._persona = persona
        self._open_after = open_after
        self._opened = opened
        self._sign: asyncio.Task[None] | None = None
        self._renew_seconds = min(renew_seconds, surface.edit_interval)
        self._interrupted = asyncio.Event()
        self._ended = asyncio.Event()
        self._pieces: list[str] = []
        self._shown = ""
        self._next_edit = time.monotonic() + surface.edit_interval
        self._task: asyncio.Task[None] | None = None
        self.allowed: frozenset[str] = frozenset()
        self.unread: tuple[str, ...] = ()
        self.recalled: Sequence[Recalled] = ()
        self.cancel: CancelReason | None = None
        self.trace = Trace()
        self.said: list[Spoken] = []  # by the members of a council, so far

    @property
    def text(self) -> str:
        """What the model has written so far."""
        return clean("".join(self._pieces))

    def allow(self, links: frozenset[str]) -> None:
        """Links that came in, and so may be shown."""
        self.allowed = links

    def add(self, text: str) -> None:
        """The next piece of the answer."""
        self._pieces.append(text)

    def note(self, text: str) -> None:
        """What is going on, where there is no growing answer to show."""
        self._pieces[:] = [text]

    def restart(self) -> None:
        """Another model begins again: what was shown is replaced by the next edit."""
        self._pieces.clear()

    async def interrupted(self) -> None:
        """Return when the turn should end: ``cancel`` says why, None that the lease was lost."""
        await self._interrupted.wait()

    async def clear_sign(self) -> None:
        """Take the sign of work away, and not before it is shown."""
        if self._sign is None:
            return
        await asyncio.wait({self._sign})
        await self._surface.working(self._claim.place, on=False)

    async def __aenter__(self) -> Live:
        self._task = asyncio.create_task(self._run(), name=f"live {self._claim.inbox_id}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Not by cancelling: a database client may turn a cancellation into an error of its own, and an edit that is
        # cut off may still arrive after the final one.
        self._ended.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        if await set_within(self._ended, self._open_after):
            return
        self._sign = asyncio.create_task(self._surface.working(self._claim.place, on=True))
        await self._open()
        while not await set_within(self._ended, self._renew_seconds):
            try:
                lease = await self._store.renew(self._claim)
            except Exception as error:
                # The database may be restarting; the lease is made to outlive that.
                _log.warning("could not renew the lease on message %s: %s", self._claim.inbox_id, type(error).__name__)
                continue
            if lease is None or lease.cancel is not None:
                self.cancel = lease.cancel if lease else None
                self._interrupted.set()
                return
            await self._show(lease)

    async def _open(self) -> None:
        """Show that an answer is coming. Best effort: without it, the answer is a post of its own."""
        try:
            if await self._store.open(self._claim, Outgoing(body=self._surface.placeholder, persona=self._persona)):
                self._opened()
        except Exception as error:
            _log.warning("could not open the answer to message %s: %s", self._claim.inbox_id, type(error).__name__)

    async def _show(self, lease: Lease) -> None:
        text = self.text
        if not text or text == self._shown or lease.open_id is None:
            return
        if self._ended.is_set() or time.monotonic() < self._next_edit:
            return
        try:
            body = split(harmless(text, allowed_links=self.allowed), self._surface.part_limit)[0]
            # Whoever is seen to speak stays the same, also where another run of the turn opened the answer.
            message = Outgoing(body=body, persona=lease.open_persona)
            await self._surface.edit(self._claim.place, lease.open_id, lease.open_key, message)
            wait = self._surface.edit_interval
        except RateLimited as error:
            wait = error.retry_after
        except SendError as error:
            _log.info("a streaming edit failed: %s", error)
            wait = 4 * self._surface.edit_interval
        except Exception:  # showing is best effort: the lease goes on, and so does the turn
            _log.warning("a streaming edit broke", exc_info=True)
            wait = 4 * self._surface.edit_interval
        self._shown = text
        self._next_edit = time.monotonic() + wait
