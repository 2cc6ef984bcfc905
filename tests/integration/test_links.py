"""Accounts on several platforms that are joined by a code: one human, with one set of settings."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.people import PostgresPeople
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Author, Place
from core.desk import Visitor
from core.people.linking import Redeemed, digest, linking, new_code, your_accounts
from core.people.models import PersonSettings
from core.registry import CommandError, Invocation
from tests.integration.conftest import Desk, message

TEN = timedelta(minutes=10)
SLACK = Place(surface="slack", tenant="T1", channel="D1", direct=True)
OTHER_SLACK = Place(surface="slack", tenant="T2", channel="D1", direct=True)
DISCORD = Place(surface="discord", tenant="dm-9", channel="91", direct=True)
GUILD = Place(surface="discord", tenant="77", channel="71", thread="t1")


@dataclass
class Meeting:
    """People who write to Robbie on several platforms."""

    desk: Desk
    people: PostgresPeople
    links: PostgresLinks
    number: int = 0

    async def meet(self, place: Place, account: str = "U1", *, is_bot: bool = False) -> int:
        """Somebody writes, and is a person from then on."""
        self.number += 1
        author = Author(account="B1" if is_bot else account, is_bot=is_bot)
        identity = f"message:{place.channel}:{self.number}"
        changes = {"place": place, "author": author, "identities": (identity,), "message_id": f"{self.number}.0"}
        await self.desk.accept(message(self.number, **changes))
        known = await self.people.known(place.surface, place.tenant, author.account)
        assert known is not None
        return known.person_id

    async def code(self, person: int) -> str:
        """A code of a person's."""
        code = new_code()
        await self.links.keep(person, digest(code), TEN)
        return code

    async def redeem(self, person: int, code: str) -> Redeemed:
        """Somebody writes a code."""
        return await self.links.redeem(person, digest(code))

    async def join(self, one: int, other: int) -> None:
        """Two become one human."""
        assert await self.redeem(other, await self.code(one)) is Redeemed.JOINED

    async def settings(self, person: int) -> PersonSettings:
        """What a person has chosen."""
        row = await self.desk.row("SELECT settings FROM people WHERE id = %s", person)
        return PersonSettings.model_validate(row["settings"])

    async def say(self, command: str, person: int, place: Place = SLACK, **arguments: str) -> str:
        """What a command says to a person."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        asker = Asker(org_id=int(str(row["org_id"])), person_id=person, account="U1", name="Ana")
        asked = Asked(Invocation(command=command, arguments=arguments), asker, place, datetime.now(UTC), 1, 1)
        said = await linking(self.links)[command](asked)
        assert isinstance(said, Say)
        return said.text


@pytest.fixture
def meeting(desk: Desk, database: Database) -> Meeting:
    return Meeting(desk, PostgresPeople(database), PostgresLinks(database))


async def test_a_code_joins_two_accounts_and_settings_follow_from_then_on(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    await meeting.people.choose(slack, {"mentor": "auto", "language": "German"})
    await meeting.people.choose(discord, {"mood": "concerned", "language": "French"})
    await meeting.join(slack, discord)
    both = PersonSettings(mentor="auto", mood="concerned", language="German")
    assert (await meeting.settings(slack), await meeting.settings(discord)) == (both, both)
    await meeting.people.choose(discord, {"language": "Dutch"})
    assert (await meeting.settings(slack)).language == "Dutch"


async def test_a_code_is_taken_however_it_is_typed(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    code = await meeting.code(slack)
    assert await meeting.redeem(discord, f" {code.lower().replace('-', ' ')}. ") is Redeemed.JOINED


async def test_a_code_works_once_and_a_replay_of_ones_own_says_the_same(meeting: Meeting) -> None:
    slack, discord, third = (
        await meeting.meet(SLACK),
        await meeting.meet(DISCORD, "501"),
        await meeting.meet(SLACK, "U2"),
    )
    code = await meeting.code(slack)
    assert await meeting.redeem(discord, code) is Redeemed.JOINED
    assert await meeting.redeem(discord, code) is Redeemed.ALREADY
    assert await meeting.redeem(third, code) is Redeemed.WRONG


async def test_a_new_code_ends_the_one_before(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    first = await meeting.code(slack)
    await meeting.code(slack)
    assert await meeting.redeem(discord, first) is Redeemed.WRONG


async def test_a_code_ends_after_ten_minutes(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    code = await meeting.code(slack)
    await meeting.desk.execute("UPDATE links SET until = until - interval '10 minutes 1 second'")
    assert await meeting.redeem(discord, code) is Redeemed.WRONG


async def test_after_five_wrong_codes_even_the_right_one_has_to_wait_an_hour(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    code = await meeting.code(slack)
    assert [await meeting.redeem(discord, new_code()) for _ in range(5)] == [Redeemed.WRONG] * 5
    assert await meeting.redeem(discord, code) is Redeemed.TOO_MANY
    await meeting.desk.execute("UPDATE links SET tries_since = tries_since - interval '61 minutes'")
    assert await meeting.redeem(discord, code) is Redeemed.JOINED


async def test_wrong_tries_are_not_forgotten_by_asking_for_a_code(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    for _ in range(5):
        await meeting.redeem(discord, new_code())
    await meeting.code(discord)
    assert await meeting.redeem(discord, await meeting.code(slack)) is Redeemed.TOO_MANY


async def test_nobody_is_joined_with_themselves(meeting: Meeting) -> None:
    slack = await meeting.meet(SLACK)
    assert await meeting.redeem(slack, await meeting.code(slack)) is Redeemed.SELF


async def test_who_is_joined_is_not_joined_again(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    await meeting.join(slack, discord)
    assert await meeting.redeem(slack, await meeting.code(discord)) is Redeemed.ALREADY


async def test_a_bots_account_is_not_joined(meeting: Meeting) -> None:
    slack, bot = await meeting.meet(SLACK), await meeting.meet(DISCORD, is_bot=True)
    assert await meeting.redeem(slack, await meeting.code(bot)) is Redeemed.BOT
    assert await meeting.redeem(bot, await meeting.code(slack)) is Redeemed.BOT


async def test_a_third_account_joins_but_two_humans_with_several_each_do_not(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    third, fourth = await meeting.meet(OTHER_SLACK), await meeting.meet(DISCORD, "502")
    await meeting.join(slack, discord)
    await meeting.join(third, fourth)
    assert await meeting.redeem(third, await meeting.code(slack)) is Redeemed.TWO_HUMANS
    assert await meeting.links.undo(fourth)
    await meeting.join(slack, third)
    assert len(await meeting.links.accounts(discord)) == 3


async def test_undo_takes_one_account_out_and_leaves_its_settings(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    await meeting.people.choose(slack, {"language": "German"})
    await meeting.join(slack, discord)
    assert await meeting.links.undo(discord)
    assert not await meeting.links.undo(discord)
    await meeting.people.choose(slack, {"language": "Dutch"})
    assert (await meeting.settings(discord)).language == "German"
    assert await meeting.desk.rows("SELECT 1 FROM people WHERE human IS NOT NULL") == []


async def test_a_code_that_was_used_does_not_join_again_after_undo(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD)
    code = await meeting.code(slack)
    assert await meeting.redeem(discord, code) is Redeemed.JOINED
    assert await meeting.links.undo(slack)
    assert await meeting.redeem(discord, code) is Redeemed.WRONG
    assert len(await meeting.links.accounts(slack)) == 1


async def test_an_account_of_discord_is_one_human_in_every_guild(meeting: Meeting) -> None:
    guild = await meeting.meet(GUILD, "501")
    await meeting.people.choose(guild, {"language": "German"})
    direct, slack = await meeting.meet(DISCORD, "501"), await meeting.meet(SLACK)
    assert (await meeting.settings(direct)).language == "German"
    await meeting.join(slack, direct)
    assert len(await meeting.links.accounts(slack)) == 3
    assert await meeting.links.undo(guild)
    assert len(await meeting.links.accounts(direct)) == 2


async def test_the_same_id_in_two_workspaces_of_slack_is_not_the_same_human(meeting: Meeting) -> None:
    one, other = await meeting.meet(SLACK), await meeting.meet(OTHER_SLACK)
    assert len(await meeting.links.accounts(one)) == len(await meeting.links.accounts(other)) == 1


async def test_neither_database_nor_log_holds_the_code(meeting: Meeting, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    said = await meeting.say("link", slack)
    code = said.split("**")[1]
    kept = await meeting.desk.rows("SELECT * FROM links")
    assert code not in json.dumps(kept, default=str)
    assert code.replace("-", "") not in json.dumps(kept, default=str)
    said = await meeting.say("link", discord, DISCORD, code=code)
    assert "Joined." in said
    assert "Slack (T1), Discord (direct messages)" in said
    assert "`link undo`" in said
    assert "not valid" in await meeting.say("link", discord, DISCORD, code="BCDF-XXXX")
    assert code not in caplog.text


async def test_link_shows_what_is_joined_and_undo_says_what_it_did(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    assert "Joined already" not in await meeting.say("link", slack)
    await meeting.join(slack, discord)
    assert "Slack (T1), Discord (direct messages)" in await meeting.say("link", slack)
    assert "on its own again" in await meeting.say("link", slack, code="undo")
    assert "not joined" in await meeting.say("link", slack, code="undo")


async def test_the_settings_show_accounts_and_home(meeting: Meeting) -> None:
    slack, discord = await meeting.meet(SLACK), await meeting.meet(DISCORD, "501")
    await meeting.join(slack, discord)
    make = your_accounts(meeting.people, meeting.links)
    section = await make(Visitor(surface="discord", tenant="dm-9", account="501", direct=True))
    assert section is not None
    assert "Slack (T1), Discord (direct messages)" in section.text
    assert section.text.endswith("T1")
    assert await make(Visitor(surface="slack", tenant="T1", account="U404")) is None


async def test_org_shows_where_somebody_is_and_chooses_the_home(meeting: Meeting) -> None:
    one, other, discord = await meeting.meet(SLACK), await meeting.meet(OTHER_SLACK), await meeting.meet(DISCORD, "501")
    assert "direct messages only" in await meeting.say("org", discord, DISCORD)
    await meeting.join(one, discord)
    await meeting.join(one, other)
    assert "- T1 (home)\n- T2\n" in await meeting.say("org", other)
    assert "- T1\n- T2 (home)\n" in await meeting.say("org", one, name="t2")
    assert "on their own" in await meeting.say("org", one, name="none")
    with pytest.raises(CommandError) as caught:
        await meeting.say("org", one, name="T3")
    assert "“T3”" in caught.value.problem
