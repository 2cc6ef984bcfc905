"""In Discord as in Slack: a question to somebody waits until they reply or react, also in a thread."""

from __future__ import annotations

import asyncio

import pytest

from tests.guild import Guild

_WAITS = "SELECT count(*) FROM mentions JOIN people ON people.id = owner WHERE name = 'Ben' AND answered_at IS NULL"
_ASKED = "SELECT people.name, public, room LIKE 'discord/%' FROM mentions JOIN people ON people.id = owner"


@pytest.mark.parametrize("how", ["reaction", "reply"])
async def test_a_question_waits_until_it_is_answered(guild: Guild, how: str) -> None:
    await guild.open()
    thread = await guild.mention("hi")
    await guild.answered(thread)
    await guild.discord.say("Ben", thread, "me too")
    await guild.answered(thread, 2)
    asked = await guild.discord.say("Ana", thread, f"{guild.discord.mention('Ben')} did you see that?")
    await _waiting(guild, 1)
    assert await guild.rows(_ASKED) == [("Ben", False, True)]
    if how == "reaction":
        await guild.discord.react("Ana", thread, asked.id, "👀")
        await guild.discord.react("Ben", thread, asked.id, "👍")
    else:
        await guild.discord.say("Ben", thread, "I did", reply_to=asked.id)
    await _waiting(guild, 0)


async def _waiting(guild: Guild, count: int) -> None:
    """Until so many wait."""
    async with asyncio.timeout(60):
        while await guild.rows(_WAITS) != [(count,)]:
            await asyncio.sleep(0.2)
