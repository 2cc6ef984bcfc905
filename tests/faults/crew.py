"""Many conversations on a platform, and processes that are killed while people talk."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.slack import SlackDouble
from tests.robbie_process import Robbie
from tests.shown import shown_in

# Notes who is claimed although something older of the conversation waits. What is being stored at that very moment
# may be seen here and not yet by the claim, so that it does not count.
WATCH_ORDER = """
    CREATE TABLE overtaken (soon text, late text);
    CREATE FUNCTION notice_overtaken() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO overtaken SELECT NEW.platform_id, older.platform_id FROM inbox AS older
        WHERE older.conversation_id = NEW.conversation_id AND older.kind = 'message' AND older.state = 'received'
          AND (older.occurred_at, older.id) < (NEW.occurred_at, NEW.id)
          AND older.received_at < clock_timestamp() - interval '1 second';
        RETURN NULL;
    END $$;
    CREATE TRIGGER overtaken AFTER UPDATE OF state ON inbox FOR EACH ROW
    WHEN (NEW.state = 'claimed' AND OLD.fence IS DISTINCT FROM NEW.fence) EXECUTE FUNCTION notice_overtaken()"""
OVERTAKEN = "SELECT soon, late FROM overtaken"


class Talk(ABC):
    """Many conversations, and what Robbie owes to each."""

    def __init__(self) -> None:
        self.owed: dict[str, list[str]] = {}
        self._turn = 0

    @abstractmethod
    async def begin(self, number: int, text: str) -> str:
        """Say the first thing of a conversation, and return where it goes on."""

    @abstractmethod
    async def go_on(self, conversation: str, text: str) -> None:
        """Say the next thing."""

    @abstractmethod
    def shown(self, conversation: str) -> list[str]:
        """What Robbie shows there, oldest first."""

    async def open(self, conversations: int) -> None:
        """Begin conversations."""
        for number in range(conversations):
            conversation = await self.begin(number, f"first {number}")
            self.owed[conversation] = [f"You said: first {number}"]

    async def say(self, text: str) -> None:
        """The next thing, in the next conversation."""
        conversation = [*self.owed][self._turn % len(self.owed)]
        self._turn += 1
        self.owed[conversation].append(f"You said: {text}")
        await self.go_on(conversation, text)

    def missing(self) -> list[str]:
        """What is not answered yet."""
        return [text for place, owed in self.owed.items() for text in {*owed} - {*self.shown(place)}]

    def wrong(self) -> dict[str, list[str]]:
        """What stands in conversations beside one answer to each message."""
        shown = {place: self.shown(place) for place in self.owed}
        return {place: texts for place, texts in shown.items() if sorted(texts) != sorted(self.owed[place])}


class SlackTalk(Talk):
    """Threads in channels, one each, and a person's direct message."""

    def __init__(self, slack: SlackDouble) -> None:
        super().__init__()
        self._slack = slack

    async def begin(self, number: int, text: str) -> str:
        if number == 0:
            dm = self._slack.dm("U1")
            await self._slack.say("U1", dm, text)
            return f"{dm}:"
        channel = self._slack.add_channel(f"C{100 + number}").id
        said = await self._slack.say("U1", channel, f"<@{self._slack.bot_user}> {text}")
        return f"{channel}:{said.ts}"

    async def go_on(self, conversation: str, text: str) -> None:
        channel, _, thread = conversation.partition(":")
        await self._slack.say("U1", channel, text, thread_ts=thread or None)

    def shown(self, conversation: str) -> list[str]:
        channel, _, thread = conversation.partition(":")
        return shown_in(self._slack, channel, thread or None)


class DiscordTalk(Talk):
    """Mentions, each with its thread, and every other time a person's direct message."""

    def __init__(self, discord: DiscordDouble) -> None:
        super().__init__()
        self._discord = discord
        self._who: dict[str, str] = {}

    async def begin(self, number: int, text: str) -> str:
        if number % 2:
            said = await self._discord.say("Ana", "general", f"{self._discord.mention()} {text}")
            self._who[said.id] = "Ana"
            return said.id
        user = self._discord.add_user(f"{900_000_000_000_000_000 + number}", f"Person {number}")
        dm = self._discord.dm(user.id)
        self._who[dm] = user.id
        await self._discord.say(user.id, dm, text)
        return dm

    async def go_on(self, conversation: str, text: str) -> None:
        await self._discord.say(self._who[conversation], conversation, text)

    def shown(self, conversation: str) -> list[str]:
        if conversation not in self._discord.world.channels:
            return []
        return [message.content for message in self._discord.bot_messages(conversation)]


class Crew:
    """Processes that are killed now and then, and started again."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._robbies: dict[str, list[Robbie]] = {}
        self._returning: list[asyncio.Task[None]] = []
        self.killed: list[str] = []

    def add(self, role: str, robbie: Robbie) -> None:
        """One more."""
        self._robbies.setdefault(role, []).append(robbie)

    @asynccontextmanager
    async def dying(self, roles: Sequence[str], every: tuple[float, float]) -> AsyncIterator[None]:
        """While the block lasts, now and then one of them dies; at its end all are there again."""
        reaper = asyncio.create_task(self._reap(roles, every))
        try:
            yield
        finally:
            reaper.cancel()
            await asyncio.gather(reaper, return_exceptions=True)
            await asyncio.gather(*self._returning)

    async def _reap(self, roles: Sequence[str], every: tuple[float, float]) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(*every))
            role = self._dice.choice(roles)
            if self._robbies[role]:
                await self._lose(role)

    async def _lose(self, role: str) -> None:
        """kill -9 for one of a role, which is started again."""
        robbie = self._robbies[role].pop(self._dice.randrange(len(self._robbies[role])))
        self.killed.append(role)
        await robbie.kill()
        self._returning.append(asyncio.create_task(self._return(role, robbie)))

    async def _return(self, role: str, robbie: Robbie) -> None:
        await robbie.start()
        self.add(role, robbie)
