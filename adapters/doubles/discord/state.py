"""People, guilds, roles, channels, threads, messages."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from adapters.doubles.discord.wire import Json, component_texts, unknown

TEXT, DM, VOICE, NEWS, THREAD, PRIVATE_THREAD, FORUM, MEDIA = 0, 1, 2, 5, 11, 12, 15, 16
EPHEMERAL, LOADING, HAS_THREAD, V2 = 1 << 6, 1 << 7, 1 << 5, 1 << 15
REPLY, CHAT_COMMAND, CONTEXT_COMMAND, THREAD_CREATED, THREAD_STARTER = 19, 20, 23, 18, 21
SPEECH = (0, REPLY, CHAT_COMMAND, CONTEXT_COMMAND)
"""Types of messages that somebody said; the others are Discord's own notes."""

BOT_USER = "1200000000000000001"
"""The app's user, which has the id of the application."""
GUILD = "1200000000000000010"
PEOPLE_IDS = {"Ana": "1200000000000000201", "Ben": "1200000000000000202", "Chika": "1200000000000000203"}
OTHER_BOT = "1200000000000000204"
CHANNELS = {
    "general": ("1200000000000000101", TEXT),
    "random": ("1200000000000000102", TEXT),
    "secret": ("1200000000000000103", TEXT),
    "hidden": ("1200000000000000104", TEXT),
    "readonly": ("1200000000000000105", TEXT),
    "lounge": ("1200000000000000106", VOICE),
    "questions": ("1200000000000000107", FORUM),
}
HELPERS_ROLE, BOT_ROLE = "1200000000000000301", "1200000000000000302"


@dataclass
class User:
    """A person or an app.

    Attributes:
        refuses_dms: whether this person takes no direct messages from the app.
    """

    id: str
    name: str
    is_bot: bool = False
    refuses_dms: bool = False


@dataclass
class Role:
    """A role of the guild."""

    id: str
    name: str
    permissions: int = 0
    mentionable: bool = False
    managed_by: str | None = None


@dataclass
class Attachment:
    """A file on a message."""

    id: str
    name: str
    content: bytes
    content_type: str
    url: str = ""
    description: str | None = None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of a picture (PNG only)."""
        if not self.content.startswith(b"\x89PNG\r\n\x1a\n"):
            return None
        return int.from_bytes(self.content[16:20]), int.from_bytes(self.content[20:24])


@dataclass
class Message:
    """A message, with what only the double must know of it.

    Attributes:
        author: the id of its user; for a webhook's message, of the webhook.
        identity: name and picture that a webhook's message goes under.
        mentions: users that it mentions with effect; ``mention_roles`` and ``mention_everyone`` likewise.
        reference: the message it answers, as sent on the wire.
        interaction: the interaction it answers, as sent on the wire.
        shown_to: the only person who sees it (ephemeral).
    """

    id: str
    channel_id: str
    author: str
    content: str = ""
    type: int = 0
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    reference: Json | None = None
    snapshots: list[Json] = field(default_factory=list)
    interaction: Json | None = None
    identity: Json | None = None
    webhook_id: str | None = None
    edited_ms: int | None = None
    nonce: str | None = None
    tts: bool = False
    shown_to: str | None = None
    edits: int = 0

    @property
    def shown(self) -> str:
        """What a person reads: the content, the text of its components, and what its embeds say."""
        embeds = [str(embed.get(key) or "") for embed in self.embeds for key in ("title", "description")]
        return "\n".join(part for part in (self.content, *component_texts(self.components), *embeds) if part)

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        """Whether it is the "is thinking…" of a deferred interaction."""
        return bool(self.flags & LOADING)


@dataclass
class Channel:
    """A channel, thread or direct message, and what was said in it.

    Attributes:
        guild_id: the guild that it is in; a thread is in that of its channel, a direct message in none.
        overwrites: allowed and denied bits by the id of a role or member.
        recipient: the person, of a direct message.
        members: who joined, of a thread.
        tags: what posts can be tagged with, of a forum, by id; ``tag_required`` whether each must be.
    """

    id: str
    name: str
    type: int = TEXT
    parent_id: str | None = None
    guild_id: str = GUILD
    overwrites: dict[str, tuple[int, int]] = field(default_factory=dict)
    recipient: str | None = None
    owner: str | None = None
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    members: list[str] = field(default_factory=list)
    applied_tags: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    tag_required: bool = False
    by_id: dict[str, Message] = field(default_factory=dict)
    sent: int = 0
    _order: list[int] = field(default_factory=list)

    @property
    def is_dm(self) -> bool:
        """Whether it is a direct message."""
        return self.type == DM

    @property
    def is_thread(self) -> bool:
        """Whether it hangs below another channel."""
        return self.type in (THREAD, PRIVATE_THREAD)

    @property
    def is_forum(self) -> bool:
        """Whether it holds posts, which are threads, and nothing else."""
        return self.type in (FORUM, MEDIA)

    @property
    def is_private_thread(self) -> bool:
        """Whether it is a thread that only its members see."""
        return self.type == PRIVATE_THREAD

    @property
    def last_message_id(self) -> str | None:
        """The newest message there is."""
        return str(self._order[-1]) if self._order else None

    def add(self, message: Message) -> None:
        """Put a message where its id says."""
        if message.id in self.by_id:
            raise ValueError(f"{self.id} already has a message {message.id}")
        self.by_id[message.id] = message
        insort(self._order, int(message.id))
        self.sent += 1

    def remove(self, message: Message) -> None:
        """Delete a message."""
        del self.by_id[message.id]
        del self._order[bisect_left(self._order, int(message.id))]

    def message(self, message_id: str) -> Message:
        """The message, or 10008."""
        if message_id not in self.by_id:
            raise unknown("Message")
        return self.by_id[message_id]

    def between(self, after: int, before: int | None = None) -> list[Message]:
        """What lies between two ids, oldest first, neither of them included."""
        end = len(self._order) if before is None else bisect_left(self._order, before)
        start = bisect_left(self._order, after + 1)
        return [self.by_id[str(number)] for number in self._order[start:end]]


@dataclass
class Guild:
    """A guild that the app is in.

    Attributes:
        members: who is in it, with their roles.
    """

    id: str
    name: str
    owner: str
    members: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
