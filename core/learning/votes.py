"""What a reaction says of an answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_SKIN_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}
_VARIATION = "\ufe0f"

_UP = ("+1", "thumbsup", "👍", "heart", "❤", "tada", "🎉", "raised_hands", "🙌", "100", "💯")
_DOWN = ("-1", "thumbsdown", "👎", "confused", "😕")


@dataclass(frozen=True, slots=True)
class VotePolicy:
    """Which reactions are votes, by the names that platforms give them.

    Attributes:
        up: say that an answer is good.
        down: say that it is not.
    """

    up: Collection[str] = _UP
    down: Collection[str] = _DOWN

    def value(self, reaction: str) -> int | None:
        """1 or -1; None for a reaction that is no vote. Skin tones make no difference."""
        name = reaction.split("::")[0]
        name = "".join(char for char in name if char not in _SKIN_TONES and char != _VARIATION)
        if name in self.up:
            return 1
        return -1 if name in self.down else None
