"""A page as a container of Discord's newer components: a title for each part, and its buttons right below it.

Only the answer to a command is shown so: a message of that kind has no text that could be edited, looked for or read
by a search, and it stays of that kind for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.discord.components import rows
from adapters.discord.render import Rendered, nobody, styled
from core.registry import Registry
from core.rendering.message import Outgoing, Page, Section

Json = dict[str, object]

_TEXT, _SEPARATOR, _CONTAINER = 10, 14, 17
_V2 = 1 << 15
_MOST, _LONGEST = 40, 4_000


def as_page(message: Outgoing, registry: Registry) -> Rendered | None:
    """The message as a page; None where it is none, or where Discord would not take it as one."""
    if message.page is None or message.files or message.persona is not None:
        return None
    inside = list(_inside(message.page, registry))
    if not inside or 1 + sum(map(_count, inside)) > _MOST or sum(map(_length, inside)) > _LONGEST:
        return None
    container: Json = {"type": _CONTAINER, "components": inside}
    return Rendered({"components": [container], "flags": _V2, "allowed_mentions": nobody()})


def _inside(page: Page, registry: Registry) -> Iterator[Json]:
    for number, section in enumerate(page.sections):
        if number:
            yield {"type": _SEPARATOR}
        yield from _part(section, registry)


def _part(section: Section, registry: Registry) -> Iterator[Json]:
    text = "\n".join(filter(None, (f"### {section.title}" if section.title else "", styled(section.text))))
    if text:
        yield {"type": _TEXT, "content": text}
    yield from rows(Outgoing(body="", buttons=section.buttons), registry)


def _count(component: Json) -> int:
    below = component.get("components")
    return 1 + (len(below) if isinstance(below, list) else 0)


def _length(component: Json) -> int:
    return len(str(component.get("content", "")))
