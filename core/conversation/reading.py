"""Reads what people attach before a turn is answered: fetched from its platform once, kept with its message."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.conversation.attachments import (
    FileLimits,
    PdfReader,
    could_not,
    cut,
    is_pdf,
    picture_of,
    refuse_unseen,
    text_of,
)
from core.conversation.models import Attached, FileRef, Place, Problem, Utterance
from core.conversation.ports import Surface, Unreadable
from core.routing.models import Picture

_log = logging.getLogger(__name__)

_AT_ONCE = 8  # files in one process: each is held in memory


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation with its files read.

    Attributes:
        pictures: those that a model can be shown, by the file's id.
    """

    transcript: tuple[Utterance, ...]
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def says_nothing(self) -> bool:
        """Whether the question is a message without a word, whose files could not be opened."""
        asked = self.transcript[-1]
        return bool(asked.files) and not asked.text.strip() and all(file.problem for file in asked.files)


class FileStore(Protocol):
    """Where what was read is kept."""

    async def keep_files(self, org_id: int, conversation_id: int, message_id: str, files: Sequence[Attached]) -> None:
        """Keep it with the message, if that is still there."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    message: int  # its place in the transcript
    file: Attached


class Reading:
    """Opens the files of a conversation. One instance serves all turns of a process.

    Args:
        store: where what was read is kept.
        pdf: reads PDFs.
        limits: how much is read.
    """

    def __init__(self, store: FileStore, pdf: PdfReader, limits: FileLimits) -> None:
        self._store = store
        self._pdf = pdf
        self.limits = limits
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def open(
        self, surface: Surface, org_id: int, conversation_id: int, place: Place, transcript: Sequence[Utterance]
    ) -> Opened:
        """Read what was not read yet, the newest first, and fetch the pictures. Whatever files are, it raises nothing.

        Args:
            surface: where the files are.
            org_id: the conversation's org.
            conversation_id: the conversation.
            place: where it is.
            transcript: oldest first.
        """
        wanted = list(_wanted(transcript, self.limits))
        if not wanted:
            return Opened(tuple(transcript))
        made = await asyncio.gather(
            *(self._one(surface, place, transcript[want.message].message_id, want.file) for want in wanted)
        )
        now: dict[int, dict[str, Attached]] = defaultdict(dict)
        for want, (file, _) in zip(wanted, made, strict=True):
            now[want.message][file.id] = file
        for message, files in now.items():
            await self._keep(org_id, conversation_id, transcript[message], files)
        shown = [(file.id, picture) for file, picture in made if picture is not None]
        told = (_updated(said, now.get(at, {}), self.limits) for at, said in enumerate(transcript))
        return Opened(tuple(told), dict(shown[: self.limits.max_files]))

    def unread(self, opened: Opened) -> tuple[str, ...]:
        """For each file of the question that could not be opened, a line that says why."""
        return tuple(could_not(file, self.limits) for file in opened.transcript[-1].files if file.problem)

    async def _one(
        self, surface: Surface, place: Place, message_id: str, file: Attached
    ) -> tuple[Attached, Picture | None]:
        try:
            refuse_unseen(file, self.limits)
            async with self._slots:
                data = await self._fetched(surface, place, message_id, file, self.limits.max_bytes)
                return await self._made(file, data)
        except Unreadable as error:
            size = error.size or file.size
            return file.model_copy(update={"problem": error.problem, "picture": False, "size": size}), None

    async def fetched(self, surface: Surface, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        """The bytes of a file, up to a limit. Raises Unreadable, whatever goes wrong."""
        async with self._slots:
            return await self._fetched(surface, place, message_id, file, limit)

    async def _fetched(self, surface: Surface, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        try:
            async with asyncio.timeout(self.limits.fetch_seconds):
                return await surface.fetch(place, message_id, file, limit)
        except TimeoutError:
            raise Unreadable(Problem.SLOW) from None
        except Unreadable:
            raise
        except Exception as error:
            # A file is no reason to leave a person without an answer. Its address may hold a secret: not logged.
            _log.error("a file of %s could not be fetched: %s", surface.name, type(error).__name__)
            raise Unreadable(Problem.UNREACHABLE) from None

    async def _made(self, file: Attached, data: bytes) -> tuple[Attached, Picture | None]:
        picture = picture_of(file, data, self.limits)
        if picture is not None:
            return file.model_copy(update={"picture": True, "size": len(data)}), picture
        if is_pdf(data):
            read = await self._pdf.read(data, self.limits.max_text)
            text, more = cut(read.text, self.limits)
            return file.model_copy(update={"text": text, "cut": more or read.cut, "pages": read.pages}), None
        text, more = await asyncio.to_thread(text_of, data, self.limits)
        return file.model_copy(update={"text": text, "cut": more}), None

    async def _keep(self, org_id: int, conversation_id: int, said: Utterance, files: Mapping[str, Attached]) -> None:
        """What may come out differently another time is not kept; nor what is known already."""
        before = {file.id: file for file in said.files}
        news = [
            file
            for file in files.values()
            if file != before[file.id] and not (file.problem is not None and file.problem.passing)
        ]
        if not news:
            return
        try:
            await self._store.keep_files(org_id, conversation_id, said.message_id, news)
        except Exception as error:  # it is read again in the next turn
            _log.warning("what was read of a file is not kept: %s", type(error).__name__)


def _wanted(transcript: Sequence[Utterance], limits: FileLimits) -> Iterator[_Wanted]:
    """What is to be fetched, the newest first: as many files as a message may have, and as many again of the earlier.

    A picture is fetched each time, since a model forgets it.
    """
    left = 2 * limits.max_files
    pictures = limits.max_files
    for at in range(len(transcript) - 1, -1, -1):
        said = transcript[at]
        for number, file in enumerate(said.files):
            if said.by_robbie or left == 0 or (file.known and not (file.picture and pictures)):
                continue
            if number >= limits.max_files:
                continue
            left -= 1
            pictures -= file.picture
            yield _Wanted(at, file)


def _updated(said: Utterance, files: Mapping[str, Attached], limits: FileLimits) -> Utterance:
    if not files:
        return said
    read, rest = said.files[: limits.max_files], said.files[limits.max_files :]
    known = [files.get(file.id, file) for file in read]
    known += [file.model_copy(update={"problem": Problem.TOO_MANY}) for file in rest]
    return said.model_copy(update={"files": tuple(known)})
