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
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner
from rich.text import Text

from core.commands import PREFIXES, REGISTRY
from core.conversation.models import Author, InboundEvent, Kind, Outcome, Place, Shown
from core.conversation.ports import ConversationView, Receiver
from core.registry import Command, Invocation, Lane
from core.rendering.message import Attachment, Button

with contextlib.suppress(ImportError):  # some Pythons are built without it
    import readline  # noqa: F401  (arrow keys and a history, for input())

Progress = Callable[[str], None]

_PATIENCE = 150.0  # seconds for another answer: a turn and a little


async def ask(
    receiver: Receiver,
    view: ConversationView,
    text: str,
    *,
    zone: str,
    conversation: str,
    progress: Progress,
    command: Invocation | None = None,
) -> Outcome:
    """Hand in one message, or press a button, and return what came of it; ``progress`` is told the text as it grows.

    A command that takes effect at once, beside a turn, comes back with its line.
    """
    place = _place(conversation)
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
        command=command,
    )
    accepted = await receiver.accept(event)
    at_once = _at_once(text)
    if at_once is not None:
        return await _effect(view, place, at_once, progress)
    if accepted.inbox_id is None:
        raise RuntimeError("the message was not accepted")
    async for _ in view.changes(place):
        outcome = await view.outcome(accepted.inbox_id)
        if outcome is not None:
            return outcome
        progress(_growing(await view.shown(place)))
    raise RuntimeError("the conversation cannot be watched any more")


def _place(conversation: str) -> Place:
    return Place(surface="console", tenant="local", channel=conversation, direct=True)


def _at_once(text: str) -> Command | None:
    """The command that a line is, where it is one of the control lane."""
    invocation = REGISTRY.line(text.strip(), PREFIXES["console"])
    command = REGISTRY.get(invocation.command) if invocation else None
    return command if command and command.lane is Lane.CONTROL else None


async def _effect(view: ConversationView, place: Place, command: Command, progress: Progress) -> Outcome:
    """What a command of the control lane does to the conversation, shown when it is done."""
    said = Outcome(answer=command.said, level=None, model=None, cost_usd=None, latency_ms=None)
    if command.name != "regenerate":
        return said
    before = await view.shown(place)
    began = False
    progress(command.said)
    try:
        async with asyncio.timeout(_PATIENCE):
            async for _ in view.changes(place):
                after = await view.shown(place)
                began = began or after != before
                if began and all(message.final for message in after):
                    return said.model_copy(update={"answer": after[-1].text})
    except TimeoutError:
        pass
    return said


def _growing(shown: Sequence[Shown]) -> str:
    """The text of the answer that is being written."""
    return next((message.text for message in reversed(shown) if message.by_robbie and not message.final), "")


async def chat(receiver: Receiver, view: ConversationView, *, zone: str) -> None:
    """Talk until the person leaves (an empty line is ignored; Ctrl-D, Ctrl-C, ``exit`` or ``quit`` end it)."""
    console = Console()
    conversation = uuid.uuid4().hex
    console.print("[bold]Robbie[/bold] is here. /help shows the commands, Ctrl-D ends the conversation.\n")
    complete_commands()
    buttons: tuple[Button, ...] = ()
    try:
        while (text := await _read()) is not None:
            if text:
                button = _pressed(text, buttons)
                outcome = await _answered(
                    console,
                    receiver,
                    view,
                    button.label if button else text,
                    zone=zone,
                    conversation=conversation,
                    command=button.invocation if button else None,
                )
                buttons = outcome.buttons
                console.print(as_markdown(outcome.answer))
                for line in saved(outcome.files, Path.cwd()):
                    console.print(Text(line))
                if buttons:
                    console.print(_menu(buttons))
                console.print(f"[dim]{footnote(outcome)}[/dim]\n")
    finally:
        console.print()  # what comes after it begins on a line of its own


def saved(files: Sequence[Attachment], folder: Path) -> Iterator[str]:
    """Save an answer's files for their owner alone, over none that is there, and say where."""
    for file in files:
        name = Path(file.name)
        paths = (folder / f"{name.stem}{f'-{number}' if number else ''}{name.suffix}" for number in range(1_000))
        path = next(path for path in paths if not path.exists())
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_bytes(file.data)
        except OSError as error:
            yield f"{path} could not be written: {error.strerror}"
        else:
            yield f"Saved: {path}"


def _pressed(text: str, buttons: Sequence[Button]) -> Button | None:
    """The button that a number stands for, under the answer before it."""
    number = int(text) if text.isdecimal() and len(text) <= 2 else 0
    return buttons[number - 1] if 1 <= number <= len(buttons) and buttons[number - 1].invocation else None


def _menu(buttons: Sequence[Button]) -> Text:
    """The buttons as numbers to type."""
    shown = (
        f"[{number}] {button.label}{': ' + button.url if button.url else ''}"
        for number, button in enumerate(buttons, 1)
    )
    return Text("  ".join(shown), style="cyan")


def complete_commands() -> None:
    """Let Tab complete commands, where the terminal can."""
    with contextlib.suppress(ImportError):
        import readline

        names = [PREFIXES["console"] + command.name for command in REGISTRY.offered]

        def complete(typed: str, state: int) -> str | None:
            found = [name + " " for name in names if name.startswith(typed)] if typed.startswith("/") else []
            return found[state] if state < len(found) else None

        readline.set_completer(complete)
        readline.set_completer_delims(" ")
        readline.parse_and_bind("tab: complete")


async def _answered(
    console: Console,
    receiver: Receiver,
    view: ConversationView,
    text: str,
    *,
    zone: str,
    conversation: str,
    command: Invocation | None = None,
) -> Outcome:
    """Ask, and let the answer grow on the screen."""
    with Live(Spinner("dots", "writing …"), console=console, transient=True, refresh_per_second=8) as live:

        def show(growing: str) -> None:
            if growing:
                live.update(as_markdown(growing))

        return await ask(receiver, view, text, zone=zone, conversation=conversation, progress=show, command=command)


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
