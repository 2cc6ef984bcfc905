"""What a person sees on opening Robbie: the home tab, and prompts to begin with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from weakref import WeakValueDictionary

from pydantic import BaseModel

from adapters.slack.api import SlackRefused
from adapters.slack.apis import SlackApis
from adapters.slack.blocks import Block, home_blocks
from adapters.slack.payload import Envelope
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import SendError
from core.desk import Desk, Visitor

logger = logging.getLogger(__name__)

Closed = Callable[[int], Awaitable[bool]]

PROMPTS = (
    ("What can you do?", "What can you help me with?"),
    ("Help me decide", "Help me think through a decision."),
    ("Draft a reply", "Help me draft a reply to a colleague."),
)
"""Titles and messages that somebody can begin with."""

_LOOK_SECONDS = 0.3
_LOOKS = 60


class _Shown(BaseModel):
    hash: str = ""


class _Opened(BaseModel):
    user: str
    channel: str = ""
    tab: str = "home"
    view: _Shown | None = None


class Home:
    """Shows people their home. Nothing waits for it: what fails is logged, and opening it again helps.

    Args:
        apis: the Web API of each workspace.
        desk: makes the page.
        closed: whether what somebody asked for is carried out.
    """

    def __init__(self, apis: SlackApis, desk: Desk, closed: Closed) -> None:
        self._apis = apis
        self._desk = desk
        self._closed = closed
        self._tasks: set[asyncio.Task[None]] = set()
        self._publishing: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._promptless: set[str] = set()

    def notice(self, envelope: Envelope) -> None:
        """An event that stores nothing: somebody opened a tab."""
        if envelope.event.get("type") == "app_home_opened":
            self._begin(self._opened(envelope))

    def follow(self, tenant: str, account: str, inbox_id: int) -> None:
        """Show the home again when what was asked for there is carried out."""
        self._begin(self._after(tenant, account, inbox_id))

    async def close(self) -> None:
        """Begin nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish(self, tenant: str, account: str, seen: str = "") -> None:
        """Show the home as it is now. Raises SendError.

        Args:
            tenant: the workspace.
            account: whose home it is.
            seen: the hash of the page that this one is to replace; empty for any.
        """
        lock = self._publishing.setdefault((tenant, account), asyncio.Lock())
        async with lock:
            try:
                await self._show(tenant, account, seen)
            except SlackRefused as error:
                if error.code != "hash_conflict":
                    raise
                await self._show(tenant, account, "")  # what is read now is newer than what was shown meanwhile

    async def _show(self, tenant: str, account: str, seen: str) -> None:
        page = await self._desk.home(Visitor(surface="slack", tenant=tenant, account=account, direct=True))
        view: Block = {"type": "home", "blocks": home_blocks(page)}
        api = await self._apis.of(tenant)
        await api.call(api.web.views_publish(user_id=account, view=view, hash=seen or None))

    async def _opened(self, envelope: Envelope) -> None:
        event = parse(_Opened, envelope.event)
        if event.tab == "home":
            await self.publish(envelope.team, event.user, event.view.hash if event.view else "")
        elif event.channel:
            await self._suggest(envelope.team, event.channel)

    async def _suggest(self, tenant: str, channel: str) -> None:
        """Offer something to begin with; silent where the workspace has no such thing."""
        if tenant in self._promptless:
            return
        api = await self._apis.of(tenant)
        prompts = [{"title": title, "message": message} for title, message in PROMPTS]
        try:
            await api.call(api.web.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts))
        except SlackRefused as error:
            self._promptless.add(tenant)
            logger.info("slack shows no suggested prompts: %s", error)

    async def _after(self, tenant: str, account: str, inbox_id: int) -> None:
        for _ in range(_LOOKS):
            if await self._closed(inbox_id):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        await self.publish(tenant, account)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_logged(work), name="slack-home")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except (SendError, MalformedEvent) as error:
        logger.warning("slack home not shown: %s", error)
    except Exception as error:
        logger.warning("slack home not shown: %s", type(error).__name__, exc_info=True)
