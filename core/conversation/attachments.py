"""What is made of a file that somebody attached: its text, a picture for models that can see, or an honest reason."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from core.conversation.decoding import decoded, is_text
from core.conversation.models import Attached, FileRef, Problem
from core.conversation.pictures import measured
from core.conversation.ports import Unreadable
from core.rendering.clean import clean
from core.routing.models import Picture

_NAME = 80
_LONGEST_SIDE = 8_000  # pixels: no provider takes more
_NEVER = ("video/", "audio/", "font/")


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much is read.

    Attributes:
        max_bytes: of a file.
        max_files: of a message that are opened; and the most pictures in a prompt.
        max_text: characters of a file that are kept.
        fetch_seconds: to get a file from its platform.
        parse_seconds: to read a PDF.
        image_max_bytes: of a picture.
        image_max_pixels: of a picture, unpacked.
    """

    max_bytes: int = 10_000_000
    max_files: int = 5
    max_text: int = 40_000
    fetch_seconds: float = 20.0
    parse_seconds: float = 20.0
    image_max_bytes: int = 3_750_000
    image_max_pixels: int = 36_000_000


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF says, and of how many pages."""

    text: str
    pages: int
    cut: bool = False


class PdfReader(Protocol):
    """Reads PDFs, which are written by strangers."""

    async def read(self, data: bytes, max_text: int) -> PdfText:
        """The text of its pages, up to so many characters. Raises Unreadable."""


def refuse_unseen(file: FileRef, limits: FileLimits) -> None:
    """Raise Unreadable where what the platform says of a file is enough to leave it."""
    if file.media_type.startswith(_NEVER):
        raise Unreadable(Problem.KIND)
    if file.size > limits.max_bytes:
        raise Unreadable(Problem.TOO_LARGE, file.size)


def is_pdf(data: bytes) -> bool:
    """Whether it says so in its beginning, where some programs put something before it."""
    return b"%PDF-" in data[:1024]


def picture_of(file: FileRef, data: bytes, limits: FileLimits) -> Picture | None:
    """The picture that the bytes are, whatever the file is called; None when they are none. Raises Unreadable."""
    found = measured(data)
    if found is None:
        return None
    kind, width, height = found
    if len(data) > limits.image_max_bytes or width * height > limits.image_max_pixels:
        raise Unreadable(Problem.HUGE, len(data))
    if max(width, height) > _LONGEST_SIDE:
        raise Unreadable(Problem.HUGE, len(data))
    return Picture(safe_name(file.name), kind, data, width, height)


def text_of(data: bytes, limits: FileLimits) -> tuple[str, bool]:
    """The text that the bytes are, up to the limit, and whether there is more. Raises Unreadable."""
    if not data.strip():
        raise Unreadable(Problem.EMPTY)
    if not is_text(data):
        raise Unreadable(Problem.KIND)
    text = decoded(data)
    if text is None:
        raise Unreadable(Problem.LETTERS)
    return cut(text, limits)


def cut(text: str, limits: FileLimits) -> tuple[str, bool]:
    """The text as it can be stored, up to the limit, and whether there is more. Raises Unreadable where it is empty."""
    if not text.strip():
        raise Unreadable(Problem.EMPTY)
    return clean(text[: limits.max_text]), len(text) > limits.max_text


def safe_name(name: str) -> str:
    """A file's name on one line that ends nothing; its ending stays."""
    shown = "".join(" " if char in "[]|<>`" or unicodedata.category(char)[0] in "CZ" else char for char in name)
    shown = " ".join(shown.split()) or "a file without a name"
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 12]}…{shown[-11:]}"


def reason(file: Attached, limits: FileLimits) -> str:
    """Why a file was not read, as the end of a sentence."""
    size, most = in_mb(file.size), in_mb(limits.max_bytes)
    match file.problem:
        case Problem.TOO_LARGE:
            known = file.size > limits.max_bytes
            return f"it is {size} and I read up to {most}" if known else f"it is larger than the {most} that I read"
        case Problem.HUGE:
            return f"the picture is too large: I look at up to {in_mb(limits.image_max_bytes)} and {_mp(limits)}"
        case Problem.TOO_MANY:
            return f"I open up to {limits.max_files} files of a message"
        case problem:
            return _REASONS.get(problem, "something went wrong") if problem else ""


_REASONS = {
    Problem.KIND: "I read text, PDF and pictures (PNG, JPEG, GIF, WebP)",
    Problem.LETTERS: "I cannot tell how its letters are encoded; as UTF-8 I could read it",
    Problem.EMPTY: "it is empty",
    Problem.NO_TEXT: "it holds pictures of pages and no text; as PNG or JPEG I could look at them",
    Problem.LOCKED: "it is locked with a password",
    Problem.BROKEN: "it is damaged",
    Problem.HARD: "it is so complicated that I gave up on it",
    Problem.ELSEWHERE: "it is kept at a place that I do not fetch files from",
    Problem.GONE: "it is not there any more",
    Problem.FORBIDDEN: "I am not allowed to open it; whoever runs me can mend that",
    Problem.UNREACHABLE: "it could not be fetched just now; please try again",
    Problem.SLOW: "it took too long to fetch; please try again",
}


def could_not(file: Attached, limits: FileLimits) -> str:
    """The honest line for a person."""
    return f"I could not open {safe_name(file.name)}: {reason(file, limits)}."


def kind_of(file: Attached) -> str:
    """What it is, in a word or two."""
    if file.pages:
        return f"PDF, {file.pages} page{'s' if file.pages > 1 else ''}"
    ending = re.search(r"\.([A-Za-z0-9]{1,5})$", file.name)
    return ending[1].lower() if ending else "text"


def in_mb(size: int) -> str:
    """A size in bytes as people say it."""
    if size < 1_000_000:
        return f"{max(round(size / 1_000), 1)} kB"
    return f"{size / 1_000_000:.1f}".removesuffix(".0") + " MB"


def _mp(limits: FileLimits) -> str:
    return f"{limits.image_max_pixels // 1_000_000} megapixels"
