"""Commands, buttons and forms: stored first, then acknowledged within Discord's three seconds.

What only reads is answered here at once: completions and forms. The answer to all else comes from whoever works.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from adapters.discord.components import button
from adapters.discord.events import Identity, asked, place_of, root_of
from adapters.discord.interaction import AUTOCOMPLETE, COMPONENT, MODAL, Interaction
from adapters.discord.modals import filled_in, modal, with_values
from adapters.discord.payload import ChannelObject
from adapters.discord.replies import Vault, reply_for
from adapters.discord.responses import Responses
from adapters.discord.wishes import Wish, wish_of
from core.conversation import wording
from core.conversation.models import Accepted
from core.conversation.ports import Receiver
from core.desk import Desk, Visitor
from core.registry import CommandError, Invocation, Lane
from core.rendering.message import Form

logger = logging.getLogger(__name__)

_SECONDS = 2.0
_FORM_SECONDS = 0.5  # after something was stored
_AGAIN = "~again:"  # no command is called so
_KEPT = 500

_DISLIKED = Invocation(command="vote", arguments={"vote": "down"})
_WHY = Invocation(command="reason", arguments={"vote": "down"})

NOT_KEPT = "I could not take this in just now: my memory is out of reach. Please ask again in a minute."
UNKNOWN = "I do not know this command (any more)."
NO_FORM = "I could not open this just now: my memory is out of reach. Please try again in a minute."
NOTHING_HERE = "There is nothing here that this could be about."
NOTED = "Noted."
FORGOTTEN = "I do not have what you typed any more. Please begin again."


class Interactions:
    """Takes in what people do with commands, buttons and forms.

    Args:
        responses: how Discord is told that it came in.
        receiver: where it is stored.
        vault: seals the token by which the answer is given.
        desk: the commands, with forms and completions.
    """

    def __init__(self, responses: Responses, receiver: Receiver, vault: Vault, desk: Desk) -> None:
        self._responses = responses
        self._receiver = receiver
        self._vault = vault
        self._desk = desk
        self._drafts: OrderedDict[str, tuple[Form, str]] = OrderedDict()

    async def take(self, interaction: Interaction, me: Identity, channel: ChannelObject) -> None:
        """Take it in and say so; never raises for what a person can be told."""
        if interaction.type == AUTOCOMPLETE:
            await self._complete(interaction, _visitor(interaction, me, channel))
            return
        if interaction.type == COMPONENT and interaction.data.custom_id.startswith(_AGAIN):
            await self._again(interaction)
            return
        wish = wish_of(interaction, self._desk.registry)
        if wish is None:
            await self._responses.say(interaction, UNKNOWN)
        elif wish.command.admin and not interaction.administers:
            await self._responses.say(interaction, wording.ADMINS_ONLY)
        elif interaction.type == MODAL:
            await self._submitted(interaction, wish, me, channel)
        else:
            await self._wished(interaction, wish, me, channel)

    async def _complete(self, interaction: Interaction, visitor: Visitor) -> None:
        typed = next((option for option in interaction.data.options if option.focused), None)
        if typed is None:
            await self._responses.offer(interaction, ())
            return
        found = await self._desk.complete(visitor, interaction.data.name, typed.name, str(typed.value or ""))
        await self._responses.offer(interaction, found)

    async def _wished(self, interaction: Interaction, wish: Wish, me: Identity, channel: ChannelObject) -> None:
        """What needs no form, or a form first."""
        try:
            async with asyncio.timeout(_SECONDS):
                form = await self._desk.form(_visitor(interaction, me, channel), wish.invocation)
        except Exception as error:
            logger.warning("discord form not made: %s", type(error).__name__, exc_info=True)
            await self._responses.say(interaction, NO_FORM)
            return
        if form is None:
            await self._checked(interaction, wish, me, channel)
            return
        await self._responses.open(interaction, modal(form, wish.about))

    async def _checked(self, interaction: Interaction, wish: Wish, me: Identity, channel: ChannelObject) -> None:
        try:
            self._desk.registry.checked(wish.invocation)
        except CommandError as error:
            await self._responses.say(interaction, error.problem)
        else:
            await self._keep(interaction, wish, me, channel)

    async def _submitted(self, interaction: Interaction, wish: Wish, me: Identity, channel: ChannelObject) -> None:
        """A form that was sent. What is wrong with it is told at once, and what was typed is kept."""
        try:
            self._desk.registry.checked(wish.invocation)
        except CommandError as error:
            await self._wrong(interaction, wish, error.problem, _visitor(interaction, me, channel))
        else:
            await self._keep(interaction, wish, me, channel)

    async def _wrong(self, interaction: Interaction, wish: Wish, problem: str, visitor: Visitor) -> None:
        form = await self._form(visitor, wish.form or Invocation(command=wish.command.name))
        if form is None:
            await self._responses.say(interaction, problem)
            return
        self._drafts[interaction.id] = with_values(form, filled_in(interaction.data)), wish.about
        if len(self._drafts) > _KEPT:
            self._drafts.popitem(last=False)
        again = button("Try again", _AGAIN + interaction.id, "primary")
        await self._responses.say(interaction, problem, [{"type": 1, "components": [again]}])

    async def _form(self, visitor: Visitor, invocation: Invocation) -> Form | None:
        """A form that can be done without; None where it cannot be made."""
        try:
            async with asyncio.timeout(_FORM_SECONDS):
                return await self._desk.form(visitor, invocation)
        except Exception as error:
            logger.warning("discord form not made: %s", type(error).__name__)
            return None

    async def _again(self, interaction: Interaction) -> None:
        draft = self._drafts.get(interaction.data.custom_id.removeprefix(_AGAIN))
        if draft is None:
            await self._responses.say(interaction, FORGOTTEN)
        else:
            await self._responses.open(interaction, modal(*draft))

    async def _keep(self, interaction: Interaction, wish: Wish, me: Identity, channel: ChannelObject) -> None:
        accepted = await self._stored(interaction, wish, me, channel)
        if accepted is None:
            await self._responses.say(interaction, NOT_KEPT)
        elif wish.command.lane is Lane.CONTROL:
            await self._done(interaction, wish, accepted, _visitor(interaction, me, channel))
        elif _answers_through_token(interaction, wish, channel):
            await self._responses.defer(interaction, hidden=_hidden(wish, channel))
        else:
            await self._responses.seen(interaction)

    async def _done(self, interaction: Interaction, wish: Wish, accepted: Accepted, visitor: Visitor) -> None:
        """What gives no other answer."""
        if accepted.inbox_id is None:
            await self._responses.say(interaction, NOTHING_HERE)
        elif wish.invocation == _DISLIKED and (why := await self._form(visitor, _WHY)) is not None:
            await self._responses.open(interaction, modal(why, wish.about))
        elif wish.command.said or interaction.message is None:
            await self._responses.say(interaction, wish.command.said or NOTED)
        else:
            await self._responses.seen(interaction)

    async def _stored(
        self, interaction: Interaction, wish: Wish, me: Identity, channel: ChannelObject
    ) -> Accepted | None:
        """What became of it; None when it could not be stored."""
        by_token = wish.command.lane is Lane.TURN and _answers_through_token(interaction, wish, channel)
        event = asked(interaction, me, channel).model_copy(
            update={
                "command": wish.invocation,
                "about": wish.about,
                "text": "" if _hidden(wish, channel) else wish.text(interaction),
                "reply": reply_for(interaction, self._vault) if by_token else None,
            }
        )
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._receiver.accept(event)
        except Exception as error:
            logger.warning("discord command not stored: %s", type(error).__name__, exc_info=True)
            return None


def _hidden(wish: Wish, channel: ChannelObject) -> bool:
    """Whether nobody else may read it."""
    return wish.command.private and channel.guild_id is not None


def _answers_through_token(interaction: Interaction, wish: Wish, channel: ChannelObject) -> bool:
    """A button's public answer is a message like any other, where Robbie may write: a persona can speak in it."""
    return interaction.message is None or _hidden(wish, channel) or not interaction.can_post(channel)


def _visitor(interaction: Interaction, me: Identity, channel: ChannelObject) -> Visitor:
    place = place_of(channel, me, root=root_of(interaction))
    account = interaction.asker.id if interaction.asker else ""
    return Visitor(surface="discord", tenant=place.tenant, account=account, channel=place.channel, direct=place.direct)
