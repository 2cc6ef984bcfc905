"""What went wrong for users of other assistants, as promises on Discord: the real app between doubles."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

import pytest

from adapters.doubles.discord import (
    drop_before,
    error,
    http_status,
    rate_limited,
    take_then_drop,
    take_then_hold,
)
from bot.app import build
from bot.health import Health
from bot.roles import Role
from tests.guild import Guild


async def test_a_mention_is_answered_once_in_a_thread_of_its_own(guild: Guild) -> None:
    """CASES 1 and 2: also when its event is delivered again and again."""
    await guild.open()
    said = await guild.discord.say("Ana", "general", f"{guild.discord.mention()} hi", deliveries=5)
    assert await guild.answered(said.id) == ["You said: hi"]
    assert guild.shown("general") == []
    assert len(guild.providers.requests) == 1
    assert await guild.rows("SELECT count(*) FROM interactions") == [(1,)]


async def test_a_thread_of_ours_goes_on_without_mentions(guild: Guild) -> None:
    """CASE 20: what one person said in a thread is known in another's turn."""
    await guild.open()
    thread = await guild.mention("we ship on Friday")
    await guild.answered(thread)
    await guild.discord.say("Ben", thread, "when do we ship?")
    assert "when do we ship?" in (await guild.answered(thread, 2))[1]
    prompt = guild.prompt()
    assert "we ship on Friday" in prompt
    assert "Ana" in prompt
    assert "Ben" in prompt


async def test_in_a_thread_of_ours_what_is_said_to_others_is_left_to_them(guild: Guild) -> None:
    await guild.open()
    thread = await guild.mention("hi")
    await guild.answered(thread)
    await guild.discord.say("Ana", thread, f"{guild.discord.mention('Ben')} did you see that?")
    to_ana = await guild.discord.say("Ana", thread, f"{guild.discord.mention()} and you?")
    await guild.answered(thread, 2)
    await guild.discord.say("Ben", thread, "I did", reply_to=to_ana.id)
    await guild.discord.say("Ana", thread, "thanks")
    assert len(await guild.answered(thread, 3)) == 3
    assert len(guild.providers.requests) == 3


async def test_direct_messages_are_answered_where_they_are(guild: Guild) -> None:
    await guild.open()
    await guild.discord.say("Ana", "Ana", "hello")
    await guild.until(lambda: guild.shown("Ana") == ["You said: hello"])
    await guild.settled()
    tenants = await guild.rows("SELECT tenant, direct FROM conversations")
    assert tenants == [(f"dm-{guild.discord.bot_user}", True)]


async def test_a_forum_post_and_an_older_thread_are_answered_in_and_read(guild: Guild) -> None:
    await guild.open()
    post = await guild.discord.post("Ana", "questions", "printer", f"{guild.discord.mention()} the printer is broken")
    assert await guild.answered(post.id) == ["You said: the printer is broken"]
    root = await guild.discord.say("Ana", "general", "the coffee machine too")
    thread = await guild.discord.open_thread("Ben", "general", "coffee", root.id)
    await guild.discord.say("Ben", thread, f"{guild.discord.mention()} what is broken?")
    await guild.answered(thread)
    assert "the coffee machine too" in guild.prompt()


async def test_where_no_threads_are_a_reply_goes_on_with_the_conversation(guild: Guild) -> None:
    await guild.open(ROBBIE_DISCORD__REPLY_IN="channel")
    said = await guild.mention("we ship on Friday")
    await guild.until(lambda: guild.shown("general") == ["You said: we ship on Friday"])
    await guild.settled()
    (answer,) = guild.discord.bot_messages("general")
    assert answer.reference is not None
    assert answer.reference["message_id"] == said
    await guild.discord.say("Ben", "general", "nobody asked Robbie this")
    await guild.discord.say("Ben", "general", "when?", reply_to=answer.id)
    await guild.until(lambda: "when?" in guild.shown("general")[-1])
    assert "we ship on Friday" in guild.prompt()
    assert guild.discord.threads("general") == []
    assert guild.discord.pings == []


