"""Commands, typed in a thread: carried out by a turn, answered once, and never lost."""

from __future__ import annotations

import asyncio

from tests.office import Office


async def test_a_typed_command_is_carried_out_as_a_turn_without_a_model(office: Office) -> None:
    await office.open()
    answer = await office.ask("!robbie help council", "U1")
    assert "/robbie council question" in answer
    assert not office.providers.requests


async def test_a_command_that_cannot_be_read_is_answered_with_what_to_write(office: Office) -> None:
    await office.open()
    answer = await office.ask("!robbie concil of elders", "U1")
    assert "“concil”" in answer
    assert "`council`" in answer


async def test_ask_is_a_question_like_any_other(office: Office) -> None:
    office.providers.reply("Because of the sky.")
    await office.open()
    assert await office.ask("!robbie ask why is it blue?", "U1") == "Because of the sky."
    assert office.prompt().endswith("why is it blue?")


async def test_continue_goes_on_with_what_was_said(office: Office) -> None:
    office.providers.reply("One, two,")
    await office.open()
    await office.ask("count", "U1")
    office.providers.reply("three.")
    assert await office.ask("!robbie continue", "U1") == "three."
    assert "One, two," in office.prompt()


async def test_the_answer_to_a_private_command_is_not_in_what_others_turns_are_given(office: Office) -> None:
    office.providers.reply("hello")
    office.providers.reply("hello again")
    await office.open()
    await office.ask("<@UROBBIE> hi", "C1")
    thread = office.slack.messages("C1")[0].ts
    await office.slack.say("U1", "C1", "!robbie help", thread_ts=thread)
    await office.settled()
    await office.ask("and now?", "C1", thread=thread, user="U2")
    assert "Just write to me" not in office.prompt()


async def test_a_typed_command_that_is_edited_while_it_runs_is_carried_out_as_it_reads_now(office: Office) -> None:
    hold = office.providers.fault("stall", after=1, times=1)
    await office.open()
    said = await office.slack.say("U1", "U1", "!robbie ask first words")
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await office.slack.edit_message("U1", said.ts, "!robbie ask better words")
    await office.until(lambda: office.answers("U1") == ["You said: better words"])
    await office.settled()
