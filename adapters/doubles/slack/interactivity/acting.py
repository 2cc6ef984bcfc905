"""Buttons and menus."""

from __future__ import annotations

from adapters.doubles.slack.interactivity import elements, payloads
from adapters.doubles.slack.interactivity.answers import suggestions
from adapters.doubles.slack.interactivity.outcome import Interaction, failure
from adapters.doubles.slack.interactivity.telling import Surface, Teller
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json, SlackError


class Acting:
    """What somebody can do with the elements of a message (``bot_messages``), a ``modal`` or a ``home``.

    The methods wait for the app's acknowledgement and return what came of it. They raise ValueError for what nobody
    could do: use an element that is not there, or that the person does not see.
    """

    teller: Teller

    async def press(self, user: str, surface: Surface, action_id: str, *, block_id: str | None = None) -> Interaction:
        """Press a button."""
        return await self._press(user, surface, action_id, block_id, None)

    async def give_feedback(
        self, user: str, surface: Surface, positive: bool, action_id: str | None = None
    ) -> Interaction:
        """Press one of the feedback buttons."""
        name = action_id or next(
            (
                str(element["action_id"])
                for _, element in elements.interactive(surface.blocks)
                if element["type"] == "feedback_buttons"
            ),
            "feedback_buttons",
        )
        return await self._press(user, surface, name, None, positive)

    async def choose(
        self, user: str, surface: Surface, action_id: str, value: str | list[str], *, block_id: str | None = None
    ) -> Interaction:
        """Choose in a menu or type into a field. The app is told at once, except of fields of a form."""
        block, element = elements.find(_named(surface), action_id, block_id)
        state = elements.chosen(element, value, self._offered.get((user, action_id), []))
        values = surface.values if isinstance(surface, View) else self._messages_values(user, surface)
        if element["type"] != "overflow":
            values.setdefault(str(block["block_id"]), {})[action_id] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Interaction("block_actions")
        return await self._act(user, surface, block, element, state)

    async def search(self, user: str, surface: Surface, action_id: str, text: str) -> Interaction:
        """Type into a menu whose options the app finds; what it offers can be chosen after."""
        block, element = elements.find(_named(surface), action_id)
        if len(text) < int(element.get("min_query_length", 3)):
            return Interaction("block_suggestion")
        payload = self._payload(user, surface, "block_suggestion")
        for absent in ("trigger_id", "response_url"):
            payload.pop(absent, None)
        asked = {"action_id": action_id, "block_id": block["block_id"], "value": text}
        done = await self.teller.tell(payload | asked)
        if not done.ok:
            return done
        try:
            options = suggestions(done.answer)
        except SlackError as refusal:
            return self.teller.keep(done, shown=failure(done.kind, "", "invalid"), problem=str(refusal.extra))
        self._offered[user, action_id] = options
        return self.teller.keep(done, options=options)

    async def _press(
        self, user: str, surface: Surface, action_id: str, block_id: str | None, positive: bool | None
    ) -> Interaction:
        block, element = elements.find(_named(surface), action_id, block_id)
        return await self._act(user, surface, block, element, elements.pressed(element, positive))

    async def _act(self, user: str, surface: Surface, block: Json, element: Json, what: Json) -> Interaction:
        workspace = self.teller.platform.workspace
        payload = self._payload(user, surface, "block_actions")
        identity = {"action_id": element["action_id"], "block_id": block["block_id"]}
        payload["actions"] = [what | identity | {"action_ts": workspace.new_ts()}]
        if not isinstance(surface, View):
            payload["state"] = {"values": self._messages_values(user, surface)}
        return await self.teller.tell(payload)

    def _payload(self, user: str, surface: Surface, kind: str) -> Json:
        return payloads.base(self.teller.platform.workspace, kind, user) | self.teller.place(user, surface)

    def _messages_values(self, user: str, surface: Surface) -> dict[str, Json]:
        if isinstance(surface, View):
            return surface.values
        return self.teller.platform.workspace.message_values.setdefault((surface.channel, surface.ts, user), {})

    @property
    def _offered(self) -> dict[tuple[str, str], list[Json]]:
        return self.teller.platform.workspace.offered


def _named(surface: Surface) -> list[Json]:
    """The surface's blocks; those without an id get one, as Slack gives them."""
    for number, block in enumerate(surface.blocks):
        block.setdefault("block_id", f"b{number}")
    return list(surface.blocks)