async def test_a_question_among_replies_that_is_deleted_is_forgotten(guild: Guild) -> None:
    """Discord says neither who wrote it nor what it replied to."""
    await guild.open(ROBBIE_DISCORD__REPLY_IN="channel")
    await guild.mention("we ship on Friday")
    await guild.until(lambda: guild.shown("general") == ["You said: we ship on Friday"])
    await guild.settled()
    (answer,) = guild.discord.bot_messages("general")
    second = await guild.discord.say("Ben", "general", "the vault is open", reply_to=answer.id)
    await guild.until(lambda: "the vault is open" in guild.shown("general")[-1])
    await guild.settled()
    await guild.discord.delete_message("general", second.id)
    await guild.becomes("SELECT 1 FROM messages WHERE person_id IS NOT NULL AND text LIKE '%vault%'", [])
    assert await guild.rows("SELECT count(*) FROM conversations") == [(1,)]


async def test_the_operator_sees_whether_discord_is_connected_and_when_it_was_heard(guild: Guild) -> None:
    """CASE 4. What follows from it: tests/contract/test_discord_gateway.py."""
    app = await guild.open()
    state = (await Health(app).state())["discord"]
    assert isinstance(state, dict)
    assert (state["connected"], state["sockets"], state["lease"]) == (True, 1, "holder")
    assert state["last_ready_age"] >= 0
    assert state["last_heartbeat_age"] >= 0


async def test_what_was_missed_in_an_outage_is_caught_up_and_answered_once(guild: Guild) -> None:
    """CASE 6."""
    app = await guild.open()
    thread = await guild.mention("first")
    await guild.answered(thread)
    await guild.discord.say("Ben", "Ben", "hello")
    await guild.until(lambda: guild.shown("Ben"))
    await guild.settled()
    await app.gateways["discord"].stop()
    await guild.discord.say("Ana", thread, "in our thread", drop=True)
    await guild.discord.say("Ben", "Ben", "directly", drop=True)
    missed = await guild.discord.say("Ana", "random", f"{guild.discord.mention()} elsewhere", drop=True)
    await app.gateways["discord"].start()
    await guild.answered(thread, 2)
    assert await guild.answered(missed.id) == ["You said: elsewhere"]
    await guild.until(lambda: guild.shown("Ben") == ["You said: hello", "You said: directly"])
    assert len(guild.providers.requests) == 5


async def test_an_event_that_is_older_than_an_hour_is_not_answered(guild: Guild) -> None:
    """CASE 7: replay has an age limit."""
    await guild.open()
    await guild.discord.say("Ana", "general", f"{guild.discord.mention()} restart", age=timedelta(hours=2))
    await guild.answered(await guild.mention("now"))
    assert await guild.rows("SELECT state FROM inbox ORDER BY occurred_at LIMIT 1") == [("expired",)]
    assert len(guild.providers.requests) == 1


async def test_a_model_that_writes_mass_mentions_pings_nobody_in_posts_and_edits(guild: Guild) -> None:
    """CASE 13."""
    someone = f"<@{guild.discord.user_id('Ben')}> <@&{guild.discord.guild_id}>"
    guild.providers.reply(f"Hey @everyone and @here! {someone} " * 6)
    guild.providers.pace.delay = 0.05
    await guild.open()
    thread = await guild.mention("shout")
    await guild.until(lambda: thread in guild.discord.world.channels)
    await guild.answered(thread)
    await guild.discord.say("Ana", "Ana", "shout")
    await guild.until(lambda: guild.shown("Ana"))
    await guild.settled()
    assert guild.discord.called("edit_message")
    assert guild.discord.pings == []


