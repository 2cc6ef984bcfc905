"""Application commands of the Discord double: who wrote what, and what a sync may do (CASE 24)."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from adapters.doubles.discord import DiscordDouble, rate_limited
from tests.contract.discord_client import connected
from tests.contract.discord_wire import Rest, rest


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


def command(name: str = "ask", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Something", "type": 1} | more


async def test_discord_py_syncs_globally_and_for_the_guild(double: DiscordDouble) -> None:
    async with connected(double) as client:

        @client.tree.command(name="ask", description="Ask")
        @app_commands.describe(question="What")
        async def ask(interaction: discord.Interaction, question: str) -> None:
            """Never used."""

        (made,) = await client.tree.sync()
        guild = discord.Object(int(double.guild_id))
        client.tree.copy_global_to(guild=guild)
        (own,) = await client.tree.sync(guild=guild)
        (fetched,) = await client.tree.fetch_commands()
    assert (made.name, fetched.id, str(own.guild_id)) == ("ask", made.id, double.guild_id)
    assert double.commands.writes == [("overwrite", ["ask"]), ("overwrite", ["ask"])]


async def test_an_overwrite_replaces_everything_and_keeps_ids(double: DiscordDouble, call: Rest) -> None:
    path = f"/applications/{double.bot_user}/commands"
    _, first = await call("PUT", path, [command("ask"), command("old")])
    _, second = await call("PUT", path, [command("ask", description="Other"), command("new")])
    assert [c["name"] for c in second] == ["ask", "new"]
    assert second[0]["id"] == first[0]["id"]
    assert await call("GET", path) == (200, second)


async def test_an_upsert_makes_or_changes_one(double: DiscordDouble, call: Rest) -> None:
    path = f"/applications/{double.bot_user}/commands"
    status, made = await call("POST", path, command())
    again, changed = await call("POST", path, command(description="Other"))
    assert (status, again, made["id"]) == (201, 200, changed["id"])
    assert (await call("PATCH", f"{path}/{made['id']}", {"description": "Third"}))[1]["description"] == "Third"
    assert (await call("DELETE", f"{path}/{made['id']}"))[0] == 204
    assert (await call("GET", f"{path}/{made['id']}"))[1]["code"] == 10063
    assert [kind for kind, _ in double.commands.writes] == ["upsert", "upsert", "edit", "delete"]


@pytest.mark.parametrize(
    "form",
    [
        command("Ask"),
        command("with space"),
        command("x" * 33),
        command(description=""),
        command(description="x" * 101),
        command(options=[{"name": "o", "description": "x", "type": 3}] * 26),
        command(options=[{"name": "o", "description": "x", "type": 3, "choices": [{}] * 26}]),
        command(
            options=[
                {"name": "a", "description": "x", "type": 3},
                {"name": "b", "description": "x", "type": 3, "required": True},
            ]
        ),
        command(type=2),
    ],
)
async def test_commands_that_are_refused(double: DiscordDouble, call: Rest, form: dict[str, Any]) -> None:
    path = f"/applications/{double.bot_user}/commands"
    assert (await call("POST", path, form))[1]["code"] == 50035
    assert (await call("PUT", path, [form]))[1]["code"] == 50035
    assert (double.commands.everywhere, double.commands.writes) == ({}, [])


async def test_names_are_unique_and_there_are_a_hundred_at_most(double: DiscordDouble, call: Rest) -> None:
    path = f"/applications/{double.bot_user}/commands"
    assert (await call("PUT", path, [command(), command()]))[1]["code"] == 50035
    assert (await call("PUT", path, [command(f"c{n}") for n in range(101)]))[1]["code"] == 30032
    assert (await call("PUT", path, command()))[1]["code"] == 50035
    assert (await call("PUT", "/applications/1/commands", []))[1]["code"] == 20012


async def test_a_sync_that_meets_429_changes_nothing(double: DiscordDouble, call: Rest) -> None:
    path = f"/applications/{double.bot_user}/commands"
    _, before = await call("PUT", path, [command()])
    double.fault("overwrite_global_commands", rate_limited(30))
    status, body = await call("PUT", path, [command("other")])
    assert (status, body["retry_after"], call.headers["Retry-After"]) == (429, 30, "30")
    assert await call("GET", path) == (200, before)
