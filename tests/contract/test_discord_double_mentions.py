"""CASE 13's ground: the Discord double knows whom a message really pings."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from adapters.doubles.discord import DiscordDouble
from adapters.doubles.discord.state import HELPERS_ROLE
from tests.contract.discord_client import connected
from tests.contract.discord_wire import Rest, rest

EVERYTHING = f"@everyone @here <@&{HELPERS_ROLE}>"


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


def who(double: DiscordDouble) -> set[str]:
    return {pinged for _, _, pinged in double.pings}


async def test_without_allowed_mentions_everything_that_is_named_is_pinged(double: DiscordDouble, call: Rest) -> None:
    await call.post("general", content=f"{EVERYTHING} {double.mention('Ana')}")
    assert who(double) == {"everyone", "here", f"role:{HELPERS_ROLE}", double.user_id("Ana")}


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [
        ({"parse": []}, set()),
        ({}, set()),
        ({"parse": ["everyone"]}, {"everyone", "here"}),
        ({"parse": ["roles"]}, {f"role:{HELPERS_ROLE}"}),
        ({"parse": ["users"]}, {"ANA", "BEN"}),
        ({"users": ["ANA"]}, {"ANA"}),
        ({"users": ["CHIKA"]}, set()),
        ({"roles": [HELPERS_ROLE], "parse": ["users"]}, {f"role:{HELPERS_ROLE}", "ANA", "BEN"}),
        ({"parse": ["users", "roles"], "users": []}, {f"role:{HELPERS_ROLE}", "ANA", "BEN"}),
    ],
)
async def test_allowed_mentions_are_honoured_exactly(
    double: DiscordDouble, call: Rest, allowed: dict[str, Any], pinged: set[str]
) -> None:
    ids = {name.upper(): double.user_id(name) for name in ("Ana", "Ben", "Chika")}
    form = {key: [ids.get(item, item) for item in value] for key, value in allowed.items()}
    text = f"{EVERYTHING} {double.mention('Ana')} <@!{ids['BEN']}>"
    await call.post("general", content=text, allowed_mentions=form)
    assert who(double) == {ids.get(item, item) for item in pinged}


async def test_an_edit_pings_by_its_own_permission(double: DiscordDouble, call: Rest) -> None:
    _, made = await call.post("general", content="quiet", allowed_mentions={"parse": []})
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    await call("PATCH", path, {"content": EVERYTHING, "allowed_mentions": {"parse": []}})
    assert double.pings == []
    _, edited = await call("PATCH", path, {"content": EVERYTHING})
    assert edited["mention_everyone"] is True
    assert who(double) == {"everyone", "here", f"role:{HELPERS_ROLE}"}


async def test_everyone_takes_a_permission(double: DiscordDouble, call: Rest) -> None:
    double.deny("general", "MENTION_EVERYONE")
    double.world.roles[HELPERS_ROLE].mentionable = False
    _, made = await call.post("general", content=EVERYTHING)
    assert (made["mention_everyone"], double.pings) == (False, [])


async def test_in_a_direct_message_everyone_means_nobody(double: DiscordDouble, call: Rest) -> None:
    await call.post("Ana", content="@everyone")
    assert double.pings == []


@pytest.mark.parametrize(("allowed", "pinged"), [(None, True), ({}, False), ({"replied_user": True}, True)])
async def test_a_reply_pings_its_author_if_it_may(
    double: DiscordDouble, call: Rest, allowed: dict[str, Any] | None, pinged: bool
) -> None:
    said = await double.say("Ben", "general", "hello")
    reply = {"message_id": said.id}
    await call.post("general", content="hi", message_reference=reply, allowed_mentions=allowed)
    assert who(double) == ({double.user_id("Ben")} if pinged else set())


async def test_webhooks_ping_people_only_unless_told_otherwise(double: DiscordDouble, call: Rest) -> None:
    _, hook = await call("POST", f"/channels/{double.channel('general').id}/webhooks", {"name": "x"})
    path = f"/webhooks/{hook['id']}/{hook['token']}"
    await call("POST", path, {"content": f"{EVERYTHING} {double.mention('Ana')}"})
    assert who(double) == {double.user_id("Ana")}
    await call("POST", path, {"content": "@everyone", "allowed_mentions": {"parse": ["everyone"]}})
    assert "everyone" in who(double)


async def test_the_text_of_components_pings_too(double: DiscordDouble, call: Rest) -> None:
    inner = {"type": 17, "components": [{"type": 10, "content": "@everyone look"}]}
    await call.post("general", flags=1 << 15, components=[inner])
    assert who(double) == {"everyone"}


async def test_discord_pys_replied_user_false_alone_still_allows_everyone(double: DiscordDouble) -> None:
    async with connected(double) as client:
        channel = client.get_partial_messageable(int(double.channel("general").id))
        await channel.send("@everyone", allowed_mentions=discord.AllowedMentions(replied_user=False))
        assert who(double) == {"everyone"}
        double.pings.clear()
        await channel.send("@everyone", allowed_mentions=discord.AllowedMentions.none())
        assert double.pings == []


async def test_what_people_ping_is_not_noted(double: DiscordDouble) -> None:
    await double.say("Ana", "general", f"@everyone {double.mention('Ben')}")
    assert double.pings == []
    assert double.messages("general")[0].mention_everyone is True
