"""The payloads of commands, buttons, menus, shortcuts and modals, as far as Robbie reads them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from adapters.slack.payload import SlackMessage


class Named(BaseModel):
    """A user, a channel or a workspace, by its id."""

    id: str
    domain: str = ""


class Typed(BaseModel):
    """A slash command."""

    team_id: str
    channel_id: str
    user_id: str
    trigger_id: str
    text: str = ""
    response_url: str = ""


class Option(BaseModel):
    """An entry of a menu."""

    value: str = ""


class Action(BaseModel):
    """What was pressed."""

    action_id: str
    block_id: str = ""
    action_ts: str = ""
    value: str = ""


class Container(BaseModel):
    """Where it stands."""

    type: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    is_ephemeral: bool = False


class View(BaseModel):
    """A modal or a home tab. The state holds what was filled in, by block and action."""

    id: str = ""
    hash: str = ""
    private_metadata: str = ""
    state: dict[str, dict[str, dict[str, dict[str, object]]]] = Field(default_factory=dict)


class Pressed(BaseModel):
    """A button that was pressed, a menu that was opened, or a modal that was sent off.

    Attributes:
        action_id, block_id, value: what is typed into a menu so far.
    """

    team: Named
    user: Named
    trigger_id: str = ""
    response_url: str = ""
    channel: Named | None = None
    container: Container = Field(default_factory=Container)
    actions: list[Action] = Field(default_factory=list)
    view: View | None = None
    action_id: str = ""
    block_id: str = ""
    value: str = ""


class Chosen(BaseModel):
    """A shortcut that was chosen from a message's menu."""

    team: Named
    user: Named
    channel: Named
    callback_id: str
    trigger_id: str
    action_ts: str
    message: SlackMessage
    response_url: str = ""