async def test_a_long_answer_comes_whole_in_parts_with_its_code_fences_intact(guild: Guild) -> None:
    """CASE 14."""
    code = "\n".join(f"value_{number} = compute({number})  # line {number}" for number in range(250))
    guild.providers.reply(f"Here it is:\n\n```python\n{code}\n```\n\nThat was all.")
    guild.providers.pace.size = 4000
    await guild.open(ROBBIE_MODELS="[{level: 1, provider: openai, model: gpt-4o, max_output_tokens: 16000}]")
    thread = await guild.mention("all of it")
    await guild.until(
        lambda: thread in guild.discord.world.channels and "That was all." in "".join(guild.shown(thread))
    )
    await guild.settled()
    parts = guild.shown(thread)
    assert len(parts) > 3
    assert all(len(part) <= 2000 and part.count("```") % 2 == 0 for part in parts)
    lines = [line for part in parts for line in part.splitlines() if line.startswith("value_")]
    assert lines == code.splitlines()


async def test_tables_and_headings_look_the_same_when_posted_streamed_and_edited(guild: Guild) -> None:
    """CASE 15: one rendering path."""
    guild.providers.reply("#### Fruit\n\n| name | count |\n|---|---|\n| **apples** | 3 |\n\n" * 4)
    guild.providers.pace.delay = 0.05
    await guild.open()
    (shown,) = await guild.answered(await guild.mention("format"))
    assert shown == "\n\n".join(["**Fruit**\n\n```\nname    count\n------  -----\napples  3\n```"] * 4)
    streamed = [call["content"] for call in guild.discord.called("edit_message")][:-1]
    assert all(text.startswith("**Fruit**") or len(text) < 12 for text in streamed)


async def test_two_bots_do_not_talk_for_ever(guild: Guild) -> None:
    """CASE 23."""
    await guild.open()
    await guild.discord.bot_says("general", f"{guild.discord.mention()} ping")
    await guild.answered(await guild.mention("a person asks"))
    assert len(guild.providers.requests) == 1


async def test_a_command_is_acknowledged_in_time_and_answered_in_its_place(guild: Guild) -> None:
    """CASE 24: however long the model takes."""
    hold = guild.providers.fault("hold", times=1)
    await guild.open()
    asked = await guild.discord.slash("Ana", "general", "ask", text="why?")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await guild.until(lambda: asked.state in ("deferred", "answered"))
    assert asked.after is not None
    assert asked.after < guild.discord.interaction_book.timeout
    hold.release()
    await guild.until(lambda: asked.shown == "You said: why?")
    await guild.settled()
    assert guild.shown("general") == ["You said: why?"]
    assert not asked.failure
    assert await guild.rows("SELECT count(*) FROM reply_tokens WHERE position('interaction' IN sealed::text) > 0") == [
        (0,)
    ]


async def test_a_command_in_a_channel_reads_nothing_of_what_is_said_there(guild: Guild) -> None:
    """CASE 19."""
    await guild.open()
    await guild.discord.say("Ben", "general", "the secret word is xylophone")
    asked = await guild.discord.slash("Ana", "general", "ask", text="what do you know?")
    await guild.until(lambda: asked.shown == "You said: what do you know?")
    assert "xylophone" not in guild.prompt()


async def test_a_reply_to_a_commands_answer_opens_a_thread_on_it_that_knows_the_answer(guild: Guild) -> None:
    await guild.open()
    asked = await guild.discord.slash("Ana", "general", "ask", text="we ship on Friday")
    await guild.until(lambda: asked.shown == "You said: we ship on Friday")
    await guild.settled()
    assert asked.original is not None
    await guild.discord.say("Ben", "general", "when?", reply_to=asked.original.id)
    assert await guild.answered(asked.original.id) == ["You said: when?"]
    assert "we ship on Friday" in guild.prompt()


