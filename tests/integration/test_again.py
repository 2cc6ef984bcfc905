"""An answer follows its question: given again in place when that changes, taken back when it is deleted."""

from __future__ import annotations

from adapters.doubles.slack import http_status
from core.conversation import wording
from tests.office import Office

LONG = "[{level: 1, provider: openai, model: gpt-4o, max_output_tokens: 20000}]"


async def asked(office: Office, **environment: str) -> str:
    """A question in a channel that is answered; returns its timestamp."""
    office.providers.reply("five")
    await office.open(**environment)
    await office.ask("<@UROBBIE> what is two plus two?")
    return office.slack.messages("C1")[0].ts


async def test_an_edited_question_is_answered_again_in_the_place_of_the_answer(office: Office) -> None:
    ts = await asked(office)
    before = office.slack.bot_messages("C1", ts)[0].ts
    office.providers.reply("six")
    await office.slack.edit_message("C1", ts, "<@UROBBIE> what is three plus three?")
    await office.until(lambda: office.answers("C1", ts) == ["six"])
    await office.settled()
    assert [message.ts for message in office.slack.bot_messages("C1", ts)] == [before]
    assert "three plus three" in office.prompt()
    assert "five" not in office.prompt()


async def test_an_answer_that_others_built_on_is_only_marked(office: Office) -> None:
    ts = await asked(office)
    await office.ask("and what follows?", thread=ts, user="U2")
    calls = len(office.providers.requests)
    await office.slack.edit_message("C1", ts, "<@UROBBIE> something else")
    await office.until(lambda: wording.CHANGED in office.answers("C1", ts)[0])
    await office.settled()
    assert office.answers("C1", ts)[0].startswith("five")
    assert len(office.providers.requests) == calls


async def test_a_longer_answer_adds_messages_and_a_shorter_one_deletes_them(office: Office) -> None:
    ts = await asked(office, ROBBIE_MODELS=LONG)
    office.providers.reply("\n\n".join(f"Paragraph {n} " + "word " * 400 for n in range(10)))
    await office.slack.edit_message("C1", ts, "<@UROBBIE> at length please")
    await office.until(lambda: len(office.answers("C1", ts)) > 1)
    await office.settled()
    office.providers.reply("short")
    await office.slack.edit_message("C1", ts, "<@UROBBIE> in short please")
    await office.until(lambda: office.answers("C1", ts) == ["short"])


async def test_regenerate_gives_another_answer_in_the_same_message(office: Office) -> None:
    ts = await asked(office)
    office.providers.reply("four")
    await office.slack.say("U1", "C1", "!robbie regenerate", thread_ts=ts)
    await office.until(lambda: office.answers("C1", ts) == ["four"])


async def test_regenerate_means_the_last_answer_and_not_what_a_command_said_since(office: Office) -> None:
    ts = await asked(office)
    await office.command("mood confident", "C1", thread=ts)
    office.providers.reply("four")
    await office.slack.say("U1", "C1", "!robbie regenerate", thread_ts=ts)
    await office.until(lambda: office.answers("C1", ts) == ["four"])
    await office.settled()
    assert office.answers("C1", ts) == ["four"]


async def test_regenerate_carries_out_again_the_command_that_led_to_the_answer(office: Office) -> None:
    ts = await asked(office)
    office.providers.reply("six")
    await office.ask("!robbie continue", thread=ts)
    before = office.prompt()
    office.providers.reply("seven")
    await office.slack.say("U1", "C1", "!robbie regenerate", thread_ts=ts)
    await office.until(lambda: office.answers("C1", ts) == ["five", "seven"])
    assert office.prompt().splitlines()[-1] == before.splitlines()[-1]


async def test_an_answer_is_not_lost_to_a_second_try_that_fails(office: Office) -> None:
    ts = await asked(office)
    office.providers.fault("status", status=500, times=50)
    await office.slack.edit_message("C1", ts, "<@UROBBIE> what is two plus three?")
    await office.until(lambda: wording.NOT_AGAIN in office.answers("C1", ts)[0])
    assert office.answers("C1", ts)[0].startswith("five")


async def test_a_deleted_question_takes_its_answer_along_and_what_was_learnt_from_it(office: Office) -> None:
    ts = await asked(office)
    answer = office.slack.bot_messages("C1", ts)[0].ts
    await office.slack.react("U1", "C1", answer, "+1")
    await office.settled()
    await office.slack.delete_message("C1", ts)
    await office.until(lambda: office.answers("C1", ts) == [])
    await office.settled()
    assert await office.rows("SELECT text FROM messages WHERE text <> ''") == []
    assert await office.rows("SELECT body FROM outbox WHERE body LIKE '%five%'") == []
    async with office.app_rows() as tx:
        assert await (await tx.execute("SELECT 1 FROM interactions")).fetchall() == []
        assert await (await tx.execute("SELECT 1 FROM votes")).fetchall() == []


async def test_a_deletion_that_slack_does_not_take_at_once_is_tried_again(office: Office) -> None:
    ts = await asked(office)
    office.slack.fault("chat.delete", http_status(503))
    await office.slack.delete_message("C1", ts)
    await office.until(lambda: office.answers("C1", ts) == [])


async def test_why_says_who_answered_with_which_model_for_how_much(office: Office) -> None:
    await asked(office)
    ts = office.slack.messages("C1")[0].ts
    shown = await office.ask("!robbie why", thread=ts)
    assert "My own voice" in shown
    assert "a model of the GPT-4 class" in shown
