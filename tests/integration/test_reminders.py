"""Reminders: asked for in words, due once, in the place where they were asked for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.people import PostgresPeople
from adapters.postgres.reminders import PostgresReminders
from bot.app import App
from bot.run import tick
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker
from core.registry import CommandError, Invocation
from core.reminders.commands import explain, reminding
from tests.integration.conftest import Desk
from tests.integration.test_links import OTHER_SLACK, SLACK, Meeting
from tests.office import Office

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # a Tuesday, 18:00 in Berlin


class Diary(Meeting):
    """People who are reminded."""

    async def asked(self, person: int, command: str, origin: int = 1, now: datetime = NOW, **arguments: str) -> Asked:
        """A command of a person's."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        conversation = await self.desk.row("SELECT id FROM conversations WHERE org_id = %s", row["org_id"])
        asker = Asker(org_id=int(str(row["org_id"])), person_id=person, account="U1", name="Ana", zone="Europe/Berlin")
        invocation = REGISTRY.checked(Invocation(command=command, arguments=arguments))
        return Asked(invocation, asker, SLACK, now, origin, int(str(conversation["id"])))

    async def do(self, person: int, command: str, origin: int = 1, now: datetime = NOW, **arguments: str) -> Say:
        """Carry it out."""
        asked = await self.asked(person, command, origin, now, **arguments)
        said = await reminding(PostgresReminders(self.desk.database))[command](asked)
        assert isinstance(said, Say)
        return said


@pytest.fixture
def diary(desk: Desk, database: Database) -> Diary:
    return Diary(desk, PostgresPeople(database), PostgresLinks(database))


async def test_a_reminder_says_the_exact_time_that_was_understood(diary: Diary) -> None:
    ana = await diary.meet(SLACK)
    said = (await diary.do(ana, "remind", when="on Friday 15:00", what="call Ben")).text
    assert "Friday, 27 November 2026, 15:00 (Europe/Berlin): call Ben" in said
    typed = REGISTRY.read("remind in 20 minutes stretch")
    assert "18:20 (Europe/Berlin): stretch" in (await diary.do(ana, "remind", 2, **typed.arguments)).text
    listed = await diary.do(ana, "reminders")
    assert listed.text.index("stretch") < listed.text.index("call Ben")
    assert [button.label for button in listed.buttons] == ["Cancel 1", "Cancel 2"]


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("remind tomorrow at 9 call Ben", "Wednesday, 25 November 2026, 09:00 (Europe/Berlin): call Ben"),
        ("remind tomorrow at 15:00 call Ben", "Wednesday, 25 November 2026, 15:00 (Europe/Berlin): call Ben"),
        ("remind Friday 3pm call Ben", "Friday, 27 November 2026, 15:00 (Europe/Berlin): call Ben"),
    ],
)
async def test_a_typed_day_keeps_the_time_behind_it(diary: Diary, line: str, understood: str) -> None:
    ana = await diary.meet(SLACK)
    assert understood in (await diary.do(ana, "remind", **REGISTRY.read(line).arguments)).text


@pytest.mark.parametrize(
    ("when", "what", "problem"),
    [
        ("later", "x", "did not understand when"),
        ("today at 9", "x", "has passed"),
        ("tomorrow at 9", "", "of what|What"),
    ],
)
async def test_what_is_not_understood_is_refused_and_nothing_is_kept(
    diary: Diary, when: str, what: str, problem: str
) -> None:
    ana = await diary.meet(SLACK)
    with pytest.raises(CommandError, match=problem):
        await diary.do(ana, "remind", when=when, what=what)
    assert "no reminders" in (await diary.do(ana, "reminders")).text


async def test_free_text_that_asks_about_memories_is_no_reminder(diary: Diary) -> None:
    ana = await diary.meet(SLACK)
    spoken = REGISTRY.spoken("Remind me why we chose Postgres?")
    assert spoken is not None
    assert explain(await diary.asked(ana, "remind", **spoken.arguments)) is None


async def test_a_reminder_is_kept_once_though_its_turn_runs_twice(diary: Diary) -> None:
    ana = await diary.meet(SLACK)
    for _ in range(2):
        await diary.do(ana, "remind", 5, when="tomorrow", what="once")
    assert len((await diary.do(ana, "reminders")).buttons) == 1


