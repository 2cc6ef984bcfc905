"""Modals and home tabs that are open or published."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from adapters.doubles.slack.wire import Json, SlackError

MODALS_AT_ONCE = 3


@dataclass
class View:
    """One view, and what the person has put into it so far.

    Attributes:
        values: ``state.values``, by block and action.
        hash: changes with every change of the view.
    """

    id: str
    user: str
    body: Json
    hash: str = ""
    root: str = ""
    previous: str | None = None
    values: dict[str, Json] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return list(self.body["blocks"])

    def change(self, body: Json) -> None:
        """Put other content in its place; what was typed stays where block and action are the same."""
        self.body = body
        self.hash = f"{int(time.time())}.{secrets.token_hex(4)}"
        known = {block["block_id"] for block in body["blocks"]}
        self.values = {block: values for block, values in self.values.items() if block in known}

    def wire(self, team: str, app: str, bot: str) -> Json:
        """The view object of answers and payloads."""
        identity: Json = {
            "id": self.id,
            "team_id": team,
            "app_id": app,
            "app_installed_team_id": team,
            "bot_id": bot,
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "state": {"values": self.values},
        }
        absent: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None}
        absent |= {"submit": None, "close": None, "clear_on_close": False, "notify_on_close": False}
        return absent | self.body | identity


@dataclass
class Views:
    """Every person's open modals, the last on top, and their home tab."""

    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def open(self, user: str, body: Json) -> View:
        """A modal in place of whatever the person has open."""
        self._fresh(body)
        view = self._made(user, body)
        self.stacks[user] = [view]
        return view

    def push(self, user: str, body: Json) -> View:
        """A modal on top of the open ones."""
        self._fresh(body)
        stack = self.stacks.get(user) or []
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MODALS_AT_ONCE:
            raise SlackError("push_limit_reached")
        view = self._made(user, body)
        view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def publish(self, user: str, body: Json) -> View:
        """The person's home tab, new or changed."""
        view = self.homes.get(user)
        if view is None:
            view = self.homes[user] = self._made(user, body)
        view.change(body)
        return view

    def find(self, view_id: str, external_id: str = "") -> View:
        """An open modal or a home tab. Refuses with ``not_found``."""
        for view in self._all():
            if view_id == view.id or (external_id and external_id == view.body.get("external_id")):
                return view
        raise SlackError("not_found")

    def close(self, view: View) -> None:
        """Take the modal away; what lay below is shown again."""
        stack = self.stacks.get(view.user, [])
        if view in stack:
            stack.remove(view)

    def clear(self, user: str) -> None:
        """Take all modals of a person away."""
        self.stacks.pop(user, None)

    def _all(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def _fresh(self, body: Json) -> None:
        name = body.get("external_id")
        if name and any(view.body.get("external_id") == name for view in self._all()):
            raise SlackError("duplicate_external_id")

    @staticmethod
    def _made(user: str, body: Json) -> View:
        view = View(f"V{secrets.token_hex(5).upper()}", user, body)
        view.root = view.id
        view.change(body)
        return view
