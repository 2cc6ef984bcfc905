"""What the Slack double holds, in the look of Slack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from adapters.doubles.slack import Message, SlackDouble
from tools.previews.marks import ROBBIE, clock, colour, face, markdown, mrkdwn, templates

Json = dict[str, Any]  # Any: blocks are what Slack defines
Names = Mapping[str, str]
_REACTIONS = {"+1": "👍", "-1": "👎", "eyes": "👀", "tada": "🎉"}


def _text(text: Json, names: Names) -> Markup:
    return mrkdwn(text["text"], names) if text["type"] == "mrkdwn" else Markup("{}").format(text["text"])


def _section(block: Json, names: Names) -> Markup:
    return Markup('<div class="section">{}</div>').format(_text(block["text"], names))


def _header(block: Json, names: Names) -> Markup:
    return Markup('<h2 class="header">{}</h2>').format(block["text"]["text"])


def _markdown(block: Json, names: Names) -> Markup:
    return Markup('<div class="md">{}</div>').format(markdown(block["text"], names))


def _context(block: Json, names: Names) -> Markup:
    return Markup('<div class="context">{}</div>').format(
        Markup(" ").join(_text(element, names) for element in block["elements"])
    )


def _actions(block: Json, names: Names) -> Markup:
    made = [
        Markup('<span class="button {}">{}</span>').format(one.get("style", ""), one["text"]["text"])
        for one in block["elements"]
    ]
    return Markup('<div class="actions">{}</div>').format(Markup("").join(made))


def _votes(block: Json, names: Names) -> Markup:
    thumb = Markup('<span class="thumb {}" title="{}"></span>')
    (votes,) = block["elements"]
    parts = [thumb.format(key, votes[f"{key}_button"]["text"]["text"]) for key in ("positive", "negative")]
    return Markup('<div class="votes">{}</div>').format(Markup("").join(parts))


def _divider(block: Json, names: Names) -> Markup:
    return Markup("<hr>")


BLOCKS: dict[str, Callable[[Json, Names], Markup]] = {
    "section": _section,
    "header": _header,
    "markdown": _markdown,
    "context": _context,
    "actions": _actions,
    "context_actions": _votes,
    "divider": _divider,
}


def blocks(given: list[Json], names: Names) -> Markup:
    """Blocks as HTML. Raises KeyError for a kind that is not known here."""
    return Markup("").join(BLOCKS[block["type"]](block, names) for block in given)


def _names(slack: SlackDouble) -> Names:
    return {user.id: user.name for user in slack.workspace.users.values()}


def _entry(message: Message, names: Names, replies: list[Message]) -> Json:
    ours = message.bot_id is not None or message.shown_to is not None
    icons: Json = message.icons or {}
    name = message.username or names[message.user]
    return {
        "name": name,
        "app": ours,
        "face": face(str(icons.get("url", ROBBIE))) if ours else "",
        "colour": colour(name),
        "time": clock(datetime.fromtimestamp(float(message.ts), UTC)),
        "html": blocks(message.blocks, names) if message.blocks else mrkdwn(message.text, names),
        "reactions": [(_REACTIONS.get(key, f":{key}:"), len(who)) for key, who in message.reactions.items() if who],
        "replies": len(replies),
    }


def conversation(slack: SlackDouble, channel: str, thread: str, user: str = "") -> str:
    """A channel with one of its threads open beside it; ``user`` sees what is for their eyes only, too."""
    names = _names(slack)
    every = slack.messages(channel)
    roots = [
        _entry(message, names, [one for one in every if one.is_reply and one.thread_ts == message.ts])
        for message in every
        if not message.is_reply
    ]
    replies = [_entry(message, names, []) for message in every if thread in (message.ts, message.thread_ts)]
    own = [one for one in slack.workspace.ephemerals if one.thread_ts == thread and one.shown_to == user]
    replies += [{**_entry(message, names, []), "private": True} for message in own]
    return templates.get_template("slack.html").render(
        channel=slack.workspace.channels[channel].name,
        channels=sorted(one.name for one in slack.workspace.channels.values() if one.kind == "channel"),
        people=[user.name for user in slack.workspace.users.values() if not user.is_bot],
        roots=roots, replies=replies, robbie=face(ROBBIE), colour=colour,
    )  # fmt: skip


def home(slack: SlackDouble, user: str) -> str:
    """A person's home tab."""
    shown = blocks(slack.home(user).blocks, _names(slack))
    return templates.get_template("slack.html").render(
        home=shown,
        channels=sorted(one.name for one in slack.workspace.channels.values() if one.kind == "channel"),
        people=[one.name for one in slack.workspace.users.values() if not one.is_bot],
        robbie=face(ROBBIE), colour=colour,
    )  # fmt: skip


def direct(slack: SlackDouble, user: str) -> str:
    """A person's direct message with Robbie."""
    names = _names(slack)
    return templates.get_template("slack.html").render(
        direct=True,
        channels=sorted(one.name for one in slack.workspace.channels.values() if one.kind == "channel"),
        people=[one.name for one in slack.workspace.users.values() if not one.is_bot],
        roots=[_entry(message, names, []) for message in slack.messages(slack.dm(user))],
        robbie=face(ROBBIE), colour=colour,
    )  # fmt: skip
