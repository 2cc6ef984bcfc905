"""Feelings that mean the same to a note."""

from __future__ import annotations

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "celebration": ("joy", "excitement", "pride", "gratitude", "admiration", "relief", "love"),
    "win": ("joy", "excitement", "pride", "relief"),
    "concern": (
        "anger", "annoyance", "disappointment", "disgust", "fear", "grief", "nervousness", "remorse", "sadness",
    ),
}  # fmt: skip
