"""Inbound text can be stored, and loses nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rendering.clean import clean, clean_json
from core.rendering.plain import plain

anything = st.text(st.characters(codec=None, exclude_categories=[]), max_size=200)


@settings(deadline=None)
@given(anything)
def test_any_text_can_be_stored_afterwards(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned.encode("utf-8").decode("utf-8")
    assert clean(cleaned) == cleaned


@settings(deadline=None)
@given(st.text(max_size=200).filter(lambda text: "\0" not in text))
def test_storable_text_is_unchanged(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud800b\udc00", "a\ufffdb\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\u200f\u202eעברית\u200b\u200d\ufeff", "\u200f\u202eעברית\u200b\u200d\ufeff"),
    ],
)
def test_nul_and_lone_surrogates_become_the_replacement_character(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_json_is_cleaned_throughout_keys_too() -> None:
    value = {"a\0": ["b\ud800", 1, None, True, {"c": "\0"}], "d": 1.5}
    assert clean_json(value) == {"a\ufffd": ["b\ufffd", 1, None, True, {"c": "\ufffd"}], "d": 1.5}


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Title\n\nSome **bold** and *soft* text", "Title\n\nSome bold and soft text"),
        ("```py\nx = a_b * c_d\n```", "x = a_b * c_d"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("[docs](https://good.com/a_b_c)", "docs (https://good.com/a_b_c)"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("@**everyone**", "@\u200beveryone"),
        ("```\nhttps://evil.com/x\n```", "`https://evil.com/x`"),
        ("see `https://evil.com`", "see `https://evil.com`"),
    ],
)
def test_plain_text_reads_well_and_stays_harmless(markdown: str, text: str) -> None:
    assert plain(markdown) == text
