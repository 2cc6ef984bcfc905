from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.posts import nonce
from adapters.discord.render import LIMIT, render, styled
from adapters.discord.tables import with_tables
from core.commands import REGISTRY
from core.rendering.split import split
from tests.say import say

TABLE = "| name | count |\n|---|--:|\n| **apples** | 3 |\n| 日本 | 10 |"


def test_nobody_is_pinged_and_no_link_is_previewed() -> None:
    """CASE 13: the same in a post and an edit, which share this."""
    assert render(say("@everyone <@501>"), REGISTRY).body["allowed_mentions"] == {"parse": []}
    assert render(say("https://example.com"), REGISTRY).body["flags"] == 4


def test_a_table_becomes_aligned_text() -> None:
    """CASE 15."""
    assert styled(f"Look:\n\n{TABLE}\n\nDone.") == (
        "Look:\n\n```\nname    count\n------  -----\napples  3\n日本    10\n```\n\nDone."
    )


def test_the_second_half_of_a_table_is_still_one() -> None:
    assert styled("| a | b |\n| c | dd |") == "```\na  b\nc  dd\n```"


@pytest.mark.parametrize("text", ["a | b", "| alone |", "| a | b |\n| c |", "x\n| a | b |\ny"])
def test_what_only_looks_like_a_table_is_left(text: str) -> None:
    assert styled(text) == text


def test_bars_in_a_cell_and_backticks_do_not_tear_the_block() -> None:
    assert "a|b  `" not in styled("| a\\|b | `x` |\n|---|---|\n| 1 | ```2 |")
    assert styled("| a\\|b | c |\n|---|---|\n| 1 | 2 |") == "```\na|b  c\n---  -\n1    2\n```"


def test_headings_beyond_the_third_are_bold() -> None:
    """CASE 15."""
    assert styled("### Kept\n#### Deep **er** ##\n###### Deepest") == "### Kept\n**Deep er**\n**Deepest**"


def test_underscores_for_bold_are_not_underlined() -> None:
    assert styled("__bold__ and snake__case__name `__code__`") == "**bold** and snake__case__name `__code__`"


def test_a_picture_is_a_link() -> None:
    assert styled("![cat](https://x.org/c.png)") == "[cat](https://x.org/c.png)"


def test_code_is_left_alone() -> None:
    code = f"```md\n#### h\n{TABLE}\n__x__\n```"
    assert styled(code) == code
    assert styled(f"before\n\n{code}\n\n#### after").endswith("**after**")


@pytest.mark.parametrize("body", ["", " \n ", "\t"])
def test_a_message_is_never_empty(body: str) -> None:
    """CASE 15: it is its own plain text."""
    assert render(say(body), REGISTRY).body["content"] == "…"


def test_a_wide_table_is_rather_unaligned_than_too_long() -> None:
    """CASE 14: rendering pushes no part over the limit."""
    rows = "\n".join(f"| {n} | {'x' * n} |" for n in range(0, 90, 3))
    wide = f"| a | b |\n|---|---|\n{rows}\n| {'y' * 200} | z |"
    assert len(with_tables(wide, aligned=True)) > LIMIT
    shown = styled(wide)
    assert len(shown) <= LIMIT
    assert shown.startswith("```\n")
    assert "y" * 200 in shown


@given(
    st.lists(
        st.sampled_from(
            ["| a | b |", "|---|---|", "#### h", "__b__", "```", "`c`", "word " * 40, "", "| x |", "日本 | |"]
        )
        | st.text(max_size=80),
        max_size=80,
    )
)
def test_no_part_grows_over_the_limit(lines: list[str]) -> None:
    """CASE 14."""
    for part in split("\n".join(lines), LIMIT):
        assert 0 < len(str(render(say(part), REGISTRY).body["content"])) <= LIMIT


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=3000))
def test_any_text_fits(text: str) -> None:
    for part in split(text, LIMIT):
        assert 0 < len(str(render(say(part), REGISTRY).body["content"])) <= LIMIT


def test_a_nonce_fits_and_is_the_keys_own() -> None:
    first, second = (nonce(f"0190c0de-0000-7000-8000-00000000000{n}") for n in (1, 2))
    assert len(first) <= 25
    assert first != second
    assert first == nonce("0190c0de-0000-7000-8000-000000000001")
