"""Whatever changes somebody's briefs is noted as it changes: a tick that looks at the notes alone misses nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import pytest

from adapters.postgres.brief_times_sql import COMPARE
from adapters.postgres.directory import WANDERING
from core.conversation.models import Place
from tests.integration.conftest import PLACE, Desk
from tests.integration.newsroom import MONDAY, Newsroom, dm, newsroom
from tests.integration.test_links import DISCORD, OTHER_SLACK

HOUR = timedelta(hours=1)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "")
CHANNELS = (PLACE.model_copy(update={"thread": ""}), Place(surface="discord", tenant="77", channel="71"))
PLACES = (
    *((dm(f"U{number}"), f"U{number}") for number in range(1, 5)),
    (OTHER_SLACK, "U1"),
    (DISCORD, "501"),
    (DISCORD.model_copy(update={"tenant": f"{WANDERING}8", "channel": "81"}), "502"),
    (Place(surface="discord", tenant="77", channel="71", thread="t1"), "501"),
    (PLACE, "U2"),
    (Place(surface="web", tenant="local", channel="w1", direct=True), "U1"),
)

# As things are that no command does, at least not today.
BY_HAND = {
    "a zone": "UPDATE people SET zone = 'Asia/Tokyo' WHERE id = 1",
    "a person's settings": """UPDATE people SET settings = '{"briefs": {"days": [1]}}' WHERE id = 1""",
    "an account that is a bot's": "UPDATE accounts SET is_bot = true WHERE person_id = 1",
    "an account in another workspace": "UPDATE accounts SET tenant = 'T9' WHERE person_id = 1",
    "an account of somebody else": "UPDATE accounts SET person_id = 2 WHERE person_id = 1",
    "another account": """INSERT INTO accounts (org_id, person_id, surface, tenant, account, is_bot)
                          SELECT org_id, id, 'slack', 'T1', 'B9', true FROM people WHERE id = 1""",
    "no account": "DELETE FROM accounts WHERE person_id = 1",
    "no direct message": "DELETE FROM direct_places WHERE person_id = 1",
    "a direct message elsewhere": "UPDATE direct_places SET conversation_id = NULL WHERE person_id = 1",
    "one of a human": "DELETE FROM inbox; DELETE FROM people WHERE human IS NOT NULL AND id = 3",
    "one more of a human": """INSERT INTO people (org_id, human, zone, home)
                              SELECT org_id, human, 'Asia/Tokyo', false FROM people WHERE id = 3;
                              UPDATE people SET zone = '' WHERE id = 3""",
    "a home": "UPDATE people SET home = NOT home WHERE id = 3",
    "another human": "UPDATE people SET human = gen_random_uuid() WHERE id = 3",
    "who wrote last": "UPDATE direct_places SET at = at + interval '1 hour' WHERE person_id = 4",
    "a channel's brief": """UPDATE channel_settings SET settings = '{"brief": {"times": {"evening": "18:00"}}}'""",
    "no brief of a channel": "UPDATE channel_settings SET settings = '{}'",
    "no settings of a channel": "DELETE FROM channel_settings",
}


async def peopled(desk: Desk) -> Newsroom:
    """Ana and Ben; Cleo, who is joined to her second account; and a channel with a brief."""
    room = newsroom(desk)
    ana, _, cleo, hers = [await room.reader(f"U{number}") for number in range(1, 4)] + [
        await room.reader("U7", place=OTHER_SLACK)
    ]
    await room.join(cleo, hers)
    await room.meet(PLACE)
    await room.channel_brief(ana, CHANNELS[0], zone="UTC", times={"morning": "09:00"}, by=ana)
    await room.times.reckon(MONDAY)
    return room


async def missed(room: Newsroom, hour: int) -> int | None:
    """For how many a look at everybody finds that something changed; each hour has one."""
    return await room.times.compare(MONDAY + hour * HOUR)


@pytest.mark.parametrize("changed", BY_HAND)
async def test_each_change_is_noted_whoever_makes_it(desk: Desk, admin_url: str, changed: str) -> None:
    room = await peopled(desk)
    assert await missed(room, 0) == 0
    with psycopg.connect(admin_url) as admin:
        admin.execute(BY_HAND[changed])  # type: ignore[call-overload]
    assert await room.desk.rows("SELECT 1 FROM brief_changes")
    await room.times.reckon(MONDAY + HOUR)
    assert await missed(room, 1) == 0
    assert await room.desk.rows("SELECT 1 FROM brief_changes") == []


async def test_a_direct_message_that_is_forgotten_is_noted(desk: Desk) -> None:
    room = await peopled(desk)
    org = int(str((await desk.row("SELECT org_id FROM people WHERE id = 1"))["org_id"]))
    gone = "DELETE FROM conversations WHERE channel = 'DU1'"
    await desk.database.run(org, ("UPDATE inbox SET conversation_id = NULL", ()), (gone, ()))
    assert await desk.rows("SELECT person_id FROM brief_changes") == [{"person_id": 1}]
    await room.times.reckon(MONDAY)
    assert await missed(room, 0) == 0


async def test_what_changes_nothing_of_briefs_is_not_noted(desk: Desk, admin_url: str) -> None:
    room = await peopled(desk)
    await room.people.choose(1, {"language": "German"})
    with psycopg.connect(admin_url) as admin:
        admin.execute("UPDATE people SET name = 'Anna', zone = zone")
        admin.execute("UPDATE accounts SET refreshed_at = now()")
        admin.execute("UPDATE direct_places SET at = at + interval '1 hour' WHERE person_id = 1")
        admin.execute("""UPDATE channel_settings SET settings = settings || '{"mentor": "auto"}'""")
    assert await room.desk.rows("SELECT 1 FROM brief_changes") == []


async def test_everybody_is_looked_at_once_an_hour_and_what_was_missed_is_reckoned(desk: Desk, admin_url: str) -> None:
    room = await peopled(desk)
    with psycopg.connect(admin_url) as admin:
        admin.execute("SET session_replication_role = replica")  # nothing notes what is changed
        admin.execute("UPDATE people SET zone = 'Asia/Tokyo' WHERE id = 1")
        admin.execute("DELETE FROM direct_places WHERE person_id = 2")
        admin.execute("""UPDATE channel_settings SET settings = '{"brief": {"times": {"evening": "18:00"}}}'""")
    assert await room.times.reckon(MONDAY) == 0
    assert await missed(room, 0) == 3
    assert await missed(room, 0) is None
    assert await room.times.reckon(MONDAY) == 2
    assert await missed(room, 1) == 0
    zones = await room.desk.rows("SELECT DISTINCT zone FROM brief_times WHERE person_id IN (1, 2)")
    assert zones == [{"zone": "Asia/Tokyo"}]


async def test_a_change_that_is_not_committed_yet_is_found_when_it_is(desk: Desk, admin_url: str) -> None:
    room = await peopled(desk)
    with psycopg.connect(admin_url) as admin:
        admin.execute("UPDATE people SET zone = 'Asia/Tokyo' WHERE id = 1")
        await room.moves(2, "Asia/Tokyo")  # noted later, and committed earlier
        assert await room.times.reckon(MONDAY) == 1
    assert await room.times.reckon(MONDAY) == 1
    assert await missed(room, 0) == 0


def test_what_is_read_of_people_and_places_is_what_changes_of_are_noted(admin_url: str) -> None:
    """Whoever reads one more column says here who notes a change of it."""
    with psycopg.connect(admin_url) as admin:
        admin.execute(f"CREATE VIEW everybody AS {COMPARE[COMPARE.index('WITH') : COMPARE.index('INSERT')]}"
                      "SELECT wanted.id, rooms.room FROM wanted, rooms")  # type: ignore[arg-type]  # fmt: skip
        read = admin.execute(
            """SELECT table_name, column_name FROM information_schema.view_column_usage
               WHERE view_name = 'everybody'"""
        ).fetchall()
        noted = admin.execute(
            """SELECT relname, attname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
               JOIN pg_attribute ON attrelid = tgrelid AND attnum > 0 AND (attnum = ANY (tgattr) OR tgattr = '')
               WHERE tgname = 'brief_changed'"""
        ).fetchall()
    keys = {("people", "id"), ("conversations", "id")}
    never = {("conversations", "surface"), ("conversations", "tenant")} | {
        ("channel_settings", name) for name in ("surface", "tenant", "channel")
    }
    assert {*read} <= {*noted} | keys | never
    assert {*read} & {*noted}


@dataclass
class Changes:
    """Whatever people do, at random."""

    room: Newsroom
    chance: random.Random
    people: list[int] = field(default_factory=list)

    async def one(self) -> None:
        """One of all."""
        some = (self.writes, self.writes, self.chooses, self.joins, self.joins, self.parts, self.settles, self.travels,
                self.channel, self.moves)  # fmt: skip
        await (self.chance.choice(some) if len(self.people) > 1 else self.writes)()

    def somebody(self) -> int:
        return self.chance.choice(self.people)

    async def writes(self) -> None:
        place, account = self.chance.choice(PLACES)
        self.people.append(await self.room.meet(place, account, is_bot=self.chance.random() < 0.05))

    async def chooses(self) -> None:
        by = self.chance.choice(("slack", "discord", "web", "email", ""))
        await self.room.chooses(self.somebody(), by=by, on=self.chance.random() < 0.8)

    async def joins(self) -> None:
        await self.room.redeem(self.somebody(), await self.room.code(self.somebody()))

    async def parts(self) -> None:
        await self.room.links.undo(self.somebody())

    async def settles(self) -> None:
        orgs = [int(str(row["id"])) for row in await self.room.desk.rows("SELECT id FROM organizations ORDER BY id")]
        await self.room.links.settle(self.somebody(), self.chance.choice(orgs))

    async def travels(self) -> None:
        await self.room.moves(self.somebody(), self.chance.choice(ZONES))

    async def channel(self) -> None:
        brief = self.chance.choice(({"zone": "UTC", "times": {"morning": "09:00"}}, None))
        place = self.chance.choice(CHANNELS)
        for row in await self.room.desk.rows("SELECT org_id FROM tenants WHERE tenant = %s", place.tenant):
            await self.room.people.choose_for_channel(int(str(row["org_id"])), place, {"brief": brief})

    async def moves(self) -> None:
        """What is in no workspace goes to its person's home, as soon as it stands still."""
        await self.room.desk.execute("UPDATE inbox SET state = 'answered', closed_at = now() WHERE state <> 'answered'")
        await self.room.desk.sweep.sweep()

    async def leaves(self) -> None:
        gone = self.somebody()
        self.people = [one for one in self.people if one != gone]
        row = await self.room.desk.row("SELECT org_id FROM people WHERE id = %s", gone)
        await self.room.desk.database.run(int(str(row["org_id"])), ("DELETE FROM people WHERE id = %s", (gone,)))


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_changes_in_any_order_the_times_are_those_that_a_look_at_everybody_finds(
    desk: Desk, seed: int
) -> None:
    changes = Changes(newsroom(desk), random.Random(seed))
    for number in range(60):
        await (changes.leaves if number % 15 == 14 else changes.one)()
        if changes.chance.random() < 0.2 or number == 59:
            await changes.room.times.reckon(MONDAY)
            assert await missed(changes.room, number) == 0, f"after change {number}"
    assert await desk.rows("SELECT 1 FROM brief_times")
