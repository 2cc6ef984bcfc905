"""What the Discord double holds, in the look of Discord."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from adapters.discord.payload import moment
from adapters.doubles.discord import DiscordDouble
from adapters.doubles.discord.interaction_checks import COMMAND
from adapters.doubles.discord.state import SPEECH, Message
from tools.previews.marks import ROBBIE, clock, colour, face, markdown, templates

Json = dict[str, Any]  # Any: components are what Discord defines
Names = Mapping[str, str]


def _row(component: Json, names: Names) -> Markup:
    return Markup('<div class="row">{}</div>').format(components(component["components"], names))


def _button(component: Json, names: Names) -> Markup:
    style = {1: "primary", 4: "danger"}.get(component["style"], "")
    label = component.get("label") or component["emoji"]["name"]
    return Markup('<span class="button {}">{}</span>').format(style, label)


def _container(component: Json, names: Names) -> Markup:
    return Markup('<div class="container">{}</div>').format(components(component["components"], names))


def _text(component: Json, names: Names) -> Markup:
    return Markup('<div class="md">{}</div>').format(markdown(component["content"], names, tables=False))


def _separator(component: Json, names: Names) -> Markup:
    return Markup("<hr>")


COMPONENTS: dict[int, Callable[[Json, Names], Markup]] = {
    1: _row, 2: _button, 10: _text, 14: _separator, 17: _container
}  # fmt: skip


def components(given: list[Json], names: Names) -> Markup:
    """Components as HTML. Raises KeyError for a kind that is not known here."""
    return Markup("").join(COMPONENTS[one["type"]](one, names) for one in given)


def _entry(discord: DiscordDouble, message: Message, names: Names) -> Json:
    hooked = message.identity is not None
    name = str(message.identity["username"]) if message.identity else names[message.author]
    ours = hooked or message.author == discord.bot_user
    used = next((one for one in discord.interactions if one.original is message and one.type == COMMAND), None)
    return {
        "name": name,
        "app": ours,
        "face": face(discord.webhooks.pictures.get(message.id, "") if hooked else ROBBIE) if ours else "",
        "colour": colour(name),
        "time": clock(moment(message.id)),
        "used": (names[used.user], used.data["name"]) if used else None,
        "html": markdown(message.content, names, tables=False) if message.content else "",
        "under": components(message.components, names),
        "reactions": [(sign, len(who)) for sign, who in message.reactions.items() if who],
        "private": message.is_ephemeral,
    }


def conversation(discord: DiscordDouble, thread: str, reader: str) -> str:
    """A thread as one person sees it, below the message that it began with."""
    names = {user.id: user.name for user in discord.world.users.values()}
    place = discord.channel(thread)
    assert place.parent_id
    parent = discord.channel(place.parent_id)
    messages = [parent.message(thread), *(one for one in discord.sees(reader, thread) if one.type in SPEECH)]
    return templates.get_template("discord.html").render(
        guild=discord.world.guild.name,
        thread=place.name,
        parent=parent.name,
        channels=[one.name for one in discord.world.channels.values() if one.name in ("general", "random")],
        messages=[_entry(discord, message, names) for message in messages],
    )


def direct(discord: DiscordDouble, reader: str) -> str:
    """A person's direct message with Robbie."""
    names = {user.id: user.name for user in discord.world.users.values()}
    messages = [one for one in discord.sees(reader, discord.dm(reader)) if one.type in SPEECH]
    return templates.get_template("discord.html").render(
        guild=discord.world.guild.name, direct="Robbie", channels=[],
        people=["Robbie", *sorted(name for name in names.values() if name not in (reader, "Robbie"))],
        messages=[_entry(discord, message, names) for message in messages],
    )  # fmt: skip
