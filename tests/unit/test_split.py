"""CASE 14: a text too long for one message is split, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.rendering.split import join, split

LONG = ["```py title=" + "i" * 60, "`" * 9]
SPACES = ["   ```", "    ```", "\n", "\n", "\n\n", " ", "\r\n", "A sentence. ", "x" * 50, "- ", "> "]
WORDS = ["```", "```py", "````", "~~~", "`", "``", "word", "é", "👩‍👩‍👧", "[a](https://e.com/x)", "~~~ sh"]
pieces = st.sampled_from([*WORDS, *SPACES, *LONG])
markdown = st.lists(pieces, max_size=120).map("".join)
limits = st.integers(40, 90)


def open_fence(part: str) -> bool:
    """Whether a part leaves a fence open: an independent, line-wise reading of CommonMark."""
    marks = ""
    for line in part.split("\n"):
        match = re.match(r" {0,3}(`{3,}|~{3,})(.*)$", line)
        if not match:
            continue
        if marks:
            if match[1].startswith(marks) and not match[2].strip():
                marks = ""
        elif not (match[1][0] == "`" and "`" in match[2]):
            marks = match[1]
    return bool(marks)


@settings(deadline=None)
@given(st.text(max_size=400), limits)
def test_case_14_any_text_is_given_back_exactly(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert join(parts) == text
    assert all(0 < len(part) <= limit for part in parts)


@settings(max_examples=600, deadline=None)
@given(markdown, limits)
@example("```\na\n```\n``````py \nb" + "c" * 60, 40)
@example("```py\n" + "a" * 200 + "\n```", 40)
@example("```py\na\n```\n```py\nb\n```\n" * 8, 40)
def test_case_14_any_markdown_is_given_back_exactly(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert join(parts) == text
    assert all(0 < len(part) <= limit for part in parts)


code_lines = st.lists(st.text("ab 1=", max_size=30), max_size=60)


@settings(deadline=None)
@given(code_lines, st.sampled_from(["```py", "~~~", "````md", "  ```"]), limits)
def test_case_14_no_part_leaves_a_fence_open(lines: list[str], opener: str, limit: int) -> None:
    closer = re.match(r" *[`~]+", opener)
    assert closer
    text = "Intro.\n\n" + opener + "\n" + "".join(line + "\n" for line in lines) + closer[0] + "\n\nThe end."
    parts = split(text, limit)
    assert not any(open_fence(part) for part in parts)
    assert join(parts) == text


def test_case_14_a_cut_fence_is_closed_and_reopened_with_its_info_string() -> None:
    text = "```python\n" + "".join(f"line_{n} = {n}\n" for n in range(20)) + "```"
    parts = split(text, 100)
    assert len(parts) > 1
    for part in parts:
        assert part.startswith("```python\n")
        assert part.endswith("\n```")
    assert join(parts) == text


def test_a_long_line_of_code_is_cut_within_the_line() -> None:
    text = "```\n" + "x" * 500 + "\n```"
    parts = split(text, 100)
    assert not any(open_fence(part) for part in parts)
    assert join(parts) == text


def test_a_fence_that_fits_is_not_cut() -> None:
    code = "```py\n" + "y = 1\n" * 5 + "```\n"
    parts = split("word " * 11 + "\n\n" + code + "\nafter it\n", 90)
    assert any(code in part for part in parts)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("aaaa " * 5 + "\n\n" + "bbbb. " * 2 + "\ncc " * 10, "aaaa " * 5 + "\n\n"),
        ("aaaa " * 5 + "\n" + "Bbbb bbbb bbbb bbbb bbbb bbbb bbbb.", "aaaa " * 5 + "\n"),
        ("Aaaa aaaa aaaa aaaa. Bbbb bbbb bbbb bbbb bbbb bbbb", "Aaaa aaaa aaaa aaaa. "),
        ("aaaaa bbbbb ccccc ddddd eeeee fffff ggggg hhhhh", "aaaaa bbbbb ccccc ddddd "),
    ],
)
def test_paragraphs_then_lines_then_sentences_then_words(text: str, first: str) -> None:
    assert split(text, 40)[0] == first


@pytest.mark.parametrize("char", ["👩‍👩‍👧‍👦", "👍🏽", "e\u0301", "🇩🇪", "\ud83d\ude00", "한"])
def test_a_grapheme_is_not_torn(char: str) -> None:
    text = char * 100
    for part in split(text, 47):
        assert part == char * (len(part) // len(char))


def test_inline_code_and_links_are_not_torn() -> None:
    text = "Some words come first and then `see https://a.example/b and more` and [a label here](https://e.com/x) end."
    parts = split(text, 66)
    assert any("`see https://a.example/b and more`" in part for part in parts)
    assert any("[a label here](https://e.com/x)" in part for part in parts)


def test_a_short_text_is_one_part_and_an_empty_one_none() -> None:
    assert split("hello", 40) == ["hello"]
    assert split("", 40) == []
    assert join([]) == ""


@pytest.mark.parametrize("text", ["x" * 10**6, "\n" * 10**6, "```\n" * 250_000, "`" * 10**6, "a b" * 333_333])
@pytest.mark.parametrize("limit", [40, 2000])
def test_a_megabyte_takes_linear_time(text: str, limit: int) -> None:
    assert join(split(text, limit)) == text  # quadratic work would run into the time limit
