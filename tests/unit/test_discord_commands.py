from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from adapters.discord import commands
from adapters.discord.commands import COMMANDS, sync
from core.conversation.ports import NotSent

# As Discord gives a command back: with fields of its own.
REGISTERED = {
    **COMMANDS[0],
    "id": "7", "application_id": "901", "version": "8", "default_member_permissions": None, "nsfw": False,
    "options": [{**COMMANDS[0]["options"][0], "name_localizations": None}],  # type: ignore[index]
}  # fmt: skip


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


async def test_nothing_is_written_when_all_is_there() -> None:
    """CASE 24."""
    api = Api([REGISTERED])
    assert await sync(api, "901")
    assert api.written == []


@pytest.mark.parametrize(
    "known",
    [
        [],
        [{**REGISTERED, "description": "another"}],
        [{**REGISTERED, "options": []}],
        [{**REGISTERED, "contexts": [0]}],
        [{**REGISTERED, "name": "tell"}],
        [REGISTERED, {**REGISTERED, "name": "old"}],
        None,
    ],
    ids=["none", "description", "options", "contexts", "name", "one too many", "unreadable"],
)
async def test_what_differs_is_written_in_one_call_and_nothing_is_deleted_first(known: object) -> None:
    """CASE 24."""
    api = Api(known)
    assert await sync(api, "901")
    assert api.written == [("PUT", [*COMMANDS])]


async def test_discord_that_is_away_is_tried_again_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_PAUSES", (0.0, 0.0))
    api = Api([], failures=2)
    assert await asyncio.wait_for(sync(api, "901"), 10)
    assert not await asyncio.wait_for(sync(Api([], failures=9), "901"), 10)


def test_a_command_is_one_that_discord_takes() -> None:
    for command in COMMANDS:
        assert str(command["name"]).islower()
        assert 1 <= len(str(command["description"])) <= 100
