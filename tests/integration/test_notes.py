"""Notes: kept once, found by words, forgotten, and nobody else's to see."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.memories import PostgresMemories
from adapters.postgres.notes import PostgresNotes
from adapters.postgres.people import PostgresPeople
from adapters.postgres.schedules import PostgresSchedules
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Place
from core.desk import Visitor
from core.notes.commands import completing_notes, latest_notes, note_forms, noting
from core.people.viewer import Viewer
from core.registry import CommandError, Invocation
from core.rendering.message import Button
from tests.integration.conftest import Desk
from tests.integration.test_links import DISCORD, GUILD, OTHER_SLACK, SLACK, Meeting
from tests.office import Office


class Notebook(Meeting):
    """People who keep notes."""

    async def note(
        self,
        person: int,
        command: str,
        *,
        origin: int = 1,
        about: str = "",
        place: Place | None = None,
        **arguments: str,
    ) -> Say:
        """Carry a command on notes out for a person."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        conversation = await self.desk.row("SELECT id FROM conversations ORDER BY id LIMIT 1")
        org = int(str(row["org_id"]))
        asker = Asker(org_id=org, person_id=person, account="U1", name="Ana", zone="Europe/Berlin", member=True)
        asked = Asked(
            REGISTRY.checked(Invocation(command=command, arguments=arguments)),
            asker,
            place or SLACK,
            datetime.now(UTC),
            origin,
            int(str(conversation["id"])),
            about=about,
        )
        said = await noting(PostgresNotes(self.desk.database))[command](asked)
        assert isinstance(said, Say)
        return said

    async def only(self, person: int) -> str:
        """The number of a person's only note."""
        (button,) = (await self.note(person, "notes")).buttons
        assert button.invocation is not None
        return button.invocation.arguments["id"]

    async def change(self, note: str, **columns: object) -> None:
        """Make a note what other parts of Robbie would."""
        row = await self.desk.row("SELECT org_id, owner FROM notes WHERE id = %s", int(note))
        viewer = Viewer.owner(int(str(row["org_id"])), int(str(row["owner"])))
        sets = ", ".join(f"{name} = %({name})s" for name in columns)
        query = f"UPDATE notes SET {sets} WHERE id = %(id)s"
        await self.desk.database.run(viewer.org_id, (query, {**columns, "id": int(note)}), viewer=viewer)


@pytest.fixture
def book(desk: Desk, database: Database) -> Notebook:
    return Notebook(desk, PostgresPeople(database), PostgresLinks(database))


