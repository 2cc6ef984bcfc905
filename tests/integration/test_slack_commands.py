"""Commands of Slack's own, through the whole of Robbie: stored, carried out by a worker, answered where they belong."""

from __future__ import annotations

import asyncio

from adapters.doubles.slack import Message, take_then_drop
from tests.office import Office
from tests.patience import PATIENCE


def whispered(office: Office, user: str = "U1") -> list[str]:
    """What only this person sees."""
    return [seen(message) for message in office.slack.workspace.ephemerals if message.shown_to == user]


def seen(message: Message) -> str:
    return "".join(str(block.get("text", "")) for block in message.blocks if block["type"] == "markdown")


async def test_a_private_command_is_answered_to_its_person_alone(office: Office) -> None:
    await office.open()
    await office.slack.slash("U1", "C1", "/robbie help council")
    await office.until(lambda: whispered(office))
    assert "/robbie council question" in whispered(office)[0]
    assert office.slack.bot_messages("C1") == []


async def test_a_private_command_is_answered_where_robbie_is_no_member(office: Office) -> None:
    office.slack.add_channel("C7", with_bot=False)
    await office.open()
    await office.slack.slash("U1", "C7", "/robbie help")
    await office.until(lambda: whispered(office))
    await office.settled()
    assert len(whispered(office)) == 1


async def test_a_public_command_is_answered_to_all_where_robbie_is_no_member(office: Office) -> None:
    office.providers.reply("Because.")
    office.slack.add_channel("C7", with_bot=False)
    await office.open()
    await office.slack.slash("U1", "C7", "/robbie ask why?")
    await office.until(lambda: "Because." in office.answers("C7"))
    await office.settled()
    assert office.answers("C7") == ["<@U1>: why?", "Because."]


async def test_what_one_person_sees_is_shown_again_after_an_unclear_send(office: Office) -> None:
    """Slack keeps nothing that could be looked for, and the answer may not be lost."""
    await office.open()
    office.slack.fault("chat.postEphemeral", take_then_drop())
    await office.slack.slash("U1", "C1", "/robbie help")
    await office.until(lambda: len(whispered(office)) == 2)
    await office.settled()
    assert len(set(whispered(office))) == 1


async def test_a_slash_command_in_a_channel_is_a_question_like_any_other(office: Office) -> None:
    office.providers.reply("Blue light scatters most.")
    await office.open()
    await office.slack.slash("U1", "C1", "/robbie ask why is the sky blue?")
    await office.until(lambda: "Blue light scatters most." in office.answers("C1"))
    await office.settled()
    assert office.answers("C1") == ["<@U1>: why is the sky blue?", "Blue light scatters most."]
    assert office.prompt().endswith("why is the sky blue?")


async def test_an_answer_in_a_direct_messages_thread_is_streamed_and_ends_like_every_answer(office: Office) -> None:
    office.providers.reply("one two three four five six seven eight nine ten " * 6)
    office.providers.pace.delay = 0.05
    await office.open()
    said = await office.slack.say("U1", "U1", "hello")
    await office.settled()
    dm = office.slack.dm("U1")
    await office.slack.say("U1", "U1", "count", thread_ts=said.ts)
    await office.until(lambda: office.slack.called("chat.stopStream"))
    await office.settled()
    (answer,) = [message for message in office.slack.bot_messages(dm) if message.thread_ts == said.ts]
    assert office.slack.called("chat.appendStream")
    assert seen(answer).count("ten") == 6
    assert answer.metadata


async def test_the_model_is_told_which_channel_a_person_has_open_beside_a_direct_message(office: Office) -> None:
    await office.open()
    await office.slack.look_at("U1", "C2")
    async with asyncio.timeout(PATIENCE):  # the channel's name is asked for meanwhile
        while not office.providers.requests or "has #random open" not in office.prompt():
            await office.ask("what is this about?", channel=office.slack.dm("U1"))
    await office.ask("and this?", channel=office.slack.dm("U2"), user="U2")
    assert "#random" not in office.prompt()
    await office.ask("<@UROBBIE> hello", channel="C1")
    assert "#random" not in office.prompt()
    gone = await office.slack.look_at("U1", None)
    await office.until(lambda: gone in {ack.event_id for ack in office.slack.acks})
    await office.ask("and now?", channel=office.slack.dm("U1"))
    assert "#random" not in office.prompt()


async def test_case_28_a_persons_last_press_counts(office: Office) -> None:
    await office.open()
    await office.ask("<@UROBBIE> hello")
    (answer,) = office.slack.bot_messages("C1")
    for good in (True, False, False):
        await office.slack.give_feedback("U1", answer, good)
    await office.settled()
    votes = "SELECT detail #>> '{vote,vote}' FROM inbox WHERE kind = 'vote' AND state = 'answered' ORDER BY id DESC"
    assert (await office.rows(votes))[0] == ("down",)


async def test_what_a_private_command_is_told_is_shown_to_nobody_else(office: Office) -> None:
    await office.open()
    await office.slack.slash("U1", "C1", "/robbie note The landlord's number is in the blue folder")
    await office.until(lambda: whispered(office))
    await office.settled()
    assert office.answers("C1") == []
