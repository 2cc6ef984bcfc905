"""Commands, menus, buttons and forms at the Discord double: what is handed in, and what is told at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from adapters.discord import DiscordApi, DiscordGateway
from adapters.discord.components import rows
from adapters.doubles.discord import DiscordDouble
from adapters.doubles.discord.state import Message
from core.conversation.models import InboundEvent
from core.desk import Desk, Visitor
from core.registry import Choice, Command, Invocation, Kind, Lane, Option, Registry
from core.rendering.message import Button, Form, FormField, Outgoing
from tests.contract.discord_gate import Store, connected, running, until

REGISTRY = Registry(
    [
        Command("ask", "Ask something", (Option("text", "what", required=True, long=True),), asks=True),
        Command("mood", "Choose a mood", (Option("mood", "which", completes="mood"),)),
        Command("notes", "Show your notes", private=True),
        Command("stop", "Stop the answer", lane=Lane.CONTROL, said="Stopping."),
        Command("remember", "Keep this", (Option("text", "what", required=True),), shortcut="Make a note of this"),
        Command(
            "settings",
            "Change settings",
            (
                Option("volume", "how loud", kind=Kind.INTEGER, least=0, most=9),
                Option("mood", "which", kind=Kind.CHOICE, choices=(Choice("calm", "Calm"), Choice("wild", "Wild"))),
                Option("news", "whether to tell news"),
            ),
            private=True,
        ),
        Command("budget", "Change the budget", admin=True),
        Command("vote", "Vote on an answer", (Option("vote", "up or down"),), hidden=True, lane=Lane.CONTROL),
        Command(
            "reason",
            "Say what was missing",
            (Option("reason", "what", required=True, long=True), Option("vote", "up or down", hidden=True)),
            hidden=True,
            lane=Lane.CONTROL,
            asks=True,
        ),
        Command("regenerate", "Answer once more", hidden=True),
    ]
)
SETTINGS = Form(
    title="Settings",
    invocation=Invocation(command="settings"),
    fields=(
        FormField(name="volume", label="Volume", value="3", hint="from 0 to 9"),
        FormField(name="mood", label="Mood", kind="choice", choices=(("", "Any"), ("calm", "Calm")), value="calm"),
        FormField(name="news", label="News", kind="toggle"),
    ),
)


async def moods(visitor: Visitor, typed: str) -> Sequence[Choice]:
    assert visitor.account.isdecimal()
    return [Choice(value, value.title()) for value in ("calm", "wild") if value.startswith(typed)]


async def settings(visitor: Visitor, invocation: Invocation) -> Form | None:
    return None if invocation.arguments else SETTINGS


DESK = Desk(REGISTRY, completers={"mood": moods}, forms={"settings": settings})


@pytest.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble(heartbeat_interval=0.2) as double:
        yield double


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def gateway(discord: DiscordDouble, store: Store) -> AsyncIterator[DiscordGateway]:
    async with running(discord, store, desk=DESK) as started:
        await until(discord, connected(started))
        await until(discord, lambda d: d.commands.everywhere)
        yield started


async def posted(discord: DiscordDouble, message: Outgoing, channel: str = "general") -> Message:
    """A message of Robbie's with what can be pressed under it."""
    api = DiscordApi(discord.token, base_url=discord.api_url)
    body = {"content": message.body, "components": rows(message, REGISTRY)}
    await api.call("POST", "/channels/{channel}/messages", body=body, channel=discord.channel(channel).id)
    await api.close()
    return discord.bot_messages(channel)[-1]


def pressable(message: Message) -> list[dict[str, Any]]:  # Any: JSON
    return [button for row in message.components for button in row["components"]]


def asked(event: InboundEvent) -> tuple[str, dict[str, str]]:
    assert event.command is not None
    return event.command.command, dict(event.command.arguments)


