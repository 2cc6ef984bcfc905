"""What is kept about a person, given to that person whole, and to nobody else."""

from __future__ import annotations

import json
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from adapters.console.chat import ask, saved
from adapters.doubles.slack import SlackDouble
from adapters.postgres.exporting import EXPORTED, LEFT_OUT, PostgresExports
from core.conversation.models import Asker
from core.people.exporting import as_json, as_markdown
from tests.office import Office
from tests.web_room import ORIGIN, browser_of, healthy

_TABLES = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
      AND NOT starts_with(relname, 'procrastinate_') AND relname <> 'alembic_version'"""
_ABOUT_PEOPLE = """
    SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND confrelid = 'people'::regclass"""


def files(slack: SlackDouble) -> dict[tuple[str, str], bytes]:
    """What was shared, by channel and name."""
    return {
        (channel.id, file.name): file.content
        for channel in slack.workspace.channels.values()
        for message in channel.by_ts.values()
        for file in message.files
    }


def test_every_table_is_exported_or_named_as_left_out(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        tables = {str(row[0]) for row in admin.execute(_TABLES).fetchall()}
        about_people = {str(row[0]) for row in admin.execute(_ABOUT_PEOPLE).fetchall()}
    assert set(EXPORTED) | set(LEFT_OUT) == tables
    assert not set(EXPORTED) & set(LEFT_OUT)
    assert about_people - set(EXPORTED) == {"brief_changes", "brief_times", "direct_places", "links"}
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())


async def test_an_export_holds_what_a_person_said_kept_and_chose_and_nothing_of_others(office: Office) -> None:
    await office.open()
    await office.command("note The harbour code is canary-note", "U1")
    await office.command("remind tomorrow at 9 canary-reminder", "U1")
    await office.command("language German", "U1")
    await office.ask("What of canary-question?", "U1")
    await office.command("note canary-of-ben", "U2", user="U2")
    await office.ask("canary-of-ben too", "U2", user="U2")
    before = len(office.slack.bot_messages("C1"))
    await office.command("export", "C1")
    given = files(office.slack)
    direct = {channel for channel, _ in given}
    assert {name for _, name in given} == {"robbie-export.json", "robbie-export.md"}
    assert len(direct) == 1
    assert "C1" not in direct
    assert len(office.slack.bot_messages("C1")) == before
    whole = json.loads(next(content for (_, name), content in given.items() if name.endswith("json")))
    text = next(content for (_, name), content in given.items() if name.endswith("md")).decode()
    assert set(whole) - {"made_at", "left_out"} == set(EXPORTED)
    assert whole["notes"][0]["text"] == "The harbour code is canary-note"
    assert whole["reminders"][0]["text"] == "canary-reminder"
    assert whole["people"][0]["settings"] == {"language": "German"}
    assert any(message["text"] == "What of canary-question?" for message in whole["messages"])
    assert whole["interactions"][0]["text"] == "You said: What of canary-question?"
    assert whole["left_out"] == {}
    for canary in ("canary-note", "canary-reminder", "canary-question", "German"):
        assert canary in text
    assert "canary-of-ben" not in text + json.dumps(whole)


async def test_what_has_no_room_is_counted_and_the_latest_is_kept(office: Office) -> None:
    app = await office.open()
    for number in range(4):
        await office.command(f"note number {number} {'x' * 400}", "U1")
    ((org, person),) = await office.rows("SELECT org_id, id FROM people")
    asker = Asker(org_id=int(str(org)), person_id=int(str(person)), account="U1", name="Ana")
    exports = PostgresExports(app.database)
    everything = {part.name: part for part in await exports.collect(asker, 1_000_000)}
    size = len(json.dumps([*everything["people"].rows, *everything["accounts"].rows]))
    parts = await exports.collect(asker, size + 2_000)
    notes = next(part for part in parts if part.name == "notes")
    assert 0 < len(notes.rows) < 4
    assert notes.left_out == 4 - len(notes.rows)
    assert str(notes.rows[0]["text"]).startswith("number 3")
    now = datetime.now(UTC)
    assert json.loads(as_json(parts, now))["left_out"]["notes"] == notes.left_out
    assert f"{notes.left_out} older ones had no room" in as_markdown(parts, now)


async def test_the_web_chat_gives_the_files_to_the_browser_of_their_conversation_alone(office: Office) -> None:
    app = await office.open()
    web = app.web(healthy)
    async with browser_of(web) as browser, browser_of(web) as other:
        page = await browser.get("/new")
        key = re.search(r'name="key" value="([0-9a-f]{32})"', page.text)
        assert key is not None
        await browser.post(f"{page.url.path}/messages", data={"text": "/export", "key": key[1]})
        await office.settled()
        shown = (await browser.get(page.url.path)).text
        links = re.findall(r'href="(/c/[^"]+/files/[^"]+)"', shown)
        assert len(links) == 2
        assert "data:" not in shown
        found = [await browser.get(link) for link in links]
        assert [one.headers["content-disposition"].split(";")[0] for one in found] == ["attachment"] * 2
        assert any("/export" in str(message["text"]) for message in json.loads(found[1].text)["messages"])
        await other.get("/new")
        assert (await other.get(links[0])).status_code == 404
        assert (await browser.get(links[0][:-1] + "7")).status_code == 404
        assert str(browser.base_url) == ORIGIN


async def test_the_terminal_saves_the_files_for_their_owner_alone(office: Office, tmp_path: Path) -> None:
    app = await office.open()
    outcome = await ask(
        app.intake, app.view, "/export", zone="UTC", conversation="c1", progress=lambda _text: None
    )  # fmt: skip
    lines = [*saved(outcome.files, tmp_path), *saved(outcome.files[:1], tmp_path)]
    assert [line.rpartition("/")[2] for line in lines] == [
        "robbie-export.md", "robbie-export.json", "robbie-export-1.md",
    ]  # fmt: skip
    assert stat.S_IMODE((tmp_path / "robbie-export.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "robbie-export.json").read_text())["accounts"]


async def test_a_channels_brief_is_not_exported_to_whoever_switched_it_on(office: Office, admin_url: str) -> None:
    """It holds what others shared with the channel, which they may have left since."""
    app = await office.open()
    await office.command("help", "U1")
    ((org, person),) = await office.rows("SELECT org_id, id FROM people")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for room, canary in (("", "canary-own"), ("slack/T1/C1", "canary-of-others")):
            admin.execute(
                """INSERT INTO briefs (org_id, owner, room, subject, kind, local_date, zone, due_at, facts)
                   VALUES (%s, %s, %s, %s, 'morning', now(), 'UTC', now(), %s)""",
                (org, person, room, f"of {room}", json.dumps({"news": [{"ref": "note:1", "text": canary}]})),
            )
    asker = Asker(org_id=int(str(org)), person_id=int(str(person)), account="U1", name="Ana")
    parts = await PostgresExports(app.database).collect(asker, 1_000_000)
    told = as_json(parts, datetime.now(UTC))
    assert "canary-own" in told
    assert "canary-of-others" not in told
