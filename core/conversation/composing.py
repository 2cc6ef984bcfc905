"""From the text of an answer to the messages that a surface can take, each harmless by itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from core.rendering.clean import clean
from core.rendering.harmless import harmless
from core.rendering.message import Attachment, Button, Outgoing, Page, Persona
from core.rendering.split import split

_FILE = "answer.md"
_CONTINUED = f"\n\n_This goes on: the whole answer is in {_FILE}._"


def compose(
    text: str,
    limit: int,
    *,
    most: int = 0,
    allowed: frozenset[str] = frozenset(),
    persona: Persona | None = None,
    buttons: tuple[Button, ...] = (),
    feedback: bool = False,
    files: tuple[Attachment, ...] = (),
    only_for: str = "",
    page: Page | None = None,
) -> list[Outgoing]:
    """The text in messages of at most ``limit`` characters; what can be pressed and the files go with the last.

    Args:
        text: markdown.
        limit: of the surface.
        most: of more messages than these only the first is sent, with the whole as a file; zero for any number.
        allowed: links that may go out.
        persona: who speaks.
        buttons: under the last message.
        feedback: whether vote buttons stand under the last message.
        files: sent with the last message.
        only_for: the account of the only reader.
        page: what the text says, in parts; it goes with a text that needs one message only.
    """
    whole = safe(text, allowed)
    bodies = list(_parts(whole, allowed, limit))
    if 0 < most < len(bodies):
        bodies = [f"{next(_parts(whole, allowed, limit - len(_CONTINUED)))}{_CONTINUED}"]
        files = (*files, _file(whole))
    last = len(bodies) - 1
    return [
        Outgoing(
            body=body,
            persona=persona,
            only_for=only_for,
            buttons=buttons if number == last else (),
            feedback=feedback and number == last,
            files=files if number == last else (),
            page=_safe_page(page, allowed) if page is not None and last == 0 else None,
        )
        for number, body in enumerate(bodies)
    ]


def _file(text: str) -> Attachment:
    return Attachment(name=_FILE, media_type="text/markdown", data=base64.b64encode(text.encode()))


def _safe_page(page: Page, allowed: frozenset[str]) -> Page:
    sections = tuple(
        section.model_copy(update={"title": safe(section.title, allowed), "text": safe(section.text, allowed)})
        for section in page.sections
    )
    return page.model_copy(update={"title": safe(page.title, allowed), "sections": sections})


def safe(text: str, allowed: frozenset[str] = frozenset()) -> str:
    """The text without what could ping people or lead them away."""
    return harmless(clean(text), allowed_links=allowed)


def _parts(text: str, allowed: frozenset[str], limit: int) -> Iterator[str]:
    """The text in parts that are harmless each by itself: a cut can bring to light what was code before it."""
    for part in split(text, limit):
        once_more = harmless(part, allowed_links=allowed)
        if len(once_more) <= limit:
            yield once_more
        else:
            yield from _parts(once_more, allowed, limit)
