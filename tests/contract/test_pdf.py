"""PDFs are read in a child of their own, which a hostile one can do no harm from."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import zlib
from pathlib import Path

import psutil
import pytest

from adapters.documents import PypdfReader
from adapters.documents.pdf_child import answer
from core.conversation.models import Problem
from core.conversation.ports import Unreadable
from tests.drawn import pdf, pdf_of, stream_object


async def problem(data: bytes, reader: PypdfReader | None = None) -> Problem:
    with pytest.raises(Unreadable) as caught:
        await (reader or PypdfReader()).read(data, 1_000)
    return caught.value.problem


def page_with(content: bytes) -> bytes:
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> >>",
            content,
        ]
    )


@pytest.mark.parametrize("packed", [True, False])
async def test_the_text_of_all_pages_is_read(packed: bool) -> None:
    read = await PypdfReader().read(pdf("The number is 4711", "Second (page)", packed=packed), 1_000)
    assert (read.text, read.pages, read.cut) == ("The number is 4711\n\nSecond (page)", 2, False)


async def test_a_long_document_is_read_up_to_the_limit() -> None:
    read = await PypdfReader().read(pdf(*(f"page {number}" for number in range(50))), 30)
    assert (len(read.text), read.pages, read.cut) == (30, 50, True)


async def test_a_document_without_text_is_said_to_have_none() -> None:
    assert await problem(pdf("")) is Problem.NO_TEXT


@pytest.mark.parametrize("data", [b"%PDF-1.4 nothing", b"%PDF-", pdf("hello")[:200]])
async def test_a_damaged_document_is_said_to_be_damaged(data: bytes) -> None:
    assert await problem(data) is Problem.BROKEN


def test_a_locked_document_is_said_to_be_locked() -> None:
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf("secret"))))
    writer.encrypt("password", algorithm="AES-256")
    locked = BytesIO()
    writer.write(locked)
    assert answer(locked.getvalue(), 1_000) == {"problem": "locked"}


async def test_a_document_that_takes_too_long_is_given_up_and_its_reader_is_gone() -> None:
    children = set(psutil.Process().children())
    slow = page_with(stream_object(zlib.compress(b"BT " + b"q 1 0 0 1 0 0 cm (a) Tj Q " * 2_000_000), b"/FlateDecode"))
    assert await problem(slow, PypdfReader(seconds=0.5)) in (Problem.HARD, Problem.NO_TEXT)
    assert set(psutil.Process().children()) == children


async def test_a_turn_that_is_stopped_leaves_no_reader_behind() -> None:
    children = set(psutil.Process().children())
    reading = asyncio.create_task(PypdfReader().read(pdf("x"), 100))
    async with asyncio.timeout(20):
        while set(psutil.Process().children()) == children:
            await asyncio.sleep(0.005)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert set(psutil.Process().children()) == children


@pytest.mark.parametrize("layers", [1, 2, 3])
async def test_a_small_document_that_unpacks_to_gigabytes_does_no_harm(layers: int) -> None:
    packed = zlib.compress(b"\0" * 200_000_000, 9)
    for _ in range(layers - 1):
        packed = zlib.compress(packed * 50, 9)
    bomb = page_with(stream_object(packed, b"[" + b"/FlateDecode " * layers + b"]"))
    assert await problem(bomb, PypdfReader(seconds=15)) in (Problem.HARD, Problem.NO_TEXT, Problem.BROKEN)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not limit a process's memory so")
async def test_the_reader_has_little_memory() -> None:
    assert await problem(pdf("hello"), PypdfReader(megabytes=16)) in (Problem.HARD, Problem.BROKEN)


async def test_pages_that_contain_each_other_end() -> None:
    loop = pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])
    assert await problem(loop) in (Problem.BROKEN, Problem.NO_TEXT, Problem.HARD)


def test_documents_that_were_damaged_at_random_never_crash_the_reader() -> None:
    sound, chance = pdf("hello there", "second page", packed=True), random.Random(4711)
    for _ in range(150):
        data = bytearray(sound)
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        said = answer(bytes(data), 100)
        assert "problem" in said or len(str(said["text"])) <= 100


async def test_the_reader_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a document could lead the parser to do, it could do without a token in reach."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    seen = tmp_path / "environment"
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\nenv > {seen}\nexec {sys.executable} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    await PypdfReader().read(pdf("hello"), 100)
    assert "xoxb-secret" not in seen.read_text()
    assert os.environ["SLACK_BOT_TOKEN"] == "xoxb-secret"