async def test_notes_are_found_by_words_the_latest_first(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    for number, text in enumerate(("The landlord is away", "Call 100% of them", "Landlord: 0123"), 1):
        assert "for you alone" in (await book.note(ana, "note", origin=number, text=text)).text
    listed = (await book.note(ana, "notes", search="LANDLORD")).text
    assert listed.index("0123") < listed.index("away")
    assert "100%" not in listed
    assert "100%" in (await book.note(ana, "notes", search="0% of")).text
    assert "no note on “cat”" in (await book.note(ana, "notes", search="cat")).text


async def test_a_note_is_kept_once_though_its_turn_runs_twice(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    for _ in range(2):
        await book.note(ana, "note", origin=7, text="once")
    assert len((await book.note(ana, "notes")).buttons) == 1


async def test_a_note_is_nobody_elses_to_see_or_to_forget(book: Notebook) -> None:
    ana, ben, chika = await book.meet(SLACK), await book.meet(SLACK, "U2"), await book.meet(OTHER_SLACK, "U3")
    await book.note(ana, "note", text="a secret")
    id = await book.only(ana)
    for other in (ben, chika):
        assert "no notes yet" in (await book.note(other, "notes")).text
        for command, arguments in (("show-note", {}), ("edit-note", {"text": "mine"}), ("pin-note", {}),
                                   ("forget-note", {}), ("forget-note", {"sure": "yes"})):  # fmt: skip
            assert "not there" in (await book.note(other, command, id=id, **arguments)).text
    assert "a secret" in (await book.note(ana, "show-note", id=id)).text
    assert "Forgotten" in (await book.note(ana, "forget-note", id=id)).text
    assert "no notes yet" in (await book.note(ana, "notes")).text


@pytest.mark.parametrize("id", ["0", "-1", "x", "9" * 30])
async def test_an_id_that_is_none_forgets_nothing(book: Notebook, id: str) -> None:
    ana = await book.meet(SLACK)
    assert "not there" in (await book.note(ana, "forget-note", id=id)).text


async def test_notes_of_joined_accounts_in_one_org_are_shared(book: Notebook) -> None:
    guild, direct = await book.meet(GUILD, "501"), await book.meet(DISCORD, "501")
    await book.note(direct, "note", text="said in private")
    await book.links.settle(
        guild, int(str((await book.desk.row("SELECT org_id FROM people WHERE id = %s", guild))["org_id"]))
    )
    await book.desk.sweep.sweep()
    assert "said in private" in (await book.note(guild, "notes")).text


async def test_what_is_too_long_is_no_note(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    with pytest.raises(CommandError):
        await book.note(ana, "note", text="x" * 4_001)


async def test_the_home_shows_the_latest_notes(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    make = latest_notes(book.people, PostgresNotes(book.desk.database))
    visitor = Visitor(surface="slack", tenant="T1", account="U1")
    for number in range(5):
        await book.note(ana, "note", origin=number, text=f"note {number}")
    section = await make(visitor)
    assert section is not None
    assert "note 4" in section.text.splitlines()[0]
    assert "note 1" not in section.text
    stranger = await make(visitor.model_copy(update={"account": "U404"}))
    assert stranger is not None
    assert "None yet" in stranger.text


@pytest.mark.parametrize(
    ("text", "command", "arguments"),
    [
        ("What are my notes on the landlord?", "notes", {"search": "the landlord"}),
        ("my notes", "notes", {}),
        ("show me my wins", "notes", {"which": "win"}),
        ("What are my decisions about Berlin?", "notes", {"which": "decision", "search": "Berlin"}),
        ("Zeig mir meine Notizen zu Berlin", "notes", {"search": "Berlin"}),
        ("make a note: call Ben", "note", {"text": "call Ben"}),
        ("Merk dir bitte: Ben anrufen", "note", {"text": "Ben anrufen"}),
    ],
)
def test_free_text_on_notes_is_understood(text: str, command: str, arguments: dict[str, str]) -> None:
    assert REGISTRY.spoken(text) == Invocation(command=command, arguments=arguments)


async def test_a_long_list_is_told_in_pages_that_no_change_in_between_shifts(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    for number in range(1, 26):
        await book.note(ana, "note", origin=number, text=f"note {number:02}")
    seen, page = [], await book.note(ana, "notes")
    first = await book.note(ana, "notes", search="note 25")
    await book.note(ana, "forget-note", **_arguments(first.buttons[0]))
    await book.note(ana, "note", origin=99, text="note 99")
    while True:
        seen += re.findall(r"note \d\d", page.text)
        if page.buttons[-1].label != "More":
            break
        page = await book.note(ana, "notes", **_arguments(page.buttons[-1]))
    assert seen == [f"note {number:02}" for number in range(25, 0, -1)]


async def test_what_is_pinned_comes_first_and_alone_where_that_is_wanted(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    for number in range(1, 13):
        await book.note(ana, "note", origin=number, text=f"note {number:02}")
    first = _arguments((await book.note(ana, "notes", search="note 01")).buttons[0])
    assert "Pinned" in (await book.note(ana, "pin-note", **first)).text
    page = await book.note(ana, "notes")
    assert "note 01" in page.text.splitlines()[0]
    rest = await book.note(ana, "notes", **_arguments(page.buttons[-1]))
    assert re.findall(r"note \d\d", rest.text) == ["note 03", "note 02"]
    assert re.findall(r"note \d\d", (await book.note(ana, "notes", which="pinned")).text) == ["note 01"]
    assert "not pinned" in (await book.note(ana, "unpin-note", **first)).text
    assert "none" in (await book.note(ana, "notes", which="pinned")).text


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("notes wins", {"which": "win"}),
        ("notes win", {"which": "win"}),
        ("notes decisions landlord and Ben", {"which": "decision", "search": "landlord and Ben"}),
        ("notes her birthday", {"search": "her birthday"}),
        ("notes in Berlin", {"search": "in Berlin"}),
        ("notes closed", {"which": "closed"}),
    ],
)
def test_a_kind_of_note_is_asked_for_by_its_name_and_by_no_part_of_it(line: str, arguments: dict[str, str]) -> None:
    assert REGISTRY.read(line).arguments == arguments


async def test_notes_are_filtered_by_kind_and_words(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    for number, (kind, text) in enumerate((("win", "Berlin won"), ("win", "Rome won"), ("decision", "Berlin"))):
        await book.note(ana, "note", origin=number + 1, text=text)
        (row,) = (await book.note(ana, "notes", search=text)).buttons[:1]
        await book.change(_arguments(row)["id"], kind=kind)
    assert "Berlin won" in (await book.note(ana, "notes", which="win", search="berlin")).text
    assert "Rome" not in (await book.note(ana, "notes", which="win", search="won BERLIN")).text
    assert len((await book.note(ana, "notes", which="win")).buttons) == 2


async def test_what_does_not_hold_any_more_is_shown_on_request_with_what_replaced_it(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    await book.note(ana, "note", origin=1, text="We meet on Monday")
    old = await book.only(ana)
    await book.note(ana, "note", origin=2, text="We meet on Tuesday")
    new = _arguments((await book.note(ana, "notes", search="Tuesday")).buttons[0])["id"]
    await book.change(old, valid_to=datetime.now(UTC), superseded_by=int(new))
    assert "Monday" not in (await book.note(ana, "notes")).text
    closed = (await book.note(ana, "notes", which="closed")).text
    assert closed.index("Monday") < closed.index("Tuesday")
    shown = (await book.note(ana, "show-note", id=old)).text
    assert "Does not hold any more" in shown
    assert f"#{new}: We meet on Tuesday" in shown


async def test_a_note_is_shown_with_all_that_is_kept_of_it(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    await book.note(ana, "note", about="1700.25", text="The harbour deal is ours")
    id = await book.only(ana)
    subjects = [{"kind": "company", "name": "Harbour Ltd"}, {"kind": "person", "name": "Cleo"}]
    await book.change(
        id, kind="win", tone="proud", due_at=datetime(2026, 12, 24, 8, tzinfo=UTC), importance=0.8, celebration=0.9,
        subjects=Jsonb(subjects), shared_with="slack/T1/C9", found_by="openai/m", uses=3, used_at=datetime.now(UTC),
    )  # fmt: skip
    said = await book.note(ana, "show-note", id=f"#{id}")
    for fact in ("Win", "proud", "24 December 2026, 09:00", "0.8", "Harbour Ltd (company), Cleo (person)", "openai/m",
                 "you, and whoever reads in the Slack channel `C9`", "3 times"):  # fmt: skip
        assert fact in said.text
    assert said.links == ("https://slack.com/app_redirect?team=T1&channel=D1&message_ts=1700.25",)
    assert said.links[0] in said.text
    labels = [button.label for button in said.buttons]
    assert labels[:3] == ["Edit", "Pin", "Forget"]


async def test_an_edited_note_loses_its_vector_and_says_who_reads_it_now(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    await book.note(ana, "note", text="The sea")
    id = await book.only(ana)
    await book.change(id, shared_with="*")
    await book.desk.execute("UPDATE memories SET embedding = %s, embedded_by = 'x'", str([1.0] + [0.0] * 383))
    edited = (await book.note(ana, "edit-note", id=id, text="The lake")).text
    assert "shared in its old words only" in edited
    assert "you alone" in edited
    assert "The lake" in (await book.note(ana, "show-note", id=id)).text
    (memory,) = await book.desk.rows("SELECT text, embedding, embedded_by FROM memories")
    assert memory == {"text": "The lake", "embedding": None, "embedded_by": ""}
    assert "edit-note" in (await book.note(ana, "edit-note", id=id)).text


async def test_a_pinned_or_shared_note_is_forgotten_only_after_asking_once(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    await book.note(ana, "note", text="keep me")
    id = await book.only(ana)
    for change in ({"pinned": True}, {"pinned": False, "shared_with": "*"}):
        await book.change(id, **change)
        asked = await book.note(ana, "forget-note", id=id)
        assert "cannot be brought back" in asked.text
        assert await book.only(ana) == id
    assert "Forgotten" in (await book.note(ana, "forget-note", **_arguments(asked.buttons[0]))).text
    assert await book.desk.rows("SELECT text FROM memories") == []


async def test_in_a_channel_is_listed_what_everybody_there_may_see_with_who_said_it(book: Notebook) -> None:
    channel = Place(surface="slack", tenant="T1", channel="C7", thread="1.0")
    ana, ben = await book.meet(SLACK), await book.meet(SLACK, "U2")
    for number, (person, text, columns) in enumerate((
        (ana, "said there", {"room": channel.room}), (ben, "shared there", {"shared_with": channel.room}),
        (ben, "told all", {"shared_with": "*"}), (ben, "elsewhere", {"room": "slack/T1/C8"}), (ben, "own", {}),
        (ana, "ana's own", {}),
    ), 1):  # fmt: skip
        await book.note(person, "note", origin=number, text=text)
        if columns:
            (shown, *_) = (await book.note(person, "notes", search=text)).buttons
            await book.change(_arguments(shown)["id"], **columns)
    here = (await book.note(ana, "notes", place=channel, which="here")).text
    assert all(text in here for text in ("said there", "shared there", "told all"))
    assert not any(text in here for text in ("elsewhere", "own"))
    mine = (await book.note(ana, "notes", place=channel)).text
    assert "said there" in mine
    assert "shared there" not in mine


async def test_the_form_of_a_note_shows_what_it_says_to_its_owner_alone(book: Notebook) -> None:
    ana, _ = await book.meet(SLACK), await book.meet(SLACK, "U2")
    await book.note(ana, "note", text="as it is")
    make = note_forms(book.people, PostgresNotes(book.desk.database))["edit-note"]
    wanted = Invocation(command="edit-note", arguments={"id": await book.only(ana)})
    form = await make(Visitor(surface="slack", tenant="T1", account="U1"), wanted)
    assert form is not None
    assert form.fields[0].value == "as it is"
    assert await make(Visitor(surface="slack", tenant="T1", account="U2"), wanted) is None


async def test_notes_are_offered_by_what_is_in_them_while_somebody_types(book: Notebook) -> None:
    ana, _ = await book.meet(SLACK), await book.meet(SLACK, "U2")
    await book.note(ana, "note", text="The harbour")
    complete = completing_notes(book.people, PostgresNotes(book.desk.database))
    visitor = Visitor(surface="slack", tenant="T1", account="U1")
    (choice,) = await complete(visitor, "harb")
    assert choice.value == await book.only(ana)
    assert await complete(visitor, choice.value) == [choice]
    assert await complete(visitor.model_copy(update={"account": "U2"}), "") == []


def _arguments(button: Button) -> dict[str, str]:
    assert button.invocation is not None
    return dict(Invocation.unpacked(button.invocation.packed()).arguments)


async def test_free_text_makes_a_note_only_after_a_yes(office: Office) -> None:
    app = await office.open()
    assert "Shall I do that?" in await office.ask("make a note: call Ben", "U1")
    ((org_id,),) = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
    (rows,) = await app.database.run(int(str(org_id)), ("SELECT 1 FROM notes", ()))
    assert rows == []


async def test_what_robbie_found_and_nobody_touched_for_long_is_let_go_once_a_day(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    long_ago, now = datetime.now(UTC) - timedelta(days=400), datetime.now(UTC)
    kept: dict[str, dict[str, object]] = {
        "by hand": {"found_by": "hand"},
        "pinned": {"pinned": True},
        "shared": {"shared_with": "*"},
        "edited": {"edited_at": now},
        "used": {"used_at": now},
        "due": {"due_at": now},
        "young": {"said_at": now},
        "slow": {"kind": "personal"},
        "asked about": {},
    }
    for number, text in enumerate(("faded", *kept), 1):
        await book.note(ana, "note", origin=number, text=text)
        id = _arguments((await book.note(ana, "notes", search=text)).buttons[0])["id"]
        faded = {"found_by": "detector", "kind": "deadline", "said_at": long_ago}
        await book.change(id, **{**faded, **kept.get(text, {})})
    org_id = int(str((await book.desk.row("SELECT org_id FROM people"))["org_id"]))
    await book.desk.database.run(org_id, (_WAITING, ()), viewer=Viewer.owner(org_id, ana))
    schedules = PostgresSchedules(book.desk.database)
    assert await schedules.fade(now) == 1
    assert await schedules.fade(now) is None
    left = await book.desk.rows("SELECT text FROM memories ORDER BY id")
    assert [row["text"] for row in left] == list(kept)


async def test_what_its_owner_pins_while_it_fades_stays(book: Notebook, admin_url: str) -> None:
    ana = await book.meet(SLACK)
    now = datetime.now(UTC)
    await book.note(ana, "note", text="the harbour deal")
    id = _arguments((await book.note(ana, "notes", search="harbour")).buttons[0])["id"]
    await book.change(id, found_by="detector", kind="deadline", said_at=now - timedelta(days=400))
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM notes%'"
    with psycopg.connect(admin_url) as owner, psycopg.connect(admin_url, autocommit=True) as admin:
        owner.execute("UPDATE notes SET pinned = true")
        fading = asyncio.create_task(PostgresSchedules(book.desk.database).fade(now))
        async with asyncio.timeout(30):
            while not admin.execute(waits).fetchall():
                await asyncio.sleep(0.05)
        owner.commit()
    assert await fading == 0
    assert await book.desk.rows("SELECT id FROM notes") != []


_WAITING = """
    INSERT INTO consents (org_id, note_id, owner, person_id, conversation_id, part, what, audience, wording, expires_at)
    SELECT org_id, id, owner, owner, conversation_id, 'owner', 'share', '*', text, now() FROM notes
    WHERE text = 'asked about'"""


async def test_a_faded_note_is_recalled_behind_a_fresh_one_that_says_the_same(book: Notebook) -> None:
    ana = await book.meet(SLACK)
    for number, text in enumerate(("The harbour deal is off today", "The harbour deal is on today"), 1):
        await book.note(ana, "note", origin=number, text=text)
    faded = _arguments((await book.note(ana, "notes")).buttons[1])["id"]
    org = await book.desk.row("SELECT org_id FROM people")
    viewer, memories = Viewer.owner(int(str(org["org_id"])), ana), PostgresMemories(book.desk.database)
    await book.change(faded, kind="deadline", found_by="detector", said_at=datetime.now(UTC) - timedelta(days=90))
    hits = await memories.by_words(viewer, "harbour deal", 10, without_conversation=None)
    found = (await memories.candidates(viewer, hits, {}, 10, without_conversation=None)).found
    importances = {one.id: one.importance for one in found}
    rows = await book.desk.rows("SELECT id, text FROM memories")
    by_text = {str(row["text"]).split()[4]: importances[row["id"]] for row in rows}  # type: ignore[index]
    assert by_text["on"] == pytest.approx(0.5)
    assert by_text["off"] == pytest.approx(0.5 / 8, rel=0.01)
