"""What went wrong for users of other assistants, each as a promise of ours: the real app between doubles."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from adapters.doubles.slack import error, http_status
from bot.health import Health
from tests.office import Office


async def test_a_slow_turn_ends_in_one_final_message(office: Office) -> None:
    """CASE 3: the fallback path of a slow turn answers in the same message."""
    office.providers.fault("cut", after=3, model="gpt-4o")
    office.providers.reply("the whole second answer", model="claude-sonnet-4-5")
    models = "[{level: 1, provider: openai, model: gpt-4o},{level: 2, provider: anthropic, model: claude-sonnet-4-5}]"
    await office.open(
        ROBBIE_MODELS=models, ANTHROPIC_API_KEY="sk-ant-test", ANTHROPIC_BASE_URL=office.providers.anthropic_url
    )
    assert await office.ask("<@UROBBIE> tell me") == "the whole second answer"
    assert len(office.slack.bot_messages("C1")) == 1


async def test_the_operator_sees_whether_slack_is_connected_and_when_it_was_heard(office: Office) -> None:
    """CASE 4: health shows hello, ping and pong. What follows from them: tests/contract/test_slack_gateway.py."""
    app = await office.open()
    slack = (await Health(app).state())["slack"]
    assert isinstance(slack, dict)
    assert (slack["connected"], slack["sockets"], slack["reconnects"]) == (True, 1, 0)
    assert slack["last_hello_age"] >= 0
    office.slack.deliveries.paused = True
    office.slack.fault("apps.connections.open", http_status(503), times=None)
    office.slack.cut_sockets()
    await office.until(lambda: not app.gateways["slack"].health()["connected"])
    slack = (await Health(app).state())["slack"]
    assert isinstance(slack, dict)
    assert slack["sockets"] == 0


async def test_reconnects_never_leave_a_second_socket(office: Office) -> None:
    """CASE 5: the old socket is closed before a new one opens."""
    await office.open()
    await office.until(lambda: len(office.slack.sockets) == 1)
    for _ in range(3):
        opened = office.slack.socket_mode.opened
        await office.slack.request_disconnect("refresh_requested")
        await office.until(lambda opened=opened: office.slack.socket_mode.opened > opened)
        assert len(office.slack.sockets) <= 1
    assert "You said: still there?" in await office.ask("<@UROBBIE> still there?")


async def test_an_event_that_is_older_than_an_hour_is_not_answered(office: Office) -> None:
    """CASE 7: replay has an age limit."""
    await office.open()
    old = f"{datetime.now(UTC).timestamp() - 7200:.6f}"
    await office.slack.say("U1", "C1", "<@UROBBIE> restart", ts=old)
    await office.ask("<@UROBBIE> now")
    assert await office.rows("SELECT state FROM inbox ORDER BY occurred_at LIMIT 1") == [("expired",)]
    assert len(office.providers.requests) == 1


async def test_a_model_that_writes_mass_mentions_pings_nobody_in_posts_and_edits(office: Office) -> None:
    """CASE 13."""
    office.providers.reply("Hey <!channel> and @everyone, <!here>! Ask <@U2> or @channel. " * 12)
    office.providers.pace.delay = 0.02
    await office.open()
    await office.ask("<@UROBBIE> shout")
    assert office.slack.pings == []


async def test_a_long_answer_comes_whole_in_parts_with_its_code_fences_intact(office: Office) -> None:
    """CASE 14."""
    code = "\n".join(f"value_{number} = compute({number})  # line {number}" for number in range(900))
    whole = f"Here it is:\n\n```python\n{code}\n```\n\nThat was all."
    office.providers.reply(whole)
    office.providers.pace.size = 4000
    await office.open(ROBBIE_MODELS="[{level: 1, provider: openai, model: gpt-4o, max_output_tokens: 16000}]")
    said = await office.slack.say("U1", "C1", "<@UROBBIE> all of it")
    await office.until(lambda: "That was all." in "".join(office.answers("C1", said.ts)))
    await office.settled()
    parts = office.answers("C1", said.ts)
    assert len(parts) > 2
    assert all(part.count("```") % 2 == 0 for part in parts)
    lines = [line for part in parts for line in part.splitlines() if line.startswith("value_")]
    assert lines == code.splitlines()


async def test_an_answer_of_many_parts_is_its_beginning_and_a_file_with_all_of_it(office: Office) -> None:
    """CASE 14: nothing is dropped."""
    whole = "\n\n".join(f"Paragraph {number} says something that matters." for number in range(1_400))
    office.providers.reply(whole)
    office.providers.pace.size = 8_000
    await office.open(ROBBIE_MODELS="[{level: 1, provider: openai, model: gpt-4o, max_output_tokens: 30000}]")
    said = await office.slack.say("U1", "C1", "<@UROBBIE> all of it")
    await office.until(lambda: any(message.files for message in office.slack.bot_messages("C1", said.ts)))
    await office.settled()
    answer, upload = office.slack.bot_messages("C1", said.ts)
    assert upload.files[0].content.decode().strip() == whole
    assert "Paragraph 0 " in str(answer.blocks[0]["text"])


async def test_an_edit_looks_like_the_post_and_both_have_a_plain_text(office: Office) -> None:
    """CASE 15: one rendering path; streaming edits and the final one keep the format."""
    office.providers.reply("**bold** and a table:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n" * 4)
    office.providers.pace.delay = 0.05
    await office.open()
    await office.ask("<@UROBBIE> format")
    shapes = {
        tuple(block["type"] for block in call.args["blocks"])
        for call in office.slack.calls
        if call.method in ("chat.postMessage", "chat.update")
    }
    assert shapes == {("markdown",), ("markdown", "actions", "context_actions")}  # what can be pressed comes last
    (message,) = office.slack.bot_messages("C1")
    assert message.text
    assert "**" not in message.text


async def test_one_threads_context_never_reaches_another(office: Office) -> None:
    """CASE 19."""
    await office.open()
    await office.ask("<@UROBBIE> the secret word is xylophone", user="U1")
    await office.ask("my secret is marimba", channel=office.slack.dm("U1"))
    await office.ask("<@UROBBIE> what do you know?", user="U2")
    assert "xylophone" not in office.prompt()
    assert "marimba" not in office.prompt()


async def test_what_one_person_said_in_a_thread_is_known_in_anothers_turn(office: Office) -> None:
    """CASE 20: with who said what, and the real date."""
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> we ship on Friday")
    await office.until(lambda: office.answers("C1", first.ts) == ["You said: we ship on Friday"])
    await office.ask("when do we ship?", thread=first.ts, user="U2")
    prompt = office.prompt()
    assert "we ship on Friday" in prompt
    assert "Ana" in prompt
    assert "Ben" in prompt
    assert str(datetime.now(UTC).year) in prompt


async def test_a_mention_in_an_older_thread_knows_what_was_said_before_it_came(office: Office) -> None:
    await office.open()
    root = await office.slack.say("U1", "C1", "the printer on floor 3 is broken")
    await office.slack.say("U2", "C1", "again?!", thread_ts=root.ts)
    await office.ask("<@UROBBIE> what is broken?", thread=root.ts, user="U2")
    assert "the printer on floor 3 is broken" in office.prompt()


async def test_two_bots_do_not_talk_for_ever(office: Office) -> None:
    """CASE 23: ignored unless allowed, and then limited per pair."""
    await office.open(ROBBIE_INTAKE__BOTS="[BOTHERBOT]", ROBBIE_INTAKE__BOT_TURNS_PER_HOUR="2")
    root = await office.slack.bot_says("C1", "<@UROBBIE> ping")
    await office.until(lambda: len(office.answers("C1", root.ts)) == 1)
    for _ in range(4):
        await office.slack.bot_says("C1", "<@UROBBIE> ping", thread_ts=root.ts)
    await office.ask("<@UROBBIE> a person asks")
    await office.settled()
    assert len(office.answers("C1", root.ts)) == 2


async def test_a_bot_that_is_not_allowed_is_ignored(office: Office) -> None:
    """CASE 23."""
    await office.open()
    await office.slack.bot_says("C1", "<@UROBBIE> ping")
    await office.ask("<@UROBBIE> a person asks")
    assert len(office.providers.requests) == 1


async def test_when_the_growing_message_is_gone_the_answer_follows_as_a_new_one(office: Office) -> None:
    """CASE 26: what could not be shown by edits is delivered whole, once."""
    office.slack.fault("chat.update", error("message_not_found"), times=None)
    office.providers.reply("all of the answer")
    await office.open()
    said = await office.slack.say("U1", "C1", "<@UROBBIE> go")
    await office.until(lambda: "all of the answer" in office.answers("C1", said.ts))
    await office.settled()
    assert office.answers("C1", said.ts).count("all of the answer") == 1


async def test_a_stream_that_ends_without_its_terminator_is_not_taken_for_an_answer(office: Office) -> None:
    """CASE 26 at the provider: the next level answers, and the cut text does not stay."""
    office.providers.fault("truncate", after=2, model="gpt-4o")
    office.providers.reply("complete", model="llama3.2")
    models = "[{level: 1, provider: openai, model: gpt-4o}, {level: 4, provider: ollama, model: llama3.2}]"
    await office.open(ROBBIE_MODELS=models)
    assert await office.ask("<@UROBBIE> go on") == "complete"


async def test_a_stop_while_the_turn_runs_ends_it_with_what_was_written(office: Office) -> None:
    hold = office.providers.fault("stall", after=2, times=1)
    await office.open()
    said = await office.slack.say("U1", "C1", "<@UROBBIE> a long story please")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await office.slack.press_stop("U1", "C1", said.ts)
    await office.until(lambda: any("Stopped" in text for text in office.answers("C1", said.ts)))
    await office.settled()
    assert len(office.answers("C1", said.ts)) == 1
    assert office.providers.streaming == 0


async def test_a_question_that_is_deleted_while_its_turn_runs_ends_it(office: Office) -> None:
    hold = office.providers.fault("stall", after=2, times=1)
    await office.open()
    said = await office.slack.say("U1", "C1", "<@UROBBIE> better not")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await office.until(lambda: office.answers("C1", said.ts))
    await office.slack.delete_message("C1", said.ts)
    await office.settled()
    assert await office.rows("SELECT state FROM inbox WHERE kind = 'message'") == [("ignored",)]
    assert await office.rows("SELECT 1 FROM messages WHERE text LIKE '%better not%'") == []
    assert ["deleted" in text for text in office.answers("C1", said.ts)] == [True]


async def test_an_edit_while_the_turn_runs_is_what_gets_answered_in_the_same_message(office: Office) -> None:
    hold = office.providers.fault("stall", after=1, times=1)
    await office.open()
    said = await office.slack.say("U1", "C1", "<@UROBBIE> first words")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await office.slack.edit_message("C1", said.ts, "<@UROBBIE> better words")
    await office.until(lambda: office.answers("C1", said.ts) == ["You said: better words"])
    await office.settled()
    assert office.answers("C1", said.ts) == ["You said: better words"]


async def test_a_reaction_before_its_message_is_recorded_is_kept(office: Office) -> None:
    from adapters.doubles.slack import take_then_hold

    hold = office.slack.fault("chat.postMessage", take_then_hold())
    await office.open()
    said = await office.slack.say("U1", "C1", "<@UROBBIE> hi")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    (message,) = office.slack.bot_messages("C1", said.ts)
    await office.slack.react("U1", "C1", message.ts, "+1")
    kept = "SELECT state FROM inbox WHERE kind = 'reaction'"
    async with asyncio.timeout(30):
        while await office.rows(kept) != [("received",)]:
            await asyncio.sleep(0.05)
    hold.release()
    async with asyncio.timeout(30):
        while await office.rows(kept) != [("answered",)]:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "text",
    ["null \x00 byte", "\u202egnp.exe", "zero\u200bwidth", "family 👨‍👩‍👧‍👦", "x" * 1_000_000],
    ids=["nul", "rtl", "zero-width", "emoji", "1 MB"],
)
async def test_any_message_is_answered(office: Office, text: str) -> None:
    office.providers.reply("I have read it")
    await office.open()
    assert await office.ask(f"<@UROBBIE> {text}") == "I have read it"


async def test_no_model_is_asked_beyond_the_days_budget_and_the_person_is_told_when_it_starts_again(
    office: Office,
) -> None:
    await office.open(ROBBIE_BUDGET__DAILY_USD="0.000001")
    answer = await office.ask("<@UROBBIE> hi")
    assert "budget" in answer
    assert "Europe/Berlin" in answer
    assert len(office.providers.requests) == 0


async def test_without_any_model_the_answer_is_honest_and_an_earlier_one_is_remembered(office: Office) -> None:
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> where is the wiki?")
    await office.until(lambda: office.answers("C1", first.ts) == ["You said: where is the wiki?"])
    office.providers.fault("status", status=503)
    again = await office.ask("where is the wiki?", thread=first.ts)
    assert "can't reach any of my models" in again
    assert "You said: where is the wiki?" in again
    other = await office.ask("where is the wiki?", thread=first.ts, user="U2")
    assert "You said" not in other


async def test_the_log_says_once_that_a_model_does_not_answer_and_when_it_is_back(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.work")
    await office.open()
    office.providers.fault("status", status=401, message="the words of a provider")
    await office.ask("<@UROBBIE> one")
    await office.ask("<@UROBBIE> two")
    office.providers.clear_faults()
    await office.ask("<@UROBBIE> three")
    told = [record.getMessage() for record in caplog.records if record.name == "bot.work"]
    assert [text.partition(" (")[0] for text in told] == [
        "openai/gpt-4o does not answer: auth",
        "openai/gpt-4o answers again",
    ]
    assert "the words of a provider" not in caplog.text


async def test_slacks_own_failures_delay_an_answer_and_never_lose_it(office: Office) -> None:
    office.slack.fault("chat.postMessage", http_status(503), times=2)
    await office.open()
    said = await office.slack.say("U1", "C1", "<@UROBBIE> hi")
    await office.until(lambda: office.answers("C1", said.ts) == ["You said: hi"])
