"""The payloads of the Events API and of histories, as far as Robbie reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field

from core.conversation.payload import MalformedEvent

# What people and apps say, as against what Slack notes about a channel (joins, topics, pins, …).
_SPEECH = {"", "file_share", "thread_broadcast", "me_message", "bot_message"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SlackFile(BaseModel):
    """A file on a message. Files of other workspaces carry little more than an id."""

    id: str
    name: str | None = None
    mimetype: str | None = None
    size: int | None = None
    url_private: str | None = None
    url_private_download: str | None = None


class Edited(BaseModel):
    """When a message was edited."""

    ts: str


class Attachment(BaseModel):
    """What hangs on a message; ``is_share`` marks a forwarded message."""

    text: str | None = None
    is_share: bool | None = None
    files: list[SlackFile] | None = None


class SlackMessage(BaseModel):
    """A message as events and histories carry it."""

    ts: str
    subtype: str | None = None
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    text: str | None = None
    thread_ts: str | None = None
    latest_reply: str | None = None
    edited: Edited | None = None
    files: list[SlackFile] | None = None
    attachments: list[Attachment] | None = None

    @property
    def is_speech(self) -> bool:
        """Whether somebody said this."""
        return (self.subtype or "") in _SPEECH

    @property
    def account(self) -> str:
        """Who said it: a user id, or the bot id where there is no user."""
        return self.user or self.bot_id or ""

    @property
    def is_bot(self) -> bool:
        """Whether an app said it."""
        return bool(self.bot_id) or self.subtype == "bot_message" or self.user == "USLACKBOT"


class MessageEvent(SlackMessage):
    """A ``message`` or ``app_mention`` event."""

    channel: str
    channel_type: str | None = None
    event_ts: str | None = None
    deleted_ts: str | None = None
    message: SlackMessage | None = None
    previous_message: SlackMessage | None = None


class ReactedItem(BaseModel):
    """What a reaction is on."""

    type: str
    channel: str = ""
    ts: str = ""


class ReactionEvent(BaseModel):
    """A ``reaction_added`` or ``reaction_removed`` event."""

    type: str
    user: str
    reaction: str
    item: ReactedItem
    event_ts: str


class StopEvent(BaseModel):
    """An ``agent_session_stopped`` event: somebody pressed Stop."""

    channel: str
    user: str
    event_ts: str
    thread_ts: str | None = None
    streaming_message_ts: list[str] = Field(default_factory=list)


class Authorization(BaseModel):
    """An installation that an event is visible to."""

    team_id: str | None = None


class Envelope(BaseModel):
    """What the Events API wraps an event in."""

    type: str
    team_id: str = ""
    authorizations: list[Authorization] | None = None
    api_app_id: str = ""
    event_id: str = ""
    event_time: float = 0.0
    is_ext_shared_channel: bool | None = None
    event: dict[str, object] = Field(default_factory=dict)

    @property
    def team(self) -> str:
        """The workspace whose Robbie is told. In a channel shared with another, ``team_id`` may be the other one."""
        first = self.authorizations[0].team_id if self.authorizations else None
        return first or self.team_id


def moment(ts: str) -> datetime:
    """The time that a Slack timestamp says, to the microsecond. Raises MalformedEvent."""
    seconds, _, fraction = ts.partition(".")
    try:
        return _EPOCH + timedelta(seconds=int(seconds), microseconds=int(fraction[:6].ljust(6, "0")))
    except (ValueError, OverflowError):
        raise MalformedEvent("not a timestamp") from None
