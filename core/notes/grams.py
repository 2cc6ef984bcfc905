"""Texts as sets of hashed word and character sequences, many texts at once."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

LONGEST = 2_000
Ints: TypeAlias = npt.NDArray[np.int64]
Hashes: TypeAlias = npt.NDArray[np.uint32]
Weights: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]
_Wide: TypeAlias = npt.NDArray[np.uint64]
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[^\w\s]")
_ROW = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Grams:
    """What occurs where: pairs of a text's number and a hash, sorted, each once."""

    texts: int
    rows: Ints
    hashes: Hashes

    def joined(self, other: Grams) -> Grams:
        """Those of both, for the same texts."""
        return _unique([_keys(self), _keys(other)], self.texts)


def tokens(text: str) -> list[str]:
    """Words, numbers and signs, in lower case; the beginning of a long text only."""
    return _TOKEN.findall(text[:LONGEST].lower())


def word_grams(texts: Sequence[Sequence[str]], sizes: Sequence[int]) -> Grams:
    """Sequences of tokens of these sizes; a text's beginning and end count as tokens."""
    units = [[_hash("\x02"), *map(_hash, text), _hash("\x03")] for text in texts]
    flat = np.array([one for text in units for one in text], np.uint64)
    return _grams(flat, np.array([len(text) for text in units], np.int64), sizes, 100)


def char_grams(texts: Sequence[str], sizes: Sequence[int]) -> Grams:
    """Sequences of bytes of these sizes, in lower case; white space counts as one blank."""
    units = [f" {' '.join(text[:LONGEST].lower().split())} ".encode("utf-8", "replace") for text in texts]
    flat = np.frombuffer(b"".join(units), np.uint8).astype(np.uint64)
    return _grams(flat, np.array([len(text) for text in units], np.int64), sizes, 200)


def weighed(grams: Grams, known: Hashes, rarity: Weights) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """TF-IDF: rows of length 1, as entries.

    Args:
        grams: of the texts, a row for each.
        known: the hashes that count, sorted, a column for each.
        rarity: what each of them weighs.

    Returns:
        Row, column and value of each entry, in the order of the rows.
    """
    found = np.minimum(np.searchsorted(known, grams.hashes), len(known) - 1)
    kept = known[found] == grams.hashes
    rows, columns = grams.rows[kept], found[kept]
    values = rarity[columns].astype(np.float64)
    length = np.sqrt(np.bincount(rows, values * values, grams.texts))
    return rows, columns, values / np.maximum(length, 1e-9)[rows]


@lru_cache(maxsize=100_000)
def _hash(token: str) -> int:
    return zlib.crc32(token.encode("utf-8", "replace"))


def _grams(flat: _Wide, lengths: Ints, sizes: Sequence[int], salt: int) -> Grams:
    owners = np.repeat(np.arange(len(lengths)), lengths)
    keys = [np.zeros(0, np.uint64)]
    for size in sizes:
        if len(flat) >= size:
            starts = len(flat) - size + 1
            value = flat[:starts]
            for step in range(1, size):
                value = _mixed(value, step) + flat[step : starts + step]
            inside = owners[:starts] == owners[size - 1 :]
            rows = owners[:starts].astype(np.uint64) << _ROW
            keys.append((rows | (_mixed(value, salt + size) & _LOW))[inside])
    return _unique(keys, len(lengths))


def _keys(grams: Grams) -> _Wide:
    return (grams.rows.astype(np.uint64) << _ROW) | grams.hashes.astype(np.uint64)


def _unique(keys: Sequence[_Wide], texts: int) -> Grams:
    """Sorts and compares: numpy's own ``unique`` hashes whole numbers and takes ten times as long here."""
    every = np.sort(np.concatenate(keys))
    unique = every[np.append(True, every[1:] != every[:-1])] if len(every) else every
    return Grams(texts, (unique >> _ROW).astype(np.int64), (unique & _LOW).astype(np.uint32))


def _mixed(value: _Wide, salt: int) -> _Wide:
    """The finisher of splitmix64: every bit of the value decides on every bit of the result."""
    value = (value + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return value ^ (value >> np.uint64(32))
