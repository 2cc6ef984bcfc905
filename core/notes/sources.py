"""What is looked through for notes: what people said themselves, and nothing that they quote or were told by Robbie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.conversation.mentions import MENTION
from core.conversation.models import Place
from core.notes.models import Note
from core.notes.naming import UNKNOWN
from core.notes.refusals import stems

LONGEST = 300
"""Characters of a note that was found."""

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
# From here on, a message is somebody else's words: a quote to its end, or a mail that is passed on.
_QUOTED_ON = re.compile(
    r"^[ \t]*(?:>>>"
    r"|-{3,}[ \t]*(?:forwarded|original|weitergeleitete|ursprüngliche)[ \t-]+(?:message|nachricht|e-?mail)\b"
    r"|(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)):"
    r"|(?:on|am)\b[^\n]{6,120}\b(?:wrote|schrieb[^\n]{0,80}):[ \t]*$"
    r"|(?:from|von):[^\n]*\n(?:[ \t]*[\w-]{2,12}:[^\n]*\n){2})",
    re.IGNORECASE | re.MULTILINE,
)
SENTENCE = re.compile(r"(?<=[.!?…])(?<!\d\.)[)\"”»]*\s+|\n+")
"""What stands between two sentences."""

_MARKER = re.compile(r"^(?:[-*•–]|\d{1,2}[.)])\s+")
_WORD = re.compile(r"[^\W\d_]{2}")
_REPEATED = 0.8
_TELLING = 4  # words with content that a repeated sentence has at least


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a person.

    Attributes:
        id: the message.
        zone: of its person, IANA.
        new: whether it waits to be looked through; else it only helps to understand the others.
        source: as ``Note.source``.
        command: whether it came as a command, or from another bot: then it is no source.
    """

    id: int
    person_id: int
    speaker: str
    text: str
    at: datetime
    zone: str = "UTC"
    new: bool = True
    source: str = ""
    command: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a conversation in the hands of one worker.

    Attributes:
        lease: names the hold: who comes with another one writes nothing.
        messages: oldest first.
        robbie: what Robbie said here of late.
        accounts: the people that are mentioned, by the platform's account: id and name.
        notes: the latest notes of those who speak that may be seen here.
        absent: people of the org who are not part of this and whose first name is said here.
        tries: how often this was taken, this time included, since it last came to an end.
    """

    org_id: int
    conversation_id: int
    place: Place
    lease: datetime
    messages: tuple[Said, ...]
    robbie: tuple[str, ...] = ()
    accounts: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    absent: Mapping[int, str] = field(default_factory=dict)
    tries: int = 1

    @property
    def people(self) -> Mapping[int, str]:
        """Who speaks or is mentioned here, by name."""
        return {said.person_id: said.speaker for said in self.messages} | dict(self.accounts.values())


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that a person said themselves."""

    said: Said
    text: str


def own_sentences(window: Window) -> Sequence[Sentence]:
    """What people say themselves in the new messages, a sentence each."""
    told = [stems(text) for text in window.robbie]
    return [
        Sentence(said, text) for said in window.messages if said.new for text in _own(said.text, told, window.accounts)
    ]


def _own(text: str, told: Sequence[frozenset[str]], accounts: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    said = _QUOTED_ON.split(_CODE.sub("\n", text), maxsplit=1)[0]
    lines = [line for line in said.splitlines() if not line.lstrip().startswith(">")]
    for sentence in SENTENCE.split("\n".join(lines)):
        plain = MENTION.sub(lambda found: "@" + accounts.get(found[1], (0, UNKNOWN))[1], sentence)
        plain = _MARKER.sub("", " ".join(plain.split()))
        if _WORD.search(plain) and not _repeats(stems(plain), told):
            yield plain


def _repeats(said: frozenset[str], told: Sequence[frozenset[str]]) -> bool:
    """Whether nearly all of it is what Robbie said."""
    return len(said) >= _TELLING and any(len(said & one) >= _REPEATED * len(said) for one in told)
