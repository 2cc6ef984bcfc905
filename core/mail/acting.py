"""What a link does is what the button under the same line does, for the same person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from core.briefs.models import Act
from core.conversation.handling import Asked, Handler, Say
from core.conversation.models import Place
from core.mail.ports import LinkStore
from core.registry import CommandError, Invocation

_HERE = Place(surface="web", tenant="local", channel="mail", direct=True)
_GONE = "That is not there any more."
_IN_CHAT = "I answer in your direct message."
_ASK_THERE = "Ask me about it in the chat: there I can answer."


class MailActs:
    """Implements ``core.briefs.ports.Acts``.

    Args:
        handler: carries out the command ``brief-act``.
        store: knows the person.
        now: the clock.
    """

    def __init__(
        self, handler: Handler, store: LinkStore, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._handler = handler
        self._store = store
        self._now = now

    async def act(self, org_id: int, person_id: int, brief_id: int, number: int, act: Act) -> str:
        """Do it, and say what became of it. Raises CommandError."""
        asker = await self._store.asker(person_id)
        if asker is None or asker.org_id != org_id:
            raise CommandError(_GONE)
        command = Invocation(command="brief-act", arguments={"b": str(brief_id), "n": str(number), "act": act})
        if act is Act.ASK:  # a model answers, which takes time, and goes on from there
            asked = await self._store.by_chat(asker, command, f"mail:{brief_id}:{number}:{act}")
            return _IN_CHAT if asked else _ASK_THERE
        said = await self._handler(Asked(command, asker, _HERE, self._now(), inbox_id=0, conversation_id=0))
        return said.text if isinstance(said, Say) and said.text else _GONE
