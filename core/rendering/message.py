"""What goes out, before an adapter gives it the form of its platform."""

from __future__ import annotations

from typing import Literal

from pydantic import Base64Bytes, Field

from core.registry import Invocation
from core.values import Frozen


class Persona(Frozen):
    """Who speaks, where it is not Robbie itself.

    Attributes:
        id: the mentor's id.
        name: what people read, without the hint that it is an AI.
        mood: ``confident``, ``thoughtful``, ``concerned`` or ``determined``.
        avatar: the key of its picture.
    """

    id: str
    name: str
    mood: str
    avatar: str

    @property
    def title(self) -> str:
        """The name as it stands over a message: nobody shall take it for the person."""
        return f"{self.name} (AI)"


class Button(Frozen):
    """Something to press. A link opens in the browser; everything else is a command."""

    label: str = Field(max_length=75)
    invocation: Invocation | None = None
    url: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"


class Attachment(Frozen):
    """A file that goes out with a message.

    Attributes:
        data: the content; base64 where it is written as JSON.
        alt: what a picture shows, in words.
    """

    name: str
    media_type: str
    data: Base64Bytes
    alt: str = ""


class Section(Frozen):
    """One part of a page: a title, markdown, and what can be done there."""

    title: str
    text: str = ""
    buttons: tuple[Button, ...] = ()


class Page(Frozen):
    """Something to look at and to act on, such as a person's home."""

    title: str
    sections: tuple[Section, ...] = ()


class Outgoing(Frozen):
    """One message.

    Attributes:
        body: markdown, harmless and within the surface's limit.
        persona: who speaks; None for Robbie. It is the same in every edit.
        buttons: stand under the text.
        feedback: whether the vote buttons stand under it.
        files: go out with it.
        only_for: the account of the only person who may read it; empty for everybody in the place.
        page: the same once more in parts, for surfaces that show such a thing better than as text with buttons.
    """

    body: str
    persona: Persona | None = None
    buttons: tuple[Button, ...] = ()
    feedback: bool = False
    files: tuple[Attachment, ...] = ()
    only_for: str = ""
    page: Page | None = None


class FormField(Frozen):
    """One field of a form.

    Attributes:
        label: at most 45 characters.
        kind: one line, several lines, one of ``choices``, or yes and no.
        choices: values and labels.
        secret: whether it is not shown while it is typed, where a surface can do so.
    """

    name: str
    label: str = Field(max_length=45)
    kind: Literal["line", "text", "choice", "toggle"] = "line"
    value: str = ""
    hint: str = Field("", max_length=100)
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    longest: int = 3_000
    secret: bool = False


class Form(Frozen):
    """What a person fills in; sent off, it is the invocation with the fields as further arguments.

    Attributes:
        title: at most 24 characters.
        fields: at most five, which is what a Discord modal holds.
    """

    title: str = Field(max_length=24)
    invocation: Invocation
    fields: tuple[FormField, ...] = Field(min_length=1, max_length=5)
    submit: str = Field("Save", max_length=24)
