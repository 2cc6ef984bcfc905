"""What people do with an app at the Discord double, as discord.py hears it; and what they see of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from adapters.doubles.discord import DiscordDouble
from tests.contract.discord_client import Client, connected
from tests.contract.discord_wire import Rest, rest

Heard = dict[str, Any]


@pytest.fixture
async def double() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as running:
        yield running


@pytest.fixture
async def client(double: DiscordDouble) -> AsyncIterator[Client]:
    async with connected(double) as connection:
        yield connection


@pytest.fixture
async def call(double: DiscordDouble) -> AsyncIterator[Rest]:
    async with rest(double) as caller:
        yield caller


async def test_typed_options_arrive_as_what_they_are(double: DiscordDouble, client: Client) -> None:
    heard: Heard = {}

    @client.tree.command(description="x")
    async def order(
        interaction: discord.Interaction,
        what: str,
        count: app_commands.Range[int, 1, 5],
        share: float,
        gift: bool,
        who: discord.Member,
        role: discord.Role,
        where: discord.TextChannel,
        file: discord.Attachment,
    ) -> None:
        heard.update(what=what, count=count, share=share, gift=gift)
        heard.update(who=who.display_name, role=role.name, where=where.name, file=await file.read())
        await interaction.response.send_message("done", ephemeral=True)

    await client.tree.sync()
    file = double.attach("general", "x.txt", b"hello")
    given: Heard = {"what": "tea", "count": 2, "share": 0.5, "gift": True, "who": "Ben", "role": "helpers"}
    used = await double.slash("Ana", "general", "order", **given, where="random", file=file)
    await double.wait_for(lambda _: used.state == "answered")
    assert heard == given | {"where": "random", "file": b"hello"}
    for wrong in ({"count": 6}, {"count": "2"}, {"what": 3}, {"gift": 1}, {"who": "Nobody"}, {"where": "lounge"}):
        with pytest.raises(LookupError):
            await double.slash("Ana", "general", "order", **given | {"where": "random", "file": file} | wrong)


async def test_subcommands_and_choices(double: DiscordDouble, client: Client) -> None:
    heard: list[str] = []
    group = app_commands.Group(name="robbie", description="x")
    inner = app_commands.Group(name="notes", description="x", parent=group)

    @inner.command(name="add", description="x")
    @app_commands.choices(kind=[app_commands.Choice(name="Fact", value="fact")])
    async def add(interaction: discord.Interaction, kind: str) -> None:
        heard.append(kind)
        await interaction.response.send_message("noted")

    client.tree.add_command(group)
    await client.tree.sync()
    used = await double.slash("Ana", "general", "robbie notes add", kind="fact")
    await double.wait_for(lambda _: used.state == "answered")
    assert heard == ["fact"]
    for command, options in (("robbie notes add", {"kind": "x"}), ("robbie notes", {}), ("robbie", {})):
        with pytest.raises(LookupError):
            await double.slash("Ana", "general", command, **options)


async def test_autocomplete_is_offered_while_typing(double: DiscordDouble, client: Client) -> None:
    @client.tree.command(description="x")
    async def mentor(interaction: discord.Interaction, name: str, mood: str = "") -> None:
        await interaction.response.send_message(name)

    @mentor.autocomplete("name")
    async def names(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        found = [name for name in ("Ada", "Albert", "Elvis") if name.lower().startswith(current)]
        return [app_commands.Choice(name=name, value=name) for name in found]

    await client.tree.sync()
    typed = await double.autocomplete("Ana", "general", "mentor", "name", "a")
    await double.wait_for(lambda _: typed.state == "choices")
    assert [choice["value"] for choice in typed.choices or []] == ["Ada", "Albert"]
    with pytest.raises(LookupError):
        await double.autocomplete("Ana", "general", "mentor", "mood", "x")


async def test_context_menus_carry_what_was_chosen(double: DiscordDouble, client: Client) -> None:
    heard: list[str] = []

    @client.tree.context_menu(name="Make a note of this")
    async def note(interaction: discord.Interaction, message: discord.Message) -> None:
        heard.append(f"{message.author.display_name}: {message.content}")
        await interaction.response.send_message("noted", ephemeral=True)

    @client.tree.context_menu(name="Who is this?")
    async def who(interaction: discord.Interaction, member: discord.Member) -> None:
        heard.append(member.display_name)
        await interaction.response.send_message("a colleague")

    await client.tree.sync()
    said = await double.say("Ben", "general", "we ship on Friday")
    noted = await double.message_menu("Ana", "general", "Make a note of this", said.id)
    told = await double.user_menu("Ana", "general", "Who is this?", "Chika")
    await double.wait_for(lambda _: noted.state == told.state == "answered")
    assert heard == ["Ben: we ship on Friday", "Chika"]
    assert noted.data["target_id"] == said.id
    assert told.original is not None
    assert told.original.type == 23
    with pytest.raises(LookupError):
        await double.slash("Ana", "general", "Who is this?")


async def test_commands_are_offered_where_and_to_whom_they_are_for(double: DiscordDouble, client: Client) -> None:
    async def run(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("x")

    add = client.tree.command
    app_commands.default_permissions(manage_channels=True)(add(name="managers", description="x")(run))
    app_commands.guild_only()(add(name="guild", description="x")(run))
    app_commands.allowed_contexts(guilds=False, dms=True)(add(name="private", description="x")(run))
    await client.tree.sync()
    for user, channel, command in (
        ("Ben", "general", "managers"),
        ("Ana", "Ana", "guild"),
        ("Ana", "general", "private"),
    ):
        with pytest.raises(LookupError):
            await double.slash(user, channel, command)
    assert (await double.slash("Ana", "general", "managers")).data["name"] == "managers"
    assert (await double.slash("Ben", "general", "guild")).data["name"] == "guild"
    assert (await double.slash("Ben", "Ben", "private")).data["name"] == "private"
    double.deny("general", "USE_APPLICATION_COMMANDS", "Ben")
    with pytest.raises(LookupError):
        await double.slash("Ben", "general", "guild")


class Menus(discord.ui.View):
    """Two selects that note what was chosen."""

    def __init__(self, heard: list[Any]) -> None:
        super().__init__(timeout=None)
        self.heard = heard

    @discord.ui.select(
        custom_id="tea", max_values=2, options=[discord.SelectOption(label=name) for name in ("green", "black", "mint")]
    )
    async def tea(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
        self.heard.append(select.values)
        await interaction.response.defer()

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
    async def who(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None:
        self.heard.append([user.display_name for user in select.values])
        await interaction.response.defer()

    @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="role")
    async def role(self, interaction: discord.Interaction, select: discord.ui.RoleSelect[Any]) -> None:
        self.heard.append([role.name for role in select.values])
        await interaction.response.defer()

    @discord.ui.select(cls=discord.ui.ChannelSelect, custom_id="where", channel_types=[discord.ChannelType.text])
    async def where(self, interaction: discord.Interaction, select: discord.ui.ChannelSelect[Any]) -> None:
        self.heard.append([channel.name for channel in select.values])
        await interaction.response.defer()


async def test_selects_carry_what_was_chosen(double: DiscordDouble, client: Client) -> None:
    heard: list[Any] = []
    place = client.get_partial_messageable(int(double.channel("general").id))
    message = str((await place.send("Well?", view=Menus(heard))).id)
    chosen = {"tea": ["green", "mint"], "who": ["Ben"], "role": ["helpers"], "where": ["random"]}
    for custom_id, values in chosen.items():
        used = await double.select("Ana", "general", message, custom_id, values)
        await double.wait_for(lambda _, used=used: used.state == "updating")
    assert heard == list(chosen.values())
    wrong = (("tea", ["white"]), ("tea", []), ("tea", ["green"] * 3), ("who", ["Nobody"]), ("where", ["lounge"]))
    for custom_id, values in wrong:
        with pytest.raises(LookupError):
            await double.select("Ana", "general", message, custom_id, values)
    with pytest.raises(LookupError):
        await double.press("Ana", "general", message, "tea")


class Settings(discord.ui.Modal, title="Settings"):
    """A form of 2026: labels around all kinds of fields."""

    about: discord.ui.Label[Any] = discord.ui.Label(
        text="Name", component=discord.ui.TextInput(custom_id="name", min_length=2, default="Ana")
    )
    mood: discord.ui.Label[Any] = discord.ui.Label(
        text="Mood",
        component=discord.ui.Select(
            custom_id="mood", options=[discord.SelectOption(label="calm"), discord.SelectOption(label="keen")]
        ),
    )
    picture: discord.ui.Label[Any] = discord.ui.Label(
        text="Picture", component=discord.ui.FileUpload(custom_id="picture", required=False)
    )

    def __init__(self, heard: list[Any]) -> None:
        super().__init__(custom_id="settings")
        self.heard = heard

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, mood, picture = self.about.component, self.mood.component, self.picture.component
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(mood, discord.ui.Select)
        assert isinstance(picture, discord.ui.FileUpload)
        self.heard.append((name.value, mood.values, [await file.read() for file in picture.values]))
        await interaction.response.send_message("kept", ephemeral=True)


async def opening(double: DiscordDouble, client: Client, heard: list[Any]) -> None:
    @client.tree.command(description="x")
    async def settings(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Settings(heard))

    await client.tree.sync()


async def test_a_form_is_sent_with_all_kinds_of_fields(double: DiscordDouble, client: Client) -> None:
    heard: list[Any] = []
    await opening(double, client, heard)
    opened = await double.slash("Ana", "general", "settings")
    await double.wait_for(lambda _: opened.state == "modal")
    for wrong in ({"mood": ["angry"]}, {"name": "x", "mood": ["calm"]}, {}, {"mood": ["calm"], "age": "3"}):
        with pytest.raises(LookupError):
            await double.submit(opened, **wrong)
    picture = double.attach("general", "x.png", b"png", "image/png")
    sent = await double.submit(opened, mood=["keen"], picture=[picture])
    await double.wait_for(lambda _: sent.state == "answered")
    assert heard == [("Ana", ["keen"], [b"png"])]


async def test_a_form_that_is_dismissed_is_never_sent(double: DiscordDouble, client: Client) -> None:
    heard: list[Any] = []
    await opening(double, client, heard)
    opened = await double.slash("Ana", "general", "settings")
    await double.wait_for(lambda _: opened.state == "modal")
    double.dismiss(opened)
    with pytest.raises(LookupError):
        await double.submit(opened, mood=["calm"])
    assert [interaction.type for interaction in double.interactions] == [2]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("command", "The application did not respond"),
        ("button", "This interaction failed"),
        ("autocomplete", "Loading options failed"),
    ],
)
async def test_what_people_read_when_the_app_is_late(double: DiscordDouble, call: Rest, kind: str, words: str) -> None:
    double.interaction_book.timeout = 0.02
    option = {"name": "text", "description": "x", "type": 3, "autocomplete": True}
    command = {"name": "ask", "description": "x", "options": [option]}
    await call("PUT", f"/applications/{double.bot_user}/commands", [command])
    button = {"type": 2, "style": 1, "label": "x", "custom_id": "b"}
    _, made = await call.post("general", content="x", components=[{"type": 1, "components": [button]}])
    if kind == "command":
        used = await double.slash("Ana", "general", "ask")
    elif kind == "button":
        used = await double.press("Ana", "general", made["id"], "b")
    else:
        used = await double.autocomplete("Ana", "general", "ask", "text", "x")
    await double.wait_for(lambda _: used.state == "failed")
    assert used.shown == words


async def test_what_only_one_person_sees_only_that_person_can_press(double: DiscordDouble, client: Client) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="x", custom_id="b"))

    @client.tree.command(description="x")
    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        # The first deferral has fixed who sees it; a public follow-up in its place stays hidden.
        await interaction.followup.send("only you", view=view, ephemeral=False)

    await client.tree.sync()
    used = await double.slash("Ana", "general", "ask")
    await double.wait_for(lambda _: used.state == "answered")
    assert used.original is not None
    assert [m.content for m in double.sees("Ana", "general")] == ["only you"]
    assert (double.sees("Ben", "general"), double.messages("general")) == ([], [])
    assert (await double.press("Ana", "general", used.original.id, "b")).message is used.original
    with pytest.raises(LookupError):
        await double.press("Ben", "general", used.original.id, "b")
    assert double.sees("Ben", "secret") == []
