"""Text of either platform as HTML; nothing in it becomes a tag of its own."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

_HERE = Path(__file__).parent
_PICTURES = Path(__file__).resolve().parents[2] / "mentors" / "avatars" / "png"
_MENTION = re.compile(r"&lt;@!?(\w+)&gt;")
_MRKDWN = (
    (re.compile(r"&lt;(https?://[^|&]+)\|([^&]+)&gt;"), r"<a>\2</a>"),
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?!\w)"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_([^_\n]+)_(?!\w)"), r"<em>\1</em>"),
)
_SMALL = re.compile(r"^-# (.+)$", re.MULTILINE)

templates = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def markdown(text: str, names: Mapping[str, str], *, tables: bool = True) -> Markup:
    """Standard markdown, with mentions; Discord's knows no tables, and small print."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": not tables})
    if tables:
        parser.enable("table")
    parser.enable("strikethrough")
    return _mentions(_SMALL.sub(r"\1", parser.render(text)), names)


def mrkdwn(text: str, names: Mapping[str, str]) -> Markup:
    """Slack's older format, whose three characters are escaped already."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    html = str(escape(plain))
    for pattern, put in _MRKDWN:
        html = pattern.sub(put, html)
    return _mentions(html, names)


def _mentions(html: str, names: Mapping[str, str]) -> Markup:
    def put(mention: re.Match[str]) -> str:
        return f'<span class="mention">@{escape(names.get(mention[1], mention[1]))}</span>'

    return Markup(_MENTION.sub(put, html))  # every piece of it is escaped above


def clock(when: datetime) -> str:
    """The time of day as both platforms write it."""
    return f"{when.hour % 12 or 12}:{when.minute:02d} {'AM' if when.hour < 12 else 'PM'}"


@cache
def face(url: str) -> str:
    """The picture that an address of ours leads to, in the page itself; empty where there is none."""
    path = _PICTURES / Path(urlsplit(url).path).name
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}" if path.is_file() else ""


ROBBIE = "https://robbie.example/avatars/robbie-confident.png"
"""The app's own picture, as an operator uploads it."""


@cache
def colour(name: str) -> str:
    """A person's own colour, for people without a picture."""
    return ("#2f7d6d", "#a3522b", "#5a5fb0", "#8a3b63")[sum(map(ord, name)) % 4]
