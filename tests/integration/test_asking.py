"""Robbie asks before it shares: in Slack one person alone, in Discord behind a button, whatever restarts between."""

from __future__ import annotations

import json

import pytest

from adapters.doubles.discord import Interaction
from adapters.doubles.discord import Message as DiscordMessage
from adapters.doubles.slack import Message
from bot.app import App
from core.people.viewer import Viewer
from tests.guild import Guild
from tests.office import Office
from tests.scan import holders

DECIDED = "We go with Postgres"
WON = "We won the Bergmann account"
ABOUT_BEN = "Ben will be a father in May"

Place = Office | Guild


async def noticed(app: App, place: Place, text: str = DECIDED, *, owner: str = "Ana", **more: object) -> int:
    """Robbie has noticed something that was said in the conversation of the latest message."""
    people = "SELECT id, org_id FROM people WHERE name = '{}' ORDER BY id LIMIT 1"
    ((person, org),) = await place.rows(people.format(owner))
    ((conversation, room),) = await place.rows(
        "SELECT id, CASE WHEN direct THEN '' ELSE surface || '/' || tenant || '/' || channel END "
        "FROM conversations ORDER BY id LIMIT 1"
    )
    values: dict[str, object] = {
        "org_id": org, "owner": person, "conversation_id": conversation, "room": room, "text": text,
        "kind": "decision", "sharing": 0.9, "found_by": "detector", **more,
    }  # fmt: skip
    if "about" in values:
        ((about, _),) = await place.rows(people.format(values.pop("about")))
        values["subjects"] = json.dumps([{"kind": "person", "name": "Ben", "person_id": about}])
    insert = (
        f"INSERT INTO notes ({', '.join(values)}) VALUES ({', '.join(f'%({name})s' for name in values)}) RETURNING id"
    )
    viewer = Viewer.owner(int(str(org)), int(str(person)))
    (rows,) = await app.database.run(viewer.org_id, (insert, values), viewer=viewer)
    return int(rows[0]["id"])


async def shared(app: App, place: Place) -> list[str]:
    """What the whole org may see."""
    ((org,), *_) = await place.rows("SELECT org_id FROM people WHERE name = 'Ana'")
    viewer = Viewer(org_id=int(str(org)), person_id=0, org_wide=True)
    (rows,) = await app.database.run(
        viewer.org_id, ("SELECT text FROM memories WHERE kind = 'note'", ()), viewer=viewer
    )
    return [str(row["text"]) for row in rows]


def seen(message: Message) -> str:
    return "".join(str(block.get("text", "")) for block in message.blocks if block["type"] == "markdown")


def whispered(office: Office, user: str = "U1") -> list[Message]:
    """What only this person sees."""
    return [message for message in office.slack.workspace.ephemerals if message.shown_to == user]


def action(message: Message, label: str) -> str:
    """The name of the button with this label."""
    return next(
        str(element["action_id"])
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]  # type: ignore[attr-defined]
        if element["text"]["text"].startswith(label)
    )


async def whisper(office: Office, count: int, user: str = "U1") -> Message:
    """The newest of so many messages that only this person sees."""
    await office.until(lambda: len(whispered(office, user)) >= count)
    await office.settled()
    assert len(whispered(office, user)) == count
    return whispered(office, user)[-1]


async def test_slack_asks_in_the_thread_where_it_was_said_and_only_its_owner_sees_it(office: Office) -> None:
    app = await office.open()
    await office.ask("<@UROBBIE> hello")
    thread = office.slack.messages("C1")[0].ts
    before = office.answers("C1", thread)
    await noticed(app, office)
    question = await whisper(office, 1)
    assert (question.channel, question.thread_ts) == ("C1", thread)
    assert f"> {DECIDED}" in seen(question)
    await office.slack.press("U1", question, action(question, "Share"))
    done = await whisper(office, 2)
    assert "It is shared" in seen(done)
    assert await shared(app, office) == [DECIDED]
    await office.slack.press("U1", done, action(done, "Take back"))
    assert "Taken back" in seen(await whisper(office, 3))
    assert await shared(app, office) == []
    await office.slack.press("U1", question, action(question, "Never"))
    assert "took this back" in seen(await whisper(office, 4))
    assert await shared(app, office) == []
    assert office.answers("C1", thread) == before
    assert len(office.providers.requests) == 1


