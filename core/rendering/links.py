"""Web addresses in text: where they are, and when two are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What platforms make clickable, and more: any scheme, also with its colon or slashes escaped, www., and bare hosts
# that look like an address (well-known ending, and a path or at least three labels).
_COLON = r"(?:\\?:|&#0*58;?|&#x0*3a;?|&colon;)"
_TLD = (
    "com|net|org|edu|gov|info|biz|io|dev|app|ai|co|me|us|uk|eu|de|fr|es|it|nl|ch|ru|cn|jp|kr|br|au|ca|tv|xyz|top"
    "|site|online|shop|store|club|live|link|click|page|cloud|tech|pro|vip|icu|cc|ly|gg|gl|tk|ml|ga|su|ws"
)
_HOST = rf"(?<![\w@.\-])(?:[\w\-]{{1,63}}[.。．｡]){{%s}}+(?:{_TLD})(?![\w\-]|[.。．｡]\w)"
_SCHEME = (
    r"[a-z][a-z0-9+.\-]{0,30}+:(?:/|\\){2}"
    rf"|(?:https?|javascript|vbscript|mailto|tel|sms){_COLON}(?![\s\u200b]|$)"
    rf"|file{_COLON}[/\\]|data{_COLON}[\w/+.\-]*+[;,]"
    r"|www[.。．｡](?![\s\u200b]|$)"
    rf"|{_HOST % '2,99'}(?!@)|{_HOST % '1,1'}(?=[/?#:]\S)"
)
# An address ends at white space, "<", inline code (hidden behind \x01) or the end of a link's label.
_REST = r"(?:[^\s<`\x01\]]|\](?!\u200b?[(\[:]))*+"
ADDRESS = rf"(?:{_SCHEME}){_REST}"

_ADDRESS = re.compile(ADDRESS, re.IGNORECASE)
_POSSIBLE = re.compile(r"[:.。．｡&]")  # no address is without one of these
_SLACK = re.compile(r"<([^<>|\s]++)(?:\|[^<>\n]*+)?>")
_PARTS = re.compile(r"([a-z][a-z0-9+.\-]*+:)(//)?([^/?#\\]*+)(.*)", re.IGNORECASE | re.DOTALL)
_TRAILING = ".,;:!?'\"*_~|>]}。、，．！？：；）」』】”’»"
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def address_end(text: str) -> int:
    """How much of a run of characters is the address: less the punctuation that ends a sentence or a bracket."""
    end = len(text)
    surplus = text.count(")") - text.count("(")
    while end and (text[end - 1] in _TRAILING or (text[end - 1] == ")" and surplus > 0)):
        surplus -= text[end - 1] == ")"
        end -= 1
    return end


def canonical(url: str) -> str:
    """One spelling for addresses that surely are the same: scheme and host in lower case, at least ``/`` as the path.

    Only ASCII letters are lowered and nothing is decoded: a host that merely looks the same stays a different one.
    """
    url = url[: address_end(url)]
    match = _PARTS.fullmatch(url)
    if match is None:
        return url
    scheme, slashes, authority, rest = match.groups(default="")
    if not slashes:
        return scheme.translate(_LOWER) + authority + rest
    user, at, host = authority.rpartition("@")
    path = rest if rest.startswith("/") else "/" + rest
    return scheme.translate(_LOWER) + slashes + user + at + host.translate(_LOWER) + path


def spellings(url: str) -> frozenset[str]:
    """The canonical addresses that a written one may stand for: without a scheme, http and https."""
    if re.match(r"[a-z][a-z0-9+.\-]*:(?!\d)", url, re.IGNORECASE):
        return frozenset({canonical(url)})
    return frozenset({canonical("http://" + url), canonical("https://" + url)})


def links_in(text: str) -> frozenset[str]:
    """The canonical addresses in a person's message, also those in code, markdown links and Slack's ``<url|label>``."""
    if not _POSSIBLE.search(text):
        return frozenset()
    return frozenset(spelling for url in _written(text) for spelling in spellings(url))


def _written(text: str) -> Iterator[str]:
    for match in _SLACK.finditer(text):
        if _ADDRESS.match(match[1]):
            yield match[1]
    for match in _ADDRESS.finditer(_SLACK.sub(" ", text)):
        yield match[0]
