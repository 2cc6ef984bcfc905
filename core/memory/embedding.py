"""Memories get their vectors in the background, and new ones when the embedder changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from core.memory.ports import Embedder, EmbeddingError, Vector

_log = logging.getLogger(__name__)
BATCH = 32
_REST_SECONDS = (5.0, 300.0)  # after the first failure, doubled at each further one, up to the second number
_HOPELESS_SECONDS = 3600.0


class Unembedded(NamedTuple):
    """A memory that waits for a vector."""

    id: int
    org_id: int
    text: str


class Names(NamedTuple):
    """Embedders by name.

    Attributes:
        chosen: the one that was chosen last; empty for none.
        stored: those whose vectors are stored.
    """

    chosen: str
    stored: Collection[str]


class Unembeddeds(Protocol):
    """The memories that wait, shared by all workers. What one has taken, no other takes until it is let go."""

    async def choose(self, name: str) -> None:
        """From now on, this embedder's vectors are those that are made, by whichever worker."""

    async def names(self) -> Names:
        """The chosen embedder, and those whose vectors are stored."""

    async def take(
        self, limit: int, *, without: Collection[int] = (), embedded_by: str | None = None
    ) -> Sequence[Unembedded]:
        """Take memories without a vector, or those with one by ``embedded_by``; the newest first.

        Args:
            limit: at most so many.
            without: orgs whose memories are left out.
            embedded_by: another embedder; its vector stays usable until a new one is written.
        """

    async def write(self, name: str, rows: Sequence[Unembedded], vectors: Sequence[Vector]) -> int:
        """Write the vectors of those whose text has not changed, and let go of all. Says how many were written."""

    async def leave(self, rows: Sequence[Unembedded], seconds: float) -> None:
        """Let go of them; nobody takes them for so long."""


class Embedders:
    """The embedder of today, and those by which stored memories are still embedded.

    Args:
        current: the one that new vectors are made with.
        make: an embedder by its name; None where it cannot be asked any more.
    """

    def __init__(self, current: Embedder, make: Callable[[str], Embedder | None] = lambda name: None) -> None:
        self.current = current
        self._make = make
        self._made: dict[str, Embedder | None] = {current.name: current}
        self._stored: tuple[str, ...] = ()

    def know(self, stored: Iterable[str]) -> None:
        """Take note of whose vectors are stored."""
        self._stored = tuple(name for name in stored if name != self.current.name)

    def usable(self) -> Sequence[Embedder]:
        """Those whose vectors can be compared with a question's: the current one, then the former ones."""
        for name in self._stored:
            if name not in self._made:
                self._made[name] = self._make(name)
        former = (self._made[name] for name in self._stored)
        return [self.current, *(embedder for embedder in former if embedder is not None)]


class Embedding:
    """Embeds what waits, a batch at a time. Any number of workers may do it side by side.

    The worker that started last decides on the embedder; those with another one stand by, so that none makes anew what
    another has just made.

    Args:
        store: the memories that wait.
        embedders: the current one is asked; they learn here whose vectors are stored.
        clock: seconds.
    """

    def __init__(self, store: Unembeddeds, embedders: Embedders, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._embedders = embedders
        self._clock = clock
        self._resting: dict[int, _Rest] = {}
        self._has_chosen = self._stands_by = False

    async def work(self) -> None:
        """Embed until nothing waits."""
        while await self.work_once():
            pass

    async def work_once(self) -> int:
        """Embed a batch and say how many memories got their vector; an org whose embedder fails rests for a while."""
        rows = await self._take()
        return sum([await self._embed(org_id, of_org) for org_id, of_org in _by_org(rows).items()])

    async def _take(self) -> Sequence[Unembedded]:
        """What has no vector comes before what has a former embedder's."""
        now = self._clock()
        resting = [org_id for org_id, rest in self._resting.items() if rest.until > now]
        names, current = await self._names(), self.current
        if names.chosen != current:
            return ()
        rows = await self._store.take(BATCH, without=resting)
        for name in names.stored:
            if not rows and name != current:
                rows = await self._store.take(BATCH, without=resting, embedded_by=name)
        return rows

    async def _names(self) -> Names:
        if not self._has_chosen:
            await self._store.choose(self.current)
            self._has_chosen = True
        names = await self._store.names()
        self._embedders.know(names.stored)
        stands_by = names.chosen != self.current
        if stands_by and not self._stands_by:
            _log.warning("another worker embeds by %s; this one stands by with %s", names.chosen, self.current)
        self._stands_by = stands_by
        return names

    @property
    def current(self) -> str:
        """The name of this worker's embedder."""
        return self._embedders.current.name

    async def _embed(self, org_id: int, rows: Sequence[Unembedded]) -> int:
        embedder = self._embedders.current
        try:
            vectors = await embedder.embed([row.text for row in rows], org_id=org_id)
        except EmbeddingError as error:
            return await self._failed(org_id, rows, error)
        if self._resting.pop(org_id, None):
            _log.info("memories of org %d are embedded again", org_id)
        return await self._store.write(embedder.name, rows, vectors)

    async def _failed(self, org_id: int, rows: Sequence[Unembedded], error: EmbeddingError) -> int:
        """Look for the one that cannot be embedded, where it is one's fault; else the org's rest."""
        if error.of_text and len(rows) > 1:
            half = len(rows) // 2
            return await self._embed(org_id, rows[:half]) + await self._embed(org_id, rows[half:])
        if error.of_text:
            _log.warning("memory %d cannot be embedded: %s", rows[0].id, error.detail)
            await self._store.leave(rows, _HOPELESS_SECONDS)
            return 0
        rest = self._resting.get(org_id)
        if rest is None:
            _log.warning("memories of org %d wait for their vectors: %s", org_id, error.detail)
        first, longest = _REST_SECONDS
        seconds = min(rest.seconds * 2, longest) if rest else first
        self._resting[org_id] = _Rest(seconds, self._clock() + seconds)
        await self._store.leave(rows, 0.0)
        return 0


class _Rest(NamedTuple):
    """How long an org is left alone."""

    seconds: float
    until: float


def _by_org(rows: Sequence[Unembedded]) -> Mapping[int, list[Unembedded]]:
    """Each org pays for its own."""
    found: dict[int, list[Unembedded]] = {}
    for row in rows:
        found.setdefault(row.org_id, []).append(row)
    return found
