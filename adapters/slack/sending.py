"""Posting and editing: in which form and under which name, and where else when Robbie is no member."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from adapters.slack.api import Json, SlackRefused
from adapters.slack.apis import SlackApis
from adapters.slack.directs import Directs
from adapters.slack.personas import Personas, spelled
from adapters.slack.render import POST_LIMIT, Rendered, quiet, render, render_plain
from adapters.slack.replies import Replies
from adapters.slack.streams import CONFLICT, Streams
from adapters.slack.uploads import Uploads
from core.commands import REGISTRY
from core.conversation.models import Place
from core.conversation.ports import MaybeSent, MessageGone, SendError
from core.registry import Invocation, Registry
from core.rendering.message import Button, Outgoing

logger = logging.getLogger(__name__)

_FORMAT_ERRORS = {
    "invalid_blocks", "invalid_blocks_format", "invalid_block", "msg_blocks_too_long", "msg_too_long",
    "markdown_text_conflict", "block_mismatch",
}  # fmt: skip
_NO_MEMBER = {"channel_not_found", "not_in_channel", "user_not_in_channel"}
_AGAIN = Invocation(command="regenerate")

Send = Callable[[Rendered], Awaitable[Json]]


class Sending:
    """Sends messages.

    Args:
        apis: the Web API of each workspace.
        replies: other ways to answer commands.
        personas: who may be seen to speak.
        registry: the commands: only what one carries out can be pressed.
    """

    def __init__(
        self, apis: SlackApis, replies: Replies | None, personas: Personas, registry: Registry = REGISTRY
    ) -> None:
        self._apis = apis
        self._replies = replies
        self._personas = personas
        self._registry = registry
        self._streams = Streams()
        self._uploads = Uploads(Directs(apis))

    async def post(self, place: Place, key: str, message: Outgoing, *, opening: bool) -> str:
        """Post, and return the message's id. Raises SendError.

        Args:
            place: where.
            key: what the post carries.
            message: what it says.
            opening: whether an answer follows in its place.
        """
        posted = await self._posted(place, key, message, opening=opening)
        try:
            await self.share(place, posted, message, look=False)
        except SendError as error:  # the text is there: what is missing of it is found by looking
            raise MaybeSent(str(error)) from error
        return posted

    async def share(self, place: Place, message_id: str, message: Outgoing, *, look: bool = True) -> None:
        """Share what belongs to a message that stands there. Raises SendError."""
        if message.files:
            api = await self._apis.of(place.tenant)
            await self._uploads.share(api, place, message_id, message, look=look)

    async def _posted(self, place: Place, key: str, message: Outgoing, *, opening: bool) -> str:
        try:
            if message.only_for:
                return await self._whisper(place, key, message)
            began = await self._stream(place, key, message) if opening and self._streams.fits(place) else None
            return began or await self._post(place, key, message)
        except SlackRefused as error:
            url = await self._other_way(key) if error.code in _NO_MEMBER and not opening else None
            if url is None:
                raise
            return await self._respond(url, place, key, message)

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        """Replace a message. Raises SendError."""
        if message.only_for:
            raise MessageGone("slack: what only one person sees cannot be edited")
        api = await self._apis.of(place.tenant)
        body = quiet(self._personas.named(place.tenant, message).body)
        if await self._streams.grow(api, place, message_id, key, body):
            return
        await self._streams.end(api, place, message_id)

        async def send(rendered: Rendered) -> Json:
            return await api.call(api.web.chat_update(channel=place.channel, ts=message_id, **rendered))

        try:
            await self._formed(place.tenant, key, message, send)
        except SlackRefused as error:
            if error.code != CONFLICT:
                raise
            await self._streams.end(api, place, message_id, known=False)  # another process began it
            await self._formed(place.tenant, key, message, send)
        await self.share(place, message_id, message)

    async def _stream(self, place: Place, key: str, message: Outgoing) -> str | None:
        api = await self._apis.of(place.tenant)
        return await self._streams.begin(api, place, key, self._personas.worn(place.tenant, message.persona))

    async def _post(self, place: Place, key: str, message: Outgoing) -> str:
        api = await self._apis.of(place.tenant)

        async def send(rendered: Rendered) -> Json:
            return await api.call(
                api.web.chat_postMessage(
                    channel=place.channel,
                    thread_ts=place.thread or None,
                    unfurl_links=False,
                    unfurl_media=False,
                    **rendered,
                )
            )

        return str((await self._formed(place.tenant, key, message, send, POST_LIMIT))["ts"])

    async def _whisper(self, place: Place, key: str, message: Outgoing) -> str:
        """Show it to one person. Slack keeps it nowhere: it can neither be found again nor be edited."""
        api = await self._apis.of(place.tenant)

        async def send(rendered: Rendered) -> Json:
            return await api.call(
                api.web.chat_postEphemeral(
                    channel=place.channel, user=message.only_for, thread_ts=place.thread or None, **_bare(rendered)
                )
            )

        return str((await self._formed(place.tenant, key, message, send, POST_LIMIT))["message_ts"])

    async def _other_way(self, key: str) -> str | None:
        return await self._replies.find(key) if self._replies else None

    async def _respond(self, url: str, place: Place, key: str, message: Outgoing) -> str:
        """Answer a command where Robbie is no member. Nothing tells what id the answer has."""
        replies = self._replies
        kind = "ephemeral" if message.only_for else "in_channel"

        async def send(rendered: Rendered) -> Json:
            if replies is not None:
                await replies.send(url, {"response_type": kind, "replace_original": False, **_bare(rendered)})
            return {}

        # A response URL takes no other name.
        await self._formed(place.tenant, key, spelled(message), send, POST_LIMIT)
        return f"response:{key}"

    async def _formed(self, tenant: str, key: str, message: Outgoing, send: Send, limit: int | None = None) -> Json:
        """Send it formatted; where Slack does not accept the name or the format, without."""
        worn = self._personas.worn(tenant, message.persona)
        dressed = self._dressed(self._personas.named(tenant, message))
        try:
            return await send({**render(dressed, key), **worn})
        except SlackRefused as error:
            if error.code == "missing_scope" and worn:
                self._personas.refused(tenant)
                return await self._formed(tenant, key, message, send, limit)
            if error.code not in _FORMAT_ERRORS:
                raise
            logger.warning("slack did not take the formatted message (%s); sending plain text", error.code)
        plain = render_plain(dressed.body, key, limit) if limit else render_plain(dressed.body, key)
        return await send({**plain, **worn})

    def _dressed(self, message: Outgoing) -> Outgoing:
        """The message with what can be pressed under an answer."""
        if not message.feedback:
            return message
        again = (Button(label="Try again", invocation=_AGAIN),) if self._registry.get(_AGAIN.command) else ()
        votes = self._registry.get("vote") is not None
        return message.model_copy(update={"buttons": (*message.buttons, *again), "feedback": votes})


def _bare(rendered: Rendered) -> Rendered:
    """Without the key, where Slack keeps none."""
    return {name: value for name, value in rendered.items() if name != "metadata"}  # type: ignore[return-value]
