"""Who is asked back may type their yes: it counts once, for them alone, and as an answer to what was asked last."""

from __future__ import annotations

import psycopg
import pytest

from tests.office import Office

ASK = "task send Ben the draft by tomorrow"


def kept(admin_url: str) -> list[str]:
    """What was done: the tasks and notes that there are."""
    with psycopg.connect(admin_url) as admin:
        rows = admin.execute("SELECT text FROM tasks UNION ALL SELECT text FROM notes").fetchall()
    return [text for (text,) in rows]


@pytest.mark.parametrize("word", ["yes", "Yes, please!", "ok", "ja"])
async def test_a_yes_is_typed_or_pressed_and_counts_once(office: Office, admin_url: str, word: str) -> None:
    await office.open()
    assert "Shall I do that?" in await office.ask(ASK, "U1")
    question = office.slack.bot_messages(office.slack.dm("U1"))[-1]
    assert "send Ben the draft" in await office.ask(word, "U1")
    assert kept(admin_url) == ["send Ben the draft"]
    await office.slack.press("U1", question, "do:0")
    await office.until(lambda: len(office.answers("U1")) == 3)
    await office.settled()
    assert kept(admin_url) == ["send Ben the draft"]
    assert not office.providers.requests


async def test_a_typed_no_leaves_it(office: Office, admin_url: str) -> None:
    await office.open()
    await office.ask(ASK, "U1")
    await office.ask("no thanks", "U1")
    assert kept(admin_url) == []
    assert not office.providers.requests


async def test_a_yes_to_something_else_is_for_the_models(office: Office, admin_url: str) -> None:
    office.providers.reply("Good to hear.")
    await office.open()
    assert await office.ask("yes", "U1") == "Good to hear."
    await office.ask(ASK, "U1")
    assert await office.ask("what is a draft?", "U1") == "Good to hear."
    assert await office.ask("yes", "U1") == "Good to hear."
    assert kept(admin_url) == []


async def test_nobody_elses_yes_counts(office: Office, admin_url: str) -> None:
    office.providers.reply("Well.")
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> make a note: call Ben")
    await office.until(lambda: any("Shall I do that?" in text for text in office.answers("C1", first.ts)))
    await office.settled()
    await office.ask("<@UROBBIE> yes", thread=first.ts, user="U2")
    assert kept(admin_url) == []
    assert office.answers("C1", first.ts)[-1] == "Well."


async def test_in_a_thread_the_one_who_was_asked_types_it(office: Office, admin_url: str) -> None:
    await office.open()
    first = await office.slack.say("U1", "C1", "<@UROBBIE> make a note: call Ben")
    await office.until(lambda: any("Shall I do that?" in text for text in office.answers("C1", first.ts)))
    await office.settled()
    await office.slack.say("U1", "C1", "<@UROBBIE> yes", thread_ts=first.ts)
    await office.until(lambda: kept(admin_url) == ["call Ben"])
