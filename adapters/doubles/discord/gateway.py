"""The gateway: HELLO, heartbeats, IDENTIFY and its limits, RESUME, and the ways in which it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable

from aiohttp import WSMsgType, web

from adapters.doubles.discord import sockets
from adapters.doubles.discord.sessions import GUILDS, KNOWN_INTENTS, PRIVILEGED, Session, Sessions
from adapters.doubles.discord.shapes import application_wire, guild_wire, member_wire, user_wire
from adapters.doubles.discord.sockets import Closing, Socket
from adapters.doubles.discord.state import Guild
from adapters.doubles.discord.wire import Json
from adapters.doubles.discord.world import World, new_token

PAYLOAD_LIMIT = 4_096
CLOSE_SECONDS = 2.0


class Gateway:
    """All sockets of the app.

    Attributes:
        token: what the app must show; IDENTIFY too often, and Discord resets it.
        opened: how many sockets there were, ``identifies`` and ``resumes`` what came over them.
        most: how many were open at once.
        identify_total: identifies a day; ``identify_interval`` seconds between ``max_concurrency`` of them, 0 for none.
        acks: whether heartbeats are acknowledged.
        refusing: a status to refuse connections with; ``refused`` counts them.
        closed: the codes that connections ended with, whoever closed them; None for a lost connection.
    """

    def __init__(self, world: World, token: str, sessions: Sessions, changed: Callable[[], None]) -> None:
        self.world, self.token, self.sessions, self.changed = world, token, sessions, changed
        self.url = ""
        self.sockets: list[Socket] = []
        self.opened = self.identifies = self.resumes = self.most = 0
        self.heartbeat_interval = 41.25
        self.leave_after = 3.0
        self.identify_total, self.identify_interval, self.max_concurrency = 1_000, 0.0, 1
        self.acks = True
        self.refusing = self.refused = 0
        self.closed: list[int | None] = []
        self._identified: dict[int, float] = {}
        self._handlers: dict[int, Callable[[Socket, Json], None]] = {
            sockets.IDENTIFY: self._identify,
            sockets.RESUME: self._resume,
            sockets.REQUEST_MEMBERS: self._members,
            sockets.PRESENCE: self._ignore,
            sockets.VOICE_STATE: self._ignore,
        }

    def start_limit(self) -> Json:
        """``session_start_limit`` of ``/gateway/bot``."""
        return {
            "total": self.identify_total,
            "remaining": max(0, self.identify_total - self.identifies),
            "reset_after": 86_400_000,
            "max_concurrency": self.max_concurrency,
        }

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket until it ends."""
        if self.refusing:
            self.refused += 1
            self.changed()
            return web.Response(status=self.refusing, text="upstream is unwell")
        compress = request.query.get("compress", "")
        if compress not in ("", "zlib-stream") or request.query.get("encoding", "json") != "json":
            return web.Response(status=400, text="the double speaks json, plain or in a zlib-stream")
        ws = web.WebSocketResponse(timeout=CLOSE_SECONDS, compress=False, max_msg_size=0)
        await ws.prepare(request)
        socket = Socket(ws, request.transport, bool(compress), request.path.startswith("/resume"))
        self.sockets.append(socket)
        self.opened += 1
        self.most = max(self.most, len(self.sockets))
        if request.query.get("v") not in ("9", "10"):
            socket.close(4012, "Invalid API version.")
        await self._serve(socket)
        return ws

    def reconnect(self) -> None:
        """Ask every client to come again (opcode 7); who does not is cut off after a grace time."""
        for socket in list(self.sockets):
            socket.op(sockets.RECONNECT)
            asyncio.get_running_loop().call_later(self.leave_after, socket.cut)

    def invalidate(self, resumable: bool = False) -> None:
        """Declare every session invalid (opcode 9), to be resumed or to be begun anew."""
        for socket in list(self.sockets):
            if socket.session is not None and not resumable:
                self.sessions.end(socket.session)
                socket.session = None
            socket.op(sockets.INVALID_SESSION, resumable)

    def beat(self) -> None:
        """Ask every client for a heartbeat now (opcode 1)."""
        for socket in self.sockets:
            socket.op(sockets.HEARTBEAT)

    def unheard(self) -> dict[Socket, int]:
        """The number of the last event on each socket whose client has not said yet that it read it."""
        sent = {it: it.session.seq for it in self.sockets if it.session is not None and not it.half_dead}
        return {socket: seq for socket, seq in sent.items() if socket.heard < seq}

    async def close(self) -> None:
        """End every connection."""
        for socket in list(self.sockets):
            socket.cut()

    async def _serve(self, socket: Socket) -> None:
        reading, writing = asyncio.create_task(self._read(socket)), asyncio.create_task(socket.write())
        watching = asyncio.create_task(self._watch(socket))
        socket.op(sockets.HELLO, {"heartbeat_interval": int(self.heartbeat_interval * 1000)})
        self.changed()
        try:
            await asyncio.wait([reading, writing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, writing, watching):
                task.cancel()
            failed, end, _ = await asyncio.gather(reading, writing, watching, return_exceptions=True)
            if isinstance(end, Closing):
                # Nobody reads any more, so that this waits for the peer's answer instead of hanging up on it.
                await socket.ws.close(code=end.code, message=end.reason.encode())
            self._forget(socket)
        if isinstance(failed, Exception) and not isinstance(failed, ConnectionError):
            raise failed

    async def _read(self, socket: Socket) -> None:
        async for message in socket.ws:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY) and not socket.half_dead:
                self._take(socket, message.data)

    def _forget(self, socket: Socket) -> None:
        self.sockets.remove(socket)
        left_with = socket.ws.close_code
        self.closed.append(socket.ended_with or (None if left_with == 1006 else left_with))
        session = socket.session
        if session is not None and session.carrier is socket:
            session.carrier, session.left_at = None, time.monotonic()
            if socket.ended_with is None and left_with in (1000, 1001):
                self.sessions.end(session)
        self.changed()

    async def _watch(self, socket: Socket) -> None:
        """End a connection whose client does not send its heartbeats."""
        patience = self.heartbeat_interval * 1.5 + 1
        while True:
            await asyncio.sleep(max(0.0, socket.last_beat + patience - time.monotonic()))
            if time.monotonic() - socket.last_beat >= patience:
                break
        if not socket.half_dead:
            socket.close(4000, "Heartbeat missed.")

    def _take(self, socket: Socket, data: str | bytes) -> None:
        try:
            socket.count_command()
            payload = self._decoded(data)
            if payload["op"] == sockets.HEARTBEAT:
                self._heartbeat(socket, payload.get("d"))
            elif payload["op"] not in self._handlers:
                raise Closing(4001, "Unknown opcode.")
            elif not isinstance(payload.get("d"), dict):
                raise Closing(4002, "Error while decoding payload.")
            else:
                self._handlers[payload["op"]](socket, payload["d"])
        except Closing as end:
            socket.close(end.code, end.reason)
        self.changed()

    @staticmethod
    def _decoded(data: str | bytes) -> Json:
        if len(data) > PAYLOAD_LIMIT:
            raise Closing(4002, "Error while decoding payload.")
        with contextlib.suppress(ValueError):
            payload = json.loads(data)
            if isinstance(payload, dict) and isinstance(payload.get("op"), int):
                return payload
        raise Closing(4002, "Error while decoding payload.")

    def _heartbeat(self, socket: Socket, heard: object) -> None:
        socket.heartbeats += 1
        socket.heard = heard if isinstance(heard, int) else 0
        socket.last_beat = time.monotonic()
        if self.acks:
            socket.op(sockets.ACK)

    def _identify(self, socket: Socket, data: Json) -> None:
        if socket.session is not None:
            raise Closing(4005, "Already authenticated.")
        self._check_token(data)
        shard = tuple(data.get("shard") or (0, 1))
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            raise Closing(4010, "Invalid shard.")
        self.identifies += 1
        if self.identifies > self.identify_total:
            self._reset_token()
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            raise Closing(4013, "Invalid intent(s).")
        if any(intents & bit for name, bit in PRIVILEGED.items() if name not in self.world.privileged):
            raise Closing(4014, "Disallowed intent(s).")
        if self._too_soon(shard[0]):
            socket.op(sockets.INVALID_SESSION, False)
            return
        session = self.sessions.begin(intents, (shard[0], shard[1]))
        socket.session, session.carrier = session, socket
        self._greet(session)

    def _too_soon(self, shard: int) -> bool:
        key, now = shard % self.max_concurrency, time.monotonic()
        last = self._identified.get(key)
        self._identified[key] = now
        return last is not None and now - last < self.identify_interval

    def _check_token(self, data: Json) -> None:
        if str(data.get("token") or "").removeprefix("Bot ") != self.token:
            raise Closing(4004, "Authentication failed.")

    def _reset_token(self) -> None:
        """More identifies than a day has: every session ends, and the token is no longer good."""
        self.token = new_token(self.world.bot)
        for socket in list(self.sockets):
            if socket.session is not None:
                self.sessions.end(socket.session)
            socket.close(4004, "Authentication failed.")
        raise Closing(4004, "Authentication failed.")

    def _greet(self, session: Session) -> None:
        world = self.world
        ready: Json = {
            "v": 10,
            "user": user_wire(world.users[world.bot]) | {"verified": True, "mfa_enabled": True, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in self._heard(session)],
            "session_id": session.id,
            "resume_gateway_url": f"{self.url}/resume/",
            "session_type": "normal",
            "shard": list(session.shard),
            "application": {"id": world.application, "flags": application_wire(world)["flags"]},
            "relationships": [],
            "private_channels": [],
            "presences": [],
            "user_settings": {},
        }
        session.dispatch("READY", ready)
        if session.intents & GUILDS:
            for guild in self._heard(session):
                session.dispatch("GUILD_CREATE", guild_wire(world, guild))

    def _heard(self, session: Session) -> list[Guild]:
        """The guilds of the session's shard."""
        return [guild for guild in self.world.joined() if session.hears(0, int(guild.id))]

    def _resume(self, socket: Socket, data: Json) -> None:
        if socket.session is not None:
            raise Closing(4005, "Already authenticated.")
        self._check_token(data)
        session = self.sessions.resumable(str(data.get("session_id")))
        seq = data.get("seq")
        if session is not None and (not isinstance(seq, int) or seq > session.seq):
            raise Closing(4007, "Invalid seq.")
        missed = session.missed(int(seq or 0)) if session is not None else None
        if session is None or missed is None:
            socket.op(sockets.INVALID_SESSION, False)
            return
        if isinstance(session.carrier, Socket):
            session.carrier.close(4000, "Session resumed elsewhere.")
        self.resumes += 1
        socket.session, session.carrier = session, socket
        for text in missed:
            socket.push(text)
        session.dispatch("RESUMED", {"_trace": []})

    def _members(self, socket: Socket, data: Json) -> None:
        if socket.session is None:
            raise Closing(4003, "Not authenticated.")
        wanted = data.get("user_ids")
        guild = self.world.guilds.get(str(data.get("guild_id")), self.world.guild)
        ids = guild.members if wanted is None else [str(user) for user in wanted]
        chunk: Json = {
            "guild_id": guild.id,
            "members": [member_wire(self.world, guild, user) for user in ids if user in guild.members],
            "not_found": [user for user in ids if user not in guild.members],
            "chunk_index": 0,
            "chunk_count": 1,
        }
        socket.session.dispatch("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if "nonce" in data else {}))

    def _ignore(self, socket: Socket, data: Json) -> None:
        if socket.session is None:
            raise Closing(4003, "Not authenticated.")
