"""Model text made harmless: nobody is pinged by it, and no address of its own making can be followed.

Surfaces read markdown differently, and a model may be led to write what one of them reads otherwise than we do. So
nothing here relies on a full parse: whatever could be a mention, a link, an image or a tag on any surface is undone,
except where every surface sees code (see ``core.rendering.code``).
"""

from __future__ import annotations

import re

from core.rendering.code import Ambiguous, Span, code_spans
from core.rendering.links import ADDRESS, address_end, canonical, links_in, spellings

__all__ = ["canonical", "harmless", "links_in"]

ZWSP = "\u200b"

_MENTION = re.compile(
    r"@(?=everyone|here|channel)"
    r"|<(?=@[!&]?\w|#\w|!(?:[a-z]++[\^|>]|channel|here|everyone|group|subteam|date))",
    re.IGNORECASE,
)
# A terminal obeys these: it would write to the clipboard, or over what it has shown. No surface has a use for them.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
_TITLE = r"""(?:"[^"]*+"|'[^']*+'|\([^()]*+\))"""
_TARGET = r"(?:<(?P<angle>[^<>\n]*+)>|(?P<target>[^\s()<]*+(?:\([^\s()]*+\)[^\s()<]*+)*+))"
_TOKEN = re.compile(
    r"(?P<open>!?\[)"
    rf"|(?P<link>\]\(\s*+{_TARGET}(?:\s++{_TITLE})?+\s*+\))"
    r"|(?P<loose>\](?=\())"
    r"|(?P<definition>\]:[ \t]*+\n?[ \t]*+(?=[^\s:/&\\.#<>]*+[:/&\\.#<>])<?(?P<defined>[^\s<>\[\]]*+)>?)"
    r"|(?P<close>\])"
    r"|<(?P<auto>[a-z][a-z0-9+.\-]{1,31}:[^\s<>|]*+|www\.[^\s<>|]++)(?:\|(?P<label>[^<>\n]*+))?>"
    r"|(?P<block>^[ \t>*+\-\d.)]*+<(?=[a-z/!?])(?![a-z][a-z0-9+.\-]{1,31}:|www\.))"
    r"""|(?P<tag><(?=[a-z/!?])(?!.[^<>"'`=:.\[\]\x01]*+>))"""
    rf"|(?P<address>{ADDRESS})",
    re.IGNORECASE | re.MULTILINE,
)
_KINDS = ("open", "link", "loose", "definition", "close", "auto", "block", "tag", "address")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*+:|[/\\]{2}", re.IGNORECASE)
# What another reader could take for the edge of a cell or of bold text, and so tear inline code apart.
_TABLE = re.compile(r"^(?=[^\n]*-)[ \t>:|\-]*+$", re.MULTILINE)
_EMPHASIS = re.compile(r"[*]|~~|__|\|\|")


def harmless(text: str, *, allowed_links: frozenset[str]) -> str:
    """Undo control characters, mentions, and links not in ``allowed_links`` (canonical addresses, see ``links_in``).

    A forbidden link becomes ``label (`url`)``: it can be read and copied, not followed or previewed. Where a text's
    back-ticks are ambiguous, zero-width spaces inside the address do the same. Doing it twice changes nothing.
    """
    return _MENTION.sub(_apart, _without_links(_CONTROL.sub("\ufffd", text), True, allowed_links))


def _without_links(text: str, clear: bool, allowed: frozenset[str]) -> str:
    try:
        spans = code_spans(text) if clear else []
    except Ambiguous:
        spans, clear = [], False
    return _Defuser(text, spans, clear, allowed).run()


def _apart(match: re.Match[str]) -> str:
    return match[0] + ZWSP


def _broken(url: str) -> str:
    """An address that nothing takes for one, though it reads the same."""
    return re.sub(rf"([:.。．｡@&!\[\]])(?!{ZWSP})", rf"\1{ZWSP}", url)


