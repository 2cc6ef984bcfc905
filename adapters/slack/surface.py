"""Slack as the sender and a running turn see it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from pydantic import BaseModel, Field

from adapters.slack.api import Identity, Json, SlackApi, SlackRefused, messages_of, next_cursor
from adapters.slack.apis import SlackApis, Uninstalled
from adapters.slack.events import file_of
from adapters.slack.files import SlackFiles
from adapters.slack.payload import SlackMessage, moment
from adapters.slack.personas import Personas
from adapters.slack.render import EVENT_TYPE
from adapters.slack.replies import Replies
from adapters.slack.sending import Sending
from adapters.slack.text import readable
from core.conversation.models import Attached, FileRef, Place, Profile, Utterance
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import CannotTell, NotSent, SendError
from core.rendering.message import Outgoing

logger = logging.getLogger(__name__)

_PLACE_ERRORS = {"channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "message_not_found"}
_PAGE = 200
_MAX_PAGES = 10
_FIND_SECONDS = 7 * 24 * 3600
_CLOCKS_SECONDS = 60.0  # by which Slack's clock and ours may differ
_PROFILE_SECONDS = 3600.0
_MAX_PROFILES = 10_000


class _Window(TypedDict, total=False):
    oldest: str
    latest: str
    limit: int
    include_all_metadata: bool


class _Names(BaseModel):
    display_name: str | None = None
    real_name: str | None = None


class _EnterpriseUser(BaseModel):
    teams: list[str] = Field(default_factory=list)


class _User(BaseModel):
    id: str
    team_id: str = ""
    name: str | None = None
    real_name: str | None = None
    tz: str | None = None
    is_bot: bool | None = None
    is_admin: bool | None = None
    is_owner: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    is_stranger: bool | None = None
    deleted: bool | None = None
    enterprise_user: _EnterpriseUser | None = None
    profile: _Names = Field(default_factory=_Names)

    def is_member(self, team: str) -> bool:
        """Whether it is a member of a workspace: no guest, nobody who left, and not of another that shares a channel.

        ``is_stranger`` is only said of people of other workspaces, whatever it says.
        """
        guest = bool(self.is_restricted or self.is_ultra_restricted)
        teams = {self.team_id, *(self.enterprise_user.teams if self.enterprise_user else ())}
        return team in teams and not guest and not self.deleted and self.is_stranger is None


class SlackSurface:
    """Implements ``core.conversation.ports.Surface`` over the Web API, with each workspace's own token.

    Args:
        apis: the Web API of each workspace.
        replies: other ways to answer commands.
        public_url: where everybody reaches the web server; empty where nobody does.
    """

    name = "slack"
    part_limit = 11_500  # a markdown block takes 12,000
    most_parts = 4
    edit_interval = 1.2
    placeholder = "_Thinking…_"

    def __init__(self, apis: SlackApis, replies: Replies | None = None, *, public_url: str = "") -> None:
        self._apis = apis
        self._sending = Sending(apis, replies, Personas(public_url))
        self._files = SlackFiles(apis)
        self._profiles: dict[tuple[str, str], tuple[float, Profile]] = {}
        self._statusless: set[tuple[str, bool]] = set()

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        """Post a message that carries ``key`` in its metadata, and return its timestamp. Raises SendError."""
        return await self._sending.post(place, key, message, opening=message.body == self.placeholder)

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        """Replace a message. Raises SendError."""
        await self._sending.edit(place, message_id, key, message)

    async def delete(self, place: Place, message_id: str, message: Outgoing) -> None:
        """Delete a message. Raises SendError."""
        api = await self._apis.of(place.tenant)
        await api.call(api.web.chat_delete(channel=place.channel, ts=message_id))

    async def find(self, place: Place, key: str, *, message: Outgoing, since: datetime) -> str | None:
        """The post of the last seven days that carries ``key``, or None when surely there is none.

        Raises CannotTell when Slack cannot be asked, or the conversation is too long to look through; Uninstalled where
        the app is not there any more.
        """
        if message.only_for:  # Slack keeps it nowhere, and its one reader may read it twice
            return None
        streams = message.body == self.placeholder and place.direct and bool(place.thread)
        now = time.time()
        # With ``oldest`` alone, Slack begins a flat conversation at its old end.
        window: _Window = {
            "oldest": f"{now - _FIND_SECONDS:.6f}",
            "latest": f"{now + _FIND_SECONDS:.6f}",
            "limit": _PAGE,
            "include_all_metadata": True,
        }
        try:
            api = await self._apis.of(place.tenant)
            me = await api.me()
            async for page, last in self._pages(api, place, **window):
                for raw in page:
                    ours = me.made(str(raw.get("user")), str(raw.get("bot_id") or ""))
                    if ours and (_key(raw) == key or (streams and _begun(raw, since))):
                        await self._sending.share(place, str(raw["ts"]), message)
                        return str(raw["ts"])
                if last:
                    return None
        except Uninstalled:
            raise
        except SendError as error:
            raise CannotTell(str(error)) from None
        raise CannotTell("slack: the conversation is too long to look through")

    async def history(self, place: Place, limit: int) -> Sequence[Utterance]:
        """The thread's messages, or a flat direct message's latest, oldest first. Raises SendError."""
        api = await self._apis.of(place.tenant)
        me = await api.me()
        kept: deque[SlackMessage] = deque(maxlen=limit)
        async for page, _ in self._pages(api, place, limit=_PAGE if place.thread else min(limit, _PAGE)):
            spoken = [message for raw in page if (message := _spoken(raw))]
            if place.thread:
                kept.extend(spoken)
            else:  # newest first
                kept.extendleft(spoken[: limit - len(kept)])
                if len(kept) == limit:
                    break
        return [await self._utterance(message, me) for message in kept]

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        """A file that somebody attached. Raises Unreadable."""
        return await self._files.fetch(place.tenant, file, limit)

    async def close(self) -> None:
        """Close the connections."""
        await self._files.close()
        await self._apis.close()

    async def profile(self, tenant: str, account: str) -> Profile:
        """Name and time zone of an account, remembered for an hour. Raises SendError."""
        known = self._profiles.get((tenant, account))
        if known is not None and time.monotonic() - known[0] < _PROFILE_SECONDS:
            return known[1]
        api = await self._apis.of(tenant)
        answer = await api.call(api.web.users_info(user=account))
        profile = _profile(answer.get("user"), tenant)
        if len(self._profiles) >= _MAX_PROFILES:
            self._profiles.pop(next(iter(self._profiles)))
        self._profiles[tenant, account] = (time.monotonic(), profile)
        return profile

    async def working(self, place: Place, *, on: bool) -> None:
        """Show or clear the agent session's status; silent where the workspace has no agent sessions."""
        kind = (place.tenant, bool(place.thread))
        if kind in self._statusless:
            return
        try:
            api = await self._apis.of(place.tenant)
            await api.call(
                api.web.agents_sessions_setStatus(
                    channel_id=place.channel,
                    status="processing" if on else "active",
                    thread_ts=place.thread or None,
                )
            )
        except SlackRefused as error:
            if error.code not in _PLACE_ERRORS:
                self._statusless.add(kind)
                logger.info("slack shows no working status in %s: %s", "threads" if place.thread else "flat DMs", error)
        except SendError as error:
            logger.debug("slack status not shown: %s", error)

    async def _pages(
        self, api: SlackApi, place: Place, **options: Unpack[_Window]
    ) -> AsyncIterator[tuple[list[Json], bool]]:
        """Pages of a thread (oldest first) or of a flat conversation (newest first), and whether each is the last."""
        cursor: str | None = None
        for _ in range(_MAX_PAGES):
            if place.thread:
                request = api.web.conversations_replies(
                    channel=place.channel, ts=place.thread, cursor=cursor, **options
                )
            else:
                request = api.web.conversations_history(channel=place.channel, cursor=cursor, **options)
            answer = await api.call(request)
            cursor = next_cursor(answer)
            yield messages_of(answer), cursor is None
            if cursor is None:
                return

    async def _utterance(self, message: SlackMessage, me: Identity) -> Utterance:
        ours = me.made(message.account, message.bot_id or "")
        return Utterance(
            speaker="" if ours else await self._name(message, me.team),
            text=readable(message.text or "", "" if ours else me.user),
            at=moment(message.ts),
            message_id=message.ts,
            by_robbie=ours,
            files=tuple(Attached(**file_of(file).model_dump()) for file in message.files or ()),
        )

    async def _name(self, message: SlackMessage, team: str) -> str:
        if message.username or not message.user:
            return message.username or message.account
        try:
            return (await self.profile(team, message.user)).name
        except SendError:
            return message.user


def _spoken(raw: Json) -> SlackMessage | None:
    try:
        message = parse(SlackMessage, raw)
        moment(message.ts)
    except MalformedEvent as error:
        logger.warning("slack history: %s", error)
        return None
    return message if message.is_speech else None


def _begun(raw: Json, since: datetime) -> bool:
    """Whether this is a stream that was begun for an answer: it carries no key until its final text is there."""
    if _key(raw) is not None or raw.get("subtype") == "file_share":
        return False
    return float(str(raw.get("ts"))) >= since.timestamp() - _CLOCKS_SECONDS


def _key(raw: Json) -> str | None:
    """The outbox key that a message carries."""
    metadata = raw.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    return str(payload.get("key")) if isinstance(payload, dict) else None


def _profile(data: object, team: str) -> Profile:
    try:
        user = parse(_User, data)
    except MalformedEvent as error:
        raise NotSent(f"slack: {error}") from None
    name = user.profile.display_name or user.profile.real_name or user.real_name or user.name or user.id
    admin = bool(user.is_admin or user.is_owner)
    return Profile(name=name, zone=user.tz or "", is_bot=bool(user.is_bot), admin=admin, member=user.is_member(team))
