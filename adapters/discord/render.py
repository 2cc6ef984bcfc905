"""How a body looks in Discord: the same for a post and for an edit of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from discord import AllowedMentions, MessageFlags

from adapters.discord.api import WithFiles
from adapters.discord.components import rows
from adapters.discord.tables import with_tables
from core.registry import Registry
from core.rendering.code import Ambiguous, code_spans
from core.rendering.message import Attachment, Outgoing, Persona

LIMIT = 2_000  # in code points; it holds for posts and for edits
NAME_LIMIT = 80
_FILES, _FILE, _REQUEST = 10, 10 * 2**20, 24 * 2**20  # in one message, of each, and of all together
_ALT = 1_024
PART_LIMIT = LIMIT - NAME_LIMIT - len("****\n")  # a persona's name may stand above the text
_HEADING = re.compile(r"^ {0,3}#{4,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"(?<![\w_])__(?=[^\s_])([^\n_]+)(?<=\S)__(?![\w_])")  # which would be underlined
_IMAGE = re.compile(r"!(?=\[[^\[\]\n]+\]\([^()\s]+\))")
_CODE = re.compile(r"(`[^`\n]+`)")

# Nobody is pinged, whatever a text says; of AllowedMentions(replied_user=False) alone, everybody could be.
_NOBODY = AllowedMentions.none().to_dict()
_FLAGS = MessageFlags(suppress_embeds=True).value
EPHEMERAL = MessageFlags(ephemeral=True).value


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as Discord takes it.

    Attributes:
        body: the form.
        files: go out with it.
    """

    body: dict[str, object]
    files: tuple[Attachment, ...] = ()

    @property
    def content(self) -> str:
        """The text."""
        return str(self.body["content"])

    def sent(self, **more: object) -> object:
        """The body of a call, with more in it."""
        body = {**self.body, **more}
        return WithFiles(body, self.files) if self.files else body


def render(message: Outgoing, registry: Registry, *, named: bool = True) -> Rendered:
    """What a post, an edit and the answer to a command share.

    Args:
        message: what to show.
        registry: the commands, so that nothing is offered that nobody carries out.
        named: whether a persona's name stands in the text, since nothing else shows it.
    """
    text = message.body
    if named and message.persona is not None:
        text = f"**{plain_name(message.persona)}**\n{text}"
    files, left = fitting(message.files)
    body = {**text_of(_with_note(text, left)), "flags": _FLAGS, "components": rows(message, registry)}
    if files:
        body["attachments"] = [
            {"id": number, "filename": file.name, "description": file.alt[:_ALT]} for number, file in enumerate(files)
        ]
    return Rendered(body, files)


def fitting(files: tuple[Attachment, ...]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """The files that Discord takes with one message, and the names of the others."""
    taken: list[Attachment] = []
    room = _REQUEST
    for file in files:
        if len(taken) < _FILES and len(file.data) <= min(_FILE, room):
            taken.append(file)
            room -= len(file.data)
    return tuple(taken), tuple(file.name for file in files if file not in taken)


def without_files(message: Outgoing) -> Outgoing:
    """The same, with its files named only."""
    names = tuple(file.name for file in message.files)
    return message.model_copy(update={"files": (), "body": _with_note(message.body, names, "I may not attach")})


def _with_note(text: str, left: tuple[str, ...], why: str = "Too large for Discord") -> str:
    """The text with what is missing, where there is room to say so."""
    note = f"\n-# {why}: {', '.join(left)}" if left else ""
    return text + note if len(text) + len(note) <= LIMIT else text


def text_of(body: str) -> dict[str, object]:
    """A text that pings nobody."""
    return {"content": styled(body) or "…", "allowed_mentions": nobody()}


def nobody() -> dict[str, object]:
    """Whom a message may ping."""
    return dict(_NOBODY)


def plain_name(persona: Persona) -> str:
    """A persona's name as text, on one line and not formatted."""
    return " ".join(re.sub(r"[*_`~|<>@#:\\]", "", persona.title).split())[:NAME_LIMIT]


def styled(body: str) -> str:
    """The body in Discord's markdown, never longer than a message may be: the plainest form adds nothing."""
    forms: tuple[Callable[[str], str], ...] = (
        lambda prose: with_tables(_prose(prose), aligned=True),
        lambda prose: with_tables(_prose(prose), aligned=False),
        _prose,
    )
    for form in forms:
        text = _outside_fences(body, form).strip()
        if len(text) <= LIMIT:
            return text
    return body.strip()


def _outside_fences(body: str, form: Callable[[str], str]) -> str:
    """The body with what is no code block in another form; unchanged where that cannot be told."""
    try:
        fences = [(start, end) for start, end in code_spans(body) if "\n" in body[start:end]]
    except Ambiguous:
        return body
    pieces, position = [], 0
    for start, end in fences:
        pieces += [form(body[position:start]), body[start:end]]
        position = end
    return "".join([*pieces, form(body[position:])])


def _prose(text: str) -> str:
    """Without what Discord does not know: deep headings, pictures, and underscores for bold."""
    text = _HEADING.sub(_as_bold, text)
    pieces = _CODE.split(text)
    pieces[::2] = [_BOLD.sub(r"**\1**", _IMAGE.sub("", piece)) for piece in pieces[::2]]
    return "".join(pieces)


def _as_bold(heading: re.Match[str]) -> str:
    return f"**{heading[1].replace('**', '')}**"