async def test_a_slash_command_is_handed_in_with_its_options_and_answered_by_its_token(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 24."""
    used = await discord.slash("Ana", "general", "mood", mood="calm")
    await until(discord, lambda _: used.state == "deferred")
    (event,) = store.events
    assert asked(event) == ("mood", {"mood": "calm"})
    assert event.text == "/mood calm"
    assert event.reply is not None
    assert used.original is not None
    assert not used.original.is_ephemeral


async def test_a_private_command_is_deferred_for_its_person_alone_and_says_nothing_to_others(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 24: whether others read it cannot be changed later."""
    used = await discord.slash("Ana", "general", "notes")
    await until(discord, lambda _: used.state == "deferred")
    assert used.original is not None
    assert used.original.is_ephemeral
    assert store.events[0].text == ""
    direct = await discord.slash("Ana", "Ana", "notes")
    await until(discord, lambda _: direct.state == "deferred")
    assert direct.original is not None
    assert not direct.original.is_ephemeral, "nobody else reads there, and it shall stay"


async def test_what_must_not_wait_is_stored_and_said_at_once(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    used = await discord.slash("Ana", "general", "stop")
    await until(discord, lambda _: used.shown == "Stopping.")
    assert used.original is not None
    assert used.original.is_ephemeral
    assert asked(store.events[0]) == ("stop", {})
    assert store.events[0].reply is None


async def test_values_are_offered_while_somebody_types(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    typing = await discord.autocomplete("Ana", "general", "mood", "mood", "w")
    await until(discord, lambda _: typing.choices is not None)
    assert typing.choices == [{"name": "Wild", "value": "wild"}]
    assert store.events == []


async def test_an_entry_in_a_messages_menu_hands_in_the_messages_text(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    said = await discord.say("Ben", "general", f"{discord.mention('Ana')} the wifi password is xylophone")
    used = await discord.message_menu("Ana", "general", "Make a note of this", said.id)
    await until(discord, lambda _: used.state == "deferred")
    event = store.events[-1]
    assert asked(event) == ("remember", {"text": "@Ana the wifi password is xylophone"})
    assert event.about == said.id


async def test_a_command_that_lacks_something_opens_a_form_and_the_form_is_the_command(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    used = await discord.slash("Ana", "general", "ask")
    await until(discord, lambda _: used.state == "modal")
    assert store.events == []
    sent = await discord.submit(used, text="why\nnot?")
    await until(discord, lambda _: sent.state == "deferred")
    (event,) = store.events
    assert asked(event) == ("ask", {"text": "why\nnot?"})
    assert event.text == "why\nnot?"
    assert event.reply is not None


async def test_a_form_shows_what_is_so_and_gives_back_what_was_chosen(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    used = await discord.slash("Ana", "general", "settings")
    await until(discord, lambda _: used.state == "modal")
    sent = await discord.submit(used, mood="-", news="yes")
    await until(discord, lambda _: sent.state == "deferred")
    assert asked(store.events[0]) == ("settings", {"volume": "3", "mood": "", "news": "yes"})


async def test_what_is_wrong_in_a_form_is_told_and_what_was_typed_is_not_lost(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    used = await discord.slash("Ana", "general", "settings")
    await until(discord, lambda _: used.state == "modal")
    sent = await discord.submit(used, volume="11", news="yes")
    await until(discord, lambda _: sent.state == "answered")
    assert sent.original is not None
    assert sent.original.is_ephemeral
    assert "from 0 to 9" in sent.shown
    assert store.events == []
    (again,) = pressable(sent.original)
    reopened = await discord.press("Ana", "general", sent.original.id, again["custom_id"])
    await until(discord, lambda _: reopened.state == "modal")
    resent = await discord.submit(reopened, volume="9")
    await until(discord, lambda _: resent.state == "deferred")
    assert asked(store.events[0])[1] == {"volume": "9", "mood": "calm", "news": "yes"}


async def test_a_form_that_is_sent_and_cannot_be_stored_is_told_so(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 24."""
    used = await discord.slash("Ana", "general", "ask")
    await until(discord, lambda _: used.state == "modal")
    store.failures = 1
    sent = await discord.submit(used, text="why?")
    await until(discord, lambda _: sent.state == "answered")
    assert "again" in sent.shown


async def test_a_button_hands_in_its_command_and_the_message_it_is_on(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    invocation = Invocation(command="mood", arguments={"mood": "wild & free"})
    message = await posted(discord, Outgoing(body="Which?", buttons=(Button(label="Wild", invocation=invocation),)))
    used = await discord.press("Ben", "general", message.id, pressable(message)[0]["custom_id"])
    await until(discord, lambda _: used.state == "updating")
    (event,) = store.events
    assert asked(event) == ("mood", {"mood": "wild & free"})
    assert (event.about, event.text, event.author.name) == (message.id, "", "Ben")
    assert event.reply is None, "its answer is a message like any other"


async def test_a_button_with_a_private_answer_and_one_where_robbie_may_not_write_are_answered_by_token(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    for command, hidden in (("notes", True), ("mood", False)):
        button = Button(label="Press", invocation=Invocation(command=command))
        message = await posted(discord, Outgoing(body="Here", buttons=(button,)))
        if not hidden:
            discord.deny("general", "SEND_MESSAGES")
        used = await discord.press("Ana", "general", message.id, command)
        await until(discord, lambda _, used=used: used.state == "deferred")
        assert used.original is not None
        assert used.original.is_ephemeral is hidden
        assert store.events[-1].reply is not None


async def test_a_vote_is_taken_in_silently_and_a_bad_one_asks_for_the_reason_which_may_be_left_out(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 28: the same event as on any platform."""
    message = await posted(discord, Outgoing(body="So it is.", feedback=True))
    up, down, again = pressable(message)
    assert ([up["emoji"]["name"], down["emoji"]["name"]], again["label"]) == (["👍", "👎"], "Try again")
    used = await discord.press("Ana", "general", message.id, up["custom_id"])
    await until(discord, lambda _: used.state == "updating")
    disliked = await discord.press("Ben", "general", message.id, down["custom_id"])
    await until(discord, lambda _: disliked.state == "modal")
    votes = [(asked(event), event.about, event.author.name) for event in store.events]
    assert votes == [
        (("vote", {"vote": "up"}), message.id, "Ana"),
        (("vote", {"vote": "down"}), message.id, "Ben"),
    ]
    sent = await discord.submit(disliked, reason="it is wrong")
    await until(discord, lambda _: sent.state == "updating")
    assert asked(store.events[-1]) == ("reason", {"vote": "down", "reason": "it is wrong"})
    assert store.events[-1].about == message.id


async def test_a_press_that_cannot_be_stored_is_told_so_and_one_delivered_twice_is_one(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASES 1 and 24."""
    message = await posted(discord, Outgoing(body="So it is.", feedback=True))
    store.failures = 1
    used = await discord.press("Ana", "general", message.id, pressable(message)[0]["custom_id"])
    await until(discord, lambda _: used.state == "answered")
    assert "again" in used.shown
    again = await discord.slash("Ana", "general", "mood", mood="calm", deliveries=3)
    await until(discord, lambda d: len(d.called("callback")) == 4)
    assert again.state == "deferred"
    assert len(store.events) == 1


async def test_only_those_who_administer_the_guild_are_offered_and_given_its_commands(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    with pytest.raises(LookupError):
        await discord.slash("Ben", "general", "budget")
    message = await posted(
        discord, Outgoing(body="Budget", buttons=(Button(label="More", invocation=Invocation(command="budget")),))
    )
    used = await discord.press("Ben", "general", message.id, "budget")
    await until(discord, lambda _: used.state == "answered")
    assert store.events == []
    owner = await discord.slash("Ana", "general", "budget")
    await until(discord, lambda _: owner.state == "deferred")


async def test_a_button_of_another_release_is_answered_and_not_left_hanging(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 24."""
    button = Button(label="Dance", invocation=Invocation(command="dance"))
    message = await posted(discord, Outgoing(body="Shall I?", buttons=(button,)))
    used = await discord.press("Ana", "general", message.id, "dance")
    await until(discord, lambda _: used.state == "answered")
    assert "do not know" in used.shown
    assert store.events == []
