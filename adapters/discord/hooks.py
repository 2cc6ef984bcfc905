"""The webhooks through which mentors speak under their own name and face: one in each channel, made when needed."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from adapters.discord.api import DiscordApi, DiscordRefused, as_list, as_object
from adapters.discord.who import Who
from core.conversation.ports import MaybeSent, NotSent
from core.rendering.message import Persona

logger = logging.getLogger(__name__)

Json = dict[str, object]

_NAME = "Robbie"
_NONE_SECONDS = 600.0  # then it is looked again whether one may be made now
_KEPT = 5_000
_NAME_LIMIT = 80
_FORBIDDEN = re.compile(r"discord|clyde|```|[@#:]", re.IGNORECASE)
_TAKEN = {"everyone", "here"}


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook of Robbie's."""

    id: str
    token: str = field(repr=False)


class Hooks:
    """Finds the webhook of a channel, or makes it, and remembers it.

    Args:
        api: the REST API.
        who: whose webhooks they are.
        pictures: the address below which the personas' pictures are, as Discord reaches it; empty for none.
    """

    def __init__(self, api: DiscordApi, who: Who, pictures: str = "") -> None:
        self._api = api
        self._who = who
        self._pictures = pictures.rstrip("/")
        self._known: dict[str, tuple[float, Hook | None]] = {}
        self._finding: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def of(self, channel: str) -> Hook | None:
        """The webhook of a channel; None where Robbie may have none. Raises SendError."""
        alone = self._finding.setdefault(channel, asyncio.Lock())
        async with alone:
            at, known = self._known.get(channel, (0.0, None))
            if known is not None or (at and time.monotonic() - at < _NONE_SECONDS):
                return known
            found = await self._found(channel)
            if len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[channel] = time.monotonic(), found
            return found

    def forget(self, channel: str) -> None:
        """The webhook is not there any more."""
        self._known.pop(channel, None)

    def identity(self, persona: Persona) -> Json | None:
        """Name and face of a persona; None where Discord takes no such name."""
        name = " ".join(persona.title.split())[:_NAME_LIMIT]
        if not name or _FORBIDDEN.search(name) or name.casefold() in _TAKEN:
            return None
        picture: Json = {"avatar_url": f"{self._pictures}/{persona.avatar}.png"} if self._pictures else {}
        return {"username": name, **picture}

    async def _found(self, channel: str) -> Hook | None:
        route = "/channels/{channel}/webhooks"
        try:
            application = (await self._who.us()).application
            for raw in as_list(await self._api.call("GET", route, channel=channel)):
                if raw.get("application_id") == application and raw.get("token"):
                    return Hook(str(raw["id"]), str(raw["token"]))
            made = as_object(await self._api.call("POST", route, body={"name": _NAME}, channel=channel))
            return Hook(str(made["id"]), str(made["token"]))
        except DiscordRefused as error:
            logger.info("discord gives no webhook in channel %s (%s); mentors are named in the text", channel, error)
            return None
        except MaybeSent as error:  # one that was made is found the next time
            raise NotSent(str(error)) from None
