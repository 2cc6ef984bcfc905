"""A command within a turn: who may use it, what its handler says, and free text that is asked back first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from core.conversation import wording
from core.conversation.handling import Ask, Asked, Explainers, Handlers, Say
from core.conversation.holding import held
from core.conversation.models import FileRef
from core.conversation.ports import Surface
from core.conversation.reading import Reading
from core.conversation.stores import Claim, TurnStore
from core.registry import Command, CommandError, Invocation, Lane, Registry
from core.rendering.message import Button

_YES = re.compile(r"(?:y|yes|yep|yeah|sure|ok|okay|do it|please do|ja)(?:,? (?:please|do|bitte|gern))?[.!]*", re.I)
_NO = re.compile(r"(?:n|no|nope|don['’]t|nein)(?:,? (?:thanks|thank you|danke))?[.!]*", re.I)


class Commanding:
    """Carries out the commands of turns.

    Args:
        store: the rows.
        surfaces: the platforms by name.
        registry: the commands.
        handlers: what carries out each command, by name.
        explainers: what says how free text was understood, by command; others are shown as they are typed.
        reading: opens what people attach.
        renew_seconds: how often the lease is renewed while a handler works.
        now: the clock, with a time zone.

    Raises:
        ValueError: nobody carries out one of the commands.
    """

    def __init__(
        self,
        store: TurnStore,
        surfaces: Mapping[str, Surface],
        registry: Registry,
        handlers: Handlers,
        explainers: Explainers,
        reading: Reading,
        *,
        renew_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        left = [command.name for command in registry if command.lane is Lane.TURN and command.name not in handlers]
        if set(left) - {"yes", "no"}:
            raise ValueError(f"nobody carries out: {', '.join(left)}")
        self._store = store
        self._surfaces = surfaces
        self._registry = registry
        self._handlers = handlers
        self._explainers = explainers
        self._reading = reading
        self._renew_seconds = renew_seconds
        self._now = now

    def known(self, invocation: Invocation) -> Command:
        """The command that is asked for; one without a name of ours changes nothing and is nobody's alone."""
        return self._registry.get(invocation.command) or Command(invocation.command, "")

    async def carried_out(self, claim: Claim, invocation: Invocation, as_of: datetime | None = None) -> Say | Ask:
        """What a command's handler says; ``as_of`` is when it was asked for, where it was asked back first."""
        if invocation.command in ("yes", "no"):
            return await self._settled(claim, invocation)
        try:
            checked = self._registry.checked(invocation)
            if self.known(checked).admin and not claim.asker.admin:
                return Say(wording.ADMINS_ONLY)
            async with held(self._store, claim, self._renew_seconds):
                return await self._handlers[checked.command](self._asked(claim, checked, as_of))
        except CommandError as error:
            return Say(error.problem)

    async def typed(self, claim: Claim) -> Invocation | None:
        """The button that was typed and not pressed: yes or no, where Robbie has just asked back."""
        for word, pattern in (("yes", _YES), ("no", _NO)):
            if pattern.fullmatch(claim.text.strip()):
                return await self._store.meant(claim, word)
        return None

    def asked_back(self, claim: Claim, spoken: Invocation) -> Say | None:
        """The question whether free text means this command; None where it is no command after all."""
        asked = self._asked(claim, spoken)
        try:
            shown = self._explained(asked)
        except CommandError as error:
            return Say(error.problem)
        if shown is None:
            return None
        of = {"of": str(claim.inbox_id)}
        yes = {**of, "at": str(int(asked.now.timestamp()))}
        buttons = (
            Button(label="Yes", invocation=Invocation(command="yes", arguments=yes), style="primary"),
            Button(label="No", invocation=Invocation(command="no", arguments=of)),
        )
        return Say(shown, buttons)

    async def _settled(self, claim: Claim, invocation: Invocation) -> Say | Ask:
        """Yes or no to what Robbie asked back."""
        of = invocation.arguments.get("of", "")
        text = await self._store.asked(claim, int(of)) if of.isdecimal() else None
        wanted = self._registry.spoken(text, direct=claim.place.direct) if text else None
        if wanted is None:
            return Say(wording.DONE_ALREADY)
        if invocation.command == "no":
            return Say(wording.NOT_DONE)
        at = invocation.arguments.get("at", "")
        done = await self.carried_out(claim, wanted, datetime.fromtimestamp(int(at), UTC) if at.isdecimal() else None)
        private = self.known(wanted).private
        return replace(done, private=True) if private and isinstance(done, Say) else done

    def _explained(self, asked: Asked) -> str | None:
        """How free text was understood; None where it is no command after all. Raises CommandError."""
        explain = self._explainers.get(asked.invocation.command)
        if explain is None:
            return wording.understood(" ".join((asked.invocation.command, *asked.invocation.arguments.values())))
        meaning = explain(asked)
        return wording.understood_as(meaning) if meaning is not None else None

    def _asked(self, claim: Claim, invocation: Invocation, as_of: datetime | None = None) -> Asked:
        return Asked(
            invocation=invocation,
            asker=claim.asker,
            place=claim.place,
            now=as_of or self._now(),
            inbox_id=claim.inbox_id,
            conversation_id=claim.conversation_id,
            text=claim.text,
            about=claim.about,
            person=claim.person,
            channel=claim.channel,
            files=claim.files,
            fetch=partial(self._fetched, claim),
            said_at=claim.occurred_at,
        )

    async def _fetched(self, claim: Claim, file: FileRef, limit: int) -> bytes:
        """The bytes of a file of the message. Raises Unreadable."""
        surface = self._surfaces[claim.place.surface]
        return await self._reading.fetched(surface, claim.place, claim.platform_id, file, limit)
