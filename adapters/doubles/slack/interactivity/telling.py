"""Telling the app what a person did: once, with three seconds to answer. Slack does not try again."""

from __future__ import annotations

import time
from dataclasses import replace

from adapters.doubles.slack.delivery import EnvelopeKind
from adapters.doubles.slack.interactivity import payloads
from adapters.doubles.slack.interactivity.outcome import NOT_INTERACTIVE, Interaction, failure
from adapters.doubles.slack.interactivity.response_urls import ResponseUrls
from adapters.doubles.slack.methods import Platform
from adapters.doubles.slack.state import Channel, Message
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json

Surface = Message | View
"""What carries elements: a message, a modal or a home tab."""


class Teller:
    """Sends payloads and keeps what came of them.

    Attributes:
        told: everything that people did, the oldest first.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.urls = ResponseUrls(platform)
        self.told: list[Interaction] = []

    async def tell(self, payload: Json, *, kind: EnvelopeKind = "interactive", name: str = "") -> Interaction:
        """Send one payload and wait for its acknowledgement."""
        if not self.platform.workspace.installed:
            raise ValueError("the app is not installed in this workspace")
        if kind == "interactive" and not self.platform.workspace.interactive:
            return Interaction(str(payload["type"]), shown=NOT_INTERACTIVE)
        started = time.monotonic()
        delivery = await self.platform.deliveries.ask(kind, payload)
        what = "slash_commands" if kind == "slash_commands" else str(payload["type"])
        shown = failure(what, name, delivery.reason) if delivery.reason else ""
        done = Interaction(what, payload, delivery.answer, shown, delivery.reason, seconds=time.monotonic() - started)
        self.told.append(done)
        return done

    def keep(self, done: Interaction, **changes: object) -> Interaction:
        """Note what the answer meant."""
        # mypy cannot see the names of a dataclass through ``replace``'s keywords.
        changed = replace(done, **changes)  # type: ignore[arg-type]
        self.told[self.told.index(done)] = changed
        return changed

    def place(self, user: str, surface: Surface) -> Json:
        """Where an element stands, with what answers it. Raises ValueError where the person does not see it."""
        workspace = self.platform.workspace
        if isinstance(surface, View):
            if surface.user != user:
                raise ValueError(f"{user} does not see this view")
            trigger = workspace.triggers.give(user, surface.id if surface.body["type"] == "modal" else None)
            return payloads.view_place(workspace, surface) | {"trigger_id": trigger}
        channel = self.seen(user, surface)
        url = self.urls.give(user, channel, surface)
        return payloads.message_place(channel, surface, url) | {"trigger_id": workspace.triggers.give(user)}

    def seen(self, user: str, message: Message) -> Channel:
        """The channel of a message. Raises ValueError where the person does not see it."""
        channel = self.platform.workspace.channels[message.channel]
        if user not in channel.members or message.shown_to not in (None, user):
            raise ValueError(f"{user} does not see this message")
        return channel
