"""The pictures of the documentation show all that Slack is sent, and nothing that is said becomes a tag."""

from __future__ import annotations

from adapters.slack.blocks import home_blocks
from adapters.slack.render import render, said
from core.registry import Invocation
from core.rendering.message import Button, Outgoing, Page, Section
from tools.previews.discord import components
from tools.previews.slack import blocks

EVIL = "<script>alert(1)</script> <img src=x onerror=y>"
BUTTON = Button(label=EVIL, invocation=Invocation(command="help"))


def test_every_block_that_slack_is_sent_is_drawn_and_its_text_stays_text() -> None:
    message = render(Outgoing(body=EVIL, buttons=(BUTTON,), feedback=True), "k")["blocks"]
    home = home_blocks(Page(title="Home", sections=(Section(title=EVIL, text=EVIL, buttons=(BUTTON,)),)))
    empty = home_blocks(Page(title="Home", sections=()))
    html = blocks([*message, *home, *empty, *said(EVIL, message)["blocks"]], {})
    assert html.count("&lt;script&gt;") >= 7
    assert "<script" not in html
    assert "<img" not in html


def test_what_discord_is_sent_stays_text() -> None:
    html = components([{"type": 17, "components": [{"type": 10, "content": f"{EVIL} <@1>"}]}], {"1": EVIL})
    assert "@&lt;script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
