"""Bytes that somebody attached, as text: the encoding is told by what the bytes allow, and never guessed at random."""

from __future__ import annotations

import codecs
import re

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b") + b"\x7f"
_MOST_CONTROL = 200  # one byte in so many; a log may hold a stray one
_FEW_ACCENTS = 4  # in Western European text, less than one letter in so many has one
_DECLARED = re.compile(rb"(?:charset|encoding|coding)\s*[=:]\s*[\"']?([A-Za-z0-9._-]{3,20})", re.IGNORECASE)
_KNOWN = re.compile(
    r"(iso-?8859-?\d+|latin-?\d|windows-?125\d|cp125\d|koi8-?[ru]|shift_?jis|euc-?(jp|kr)|gb(k|2312|18030)|big5)",
    re.IGNORECASE,
)
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def is_text(data: bytes) -> bool:
    """Whether it looks like something that was written, in whatever encoding."""
    if data.startswith(tuple(_BOMS)):
        return True
    strange = len(data) - len(data.translate(None, _CONTROL))
    return strange * _MOST_CONTROL <= len(data) or _wide(data) is not None


def decoded(data: bytes) -> str | None:
    """The text; None where nobody can tell how its letters are meant."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return _tidy(_decode(data[len(mark) :], encoding))
    return _tidy(_decode(data, _wide(data) or "utf-8") or _old(data))


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: with letters as in English, every other byte is zero."""
    sample = data[:4096]
    pairs = len(sample) // 2
    high, low = sample[::2].count(0), sample[1::2].count(0)
    if pairs and max(high, low) * 2 > pairs and min(high, low) * 20 <= pairs:
        return "utf-16-le" if low > high else "utf-16-be"
    return None


def _old(data: bytes) -> str | None:
    """An encoding from before UTF-8: the one that the text names, or that of Western Europe where it can be that."""
    named = _DECLARED.search(data[:1024])
    if named and _KNOWN.fullmatch(encoding := named[1].decode("ascii")):
        return _decode(data, encoding)
    letters = sum(map(len, re.findall(rb"[A-Za-z\x80-\xff]+", data)))
    accents = len(data) - len(data.translate(None, bytes(range(0x80, 0x100))))
    return data.decode("cp1252", "replace") if accents * _FEW_ACCENTS < letters else None


def _tidy(text: str | None) -> str | None:
    """With plain line ends, and without what a page does not show and a database does not take."""
    if text is None:
        return None
    return _UNSHOWN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