async def test_a_command_in_a_direct_message_or_a_thread_belongs_to_it(guild: Guild) -> None:
    await guild.open()
    await guild.discord.say("Ana", "Ana", "we ship on Friday")
    await guild.until(lambda: guild.shown("Ana") == ["You said: we ship on Friday"])
    await guild.settled()
    asked = await guild.discord.slash("Ana", "Ana", "ask", text="when?")
    await guild.until(lambda: asked.shown == "You said: when?")
    assert "we ship on Friday" in guild.prompt()
    thread = await guild.mention("the door is open")
    await guild.answered(thread)
    inside = await guild.discord.slash("Ben", thread, "ask", text="is it?")
    await guild.until(lambda: "is it?" in inside.shown)
    assert "the door is open" in guild.prompt()


async def test_a_command_is_answered_also_in_a_channel_that_robbie_does_not_see(guild: Guild) -> None:
    """CASES 14 and 24: with all its parts."""
    guild.providers.reply("word " * 700)
    await guild.open()
    asked = await guild.discord.slash("Ana", "hidden", "ask", text="why?")
    await guild.until(lambda: sum(message.content.count("word") for message in asked.messages) == 700)
    await guild.settled()
    assert len(asked.messages) == 2
    assert not asked.failure


async def test_a_command_whose_storing_fails_is_told_so(guild: Guild) -> None:
    """CASE 24: no traceback, and no silence."""
    app = await guild.open()
    await app.database.close()
    asked = await guild.discord.slash("Ana", "general", "ask", text="why?")
    await guild.until(lambda: asked.state == "answered")
    assert "ask again" in asked.shown
    assert not asked.failure


async def test_a_commands_answer_is_finished_by_another_process_than_took_it_in(guild: Guild) -> None:
    """CASE 24: the one that works knows the token only from the database."""
    await guild.part(Role.GATEWAY)
    await guild.part(Role.WORKER)
    guild.providers.reply("a whole answer, in a few pieces")
    guild.providers.pace.delay = 0.2
    asked = await guild.discord.slash("Ana", "general", "ask", text="why?")
    await guild.until(lambda: asked.shown == "a whole answer, in a few pieces")
    await guild.settled()
    assert guild.shown("general") == ["a whole answer, in a few pieces"]
    assert not guild.discord.called("create_message")


@pytest.mark.parametrize("begun", [True, False], ids=["placeholder shown", "nothing shown"])
async def test_when_a_commands_token_has_ended_the_answer_is_a_normal_message(guild: Guild, begun: bool) -> None:
    """CASE 24."""
    hold = guild.providers.fault("hold", times=1)
    if not begun:
        guild.discord.fault("edit_webhook_message", http_status(503), times=None)
    await guild.open()
    asked = await guild.discord.slash("Ana", "general", "ask", text="why?")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await guild.until(lambda: guild.discord.called("edit_webhook_message"))
    if begun:
        await guild.until(lambda: asked.state == "answered")
    guild.discord._front.faults.clear()
    guild.discord.interaction_book.token_seconds = 0
    hold.release()
    await guild.until(lambda: "You said: why?" in guild.shown("general"))
    await guild.settled()
    assert guild.shown("general").count("You said: why?") == 1


async def test_no_token_of_discords_reaches_a_log(guild: Guild, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "adapters")
    await guild.open()
    for route in ("callback", "edit_webhook_message", "create_message", "typing"):
        guild.discord.fault(route, http_status(502))
    asked = await guild.discord.slash("Ana", "general", "ask", text="why?")
    await guild.until(lambda: asked.shown == "You said: why?")
    guild.discord.fault("create_message", drop_before())
    await guild.answered(await guild.mention("hi"))
    guild.discord.cut_sockets()
    await guild.until(lambda: guild.discord.gateway.resumes == 1)
    assert caplog.text
    assert guild.discord.token not in caplog.text
    assert asked.token not in caplog.text


async def test_one_token_has_one_holder_and_another_takes_over(guild: Guild) -> None:
    """CASE 25."""
    first = await guild.part(Role.GATEWAY)
    await guild.until(lambda: len(guild.discord.sockets) == 1)
    second = await guild.part(Role.GATEWAY)
    await guild.part(Role.WORKER)
    began = time.monotonic()
    await guild.until(lambda: time.monotonic() - began > 2)
    assert len(guild.discord.sockets) == 1
    assert guild.discord.gateway.identifies == 1
    assert (await Health(second).state())["discord"]["lease"] == "standby"  # type: ignore[index]
    await first.gateways["discord"].stop()
    await guild.until(lambda: second.gateways["discord"].health()["connected"])
    assert await guild.answered(await guild.mention("still there?")) == ["You said: still there?"]


