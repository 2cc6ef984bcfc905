"""Answers that grow as native streams: in threads of direct messages, since Slack streams in threads only.

A stream is how a growing answer is shown, nothing more: it takes no key, so its opening is known by lacking one, and
the final text replaces it by an edit like any other.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from adapters.slack.api import SlackApi, SlackRefused
from adapters.slack.personas import Worn
from core.conversation.models import Place
from core.conversation.ports import MaybeSent

logger = logging.getLogger(__name__)

CONFLICT = "streaming_state_conflict"
"""Slack's word for an edit of a message that still streams."""

_KEPT = 1_000


@dataclass
class _Stream:
    """One that this process began: the key of its outbox row, and what was written."""

    key: str
    text: str = ""


class Streams:
    """Begins streams, and knows those that this process began."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str, str], _Stream] = {}
        self._streamless: set[str] = set()

    def fits(self, place: Place) -> bool:
        """Whether an answer can be streamed there."""
        return place.direct and bool(place.thread) and place.tenant not in self._streamless

    async def begin(self, api: SlackApi, place: Place, key: str, worn: Worn) -> str | None:
        """The id of a new streaming message; None where Slack does not begin one. Raises SendError."""
        try:
            answer = await api.call(api.web.chat_startStream(channel=place.channel, thread_ts=place.thread, **worn))
        except SlackRefused as error:
            logger.info("slack does not stream: %s", error)
            if error.code in ("unknown_method", "not_allowed_token_type", "team_access_not_granted"):
                self._streamless.add(place.tenant)
            return None
        if len(self._open) >= _KEPT:
            self._open.pop(next(iter(self._open)))
        self._open[place.tenant, place.channel, str(answer["ts"])] = _Stream(key)
        return str(answer["ts"])

    async def grow(self, api: SlackApi, place: Place, message_id: str, key: str, text: str) -> bool:
        """Write on in a stream; False where there is none to write on in, so that an edit has to show the text.

        The last word waits for its end: what is written cannot be taken back, and half a link looks like another.
        Raises SendError.
        """
        stream = self._open.get((place.tenant, place.channel, message_id))
        if stream is None or stream.key != key or not text.startswith(stream.text):
            return False
        whole = text[: max(text.rfind(" "), text.rfind("\n")) + 1]
        more = whole[len(stream.text) :]
        if not more:
            return True
        try:
            await api.call(api.web.chat_appendStream(channel=place.channel, ts=message_id, markdown_text=more))
        except (SlackRefused, MaybeSent) as error:  # it has expired or was stopped, or nobody knows what stands there
            logger.info("slack stream ended: %s", error)
            return False
        stream.text = whole
        return True

    async def end(self, api: SlackApi, place: Place, message_id: str, *, known: bool = True) -> None:
        """End a stream before its message is edited. Ending it twice is the same as once. Raises SendError.

        Args:
            api: of the workspace.
            place: where it is.
            message_id: its message.
            known: whether only a stream that this process began is ended.
        """
        if self._open.pop((place.tenant, place.channel, message_id), None) is None and known:
            return
        try:
            await api.call(api.web.chat_stopStream(channel=place.channel, ts=message_id))
        except SlackRefused as error:
            logger.info("slack stream not ended: %s", error)
