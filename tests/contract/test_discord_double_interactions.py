"""Interactions with the Discord double: answered in time or not at all, added to for a quarter of an hour."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest

from adapters.doubles.discord import DiscordDouble, Interaction
from tests.contract.discord_client import Client, connected
from tests.contract.discord_wire import Rest, rest

ASK = {
    "name": "ask",
    "description": "Ask something",
    "options": [
        {"name": "question", "description": "What", "type": 3, "required": True},
        {"name": "mentor", "description": "Who", "type": 3, "autocomplete": True},
    ],
}
GROUP = {"name": "robbie", "description": "x", "options": [{"name": "notes", "description": "x", "type": 1}]}


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running, rest(running) as call:
        await call("PUT", f"/applications/{running.bot_user}/commands", [ASK, GROUP])
        yield running


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


def back(interaction: Interaction) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


def hook(double: DiscordDouble, interaction: Interaction, message: str = "") -> str:
    address = f"/webhooks/{double.bot_user}/{interaction.token}"
    return f"{address}/messages/{message}" if message else address


async def asked(double: DiscordDouble, channel: str = "general") -> Interaction:
    return await double.slash("Ana", channel, "ask", question="why?")


Handler = Callable[[discord.Interaction], Awaitable[None]]


def handled(client: Client, handler: Handler) -> None:
    client.on_interaction = handler  # type: ignore[attr-defined]


@pytest.mark.parametrize("channel", ["general", "thread", "Ana", "hidden"])
async def test_a_command_is_deferred_and_then_answered(double: DiscordDouble, channel: str) -> None:
    seen: list[discord.Interaction] = []

    async def answer(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content="Because.")
        await interaction.followup.send("Really.")

    if channel == "thread":
        said = await double.say("Ben", "general", "x")
        channel = await double.open_thread("Ben", "general", "t", said.id)
    async with connected(double) as client:
        handled(client, answer)
        interaction = await double.slash("Ana", channel, "ask", question="why?")
        await double.wait_for(lambda _: interaction.followups)
    assert (interaction.state, interaction.shown, interaction.followups[0].content) == (
        "answered", "Because.", "Really."
    )  # fmt: skip
    assert [m.content for m in double.bot_messages(channel)] == ["Because.", "Really."]
    assert (seen[0].user.display_name, str(seen[0].channel_id)) == ("Ana", interaction.channel_id)
    assert seen[0].data == interaction.data


async def test_what_was_typed_comes_with_the_command(double: DiscordDouble) -> None:
    interaction = await double.slash("Ana", "general", "ask", question="why?", mentor="Ada")
    assert [(o["name"], o["value"]) for o in interaction.data["options"]] == [("question", "why?"), ("mentor", "Ada")]
    nested = await double.slash("Ana", "general", "robbie notes")
    assert nested.data["options"] == [{"name": "notes", "type": 1, "options": []}]


@pytest.mark.parametrize(
    ("command", "options"),
    [("unheard", {}), ("ask", {}), ("ask", {"question": "x", "colour": "red"}), ("ask more", {})],
)
async def test_a_client_cannot_send_what_is_not_registered(
    double: DiscordDouble, command: str, options: dict[str, str]
) -> None:
    with pytest.raises(LookupError):
        await double.slash("Ana", "general", command, **options)


async def test_a_response_that_comes_too_late_is_refused_and_its_person_told(double: DiscordDouble, call: Rest) -> None:
    double.interaction_book.timeout = 0.05
    interaction = await asked(double)
    await double.wait_for(lambda _: interaction.state == "failed")
    assert interaction.shown == "The application did not respond"
    status, body = await call("POST", back(interaction), {"type": 5})
    assert (status, body) == (404, {"message": "Unknown interaction", "code": 10062})
    assert (await call("POST", hook(double, interaction), {"content": "x"}))[1]["code"] == 10015
    assert double.messages("general") == []


async def test_a_response_that_comes_in_time_stops_the_clock(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    assert await call("POST", back(interaction), {"type": 5}, token="none needed") == (204, "")
    assert interaction.timer is not None
    assert interaction.timer.cancelled()
    assert (interaction.state, interaction.shown) == ("deferred", "…")


async def test_a_second_response_is_refused(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    await call("POST", back(interaction), {"type": 5})
    status, body = await call("POST", back(interaction), {"type": 4, "data": {"content": "x"}})
    assert (status, body["code"]) == (400, 40060)


async def test_a_wrong_token_answers_nothing(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    path = f"/interactions/{interaction.id}/wrong/callback"
    assert (await call("POST", path, {"type": 5}))[1]["code"] == 10062
    assert (await call("POST", f"/webhooks/{double.bot_user}/wrong", {"content": "x"}))[1]["code"] == 50027


@pytest.mark.parametrize("kind", [0, 1, 6, 7, 8, 99])
async def test_a_command_cannot_be_answered_like_a_component(double: DiscordDouble, call: Rest, kind: int) -> None:
    interaction = await asked(double)
    assert (await call("POST", back(interaction), {"type": kind, "data": {"content": "x"}}))[1]["code"] == 50035
    assert interaction.state == "waiting"


async def test_a_response_has_the_limits_of_a_message(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    assert (await call("POST", back(interaction), {"type": 4, "data": {"content": ""}}))[1]["code"] == 50006
    assert (await call("POST", back(interaction), {"type": 4, "data": {"content": "x" * 2001}}))[1]["code"] == 50035
    assert interaction.state == "waiting"


async def test_with_response_tells_what_was_made(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    form = {"type": 4, "data": {"content": "x", "flags": 64}}
    status, body = await call("POST", f"{back(interaction)}?with_response=true", form)
    assert (status, body["interaction"]["id"], body["interaction"]["response_message_ephemeral"]) == (
        200, interaction.id, True
    )  # fmt: skip
    assert body["resource"]["message"]["content"] == "x"


async def test_the_first_followup_takes_the_place_of_thinking(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    await call("POST", back(interaction), {"type": 5})
    _, first = await call("POST", hook(double, interaction), {"content": "one"})
    _, second = await call("POST", hook(double, interaction), {"content": "two"})
    assert interaction.original is not None
    assert (first["id"], interaction.shown) == (interaction.original.id, "one")
    assert [m.id for m in interaction.followups] == [second["id"]]
    assert [m.content for m in double.bot_messages("general")] == ["one", "two"]


async def test_an_ephemeral_answer_is_seen_by_one_person_only(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    await call("POST", back(interaction), {"type": 5, "data": {"flags": 64}})
    await call("PATCH", hook(double, interaction, "@original"), {"content": f"@everyone {double.mention('Ben')}"})
    assert interaction.original is not None
    assert (interaction.original.shown_to, interaction.original.is_ephemeral) == (double.user_id("Ana"), True)
    assert (double.messages("general"), double.pings) == ([], [])
    path = f"/channels/{interaction.channel_id}/messages/{interaction.original.id}"
    assert (await call("GET", path))[1]["code"] == 10008


async def test_answers_can_be_read_edited_and_deleted_by_the_token(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    assert (await call("GET", hook(double, interaction, "@original")))[1]["code"] == 10015
    await call("POST", back(interaction), {"type": 4, "data": {"content": "first"}})
    _, more = await call("POST", hook(double, interaction), {"content": "more"})
    assert (await call("GET", hook(double, interaction, "@original")))[1]["content"] == "first"
    assert (await call("PATCH", hook(double, interaction, more["id"]), {"content": "much more"}))[0] == 200
    assert (await call("DELETE", hook(double, interaction, "@original")))[0] == 204
    assert (await call("GET", hook(double, interaction, "@original")))[1]["code"] == 10008
    assert [m.content for m in double.bot_messages("general")] == ["much more"]


async def test_a_token_is_good_for_a_quarter_of_an_hour(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    assert double.interaction_book.token_seconds == 900
    await call("POST", back(interaction), {"type": 5})
    interaction.expire()
    for method, path in (("POST", hook(double, interaction)), ("PATCH", hook(double, interaction, "@original"))):
        status, body = await call(method, path, {"content": "x"})
        assert (status, body) == (401, {"message": "Invalid Webhook Token", "code": 50027})
    assert interaction.shown == "The application did not respond"


async def test_the_answer_can_later_be_edited_as_a_message(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    _, made = await call("POST", f"{back(interaction)}?with_response=1", {"type": 4, "data": {"content": "x"}})
    interaction.expire()
    message = made["interaction"]["response_message_id"]
    assert (await call("PATCH", f"/channels/{interaction.channel_id}/messages/{message}", {"content": "y"}))[0] == 200
    assert interaction.shown == "y"


async def test_interactions_ping_people_only_unless_told_otherwise(double: DiscordDouble, call: Rest) -> None:
    interaction = await asked(double)
    text = f"@everyone {double.mention('Ben')}"
    await call("POST", back(interaction), {"type": 4, "data": {"content": text}})
    assert {who for _, _, who in double.pings} == {double.user_id("Ben")}
    double.pings.clear()
    await call("POST", hook(double, interaction), {"content": text, "allowed_mentions": {"parse": []}})
    assert double.pings == []


async def test_two_gateways_hear_it_and_the_second_to_answer_is_refused(double: DiscordDouble) -> None:
    outcomes: list[str] = []

    async def answer(interaction: discord.Interaction) -> None:
        try:
            await interaction.response.defer()
            outcomes.append("deferred")
        except discord.HTTPException as refused:
            outcomes.append(str(refused.code))

    async with connected(double) as first, connected(double) as second:
        handled(first, answer)
        handled(second, answer)
        await asked(double)
        await double.wait_for(lambda _: len(outcomes) == 2)
    assert sorted(outcomes) == ["40060", "deferred"]


async def test_autocomplete_offers_at_most_25_choices(double: DiscordDouble, call: Rest) -> None:
    interaction = await double.autocomplete("Ana", "general", "ask", "mentor", "A")
    assert interaction.data["options"] == [{"name": "mentor", "type": 3, "value": "A", "focused": True}]
    many = [{"name": str(n), "value": str(n)} for n in range(26)]
    assert (await call("POST", back(interaction), {"type": 8, "data": {"choices": many}}))[1]["code"] == 50035
    assert (await call("POST", back(interaction), {"type": 4, "data": {"content": "x"}}))[1]["code"] == 50035
    await call("POST", back(interaction), {"type": 8, "data": {"choices": many[:25]}})
    assert (interaction.state, interaction.choices) == ("choices", many[:25])


class Buttons(discord.ui.View):
    @discord.ui.button(label="Yes", custom_id="yes")
    async def yes(self, interaction: discord.Interaction, _button: Any) -> None:
        await interaction.response.edit_message(content="You said yes", view=None)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _button: Any) -> None:
        await interaction.response.defer()
        await interaction.followup.send("Fine", ephemeral=True)

    @discord.ui.button(label="Form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _button: Any) -> None:
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal, title="Why?"):
    why: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Why", custom_id="why")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Because {self.why.value}")


async def test_buttons_change_their_message_or_answer_beside_it(double: DiscordDouble) -> None:
    async with connected(double) as client:
        channel = client.get_partial_messageable(int(double.channel("general").id))
        message = await channel.send("Well?", view=Buttons(timeout=None))
        later = await double.press("Ana", "general", str(message.id), "later")
        await double.wait_for(lambda _: later.followups)
        assert (later.followups[0].content, later.followups[0].is_ephemeral) == ("Fine", True)
        pressed = await double.press("Ana", "general", str(message.id), "yes")
        await double.wait_for(lambda _: pressed.state == "answered")
        assert [m.content for m in double.messages("general")] == ["You said yes"]
        with pytest.raises(LookupError):
            await double.press("Ana", "general", str(message.id), "yes")


async def test_a_form_is_opened_filled_in_and_answered(double: DiscordDouble) -> None:
    async with connected(double) as client:
        channel = client.get_partial_messageable(int(double.channel("general").id))
        message = await channel.send("Well?", view=Buttons(timeout=None))
        opened = await double.press("Ana", "general", str(message.id), "form")
        await double.wait_for(lambda _: opened.state == "modal")
        sent = await double.submit(opened, why="I can")
        await double.wait_for(lambda _: sent.state == "answered")
    assert sent.shown == "Because I can"
