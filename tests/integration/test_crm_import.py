"""A file is looked at, then imported whole or not at all, once, and taken back."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import psycopg
import pytest

from adapters.documents.vcards import VobjectCards
from adapters.postgres.importing import PostgresImports
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Attached, FileRef
from core.registry import Invocation
from core.work.contacts import Wanted
from core.work.importing import importing, read
from tests.integration.conftest import PLACE, Desk
from tests.integration.crm_world import Team, team
from tests.office import Office

CSV = (
    "Name;E-Mail;Firma;Position\n"
    "Ana Pohl;ana@acme.com;Acme;CTO\n"
    "Ben Zoll;ben at beta;Beta;\n"
    "Cy Young;cy@acme.com;acme;CEO\n"
).encode("utf-16")


class Importing:
    """A team whose people send files."""

    def __init__(self, desk: Desk) -> None:
        self.friends: Team = team(desk)
        self.imports = PostgresImports(desk.database)
        self.friends.handlers = {**self.friends.handlers, **importing(self.imports, VobjectCards())}

    async def send(self, person: int, *files: tuple[str, bytes]) -> Say:
        """A message with files that says ``import``."""
        contents = dict(files)
        viewer = await self.friends.viewer(person)
        self.friends.number += 1

        async def fetch(file: FileRef, limit: int) -> bytes:
            return contents[file.name][: limit + 1]

        asked = Asked(
            REGISTRY.checked(Invocation(command="import")),
            Asker(org_id=viewer.org_id, person_id=person, account="U1", name="Ana", member=True),
            PLACE, datetime.now(UTC), self.friends.number, 1,
            files=tuple(Attached(id=name, name=name, size=len(data)) for name, data in files), fetch=fetch,
        )  # fmt: skip
        said = await self.friends.handlers["import"](asked)
        assert isinstance(said, Say)
        return said

    async def names(self, person: int) -> list[str]:
        """All contacts that somebody sees."""
        found = await self.friends.crm.contacts.find(await self.friends.viewer(person), Wanted(), 99_999)
        return [one.name for one in found]


@pytest.fixture
async def world(desk: Desk) -> Importing:
    return Importing(desk)


async def test_a_file_is_looked_at_before_it_is_imported_and_then_known_again(world: Importing) -> None:
    me, ben = await world.friends.meet(PLACE), await world.friends.meet(PLACE, "U2")
    looked = await world.send(me, ("people.csv", CSV))
    assert "2 new, 1 wrong" in looked.text
    assert "line 3: “ben at beta” is no address" in looked.text
    assert "1 company would be made" in looked.text
    assert await world.names(me) == []
    done = await world.friends.press(me, "Import 2", looked)
    assert "Imported" in done.text
    assert "1 company was made along" in done.text
    assert await world.names(ben) == ["Ana Pohl", "Cy Young"]
    (company,) = await world.friends.crm.companies.find(await world.friends.viewer(me), Wanted(), 10)
    assert company.name == "Acme"
    again = await world.send(me, ("people.csv", CSV))
    assert "2 as they are here already" in again.text
    assert not again.buttons
    assert "imported already" in (await world.friends.press(me, "Import 2", looked)).text


async def test_an_import_is_taken_back_whole_what_it_changed_too(world: Importing) -> None:
    me = await world.friends.meet(PLACE)
    await world.friends.says(me, "contact Ana Pohl, Acme, ana@acme.com, intern")
    done = await world.friends.press(me, "Import 2", await world.send(me, ("people.csv", CSV)))
    assert "1 new, 1 changed" in done.text
    assert "CTO" in (await world.friends.says(me, "contact Ana Pohl")).text
    assert "2 entries are" in (await world.friends.press(me, "Undo", done)).text
    assert "intern" in (await world.friends.says(me, "contact Ana Pohl")).text
    assert await world.names(me) == ["Ana Pohl"]


async def test_what_is_imported_for_oneself_alone_is_seen_by_nobody_else(world: Importing) -> None:
    me, ben = await world.friends.meet(PLACE), await world.friends.meet(PLACE, "U2")
    await world.friends.press(me, "Import for me", await world.send(me, ("people.csv", CSV)))
    assert len(await world.names(me)) == 2
    assert await world.names(ben) == []


async def test_a_file_is_nobody_elses_to_import(world: Importing) -> None:
    me, ben = await world.friends.meet(PLACE), await world.friends.meet(PLACE, "U2")
    looked = await world.send(me, ("people.csv", CSV))
    assert "not here any more" in (await world.friends.press(ben, "Import 2", looked)).text
    assert await world.names(ben) == []


async def test_two_imports_of_one_file_at_once_double_nothing(world: Importing) -> None:
    me, ben = await world.friends.meet(PLACE), await world.friends.meet(PLACE, "U2")
    both = [await world.send(person, ("people.csv", CSV)) for person in (me, ben)]
    await asyncio.gather(*(world.friends.press(p, "Import 2", said) for p, said in zip((me, ben), both, strict=True)))
    assert await world.names(me) == ["Ana Pohl", "Cy Young"]


async def test_deals_find_their_company_and_their_contact(world: Importing) -> None:
    me = await world.friends.meet(PLACE)
    await world.friends.says(me, "contact Ana Pohl, Acme, ana@acme.com")
    text = (
        b"Deal name,Amount,Currency,Stage,Company,Contact\n"
        b"Rollout,40k,EUR,proposal,Acme,Ana Pohl\nSupport,5k,EUR,won,New Inc,Nobody\n"
    )
    looked = await world.send(me, ("deals.csv", text))
    done = await world.friends.press(me, "Import 2", looked)
    assert "2 deals: 2 new" in done.text
    shown = (await world.friends.says(me, "deal Rollout")).text
    assert "Company: Acme" in shown
    assert "Contact: Ana Pohl" in shown
    assert "as they are" in (await world.send(me, ("deals.csv", text))).text


async def test_every_line_of_a_long_list_of_faults_stands_in_a_file_without_formulas(world: Importing) -> None:
    me = await world.friends.meet(PLACE)
    lines = "\n".join(f"=cmd|x{number},nowhere{number}" for number in range(30))
    looked = await world.send(me, ("bad.csv", f"Name,Email\n{lines}\n=1+1,a@b.example\n".encode()))
    assert "20 more" in looked.text
    (file,) = looked.files
    report = file.data.decode("utf-8-sig")
    assert report.count("wrong") == 30
    assert ",'=1+1," in report


async def test_what_is_no_file_of_contacts_is_said_so(world: Importing) -> None:
    me = await world.friends.meet(PLACE)
    assert "Attach a CSV" in (await world.send(me)).text
    assert "no column of names" in (await world.send(me, ("x.csv", b"a,b\n1,2\n"))).text
    assert "cannot read" in (await world.send(me, ("x.png", b"\x89PNG\r\n\x1a\n" + bytes(99)))).text


async def test_an_import_that_fails_half_way_leaves_nothing(world: Importing, admin_url: str) -> None:
    me = await world.friends.meet(PLACE)
    viewer = await world.friends.viewer(me)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE contacts ADD CONSTRAINT no_cy CHECK (name <> 'Cy Young')")
    rows, made, wrong = read(CSV, VobjectCards())
    with pytest.raises(psycopg.errors.CheckViolation):
        await world.imports.carry_out(viewer, rows.kind, made, wrong, shared=True)
    assert await world.names(me) == []
    assert await world.friends.crm.companies.find(viewer, Wanted(), 10) == []


async def test_ten_thousand_lines_are_imported_and_known_again(world: Importing) -> None:
    me = await world.friends.meet(PLACE)
    viewer = await world.friends.viewer(me)
    lines = (f"Person {n},p{n}@company{n % 500}.example,Company {n % 500}" for n in range(10_000))
    data = ("Name,Email,Company\n" + "\n".join(lines)).encode()
    began = time.monotonic()
    rows, made, wrong = read(data, VobjectCards())
    done = await world.imports.carry_out(viewer, rows.kind, made, wrong, shared=True)
    print(f"10,000 lines: {time.monotonic() - began:.1f} s")
    assert (len(done.plan.new), len(done.plan.companies), wrong) == (10_000, 500, [])
    again = await world.imports.look(viewer, rows.kind, made, wrong)
    assert (len(again.unchanged), again.does_nothing) == (10_000, True)


async def test_a_file_in_slack_is_fetched_looked_at_and_imported_by_a_press(office: Office) -> None:
    await office.open()
    attached = office.slack.attach("people.csv", CSV)
    before = len(office.answers("U1"))
    await office.slack.say("U1", "U1", "!robbie import", files=[attached])
    await office.until(lambda: len(office.answers("U1")) > before)
    await office.settled()
    looked = office.slack.bot_messages("U1")[-1]
    assert "2 new, 1 wrong" in office.answers("U1")[-1]
    await office.slack.press("U1", looked, "do:0")
    await office.until(lambda: len(office.answers("U1")) > before + 1)
    await office.settled()
    assert "Imported" in office.answers("U1")[-1]
    await office.command("contacts", "U1")
    assert "Cy Young" in office.answers("U1")[-1]
