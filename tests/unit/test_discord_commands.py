from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.discord import commands
from adapters.discord.commands import application_commands, sync
from core.commands import REGISTRY
from core.conversation.ports import NotSent
from core.registry import Choice, Command, Kind, Option, Registry, Where

ROUTE = Command(
    name="route",
    summary="Show the way",
    options=(
        Option("speed", "how fast", kind=Kind.INTEGER, least=0, most=9),
        Option("way", "which way", kind=Kind.CHOICE, choices=(Choice("l", "Left"), Choice("r", "Right"))),
        Option("goal", "where to", required=True, completes="goal"),
        Option("problem", "what went wrong", hidden=True),
    ),
    where=frozenset({Where.CHANNEL}),
    admin=True,
    shortcut="Show the way there",
)
WANTED = application_commands(Registry([ROUTE]))
# As Discord gives commands back: with fields of its own, and without what is as it always is.
MORE: dict[str, object] = {"id": "7", "application_id": "901", "version": "8", "nsfw": False, "dm_permission": True}
REGISTERED: list[dict[str, Any]] = [  # Any: JSON
    {
        "name": "route", "type": 1, "description": "Show the way", "contexts": [0], "integration_types": [0],
        "default_member_permissions": "32", "options": [
            {"type": 3, "name": "goal", "description": "Where to", "required": True, "autocomplete": True},
            {"type": 4, "name": "speed", "description": "How fast", "min_value": 0, "max_value": 9},
            {"type": 3, "name": "way", "description": "Which way", "name_localizations": None, "choices": [
                {"name": "Left", "value": "l"}, {"name": "Right", "value": "r"}
            ]},
        ], **MORE,
    },
    {
        "name": "Show the way there", "type": 3, "description": "", "contexts": [0], "integration_types": [0],
        "default_member_permissions": "32", **MORE,
    },
]  # fmt: skip


class Api:
    """Answers with what is registered, and notes what is written."""

    def __init__(self, known: object, failures: int = 0) -> None:
        self.known = known
        self.failures = failures
        self.written: list[object] = []

    async def call(
        self, method: str, route: str, *, body: object = None, query: Mapping[str, str] | None = None, **ids: str
    ) -> object:
        if self.failures:
            self.failures -= 1
            raise NotSent("away")
        if method == "GET":
            return self.known
        self.written.append((method, body))
        return body


async def test_a_command_is_offered_with_its_options_and_in_the_menu_of_messages() -> None:
    """CASE 24: and nothing is written when all is there already."""
    api = Api(REGISTERED)
    assert await sync(api, "901", WANTED)
    assert api.written == []


def changed(number: int, **fields: object) -> list[dict[str, Any]]:
    """What is registered, with one command otherwise."""
    return [{**command, **fields} if place == number else command for place, command in enumerate(REGISTERED)]


@pytest.mark.parametrize(
    "known",
    [
        [],
        changed(0, description="another"),
        changed(0, options=[]),
        changed(0, options=[{**REGISTERED[0]["options"][0], "required": False}, *REGISTERED[0]["options"][1:]]),
        changed(0, options=[{**REGISTERED[0]["options"][0], "max_length": 5, "min_value": 0}]),
        changed(0, contexts=[0, 1]),
        changed(0, default_member_permissions=None),
        changed(1, name="Show it"),
        [REGISTERED[0]],
        [*REGISTERED, {**REGISTERED[0], "name": "old"}],
        None,
    ],
    ids=[
        "none", "description", "options", "required", "fewer", "contexts", "admins", "name", "no menu", "one too many",
        "unreadable",
    ],
)  # fmt: skip
async def test_what_differs_is_written_in_one_call_and_nothing_is_deleted_first(known: object) -> None:
    """CASE 24."""
    api = Api(known)
    assert await sync(api, "901", WANTED)
    assert api.written == [("PUT", WANTED)]


async def test_discord_that_is_away_is_tried_again_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_PAUSES", (0.0, 0.0))
    api = Api([], failures=2)
    assert await asyncio.wait_for(sync(api, "901", WANTED), 10)
    assert not await asyncio.wait_for(sync(Api([], failures=9), "901", WANTED), 10)


def test_every_offered_command_is_there_and_hidden_ones_are_not() -> None:
    names = {command["name"] for command in application_commands(REGISTRY) if command["type"] == 1}
    assert names == {command.name for command in REGISTRY.offered}


def test_a_command_that_opens_a_form_asks_there_for_what_is_missing() -> None:
    (ask,) = (command for command in application_commands(REGISTRY) if command["name"] == "ask")
    assert [option["required"] for option in ask["options"]] == [False]  # type: ignore[attr-defined]


def test_more_choices_than_a_menu_shows_are_completed_while_typing() -> None:
    choices = tuple(Choice(str(number), f"Number {number}") for number in range(30))
    many = Registry([Command("pick", "Pick one", (Option("one", "which", kind=Kind.CHOICE, choices=choices),))])
    (option,) = application_commands(many)[0]["options"]  # type: ignore[misc, attr-defined]
    assert option["autocomplete"] is True
    assert "choices" not in option
