"""Interactions: what the app must answer within seconds, and may add to for a quarter of an hour."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from adapters.doubles.discord import messages
from adapters.doubles.discord.interaction_checks import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    check_callback,
    check_choices,
    check_modal,
)
from adapters.doubles.discord.mentions import WEBHOOK_DEFAULT
from adapters.doubles.discord.message_shapes import message_wire
from adapters.doubles.discord.platform import Call
from adapters.doubles.discord.shapes import user_wire
from adapters.doubles.discord.state import CHAT_COMMAND, CONTEXT_COMMAND, EPHEMERAL, LOADING, REPLY, Message
from adapters.doubles.discord.wire import DiscordError, Json, unknown

NO_RESPONSE = "The application did not respond"
_FAILURES = {
    COMMAND: NO_RESPONSE,
    COMPONENT: "This interaction failed",
    AUTOCOMPLETE: "Loading options failed",
    MODAL: "Something went wrong. Try again.",
}
"""What a person reads when the app answers too late."""
State = Literal["waiting", "deferred", "answered", "updating", "modal", "choices", "failed"]


@dataclass(eq=False)
class Interaction:
    """One use of a command, button, select or form.

    Attributes:
        type: 2 command, 3 component, 4 autocomplete, 5 form.
        data: what was chosen, as sent on the wire.
        state: ``deferred`` shows "is thinking…"; ``failed`` shows ``failure``.
        original: the message that answers it, once there is one; of a component, the message it is on.
        followups: further messages, in order.
        choices: what autocomplete offered.
        modal: the form that was opened; ``dismissed`` when its person closed it without sending it.
        message: the message that a component is on.
        after: seconds until the app answered.
    """

    id: str
    type: int
    user: str
    channel_id: str
    data: Json
    message: Message | None = None
    state: State = "waiting"
    failure: str = ""
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] | None = None
    modal: Json | None = None
    dismissed: bool = False
    after: float | None = None
    token: str = ""
    sent_at: float = field(default_factory=time.monotonic)
    ends_at: float = 0.0
    timer: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        secret = f"interaction:{self.id}:{secrets.token_urlsafe(48)}"
        self.token = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")

    @property
    def expired(self) -> bool:
        """Whether its token is no longer good."""
        return time.monotonic() >= self.ends_at

    def expire(self) -> None:
        """Let its token end now."""
        self.ends_at = 0.0

    @property
    def shown(self) -> str:
        """What its person reads: the failure, "…" while the app thinks, or the answer."""
        if self.failure:
            return self.failure
        if self.original is None:
            return ""
        if self.original.is_loading:
            return NO_RESPONSE if self.expired else "…"
        return self.original.shown

    @property
    def messages(self) -> list[Message]:
        """Everything that answers it."""
        return [message for message in (self.original, *self.followups) if message is not None]


class Interactions:
    """All interactions.

    Attributes:
        timeout: seconds for the first response; ``token_seconds`` for everything after it.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.changed = changed
        self.timeout, self.token_seconds = 3.0, 900.0
        self.all: list[Interaction] = []
        self._by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def begin(self, interaction: Interaction) -> Interaction:
        """Start the clock of an interaction that is being sent."""
        interaction.ends_at = interaction.sent_at + self.token_seconds
        self.all.append(interaction)
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        loop = asyncio.get_running_loop()
        interaction.timer = loop.call_later(self.timeout, self._expire, interaction)
        return interaction

    def named(self, interaction_id: str) -> Interaction:
        """An interaction by its id. Raises LookupError."""
        return self._by_id[interaction_id]

    def hidden(self) -> list[Message]:
        """Every message that only one person sees."""
        found = {m.id: m for interaction in self.all for m in interaction.messages if m.is_ephemeral}
        return list(found.values())

    def close(self) -> None:
        """Stop every clock."""
        for interaction in self.all:
            if interaction.timer is not None:
                interaction.timer.cancel()

    def _expire(self, interaction: Interaction) -> None:
        if interaction.state == "waiting":
            interaction.state = "failed"
            interaction.failure = _FAILURES[interaction.type]
            self.changed()

    def callback(self, call: Call) -> Json | None:
        """``POST /interactions/{interaction_id}/{token}/callback``: the first response, once and in time."""
        interaction = self._by_id.get(call.params["interaction_id"])
        if interaction is None or interaction.token != call.params["token"] or interaction.state == "failed":
            raise unknown("interaction")
        if interaction.state != "waiting":
            raise DiscordError(400, 40060, "Interaction has already been acknowledged.")
        kind = check_callback(call.body, interaction.type, interaction.message is not None)
        form = call.body.get("data") or {}
        try:
            self._respond(replace(call, body=form), interaction, kind)
        except DiscordError as refusal:
            raise refusal.within("data") from None
        interaction.after = time.monotonic() - interaction.sent_at
        if interaction.timer is not None:
            interaction.timer.cancel()
        return self._told(call, interaction, kind) if call.flag("with_response") else None

    def _respond(self, call: Call, interaction: Interaction, kind: int) -> None:
        if kind == 4:
            interaction.original = self._post(call, interaction, first=True)
            interaction.state = "answered"
        elif kind == 5:
            interaction.original = self._loading(call, interaction)
            interaction.state = "deferred"
        elif kind in (6, 7):
            interaction.original = interaction.message
            if kind == 7 and interaction.message is not None:
                self._change(call, interaction.message)
            interaction.state = "answered" if kind == 7 else "updating"
        elif kind == 8:
            interaction.choices = check_choices(call.body)
            interaction.state = "choices"
        else:
            interaction.modal = check_modal(call.body)
            interaction.state = "modal"

    def owns(self, call: Call) -> bool:
        """Whether a webhook's address is really an interaction's."""
        return call.params["webhook_id"] == call.world.application

    def followup(self, call: Call) -> Json:
        """``POST /webhooks/{application_id}/{token}``. The first one after "is thinking…" takes its place."""
        interaction = self._acknowledged(call)
        if interaction.original is not None and interaction.original.is_loading:
            self._change(call, interaction.original)
            interaction.state = "answered"
            return message_wire(call.world, interaction.original)
        message = self._post(call, interaction, first=False)
        interaction.followups.append(message)
        return message_wire(call.world, message)

    def get_message(self, call: Call) -> Json:
        """``GET …/messages/@original`` or of a follow-up."""
        return message_wire(call.world, self._message(call)[1])

    def edit_message(self, call: Call) -> Json:
        """``PATCH …/messages/@original`` or of a follow-up."""
        interaction, message = self._message(call)
        self._change(call, message)
        if message is interaction.original:
            interaction.state = "answered"
        return message_wire(call.world, message)

    def delete_message(self, call: Call) -> None:
        """``DELETE …/messages/@original`` or of a follow-up."""
        interaction, message = self._message(call)
        if message is interaction.original:
            interaction.original = None
        else:
            interaction.followups.remove(message)
        channel = call.world.channel(interaction.channel_id)
        if not message.is_ephemeral and message.id in channel.by_id:
            channel.remove(message)
            call.platform.message_gone(channel, message)

    def _acknowledged(self, call: Call) -> Interaction:
        interaction = self._by_token.get(call.params["webhook_token"])
        if interaction is None or interaction.expired:
            raise DiscordError(401, 50027, "Invalid Webhook Token")
        if interaction.state in ("waiting", "failed"):
            raise unknown("Webhook")
        return interaction

    def _message(self, call: Call) -> tuple[Interaction, Message]:
        interaction = self._acknowledged(call)
        wanted = call.params["message_id"]
        for message in interaction.messages:
            first = message is interaction.original
            gone = not message.is_ephemeral and message.id not in call.world.channel(message.channel_id).by_id
            if (message.id == wanted or (first and wanted == "@original")) and not gone:
                return interaction, message
        raise unknown("Message")

    def _post(self, call: Call, interaction: Interaction, first: bool) -> Message:
        channel = call.world.channel(interaction.channel_id)
        message = messages.build(call, channel, call.world.bot, WEBHOOK_DEFAULT, hidden=True)
        self._publish(call, interaction, message, first)
        return message

    def _loading(self, call: Call, interaction: Interaction) -> Message:
        flags = (int(call.body.get("flags") or 0) & EPHEMERAL) | LOADING
        message = Message(call.world.ids.new(), interaction.channel_id, call.world.bot, flags=flags)
        self._publish(call, interaction, message, first=True)
        return message

    def _publish(self, call: Call, interaction: Interaction, message: Message, first: bool) -> None:
        guild = call.platform.guild_of(call.world.channel(interaction.channel_id))
        about: Json = {
            "id": interaction.id,
            "type": interaction.type,
            "user": user_wire(call.world.users[interaction.user]),
            "authorizing_integration_owners": {"0": guild or "0"},
        }
        message.interaction, message.webhook_id = about, call.world.application
        if first and interaction.type == COMMAND:
            message.type = CHAT_COMMAND if interaction.data["type"] == 1 else CONTEXT_COMMAND
        if interaction.original is not None and not first:
            about["original_response_message_id"] = interaction.original.id
            message.type = REPLY
            message.reference = {"type": 0, "channel_id": message.channel_id, "message_id": interaction.original.id}
        message.shown_to = interaction.user if message.is_ephemeral else None
        if not message.is_ephemeral:
            messages.publish(call.platform, call.world.channel(interaction.channel_id), message)

    @staticmethod
    def _change(call: Call, message: Message) -> None:
        flags = message.flags
        message.flags &= ~LOADING
        try:
            messages.change(call, call.world.channel(message.channel_id), message, WEBHOOK_DEFAULT)
        except DiscordError:
            message.flags = flags
            raise

    @staticmethod
    def _told(call: Call, interaction: Interaction, kind: int) -> Json:
        about: Json = {"id": interaction.id, "type": interaction.type}
        message, resource = interaction.original, Json(type=kind)
        if kind in (4, 5, 7) and message is not None:
            about |= {"response_message_id": message.id, "response_message_loading": message.is_loading}
            about["response_message_ephemeral"] = message.is_ephemeral
        if kind in (4, 7) and message is not None:
            resource["message"] = message_wire(call.world, message)
        return {"interaction": about, "resource": resource}
