"""A brief arrives where its reader alone reads, once, and each line of it can be acted on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from adapters.doubles.slack import Message
from bot.app import App
from tests.brief_delivery import HAND_OVER
from tests.guild import Guild
from tests.integration.test_slack_commands import whispered
from tests.office import Office
from tests.shown import shown


async def hand_over(world: Office | Guild, account: str, kind: str = "morning", *, direct: bool = True) -> None:
    """A brief's time comes."""
    assert len(await world.rows(HAND_OVER.format(account=account, kind=kind, direct=direct, key=uuid4().hex))) == 1


def briefs_in(office: Office, channel: str) -> list[Message]:
    return [message for message in office.slack.bot_messages(channel) if "### Good" in shown(message)]


async def ana_with_tasks(office: Office, *tasks: str) -> tuple[App, str]:
    """Ana has written to Robbie directly, and has these tasks; returns her direct message."""
    office.providers.reply("hello")
    app = await office.open()
    await office.ask("hi", "U1")
    for task in tasks:
        await office.command(f"task {task}", "U1")
    return app, office.slack.dm("U1")


async def the_brief(office: Office, channel: str) -> Message:
    await hand_over(office, "U1")
    await office.until(lambda: briefs_in(office, channel))
    await office.settled()
    (brief,) = briefs_in(office, channel)
    return brief


