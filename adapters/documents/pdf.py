"""PDFs, read in a child process: they come from strangers, and a parser can be led to eat memory and time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import sys
from pathlib import Path

from core.conversation.attachments import PdfText
from core.conversation.models import Problem
from core.conversation.ports import Unreadable

logger = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("pdf_child.py")
_MEGABYTES = 768
_AT_ONCE = 2
_NEEDED = ("SYSTEMROOT", "PATH")  # what a Python on Windows, or in an odd place, does not start without


class PypdfReader:
    """Implements ``core.conversation.attachments.PdfReader`` with pypdf.

    Args:
        seconds: for one document.
        megabytes: of memory for one document, where the system can limit it.
    """

    def __init__(self, seconds: float = 20.0, megabytes: int = _MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, data: bytes, max_text: int) -> PdfText:
        """The text of its pages, up to so many characters. Raises Unreadable."""
        async with self._slots:
            said = await self._ask(data, max_text)
        problem, text = said.get("problem"), str(said.get("text") or "")
        if problem is not None:
            raise Unreadable(Problem(str(problem)))
        if not text.strip():
            raise Unreadable(Problem.NO_TEXT)
        return PdfText(text, int(str(said["pages"])), bool(said["cut"]))

    async def _ask(self, data: bytes, max_text: int) -> dict[str, object]:
        limits = (max_text, self._megabytes, math.ceil(self._seconds))
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-X", "utf8", str(_CHILD), *map(str, limits)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
        )
        try:
            async with asyncio.timeout(self._seconds):
                out, _ = await child.communicate(data)
        except TimeoutError:
            raise Unreadable(Problem.HARD) from None
        finally:
            if child.returncode is None:  # also when the turn is stopped
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return _understood(out, child.returncode)


def _understood(out: bytes, code: int | None) -> dict[str, object]:
    try:
        said = json.loads(out)
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    # Killed for its time or memory, most likely.
    logger.info("a PDF's reader ended with %s and said nothing", code)
    raise Unreadable(Problem.HARD)
