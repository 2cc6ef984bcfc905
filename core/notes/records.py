"""What is left out of Robbie's memory and what is taken in: off the record, "don't remember that", listening."""

from __future__ import annotations

from typing import Protocol

from core.conversation.handling import Asked, Handlers, Say
from core.conversation.models import Asker, Place
from core.registry import CommandError

ON, STATUS = "on", "status"

_NO_THREAD = "Say that in a thread or in a direct message: a channel has no record of its own."
_OFF_RECORD = (
    "**Off the record.** From here on nothing that is said here is noted, remembered or recalled. What was noted "
    "before stays until you forget it. The command `off-the-record off` ends it."
)
_ON_RECORD = "On the record again, from here on. What was said meanwhile stays out."
_LISTENING = (
    "**I listen in this channel from now on**, since {name}, who administers it, has switched it on. I keep what is "
    "said here, and note what matters, for those who read here. I answer only where I am asked. `don't remember that` "
    "takes out what you said last; `listen off` ends it."
)
_NOT_LISTENING = (
    "**I do not listen in this channel any more**: {name} has switched it off. I keep nothing that is said."
)


class Records(Protocol):
    """Keeps what may be kept of conversations."""

    async def off_record(self, asker: Asker, conversation_id: int, *, off: bool) -> None:
        """Take a conversation off the record, or back on it.

        Off the record, what it holds is not recalled any more either; notes stay.
        """

    async def is_off_record(self, asker: Asker, conversation_id: int) -> bool:
        """Whether a conversation is off the record."""

    async def pass_over(self, asker: Asker, place: Place, conversation_id: int, inbox_id: int) -> tuple[int, int]:
        """Forget what came of the asker's last words before an inbox row, and let nothing come of them later.

        Returns:
            How many messages that concerns, and how many notes are gone.
        """

    async def listens(self, asker: Asker, place: Place) -> bool:
        """Whether a channel is listened to."""

    async def listen(self, asker: Asker, place: Place, *, on: bool, origin: int) -> None:
        """Begin or end to listen to a channel, and tell it so, once for each ``origin`` (the inbox row)."""


def keeping_records(records: Records) -> Handlers:
    """What carries these commands out."""
    keeper = _Keeper(records)
    return {
        "off-the-record": keeper.off_the_record,
        "do-not-remember": keeper.do_not_remember,
        "listen": keeper.listen,
        "listening": keeper.listening,
    }


class _Keeper:
    def __init__(self, records: Records) -> None:
        self._records = records

    async def off_the_record(self, asked: Asked) -> Say:
        if not (asked.place.direct or asked.place.thread):
            raise CommandError(_NO_THREAD, "off-the-record")
        wanted = asked.argument("state") or ON
        if wanted == STATUS:
            off = await self._records.is_off_record(asked.asker, asked.conversation_id)
            return Say("This conversation is off the record." if off else "This conversation is on the record.")
        await self._records.off_record(asked.asker, asked.conversation_id, off=wanted == ON)
        return Say(_OFF_RECORD if wanted == ON else _ON_RECORD)

    async def do_not_remember(self, asked: Asked) -> Say:
        messages, notes = await self._records.pass_over(asked.asker, asked.place, asked.conversation_id, asked.inbox_id)
        if not messages:
            return Say("I find nothing that you said here before.")
        what = "what you said last" if messages == 1 else f"your last {messages} messages"
        gone = f"{notes} {'note' if notes == 1 else 'notes'} forgotten" if notes else "no note was made of it yet"
        return Say(f"I do not remember {what}: {gone}, and none will be made. It still stands in the conversation.")

    async def listen(self, asked: Asked) -> Say:
        if asked.place.direct:
            raise CommandError("That is for channels: here I read everything anyway.", "listen")
        on = await self._records.listens(asked.asker, asked.place)
        wanted = asked.argument("state") or STATUS
        if wanted == STATUS or (wanted == ON) == on:
            return Say(f"I {'listen' if on else 'do not listen'} in this channel.")
        await self._records.listen(asked.asker, asked.place, on=not on, origin=asked.inbox_id)
        return Say(f"I {'do not listen any more' if on else 'listen now'}, and tell the channel so.")

    async def listening(self, asked: Asked) -> Say:
        text = _LISTENING if asked.argument("state") == ON else _NOT_LISTENING
        return Say(text.format(name=asked.asker.name or "somebody"))
