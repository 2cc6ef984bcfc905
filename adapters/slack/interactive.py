"""Commands, buttons, menus, shortcuts and modals: stored first, then acknowledged within Slack's three seconds."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.apis import SlackApis
from adapters.slack.asking import COMMAND, Call, aloud, pressed, read, typed, used
from adapters.slack.blocks import VOTE, under
from adapters.slack.directs import Directs
from adapters.slack.forms import FORM, filled, menu_entry, modal, notice, opened
from adapters.slack.home import Home
from adapters.slack.looks import Looks
from adapters.slack.payload import Envelope
from adapters.slack.presses import Chosen, Pressed, Typed, View
from adapters.slack.render import said
from adapters.slack.replies import Replies, respond
from adapters.slack.text import escape
from core.conversation.models import InboundEvent
from core.conversation.payload import parse
from core.conversation.ports import Receiver, SendError
from core.desk import Desk, submitted
from core.registry import CommandError, Invocation
from core.rendering.message import Button, Form

logger = logging.getLogger(__name__)

_SECONDS = 2.5  # of the three that Slack gives
_FORM_SECONDS = 1.5

NOT_KEPT = "I could not take this in just now: my memory is out of reach. Please try again in a minute."
NOT_OPENED = "I could not open this just now. Please try again."
THANKS = "Thank you. What was wrong with it?"

_DOWN = Invocation(command=VOTE, arguments={"vote": "down"})
_WHY = Button(label="Tell me why", invocation=Invocation(command="reason", arguments={"vote": "down"}))


@dataclass(frozen=True, slots=True)
class _Kept:
    inbox_id: int | None


class Interactivity:
    """Serves what people do with Robbie's commands and buttons.

    Args:
        receiver: where it is stored.
        apis: the Web API of each workspace.
        desk: forms and completions.
        replies: keeps ways to answer.
        home: shows people their home again.
    """

    def __init__(self, receiver: Receiver, apis: SlackApis, desk: Desk, replies: Replies, home: Home) -> None:
        self._receiver = receiver
        self._apis = apis
        self._desk = desk
        self._replies = replies
        self._home = home
        self._looks = Looks(apis)
        self._directs = Directs(apis)
        self._app = _bolt()
        anything = re.compile("")
        self._app.command(COMMAND)(self._typed)
        self._app.action(anything)(self._pressed)
        self._app.view(FORM)(self._submitted)
        self._app.message_shortcut(anything)(self._used)
        self._app.options(anything)(self._completed)

    async def serve(self, payload: Mapping[str, object]) -> BoltResponse:
        """What Slack is answered; with a status of 200 it is acknowledged."""
        return await self._app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=dict(payload)))

    def notice(self, envelope: Envelope) -> None:
        """An event that stores nothing."""
        self._home.notice(envelope)
        self._looks.notice(envelope)

    def beside(self, event: InboundEvent) -> InboundEvent:
        """The event with what its author has open beside it."""
        return self._looks.beside(event)

    async def close(self) -> None:
        """Begin nothing more."""
        await self._home.close()
        await self._looks.close()

    async def _typed(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """A slash command."""
        command = parse(Typed, body)
        direct = await self._directs.is_one(command.team_id, command.user_id, command.channel_id)
        call = typed(command, datetime.now(UTC), direct=direct)
        invocation = read(self._desk.registry, command.text)
        if await self._formed(call, invocation, ack):
            return
        if await self._store(call, invocation) is None:
            await ack(NOT_KEPT)
        elif shown := self._said(invocation):
            await ack(shown)
        elif not call.direct and (asked := aloud(self._desk.registry, invocation)):
            # What is typed after a slash is seen by nobody else; the answer would stand there without its question.
            await ack({"response_type": "in_channel", "text": f"<@{call.account}>: {escape(asked)}"})
        else:
            await ack()

    async def _pressed(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """A button, on a message or in somebody's home."""
        press = parse(Pressed, body)
        where = press.channel.id if press.channel else ""
        call = pressed(press, direct=await self._directs.is_one(press.team.id, press.user.id, where))
        if call is None:  # a link, or a menu that is looked at when it is sent off
            await ack()
            return
        invocation = Invocation.unpacked(press.actions[0].value)
        if await self._formed(call, invocation, ack):
            return
        kept = await self._store(call, invocation)
        await ack()
        if kept is None:
            await self._tell(call, NOT_KEPT)
        elif shown := self._said(invocation):
            await self._tell(call, shown)
        elif invocation == _DOWN:
            await self._ask_why(call)
        self._follow(call, kept)

    async def _submitted(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """A modal that was sent off."""
        press = parse(Pressed, body)
        view = press.view or View()
        form, origin = opened(view)
        try:
            invocation = self._desk.registry.checked(submitted(form, filled(view)))
        except CommandError as error:
            await ack(response_action="errors", errors={_field(view, error.problem): error.problem})
            return
        call = Call(
            tenant=press.team.id,
            account=press.user.id,
            trigger_id=press.trigger_id,
            origin=origin,
            identities=(f"view:{view.id}:{view.hash}",),
            message_id=view.id,
            at=datetime.now(UTC),
        )
        kept = await self._store(call, invocation)
        if kept is None:
            await ack(response_action="errors", errors={_field(view, ""): NOT_KEPT})
            return
        await ack()
        if shown := self._said(invocation):
            await self._tell(call, shown)
        self._follow(call, kept)

    async def _used(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """A shortcut in a message's menu."""
        chosen = parse(Chosen, body)
        command = self._desk.registry.get(chosen.callback_id)
        if command is None or not command.shortcut:
            await ack()
            return
        direct = await self._directs.is_one(chosen.team.id, chosen.user.id, chosen.channel.id)
        call, invocation = used(chosen, command, direct=direct)
        if await self._formed(call, invocation, ack):
            return
        kept = await self._store(call, invocation)
        await ack()
        if kept is None:
            await self._tell(call, NOT_KEPT)

    async def _completed(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """What could be meant by what somebody types into a menu of a form."""
        press = parse(Pressed, body)
        form, origin = opened(press.view or View())
        call = Call(press.team.id, press.user.id, "", origin, (), "", datetime.now(UTC))
        choices = await self._desk.complete(call.visitor, form.command, press.action_id, press.value)
        await ack(options=[menu_entry(choice) for choice in choices])

    async def _formed(self, call: Call, invocation: Invocation, ack: AsyncAck) -> bool:
        """Open the form that the command needs first; whether that was all there is to do."""
        try:
            form = await self._form(call, invocation)
            view = modal(form, call.origin, self._desk.registry) if form else None
        except Exception as error:
            logger.warning("slack: no form for %s: %s", invocation.command, type(error).__name__, exc_info=True)
            await ack()
            await self._tell(call, NOT_OPENED)
            return True
        if view is None:
            return False
        await ack()
        if not await self._open(call, view):
            await self._tell(call, NOT_OPENED)
        return True

    async def _form(self, call: Call, invocation: Invocation) -> Form | None:
        if invocation.command == VOTE:  # it counts at once; a reason may follow
            return None
        async with asyncio.timeout(_FORM_SECONDS):
            return await self._desk.form(call.visitor, invocation)

    async def _store(self, call: Call, invocation: Invocation) -> _Kept | None:
        """Store it, so that it may be acknowledged; None when that failed."""
        try:
            async with asyncio.timeout(max(0.1, _SECONDS - (time.monotonic() - call.began))):
                channel = call.origin.channel or await self._directs.of(call.tenant, call.account)
                reply = None if call.direct else self._replies.keep(call.origin.response_url)
                accepted = await self._receiver.accept(call.event(invocation, self._desk.registry, channel, reply))
        except Exception as error:
            logger.warning("slack command not stored: %s", type(error).__name__, exc_info=True)
            return None
        return _Kept(accepted.inbox_id)

    def _said(self, invocation: Invocation) -> str:
        command = self._desk.registry.get(invocation.command)
        return command.said if command else ""

    def _follow(self, call: Call, kept: _Kept | None) -> None:
        if kept is not None and kept.inbox_id is not None and not call.origin.channel:
            self._home.follow(call.tenant, call.account, kept.inbox_id)

    async def _ask_why(self, call: Call) -> None:
        """Offer to say what was wrong, to who voted and to nobody else."""
        try:
            api = await self._apis.of(call.tenant)
            await api.call(
                api.web.chat_postEphemeral(
                    channel=call.origin.channel,
                    user=call.account,
                    thread_ts=call.origin.thread or None,
                    **said(THANKS, under((_WHY,), feedback=False, about=call.origin.about)),
                )
            )
        except SendError as error:
            logger.info("slack: nobody was asked why: %s", error)

    async def _open(self, call: Call, view: dict[str, object]) -> bool:
        try:
            api = await self._apis.of(call.tenant)
            await api.call(api.web.views_open(trigger_id=call.trigger_id, view=view))
        except SendError as error:
            logger.warning("slack modal not opened: %s", error)
            return False
        return True

    async def _tell(self, call: Call, line: str) -> None:
        """A line that only this person reads."""
        if not call.origin.response_url:
            await self._open(call, notice("Robbie", line))
            return
        try:
            body = {"response_type": "ephemeral", "replace_original": False, **said(line)}
            await respond(self._apis, call.origin.response_url, body)
        except SendError as error:
            logger.warning("slack: a person could not be told: %s", error)


def _bolt() -> AsyncApp:
    """Bolt, without what is done elsewhere: signatures, tokens and events."""

    async def authorize(team_id: str, enterprise_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

    quiet = logging.getLogger("adapters.slack.bolt")
    quiet.setLevel(logging.ERROR)  # it warns of tokens in the environment, which it is not given
    return AsyncApp(
        name="adapters.slack.bolt",
        logger=quiet,
        client=AsyncWebClient(),
        authorize=authorize,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


def _field(view: View, problem: str) -> str:
    """The field that a problem is about, else the first: a problem must stand somewhere."""
    names = list(filled(view))
    return next((name for name in names if name in problem), names[0] if names else "")
