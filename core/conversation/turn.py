"""A turn: claim the oldest pending message, ask the models with the conversation as context, and close it once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.conversation import wording
from core.conversation.context import build_prompt
from core.conversation.live import Live
from core.conversation.models import InboxState, Place, Utterance
from core.conversation.ports import SendError, Surface
from core.conversation.stores import Claim, Ending, Finish, Outcome, TurnStore
from core.rendering.clean import clean
from core.rendering.harmless import harmless, links_in
from core.rendering.split import split
from core.routing.models import Answer, Level, Restart, RouterEvent, Task, TextDelta, Usage

_log = logging.getLogger(__name__)


class Routes(Protocol):
    """The router, as a turn sees it."""

    def answer(self, task: Task) -> AsyncGenerator[RouterEvent, None]:
        """Yield the answer as it grows, and at last an Answer."""


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """Limits of a turn.

    Attributes:
        context_tokens: budget of the prompt.
        context_messages: how many messages of the conversation are looked at.
        max_attempts: a message that took so many workers with it is set aside.
        renew_seconds: how often the lease is renewed and a Stop is looked for.
        open_after: seconds after which an answer that is not there yet is opened with a short text.
    """

    context_tokens: int = 12_000
    context_messages: int = 200
    max_attempts: int = 3
    renew_seconds: float = 1.0
    open_after: float = 0.3


class Turns:
    """Answers what is pending in a conversation, one message after the other.

    Args:
        store: the rows.
        router: the models.
        surfaces: the platforms by name.
        policy: limits of a turn.
        versions: what an interaction is recorded with.
        send: told where something was put into the outbox, to send it at once.
        now: the clock, with a time zone.
    """

    def __init__(
        self,
        store: TurnStore,
        router: Routes,
        surfaces: Mapping[str, Surface],
        policy: TurnPolicy,
        versions: Mapping[str, str],
        *,
        send: Callable[[int, Place], None] = lambda org_id, place: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._router = router
        self._surfaces = surfaces
        self._policy = policy
        self._versions = versions
        self._send = send
        self._now = now

    async def drain(self, org_id: int, conversation_id: int) -> None:
        """Answer until nothing is pending, or until another worker has the conversation."""
        more = True
        while more and (claim := await self._claim(org_id, conversation_id)):
            try:
                more = await self._turn(claim) != "last"
            except asyncio.CancelledError:
                # The process ends: another worker goes on at once, and it was no failed attempt.
                with contextlib.suppress(Exception):
                    await asyncio.shield(self._store.release(claim))
                raise

    async def _claim(self, org_id: int, conversation_id: int) -> Claim | None:
        return await self._store.claim(
            org_id, conversation_id, tuple(self._surfaces), messages=self._policy.context_messages
        )

    async def _turn(self, claim: Claim) -> Ending:
        if claim.cancel == "delete":
            return await self._close(claim, "deleted", wording.DELETED)
        if claim.cancel == "stop":
            return await self._close(claim, "stopped", wording.STOPPED)
        if claim.attempts > self._policy.max_attempts:
            _log.error("message %s is set aside after %s attempts", claim.inbox_id, claim.attempts - 1)
            return await self._close(claim, "set_aside", wording.SET_ASIDE)
        if not claim.text.strip():
            return await self._close(claim, "answered", wording.EMPTY)
        return await self._answer(claim)

    async def _answer(self, claim: Claim) -> Ending:
        """Ask while the lease is renewed; a person's Stop, edit or deletion ends the asking."""
        surface = self._surfaces[claim.place.surface]
        async with self._live(surface, claim) as live:
            claim = await self._know(claim, surface)
            asking = asyncio.create_task(self._ask(claim, surface, live), name=f"ask {claim.inbox_id}")
            watching = asyncio.create_task(live.interrupted(), name=f"watch {claim.inbox_id}")
            try:
                await asyncio.wait({asking, watching}, return_when=asyncio.FIRST_COMPLETED)
                answer = asking.result() if asking.done() else None
            finally:
                await _end(asking, watching)
        try:
            if answer is not None:
                return await self._close_answered(claim, answer, live)
            return await self._close_interrupted(claim, live)
        finally:
            await live.clear_sign()

    def _live(self, surface: Surface, claim: Claim) -> Live:
        return Live(
            self._store,
            surface,
            claim,
            renew_seconds=self._policy.renew_seconds,
            open_after=self._policy.open_after,
            opened=lambda: self._send(claim.asker.org_id, claim.place),
        )

    async def _ask(self, claim: Claim, surface: Surface, live: Live) -> Answer:
        transcript = await self._transcript(claim, surface)
        live.allow(_links(transcript))
        now = self._now()
        prompt, short = (
            build_prompt(
                claim.asker, transcript, now, self._policy.context_tokens, small=small, direct=claim.place.direct
            )
            for small in (False, True)
        )
        key = f"{claim.inbox_id}.{claim.fence}"
        task = Task(claim.asker.org_id, claim.text, prompt, short, key=key, trace=live.trace)
        async with contextlib.aclosing(self._router.answer(task)) as events:
            async for event in events:
                match event:
                    case TextDelta(text):
                        live.add(text)
                    case Restart():
                        live.restart()
                    case Answer():
                        return event
        raise RuntimeError("the router ended without an answer")

    async def _know(self, claim: Claim, surface: Surface) -> Claim:
        """The claim with the asker's name and zone as the platform has them now."""
        if not claim.profile_stale:
            return claim
        try:
            profile = await surface.profile(claim.place.tenant, claim.asker.account)
        except SendError as error:
            _log.warning("no profile for an account of %s: %s", surface.name, error)
            return claim
        await self._store.save_profile(claim, profile.name, profile.zone)
        asker = claim.asker.model_copy(
            update={"name": profile.name or claim.asker.name, "zone": profile.zone or claim.asker.zone}
        )
        return replace(claim, asker=asker)

    async def _transcript(self, claim: Claim, surface: Surface) -> Sequence[Utterance]:
        """What was said before, and the question last. In a thread that is new to us, the platform knows more."""
        before = [wording.without_notes(said) if said.by_robbie else said for said in claim.transcript]
        if not before and claim.place.thread not in ("", claim.platform_id):
            with contextlib.suppress(SendError):
                history = await surface.history(claim.place, self._policy.context_messages)
                before = [
                    said for said in history if said.message_id != claim.platform_id and not _is_later(said, claim)
                ]
        asked = Utterance(speaker=claim.asker.name, text=claim.text, at=claim.occurred_at, message_id=claim.platform_id)
        return [*before, asked]

    async def _close_answered(self, claim: Claim, answer: Answer, live: Live) -> Ending:
        zone, now = _zone(claim), self._now()
        outcome: Outcome = "answered"
        text = answer.text
        if answer.refused:
            outcome, text = "refused", wording.REFUSED
        elif answer.level is Level.OFFLINE:
            outcome = "offline"
            remembered = await self._store.remembered(claim)
            text = wording.offline(remembered, over_budget=answer.over_budget, zone=zone, now=now)
        else:
            text += wording.notes(answer, zone, now)
        return await self._close(claim, outcome, text, answer, live.allowed)

    async def _close_interrupted(self, claim: Claim, live: Live) -> Ending:
        match live.cancel:
            case "stop":
                text = f"{live.text}\n\n{wording.STOPPED}" if live.text else wording.STOPPED
                return await self._close(claim, "stopped", text, _stopped(live), live.allowed)
            case "delete":
                return await self._close(claim, "deleted", wording.DELETED)
            case "edit":
                await self._store.release(claim)
                return "more"
            case None:
                _log.warning("the lease on message %s was lost; its work is thrown away", claim.inbox_id)
                return "lost"

    async def _close(
        self,
        claim: Claim,
        outcome: Outcome,
        text: str,
        answer: Answer | None = None,
        allowed: frozenset[str] = frozenset(),
    ) -> Ending:
        states = {"set_aside": InboxState.SET_ASIDE, "deleted": InboxState.IGNORED}
        surface = self._surfaces[claim.place.surface]
        safe = harmless(clean(text), allowed_links=allowed)
        finish = Finish(
            state=states.get(outcome, InboxState.ANSWERED),
            outcome=outcome,
            text=safe,
            parts=list(_parts(safe, allowed, surface.part_limit)),
            answer=answer,
            versions=self._versions,
        )
        ending = await self._store.finish(claim, finish)
        if ending == "lost":
            _log.warning("message %s was closed by another worker; this answer is thrown away", claim.inbox_id)
        else:
            self._send(claim.asker.org_id, claim.place)
        return ending


