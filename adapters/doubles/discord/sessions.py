"""Gateway sessions: what each has been sent, so that it can be sent again, and what each asked to hear."""

from __future__ import annotations

import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from adapters.doubles.discord.wire import Json

GUILDS, GUILD_MEMBERS, GUILD_WEBHOOKS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 5, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = 1 << 9, 1 << 10, 1 << 11
DM_MESSAGES, DM_REACTIONS, DM_TYPING = 1 << 12, 1 << 13, 1 << 14
MESSAGE_CONTENT = 1 << 15
KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
PRIVILEGED = {"GUILD_MEMBERS": GUILD_MEMBERS, "GUILD_PRESENCES": GUILD_PRESENCES, "MESSAGE_CONTENT": MESSAGE_CONTENT}
REMEMBERED = 10_000


class Carrier(Protocol):
    """A socket, as a session sees it."""

    def push(self, text: str) -> None:
        """Send a payload when its turn comes."""


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began; it outlives its sockets.

    Attributes:
        seq: number of the last event.
        log: events by number, for RESUME; bounded.
        left_at: when its socket went away, by the monotonic clock.
    """

    intents: int
    shard: tuple[int, int] = (0, 1)
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    seq: int = 0
    log: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    carrier: Carrier | None = None
    left_at: float = 0.0

    def dispatch(self, name: str, data: Json) -> None:
        """Number an event, remember it, and send it if anybody listens."""
        self.seq += 1
        text = json.dumps({"op": 0, "t": name, "s": self.seq, "d": data}, separators=(",", ":"))
        self.log.append((self.seq, text))
        if self.carrier is not None:
            self.carrier.push(text)

    def missed(self, seq: int) -> list[str] | None:
        """What came after a number; None when that is no longer known."""
        if self.log and self.log[0][0] > seq + 1:
            return None
        return [text for number, text in self.log if number > seq]

    def hears(self, intent: int, guild: int | None) -> bool:
        """Whether an event with this intent, of this guild or none, goes to this session."""
        index, count = self.shard
        mine = index == ((guild >> 22) % count if guild is not None else 0)
        return mine and (not intent or bool(self.intents & intent))


@dataclass(frozen=True)
class Emission:
    """An event on its way to every session that asked for it.

    Attributes:
        bare: the data for sessions that may not read contents; None when there is no difference.
    """

    number: str
    name: str
    data: Json
    intent: int = 0
    guild: int | None = None
    bare: Json | None = None


class Sessions:
    """All sessions of the app. Every event goes to each of them.

    Attributes:
        paused: whether everything new is held.
        held: what waits for ``release``.
        resume_window: seconds for which a session without a socket can be resumed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.changed = changed
        self.alive: dict[str, Session] = {}
        self.paused = False
        self.held: list[Emission] = []
        self.resume_window = 180.0
        self._numbers = 0

    def begin(self, intents: int, shard: tuple[int, int]) -> Session:
        """A new session."""
        session = Session(intents, shard)
        self.alive[session.id] = session
        return session

    def resumable(self, session_id: str) -> Session | None:
        """The session, unless it has ended or was left for too long."""
        session = self.alive.get(session_id)
        if session is not None and self._expired(session):
            self.end(session)
            return None
        return session

    def _expired(self, session: Session) -> bool:
        return session.carrier is None and time.monotonic() - session.left_at > self.resume_window

    def end(self, session: Session) -> None:
        """Forget a session."""
        self.alive.pop(session.id, None)

    def emit(
        self,
        name: str,
        data: Json,
        *,
        intent: int = 0,
        guild: str | None = None,
        bare: Json | None = None,
        copies: int = 1,
        hold: bool = False,
    ) -> str:
        """Send an event, as often as asked; returns a number to release it by, if it is held."""
        self._numbers += 1
        where = int(guild) if guild is not None else None
        emission = Emission(f"E{self._numbers}", name, data, intent, where, bare)
        for _ in range(copies):
            if hold or self.paused:
                self.held.append(emission)
            else:
                self._send(emission)
        return emission.number

    def release(self, *numbers: str, newest_first: bool = False) -> None:
        """Send what is held: all of it, or only what is named, in that order."""
        wanted = [e for n in numbers for e in self.held if e.number == n] if numbers else list(self.held)
        self.held = [emission for emission in self.held if emission not in wanted]
        for emission in reversed(wanted) if newest_first else wanted:
            self._send(emission)

    def _send(self, emission: Emission) -> None:
        for session in list(self.alive.values()):
            if self._expired(session):
                self.end(session)
            elif session.hears(emission.intent, emission.guild):
                bare = emission.bare is not None and not session.intents & MESSAGE_CONTENT
                session.dispatch(emission.name, emission.bare if bare and emission.bare is not None else emission.data)
        self.changed()
