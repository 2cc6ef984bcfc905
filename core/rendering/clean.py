"""Inbound text made storable: PostgreSQL takes neither NUL nor lone surrogates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def clean(text: str) -> str:
    """Replace NUL and lone surrogates by U+FFFD; everything else (RTL marks, zero-width, …) stays.

    Two surrogates that belong together, as some JSON readers leave them, become their character.
    """
    if _UNSTORABLE.search(text) is None:
        return text
    return _UNSTORABLE.sub("\ufffd", _PAIR.sub(_character, text))


def _character(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def clean_json(value: Json) -> Json:
    """The same value with every string in it cleaned, keys too (of keys that become equal, the last one's value)."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(key): clean_json(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [clean_json(item) for item in value]
    return value
