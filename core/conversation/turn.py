"""A turn: claim the oldest pending message, answer it or carry out its command, and close it once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.conversation import closing, wording
from core.conversation.answering import Answering, end
from core.conversation.closing import Closing
from core.conversation.commanding import Commanding
from core.conversation.handling import Ask, Explainers, Handlers, command_of
from core.conversation.live import Live
from core.conversation.models import InboxState, Place
from core.conversation.ports import Surface
from core.conversation.reading import Reading
from core.conversation.remembering import Remembering
from core.conversation.stores import Claim, Ending, Finish, TurnStore
from core.conversation.voices import ROBBIE, OnlyRobbie, Spoken, Voice, Voices
from core.learning.signals import signal
from core.registry import Invocation, Registry
from core.routing.models import Level
from core.routing.ports import Routes

_log = logging.getLogger(__name__)


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
        reading: opens what people attach.
        remembering: recalls what was said and noted earlier; None where answers go without.
        registry: the commands.
        handlers: what carries out each command, by name.
        explainers: what says how free text was understood, by command; others are shown as they are typed.
        voices: the mentors.
        send: told where something was put into the outbox, to send it at once.
        now: the clock, with a time zone.

    Raises:
        ValueError: nobody carries out one of the commands.
    """

    def __init__(
        self,
        store: TurnStore,
        router: Routes,
        surfaces: Mapping[str, Surface],
        policy: TurnPolicy,
        versions: Mapping[str, str],
        *,
        reading: Reading,
        registry: Registry,
        handlers: Handlers,
        explainers: Explainers | None = None,
        voices: Voices | None = None,
        remembering: Remembering | None = None,
        send: Callable[[int, Place], None] = lambda org_id, place: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._surfaces = surfaces
        self._policy = policy
        self._versions = versions
        self._registry = registry
        self._send = send
        self._now = now
        self._commanding = Commanding(
            store,
            surfaces,
            registry,
            handlers,
            explainers or {},
            reading,
            renew_seconds=policy.renew_seconds,
            now=now,
        )
        self._answering = Answering(
            store,
            router,
            voices or OnlyRobbie(),
            reading,
            remembering or Remembering(),
            tokens=policy.context_tokens,
            messages=policy.context_messages,
            now=now,
        )

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
        limit = self._surfaces[claim.place.surface].part_limit
        at_once = closing.without_asking(claim, self._policy.max_attempts, limit)
        if at_once is not None:
            return await self._close(claim, at_once)
        wanted = command_of(claim, self._registry) or await self._commanding.typed(claim)
        if wanted is not None:
            return await self._command(claim, wanted)
        spoken = self._registry.spoken(claim.text, direct=claim.place.direct)
        if spoken is None:
            return await self._answer(claim, Ask(claim.text))
        if self._commanding.known(spoken).changes:
            return await self._ask_back(claim, spoken)
        return await self._command(claim, spoken)

    async def _command(self, claim: Claim, invocation: Invocation) -> Ending:
        """Carry out a command; one that is a question to the models goes on as a turn like any other."""
        claim = await self._known_asker(claim)
        command, done = self._commanding.known(invocation), await self._commanding.carried_out(claim, invocation)
        if isinstance(done, Ask):
            return await self._answer(claim, done)
        limit = self._surfaces[claim.place.surface].part_limit
        return await self._close(claim, closing.said(claim, done, limit, private=command.private or done.private))

    async def _ask_back(self, claim: Claim, spoken: Invocation) -> Ending:
        """Free text that sounds like a command changes nothing before its person has said yes."""
        claim = await self._known_asker(claim)
        said = self._commanding.asked_back(claim, spoken)
        if said is None:
            return await self._answer(claim, Ask(claim.text))
        limit = self._surfaces[claim.place.surface].part_limit
        return await self._close(claim, closing.said(claim, said, limit, private=False))

    async def _known_asker(self, claim: Claim) -> Claim:
        return await self._answering.know(claim, self._surfaces[claim.place.surface])

    async def _answer(self, claim: Claim, ask: Ask) -> Ending:
        """Ask while the lease is renewed; a person's Stop, edit or deletion ends the asking."""
        surface = self._surfaces[claim.place.surface]
        voices = self._answering.cast(claim, ask)
        voice = ROBBIE if ask.council else voices[0]
        async with self._live(surface, claim, voice) as live:
            claim = await self._answering.know(claim, surface)
            asking = asyncio.create_task(
                self._answering.ask(claim, ask, voices, surface, live), name=f"ask {claim.inbox_id}"
            )
            watching = asyncio.create_task(live.interrupted(), name=f"watch {claim.inbox_id}")
            try:
                await asyncio.wait({asking, watching}, return_when=asyncio.FIRST_COMPLETED)
                spoken = asking.result() if asking.done() else None
            finally:
                await end(asking, watching)
        try:
            if spoken is not None:
                return await self._close_answered(claim, spoken, live, surface)
            return await self._close_interrupted(claim, live, voice, surface)
        finally:
            await live.clear_sign()

    def _live(self, surface: Surface, claim: Claim, voice: Voice) -> Live:
        return Live(
            self._store,
            surface,
            claim,
            renew_seconds=self._policy.renew_seconds,
            open_after=self._policy.open_after,
            opened=lambda: self._send(claim.asker.org_id, claim.place),
            persona=voice.persona,
        )

    async def _close_answered(self, claim: Claim, spoken: Sequence[Spoken], live: Live, surface: Surface) -> Ending:
        limit = surface.part_limit
        if not spoken:
            return await self._close(claim, closing.line("answered", " ".join(live.unread), limit))
        offline = spoken[-1].answer.level is Level.OFFLINE
        if claim.earlier is not None and (offline or spoken[-1].answer.refused):
            return await self._close(claim, closing.unchanged(claim.earlier, wording.NOT_AGAIN, limit))
        remembered = await self._store.remembered(claim) if offline and not claim.files else None
        end_of = closing.answered(claim, spoken, remembered, live, surface, self._now())
        return await self._close(claim, end_of)

    async def _close_interrupted(self, claim: Claim, live: Live, voice: Voice, surface: Surface) -> Ending:
        limit = surface.part_limit
        match live.cancel:
            case "stop" if claim.earlier is not None:
                return await self._close(claim, closing.unchanged(claim.earlier, "", limit))
            case "stop":
                return await self._close(claim, closing.stopped(live, voice, surface))
            case "delete":
                return await self._close(claim, closing.line("deleted", wording.DELETED, limit))
            case "edit":
                await self._store.release(claim)
                return "more"
            case None:
                _log.warning("the lease on message %s was lost; its work is thrown away", claim.inbox_id)
                return "lost"

    async def _close(self, claim: Claim, end_of: Closing) -> Ending:
        states = {"set_aside": InboxState.SET_ASIDE, "deleted": InboxState.IGNORED}
        finish = Finish(
            state=states.get(end_of.outcome, InboxState.ANSWERED),
            outcome=end_of.outcome,
            text=end_of.text,
            parts=end_of.parts,
            answer=end_of.answer,
            versions=self._versions,
            voice=end_of.voice,
            recalled=end_of.recalled,
            signal=signal(claim.text, claim.occurred_at, claim.asker.name, claim.transcript),
            forgets=end_of.forgets,
        )
        ending = await self._store.finish(claim, finish)
        if ending == "lost" and await self._store.release(claim):
            return "more"  # its message, or what the answer was given, was edited or deleted in the last moment
        if ending == "lost":
            _log.warning("message %s was closed by another worker; this answer is thrown away", claim.inbox_id)
        else:
            self._send(claim.asker.org_id, claim.place)
        return ending