async def test_when_the_growing_message_is_gone_the_answer_follows_as_a_new_one(guild: Guild) -> None:
    """CASE 26: what could not be shown by edits is delivered whole, once."""
    guild.discord.fault("edit_message", error(404, 10008), times=None)
    guild.providers.reply("all of the answer")
    await guild.open()
    thread = await guild.mention("go")
    await guild.until(lambda: thread in guild.discord.world.channels and "all of the answer" in guild.shown(thread))
    await guild.settled()
    assert guild.shown(thread).count("all of the answer") == 1


async def test_a_stream_that_ends_without_its_terminator_is_not_taken_for_an_answer(guild: Guild) -> None:
    """CASE 26 at the provider: the next level answers in the same message."""
    guild.providers.fault("truncate", after=2, model="gpt-4o")
    guild.providers.reply("complete", model="llama3.2")
    models = "[{level: 1, provider: openai, model: gpt-4o}, {level: 4, provider: ollama, model: llama3.2}]"
    await guild.open(ROBBIE_MODELS=models)
    assert await guild.answered(await guild.mention("go on")) == ["complete"]


async def test_a_reaction_is_recorded_and_taken_back(guild: Guild) -> None:
    """CASE 28: and an early one waits for its message."""
    hold = guild.discord.fault("create_message", take_then_hold())
    await guild.open()
    thread = await guild.mention("hi")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    (message,) = guild.discord.bot_messages(thread)
    await guild.discord.react("Ana", thread, message.id, "👍")
    await guild.becomes("SELECT state FROM inbox WHERE kind = 'reaction'", [("received",)])
    hold.release()
    await guild.becomes("SELECT state FROM inbox WHERE kind = 'reaction'", [("answered",)])
    assert await guild.rows("SELECT name FROM reactions") == [("👍",)]
    await guild.discord.unreact("Ana", thread, message.id, "👍")
    await guild.becomes("SELECT name FROM reactions", [])


async def test_an_edit_while_the_turn_runs_is_what_gets_answered_in_the_same_message(guild: Guild) -> None:
    hold = guild.providers.fault("stall", after=1, times=1)
    await guild.open()
    thread = await guild.mention("first words")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await guild.discord.edit_message("general", thread, f"{guild.discord.mention()} better words")
    await guild.until(lambda: guild.shown(thread) == ["You said: better words"])
    await guild.settled()
    assert guild.shown(thread) == ["You said: better words"]


async def test_a_question_that_is_deleted_while_its_turn_runs_ends_it(guild: Guild) -> None:
    hold = guild.providers.fault("stall", after=2, times=1)
    await guild.open()
    thread = await guild.mention("better not")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await guild.until(lambda: thread in guild.discord.world.channels and guild.shown(thread))
    await guild.discord.delete_message("general", thread)
    await guild.settled()
    assert await guild.rows("SELECT state FROM inbox WHERE kind = 'message'") == [("ignored",)]
    assert await guild.rows("SELECT 1 FROM messages WHERE text LIKE '%better not%'") == []
    assert ["deleted" in text for text in guild.shown(thread)] == [True]


@pytest.mark.parametrize(
    "fault",
    [take_then_drop(), http_status(503), http_status(502, taken=True), rate_limited(0.2), error(401, 0)],
    ids=["taken and dropped", "503", "502 and taken", "429", "401"],
)
async def test_discords_own_failures_delay_an_answer_and_neither_lose_nor_double_it(
    guild: Guild,
    fault: object,
) -> None:
    """CASES 3 and 26."""
    guild.discord.fault("create_message", fault)  # type: ignore[arg-type]
    await guild.open()
    thread = await guild.mention("hi")
    await guild.until(
        lambda: thread in guild.discord.world.channels and guild.shown(thread) == ["You said: hi"], timeout=60
    )
    await guild.settled()
    assert guild.shown(thread) == ["You said: hi"]


