"""The Discord double without a library between: plain requests, and plain gateway payloads."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from adapters.doubles.discord import DiscordDouble

ALL_INTENTS = sum(1 << bit for bit in (0, 5, 9, 10, 11, 12, 13, 14, 15))


class Wire:
    """One WebSocket to the gateway."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, compressed: bool) -> None:
        self.ws, self.compressed = ws, compressed
        self._inflate = zlib.decompressobj()
        self.seq: int | None = None

    async def send(self, op: int, data: Any = None) -> None:
        await self.ws.send_json({"op": op, "d": data})

    async def receive(self) -> dict[str, Any]:
        """The next payload. Raises ConnectionError when the connection ended."""
        message = await asyncio.wait_for(self.ws.receive(), 10)
        if message.type is aiohttp.WSMsgType.BINARY:
            assert self.compressed
            assert message.data.endswith(b"\x00\x00\xff\xff")
            payload = json.loads(self._inflate.decompress(message.data))
        elif message.type is aiohttp.WSMsgType.TEXT:
            assert not self.compressed
            payload = json.loads(message.data)
        else:
            raise ConnectionError(f"closed with {self.ws.close_code}")
        self.seq = payload.get("s") or self.seq
        return dict(payload)

    async def until(self, name: str) -> dict[str, Any]:
        """The data of the next event of a name."""
        while True:
            payload = await self.receive()
            if payload.get("t") == name:
                return dict(payload["d"])

    async def op(self, op: int) -> Any:
        """The data of the next payload with an opcode."""
        while True:
            payload = await self.receive()
            if payload["op"] == op:
                return payload["d"]

    async def close_code(self) -> int | None:
        """Read on until the connection ends."""
        while True:
            try:
                await self.receive()
            except ConnectionError:
                return self.ws.close_code

    async def identify(self, token: str, intents: int = ALL_INTENTS, **more: Any) -> dict[str, Any]:
        """Identify, and return what READY says."""
        await self.send(2, {"token": token, "intents": intents, "properties": {}, **more})
        return await self.until("READY")


@asynccontextmanager
async def wire(double: DiscordDouble, compress: str = "", v: str = "10", url: str = "") -> AsyncIterator[Wire]:
    """A connection that nothing has been said on."""
    params = {"v": v, "encoding": "json"} | ({"compress": compress} if compress else {})
    async with aiohttp.ClientSession() as session, session.ws_connect(url or double.gateway_url, params=params) as ws:
        yield Wire(ws, bool(compress))


class Rest:
    """Plain requests with the app's token; every answer as (status, body)."""

    def __init__(self, session: aiohttp.ClientSession, double: DiscordDouble) -> None:
        self._session, self._double = session, double
        self.headers: dict[str, str] = {}

    async def __call__(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self._double.token if token is None else token}"}
        kwargs = more | ({"json": body} if body is not None else {})
        async with self._session.request(method, self._double.api_url + path, headers=headers, **kwargs) as response:
            self.headers = dict(response.headers)
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text

    async def post(self, channel: str, **form: Any) -> tuple[int, Any]:
        """Post a message."""
        return await self("POST", f"/channels/{self._double.channel(channel).id}/messages", form)


@asynccontextmanager
async def rest(double: DiscordDouble) -> AsyncIterator[Rest]:
    """A session for plain requests."""
    async with aiohttp.ClientSession() as session:
        yield Rest(session, double)
