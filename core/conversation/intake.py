"""The door: what comes in is cleaned, judged and stored, and only then acknowledged by its surface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from core.commands import PREFIXES, REGISTRY
from core.conversation.models import Accepted, InboundEvent, InboxState, Kind
from core.conversation.sealing import Seal, in_confidence, secrets_of
from core.conversation.stores import InboxStore, Verdict
from core.registry import Invocation, Registry
from core.rendering.clean import clean


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """What is let in.

    Attributes:
        max_age: an event older than this is a replay: it is recorded, not answered.
        bots: accounts of other bots that are answered.
        bot_turns_per_hour: how many messages of such a bot are answered in one conversation and hour.
    """

    max_age: timedelta = timedelta(hours=1)
    bots: frozenset[str] = frozenset()
    bot_turns_per_hour: int = 5


_AT_ONCE = {"stop": Kind.STOP, "vote": Kind.VOTE, "reason": Kind.VOTE, "regenerate": Kind.AGAIN}


class Intake:
    """Implements ``core.conversation.ports.Receiver``.

    Args:
        store: where events become rows.
        policy: what is let in.
        registry: the commands.
        seal: seals what a command is told in confidence, before it is stored; without it, such a value is dropped.
        now: the clock, with a time zone.
    """

    def __init__(
        self,
        store: InboxStore,
        policy: IntakePolicy,
        *,
        registry: Registry = REGISTRY,
        seal: Seal = lambda value: "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._policy = policy
        self._registry = registry
        self._seal = seal
        self._now = now
        self._channels: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def accept(self, event: InboundEvent) -> Accepted:
        """Store the event once, with the work that it asks for; a channel's events in the order in which they come.

        Otherwise the later of two could be stored, and answered, while the earlier still waits for the database.
        """
        event = self._read(event)
        event = in_confidence(event, self._registry, PREFIXES.get(event.place.surface, "/"), self._seal)
        verdict = self._judge(event)
        if verdict is None:
            return Accepted(inbox_id=None, state=InboxState.IGNORED)
        place = event.place
        async with self._channels.setdefault((place.surface, place.tenant, place.channel), asyncio.Lock()):
            return await self._store.accept(_cleaned(event), verdict)

    def _read(self, event: InboundEvent) -> InboundEvent:
        """The event with the command that its text is; what must not wait for a turn goes to the control lane."""
        if event.kind is not Kind.MESSAGE:
            return event
        command = event.command or self._registry.line(event.text.strip(), PREFIXES.get(event.place.surface, "/"))
        command = command or self._confided(event)
        if command is None:
            return event
        changes: dict[str, object] = {"command": command, "addressed": True}
        kind = _AT_ONCE.get(command.command)
        if kind is not None:
            changes |= {"kind": kind, "message_id": event.about}
        return event.model_copy(update=changes)

    def _confided(self, event: InboundEvent) -> Invocation | None:
        """The command that free text plainly means, where it is told something in confidence: that cannot wait."""
        if not event.addressed:
            return None
        spoken = self._registry.bare(event.text) if event.place.direct else None
        if spoken is None and "://" in event.text:
            spoken = self._registry.spoken(event.text)
        return spoken if spoken is not None and secrets_of(spoken, self._registry) else None

    def _judge(self, event: InboundEvent) -> Verdict | None:
        """How to store it; None when it does not concern Robbie and nothing of it is kept."""
        if event.author.is_bot and event.author.account not in self._policy.bots:
            return None
        if event.kind is not Kind.MESSAGE:
            return Verdict(InboxState.RECEIVED, only_if_known=True)
        bot_limit = self._policy.bot_turns_per_hour if event.author.is_bot else None
        if self._now() - event.occurred_at > self._policy.max_age:
            return Verdict(InboxState.EXPIRED, only_if_known=not event.addressed)
        if event.addressed:
            return Verdict(InboxState.RECEIVED, bot_limit=bot_limit)
        # In a thread of ours a message without a mention is meant for us, unless it opens by naming somebody else.
        state = InboxState.IGNORED if event.speaks_to_other else InboxState.RECEIVED
        return Verdict(state, only_if_known=True, bot_limit=bot_limit)


def _cleaned(event: InboundEvent) -> InboundEvent:
    """The same event, fit to be stored as UTF-8."""
    author = event.author.model_copy(update={"name": clean(event.author.name)})
    files = tuple(file.model_copy(update={"name": clean(file.name)}) for file in event.files)
    return event.model_copy(update={"text": clean(event.text), "author": author, "files": files})