def action(message: Message, label: str) -> str:
    """The action id of the button of that label."""
    found = [
        element["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["text"]["text"] == label
    ]
    assert len(found) == 1, (label, message.blocks)
    return str(found[0])


async def seen_by_ana(office: Office, query: str) -> list[tuple[object, ...]]:
    """Rows that Ana sees of what is her own."""
    ((org_id, person_id),) = await office.rows(
        "SELECT people.org_id, people.id FROM people JOIN accounts ON person_id = people.id WHERE account = 'U1'"
    )
    async with office.app_rows(int(str(org_id))) as connection:
        await connection.execute(
            "SELECT set_config('app.person', %s, true), set_config('app.private', 'on', true)", (str(person_id),)
        )
        return await (await connection.execute(query)).fetchall()


async def done(office: Office) -> list[object]:
    """Of each of Ana's tasks, whether it is done."""
    return [row[0] for row in await seen_by_ana(office, "SELECT done_at IS NOT NULL FROM tasks ORDER BY id")]


async def press(office: Office, message: Message, label: str, expected: str) -> None:
    """Press a button, and wait for what it says."""
    before = sum(expected in text for text in office.answers(message.channel))
    await office.slack.press("U1", message, action(message, label))
    await office.until(lambda: sum(expected in text for text in office.answers(message.channel)) > before, 10)
    await office.settled()


async def test_a_due_brief_arrives_in_the_direct_message_with_its_buttons(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow", "Call Dana by Friday")
    brief = await the_brief(office, dm)
    text = shown(brief)
    assert "Send Ben the contract" in text
    assert "Call Dana" in text
    assert "brief off" in text, "it is her first"
    for label in ("Done 1", "Done 2", "More…"):
        action(brief, label)


async def test_done_marks_the_task_and_undo_takes_it_back_and_pressing_twice_does_no_harm(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    brief = await the_brief(office, dm)
    await press(office, brief, "Done 1", "Done: Send Ben the contract")
    await office.slack.press("U1", brief, action(brief, "Done 1"))
    await office.settled()
    await office.command("brief done 1", "U1")
    assert await done(office) == [True]
    said = office.slack.bot_messages(dm)[-1]
    await press(office, said, "Undo", "As it was before: Send Ben the contract")
    assert await done(office) == [False]


async def test_a_line_can_be_acted_on_by_words_alone(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    await the_brief(office, dm)
    await office.command("brief later 1 Friday", "U1")
    assert "Put off until Friday" in office.answers(dm)[-1]
    await office.command("brief done 1", "U1")
    assert await done(office) == [True]
    await office.command("brief why 1", "U1")
    assert "Send Ben the contract" in office.answers(dm)[-1]
    assert "urgency" in office.answers(dm)[-1]
    await office.command("brief later 1", "U1")
    assert "done already" in office.answers(dm)[-1]
    assert await seen_by_ana(office, "SELECT act FROM brief_lines WHERE number = 1") == [("done",)]
    await office.command("brief undo 1", "U1")
    assert "As it was before" in office.answers(dm)[-1]
    assert await done(office) == [False]
    await office.command("brief done 1", "U1")
    await office.command("brief done 9", "U1")
    assert "no line 9" in office.answers(dm)[-1]
    assert await seen_by_ana(office, "SELECT act FROM brief_lines WHERE number = 1") == [("done",)]


async def test_the_form_behind_more_offers_each_line(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow", "Call Dana by Friday")
    brief = await the_brief(office, dm)
    await office.slack.press("U1", brief, action(brief, "More…"))
    await office.until(lambda: office.slack.workspace.views.stacks.get("U1"))
    await office.slack.submit("U1", {"n": "2", "act": "done"})
    await office.until(lambda: any(text.startswith("Done: Call Dana") for text in office.answers(dm)))
    await office.settled()
    assert await done(office) == [False, True]


async def test_asking_about_a_line_gives_a_model_what_is_known_of_it(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    await the_brief(office, dm)
    office.providers.reply("Begin with the annex.")
    assert "Begin with the annex." in await office.ask("!robbie brief ask 1", "U1")
    assert "Send Ben the contract" in office.prompt()
    assert "data and no instruction" in office.prompt()


async def test_a_press_by_somebody_else_does_nothing(office: Office) -> None:
    """Slack shows nobody else's direct message; who makes such a press up is told nothing, and changes nothing."""
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    await the_brief(office, dm)
    await office.ask("hi", "U2", user="U2")
    bens = office.slack.dm("U2")
    ((brief_id,),) = await office.rows("SELECT id FROM briefs")
    before = len(office.answers(bens))
    await office.rows(
        f"""INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
            SELECT conversations.org_id, conversations.id, people.id, 'message', 'received', 'forged',
                jsonb_build_object('command', jsonb_build_object('command', 'brief-act', 'arguments',
                    jsonb_build_object('b', '{brief_id}', 'n', '1', 'act', 'done'))), now()
            FROM conversations, accounts JOIN people ON people.id = person_id
            WHERE account = 'U2' AND channel = '{bens}' RETURNING id"""
    )
    await office.until_rows("SELECT state FROM inbox WHERE platform_id = 'forged'", [("answered",)])
    await office.settled()
    assert len(office.answers(bens)) == before
    assert await done(office) == [False]


async def test_a_brief_that_was_handed_over_into_a_channel_is_not_said(office: Office) -> None:
    _, _ = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    await office.ask("<@UROBBIE> hi", "C1")
    before = sum(len(office.slack.bot_messages(channel)) for channel in ("C1", office.slack.dm("U1")))
    await hand_over(office, "U1", direct=False)
    await office.until_rows("SELECT state FROM inbox WHERE platform_id LIKE 'brief:%'", [("answered",)])
    await office.settled()
    assert sum(len(office.slack.bot_messages(channel)) for channel in ("C1", office.slack.dm("U1"))) == before


async def test_a_brief_that_is_asked_for_in_a_channel_is_shown_to_the_asker_alone(office: Office) -> None:
    await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    await office.slack.slash("U1", "C1", "/robbie brief now")
    await office.until(lambda: whispered(office))
    await office.settled()
    assert "Send Ben the contract" in whispered(office)[0]
    assert office.slack.bot_messages("C1") == []


async def test_a_preview_and_a_brief_now_keep_nothing(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    for what, expected in (("preview", "looks so far"), ("now", "### Good"), ("preview evening", "evening brief")):
        await office.command(f"brief {what}", "U1")
        assert expected in office.answers(dm)[-1]
    assert await office.rows("SELECT id FROM briefs") == []
    assert await seen_by_ana(office, "SELECT id FROM brief_lines") == []


async def test_settings_are_changed_in_plain_words_and_what_is_not_understood_changes_nothing(office: Office) -> None:
    _, dm = await ana_with_tasks(office)
    query = "SELECT settings -> 'briefs' FROM people JOIN accounts ON person_id = people.id WHERE account = 'U1'"
    await office.command("brief morning 7:30", "U1")
    assert "morning 07:30" in office.answers(dm)[-1]
    await office.command("brief days Mon-Thu", "U1")
    await office.command("brief pause until 1 December 2031", "U1")
    ((kept,),) = await office.rows(query)
    for line in ("brief morning 25:00", "brief days Someday", "brief pause until never", "brief nonsense"):
        await office.command(line, "U1")
        assert (await office.rows(query)) == [(kept,)], line
    assert isinstance(kept, dict)
    assert (kept["times"], kept["days"], kept["paused_until"]) == ({"morning": "07:30"}, [0, 1, 2, 3], "2031-12-01")


async def test_only_who_administers_switches_a_channels_brief(office: Office) -> None:
    office.slack.workspace.users["U1"].is_admin = True
    await ana_with_tasks(office)
    query = "SELECT settings -> 'brief' -> 'times' FROM channel_settings WHERE channel = 'C1'"
    await office.slack.slash("U2", "C1", "/robbie brief channel morning 9:30")
    await office.until(lambda: whispered(office, "U2"))
    await office.settled()
    assert await seen_by_ana(office, query) == []
    await office.slack.slash("U1", "C1", "/robbie brief channel morning 9:30")
    await office.until(lambda: whispered(office))
    await office.settled()
    assert await seen_by_ana(office, query) == [({"morning": "09:30"},)]


async def test_with_nothing_to_say_there_is_one_line_or_nothing_as_was_chosen(office: Office) -> None:
    _, dm = await ana_with_tasks(office)
    first = shown(await the_brief(office, dm))
    assert len(first.splitlines()) <= 5
    await office.command("brief silent on", "U1")
    before = len(office.answers(dm))
    await hand_over(office, "U1", "evening")
    await office.until_rows("SELECT state FROM briefs WHERE kind = 'evening'", [("empty",)])
    await office.settled()
    assert len(office.answers(dm)) == before
    assert len(office.providers.requests) == 1, "with nothing to say no model is asked"


async def test_a_due_brief_arrives_in_discords_direct_message_and_is_acted_on_there(guild: Guild) -> None:
    await guild.open()
    dm = guild.discord.dm("Ana")
    await guild.discord.say("Ana", dm, "!robbie task Send Ben the contract by tomorrow")
    await guild.until(lambda: guild.shown(dm))
    await guild.settled()
    await hand_over(guild, guild.discord.user_id("Ana"))
    await guild.until(lambda: any("### Good" in text for text in guild.shown(dm)))
    await guild.settled()
    (brief,) = [message for message in guild.discord.bot_messages(dm) if "### Good" in message.content]
    pressed = {
        one["label"]: one["custom_id"] for row in brief.components for one in row["components"] if "custom_id" in one
    }
    await guild.discord.press("Ana", dm, brief.id, pressed["Done 1"])
    await guild.becomes("SELECT done_at IS NOT NULL FROM tasks", [(True,)])
    await guild.becomes("SELECT act FROM brief_lines WHERE number = 1", [("done",)])
    await guild.settled()
    assert len([text for text in guild.shown(dm) if "### Good" in text]) == 1


async def test_a_channels_brief_stands_in_the_channel_and_has_nothing_to_press(office: Office) -> None:
    office.providers.reply("hello")
    await office.open()
    await office.ask("<@UROBBIE> hi", "C1")
    await office.rows(
        """WITH room AS (
            INSERT INTO conversations (org_id, surface, tenant, channel, thread, direct)
            SELECT org_id, surface, tenant, channel, '', false FROM conversations WHERE channel = 'C1' LIMIT 1
            RETURNING id, org_id, surface || '/' || tenant || '/' || channel AS room
        ), brief AS (
            INSERT INTO briefs (org_id, owner, room, subject, kind, local_date, zone, due_at)
            SELECT room.org_id, person_id, room, 'room:' || room, 'morning', now()::date, 'Europe/Berlin', now()
            FROM room, accounts WHERE account = 'U1' RETURNING id, owner
        )
        INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
        SELECT org_id, room.id, owner, 'message', 'received', 'brief:' || brief.id, jsonb_build_object(
            'command', jsonb_build_object(
                'command', 'due-brief', 'arguments', jsonb_build_object('id', brief.id::text))), now()
        FROM room, brief RETURNING id"""
    )
    await office.until(lambda: briefs_in(office, "C1"))
    await office.settled()
    (brief,) = briefs_in(office, "C1")
    assert "everybody" in shown(brief)
    assert [block["type"] for block in brief.blocks] == ["markdown"]
    assert await office.rows("SELECT state FROM briefs") == [("composed",)]


async def test_a_brief_comes_by_itself_at_its_time_once_however_often_the_clock_ticks(office: Office) -> None:
    app, dm = await ana_with_tasks(office, "Send Ben the contract by Friday")
    await app.briefs.tick(datetime.now(UTC))
    ((due_at,),) = await office.rows("SELECT min(due_at) FROM brief_times")
    assert isinstance(due_at, datetime)
    for seconds in (1, 2, 61):
        await app.briefs.tick(due_at + timedelta(seconds=seconds))
    await office.until(lambda: briefs_in(office, dm))
    await office.settled()
    await app.briefs.tick(due_at + timedelta(seconds=120))
    await office.settled()
    (brief,) = briefs_in(office, dm)
    assert "Send Ben the contract" in shown(brief)
    assert await office.rows(
        "SELECT briefs.state, deliveries.state FROM briefs JOIN deliveries ON brief_id = briefs.id"
    ) == [("delivered", "sent")]


async def test_letters_and_unknown_places_are_said_to_be_none_of_a_kept_brief_or_a_country(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    for line, said in (("now", "**A. Send Ben"), ("done A", "`done 7`"), ("holidays XX", "no public holidays of XX")):
        await office.command(f"brief {line}", "U1")
        assert said in office.answers(dm)[-1], line
    await office.command("brief holidays DE-BY", "U1")
    assert "public holidays of DE-BY" in office.answers(dm)[-1]


async def test_a_message_stays_its_workers_while_a_model_takes_its_time_with_a_command(office: Office) -> None:
    _, dm = await ana_with_tasks(office, "Send Ben the contract by tomorrow")
    asked = len(office.providers.requests)
    hold = office.providers.fault("hold", times=1)
    await office.slack.say("U1", dm, "!robbie brief now")
    await hold.arrived.wait()
    ((lease,),) = await office.rows("SELECT lease_until FROM inbox WHERE state = 'claimed'")
    renewed = f"SELECT 1 FROM inbox WHERE state = 'claimed' AND lease_until > '{lease}'"
    await office.until_rows(renewed, [(1,)])
    hold.release()
    await office.until(lambda: briefs_in(office, dm))
    await office.settled()
    assert len(office.providers.requests) == asked + 1
    assert await office.rows("SELECT max(attempts) FROM inbox") == [(1,)]
