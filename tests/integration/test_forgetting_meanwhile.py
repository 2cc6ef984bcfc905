"""CASE 21: what is forgotten while an answer is written is gone, as it is from half an answer and a repeated one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import pytest

from tests.integration.test_answers_remember import remembered
from tests.integration.test_asking import action
from tests.office import Office
from tests.scan import holders

CANARY = "canary7f3a91"
QUESTION = "what is the code of the harbour deal?"


def told(body: Mapping[str, object]) -> str:
    """What a model says that repeats all that it is given."""
    known = CANARY in json.dumps(body)
    return f"Sure: the code of the harbour deal is {CANARY}, as Ana noted." if known else "I do not know."


@pytest.fixture
async def shared(office: Office) -> Office:
    """Ana has shared a note with everybody."""
    office.providers.reply(told)
    await office.open()
    await office.command(f"note the code of the harbour deal is {CANARY}", "U1")
    await office.command("share #1 with everyone", "U1")
    await remembered(office, 1)
    return office


async def forgotten(office: Office) -> None:
    """Ana forgets it."""
    await office.slack.say("U1", "U1", "!robbie forget-note 1")
    await office.until(lambda: "cannot be brought back" in office.answers("U1")[-1])
    sure = office.slack.bot_messages(office.slack.dm("U1"))[-1]
    await office.slack.press("U1", sure, action(sure, "Forget it"))
    await office.until(lambda: "Forgotten" in office.answers("U1")[-1])


@pytest.mark.parametrize("ending", ["forgotten", "taken back"])
async def test_what_is_taken_away_while_an_answer_is_written_is_not_in_it(
    shared: Office, admin_url: str, ending: str
) -> None:
    hold = shared.providers.fault("stall", after=1, times=1)
    await shared.slack.say("U2", "U2", QUESTION)
    await asyncio.wait_for(hold.arrived.wait(), 30)
    if ending == "forgotten":
        await forgotten(shared)
    else:
        await shared.slack.say("U1", "U1", "!robbie unshare #1")
        await shared.until(lambda: "Taken back" in shared.answers("U1")[-1])
    hold.release()
    await shared.until(lambda: "I do not know." in "".join(shared.answers("U2")))
    await shared.settled()
    assert CANARY not in "".join(shared.answers("U2"))
    assert CANARY not in shared.prompt()
    if ending == "forgotten":
        assert holders(admin_url, CANARY) == set()


async def test_a_forgotten_note_is_taken_out_of_an_answer_that_was_stopped(shared: Office, admin_url: str) -> None:
    hold = shared.providers.fault("stall", after=8, times=1)
    await shared.slack.say("U2", "U2", QUESTION)
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await shared.until(lambda: CANARY in "".join(shared.answers("U2")))
    await shared.slack.say("U2", "U2", "!robbie stop")
    await shared.settled()
    hold.release()
    assert "messages" in holders(admin_url, CANARY)
    await forgotten(shared)
    await shared.settled()
    assert holders(admin_url, CANARY) == set()


async def test_a_forgotten_note_is_taken_out_of_an_answer_that_was_given_again_without_a_model(
    shared: Office, admin_url: str
) -> None:
    await shared.ask(QUESTION, "U2", user="U2")
    shared.providers.fault("status", status=503)
    again = await shared.ask(QUESTION, "U2", user="U2")
    assert "answered the same question" in again
    assert CANARY in again
    await forgotten(shared)
    await shared.settled()
    assert holders(admin_url, CANARY) == set()


async def test_what_its_author_deletes_while_another_is_answered_in_the_thread_is_not_in_that_answer(
    office: Office, admin_url: str
) -> None:
    office.providers.reply(told)
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> hello")
    await office.until(lambda: office.answers("C1", first.ts))
    said = await office.slack.say("U1", "C1", f"<@UROBBIE> the code is {CANARY}", thread_ts=first.ts)
    await office.until(lambda: len(office.answers("C1", first.ts)) == 2)
    await office.settled()
    hold = office.providers.fault("stall", after=1, times=1)
    await office.slack.say("U2", "C1", "<@UROBBIE> which code?", thread_ts=first.ts)
    await asyncio.wait_for(hold.arrived.wait(), 30)
    await office.slack.delete_message("C1", said.ts)
    await office.until(lambda: "I do not know." in office.answers("C1", first.ts)[-1])
    hold.release()
    await office.settled()
    assert holders(admin_url, CANARY) == set()