async def test_what_was_said_in_a_direct_message_is_asked_about_there(office: Office) -> None:
    app = await office.open()
    await office.ask("hello", "U1")
    await noticed(app, office)
    await office.until(lambda: any(DECIDED in text for text in office.answers("U1")))
    await office.settled()
    question = office.slack.bot_messages(office.slack.dm("U1"))[-1]
    await office.slack.press("U1", question, action(question, "Keep private"))
    await office.until(lambda: "It stays as it is" in office.answers("U1")[-1])
    assert await shared(app, office) == []


async def test_slack_lets_the_owner_word_it_before_it_is_shared(office: Office) -> None:
    app = await office.open()
    await office.ask("<@UROBBIE> hello")
    await noticed(app, office, "Postgres, since Oracle is greedy")
    question = await whisper(office, 1)
    await office.slack.press("U1", question, action(question, "Edit"))
    await office.until(lambda: office.slack.workspace.views.stacks.get("U1"))
    assert (await office.slack.submit("U1", {"text": DECIDED})).ok
    anew = await whisper(office, 2)
    assert f"> {DECIDED}" in seen(anew)
    await office.slack.press("U1", anew, action(anew, "Share"))
    await whisper(office, 3)
    assert await shared(app, office) == [DECIDED]


async def test_a_restart_between_question_and_answer_changes_nothing(office: Office) -> None:
    app = await office.open()
    await office.ask("<@UROBBIE> hello")
    await noticed(app, office)
    question = await whisper(office, 1)
    await office.stack.aclose()
    app = await office.open()
    await office.slack.press("U1", question, action(question, "Share"))
    await whisper(office, 2)
    assert await shared(app, office) == [DECIDED]


async def test_a_forgotten_note_leaves_no_word_where_somebody_was_asked_about_it(
    office: Office, admin_url: str
) -> None:
    app = await office.open()
    await office.ask("<@UROBBIE> hello", "C1", user="U2")
    await office.ask("hello", "U1")
    note = await noticed(app, office, ABOUT_BEN, kind="personal", about="Ben", room="", found_by="hand")
    await office.command(f"share #{note} with here", "C1")
    await office.until(lambda: office.answers(office.slack.dm("U2")))
    await office.settled()
    assert {"consents", "messages", "outbox"} <= holders(admin_url, ABOUT_BEN)
    await office.command(f"forget-note {note}", "U1")
    assert holders(admin_url, ABOUT_BEN) == set()


async def test_whom_a_personal_note_is_about_is_asked_in_a_direct_message(office: Office) -> None:
    app = await office.open()
    await office.ask("<@UROBBIE> hello", "C1", user="U2")
    await office.ask("hello", "U1")
    await noticed(app, office, ABOUT_BEN, kind="personal", about="Ben", room="")
    question = await whisper(office, 1)
    await office.slack.press("U1", question, action(question, "Share"))
    assert "somebody else" in seen(await whisper(office, 2))
    await office.until(lambda: office.answers(office.slack.dm("U2")))
    await office.settled()
    (asked,) = office.slack.bot_messages(office.slack.dm("U2"))
    assert ABOUT_BEN in seen(asked)
    await office.slack.press("U2", asked, action(asked, "Yes"))
    assert "It is shared" in seen(await whisper(office, 3))
    assert await shared(app, office) == [ABOUT_BEN]


