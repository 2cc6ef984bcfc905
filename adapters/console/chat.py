"""Talking to Robbie in a terminal; the answer grows on the screen as it is written."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner

from core.conversation.models import Author, InboundEvent, Kind, Outcome, Place, Shown
from core.conversation.ports import ConversationView, Receiver

with contextlib.suppress(ImportError):  # some Pythons are built without it
    import readline  # noqa: F401  (arrow keys and a history, for input())

Progress = Callable[[str], None]


async def ask(
    receiver: Receiver, view: ConversationView, text: str, *, zone: str, conversation: str, progress: Progress
) -> Outcome:
    """Hand in one message and return what came of it; ``progress`` is told the text as it grows."""
    place = Place(surface="console", tenant="local", channel=conversation, direct=True)
    message_id = uuid.uuid4().hex
    account = getpass.getuser()
    event = InboundEvent(
        kind=Kind.MESSAGE,
        identities=(f"message:{message_id}",),
        place=place,
        author=Author(account=account, name=account, zone=zone),
        message_id=message_id,
        occurred_at=datetime.now(UTC),
        text=text,
        addressed=True,
    )
    accepted = await receiver.accept(event)
    if accepted.inbox_id is None:
        raise RuntimeError("the message was not accepted")
    async for _ in view.changes(place):
        outcome = await view.outcome(accepted.inbox_id)
        if outcome is not None:
            return outcome
        progress(_growing(await view.shown(place)))
    raise RuntimeError("the conversation cannot be watched any more")


def _growing(shown: Sequence[Shown]) -> str:
    """The text of the answer that is being written."""
    return next((message.text for message in reversed(shown) if message.by_robbie and not message.final), "")


async def chat(receiver: Receiver, view: ConversationView, *, zone: str) -> None:
    """Talk until the person leaves (an empty line is ignored; Ctrl-D, Ctrl-C, ``exit`` or ``quit`` end it)."""
    console = Console()
    conversation = uuid.uuid4().hex
    console.print("[bold]Robbie[/bold] is here. Ctrl-D ends the conversation.\n")
    try:
        while (text := await _read()) is not None:
            if text:
                outcome = await _answered(console, receiver, view, text, zone=zone, conversation=conversation)
                console.print(as_markdown(outcome.answer))
                console.print(f"[dim]{footnote(outcome)}[/dim]\n")
    finally:
        console.print()  # what comes after it begins on a line of its own


async def _answered(
    console: Console, receiver: Receiver, view: ConversationView, text: str, *, zone: str, conversation: str
) -> Outcome:
    """Ask, and let the answer grow on the screen."""
    with Live(Spinner("dots", "writing …"), console=console, transient=True, refresh_per_second=8) as live:

        def show(growing: str) -> None:
            if growing:
                live.update(as_markdown(growing))

        return await ask(receiver, view, text, zone=zone, conversation=conversation, progress=show)


def footnote(outcome: Outcome) -> str:
    """Who answered, how fast, and for how much."""
    if outcome.level is None:
        return "no model was asked"
    seconds = (outcome.latency_ms or 0.0) / 1000
    cost = f" · ${outcome.cost_usd:.4f}" if outcome.cost_usd else ""
    return f"{outcome.model} · level {outcome.level} · {seconds:.1f} s{cost}"


def as_markdown(text: str) -> Markdown:
    """An answer for the terminal; a line that ends, ends there too, as in the web chat."""
    made = Markdown(text)
    for block in made.parsed:
        for token in block.children or ():
            if token.type == "softbreak":
                token.type = "hardbreak"
    return made


async def _read() -> str | None:
    """A line, or None at the end. Its thread is a daemon: Ctrl-C must not wait for one more Enter."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def tell(text: str | None) -> None:
        if not line.done():
            line.set_result(text)

    def wait() -> None:
        try:
            text = input("you> ").strip()
        except (EOFError, KeyboardInterrupt, UnicodeDecodeError):
            text = "exit"
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, None if text in ("exit", "quit") else text)

    with _terminal_as_it_was():
        threading.Thread(target=wait, daemon=True, name="terminal").start()
        return await line


@contextlib.contextmanager
def _terminal_as_it_was() -> Iterator[None]:
    """Give the terminal back as it was when reading is broken off: readline turns the echo off while it reads."""
    if not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
