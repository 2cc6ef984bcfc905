"""Files are read once, within limits, and whatever they are, a person gets an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from core.conversation.attachments import FileLimits, PdfText
from core.conversation.models import Attached, FileRef, Place, Problem, Utterance
from core.conversation.ports import Surface, Unreadable
from core.conversation.reading import Opened, Reading
from tests.drawn import png

PLACE = Place(surface="slack", tenant="T1", channel="C1", thread="1.0")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LIMITS = FileLimits(max_bytes=1_000, max_files=2, max_text=100, fetch_seconds=0.05)


class Shelf:
    """A platform's files, and what is kept of them."""

    name = "slack"

    def __init__(self, **files: bytes | Exception | None) -> None:
        self.files = files
        self.fetched: list[str] = []
        self.kept: list[tuple[str, Attached]] = []
        self.broken = False

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        self.fetched.append(file.id)
        found = self.files[file.id]
        if found is None:
            await asyncio.Event().wait()
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, bytes)
        return found

    async def keep_files(self, org_id: int, conversation_id: int, message_id: str, files: Sequence[Attached]) -> None:
        if self.broken:
            raise ConnectionError("password=hunter2")
        self.kept += [(message_id, file) for file in files]

    async def read(self, data: bytes, max_text: int) -> PdfText:
        if b"locked" in data:
            raise Unreadable(Problem.LOCKED)
        return PdfText("what the PDF says", 3)

    async def open(self, *transcript: Utterance) -> Opened:
        return await Reading(self, self, LIMITS).open(cast(Surface, self), 1, 2, PLACE, transcript)


def said(number: int, *files: Attached, by_robbie: bool = False) -> Utterance:
    return Utterance(speaker="Ana", text="look", at=NOW, message_id=f"{number}.0", files=files, by_robbie=by_robbie)


def file(name: str, **more: object) -> Attached:
    return Attached.model_validate({"id": name, "name": f"{name}.txt", **more})


async def test_a_text_a_pdf_and_a_picture_are_each_read_as_what_they_are() -> None:
    shelf = Shelf(a=b"hello", b=b"%PDF-1.7", c=png())
    opened = await shelf.open(said(1, file("c")), said(2, file("a"), file("b")))
    (c,), (a, b) = (utterance.files for utterance in opened.transcript)
    assert (a.text, b.text, b.pages, c.text, c.picture) == ("hello", "what the PDF says", 3, None, True)
    assert opened.pictures["c"].data == png()
    assert sorted(shelf.kept, key=lambda kept: kept[1].id) == [("2.0", a), ("2.0", b), ("1.0", c)]


async def test_what_was_read_is_not_fetched_again() -> None:
    shelf = Shelf()
    known = said(1, file("a", text="hello"), file("b", problem="locked"))
    assert (await shelf.open(known, said(2))).transcript == (known, said(2))
    assert shelf.fetched == shelf.kept == []


async def test_a_picture_is_fetched_again_since_a_model_forgets_it() -> None:
    shelf = Shelf(c=png())
    earlier = said(1, file("c", picture=True, size=len(png())))
    assert set((await shelf.open(earlier, said(2))).pictures) == {"c"}
    assert shelf.kept == []


async def test_a_conversation_without_files_is_as_it_was() -> None:
    transcript = (said(1), said(2, by_robbie=True), said(3))
    assert await Shelf().open(*transcript) == Opened(transcript)


async def test_no_more_files_of_a_message_are_opened_than_the_limit_and_the_rest_says_so() -> None:
    shelf = Shelf(a=b"1", b=b"2", c=b"3")
    (asked,) = (await shelf.open(said(1, file("a"), file("b"), file("c")))).transcript
    assert [one.text for one in asked.files] == ["1", "2", None]
    assert asked.files[2].problem is Problem.TOO_MANY
    assert sorted(shelf.fetched) == ["a", "b"]


async def test_of_a_long_thread_only_the_newest_files_are_opened() -> None:
    shelf = Shelf(**{f"f{number}": b"x" for number in range(9)})
    await shelf.open(*(said(number, file(f"f{number}")) for number in range(9)))
    assert shelf.fetched == ["f8", "f7", "f6", "f5"]


async def test_no_more_pictures_are_shown_than_the_limit_the_newest_first() -> None:
    shelf = Shelf(**{f"p{number}": png() for number in range(4)})
    opened = await shelf.open(*(said(number, file(f"p{number}")) for number in range(4)))
    assert set(opened.pictures) == {"p3", "p2"}


@pytest.mark.parametrize(
    "found", [Unreadable(Problem.UNREACHABLE), None, RuntimeError("xoxb-secret"), Unreadable(Problem.FORBIDDEN)]
)
async def test_what_may_pass_is_said_and_tried_again_in_the_next_turn(
    found: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(a=found)
    opened = await shelf.open(said(1, file("a")))
    problem = opened.transcript[0].files[0].problem
    assert problem is not None
    assert problem.passing
    assert shelf.kept == []
    assert "xoxb-secret" not in caplog.text


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (b"%PDF-1.7 locked", Problem.LOCKED),
        (b"\x7fELF" + bytes(60), Problem.KIND),
        (b"", Problem.EMPTY),
        (Unreadable(Problem.TOO_LARGE, 5_000), Problem.TOO_LARGE),
        (Unreadable(Problem.GONE), Problem.GONE),
    ],
)
async def test_what_will_not_pass_is_kept_so_that_it_is_not_tried_again(found: bytes | Exception, why: Problem) -> None:
    shelf = Shelf(a=found)
    (asked,) = (await shelf.open(said(1, file("a")))).transcript
    assert asked.files[0].problem is why
    assert shelf.kept == [("1.0", asked.files[0])]


async def test_a_file_that_is_too_large_by_what_its_platform_says_is_not_fetched() -> None:
    shelf = Shelf()
    (asked,) = (await shelf.open(said(1, file("a", size=1_001)))).transcript
    assert (asked.files[0].problem, shelf.fetched) == (Problem.TOO_LARGE, [])


async def test_one_bad_file_does_not_spoil_the_others() -> None:
    shelf = Shelf(a=ValueError("x"), b=b"fine")
    (asked,) = (await shelf.open(said(1, file("a"), file("b")))).transcript
    assert asked.files[1].text == "fine"


async def test_that_nothing_can_be_kept_does_not_cost_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(a=b"hello")
    shelf.broken = True
    (asked,) = (await shelf.open(said(1, file("a")))).transcript
    assert asked.files[0].text == "hello"
    assert "hunter2" not in caplog.text


async def test_a_long_text_is_kept_up_to_the_limit() -> None:
    shelf = Shelf(a=b"x" * 500)
    (asked,) = (await shelf.open(said(1, file("a")))).transcript
    assert (asked.files[0].text, asked.files[0].cut) == ("x" * 100, True)
