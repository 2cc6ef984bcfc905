"""Robbie at home on Discord, with the real app: mentors, votes, private answers, forums and several guilds."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.doubles.discord import error
from adapters.doubles.discord.state import MEDIA, Message
from tests.guild import Guild
from tests.scan import holders

OTHER = "1300000000000000010"


def who(message: Message) -> str:
    return message.identity["username"] if message.identity else "Robbie"


def buttons(message: Message) -> dict[str, str]:
    """What can be pressed under a message: custom ids by label or emoji."""
    found: list[dict[str, Any]] = [one for row in message.components for one in row["components"]]  # Any: JSON
    return {one.get("label") or one["emoji"]["name"]: one["custom_id"] for one in found}


async def chosen(guild: Guild, user: str = "Ana", channel: str = "general") -> None:
    """A person wants to be answered by a mentor."""
    asked = await guild.discord.slash(user, channel, "mentor", name="einstein")
    await guild.until(lambda: "Einstein" in asked.shown)
    await guild.settled()


@pytest.mark.parametrize("permitted", [True, False], ids=["webhooks", "no permission"])
async def test_a_mentor_keeps_name_and_face_while_its_answer_grows_and_when_it_is_done(
    guild: Guild, permitted: bool
) -> None:
    """CASE 27."""
    if not permitted:
        guild.discord.deny("general", "MANAGE_WEBHOOKS")
    guild.providers.reply("Imagination is more important than knowledge, " * 6)
    guild.providers.pace.delay = 0.1
    await guild.open(ROBBIE_WEB__PUBLIC_URL="https://robbie.example")
    await chosen(guild)
    thread = await guild.mention("what matters?")
    await guild.until(lambda: thread in guild.discord.world.channels and guild.discord.bot_messages(thread))
    await guild.answered(thread)
    (answer,) = guild.discord.bot_messages(thread)
    assert answer.edits >= 1
    if permitted:
        assert who(answer) == "Albert Einstein (AI)"
        assert answer.content.startswith("Imagination")
        assert guild.discord.webhooks.pictures[answer.id].startswith("https://robbie.example/avatars/")
        assert not guild.discord.called("edit_message")
    else:
        assert answer.content.startswith("**Albert Einstein (AI)**\nImagination")
        assert guild.discord.webhooks.by_id == {}
    assert len(guild.providers.requests) == 1


async def test_a_mentors_webhook_that_is_deleted_while_it_speaks_costs_no_answer(guild: Guild) -> None:
    """CASES 26 and 27: what could not be edited comes as a new message, under the same name."""
    hold = guild.providers.fault("stall", after=2, times=1)
    guild.providers.reply("all of the answer")
    await guild.open()
    await chosen(guild)
    thread = await guild.mention("go")
    await guild.until(lambda: thread in guild.discord.world.channels and guild.discord.bot_messages(thread))
    guild.discord.webhooks.by_id.clear()
    hold.release()
    await guild.until(lambda: any("all of the answer" in text for text in guild.shown(thread)))
    await guild.settled()
    said = [message for message in guild.discord.messages(thread) if "all of the answer" in message.content]
    assert [who(message) for message in said] == ["Albert Einstein (AI)"]


async def test_reactions_and_replies_to_a_mentors_message_are_meant_for_robbie(guild: Guild) -> None:
    """CASE 28: and what the webhook says is no event (CASE 23)."""
    await guild.open()
    await chosen(guild)
    thread = await guild.mention("first")
    await guild.answered(thread)
    (answer,) = guild.discord.bot_messages(thread)
    await guild.discord.react("Ben", thread, answer.id, "👍")
    await guild.becomes("SELECT value FROM feedback", [(1,)])
    await guild.discord.say("Ben", thread, "and?", reply_to=answer.id)
    assert len(await guild.answered(thread, 2)) == 2
    assert len(guild.providers.requests) == 2


async def test_a_persons_last_vote_counts_however_often_and_by_whatever_it_is_given(guild: Guild) -> None:
    """CASE 28."""
    await guild.open()
    thread = await guild.mention("hi")
    await guild.answered(thread)
    (answer,) = guild.discord.bot_messages(thread)
    under = buttons(answer)
    for sign in ("👍", "👍", "👎"):
        pressed = await guild.discord.press("Ana", thread, answer.id, under[sign])
        await guild.until(lambda pressed=pressed: pressed.state in ("updating", "modal"))
    await guild.becomes("SELECT value FROM feedback", [(-1,)])
    sent = await guild.discord.submit(pressed, reason="too short")
    await guild.until(lambda: sent.state == "updating")
    await guild.becomes("SELECT value, reason FROM feedback", [(-1, "too short")])
    await guild.discord.react("Ana", thread, answer.id, "👍")
    await guild.becomes("SELECT value FROM feedback", [(1,)])
    await guild.discord.react("Ben", thread, answer.id, "👎")
    await guild.becomes("SELECT value FROM feedback ORDER BY value", [(-1,), (1,)])
    await guild.settled()
    assert guild.shown(thread) == ["You said: hi"], "nobody is told in the room what somebody thinks"


async def test_an_answer_can_be_asked_for_once_more_by_a_button(guild: Guild) -> None:
    guild.providers.reply("a first try")
    await guild.open()
    thread = await guild.mention("hi")
    await guild.answered(thread)
    (answer,) = guild.discord.bot_messages(thread)
    guild.providers.reply("a better one")
    pressed = await guild.discord.press("Ana", thread, answer.id, buttons(answer)["Try again"])
    await guild.until(lambda: pressed.state == "answered")
    await guild.until(lambda: guild.shown(thread) == ["a better one"])


async def test_settings_are_seen_by_their_person_alone_and_changed_in_a_form(guild: Guild) -> None:
    """CASE 12."""
    await guild.open()
    asked = await guild.discord.slash("Ana", "general", "settings")
    await guild.until(lambda: "Who answers" in asked.shown)
    assert asked.original is not None
    assert asked.original.is_ephemeral
    pressed = await guild.discord.press("Ana", "general", asked.original.id, "save-settings")
    await guild.until(lambda: pressed.state == "modal")
    sent = await guild.discord.submit(pressed, language="German")
    await guild.until(lambda: "Saved" in sent.shown)
    assert "German" in sent.shown
    assert sent.original is not None
    assert sent.original.is_ephemeral
    assert guild.shown("general") == []


async def test_a_private_command_that_is_typed_in_a_channel_is_answered_in_a_direct_message(guild: Guild) -> None:
    """CASE 12."""
    await guild.open()
    said = await guild.discord.say("Ana", "general", "!robbie settings")
    await guild.until(lambda: any("Who answers" in text for text in guild.shown("Ana")))
    await guild.until(lambda: said.id in guild.discord.world.channels and guild.shown(said.id))
    await guild.settled()
    (told,) = guild.shown(said.id)
    assert "direct message" in told
    assert "Who answers" not in told


@pytest.mark.parametrize("kind", ["forum", "media"])
async def test_where_new_posts_are_to_be_answered_they_are_and_elsewhere_a_mention_is_needed(
    guild: Guild, kind: str
) -> None:
    forum = guild.discord.channel("questions")
    if kind == "media":
        forum.type = MEDIA
    guild.discord.add_channel("1200000000000000190", "talk", forum.type)
    await guild.open(ROBBIE_DISCORD__ANSWER_POSTS_IN=f'["{forum.id}"]')
    await guild.discord.post("Ben", "talk", "lunch", "who comes along?")
    post = await guild.discord.post("Ana", "questions", "printer", "the printer is broken")
    assert await guild.answered(post.id) == ["You said: the printer is broken"]
    mentioned = await guild.discord.post("Ana", "talk", "dinner", f"{guild.discord.mention()} where?")
    assert await guild.answered(mentioned.id) == ["You said: where?"]
    assert len(guild.providers.requests) == 2


async def test_an_archived_thread_opens_again_with_the_answer_and_a_late_edit_comes_as_a_message(guild: Guild) -> None:
    """CASE 26."""
    await guild.open()
    thread = await guild.mention("first")
    await guild.answered(thread)
    guild.discord.fault("edit_message", error(400, 50083))
    guild.discord.channel(thread).archived = True
    await guild.discord.say("Ana", thread, "second")
    await guild.until(lambda: "You said: second" in guild.shown(thread))
    await guild.settled()
    assert guild.shown(thread).count("You said: second") == 1
    assert not guild.discord.channel(thread).archived


async def test_a_long_answer_of_a_mentor_comes_whole_and_each_part_bears_the_name(guild: Guild) -> None:
    """CASES 14 and 27."""
    guild.discord.deny("general", "MANAGE_WEBHOOKS")
    guild.providers.reply("word " * 900)
    guild.providers.pace.size = 4000
    await guild.open(ROBBIE_MODELS="[{level: 1, provider: openai, model: gpt-4o, max_output_tokens: 16000}]")
    await chosen(guild)
    thread = await guild.mention("all of it")
    await guild.until(
        lambda: (
            thread in guild.discord.world.channels and sum(text.count("word") for text in guild.shown(thread)) == 900
        )
    )
    await guild.settled()
    parts = guild.shown(thread)
    assert len(parts) == 3
    assert all(part.startswith("**Albert Einstein (AI)**\n") and len(part) <= 2000 for part in parts)


async def test_nothing_is_known_of_one_guild_in_another(guild: Guild) -> None:
    """CASE 19: what is said and spent is each guild's own. A person's choices go along with that person."""
    guild.discord.add_guild(OTHER, "Other", "Ben")
    await guild.open()
    here = await guild.mention("the vault is open")
    await guild.answered(here)
    await chosen(guild, "Ana")
    said = await guild.discord.say("Ben", "Other/general", f"{guild.discord.mention()} what is open?")
    await guild.answered(said.id)
    assert "vault" not in guild.prompt()
    assert [who(message) for message in guild.discord.bot_messages(said.id)] == ["Robbie"]
    asked = await guild.discord.slash("Ben", "Other/general", "why")
    await guild.until(lambda: asked.shown not in ("", "…"))
    assert "vault" not in asked.shown
    places = await guild.rows(
        "SELECT tenant, count(DISTINCT org_id) FROM conversations GROUP BY tenant ORDER BY tenant"
    )
    assert places == [(guild.discord.guild_id, 1), (OTHER, 1)]
    assert await guild.rows("SELECT count(DISTINCT org_id) FROM interactions") == [(2,)]


async def test_case_21_who_asks_to_be_forgotten_in_a_server_is_told_so_alone_and_gone(
    guild: Guild, admin_url: str
) -> None:
    await guild.open()
    noted = await guild.discord.slash("Ana", "general", "note", text="The harbour code is canary9d2f")
    await guild.until(lambda: "Noted" in noted.shown)
    exported = await guild.discord.slash("Ana", "general", "export")
    await guild.until(lambda: "as two files" in exported.shown)
    asked = await guild.discord.slash("Ana", "general", "forget", what="me")
    await guild.until(lambda: "cannot be brought back" in asked.shown)
    assert asked.original is not None
    assert asked.original.is_ephemeral
    custom_id = buttons(asked.original)["Forget everything about me"]
    pressed = await guild.discord.press("Ana", "general", asked.original.id, custom_id)
    await guild.until(lambda: "I have forgotten you" in pressed.shown)
    await guild.settled()
    assert holders(admin_url, "canary9d2f") == set()
    assert guild.shown("general") == []
