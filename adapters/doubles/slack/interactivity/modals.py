"""Filling in a modal, submitting and closing it."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.interactivity import elements, payloads
from adapters.doubles.slack.interactivity.answers import submission
from adapters.doubles.slack.interactivity.outcome import Interaction, failure
from adapters.doubles.slack.interactivity.telling import Teller
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import Json, SlackError

Values = Mapping[str, str | list[str]]


class Modals:
    """What somebody can do with the modal that is on top."""

    teller: Teller

    def modal(self, user: str) -> View:
        """The modal that a person sees. Raises ValueError when there is none."""
        stack = self.teller.platform.workspace.views.stacks.get(user)
        if not stack:
            raise ValueError(f"{user} has no modal open")
        return stack[-1]

    def home(self, user: str) -> View:
        """The home tab that was published for a person. Raises ValueError when there is none."""
        home = self.teller.platform.workspace.views.homes.get(user)
        if home is None:
            raise ValueError(f"nothing was published for {user}")
        return home

    async def submit(self, user: str, values: Values | None = None) -> Interaction:
        """Fill fields in, by their action ids, and submit. Slack itself refuses fields that are empty or too long."""
        view = self.modal(user)
        for action_id, value in (values or {}).items():
            block, element = elements.find(view.blocks, action_id)
            offered = self.teller.platform.workspace.offered.get((user, action_id), [])
            view.values.setdefault(block["block_id"], {})[action_id] = elements.chosen(element, value, offered)
        state = _filled(view)
        refused = {block["block_id"]: why for block in view.blocks if (why := _unfit(block, state))}
        if refused:
            return Interaction("view_submission", errors=refused)
        view.values = state
        done = await self.teller.tell(self._told(view, "view_submission", {"response_urls": []}))
        return self._follow(view, done) if done.ok else done

    async def close_modal(self, user: str, *, all_of_them: bool = False) -> Interaction:
        """Press Cancel, or the cross that closes the whole stack. The app is told where the view asks for it."""
        view = self.modal(user)
        views = self.teller.platform.workspace.views
        if all_of_them or view.body.get("clear_on_close"):
            views.clear(user)
        else:
            views.close(view)
        if not view.body.get("notify_on_close"):
            return Interaction("view_closed")
        return await self.teller.tell(self._told(view, "view_closed", {"is_cleared": all_of_them}))

    def _told(self, view: View, kind: str, more: Json) -> Json:
        place = self.teller.place(view.user, view)
        del place["container"]
        if kind == "view_closed":
            del place["trigger_id"]
        return payloads.base(self.teller.platform.workspace, kind, view.user) | place | more

    def _follow(self, view: View, done: Interaction) -> Interaction:
        """Do what the answer to a submission says. A bad answer leaves the modal open, with Slack's own line in it."""
        views = self.teller.platform.workspace.views
        try:
            action, body = submission(done.answer, view)
            if action == "push":
                views.push(view.user, body)
        except SlackError as refusal:
            why = str(refusal.extra or refusal.error)
            return self.teller.keep(done, shown=failure(done.kind, "", "invalid"), problem=why)
        if action == "errors":
            return self.teller.keep(done, errors=body)
        if action == "update":
            view.change(body)
        elif action == "clear":
            views.clear(view.user)
        elif action == "close":
            views.close(view)
        return done


def _filled(view: View) -> dict[str, Json]:
    """``state.values``: every field of the form, and whatever else was touched."""
    state = {block: dict(values) for block, values in view.values.items()}
    for block, element in elements.interactive(view.blocks):
        empty = elements.initial(element)
        if empty and (block["type"] == "input" or empty[elements.key_of(element) or ""]):
            state.setdefault(block["block_id"], {}).setdefault(element["action_id"], empty)
    return state


def _unfit(block: Json, state: dict[str, Json]) -> str:
    """Why Slack would not send a form with this block's value; empty when it would."""
    if block["type"] != "input":
        return ""
    element = block["element"]
    value = state[block["block_id"]][element["action_id"]][elements.key_of(element)]
    if not value:
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] != "plain_text_input":
        return ""
    if len(value) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3_000):
        return f"Must be at most {element.get('max_length', 3_000)} characters."
    return ""
