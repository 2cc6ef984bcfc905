"""A brief as a mail in HTML: one file with its styles in it, readable at 320 pixels, in light and in dark.

Mail programs differ in what they know of CSS. So what carries the form stands in ``style`` attributes and in tables;
the style sheet only adds the dark colours, for programs that have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

from core.briefs.composing import numbered
from core.briefs.models import Act, Brief, Line, Part
from core.briefs.rendering import unbroken
from core.briefs.wording import Words, words_of

Link = Callable[[Line, Act], str]
"""The address behind which something is done with a line; empty where nothing is offered."""

_FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_DONE = "✓ "
_OUTLINED = {"priorities", "outreach"}
_INLINE = re.compile(
    r"\*\*(?P<bold>.+?)\*\*(?!\*)|`(?P<code>[^`]+)`|\[(?P<label>[^\[\]]+)\]\((?P<url>https?://[^\s()<>\"]+)\)"
)
_DARK = """
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background: #17181a !important; }
    .card { background: #212326 !important; border-color: #34373b !important; }
    .ink { color: #ececea !important; }
    .dim { color: #a9adb3 !important; }
    .rule { border-color: #34373b !important; }
    .link { color: #7fb7ff !important; }
    .act { color: #d5d8dc !important; border-color: #4a4e54 !important; }
    .note { background: #2a2d31 !important; }
  }
  @media (max-width: 480px) {
    .page { padding: 0 !important; }
    .card { border-radius: 0 !important; border-width: 0 !important; padding: 20px 16px 24px !important; }
    .act { padding: 5px 9px !important; margin-right: 4px !important; }
  }
"""


def as_html(
    brief: Brief, *, language: str = "", link: Link | None = None, footer: Sequence[tuple[str, str]] = ()
) -> str:
    """A whole page.

    Args:
        brief: what it says.
        language: the reader's, by its English name.
        link: makes the address of what can be done with a line; None for a mail without such links.
        footer: labels and addresses at the end, such as the one that unsubscribes.
    """
    words = words_of(language)
    head, body = "".join(_head(brief, language)), "".join(_body(brief, words, link, footer))
    return f"<!doctype html>\n{head}\n{body}\n</html>\n"


def _head(brief: Brief, language: str) -> Iterator[str]:
    yield f'<html lang="{"de" if language == "German" else "en"}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    yield '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">'
    yield f"<title>{escape(brief.title)}</title><style>{_DARK}</style></head>"


def _body(brief: Brief, words: Words, link: Link | None, footer: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f'<body class="page" style="margin:0;padding:24px 12px;background:#f3f3f0;font-family:{_FONT}">'
    # What a list of mails shows beside the subject.
    yield f'<div style="display:none;max-height:0;overflow:hidden">{_inline(brief.opening)}</div>'
    yield '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center">'
    yield (
        '<div class="card" style="max-width:600px;text-align:left;background:#ffffff;border:1px solid #e2e2dd;'
        'border-radius:12px;padding:28px 28px 30px;box-sizing:border-box">'
    )
    style = "margin:0 0 6px;font-size:23px;line-height:1.25;color:#1c1d1f"
    yield f'<h1 class="ink" style="{style}">{_inline(brief.title)}</h1>'
    yield _paragraph(brief.opening, "dim", "#5d6167") if brief.opening else ""
    for part in brief.parts:
        yield from _part(part, words, link)
    if brief.closing:
        yield (
            '<p class="ink note" style="margin:26px 0 0;padding:12px 14px;border-radius:8px;background:#f3f3f0;'
            f'font-size:15px;line-height:1.5;color:#1c1d1f">{_inline(brief.closing)}</p>'
        )
    yield "</div>"
    yield from _footer(words, footer)
    yield "</td></tr></table></body>"


def _part(part: Part, words: Words, link: Link | None) -> Iterator[str]:
    if part.title:
        yield (
            '<h2 class="dim rule" style="margin:20px 0 8px;padding:16px 0 0;border-top:1px solid #e8e8e3;'
            f'font-size:13px;line-height:1.3;letter-spacing:.03em;color:#5d6167">{_inline(part.title)}</h2>'
        )
    if part.text:
        yield _paragraph(part.text, "ink", "#1c1d1f") if part.title else _paragraph(part.text, "dim", "#5d6167", 18)
    if part.lines:
        yield '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
        for line in part.lines:
            yield from _line(line, words, link)
        yield "</table>"


def _line(line: Line, words: Words, link: Link | None) -> Iterator[str]:
    done = line.text.startswith(_DONE)
    mark = f"{line.number}." if numbered(line) else _DONE.strip() if done else "•"
    cell = "vertical-align:top;padding:5px 0;font-size:16px;line-height:1.4"
    yield f'<tr><td class="dim" width="30" style="{cell};color:#5d6167;white-space:nowrap">{mark}</td>'
    said, _, beside = line.text.removeprefix(_DONE).partition(" · ")
    yield f'<td class="ink" style="{cell};color:#1c1d1f;overflow-wrap:anywhere">{_inline(said)}'
    acts = [(words.act(act, line.section), link(line, act)) for act in line.acts] if link else []
    made = [_act(label, url, outlined=line.section in _OUTLINED and numbered(line)) for label, url in acts if url]
    alone = made if len(made) == 1 else []
    if beside or alone:
        style = "display:block;font-size:14px;line-height:1.45;color:#5d6167"
        inside = f"{_inline(beside)}{' · ' if beside and alone else ''}{''.join(alone)}"
        yield f'<span class="dim" style="{style}">{inside}</span>'
    if made and not alone:
        yield f'<div style="padding:4px 0 3px">{"".join(made)}</div>'
    yield "</td></tr>"


def _act(label: str, url: str, *, outlined: bool) -> str:
    """Outlined where most is pressed, so that the eye finds it; else words alone."""
    if not outlined:
        style = "display:inline-block;margin:2px 14px 2px 0;font-size:13px;line-height:1.5;color:#5d6167"
        return f'<a class="dim" href="{escape(url)}" style="{style}">{escape(label)}</a>'
    style = (
        "display:inline-block;margin:2px 6px 2px 0;padding:3px 10px;border:1px solid #d3d3cd;border-radius:14px;"
        "font-size:13px;line-height:1.4;color:#3a3d41;text-decoration:none;white-space:nowrap"
    )
    return f'<a class="act" href="{escape(url)}" style="{style}">{escape(label)}</a>'


def _footer(words: Words, links: Sequence[tuple[str, str]]) -> Iterator[str]:
    made = [
        f'<a class="dim" href="{escape(url)}" style="color:#6a6e74">{escape(label)}</a>' for label, url in links if url
    ]
    yield (
        '<p class="dim" style="max-width:600px;margin:14px auto 8px;padding:0 16px;text-align:center;font-size:12px;'
        f'line-height:1.6;color:#6a6e74">{" · ".join([escape(words.an_ai), *made])}</p>'
    )


def _paragraph(text: str, name: str, colour: str, above: int = 0) -> str:
    style = f"margin:{above}px 0 6px;font-size:15px;line-height:1.5;color:{colour}"
    return f'<p class="{name}" style="{style}">{_inline(text)}</p>'


def _inline(markdown: str) -> str:
    """The little markdown that a brief has; everything else in it is text."""
    markdown, pieces, position = unbroken(markdown), [], 0
    for found in _INLINE.finditer(markdown):
        pieces += [escape(markdown[position : found.start()]), _marked(found)]
        position = found.end()
    return "".join([*pieces, escape(markdown[position:])])


def _marked(found: re.Match[str]) -> str:
    if found["bold"] is not None:
        return f"<strong>{_inline(found['bold'])}</strong>"
    if found["code"] is not None:
        return f'<code style="font-size:.92em">{escape(found["code"])}</code>'
    return f'<a class="link" href="{escape(found["url"])}" style="color:#0b5cad">{_inline(found["label"])}</a>'