def _parts(text: str, allowed: frozenset[str], limit: int) -> Iterator[str]:
    """The text in parts that are harmless each by itself: a cut can bring to light what was code before it."""
    for part in split(text, limit):
        safe = harmless(part, allowed_links=allowed)
        if len(safe) <= limit:
            yield safe
        else:
            yield from _parts(safe, allowed, limit)


def _is_later(said: Utterance, claim: Claim) -> bool:
    return said.at > claim.occurred_at


def _links(transcript: Sequence[Utterance]) -> frozenset[str]:
    """Only links that people brought into this conversation may go out again."""
    return frozenset().union(*(links_in(said.text) for said in transcript if not said.by_robbie))


def _stopped(live: Live) -> Answer | None:
    """What was asked of models before a person stopped the turn, for the record."""
    if live.trace.plan is None or not live.trace.attempts:
        return None
    last = live.trace.attempts[-1]
    return Answer(
        text=live.text,
        level=last.level,
        model=last.model,
        cost_usd=sum(attempt.cost_usd for attempt in live.trace.attempts),
        usage=Usage(last.input_tokens, last.output_tokens, estimated=True),
        latency_ms=sum(attempt.latency_ms for attempt in live.trace.attempts),
        plan=live.trace.plan,
        attempts=tuple(live.trace.attempts),
    )


def _zone(claim: Claim) -> ZoneInfo:
    try:
        return ZoneInfo(claim.asker.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
