"""Makes a brief: finds out the facts, composes them, has them put into better words, and keeps what came of it."""

from __future__ import annotations

from datetime import datetime

from core.briefs.composing import compose, unsaid
from core.briefs.models import Brief, BriefKind, Facts, Reader
from core.briefs.ports import BriefStore, DueBrief, FactSource, Phraser, Preparer
from core.briefs.rendering import links
from core.values import Frozen


class Made(Frozen):
    """A brief, with what it was made of."""

    facts: Facts
    brief: Brief

    @property
    def said(self) -> bool:
        """Whether it is sent at all: some people want nothing where there is nothing to say."""
        return not unsaid(self.facts)


class BriefService:
    """Makes briefs.

    Args:
        facts: finds out what there is to say.
        store: where briefs are kept.
        phraser: puts it into better words; None for the composed ones.
        preparer: puts the ready queue of outreach in order before a morning's brief; None for no queue.
    """

    def __init__(
        self, facts: FactSource, store: BriefStore, *, phraser: Phraser | None = None, preparer: Preparer | None = None
    ) -> None:
        self._facts = facts
        self._store = store
        self._phraser = phraser
        self._preparer = preparer

    async def make(self, due: DueBrief) -> Made:
        """The brief, once: made again after a crash, or for another way of sending, it is the one that was kept."""
        if due.facts is not None and due.brief is not None:
            return Made(facts=due.facts, brief=due.brief)
        if self._preparer is not None and due.kind is BriefKind.MORNING and not due.reader.room:
            await self._preparer.prepare(due.reader, due.at)
        facts = await self._facts.gather(due.reader, due.kind, due.at)
        kept = await self._store.keep(due, facts, await self._phrased(facts))
        return Made(facts=kept.facts or facts, brief=kept.brief or compose(facts))

    async def preview(self, reader: Reader, kind: BriefKind, at: datetime) -> Made:
        """What a brief would say at a moment, past or to come. It stores nothing, and asks no model."""
        facts = await self._facts.gather(reader, kind, at)
        return Made(facts=facts, brief=compose(facts))

    async def now(self, reader: Reader, kind: BriefKind, at: datetime) -> Made:
        """The brief of this moment, in better words, for who asks for it. It stores nothing."""
        facts = await self._facts.gather(reader, kind, at)
        return Made(facts=facts, brief=await self._phrased(facts))

    async def _phrased(self, facts: Facts) -> Brief:
        """Better words for the same lines. With nothing to say, no model is asked."""
        composed = compose(facts)
        if self._phraser is None or facts.empty:
            return composed
        phrased = await self._phraser.phrase(facts, composed)
        return phrased if _same(phrased, composed) else composed


def _same(phrased: Brief, composed: Brief) -> bool:
    """Whether it has the same lines, on which the same can be done, and no address of its own."""

    def bones(brief: Brief) -> list[tuple[object, ...]]:
        return [(line.number, line.section, line.ref, line.acts) for line in brief.lines]

    return bones(phrased) == bones(composed) and set(links(phrased)) <= set(links(composed))