async def test_a_reminder_is_nobody_elses_to_see_or_to_cancel(diary: Diary) -> None:
    ana, ben, chika = await diary.meet(SLACK), await diary.meet(SLACK, "U2"), await diary.meet(OTHER_SLACK, "U3")
    await diary.do(ana, "remind", when="tomorrow", what="a secret")
    (button,) = (await diary.do(ana, "reminders")).buttons
    assert button.invocation is not None
    for other in (ben, chika):
        assert "no reminders" in (await diary.do(other, "reminders")).text
        assert "not there" in (await diary.do(other, "cancel-reminder", **button.invocation.arguments)).text
        assert "not there" in (await diary.do(other, "due-reminder", **button.invocation.arguments)).text
    assert "Cancelled" in (await diary.do(ana, "cancel-reminder", **button.invocation.arguments)).text
    assert "no reminders" in (await diary.do(ana, "reminders")).text


async def test_what_is_due_is_handed_over_once_however_many_schedulers_run(diary: Diary) -> None:
    ana = await diary.meet(SLACK)
    for number in range(10):
        await diary.do(ana, "remind", number, when=f"in {number + 1} minutes", what=f"thing {number}")
    reminders, later = PostgresReminders(diary.desk.database), NOW + timedelta(minutes=6)
    assert sum(await asyncio.gather(*(reminders.hand_over(later) for _ in range(6)))) == 6
    assert await reminders.hand_over(later) == 0
    rows = await diary.desk.rows("SELECT platform_id FROM inbox WHERE platform_id LIKE 'reminder:%%'")
    assert len({str(row["platform_id"]) for row in rows}) == len(rows) == 6


async def test_a_late_reminder_says_when_it_was_due(diary: Diary) -> None:
    ana = await diary.meet(SLACK)
    await diary.do(ana, "remind", when="in 5 minutes", what="stretch")
    (button,) = (await diary.do(ana, "reminders")).buttons
    assert button.invocation is not None
    id = button.invocation.arguments
    assert "not there" in (await diary.do(ana, "due-reminder", **id)).text
    await PostgresReminders(diary.desk.database).hand_over(NOW + timedelta(hours=2))
    assert (await diary.do(ana, "due-reminder", now=NOW + timedelta(minutes=6), **id)).text == (
        "**Reminder for Ana**: stretch"
    )
    assert "it was due on Tuesday" in (await diary.do(ana, "due-reminder", now=NOW + timedelta(hours=2), **id)).text


async def _due_now(app: App, office: Office) -> None:
    ((org_id,),) = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
    coming = ("SELECT due_at FROM reminders", ())
    (rows,) = await app.database.run(int(str(org_id)), coming)
    await app.reminders.hand_over(rows[0]["due_at"] + timedelta(seconds=1))


@pytest.mark.parametrize("channel", ["U1", "C1"])
async def test_a_reminder_stands_once_in_the_place_where_it_was_asked_for(office: Office, channel: str) -> None:
    office.providers.reply("hello")
    app = await office.open()
    await office.ask("<@UROBBIE> hi", channel)
    thread = office.slack.messages(channel)[0].ts if channel == "C1" else None
    await office.command("remind in 20 minutes stretch", channel, thread)
    assert not any("Reminder for" in text for text in office.answers(channel, thread))
    await asyncio.gather(tick(app), tick(app))
    await _due_now(app, office)
    await office.until(lambda: any("Reminder for" in text for text in office.answers(channel, thread)))
    await office.settled()
    await tick(app)
    await office.settled()
    found = [text for text in office.answers(channel, thread) if "Reminder for" in text]
    assert found == ["**Reminder for Ana**: stretch"]


async def test_a_typed_command_may_say_whom_to_remind_as_it_is_said(office: Office) -> None:
    await office.open()
    said = await office.ask("!robbie remind me tomorrow at 9 to call Ben", "U1")
    assert "09:00 (Europe/Berlin): call Ben" in said


async def test_free_text_is_asked_back_with_the_exact_time_and_kept_after_a_yes(office: Office) -> None:
    app = await office.open()
    asked = await office.ask("remind me tomorrow at 9 to call Ben", "U1")
    assert "09:00 (Europe/Berlin): call Ben" in asked
    assert "Shall I do that?" in asked
    ((org_id,),) = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
    kept = ("SELECT text FROM reminders", ())
    assert await app.database.run(int(str(org_id)), kept) == [[]]
    question = office.slack.bot_messages(office.slack.dm("U1"))[-1]
    for _ in range(2):
        await office.slack.press("U1", question, "do:0")
    await office.until(lambda: any("I remind you here" in text for text in office.answers("U1")))
    await office.settled()
    assert await app.database.run(int(str(org_id)), kept) == [[{"text": "call Ben"}]]
    assert "did not understand when" in await office.ask("remind me later to call Ben", "U1")
