"""Servers of calendars for tests: one that serves files over HTTP, and Radicale, a real CalDAV server."""

from __future__ import annotations

import asyncio
import base64
import gzip
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.patience import PATIENCE

USER, PASSWORD = "ana", "correct-horse-7531"


class FileServer:
    """Serves one calendar, and counts who asks for it.

    Attributes:
        text: what it serves; its version is a digest of it.
        status: what it answers with; 200 for the text.
        location: where it sends on, with a status of 302.
        packed: whether the text is packed.
        held: nobody is answered while it is set.
        asked: the paths that were asked for.
        same: how often it said that nothing has changed.
    """

    def __init__(self) -> None:
        self.text = ""
        self.status = 200
        self.location = ""
        self.packed = False
        self.held = False
        self.asked: list[str] = []
        self.same = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._get)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner:
            await self._runner.cleanup()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        while self.held:
            await asyncio.sleep(0.02)
        if self.status == 302:
            return web.Response(status=302, headers={"Location": self.location})
        if self.status != 200:
            return web.Response(status=self.status, text="a secret of the server's")
        body = self.text.encode()
        version = f'"{hash(body)}"'
        if request.headers.get("If-None-Match") == version:
            self.same += 1
            return web.Response(status=304)
        headers = {"ETag": version, **({"Content-Encoding": "gzip"} if self.packed else {})}
        return web.Response(
            body=gzip.compress(body) if self.packed else body, headers=headers, content_type="text/calendar"
        )


@asynccontextmanager
async def files(host: str = "127.0.0.1") -> AsyncIterator[FileServer]:
    """A server of files while the block lasts."""
    server = FileServer()
    await server.start(host)
    yield server
    await server.stop()


class Radicale:
    """A real CalDAV server with one account, as a process.

    Args:
        folder: where it keeps what it is given.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: asyncio.subprocess.Process | None = None
        self.port = 0
        folder.mkdir(exist_ok=True)
        (folder / "users").write_text(f"{USER}:{PASSWORD}\n")

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        """Start it; the second time where it was before."""
        if not self.port:
            self.port = _free_port()
        config = self._folder / "config"
        config.write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self._folder / 'users'}\nhtpasswd_encryption = plain\n"
            "delay = 0\n"
            f"[storage]\nfilesystem_folder = {self._folder / 'collections'}\n[logging]\nlevel = error\n"
        )
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "radicale", "--config", str(config)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(PATIENCE):
            while not await self._answers():
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """End it."""
        if self._child and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()

    async def put(self, name: str, text: str, calendar: str = "work") -> None:
        """Put an event there, or change it."""
        await self._ask("MKCALENDAR", calendar)
        assert await self._ask("PUT", f"{calendar}/{name}.ics", text) in (201, 204)

    async def delete(self, name: str, calendar: str = "work") -> None:
        """Delete an event there."""
        assert await self._ask("DELETE", f"{calendar}/{name}.ics") in (200, 204)

    async def _ask(self, method: str, path: str, text: str = "") -> int:
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        async with aiohttp.ClientSession(headers={"Authorization": f"Basic {login}"}) as session:
            headers = {"Content-Type": "text/calendar"} if text else {}
            url = f"{self.url}{USER}/{path}"
            async with session.request(method, url, data=text.encode(), headers=headers) as response:
                return response.status

    async def _answers(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(self.url):
                return True
        except aiohttp.ClientError:
            return False


@asynccontextmanager
async def radicale(folder: Path) -> AsyncIterator[Radicale]:
    """A CalDAV server while the block lasts."""
    server = Radicale(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
