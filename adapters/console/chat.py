"""Talking to Robbie in a terminal; the answer grows on the screen as it is written."""

from __future__ import annotations

import asyncio
import getpass
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner

from core.conversation.models import Author, InboundEvent, Kind, Outcome, Place, Shown
from core.conversation.ports import ConversationView, Receiver

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
    """Talk until the person leaves (an empty line is ignored; Ctrl-D, ``exit`` or ``quit`` end it)."""
    console = Console()
    conversation = uuid.uuid4().hex
    console.print("[bold]Robbie[/bold] is here. Ctrl-D ends the conversation.\n")
    while (text := await _read()) is not None:
        if not text:
            continue
        with Live(Spinner("dots", "writing …"), console=console, transient=True, refresh_per_second=8) as live:

            def show(growing: str, live: Live = live) -> None:
                if growing:
                    live.update(Markdown(growing))

            outcome = await ask(receiver, view, text, zone=zone, conversation=conversation, progress=show)
        console.print(Markdown(outcome.answer))
        console.print(f"[dim]{footnote(outcome)}[/dim]\n")


def footnote(outcome: Outcome) -> str:
    """Who answered, how fast, and for how much."""
    if outcome.level is None:
        return "no model was asked"
    seconds = (outcome.latency_ms or 0.0) / 1000
    cost = f" · ${outcome.cost_usd:.4f}" if outcome.cost_usd else ""
    return f"{outcome.model} · level {outcome.level} · {seconds:.1f} s{cost}"


async def _read() -> str | None:
    try:
        text = (await asyncio.to_thread(input, "you> ")).strip()
    except (EOFError, KeyboardInterrupt):
        return None
    return None if text in ("exit", "quit") else text
