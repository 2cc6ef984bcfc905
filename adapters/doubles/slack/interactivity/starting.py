"""Slash commands, shortcuts, and the app's own tabs."""

from __future__ import annotations

import json

from adapters.doubles.slack.events import assistant_event, context_of
from adapters.doubles.slack.interactivity import payloads
from adapters.doubles.slack.interactivity.outcome import Interaction
from adapters.doubles.slack.interactivity.telling import Teller
from adapters.doubles.slack.state import Channel, Message, Workspace
from adapters.doubles.slack.wire import Json, SlackError

_NO_COMMAND = (
    "{command} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as "
    "commands."
)
_NO_THREADS = "{command} is not supported in threads. Sorry!"


class Starting:
    """What somebody can do to begin something with the app."""

    teller: Teller

    async def slash(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Interaction:
        """Type a slash command, such as ``/robbie status``. Slack takes none inside threads."""
        command, _, rest = text.partition(" ")
        workspace = self.teller.platform.workspace
        if thread_ts is not None:
            return Interaction("slash_commands", shown=_NO_THREADS.format(command=command))
        if command not in workspace.commands or "commands" not in workspace.scopes:
            return Interaction("slash_commands", shown=_NO_COMMAND.format(command=command))
        place = _place(workspace, channel)
        form = payloads.slash(workspace, user, place, command, rest.strip())
        form["response_url"] = self.teller.urls.give(user, place)
        form["trigger_id"] = workspace.triggers.give(user)
        done = await self.teller.tell(form, kind="slash_commands", name=command)
        return self._say(done) if done.ok and done.answer else done

    async def message_shortcut(self, user: str, message: Message, callback_id: str) -> Interaction:
        """Use a shortcut from a message's menu."""
        workspace = self.teller.platform.workspace
        self._known(callback_id, "message")
        channel = self.teller.seen(user, message)
        payload = payloads.base(workspace, "message_action", user) | {
            "callback_id": callback_id,
            "trigger_id": workspace.triggers.give(user),
            "response_url": self.teller.urls.give(user, channel, message),
            "message_ts": message.ts,
            "channel": payloads.place_name(channel),
            "message": message.wire(),
            "action_ts": workspace.new_ts(),
        }
        return await self.teller.tell(payload)

    async def global_shortcut(self, user: str, callback_id: str) -> Interaction:
        """Use a shortcut from the lightning menu."""
        workspace = self.teller.platform.workspace
        self._known(callback_id, "global")
        payload = payloads.base(workspace, "shortcut", user) | {
            "callback_id": callback_id,
            "trigger_id": workspace.triggers.give(user),
            "action_ts": workspace.new_ts(),
        }
        return await self.teller.tell(payload)

    async def open_home(self, user: str, tab: str = "home") -> str:
        """Look at the app's ``home`` or ``messages`` tab; returns the event's id."""
        workspace = self.teller.platform.workspace
        event: Json = {"type": "app_home_opened", "user": user, "channel": workspace.dm(user).id, "tab": tab}
        home = workspace.views.homes.get(user)
        if tab == "home" and home is not None:
            event["view"] = home.wire(workspace.team, workspace.app, workspace.bot_id)
        return self.teller.platform.emit(event | {"event_ts": workspace.new_ts()})

    async def look_at(self, user: str, channel: str | None) -> str:
        """Go to another channel, or none, while the app is open beside it; returns the event's id."""
        workspace = self.teller.platform.workspace
        workspace.looking.pop(user, None)
        if channel is not None:
            workspace.looking[user] = channel
        if not workspace.agent_view:
            thread = workspace.assistant_threads.get(user)
            if thread is None:
                return ""
            changed = assistant_event(workspace, "assistant_thread_context_changed", user, thread, channel)
            return self.teller.platform.emit(changed)
        event: Json = {
            "type": "app_context_changed",
            "user": user,
            "channel": workspace.dm(user).id,
            "context": context_of(workspace, channel),
            "event_ts": workspace.new_ts(),
        }
        return self.teller.platform.emit(event)

    async def open_assistant(self, user: str) -> str:
        """Open a new thread with an app of the old kind, which has no agent view; returns the thread's timestamp."""
        workspace = self.teller.platform.workspace
        if workspace.agent_view:
            raise ValueError("an agent has no assistant threads")
        place, looking = workspace.dm(user), workspace.looking.get(user)
        root = Message(
            place.id, workspace.new_ts(), workspace.bot_user, "New assistant thread", bot_id=workspace.bot_id
        )
        place.add(root)
        workspace.assistant_threads[user] = root.ts
        self.teller.platform.emit(assistant_event(workspace, "assistant_thread_started", user, root.ts, looking))
        return root.ts

    def suggested(self, user: str) -> list[str]:
        """The titles of the prompts that a person is offered, newest thread last."""
        place = self.teller.platform.workspace.dm(user).id
        prompts = self.teller.platform.workspace.prompts
        return [prompt["title"] for (channel, _), found in prompts.items() if channel == place for prompt in found]

    def _known(self, callback_id: str, kind: str) -> None:
        workspace = self.teller.platform.workspace
        unknown = workspace.shortcuts is not None and workspace.shortcuts.get(callback_id) != kind
        if unknown or "commands" not in workspace.scopes:
            raise ValueError(f"there is no {kind} shortcut {callback_id}")

    def _say(self, done: Interaction) -> Interaction:
        """Post what a command was answered with."""
        url = next(url for key, url in self.teller.urls.given.items() if done.response_url.endswith(key))
        body = done.answer if isinstance(done.answer, dict) else {"text": str(done.answer)}
        try:
            self.teller.urls.answer(url, body)
        except SlackError as refusal:
            why = json.dumps({"error": refusal.error} | refusal.extra)
            return self.teller.keep(done, shown=f"{done.payload['command']} failed.", problem=why)
        return done


def _place(workspace: Workspace, channel: str) -> Channel:
    return workspace.dm(channel) if channel in workspace.users else workspace.channels[channel]