class _Defuser:
    """One pass over a text. Inline code and fences are copied; what stands between them is looked at."""

    def __init__(self, text: str, spans: list[Span], clear: bool, allowed: frozenset[str]) -> None:
        self._clear = clear
        self._allowed = allowed
        self._table = "|" in text and any("|" in line[0] for line in _TABLE.finditer(text))
        self._text, self._masked = self._mask(text, spans)
        self._out: list[str] = []
        self._brackets: list[tuple[int, str]] = []  # where in the output a bracket is open, and what may replace it

    def run(self) -> str:
        position = 0
        while token := _TOKEN.search(self._masked, position):
            self._emit(self._text[position : token.start()])
            position = self._take(token)
        self._emit(self._text[position:])
        return "".join(self._out)

    def _mask(self, text: str, spans: list[Span]) -> tuple[str, str]:
        """The text, and one of the same length in which no code can be seen."""
        shown: list[str] = []
        masked: list[str] = []
        position = 0
        for start, end in spans:
            code = text[start:end]
            if "\n" not in code and self._torn(code):
                code = _ADDRESS.sub(lambda found: found[0] if self._may(found[0]) else _broken(found[0]), code)
            shown += (text[position:start], code)
            masked += (text[position:start], "\x01" * len(code))
            position = end
        return "".join((*shown, text[position:])), "".join((*masked, text[position:]))

    def _torn(self, code: str) -> bool:
        return (self._table and "|" in code) or _EMPHASIS.search(code) is not None

    def _may(self, url: str) -> bool:
        return not spellings(url).isdisjoint(self._allowed) and _MENTION.search(url) is None

    def _emit(self, piece: str) -> None:
        """Add to the output; a back-tick of ours must not run into another one or be escaped."""
        if piece:
            if piece[0] == "`" and self._out and self._out[-1][-1:] in ("`", "\\"):
                piece = ZWSP + piece
            self._out.append(piece)

    def _inert(self, url: str) -> str:
        if not self._clear or self._torn(url) or "`" in url or "\\" in url:
            return _broken(url)
        return f"`{url}`"

    def _glue(self, start: int, end: int) -> str:
        """What takes the place of something removed, so that what stood around it does not grow together."""
        alone = start == 0 or self._text[start - 1].isspace()
        return "" if alone and self._text[end : end + 1].isalnum() else ZWSP

    def _take(self, token: re.Match[str]) -> int:
        """Handle one token and return where to go on."""
        kind = next(name for name in _KINDS if token[name] is not None)
        if kind == "open":
            self._brackets.append((len(self._out), self._glue(token.start(), token.end())))
        elif kind == "link":
            return self._link(token, "target" if token["angle"] is None else "angle")
        elif kind == "definition":
            return self._link(token, "defined")
        elif kind == "auto":
            return self._auto(token)
        elif kind == "address":
            return self._address(token)
        elif kind in ("close", "loose") and self._brackets:
            self._brackets.pop()
        self._emit(token[0] + (ZWSP if kind in ("block", "tag", "loose") else ""))
        return token.end()

    def _link(self, token: re.Match[str], group: str) -> int:
        """The end of a label with its target: ``](url "title")``, or ``]: url``."""
        if not self._brackets:
            self._emit("]" + ZWSP)
            return token.start() + 1
        index, glue = self._brackets.pop()
        url = self._text[token.start(group) : token.end(group)]
        if self._may(url) and (group != "defined" or self._ends(token.end())):
            end = token.end(group) + (group == "angle")
            self._emit(self._text[token.start() : end])
            return end
        if not _ADDRESS.search(url) and not _SCHEME.match(url):
            self._emit("]" + ZWSP)
            return token.start() + 1
        self._out[index] = glue
        empty = index == len(self._out) - 1
        self._emit(("" if empty else " ") + f"({self._inert(url)})")
        return token.end()

    def _auto(self, token: re.Match[str]) -> int:
        """``<url>``, or Slack's ``<url|label>``."""
        url = self._text[token.start("auto") : token.end("auto")]
        label = self._text[token.start("label") : token.end("label")] if token["label"] else ""
        shown = _without_links(label, self._clear, self._allowed)
        if self._may(url) and (not label or (shown == label and not re.search(r"[\[\]`]|:/|www\.", label))):
            self._emit(f"[{label}]({url})" if label else token[0])
        elif label:
            self._emit(self._glue(token.start(), token.start("label")) + shown + f" ({self._inert(url)})")
        else:
            inert = self._inert(url)
            self._emit(inert if inert[0] == "`" else ZWSP + inert + ZWSP)
        return token.end()

    def _ends(self, position: int) -> bool:
        """Whether an address before here ends here on every surface, and is not a part of another."""
        following = self._masked[position : position + 1]
        if following == "]" and self._brackets:
            link = _TOKEN.match(self._masked, position)
            return link is not None and any(link[name] and self._may(link[name]) for name in ("angle", "target"))
        return not following or following.isspace()

    def _address(self, token: re.Match[str]) -> int:
        """An address in prose."""
        url = token[0][: address_end(token[0])]
        if self._may(url) and self._ends(token.end()):
            self._emit(token[0])
            return token.end()
        inert = self._inert(url)
        if inert[0] == "`" and _ADDRESS.match(url):
            self._emit(inert)
            return token.start() + len(url)
        self._emit(_broken(token[0]))
        return token.end()
