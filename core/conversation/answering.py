"""Has the models answer: with the conversation as context, in one voice or in several one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from core.conversation import wording
from core.conversation.context import build_prompt
from core.conversation.fading import faded
from core.conversation.handling import Ask
from core.conversation.live import Live
from core.conversation.models import Utterance
from core.conversation.ports import SendError, Surface
from core.conversation.reading import Opened, Reading
from core.conversation.remembering import Remembering, told
from core.conversation.stores import Claim, TurnStore
from core.conversation.voices import ROBBIE, Situation, Spoken, Voice, Voices
from core.memory.models import Recalled
from core.people.models import Once
from core.rendering.harmless import links_in
from core.routing.models import Answer, ChatMessage, Level, Restart, Task, TextDelta
from core.routing.ports import Routes

_log = logging.getLogger(__name__)


class Answering:
    """Asks the models for a claimed message.

    Args:
        store: keeps what platforms say of people.
        router: the models.
        voices: the mentors.
        reading: opens what people attach.
        remembering: recalls what was said and noted earlier.
        tokens: the budget of a prompt.
        messages: how many messages of a conversation are looked at.
        now: the clock, with a time zone.
    """

    def __init__(
        self,
        store: TurnStore,
        router: Routes,
        voices: Voices,
        reading: Reading,
        remembering: Remembering,
        *,
        tokens: int,
        messages: int,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._router = router
        self._voices = voices
        self._reading = reading
        self._remembering = remembering
        self._tokens = tokens
        self._messages = messages
        self._now = now

    def cast(self, claim: Claim, ask: Ask) -> Sequence[Voice]:
        """Who speaks: one, or the members of a council."""
        once = claim.person.once or Once(mentor="")
        situation = Situation(
            text=ask.text,
            now=self._now(),
            zone=claim.asker.zone,
            before=claim.transcript,
            mentor=ask.mentor or once.mentor,
            mood=ask.mood or once.mood,
            person=claim.person,
            channel=claim.channel,
        )
        return self._voices.council(situation) if ask.council else (self._voices.choose(situation),)

    async def ask(
        self, claim: Claim, ask: Ask, voices: Sequence[Voice], surface: Surface, live: Live
    ) -> Sequence[Spoken]:
        """What each voice says; of a council, Robbie's summary last. Nothing where there is nothing to go by."""
        opened, live.recalled = await asyncio.gather(
            self._opened(claim, ask, surface), self._remembering.recall(claim, ask.text)
        )
        # A link that was recalled was brought into another conversation, and perhaps by somebody else: it stays there.
        live.allow(_links(opened.transcript))
        live.unread = self._reading.unread(opened)
        if opened.says_nothing:
            return ()
        if not ask.council:
            return (Spoken(voices[0], await self._one(claim, opened, voices[0], live, grows=True)),)
        return await self._several(claim, opened, voices, live)

    async def _several(self, claim: Claim, opened: Opened, voices: Sequence[Voice], live: Live) -> Sequence[Spoken]:
        """The voices one after the other, each knowing what was said before it, and Robbie's summary of them."""
        *before, question = opened.transcript
        said = live.said
        for number, voice in enumerate((*voices, ROBBIE)):
            live.note(wording.council_progress(voices, number))
            asked = question if voice is not ROBBIE else _with(question, wording.sum_up(question.text))
            heard = [*before, *(_statement(spoken, question) for spoken in said), asked]
            heard_so_far = replace(opened, transcript=tuple(heard))
            answer = await self._one(claim, heard_so_far, voice, live, number=number)
            said.append(Spoken(voice, answer))
            if answer.level is Level.OFFLINE or answer.refused:
                break
        return said

    async def _one(
        self,
        claim: Claim,
        opened: Opened,
        voice: Voice,
        live: Live,
        *,
        grows: bool = False,
        number: int = 0,
    ) -> Answer:
        prompt, short = (self._prompt(claim, opened, voice, live.recalled, small=small) for small in (False, True))
        key = f"{claim.inbox_id}.{claim.fence}" + (f".{number}" if number else "")
        task = Task(claim.asker.org_id, opened.transcript[-1].text, prompt, short, key=key, trace=live.trace)
        async with contextlib.aclosing(self._router.answer(task)) as events:
            async for event in events:
                match event:
                    case Answer():
                        return event
                    case TextDelta(text) if grows:
                        live.add(text)
                    case Restart() if grows:
                        live.restart()
        raise RuntimeError("the router ended without an answer")

    def _prompt(
        self, claim: Claim, opened: Opened, voice: Voice, recalled: Sequence[Recalled], *, small: bool
    ) -> tuple[ChatMessage, ...]:
        return build_prompt(
            claim.asker,
            opened.transcript,
            self._now(),
            self._tokens,
            small=small,
            direct=claim.place.direct,
            pictures=opened.pictures,
            voice=voice.short if small else voice.instructions,
            language=claim.person.language,
            beside=claim.beside if claim.place.direct else "",
            recalled=told(recalled, claim.asker.zone, small=small),
        )

    async def know(self, claim: Claim, surface: Surface) -> Claim:
        """The claim with what the platform says of the asker now."""
        if not claim.profile_stale:
            return claim
        try:
            profile = await surface.profile(claim.place.tenant, claim.asker.account)
        except SendError as error:
            _log.warning("no profile for an account of %s: %s", surface.name, error)
            return claim
        member = await self._store.save_profile(claim, profile)
        asker = claim.asker.model_copy(
            update={
                "name": profile.name or claim.asker.name,
                "zone": profile.zone or claim.asker.zone,
                "admin": profile.admin,
                "member": member,
            }
        )
        return replace(claim, asker=asker, profile_stale=False)

    async def _opened(self, claim: Claim, ask: Ask, surface: Surface) -> Opened:
        transcript = await self._transcript(claim, ask, surface)
        return await self._reading.open(surface, claim.asker.org_id, claim.conversation_id, claim.place, transcript)

    async def _transcript(self, claim: Claim, ask: Ask, surface: Surface) -> Sequence[Utterance]:
        """What was said before, and the question last. In a thread that is new to us, the platform knows more."""
        before = [wording.without_notes(said) if said.by_robbie else said for said in claim.transcript]
        if not before and claim.place.thread not in ("", claim.platform_id):
            with contextlib.suppress(SendError):
                history = await surface.history(claim.place, self._messages)
                before = [
                    said for said in history if said.message_id != claim.platform_id and said.at <= claim.occurred_at
                ]
        asked = Utterance(
            speaker=claim.asker.name,
            text=ask.text,
            at=claim.occurred_at,
            message_id=claim.platform_id,
            files=claim.files,
        )
        return [*faded(before, self._now()), asked]


def _with(said: Utterance, text: str) -> Utterance:
    return said.model_copy(update={"text": text})


def _statement(spoken: Spoken, question: Utterance) -> Utterance:
    """What a member of a council said, as the next one hears it."""
    name = spoken.voice.persona.title if spoken.voice.persona else "Robbie"
    return Utterance(speaker="", text=f"{name}: {spoken.answer.text}", at=question.at, by_robbie=True)


def _links(transcript: Sequence[Utterance]) -> frozenset[str]:
    """Only links that people brought into this conversation may go out again."""
    people = [said for said in transcript if not said.by_robbie]
    texts = [*(said.text for said in people), *(file.text or "" for said in people for file in said.files)]
    return frozenset().union(*map(links_in, texts))


async def end(*tasks: asyncio.Task[object]) -> None:
    """End tasks, whatever came of them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
