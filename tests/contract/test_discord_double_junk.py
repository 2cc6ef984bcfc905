"""Whatever stands anywhere in a form, the Discord double takes or refuses it: it never falls over itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from adapters.doubles.discord.checks import check_content
from adapters.doubles.discord.command_checks import check_command
from adapters.doubles.discord.interaction_checks import check_choices, check_modal
from adapters.doubles.discord.wire import DiscordError
from tests.contract.discord_refusals.commands import command, option, sub
from tests.contract.discord_refusals.components import IMAGE, button, gallery, link, menu, row, section, text, thumbnail
from tests.contract.discord_refusals.modals import boxes, entry, form_of, label, radios, upload
from tests.contract.discord_refusals.stage import V2, Json

JUNK: list[Any] = [None, "", [], {}, 0, -1, 1.5, True, "x", ["x"], {"x": 1}, [None], [[]], [{}], 10**30, "x" * 5_000]
EMOJI = {"name": "👍"}
EMBED = {
    "title": "x",
    "url": "https://x.org",
    "color": 1,
    "fields": [{"name": "x", "value": "x", "inline": True}],
    "footer": {"text": "x"},
    "author": {"name": "x"},
}
LEGACY = {
    "content": "x",
    "flags": 0,
    "embeds": [EMBED],
    "components": [
        row(button(emoji=EMOJI), link()),
        row(menu(options=[{"label": "x", "value": "x", "emoji": EMOJI, "default": True}], min_values=1, max_values=1)),
        row({"type": 5, "custom_id": "s", "default_values": [{"id": "1", "type": "user"}]}),
    ],
}
COMPONENTS = {
    "flags": V2,
    "components": [
        section(),
        thumbnail(),
        gallery({"media": IMAGE, "description": "x"}),
        {"type": 17, "components": [text()], "accent_color": 1},
        {"type": 14, "spacing": 1},
        {"type": 13, "file": {"url": "attachment://a"}},
    ],
}
MODAL = form_of(
    label(entry(min_length=1, max_length=2)),
    label(menu()),
    label(upload()),
    label(radios()),
    label(boxes(min_values=1)),
)
COMMAND = command(
    options=[
        option(choices=[{"name": "x", "value": "x"}]),
        option(type=4, name="p", min_value=1, max_value=2),
        option(type=7, name="q", channel_types=[0]),
    ],
    contexts=[0],
    integration_types=[0],
    name_localizations={"de": "x"},
    default_member_permissions="0",
)
NESTED = command(options=[sub(sub(option()), kind=2)])
CHOICES = {"choices": [{"name": "x", "value": "x"}]}
Check = Callable[[Json], object]


def of_message(form: Json) -> object:
    return check_content(form, files={"a"})


def of_command(form: Json) -> object:
    return check_command(form, "", in_guild=False, installable={0})


@pytest.mark.parametrize(
    ("check", "form"),
    [
        (of_message, LEGACY),
        (of_message, COMPONENTS),
        (check_modal, MODAL),
        (of_command, COMMAND),
        (of_command, NESTED),
        (check_choices, CHOICES),
    ],
)
def test_anything_anywhere_is_taken_or_refused(check: Check, form: Json) -> None:
    check(deepcopy(form))
    for path in paths(form):
        for junk in JUNK:
            with suppress(DiscordError):
                check(changed(form, path, junk))


def paths(form: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place within a form."""
    below: Any = form.items() if isinstance(form, dict) else enumerate(form) if isinstance(form, list) else ()
    for key, value in below:
        yield (*before, key)
        yield from paths(value, (*before, key))


def changed(form: Json, path: tuple[str | int, ...], value: Any) -> Json:
    """A form with something else in one place."""
    made = deepcopy(form)
    at: Any = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = deepcopy(value)
    return made