@pytest.mark.parametrize(
    "text",
    ["null \x00 byte", "\u202egnp.exe", "zero\u200bwidth", "family 👨‍👩‍👧‍👦", "x" * 3_900],
    ids=["nul", "rtl", "zero-width", "emoji", "long"],
)
async def test_any_message_is_answered(guild: Guild, text: str) -> None:
    guild.providers.reply("I have read it")
    await guild.open()
    assert await guild.answered(await guild.mention(text)) == ["I have read it"]


async def test_robbie_types_while_it_works(guild: Guild) -> None:
    hold = guild.providers.fault("hold", times=1)
    await guild.open()
    thread = await guild.mention("hi")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await guild.until(lambda: thread in guild.discord.typing)
    hold.release()
    await guild.answered(thread)
    assert [task for task in asyncio.all_tasks() if task.get_name() == "discord-typing"] == []


@pytest.mark.parametrize("problem", ["token", "intent"])
async def test_a_discord_that_refuses_robbie_stops_nothing_else(
    guild: Guild, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    if problem == "intent":
        guild.discord.world.privileged.discard("MESSAGE_CONTENT")
    token = {"DISCORD_TOKEN": "MTIz.AbCdEf.wrong-but-of-the-right-shape-abcdef"} if problem == "token" else {}
    app = await guild.part(Role.WORKER, **token)
    gate = await build(app.settings, guild._roles, frozenset({Role.GATEWAY}))
    guild.stack.push_async_callback(gate.close)
    await gate.gateways["discord"].start()
    guild.stack.push_async_callback(gate.gateways["discord"].stop)
    words = "does not accept DISCORD_TOKEN" if problem == "token" else "Message Content Intent"
    await guild.until(lambda: words in str(gate.gateways["discord"].health()["problem"]))
    assert not gate.gateways["discord"].health()["connected"]
    assert words in caplog.text
    assert "right-shape" not in caplog.text
    assert (await Health(gate).state())["ready"]


async def test_a_private_commands_answer_is_read_by_its_person_alone(guild: Guild) -> None:
    """CASE 12."""
    await guild.open()
    asked = await guild.discord.slash("Ana", "general", "help")
    await guild.until(lambda: "/help" in asked.shown)
    assert asked.original is not None
    assert asked.original.is_ephemeral
    assert guild.shown("general") == []
    assert asked.original.id not in [message.id for message in guild.discord.sees("Ben", "general")]


async def test_a_typed_command_asks_no_model_and_a_stop_is_told_at_once(guild: Guild) -> None:
    await guild.open()
    said = await guild.mention("!robbie help council")
    await guild.answered(said)
    asked = await guild.discord.slash("Ana", said, "stop")
    await guild.until(lambda: asked.shown == "Stopping.")
    await guild.settled()
    assert not guild.providers.requests


async def test_what_is_said_in_a_private_thread_is_not_for_the_channel_above(guild: Guild) -> None:
    """CASE 19: a private thread is read by those who were invited; who asks in the channel is told nothing of it."""
    await guild.open()
    thread = await guild.discord.open_thread("Ana", "general", "hush", private=True)
    await guild.mention("the Falcon budget is cut to 40,000 euros", channel=thread)
    await guild.answered(thread)
    await guild.becomes("SELECT text LIKE '%Falcon%' FROM memories", [(True,)])
    asked = await guild.mention("what is the Falcon budget?", user="Ben")
    await guild.answered(asked)
    assert "40,000" not in guild.prompt()
    again = await guild.discord.say("Ana", thread, "and what is it now?")
    await guild.answered(thread, 2)
    assert "40,000" in guild.prompt(), again
