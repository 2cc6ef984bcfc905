"""Conversations are looked through for what is worth a note: by the detector, and by a model where there is one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.memory import saying
from core.memory.saying import memorable
from core.notes.detecting import Detector
from core.notes.finding import found, telling
from core.notes.meaning import Meaning, Meant
from core.notes.policy import Draft, Thresholds, merged
from core.notes.sources import Said, Sentence, Window, own_sentences

_log = logging.getLogger(__name__)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class When:
    """When a conversation is looked through.

    Attributes:
        quiet_seconds: once nothing was said for so long,
        messages: or once so many messages wait.
        lease_seconds: how long one worker has a conversation for itself.
    """

    quiet_seconds: float = 60.0
    messages: int = 20
    lease_seconds: float = 300.0


class Windows(Protocol):
    """Conversations with messages that wait, shared by all workers."""

    async def claim(self) -> Window | None:
        """A conversation that is due, for this worker alone until its lease ends; None where none is."""

    async def write(self, window: Window, drafts: Sequence[Draft]) -> int | None:
        """Make notes of drafts and put an end to the wait of the window's messages, all or nothing.

        Messages that were edited, deleted or taken off the record meanwhile are no source any more.

        Returns:
            How many new notes that are; None where another worker has the conversation now.
        """


class Extractor(Protocol):
    """A model that reads a window."""

    async def extract(self, window: Window, sentences: Sequence[Sentence]) -> Sequence[Draft] | None:
        """What is worth a note, checked against what was said; None where no model gave an answer that is any use."""


class Noticing:
    """Looks through what is due.

    Args:
        windows: the conversations.
        detector: gives the shipped detector; it is loaded when there is something to judge.
        thresholds: what is worth a note.
        extractor: refines what the detector lets through; None where there is no model.
        meaning: what sentences mean beside their words; None where no vectors tell.
    """

    def __init__(
        self,
        windows: Windows,
        detector: Callable[[], Detector],
        thresholds: Thresholds,
        extractor: Extractor | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        self._windows = windows
        self._detector = detector
        self._thresholds = thresholds
        self._extractor = extractor
        self._meaning = meaning

    async def notice(self) -> int:
        """Look through every conversation that is due, and say how many notes came of it."""
        made = 0
        while (window := await self._windows.claim()) is not None:
            written = await self._windows.write(window, await self.drafts(window))
            if written is None:
                _log.warning("conversation %s went to another worker; this look is thrown away", window.conversation_id)
            made += written or 0
        return made

    async def drafts(self, window: Window) -> Sequence[Draft]:
        """What is worth a note in a window.

        No model is asked where the detector finds nothing, nor for a window whose first look came to no end.
        """
        if window.tries > _TRIES:
            _log.error("conversation %s cannot be looked through: what waits is passed over", window.conversation_id)
            return []
        sentences = own_sentences(_without_commands(window))
        if not sentences:
            return []
        meant = await self._meant(window, sentences)
        drafts = await asyncio.to_thread(lambda: found(window, sentences, self._detector(), meant))
        if drafts and self._extractor is not None and window.tries == 1:
            refined = await self._extractor.extract(window, sentences)
            drafts = drafts if refined is None else refined
        return merged([draft for draft in drafts if self._thresholds.worth(draft)])

    async def _meant(self, window: Window, sentences: Sequence[Sentence]) -> Mapping[str, Meant]:
        texts = [one.text for one in sentences if telling(one.text)]
        return await self._meaning.of(texts, window.org_id) if self._meaning else {}


def _without_commands(window: Window) -> Window:
    """What somebody tells Robbie to do is nothing that they said."""

    def said(one: Said) -> bool:
        return bool(memorable(saying.Said(place=window.place, text=one.text, command=one.command)))

    return replace(window, messages=tuple(one for one in window.messages if said(one)))
