"""The payloads of Discord's gateway and REST API, as far as Robbie reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field

from core.conversation.payload import MalformedEvent

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_SAID = {0, 19}  # a message, a reply
_APP_SAID = {20, 23}  # what an app answered to a command
PUBLIC_THREAD, PRIVATE_THREAD = 11, 12
_THREADS = {10, PUBLIC_THREAD, PRIVATE_THREAD}
STARTER = 21  # stands in a thread for the message that the thread was made from
REPLY, FORWARD = 0, 1


class Emoji(BaseModel):
    """A reaction's emoji: its character, or the name and id of one of the guild's own."""

    id: str | None = None
    name: str | None = None


class Member(BaseModel):
    """What a guild knows of a person."""

    nick: str | None = None
    user: User | None = None
    roles: list[str] = Field(default_factory=list)
    permissions: str = "0"  # in interactions only


class User(BaseModel):
    """An account."""

    id: str
    username: str = ""
    global_name: str | None = None
    bot: bool | None = None
    member: Member | None = None  # beside a mention

    @property
    def name(self) -> str:
        """What people call it."""
        nick = self.member.nick if self.member else None
        return nick or self.global_name or self.username


class Attachment(BaseModel):
    """A file on a message."""

    id: str
    filename: str | None = None
    content_type: str | None = None
    size: int | None = None
    url: str | None = None


class Reference(BaseModel):
    """The message that one replies to, or forwards."""

    type: int = REPLY
    message_id: str | None = None
    channel_id: str | None = None


class Forwarded(BaseModel):
    """What a forwarded message said."""

    content: str | None = None
    attachments: list[Attachment] = Field(default_factory=list)


class Snapshot(BaseModel):
    """A forwarded message."""

    message: Forwarded = Field(default_factory=Forwarded)


class Started(BaseModel):
    """The thread that hangs on a message."""

    id: str


class Message(BaseModel):
    """A message as events and histories carry it."""

    id: str
    channel_id: str = ""
    guild_id: str | None = None
    type: int = 0
    content: str = ""
    author: User | None = None
    member: Member | None = None
    webhook_id: str | None = None
    application_id: str | None = None
    edited_timestamp: datetime | None = None
    mentions: list[User] = Field(default_factory=list)
    mention_roles: list[str] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    message_reference: Reference | None = None
    referenced_message: Message | None = None
    message_snapshots: list[Snapshot] = Field(default_factory=list)
    thread: Started | None = None

    @property
    def is_speech(self) -> bool:
        """Whether somebody said this, as against what Discord notes about a channel."""
        return self.type in _SAID or self.type in _APP_SAID

    @property
    def is_bot(self) -> bool:
        """Whether an app said it."""
        return self.webhook_id is not None or bool(self.author and self.author.bot)

    @property
    def answers(self) -> Message | None:
        """The message that this replies to, if it came along."""
        return self.referenced_message if self.type == 19 else None


class Deletion(BaseModel):
    """``MESSAGE_DELETE`` and ``MESSAGE_DELETE_BULK``."""

    id: str | None = None
    ids: list[str] = Field(default_factory=list)


class Reaction(BaseModel):
    """``MESSAGE_REACTION_ADD`` and ``MESSAGE_REACTION_REMOVE``."""

    user_id: str
    message_id: str
    emoji: Emoji
    member: Member | None = None


class ChannelObject(BaseModel):
    """A channel or thread as REST and the gateway give it. ``public``: whether it is known that everybody reads it."""

    id: str
    type: int
    guild_id: str | None = None
    parent_id: str | None = None
    last_message_id: str | None = None
    public: bool = False

    @property
    def is_thread(self) -> bool:
        """Whether it hangs on another channel."""
        return self.type in _THREADS

    @property
    def is_private_thread(self) -> bool:
        """Whether just those read it who were invited, and not all who read the channel above."""
        return self.type == PRIVATE_THREAD


def moment(snowflake: str) -> datetime:
    """When Discord made an id, to the millisecond. Raises MalformedEvent."""
    try:
        return _EPOCH + timedelta(milliseconds=int(snowflake) >> 22)
    except (ValueError, OverflowError):
        raise MalformedEvent("not an id of Discord's") from None


def snowflake(at: datetime) -> str:
    """The smallest id that Discord could have made then."""
    return str(max(0, (at - _EPOCH) // timedelta(milliseconds=1)) << 22)
