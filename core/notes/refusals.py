"""Fingerprints of what is not to be noted or proposed again: they tell nothing of a text, yet know a small rewording.

A text is a set of stems of its words with content. MinHash (Broder 1997, On the resemblance and containment of
documents) gives each of 120 random orders the first stem of the set; 24 bands of 5 such firsts are hashed, each to a
fingerprint. Two texts whose sets have the share ``j`` of their union in common share a band with the probability
``1 - (1 - j**5)**24``: .99 for one word of six changed, .86 for j = .6, .22 for .4, under .01 for .2.

Everything is keyed by a salt: without it, a fingerprint can be held against no text.
"""

from __future__ import annotations

import hashlib

import numpy as np

from core.notes.grams import tokens

_BANDS, _ROWS = 24, 5
_ORDERS = _BANDS * _ROWS
_SIZE = 8  # bytes
_EMPTY_WORDS = (
    "a about all also am an and any are as at be been but by can could did do does for from had has have he her him "
    "his i if in into is it its just ll me my no not of off on or our out re s shall she should so some t than that "
    "the their them then there these they this those to too up ve was we were what when which who will with would you "
    "your aber als auch auf aus bei bin bis das dass dem den der des die doch du ein eine einem einen einer es für "
    "hat hatte ich ihr ihm im ist ja kann mal mein mich mir mit nach nicht noch nun nur oder schon sehr sein sich sie "
    "sind soll um und uns unser von vom vor war wenn wer wie wir wird zu zum zur"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())
_ENDINGS = ("ings", "ing", "ies", "ied", "ed", "es", "ly", "en", "er", "em", "s", "e", "y")


def stems(text: str) -> frozenset[str]:
    """The stems of the words with content, in English or German; of all words where there is no other."""
    words = [word.replace("’", "'").partition("'")[0] for word in tokens(text) if word[0].isalnum()]
    return frozenset(map(_stem, [word for word in words if word not in _EMPTY] or words))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of two sets that they have in common (Jaccard), from 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def fingerprints(text: str, salt: bytes) -> frozenset[bytes]:
    """What a text is recognised by: one that shares any of these says the same. Empty for a text without a word."""
    found = stems(text)
    if not found:
        return frozenset()
    orders = np.array([np.frombuffer(_expanded(stem, salt), ">u4") for stem in sorted(found)])
    firsts = orders.min(axis=0).astype(">u4").reshape(_BANDS, _ROWS)
    return frozenset(_digest(bytes([number]) + band.tobytes(), salt) for number, band in enumerate(firsts))


def _expanded(stem: str, salt: bytes) -> bytes:
    """The stem's place in each order."""
    return hashlib.shake_256(_digest(stem.encode(), salt)).digest(4 * _ORDERS)


def _digest(data: bytes, salt: bytes) -> bytes:
    return hashlib.blake2b(data, key=salt, digest_size=_SIZE).digest()


def _stem(word: str) -> str:
    for _ in range(2):
        ending = next(
            (one for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= (4 if one == "y" else 3)), ""
        )
        word = word.removesuffix(ending)
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word
