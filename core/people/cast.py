"""Who may speak in Robbie's place, as people choose among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.people.models import AUTO, ROBBIE
from core.registry import Choice, CommandError

DEFAULT = "default"
"""What somebody writes for what the channel says."""

_WORDS = {AUTO: AUTO, "automatic": AUTO, ROBBIE: ROBBIE, "none": ROBBIE, DEFAULT: ""}
_LABELS = {AUTO: "Whoever fits the message", ROBBIE: "Robbie itself", "": "What the channel says, else Robbie itself"}


@dataclass(frozen=True, slots=True)
class Card:
    """A mentor on a list.

    Attributes:
        tagline: what it is good for.
        names: what people may call it.
    """

    id: str
    name: str
    tagline: str = ""
    names: tuple[str, ...] = ()


class Cast:
    """The mentors that are there.

    Args:
        cards: in the order in which people see them.
    """

    def __init__(self, cards: Sequence[Card] = ()) -> None:
        self._cards = {card.id: card for card in cards}

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards.values())

    def read(self, text: str) -> str:
        """The choice that somebody means: an id, ``auto``, ``robbie``, or empty for what the channel says.

        Raises CommandError.
        """
        wanted = _plain(text)
        if wanted in _WORDS:
            return _WORDS[wanted]
        exact = {card.id for card in self if wanted in _called(card)}
        begun = {card.id for card in self if any(name.startswith(wanted) for name in _called(card))}
        for found in (exact, begun):
            if len(found) == 1:
                return found.pop()
        raise CommandError(
            f"I know no mentor called “{text.strip()[:60]}”. The command `mentors` shows who there is.", "mentor"
        )

    def label(self, choice: str) -> str:
        """What people read for a choice; one that is not there any more counts as none."""
        card = self._cards.get(choice)
        return card.name if card else _LABELS.get(choice, _LABELS[""])

    def choices(self) -> Sequence[Choice]:
        """All that can be chosen."""
        own = (Choice(AUTO, _LABELS[AUTO]), Choice(ROBBIE, _LABELS[ROBBIE]), Choice(DEFAULT, _LABELS[""]))
        return (*own, *(Choice(card.id, card.name) for card in self))


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split()).lstrip("@")


def _called(card: Card) -> set[str]:
    whole = {_plain(name) for name in (card.id, card.name, *card.names)}
    return whole | {_plain(card.name).split()[-1]}
