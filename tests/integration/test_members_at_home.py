"""Direct messages on Discord are in no server: who writes there sees of others what they see at home."""

from __future__ import annotations

import re

import psycopg
import pytest

from adapters.doubles.discord import DiscordDouble
from adapters.postgres.acquaintances import PostgresAcquaintances
from adapters.postgres.moving import PostgresMoves
from core.conversation.models import Place, Profile
from core.people.knowing import Unseen
from tests.guild import Guild
from tests.integration.conftest import Desk
from tests.integration.consent_world import DECIDED, Circle, circle
from tests.integration.test_asking import noticed
from tests.integration.test_links import DISCORD, GUILD
from tests.office import Office
from tests.robbie_process import discord_environment

LAUNCH = "The zebra launch is on 12 May"
QUESTION = "when is the zebra launch?"
OTHER_GUILD = Place(surface="discord", tenant="88", channel="81", thread="t2")


async def written(here: Guild | Office, discord: DiscordDouble, user: str, text: str) -> str:
    """What Robbie answers to a direct message."""
    before = len(discord.bot_messages(user))
    await discord.say(user, user, text)
    await discord.wait_for(lambda d: len(d.bot_messages(user)) > before, timeout=30)
    await here.settled()
    return discord.bot_messages(user)[-1].content


async def test_strangers_who_write_to_robbie_on_discord_share_nothing_with_each_other(guild: Guild) -> None:
    await guild.open()
    assert "Noted" in await written(guild, guild.discord, "Ana", f"!robbie note {LAUNCH}")
    assert "nobody to share with" in await written(guild, guild.discord, "Ana", "!robbie share #1 with everyone")
    await guild.rows("UPDATE notes SET shared_with = '*' RETURNING id")
    await written(guild, guild.discord, "Ben", QUESTION)
    assert LAUNCH not in guild.prompt()


async def test_nobody_is_asked_to_share_with_strangers(guild: Guild) -> None:
    app = await guild.open()
    await written(guild, guild.discord, "Ana", "hello")
    await noticed(app, guild)
    await guild.becomes("SELECT count(*) FROM notes WHERE considered_at IS NULL", [(0,)])
    assert await guild.rows("SELECT * FROM consents") == []


@pytest.mark.parametrize("guest", [True, False])
async def test_a_guest_of_a_workspace_is_one_on_discord_too(office: Office, guest: bool) -> None:
    async with DiscordDouble() as discord:
        office.slack.add_user("U8", "Gil").is_restricted = guest
        await office.open(**discord_environment(discord))
        await written(office, discord, "Ana", "hello")
        await office.command(f"note {LAUNCH}", "U1")
        await office.command("share #1 with everyone", "U1")
        code = re.search(r"[A-Z]{4}-[A-Z]{4}", await office.ask("!robbie link", "U8", user="U8"))
        assert code is not None
        assert "Joined." in await written(office, discord, "Ana", f"!robbie link {code[0]}")
        home = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
        await office.until_rows("SELECT org_id FROM conversations WHERE surface = 'discord'", home)
        await written(office, discord, "Ana", QUESTION)
        assert (LAUNCH in office.prompt()) is not guest


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


async def is_member(friends: Circle, person: int) -> bool:
    return bool((await friends.desk.row("SELECT is_member FROM accounts WHERE person_id = %s", person))["is_member"])


async def said_of(friends: Circle, person: int, *, member: bool) -> None:
    """Discord says whether somebody is in the server."""
    row = await friends.desk.row("SELECT org_id, tenant, account FROM accounts WHERE person_id = %s", person)
    who = Unseen(int(str(row["org_id"])), person, "discord", str(row["tenant"]), str(row["account"]))
    await PostgresAcquaintances(friends.desk.database).seen(who, Profile(name="Ana", member=member))


async def at_home(friends: Circle, place: Place) -> tuple[int, int]:
    """Ana in a server, of which she is a member, and in her direct message, which is at home there."""
    there, alone = await friends.meet(place, "501"), await friends.meet(DISCORD, "501")
    await said_of(friends, there, member=True)
    await settled(friends, there)
    return there, alone


async def settled(friends: Circle, there: int) -> None:
    """Her direct message has moved to where somebody's account is."""
    org = int(str((await friends.desk.row("SELECT org_id FROM people WHERE id = %s", there))["org_id"]))
    await friends.links.settle(there, org)
    await friends.desk.execute("UPDATE inbox SET state = 'ignored' WHERE state = 'received'")
    assert await PostgresMoves(friends.desk.database).move() == 1


async def test_who_leaves_the_server_sees_what_is_shared_in_it_no_more_when_they_write_to_robbie_alone(
    friends: Circle, admin_url: str
) -> None:
    there, alone = await at_home(friends, GUILD)
    assert await is_member(friends, alone)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("UPDATE accounts SET refreshed_at = now() - interval '25 hours'")
    unseen = await PostgresAcquaintances(friends.desk.database).unseen(["discord"])
    assert {one.person_id for one in unseen} == {there, alone}
    await said_of(friends, alone, member=True)  # as Discord says of whoever has an account
    assert await is_member(friends, alone)
    await said_of(friends, there, member=False)
    assert not await is_member(friends, alone)


async def test_a_direct_message_takes_what_was_shared_in_one_server_into_no_other(friends: Circle) -> None:
    _, alone = await at_home(friends, GUILD)
    note = await friends.note(alone, found_by="hand", room="")
    direct = await friends.desk.row("SELECT id FROM conversations WHERE direct")
    await friends.note(alone, "Hamburg is next", room="", conversation_id=direct["id"])
    await friends.asks()
    await friends.do(alone, "share", DISCORD, note=str(note), **{"with": "everyone"})
    values = (await friends.viewer(alone)).org_id, alone
    await friends.desk.database.run(
        values[0],
        ("INSERT INTO contacts (org_id, owner, name, shared_with) VALUES (%s, %s, 'Mia', '*')", values),
        viewer=await friends.viewer(alone),
    )
    other, stranger = await friends.meet(OTHER_GUILD, "501"), await friends.meet(OTHER_GUILD, "777")
    await said_of(friends, other, member=True)
    await settled(friends, other)
    assert await friends.seen(stranger) == []
    assert set(await friends.seen(alone)) == {DECIDED, "Hamburg is next"}
    assert set(await friends.states()) == {"revoked", "expired"}
    viewer = await friends.viewer(stranger)
    assert await friends.desk.database.run(viewer.org_id, ("SELECT name FROM contacts", ()), viewer=viewer) == [[]]
