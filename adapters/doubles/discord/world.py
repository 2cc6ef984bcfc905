"""Everything that is true in the double, and how it is at the start."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import secrets
import time
from urllib.parse import quote, urlsplit

from adapters.doubles.discord.permissions import BOT, PEOPLE, bits
from adapters.doubles.discord.state import (
    BOT_ROLE,
    BOT_USER,
    CHANNELS,
    DM,
    GUILD,
    HELPERS_ROLE,
    OTHER_BOT,
    PEOPLE_IDS,
    Attachment,
    Channel,
    Guild,
    Message,
    Role,
    User,
)
from adapters.doubles.discord.wire import Snowflakes, now_ms, unknown


class World:
    """Everything that is true in the double.

    Attributes:
        guilds: the guilds there are; ``guild`` is the first.
        privileged: the privileged intents that are switched on in the developer portal.
        attachment_limit: bytes of one file.
        installable: where the app can be installed: 0 in guilds, 1 at people.
    """

    def __init__(self) -> None:
        self.guild = Guild(GUILD, "Double", PEOPLE_IDS["Ana"])
        self.guilds = {GUILD: self.guild}
        self.bot = self.application = BOT_USER
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.privileged = {"MESSAGE_CONTENT"}
        self.attachment_limit = 10 * 1024 * 1024
        self.installable = {0}
        self.files: dict[str, Attachment] = {}
        self.ids = Snowflakes()
        self._dms: dict[str, str] = {}
        self._cdn_key = secrets.token_bytes(16)

    @property
    def members(self) -> dict[str, list[str]]:
        """The first guild's members, with their roles."""
        return self.guild.members

    @property
    def roles(self) -> dict[str, Role]:
        """The first guild's roles."""
        return self.guild.roles

    def guild_of(self, channel: Channel) -> Guild | None:
        """The guild that a channel or thread is in; None for a direct message."""
        if channel.is_dm:
            return None
        home = self.channels[channel.parent_id] if channel.is_thread and channel.parent_id else channel
        return self.guilds[home.guild_id]

    def joined(self) -> list[Guild]:
        """The guilds that the app is in."""
        return [guild for guild in self.guilds.values() if self.bot in guild.members]

    def add_guild(self, guild_id: str, name: str, owner: str) -> Guild:
        """A guild in which everybody may do the usual, with its owner and the app as members."""
        guild = self.guilds[guild_id] = Guild(guild_id, name, owner)
        helper = str(int(guild_id) + 1)
        guild.roles[guild_id] = Role(guild_id, "@everyone", bits(PEOPLE))
        guild.roles[helper] = Role(helper, "Robbie", bits(BOT), managed_by=self.bot)
        guild.members |= {owner: [], self.bot: [helper]}
        return guild

    def reachable(self, user: str) -> bool:
        """Whether the app can write to a person: they share a guild, and the person takes direct messages."""
        return not self.users[user].refuses_dms and any(user in guild.members for guild in self.joined())

    def channel(self, channel_id: str) -> Channel:
        """The channel, or 10003."""
        if channel_id not in self.channels:
            raise unknown("Channel")
        return self.channels[channel_id]

    def dm(self, user: str) -> Channel:
        """The app's direct message with a person; opened when there is none yet."""
        if user not in self._dms:
            channel = Channel(self.ids.new(), "", DM, recipient=user)
            self.channels[channel.id], self._dms[user] = channel, channel.id
        return self.channels[self._dms[user]]

    def threads(self, parent: str | None = None) -> list[Channel]:
        """Threads, of one channel or all."""
        return [c for c in self.channels.values() if c.is_thread and parent in (None, c.parent_id)]

    def thread_of(self, message: Message) -> Channel | None:
        """The thread that hangs on a message; it has the message's id."""
        thread = self.channels.get(message.id)
        return thread if thread is not None and thread.parent_id == message.channel_id else None

    def seal(self, path: str, expires: int) -> str:
        """What makes an attachment's address valid until a time."""
        return hashlib.blake2s(f"{path} {expires}".encode(), key=self._cdn_key).hexdigest()

    def attach(self, base_url: str, channel: str, name: str, content: bytes, content_type: str) -> Attachment:
        """Store a file under an address that is good for a day, as Discord's are."""
        attachment = Attachment(self.ids.new(), name, content, content_type or _kind_of(name))
        attachment.url = f"{base_url}/attachments/{channel}/{attachment.id}/{quote(name)}"
        self._sign(attachment)
        self.files[attachment.id] = attachment
        return attachment

    def expire_links(self) -> None:
        """Let every address of a file that was given out be over; messages that are read again carry new ones."""
        self._cdn_key = secrets.token_bytes(16)
        for attachment in self.files.values():
            self._sign(attachment)

    def _sign(self, attachment: Attachment) -> None:
        address, expires = attachment.url.partition("?")[0], int(time.time()) + 86_400
        seal = self.seal(urlsplit(address).path, expires)
        attachment.url = f"{address}?ex={expires:x}&is={now_ms() // 1000:x}&hm={seal}&"


def _kind_of(name: str) -> str:
    """The type that Discord sees in a file's name."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def new_token(user: str) -> str:
    """A token in the shape that Discord's have."""
    first = base64.urlsafe_b64encode(user.encode()).decode().rstrip("=")
    return f"{first}.{secrets.token_urlsafe(4)[:6]}.{secrets.token_urlsafe(29)[:38]}"


def furnished() -> World:
    """The world at the start. In ``hidden`` the app sees nothing, in ``readonly`` it cannot write."""
    world = World()
    for name, user in PEOPLE_IDS.items():
        world.users[user], world.members[user] = User(user, name), []
    world.users[OTHER_BOT], world.members[OTHER_BOT] = User(OTHER_BOT, "Other bot", is_bot=True), []
    world.users[world.bot], world.members[world.bot] = User(world.bot, "Robbie", is_bot=True), [BOT_ROLE]
    world.members[PEOPLE_IDS["Ben"]] = [HELPERS_ROLE]
    world.roles[GUILD] = Role(GUILD, "@everyone", bits(PEOPLE))
    world.roles[HELPERS_ROLE] = Role(HELPERS_ROLE, "helpers", mentionable=True)
    world.roles[BOT_ROLE] = Role(BOT_ROLE, "Robbie", bits(BOT), managed_by=world.bot)
    for name, (channel_id, kind) in CHANNELS.items():
        world.channels[channel_id] = Channel(channel_id, name, kind)
    view = bits("VIEW_CHANNEL")
    secret, hidden, readonly = (world.channels[CHANNELS[name][0]] for name in ("secret", "hidden", "readonly"))
    secret.overwrites = {GUILD: (0, view), PEOPLE_IDS["Ana"]: (view, 0), world.bot: (view, 0)}
    hidden.overwrites = {GUILD: (0, view), PEOPLE_IDS["Ana"]: (view, 0)}
    readonly.overwrites = {world.bot: (0, bits("SEND_MESSAGES SEND_MESSAGES_IN_THREADS CREATE_PUBLIC_THREADS"))}
    return world