@pytest.mark.parametrize("how", ["taken back", "forgotten"])
async def test_a_win_is_told_in_the_channel_for_wins_after_a_yes_and_the_post_goes_with_it(
    office: Office, how: str
) -> None:
    office.slack.workspace.users["U1"].is_admin = True
    app = await office.open()
    await office.ask("<@UROBBIE> hello")
    await office.slack.slash("U1", "C2", "/robbie wins here")
    await whisper(office, 1)
    note = await noticed(app, office, WON, kind="win", celebration=0.9, sharing=0.0)
    question = await whisper(office, 2)
    assert "tell of this win" in seen(question)
    assert office.answers("C2") == []
    await office.slack.press("U1", question, action(question, "Tell them"))
    done = await whisper(office, 3)
    await office.until(lambda: office.answers("C2"))
    await office.settled()
    (told,) = office.answers("C2")
    assert f"Ana:** {WON}" in told
    assert office.slack.bot_messages("C2")[0].username.endswith("(AI)")
    if how == "taken back":
        await office.slack.press("U1", done, action(done, "Take back"))
    else:
        await office.command(f"forget-note {note}", "U1")
        sure = office.slack.bot_messages(office.slack.dm("U1"))[-1]
        await office.slack.press("U1", sure, action(sure, "Forget it"))
    await office.until(lambda: not office.answers("C2"))
    await office.settled()
    assert len(office.providers.requests) == 1


async def test_only_who_administers_chooses_where_wins_are_told(office: Office) -> None:
    await office.open()
    await office.slack.slash("U2", "C2", "/robbie wins here")
    assert "administer" in seen(await whisper(office, 1, "U2"))


async def test_a_commitment_becomes_a_task_with_one_press(office: Office) -> None:
    app = await office.open()
    await office.ask("<@UROBBIE> hello")
    await noticed(app, office, "I send Ben the draft by Friday", kind="commitment")
    question = await whisper(office, 1)
    await office.slack.press("U1", question, action(question, "Make it a task"))
    task = await whisper(office, 2)
    assert "Friday" in seen(task)
    assert "18:00" in seen(task)
    await office.slack.press("U1", task, action(task, "Done"))
    assert "Done: I send Ben" in seen(await whisper(office, 3))


async def filled(guild: Guild, pressed: Interaction) -> None:
    """Its answer is there."""
    await guild.until(lambda: pressed.messages and pressed.messages[0].content)


def custom_id(message: DiscordMessage, label: str) -> str:
    """What the button with this label sends."""
    return next(
        str(button["custom_id"])
        for row in message.components
        for button in row["components"]
        if button["label"].startswith(label)
    )


async def test_discord_shows_a_button_in_the_thread_and_the_question_to_its_owner_alone(guild: Guild) -> None:
    app = await guild.open()
    thread = await guild.mention("hello")
    await guild.answered(thread)
    await noticed(app, guild)
    shown = await guild.answered(thread, 2)
    assert DECIDED not in "".join(shown)
    offer = guild.discord.bot_messages(thread)[-1]
    opened = await guild.discord.press("Ben", thread, offer.id, custom_id(offer, "Read it"))
    await filled(guild, opened)
    assert "somebody else" in opened.messages[0].content
    assert opened.messages[0].is_ephemeral
    opened = await guild.discord.press("Ana", thread, offer.id, custom_id(offer, "Read it"))
    await filled(guild, opened)
    (question,) = opened.messages
    assert f"> {DECIDED}" in question.content
    assert question.is_ephemeral
    assert await shared(app, guild) == []
    done = await guild.discord.press("Ana", thread, question.id, custom_id(question, "Share"))
    await filled(guild, done)
    assert await shared(app, guild) == [DECIDED]
    back = await guild.discord.press("Ana", thread, done.messages[0].id, custom_id(done.messages[0], "Take back"))
    await filled(guild, back)
    assert await shared(app, guild) == []
    assert guild.shown(thread) == shown


