from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.discord import DiscordApi, DiscordGateway, GatewaySettings, Timing
from adapters.discord.commands import sync
from adapters.discord.link import BAD_TOKEN, NO_INTENT
from adapters.doubles.discord import DiscordDouble, drop_before, error, http_status, rate_limited, take_then_drop
from core.conversation.models import Place
from tests.contract.discord_gate import COMMANDS, QUICK, Store, connected, running, until


@pytest.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble(heartbeat_interval=0.2) as double:
        yield double


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def gateway(discord: DiscordDouble, store: Store) -> AsyncIterator[DiscordGateway]:
    async with running(discord, store) as started:
        await until(discord, connected(started))
        yield started


async def test_messages_edits_deletions_and_reactions_come_in(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    said = await discord.say("Ana", "general", "hello")
    await discord.edit_message("general", said.id, "hello again")
    await discord.react("Ben", "general", said.id, "👍")
    await discord.unreact("Ben", "general", said.id, "👍")
    await discord.delete_message("general", said.id)
    await until(discord, lambda _: len(store.events) == 5)
    assert sorted(event.kind for event in store.events) == ["delete", "edit", "message", "reaction", "reaction"]
    assert {event.message_id for event in store.events} == {said.id}
    assert {event.place.thread for event in store.events if event.kind != "reaction"} == {said.id}


async def test_what_is_said_in_a_thread_stands_below_its_channel(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    root = await discord.say("Ana", "general", "hello")
    thread = await discord.open_thread("Ana", "general", "a thread", root.id)
    await discord.say("Ben", thread, "hi")
    post = await discord.post("Ana", "questions", "why?", "please tell")
    await until(discord, lambda _: len(store.events) == 3)
    places = {event.text: event.place for event in store.events}
    assert places["hi"] == places["hello"]
    assert (places["please tell"].channel, places["please tell"].thread) == (discord.channel("questions").id, post.id)


async def test_own_messages_are_never_handed_in(discord: DiscordDouble, store: Store, gateway: DiscordGateway) -> None:
    api = DiscordApi(discord.token, base_url=discord.api_url)
    await api.call(
        "POST", "/channels/{channel}/messages", body={"content": "me"}, channel=discord.channel("general").id
    )
    await api.close()
    await discord.bot_says("general", "another bot")
    await until(discord, lambda _: store.events)
    assert [(event.text, event.author.is_bot) for event in store.events] == [("another bot", True)]


async def test_an_event_that_cannot_be_stored_is_tried_until_it_is(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 6: Discord delivers nothing again by itself."""
    store.failures = 4
    await discord.say("Ana", "general", "hello")
    await until(discord, lambda _: store.events)
    assert store.texts == ["hello"]
    assert store.deliveries >= 5
    assert len(discord.sockets) == 1


async def test_an_event_of_a_channel_that_robbie_may_not_see_is_left_out(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    discord.add_channel("1200000000000000999", "new", with_bot=False)
    place = discord.channel("new")
    data = {"id": "5", "channel_id": place.id, "guild_id": discord.guild_id}
    discord.sessions.emit("MESSAGE_DELETE", data, guild=discord.guild_id)
    await discord.say("Ana", "general", "hello")
    await until(discord, lambda _: store.events and not gateway.health()["waiting"])
    assert store.texts == ["hello"]
    assert len(discord.called("get_channel")) == 1


async def test_one_event_that_cannot_be_stored_holds_up_no_other(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    store.failures = 1
    await discord.say("Ana", "general", "first")
    await until(discord, lambda _: store.deliveries)
    await discord.say("Ana", "general", "second")
    await until(discord, lambda _: len(store.events) == 2)
    assert set(store.texts) == {"first", "second"}


async def test_what_was_taken_in_is_stored_before_the_gateway_stops(discord: DiscordDouble, store: Store) -> None:
    async with running(discord, store) as gateway:
        await until(discord, connected(gateway))
        store.open.clear()
        await discord.say("Ana", "general", "hello")
        await until(discord, lambda _: store.deliveries == 1)
        stopping = asyncio.create_task(gateway.stop())
        await until(discord, lambda d: not d.sockets)
        store.open.set()
        await stopping
    assert store.texts == ["hello"]


async def test_a_gateway_can_be_started_again(discord: DiscordDouble, store: Store) -> None:
    async with running(discord, store) as gateway:
        for number in range(2):
            await until(discord, connected(gateway))
            await discord.say("Ana", "general", f"hello {number}")
            await until(discord, lambda _, count=number + 1: len(store.events) == count)
            await gateway.stop()
            await until(discord, lambda d: not d.sockets)
            await gateway.start()


async def test_the_first_message_of_all_is_caught_up_when_a_gateway_was_stopped_meanwhile(
    discord: DiscordDouble, store: Store
) -> None:
    """A lease that is lost for a moment must not cost what was said first, of which nothing stored tells."""
    async with running(discord, store) as gateway:
        await until(discord, connected(gateway))
        await gateway.stop()
        await discord.say("Ana", "general", f"{discord.mention()} hello", drop=True)
        await gateway.start()
        await until(discord, lambda _: [event.addressed for event in store.events] == [True])


async def test_a_cut_connection_is_resumed_and_nothing_is_lost(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASES 5 and 6."""
    discord.cut_sockets()
    said = await discord.say("Ana", "general", "hello")
    await discord.react("Ben", "general", said.id, "👍")
    await until(discord, lambda d: d.gateway.resumes == 1 and len(store.events) == 2)
    assert discord.gateway.identifies == 1
    assert len(discord.sockets) == 1
    assert gateway.health()["reconnects"] == 1


async def test_a_connection_that_discord_asks_to_renew_is_resumed(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    discord.request_reconnect()
    await until(discord, lambda d: d.gateway.resumes == 1 and gateway.health()["connected"])
    assert len(discord.sockets) == 1
    assert discord.gateway.identifies == 1


async def test_after_an_invalid_session_what_was_missed_is_read_from_histories(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 6."""
    for session in list(discord.sessions.alive.values()):
        discord.sessions.end(session)
    discord.cut_sockets()
    said = await discord.say("Ana", "general", f"{discord.mention()} missed in a channel", drop=True)
    thread = await discord.open_thread("Ana", "general", "a thread", said.id)
    await discord.say("Ben", thread, "missed in a thread", drop=True)
    await until(discord, lambda d: d.gateway.identifies == 2 and len(store.events) == 2)
    assert set(store.texts) == {"missed in a channel", "missed in a thread"}
    assert len({event.place for event in store.events}) == 1


async def test_after_a_long_outage_histories_are_read_from_its_beginning(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 6: Discord's greeting on a new connection is no sign that anything was heard before it."""
    for session in list(discord.sessions.alive.values()):
        discord.sessions.end(session)
    discord.cut_sockets()
    assert gateway._link._heard_at is not None
    gateway._link._heard_at -= 600
    await discord.say("Ana", "general", f"{discord.mention()} missed", age=timedelta(minutes=5), drop=True)
    await until(discord, lambda d: d.gateway.identifies == 2 and store.events)
    assert store.texts == ["missed"]


async def test_what_came_while_no_process_ran_is_caught_up_once(discord: DiscordDouble, store: Store) -> None:
    """CASES 6 and 7: an hour at most, and merged with what the gateway brings."""
    await discord.say("Ana", "general", f"{discord.mention()} too old", age=timedelta(hours=2), drop=True)
    await discord.say("Ana", "general", f"{discord.mention()} in the channel", age=timedelta(minutes=5), drop=True)
    await discord.say("Ana", "general", "to each other", age=timedelta(minutes=6), drop=True)
    await discord.say("Ben", "Ben", "directly", age=timedelta(minutes=4), drop=True)
    await discord.bot_says("hidden", "nobody sees this")
    direct = Place(surface="discord", tenant="dm-1", channel=discord.dm("Ben"), direct=True)

    async def since() -> datetime | None:
        return datetime.now(UTC) - timedelta(hours=3)

    async def places() -> Sequence[Place]:
        return [direct, direct.model_copy(update={"channel": "1", "thread": "ask-1", "direct": False})]

    async with running(discord, store, since=since, places=places) as gateway:
        await until(discord, lambda _: len(store.events) == 2)
        await discord.say("Ana", "general", "live")
        await until(discord, lambda _: len(store.events) == 3 and not gateway.health()["catching_up"])
    assert store.texts == ["in the channel", "directly", "live"]


async def test_a_start_reads_histories_of_all_that_is_still_answered(discord: DiscordDouble, store: Store) -> None:
    """The process before may have died while it caught up, after it had stored something newer."""
    await discord.say("Ana", "general", f"{discord.mention()} missed", age=timedelta(minutes=50), drop=True)

    async def since() -> datetime | None:
        return datetime.now(UTC) - timedelta(seconds=5)

    async with running(discord, store, since=since):
        await until(discord, lambda _: store.texts == ["missed"])


async def test_catching_up_keeps_the_newest(discord: DiscordDouble, store: Store) -> None:
    for number in range(130):
        text = f"{discord.mention()} message {number}"
        await discord.say("Ana", "general", text, age=timedelta(seconds=300 - number), drop=True)
        await discord.say("Ben", "general", "to each other", age=timedelta(seconds=300.5 - number), drop=True)

    async def since() -> datetime | None:
        return datetime.now(UTC) - timedelta(minutes=10)

    settings = GatewaySettings(timing=QUICK.timing, catch_up_limit=120)
    async with running(discord, store, since=since, settings=settings) as gateway:
        await until(discord, lambda _: len(store.events) == 120 and not gateway.health()["catching_up"])
    assert store.texts == [f"message {number}" for number in range(10, 130)]


async def test_a_history_that_cannot_be_read_now_is_read_later(discord: DiscordDouble, store: Store) -> None:
    await discord.say("Ana", "general", f"{discord.mention()} missed", age=timedelta(minutes=1), drop=True)
    discord.fault("guilds", http_status(503))
    discord.fault("list_messages", rate_limited(0.1), times=2)

    async def since() -> datetime | None:
        return datetime.now(UTC) - timedelta(minutes=10)

    async with running(discord, store, since=since):
        await until(discord, lambda _: store.texts == ["missed"])


async def test_the_first_start_answers_nothing_that_was_said_before(discord: DiscordDouble, store: Store) -> None:
    await discord.say("Ana", "general", f"{discord.mention()} long ago", drop=True)
    async with running(discord, store) as gateway:
        await until(discord, connected(gateway))
        await discord.say("Ana", "general", "now")
        await until(discord, lambda _: store.events)
    assert store.texts == ["now"]
    assert not discord.called("list_messages")


async def test_quiet_traffic_alone_never_restarts_a_connection(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 4."""
    began = time.monotonic()
    await until(discord, lambda _: time.monotonic() - began > 3 * QUICK.timing.silence)
    assert discord.gateway.opened == 1
    health = gateway.health()
    assert isinstance(health["last_heartbeat_age"], float)
    assert health["sockets"] == 1


async def test_a_connection_without_a_sign_of_life_is_replaced(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASES 4 and 5."""
    discord.sockets[0].half_dead = True
    await until(discord, lambda d: d.gateway.opened == 2 and gateway.health()["connected"])
    await discord.say("Ana", "general", "hello")
    await until(discord, lambda _: store.events)
    assert store.texts == ["hello"]


async def test_a_gateway_that_closes_at_once_is_not_stormed(discord: DiscordDouble, store: Store) -> None:
    """CASE 25: reconnects back off."""
    settings = GatewaySettings(timing=Timing(patience=5, backoff=0.2, backoff_max=60, identify=0.0))
    async with running(discord, store, settings=settings) as gateway:
        began = time.monotonic()

        def closing(d: DiscordDouble) -> bool:
            d.close_sockets(4000)
            return time.monotonic() - began > 3

        await until(discord, closing)
        assert 2 <= discord.gateway.opened <= 8
        assert not gateway.health()["connected"]


async def test_no_session_is_begun_while_discord_allows_none(discord: DiscordDouble, store: Store) -> None:
    """CASE 25: a thousand and one would reset the token."""
    discord.gateway.identify_total = 0
    async with running(discord, store) as gateway:
        await until(discord, lambda _: "allows no new session" in str(gateway.health()["problem"]))
        assert discord.gateway.identifies == 0


async def test_a_wrong_token_is_said_once_in_words_that_help(
    discord: DiscordDouble, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(discord, store, token="MTIz.wrong.token-of-somebody-else") as gateway:
        await until(discord, lambda d: len(d.called("me")) >= 1 and gateway.health()["problem"] == BAD_TOKEN)
        assert not gateway.health()["connected"]
    assert caplog.text.count("does not accept DISCORD_TOKEN") == 1
    assert "somebody-else" not in caplog.text


async def test_a_missing_intent_is_said_and_switching_it_on_is_enough(
    discord: DiscordDouble, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    discord.world.privileged.discard("MESSAGE_CONTENT")
    async with running(discord, store) as gateway:
        await until(discord, lambda _: gateway.health()["problem"] == NO_INTENT)
        discord.world.privileged.add("MESSAGE_CONTENT")
        await until(discord, connected(gateway))
        assert gateway.health()["problem"] == ""
    assert "Message Content Intent" in caplog.text


@pytest.mark.parametrize("route", ["me", "oauth2_application", "gateway_bot"])
@pytest.mark.parametrize("fault", [http_status(503), rate_limited(0.1), drop_before()], ids=["503", "429", "drop"])
async def test_discord_that_does_not_answer_yet_is_asked_again(
    discord: DiscordDouble,
    store: Store,
    route: str,
    fault: Any,  # Any: the double's behaviours are its own
) -> None:
    discord.fault(route, fault, times=3)
    async with running(discord, store) as gateway:
        await until(discord, connected(gateway))


async def test_a_command_is_stored_and_then_deferred_in_time(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 24."""
    await until(discord, lambda d: d.commands.everywhere)
    store.open.clear()
    asked = await discord.slash("Ana", "general", "ask", text="why?")
    await until(discord, lambda _: store.deliveries == 1)
    assert asked.state == "waiting"
    store.open.set()
    await until(discord, lambda _: asked.state == "deferred")
    (event,) = store.events
    assert (event.text, event.addressed, event.author.name) == ("why?", True, "Ana")
    assert event.place.thread == f"ask-{asked.id}"
    assert event.reply is not None
    assert asked.token in event.reply.sealed.decode()


async def test_a_command_that_cannot_be_stored_is_answered_honestly_to_its_person_alone(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    """CASE 24."""
    await until(discord, lambda d: d.commands.everywhere)
    store.failures = 1
    asked = await discord.slash("Ana", "general", "ask", text="why?")
    await until(discord, lambda _: asked.state == "answered")
    assert "try again" in asked.shown or "ask again" in asked.shown
    assert asked.original is not None
    assert asked.original.is_ephemeral
    assert not asked.failure


async def test_a_command_delivered_twice_is_acknowledged_once(
    discord: DiscordDouble, store: Store, gateway: DiscordGateway
) -> None:
    await until(discord, lambda d: d.commands.everywhere)
    asked = await discord.slash("Ana", "general", "ask", text="why?", deliveries=2)
    await until(discord, lambda d: len(d.called("callback")) == 2)
    assert asked.state == "deferred"
    assert store.texts == ["why?"]


@pytest.mark.parametrize("fault", [drop_before(), take_then_drop(), http_status(502), rate_limited(0.1)])
async def test_an_acknowledgement_that_is_lost_is_given_again(
    discord: DiscordDouble,
    store: Store,
    gateway: DiscordGateway,
    fault: Any,  # Any: the double's behaviours are its own
) -> None:
    """CASE 24."""
    await until(discord, lambda d: d.commands.everywhere)
    discord.fault("callback", fault)
    asked = await discord.slash("Ana", "general", "ask", text="why?")
    await until(discord, lambda _: asked.state == "deferred")
    assert not asked.failure


async def test_commands_are_written_when_they_differ_and_only_then(discord: DiscordDouble, store: Store) -> None:
    """CASE 24: never deleted first."""
    for writes in (1, 1):
        async with running(discord, store) as gateway:
            await until(discord, connected(gateway))
            await until(discord, lambda d: d.called("list_global_commands") and d.commands.everywhere)
        assert len(discord.commands.writes) == writes
        discord.calls.clear()
    assert discord.commands.writes == [("overwrite", [str(command["name"]) for command in COMMANDS])]


async def test_commands_survive_a_rate_limit(discord: DiscordDouble) -> None:
    """CASE 24."""
    api = DiscordApi(discord.token, base_url=discord.api_url)
    assert await sync(api, discord.bot_user, COMMANDS)
    discord.fault("overwrite_global_commands", error(429, 30034))
    changed = [{**COMMANDS[0], "description": "Ask something else"}, *COMMANDS[1:]]
    syncing = asyncio.create_task(sync(api, discord.bot_user, changed))
    await until(discord, lambda d: len(d.called("overwrite_global_commands")) == 2)
    assert ("ask", 1) in discord.commands.everywhere
    syncing.cancel()
    await asyncio.gather(syncing, return_exceptions=True)
    await api.close()
