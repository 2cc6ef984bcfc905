from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.web.identity import Visitor
from adapters.web.render import inline, markdown
from adapters.web.transcript import WRITING, Tail, render_rows, rows
from core.conversation.models import Shown

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def said(id_: str, text: str, *, by_robbie: bool = False, final: bool = True, at: datetime = NOW) -> Shown:
    return Shown(id=id_, by_robbie=by_robbie, author="" if by_robbie else "You", text=text, at=at, final=final)


class Elements(HTMLParser):
    """Every element and attribute of a piece of HTML, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//evil.example/)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![pixel](https://evil.example/pixel.gif)",
    '[x](https://a.example "\\" onmouseover=alert(1)")',
    '```"><script>alert(1)</script>\ncode</code><script>alert(1)</script>\n```',
    "<svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "`</code><script>alert(1)</script>`",
    "| a |\n|---|\n| <script>alert(1)</script> |",
]
ALLOWED = {"a", "blockquote", "br", "button", "code", "del", "div", "em", "hr", "li", "ol", "p", "pre", "s", "span"} | {
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
ATTRIBUTES = {"class", "href", "rel", "target", "title", "type", "tabindex", "start"}


def assert_inert(html: str) -> None:
    for tag, attributes in Elements(html).found:
        assert tag in ALLOWED, tag
        assert set(attributes) <= ATTRIBUTES, attributes
        if tag == "a":
            assert (attributes["href"] or "").startswith(("http://", "https://"))
            assert "noopener" in (attributes["rel"] or "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_inert_in_an_answer(attack: str) -> None:
    assert_inert(markdown(attack))
    assert_inert(inline(attack))


@given(st.text(alphabet=st.sampled_from("<>\"'&[]()!`#|-:/ \nabjavscript\x00\ud800=\u202e"), max_size=120))
def test_any_text_is_inert(text: str) -> None:
    assert_inert(markdown(text))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_inert_in_a_question_and_in_ids(attack: str) -> None:
    html = render_rows(rows([said(attack.replace(" ", ""), attack)], NOW))
    found = Elements(html).found
    assert {tag for tag, _ in found} <= {"li", "div", "p", "b", "time", "img", "span", "i"}
    assert {attributes["src"] for tag, attributes in found if tag == "img"} <= {"/static/robbie.svg"}
    assert not any(name.startswith("on") for _, attributes in found for name in attributes)


def test_picture_becomes_a_link_so_that_no_host_learns_of_the_reading() -> None:
    html = markdown("![chart](https://pictures.example/chart.png)")
    assert "<img" not in html
    assert 'href="https://pictures.example/chart.png"' in html


def test_code_block_keeps_its_text_and_names_its_language() -> None:
    html = markdown("```python\nif a < b:\n\tprint('&')\n```")
    assert "<span>python</span>" in html
    assert "if a &lt; b:\n\tprint('&amp;')\n" in html
    assert '<button type="button" class="copy">' in html


def test_code_block_that_is_still_being_written_is_code_already() -> None:
    assert "<pre" in markdown("Here:\n```\nx = 1")


def test_table_is_aligned_without_style_attributes() -> None:
    html = markdown("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<td class="right">2</td>' in html
    assert "style" not in html


def test_single_newline_is_a_line_break() -> None:
    assert markdown("a\nb").startswith("<p>a<br")


def test_text_longer_than_any_answer_is_shown_unparsed_and_escaped() -> None:
    html = markdown("<b>" + "*x*" * 50_000)
    assert "&lt;b&gt;" in html
    assert "<em>" not in html


def test_person_sees_what_was_typed() -> None:
    assert "**not bold** &lt;b&gt;\n  indented" in render_rows(rows([said("1", "**not bold** <b>\n  indented")], NOW))


def test_unanswered_question_shows_that_robbie_is_writing() -> None:
    assert [row.id for row in rows([said("1", "hi")], NOW)] == ["m-1", WRITING]


def test_question_that_was_never_answered_shows_no_promise_for_ever() -> None:
    assert [row.id for row in rows([said("1", "hi")], NOW + timedelta(hours=1))] == ["m-1"]


@pytest.mark.parametrize("placeholder", ["", " ", "…"])
def test_placeholder_is_drawn_as_writing(placeholder: str) -> None:
    conversation = [said("1", "hi"), said("2", placeholder, by_robbie=True, final=False)]
    assert [row.id for row in rows(conversation, NOW)] == ["m-1", WRITING]


def test_answer_takes_the_place_of_writing() -> None:
    conversation = [said("1", "hi"), said("2", "Hel", by_robbie=True, final=False)]
    assert [row.id for row in rows(conversation, NOW)] == ["m-1", "m-2"]


def test_only_what_changed_is_sent_again() -> None:
    tail = Tail()
    question = said("1", "hi", at=datetime.now(UTC))
    first = tail.news([question])
    assert first is not None
    assert 'id="m-1"' in first
    grown = tail.news([question, said("2", "Hel", by_robbie=True, final=False)])
    assert grown is not None
    assert 'id="m-1"' not in grown
    assert 'id="m-2"' in grown
    assert 'id="writing" data-gone' in grown
    assert tail.news([question, said("2", "Hel", by_robbie=True, final=False)]) is None


def test_an_answer_that_was_quicker_than_the_stream_leaves_nobody_writing() -> None:
    """The page's own request has said that Robbie is writing; the stream never saw that it did."""
    tail = Tail()
    tail.news([])
    news = tail.news([said("1", "/tasks"), said("2", "None.", by_robbie=True)])
    assert news is not None
    assert 'id="writing" data-gone' in news


def test_row_names_the_row_before_it_so_that_late_messages_find_their_place() -> None:
    tail = Tail()
    tail.news([said("1", "a"), said("3", "c", by_robbie=True)])
    news = tail.news([said("1", "a"), said("2", "b"), said("3", "c", by_robbie=True)])
    assert news is not None
    after = {a["id"]: a.get("data-after") for tag, a in Elements(news).found if tag == "li" and "data-gone" not in a}
    assert after == {"m-2": "m-1", "m-3": "m-2"}


def test_conversation_opens_only_for_the_visitor_who_started_it() -> None:
    mine, theirs = Visitor.new(), Visitor.new()
    conversation = mine.start_conversation()
    assert mine.owns(conversation)
    assert not theirs.owns(conversation)
    assert not mine.owns(conversation[:-1] + ("A" if conversation[-1] != "A" else "B"))
    assert not mine.owns("")


def test_account_does_not_give_the_cookie_away() -> None:
    visitor = Visitor.new()
    assert visitor.secret not in visitor.account
    assert visitor.secret not in repr(visitor)
    assert visitor.account == Visitor(visitor.secret).account


@pytest.mark.parametrize("cookie", [None, "", "short", "x" * 44, "é" * 43])
def test_foreign_cookie_is_nobody(cookie: str | None) -> None:
    assert Visitor.known(cookie) is None
