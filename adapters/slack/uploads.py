"""Files that go out with a message: shared in its thread, once."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence

from slack_sdk.errors import SlackRequestError

from adapters.slack.api import Json, SlackApi, SlackRefused, messages_of, next_cursor
from adapters.slack.directs import Directs
from adapters.slack.render import POST_LIMIT, render_plain
from core.conversation.models import Place
from core.conversation.ports import NotSent
from core.rendering.message import Attachment, Outgoing
from core.rendering.split import split

logger = logging.getLogger(__name__)

_PAGE = 200
_MAX_PAGES = 5


class Uploads:
    """Shares files. They carry no key: one of ours of that name and size after its message is the one that was sent.

    Args:
        directs: where files go that one person alone may see.
    """

    def __init__(self, directs: Directs) -> None:
        self._directs = directs

    async def share(self, api: SlackApi, place: Place, after: str, message: Outgoing, *, look: bool) -> None:
        """Share a message's files. Raises SendError; then it may be tried again with ``look``.

        Args:
            api: of the workspace.
            place: where the message stands.
            after: the message's id.
            message: with its files.
            look: whether they may have been shared before.
        """
        if not message.files:
            return
        if message.only_for:
            channel = await self._directs.of(place.tenant, message.only_for)
            place = place.model_copy(update={"channel": channel, "thread": "", "direct": True})
        there = await self._shared(api, place, after) if look else set()
        missing = [file for file in message.files if (file.name, len(file.data)) not in there]
        if not missing:
            return
        try:
            await self._upload(api, place, missing)
        except SlackRefused as error:
            logger.error("slack does not take a file: %s", error)
            await self._spell_out(api, place, missing)

    async def _upload(self, api: SlackApi, place: Place, files: Sequence[Attachment]) -> None:
        uploads: list[Json] = [
            {"filename": file.name, "title": file.name, "content": file.data, "alt_txt": file.alt or None}
            for file in files
        ]
        try:
            await api.call(
                api.web.files_upload_v2(file_uploads=uploads, channel=place.channel, thread_ts=place.thread or None)
            )
        except SlackRequestError:  # the bytes were not taken, and so nothing was shared
            raise NotSent("slack: the file was not taken") from None

    async def _spell_out(self, api: SlackApi, place: Place, files: Sequence[Attachment]) -> None:
        """What Slack refuses as a file is said as text, where it is text."""
        for file in files:
            text = file.data.decode(errors="replace") if file.media_type.startswith("text/") else ""
            for part in split(text or f"{file.name} could not be attached.", POST_LIMIT // 2):
                await api.call(
                    api.web.chat_postMessage(
                        channel=place.channel,
                        thread_ts=place.thread or None,
                        **render_plain(part, "", POST_LIMIT),
                    )
                )

    async def _shared(self, api: SlackApi, place: Place, after: str) -> set[tuple[str, object]]:
        """Names and sizes of our files after a message."""
        me, found = await api.me(), set()
        async for message in _messages(api, place, after):
            files = message.get("files")
            if isinstance(files, list) and me.made(str(message.get("user")), str(message.get("bot_id") or "")):
                found |= {(str(file.get("name")), file.get("size")) for file in files if isinstance(file, dict)}
        return found


async def _messages(api: SlackApi, place: Place, after: str) -> AsyncIterator[Json]:
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        if place.thread:
            request = api.web.conversations_replies(
                channel=place.channel, ts=place.thread, oldest=after, cursor=cursor, limit=_PAGE
            )
        else:
            request = api.web.conversations_history(channel=place.channel, oldest=after, cursor=cursor, limit=_PAGE)
        answer = await api.call(request)
        for message in messages_of(answer):
            yield message
        cursor = next_cursor(answer)
        if cursor is None:
            return
