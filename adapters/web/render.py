"""Markdown to HTML that is safe to show, whoever wrote it."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

# Parsing takes about a second for a megabyte: what is longer than any answer is shown as it is.
_MAX_PARSED = 100_000


class _SafeMarkdown(MarkdownIt):
    """Links lead to web pages only."""

    def validateLink(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and bool(parts.netloc)


# Any: the types that markdown-it gives the environment that its rules share.
Env = MutableMapping[str, Any]


def _link_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    tokens[index].attrs |= {"rel": "noopener noreferrer nofollow", "target": "_blank"}
    return renderer.renderToken(tokens, index, options, env)


def _code_block(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    language = escapeHtml((tokens[index].info.split() or [""])[0][:30])
    return (
        f'<div class="code"><div class="code-head"><span>{language or "text"}</span>'
        '<button type="button" class="copy">Copy</button></div>'
        f'<pre tabindex="0"><code>{escapeHtml(tokens[index].content)}</code></pre></div>\n'
    )


def _table_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    return '<div class="table" tabindex="0"><table>\n'


def _table_close(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    return "</table></div>\n"


def _cell_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    # The page's policy forbids style attributes.
    if style := tokens[index].attrs.pop("style", None):
        tokens[index].attrs["class"] = str(style).removeprefix("text-align:")
    return renderer.renderToken(tokens, index, options, env)


_RULES = {
    "link_open": _link_open,
    "fence": _code_block,
    "code_block": _code_block,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _cell_open,
    "td_open": _cell_open,
}


def _parser() -> MarkdownIt:
    # Pictures are disabled, so that one becomes a link: fetching it would tell another host that it was read.
    parser = _SafeMarkdown("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.disable("image")
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()


def markdown(text: str) -> Markup:
    """A message's markdown as HTML: no raw HTML, no pictures, links to the web only."""
    if len(text) > _MAX_PARSED:
        return Markup('<p class="plain">{}</p>').format(text)
    return Markup(_PARSER.render(text))  # noqa: S704 - the parser escapes everything it does not make itself


def inline(text: str) -> Markup:
    """One line of markdown as HTML, without a paragraph around it."""
    return Markup(_PARSER.renderInline(text))  # noqa: S704 - as above
