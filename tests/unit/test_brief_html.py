"""A brief as a mail: one file, nothing is fetched, nothing that was said becomes a tag or an address of its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from core.briefs.composing import compose
from core.briefs.html import as_html
from core.briefs.models import Act, Brief, Facts, Item, Line, Part
from tests.brief_facts import AFTERNOON, ANA, EVENING, MORNING

ALL = (MORNING, AFTERNOON, EVENING)
EVIL = '<script>alert(1)</script> "onload=x <img src=https://evil.example/p.gif> https://evil.example/login'


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def link(line: Line, act: Act) -> str:
    return f"https://robbie.example/brief/act?n={line.number}&act={act}&x=1"


@pytest.mark.parametrize("facts", ALL)
def test_every_line_stands_in_it_with_all_that_can_be_done(facts: Facts) -> None:
    brief = compose(facts)
    page = _Page(as_html(brief, link=link))
    assert page.open == []
    for line in brief.lines:
        assert {link(line, act) for act in line.acts} <= set(page.links)
    for part in brief.parts:
        assert part.title in page.text


@pytest.mark.parametrize("facts", ALL)
def test_nothing_is_fetched_and_nothing_runs(facts: Facts) -> None:
    html = as_html(compose(facts), link=link)
    assert not {"script", "img", "link", "iframe", "form"} & set(_Page(html).tags)
    assert not re.search(r"url\(|@import|@font-face", html)
    assert "prefers-color-scheme: dark" in html


def test_what_was_said_is_text_alone() -> None:
    evil = Item(ref="note:1", text=EVIL, who=EVIL, link=f"https://ok.example/{EVIL}")
    reader = ANA.model_copy(update={"name": EVIL})
    facts = MORNING.model_copy(update={"asks": (evil,), "reader": reader})
    page = _Page(as_html(compose(facts), link=link))
    assert not {"script", "img"} & set(page.tags)
    assert not any("evil" in one for one in page.links)
    assert "https://evil" not in page.text


def test_a_text_of_a_models_cannot_add_a_tag_or_an_address_that_is_none() -> None:
    line = Line(
        number=1,
        section="asks",
        ref="note:1",
        text="**<b>x</b>** [x](javascript:alert) [y](https://a.example/?b=1&c=2)",
    )
    page = _Page(as_html(Brief(title="<i>", parts=(Part(title="&", lines=(line,)),))))
    assert not {"b", "i"} & set(page.tags)
    assert page.links == ["https://a.example/?b=1&c=2"]


def test_without_links_there_is_nothing_to_press_and_the_footer_has_its_own() -> None:
    facts = MORNING.model_copy(update={"news": (), "meetings": ()})
    page = _Page(as_html(compose(facts), footer=(("Unsubscribe", "https://robbie.example/u?a=1&b=2"),)))
    assert page.links == ["https://robbie.example/u?a=1&b=2"]


def test_it_says_its_language() -> None:
    assert '<html lang="de">' in as_html(compose(MORNING), language="German")
    assert '<html lang="en">' in as_html(compose(MORNING))


def test_no_line_ends_within_a_length() -> None:
    brief = compose(MORNING)
    page = as_html(brief.model_copy(update={"opening": "It takes 8 h 45 and 20 min, in 3 halls."}))
    assert "8\u00a0h\u00a045 and 20\u00a0min, in 3 halls" in page
