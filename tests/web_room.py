"""A conversation store in memory for the web chat's tests: what the database does for the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import uvicorn
from fastapi import FastAPI

from adapters.web import create_app
from core.conversation.attachments import FileLimits
from core.conversation.models import Accepted, InboundEvent, InboxState, Kind, Outcome, Place, Shown
from core.rendering.message import Attachment
from mentors import avatars
from tests.patience import PATIENCE

HINT = ("Put `SLACK_BOT_TOKEN` and `SLACK_APP_TOKEN` into `.env`, then start Robbie again.",)
ORIGIN = "http://127.0.0.1"
LIMITS = FileLimits(max_bytes=5_000, max_files=3)


class Room:
    """Receiver and ConversationView in one."""

    def __init__(self) -> None:
        self.events: list[InboundEvent] = []
        self.deliveries = 0
        self.broken = False
        self.uploads: dict[str, bytes] = {}
        self._said: dict[Place, list[Shown]] = {}
        self._changed = asyncio.Condition()

    async def accept(self, event: InboundEvent) -> Accepted:
        self.deliveries += 1
        if self.broken:
            raise ConnectionError("password=hunter2 refused")
        known = {identity for earlier in self.events for identity in earlier.identities}
        merged = bool(known & set(event.identities))
        if not merged:
            self.events.append(event)
            async with self._changed:
                self._changed.notify_all()
            if event.kind is Kind.MESSAGE:
                names = tuple(file.name for file in event.files)
                await self.say(event.place, event.message_id, event.text, author=event.author.name, files=names)
        return Accepted(inbox_id=len(self.events), state=InboxState.RECEIVED, merged=merged)

    async def put(self, place: Place, account: str, id_: str, content: bytes) -> bool:
        if self.broken:
            raise ConnectionError("password=hunter2 refused")
        self.uploads[id_] = content
        return True

    async def say(self, place: Place, id_: str, text: str, *, author: str = "", **more: object) -> None:
        """Show a message, or replace the one that has this id."""
        given = {"id": id_, "by_robbie": not author, "author": author, "text": text, "at": datetime.now(UTC), **more}
        message = Shown.model_validate(given)
        said = self._said.setdefault(place, [])
        async with self._changed:
            same = [index for index, old in enumerate(said) if old.id == id_]
            if same:
                said[same[0]] = message.model_copy(update={"at": said[same[0]].at})
            else:
                said.append(message)
            self._changed.notify_all()

    async def shown(self, place: Place) -> Sequence[Shown]:
        if self.broken:
            raise ConnectionError("password=hunter2 refused")
        return tuple(self._said.get(place, ()))

    async def file(self, place: Place, about: str, number: int) -> Attachment | None:
        found = [message for message in self._said.get(place, ()) if message.about == about]
        files = found[0].extras.files if found else ()
        return files[number] if 0 <= number < len(files) else None

    async def changes(self, place: Place) -> AsyncIterator[None]:
        while True:
            before = tuple(self._said.get(place, ()))
            yield
            async with self._changed:
                while tuple(self._said.get(place, ())) == before:
                    await self._changed.wait()

    async def outcome(self, inbox_id: int) -> Outcome | None:
        return None

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something has happened here."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(true)

    @property
    def messages(self) -> list[InboundEvent]:
        return [event for event in self.events if event.kind is Kind.MESSAGE]


async def healthy() -> Mapping[str, object]:
    return {"ready": True, "database": "ok"}


def app_of(room: Room) -> FastAPI:
    return create_app(
        room,
        room,
        health=healthy,
        hint=HINT,
        avatars=avatars.FOLDER,
        metrics=lambda: asyncio.sleep(0, b"robbie_up 1\n"),
        uploads=room,
        limits=LIMITS,
    )


def browser_of(app: FastAPI) -> httpx.AsyncClient:
    """A client that behaves like a browser on this machine."""
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}, follow_redirects=True)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve the app on a free port of this machine, and give its address."""
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), task.result()
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task
