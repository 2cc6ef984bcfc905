"""``INTERACTION_CREATE``, as far as Robbie reads it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from adapters.discord.admins import MANAGE
from adapters.discord.payload import ChannelObject, Member, Message, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
_POSTING = 1 << 10 | 1 << 11  # to see the channel, and to write there
_POSTING_IN_THREADS = 1 << 10 | 1 << 38


class Option(BaseModel):
    """What somebody filled in at a command."""

    name: str
    value: str | int | float | bool | None = None
    focused: bool = False


class Filled(BaseModel):
    """One field of a form that was sent."""

    custom_id: str = ""
    value: str | bool | None = None
    values: list[str] = Field(default_factory=list)


class Labelled(BaseModel):
    """What holds the fields of a form."""

    component: Filled | None = None
    components: list[Filled] = Field(default_factory=list)


class Resolved(BaseModel):
    """What the ids in an interaction stand for."""

    messages: dict[str, Message] = Field(default_factory=dict)


class Data(BaseModel):
    """A command and its options, what was pressed, or a form that was sent."""

    name: str = ""
    type: int = 1
    options: list[Option] = Field(default_factory=list)
    target_id: str = ""
    resolved: Resolved = Field(default_factory=Resolved)
    custom_id: str = ""
    values: list[str] = Field(default_factory=list)
    components: list[Labelled] = Field(default_factory=list)


class Interaction(BaseModel):
    """Somebody used a command, pressed something, types into an option, or sent a form."""

    id: str
    application_id: str
    type: int
    token: str
    channel: ChannelObject | None = None
    channel_id: str = ""
    guild_id: str | None = None
    data: Data = Field(default_factory=Data)
    member: Member | None = None
    user: User | None = None
    message: Message | None = None
    app_permissions: str = "0"

    @property
    def asker(self) -> User | None:
        """Who did it."""
        return (self.member.user if self.member else None) or self.user

    @property
    def administers(self) -> bool:
        """Whether that person administers the guild."""
        return bool(self.member and int(self.member.permissions) & MANAGE)

    def can_post(self, channel: ChannelObject) -> bool:
        """Whether Robbie may write in the channel."""
        needed = _POSTING_IN_THREADS if channel.is_thread else _POSTING
        return int(self.app_permissions) & needed == needed
