"""Notes: kept once, found by words, forgotten, and nobody else's to see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.postgres.database import Database
from adapters.postgres.links import PostgresLinks
from adapters.postgres.notes import PostgresNotes
from adapters.postgres.people import PostgresPeople
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker
from core.desk import Visitor
from core.notes.commands import latest_notes, noting
from core.registry import CommandError, Invocation
from tests.integration.conftest import Desk
from tests.integration.test_links import DISCORD, GUILD, OTHER_SLACK, SLACK, Meeting
from tests.office import Office


class Notebook(Meeting):
    """People who keep notes."""

    async def note(self, person: int, command: str, *, origin: int = 1, about: str = "", **arguments: str) -> Say:
        """Carry a command on notes out for a person."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        conversation = await self.desk.row("SELECT id FROM conversations ORDER BY id LIMIT 1")
        asker = Asker(org_id=int(str(row["org_id"])), person_id=person, account="U1", name="Ana", zone="Europe/Berlin")
        asked = Asked(
            REGISTRY.checked(Invocation(command=command, arguments=arguments)),
            asker,
            SLACK,
            datetime.now(UTC),
            origin,
            int(str(conversation["id"])),
            about=about,
        )
        said = await noting(PostgresNotes(self.desk.database))[command](asked)
        assert isinstance(said, Say)
        return said


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
    (forget,) = (await book.note(ana, "notes")).buttons
    assert forget.invocation is not None
    for other in (ben, chika):
        assert "no notes yet" in (await book.note(other, "notes")).text
        assert "not there" in (await book.note(other, "forget-note", **forget.invocation.arguments)).text
    assert "a secret" in (await book.note(ana, "notes")).text
    assert "Forgotten" in (await book.note(ana, "forget-note", **forget.invocation.arguments)).text
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
    assert section.text.startswith("1. note 4")
    assert "note 1" not in section.text
    stranger = await make(visitor.model_copy(update={"account": "U404"}))
    assert stranger is not None
    assert "None yet" in stranger.text


@pytest.mark.parametrize(
    ("text", "command", "arguments"),
    [
        ("What are my notes on the landlord?", "notes", {"search": "the landlord"}),
        ("my notes", "notes", {}),
        ("Zeig mir meine Notizen zu Berlin", "notes", {"search": "Berlin"}),
        ("make a note: call Ben", "note", {"text": "call Ben"}),
        ("Merk dir bitte: Ben anrufen", "note", {"text": "Ben anrufen"}),
    ],
)
def test_free_text_on_notes_is_understood(text: str, command: str, arguments: dict[str, str]) -> None:
    assert REGISTRY.spoken(text) == Invocation(command=command, arguments=arguments)


async def test_free_text_makes_a_note_only_after_a_yes(office: Office) -> None:
    app = await office.open()
    assert "Shall I do that?" in await office.ask("make a note: call Ben", "U1")
    ((org_id,),) = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
    (rows,) = await app.database.run(int(str(org_id)), ("SELECT 1 FROM notes", ()))
    assert rows == []