async def test_discord_lets_the_owner_word_it_before_it_is_shared(guild: Guild) -> None:
    app = await guild.open()
    thread = await guild.mention("hello")
    await guild.answered(thread)
    await noticed(app, guild, "Postgres, since Oracle is greedy")
    await guild.answered(thread, 2)
    offer = guild.discord.bot_messages(thread)[-1]
    opened = await guild.discord.press("Ana", thread, offer.id, custom_id(offer, "Read it"))
    await filled(guild, opened)
    question = opened.messages[0]
    form = await guild.discord.press("Ana", thread, question.id, custom_id(question, "Edit"))
    await guild.until(lambda: form.state == "modal")
    sent = await guild.discord.submit(form, text=DECIDED)
    await filled(guild, sent)
    anew = sent.messages[0]
    assert f"> {DECIDED}" in anew.content
    await filled(guild, await guild.discord.press("Ana", thread, anew.id, custom_id(anew, "Share")))
    assert await shared(app, guild) == [DECIDED]


async def test_discord_tells_a_win_after_a_yes_and_deletes_the_post_when_it_is_taken_back(guild: Guild) -> None:
    app = await guild.open()
    thread = await guild.mention("hello")
    await guild.answered(thread)
    chosen = await guild.discord.slash("Ana", "random", "wins", where="here")
    await guild.until(lambda: "tell their wins here" in chosen.shown)
    await noticed(app, guild, WON, kind="win", celebration=0.9, sharing=0.0)
    await guild.answered(thread, 2)
    offer = guild.discord.bot_messages(thread)[-1]
    opened = await guild.discord.press("Ana", thread, offer.id, custom_id(offer, "Read it"))
    await filled(guild, opened)
    done = await guild.discord.press("Ana", thread, opened.messages[0].id, custom_id(opened.messages[0], "Tell them"))
    await filled(guild, done)
    await guild.until(lambda: guild.shown("random"))
    (told,) = guild.shown("random")
    assert f"Ana:** {WON}" in told
    await guild.settled()
    await guild.discord.press("Ana", thread, done.messages[0].id, custom_id(done.messages[0], "Take back"))
    await guild.until(lambda: not guild.shown("random"))


async def test_discord_asks_somebody_who_never_wrote_alone_where_it_was_said(guild: Guild) -> None:
    app = await guild.open()
    thread = await guild.mention("hello")
    await guild.answered(thread)
    await guild.discord.say("Ben", thread, "hello")
    await guild.answered(thread, 2)
    await noticed(app, guild, ABOUT_BEN, kind="personal", about="Ben", room="")
    await guild.answered(thread, 3)
    offer = guild.discord.bot_messages(thread)[-1]
    opened = await guild.discord.press("Ana", thread, offer.id, custom_id(offer, "Read it"))
    await filled(guild, opened)
    await guild.discord.press("Ana", thread, opened.messages[0].id, custom_id(opened.messages[0], "Share"))
    shown = await guild.answered(thread, 4)
    assert ABOUT_BEN not in "".join(shown)
    assert shown[-1].startswith("Ben:")
    offer = guild.discord.bot_messages(thread)[-1]
    opened = await guild.discord.press("Ben", thread, offer.id, custom_id(offer, "Read it"))
    await filled(guild, opened)
    await filled(
        guild, await guild.discord.press("Ben", thread, opened.messages[0].id, custom_id(opened.messages[0], "Yes"))
    )
    assert await shared(app, guild) == [ABOUT_BEN]


async def test_what_is_won_in_a_thread_is_noticed_asked_about_and_told_without_any_model(office: Office) -> None:
    office.slack.workspace.users["U1"].is_admin = True
    office.providers.reply("Congratulations on winning the Bergmann contract! You can be proud of the team.")
    await office.open(ROBBIE_NOTES__QUIET_SECONDS="0.2", ROBBIE_NOTES__MODEL="false")
    await office.ask("<@UROBBIE> hello")
    thread = office.slack.messages("C1")[0].ts
    await office.slack.slash("U1", "C2", "/robbie wins here")
    await whisper(office, 1)
    await office.ask("We won the Bergmann contract today, I am so proud of the team! 🎉", "C1", thread)
    question = await whisper(office, 2)
    assert question.thread_ts == thread
    assert "tell of this win" in seen(question)
    assert "Bergmann" in seen(question)
    await office.slack.press("U1", question, action(question, "Tell them"))
    await office.until(lambda: office.answers("C2"))
    await office.settled()
    assert "Bergmann" in office.answers("C2")[0]
