"""What is made of a file's bytes: text, a picture, or an honest reason; never a crash, never more than the limits."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversation.attachments import FileLimits, could_not, kind_of, picture_of, refuse_unseen, safe_name, text_of
from core.conversation.models import Attached, FileRef, Problem
from core.conversation.pictures import measured
from core.conversation.ports import Unreadable
from tests.drawn import gif, jpeg, png, png_of, webp

LIMITS = FileLimits(max_text=500)
FILE = FileRef(id="F1", name="a.bin")
GREETING = "Grüße aus Köln, 你好, привет\n"


def read(data: bytes) -> str:
    return text_of(data, LIMITS)[0]


def problem(data: bytes) -> Problem:
    with pytest.raises(Unreadable) as caught:
        text_of(data, LIMITS)
    return caught.value.problem


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_with_and_without_its_mark(encoding: str) -> None:
    assert read(GREETING.encode(encoding)) == GREETING


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_zeros(encoding: str) -> None:
    assert read("name;price\nbread;3,50 €\n".encode(encoding)) == "name;price\nbread;3,50 €\n"


def test_western_european_text_from_before_unicode_is_read() -> None:
    text = "Sehr geehrte Frau Müller, für Ihre Anfrage „Größe“ danken wir."
    assert read(text.encode("cp1252")) == text


def test_an_old_encoding_is_believed_where_the_file_names_it() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><a>Договор номер 4711</a>'
    assert read(text.encode("cp1251")) == text


def test_letters_that_nobody_can_tell_are_not_guessed() -> None:
    assert problem("Договор подписан вчера в Москве".encode("cp1251")) is Problem.LETTERS


def test_an_encoding_that_a_file_names_cannot_be_a_trick() -> None:
    for name in (b"utf-7", b"idna", b"unicode_escape", b"zlib_codec", b"rot13"):
        assert problem(b"# coding: " + name + b"\n\xff\xfe\xfd" * 50) is Problem.LETTERS


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(range(256)) * 4, b"\x7fELF" + b"\0" * 64, b"\0"])
def test_what_was_not_written_by_anybody_is_no_text(data: bytes) -> None:
    assert problem(data) is Problem.KIND


@pytest.mark.parametrize("data", [b"", b" \n\t ", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_called_empty(data: bytes) -> None:
    assert problem(data) is Problem.EMPTY


def test_a_long_text_is_cut_at_the_limit_and_says_so() -> None:
    assert text_of(b"x" * 501, LIMITS) == ("x" * 500, True)
    assert text_of(b"x" * 500, LIMITS) == ("x" * 500, False)


def test_line_ends_are_plain_and_what_a_terminal_obeys_is_gone() -> None:
    assert read(b"one\r\ntwo\rthree \x1b[2Jfour" + b"." * 400) == "one\ntwo\nthree [2Jfour" + "." * 400


# Pictures


@pytest.mark.parametrize(
    ("data", "kind"), [(png(3, 7), "png"), (gif(3, 7), "gif"), (jpeg(3, 7), "jpeg"), (webp(3, 7), "webp")]
)
def test_a_picture_is_known_by_its_bytes_whatever_it_is_called(data: bytes, kind: str) -> None:
    assert measured(data) == (f"image/{kind}", 3, 7)
    picture = picture_of(FileRef(id="F1", name="notes.txt", media_type="text/plain"), data, LIMITS)
    assert picture is not None
    assert (picture.media_type, picture.width, picture.data) == (f"image/{kind}", 3, data)


@pytest.mark.parametrize(
    "chunk", [b"VP8L" + b"\0" * 4 + b"\x2f\x02\x80\x01\x00", b"VP8 " + b"\0" * 7 + b"\x9d\x01\x2a\x03\x00\x07\x00"]
)
def test_both_simple_kinds_of_webp_are_measured(chunk: bytes) -> None:
    assert measured((b"RIFF\0\0\0\0WEBP" + chunk).ljust(40, b"\0")) == ("image/webp", 3, 7)


def test_a_jpegs_size_is_found_behind_other_segments_and_fillers() -> None:
    data = b"\xff\xd8" + b"\xff\xe1\x00\x06Exif" + b"\xff\xff" + b"\xff\x01" + jpeg(30, 70)[2:]
    assert measured(data) == ("image/jpeg", 30, 70)


def test_a_page_that_calls_itself_a_picture_is_none() -> None:
    assert picture_of(FileRef(id="F1", name="a.png", media_type="image/png"), b"<!doctype html>", LIMITS) is None


@pytest.mark.parametrize("data", [png_of(60_000, 60_000, b""), png_of(9_000, 1, b""), gif(65_535, 65_535)])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_by_its_header(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        picture_of(FILE, data, LIMITS)
    assert caught.value.problem is Problem.HUGE


def test_a_picture_of_more_bytes_than_providers_take_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        picture_of(FILE, png() + b"\0" * LIMITS.image_max_bytes, LIMITS)
    assert caught.value.problem is Problem.HUGE


# Any bytes

HEADS = st.sampled_from(
    [b"", png()[:30], jpeg()[:12], gif()[:8], webp()[:20], b"%PDF-1.7", codecs.BOM_UTF16_LE, b"RIFF\0\0\0\0WEBPVP8L"]
)


@given(HEADS, st.binary(max_size=2_000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_picture_a_text_or_a_problem(head: bytes, rest: bytes) -> None:
    data = head + rest
    try:
        picture = picture_of(FILE, data, LIMITS)
        text = "" if picture else read(data)
    except Unreadable:
        return
    if picture:
        assert 0 < picture.width * picture.height <= LIMITS.image_max_pixels
    assert len(text) <= LIMITS.max_text
    text.encode("utf-8")
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text)


@given(st.text(min_size=1, max_size=400), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_every_character_of_a_unicode_text_that_a_page_shows_comes_through(text: str, encoding: str) -> None:
    try:
        data = text.encode(encoding)
        said = read(data)
    except (UnicodeEncodeError, Unreadable):
        return
    shown = [char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cn")]
    assert [char for char in said if unicodedata.category(char) not in ("Cc", "Cf", "Cn")] == shown


# Before it is fetched


def test_what_is_too_large_or_a_film_is_not_fetched() -> None:
    for file, why in (
        (FileRef(id="F", name="a.pdf", size=LIMITS.max_bytes + 1), Problem.TOO_LARGE),
        (FileRef(id="F", name="a.mp4", media_type="video/mp4"), Problem.KIND),
    ):
        with pytest.raises(Unreadable) as caught:
            refuse_unseen(file, LIMITS)
        assert caught.value.problem is why


# Words for people


def test_the_line_for_a_person_says_why_in_their_words() -> None:
    file = Attached(id="F1", name="report.pdf", size=45_000_000, problem=Problem.TOO_LARGE)
    assert could_not(file, FileLimits()) == "I could not open report.pdf: it is 45 MB and I read up to 10 MB."
    unknown = file.model_copy(update={"size": 0})
    assert could_not(unknown, FileLimits()) == "I could not open report.pdf: it is larger than the 10 MB that I read."


@pytest.mark.parametrize("why", Problem)
def test_every_problem_has_words(why: Problem) -> None:
    line = could_not(Attached(id="F1", name="a.pdf", problem=why), FileLimits())
    assert "something went wrong" not in line
    assert line.startswith("I could not open a.pdf: ")


@given(st.text(max_size=300))
def test_a_files_name_is_one_line_that_closes_nothing(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 80
    assert len(safe.splitlines()) == 1
    assert not set(safe) & set("[]|<>`")


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 200 + ".pdf").endswith("xxx.pdf")


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (Attached(id="F", name="a", pages=1), "PDF, 1 page"),
        (Attached(id="F", name="a.CSV"), "csv"),
        (Attached(id="F", name="README"), "text"),
    ],
)
def test_a_file_is_called_by_its_kind(file: Attached, kind: str) -> None:
    assert kind_of(file) == kind
