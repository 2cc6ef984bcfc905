"""A brief as an answer in chat: its text, and what can be pressed under it."""

from __future__ import annotations

from collections.abc import Iterator

from core.briefs.models import Act, Line
from core.briefs.rendering import as_markdown, letter, links
from core.briefs.service import Made
from core.briefs.wording import Words, words_of
from core.conversation.handling import Say
from core.registry import Invocation
from core.rendering.message import Button

_IN_A_ROW = 5
_TOP = 4  # beside the button to everything else


def shown(made: Made, brief_id: int | None = None, *, before: str = "") -> Say:
    """The whole brief.

    Args:
        made: the brief.
        brief_id: which one it is; None for one that is not kept, of which only tasks can be done.
        before: a line above it.
    """
    words = words_of(made.facts.reader.language)
    text = "\n\n".join(filter(None, (before, as_markdown(made.brief, letters=brief_id is None))))
    lines = made.brief.lines
    buttons = _unkept(lines, words) if brief_id is None else _kept(lines, brief_id, words)
    return Say(text, tuple(buttons), links=links(made.brief))


def _kept(lines: tuple[Line, ...], brief_id: int, words: Words) -> Iterator[Button]:
    """Done for what comes first, the drafts, and one for everything else."""
    to_do = [line for line in sorted(lines, key=lambda line: line.number) if Act.DONE in line.acts]
    for line in to_do[:_TOP]:
        yield _button(f"{words.acts[Act.DONE]} {line.number}", Act.DONE, b=str(brief_id), n=str(line.number))
    if any(line.acts for line in lines):
        yield Button(label=words.more, invocation=Invocation(command="brief-act", arguments={"b": str(brief_id)}))
    for line in [line for line in lines if Act.SEND in line.acts][:_IN_A_ROW]:
        yield _button(f"{words.draft_of} {line.number}", Act.SEND, b=str(brief_id), n=str(line.number))


def _unkept(lines: tuple[Line, ...], words: Words) -> Iterator[Button]:
    tasks = [line for line in lines if line.ref.startswith("task:") and Act.DONE in line.acts][:_IN_A_ROW]
    for act in (Act.DONE, Act.SNOOZE):
        for line in tasks:
            yield _button(f"{words.acts[act]} {letter(line)}", act, ref=line.ref)


def _button(label: str, act: Act, **arguments: str) -> Button:
    return Button(label=label, invocation=Invocation(command="brief-act", arguments={**arguments, "act": act.value}))
