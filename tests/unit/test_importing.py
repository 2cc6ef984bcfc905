"""Files of contacts, companies and deals: whatever their letters, separators and headers, row by row."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.documents.vcards import VobjectCards
from core.work.contacts import Contact
from core.work.deals import Stage
from core.work.drafts import Draft, drafts, plan
from core.work.headers import COMPANY, CONTACT, DEAL, kind_of, normal
from core.work.importing import read
from core.work.reading import MOST_BYTES, MOST_LINES, Unimportable, as_csv, rows_of, safe_cell

CARDS = VobjectCards()
NOW = datetime(2026, 11, 29, tzinfo=UTC)

GOOGLE = """First Name,Middle Name,Last Name,Notes,Birthday,Organization Name,Organization Title,E-mail 1 - Label,\
E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value
Ana,,Pohl,"likes tea
and cake",1980-05-03,Acme,CTO,Work,ana@acme.com ::: ana@home.example,Mobile,+49 30 1 ::: +49 30 2
"""
OUTLOOK = """First Name,Last Name,Company,Job Title,E-mail Address,Mobile Phone,Business Phone,Notes
Ana,Pohl,Acme,CTO,ana@acme.com,+49 151 1,+49 30 1,likes tea
"""
OUTLOOK_DE = """Vorname;Nachname;Firma;Position;E-Mail-Adresse;Mobiltelefon;Notizen
Ana;Pohl;Acme;CTO;ana@acme.com;+49 151 1;likes tea
"""
HUBSPOT = """Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Associated Company,Job Title
501,Ana,Pohl,ana@acme.com,+49 30 1,Ben,Acme,CTO
"""
PIPEDRIVE = """Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Work,Person - ID
Ana Pohl,Acme,ana@acme.com,+49 30 1,77
"""
HAND = "Name\tE-Mail\tFirma\nAna Pohl\tana@acme.com\tAcme\n"


@pytest.mark.parametrize("text", [GOOGLE, OUTLOOK, OUTLOOK_DE, HUBSPOT, PIPEDRIVE, HAND])
def test_exports_of_known_programs_are_read_as_they_are(text: str) -> None:
    rows, made, wrong = read(text.encode(), CARDS)
    assert (rows.kind, wrong) == ("contact", [])
    (one,) = made
    assert (one.name, one.fields["email"], one.company) == ("Ana Pohl", "ana@acme.com", "Acme")


def test_what_a_program_exports_beside_is_read_too() -> None:
    (google,) = read(GOOGLE.encode(), CARDS)[1]
    assert google.fields["phone"] == "+49 30 1"
    assert google.fields["birthday"] == date(1980, 5, 3)
    assert google.fields["about"] == "likes tea\nand cake"
    (hubspot,) = read(HUBSPOT.encode(), CARDS)[1]
    assert hubspot.key == "501"
    assert read(HUBSPOT.encode(), CARDS)[0].unknown == ("Contact owner",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_letters_separators_and_ends_of_lines_do_not_matter(encoding: str, separator: str, end: str) -> None:
    lines = ["Name,Email,Firma", "Jörg Müßig,joerg@example.com,Größe & Söhne", "Ana Pohl,ana@acme.com,Acme"]
    data = end.join(line.replace(",", separator) for line in lines).encode(encoding)
    made = read(data, CARDS)[1]
    assert [(one.line, one.name, one.company) for one in made] == [
        (2, "Jörg Müßig", "Größe & Söhne"),
        (3, "Ana Pohl", "Acme"),
    ]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = 'sep=;\nName;Email;Notes\nAna;ana@acme.com;"two\nlines"\n\nBen;ben at acme;x\nCy;cy@acme.com;y;z;\n'
    _, made, wrong = read(text.encode(), CARDS)
    assert [one.line for one in made] == [3]
    assert [(one.line, one.what[:20]) for one in wrong] == [(6, "“ben at acme” is no "), (7, "it has 5 cells, and ")]
    assert all(one.fix for one in wrong)


def test_deals_are_read_with_worth_stage_and_day() -> None:
    text = (
        "Deal Name,Deal Stage,Amount,Currency,Close Date,Associated Company\n"
        'Rollout,contractsent,"40.000,00",EUR,30.11.2026,Acme\n'
        "Support,Closed Won,$5k,,2026-12-01,\n"
        "Odd,on hold,5,,,\n"
        "Never,lead,a lot,,,\n"
        "When,lead,5,,1/2/2026,\n"
    )
    rows, made, wrong = read(text.encode(), CARDS)
    assert rows.kind == "deal"
    assert made[0].fields == {
        "name": "Rollout",
        "stage": Stage.NEGOTIATION,
        "value": Decimal("40000.00"),
        "currency": "EUR",
        "closes_on": date(2026, 11, 30),
    }
    assert made[1].fields["currency"] == "USD"
    assert [one.line for one in wrong] == [4, 5, 6]


def test_companies_are_told_from_people() -> None:
    rows, made, _ = read(b"Company name,Company Domain Name\nAcme,https://www.acme.com/about\n", CARDS)
    assert (rows.kind, made[0].fields) == ("company", {"name": "Acme", "domain": "acme.com"})
    assert kind_of(["Name", "Website"]) == "company"
    assert kind_of(["Name", "Company"]) == "contact"


CARD3 = (
    "BEGIN:VCARD\nVERSION:3.0\nUID:u1\nFN:Ana Pohl\nN:Pohl;Ana;;;\nORG:Acme;Rockets\n"
    "item1.EMAIL;TYPE=work:ana@acme.com\n"
    "TEL;TYPE=cell:+49 30 1\nTITLE:CTO\nBDAY:1980-05-03\nNOTE:Likes tea\\, and\n  cake\\nand more\nEND:VCARD\n"
)
CARD4 = (
    'BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:1-2\nFN:Ben Zoll\nTEL;VALUE=uri;TYPE="voice,home":tel:+1-555-5555\n'
    "EMAIL;PREF=1:ben@beta.example\nBDAY:--0203\nPHOTO;ENCODING=b:!!!broken!!!\nEND:VCARD\n"
)
CARD21 = (
    "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BC=\n=C3=9Fig\n"
    "EMAIL;INTERNET:joerg@example.com\nEND:VCARD\n"
)


def test_vcards_of_every_version_are_read_card_by_card() -> None:
    bad = "BEGIN:VCARD\nVERSION:3.0\nEMAIL:nobody\nEND:VCARD\n"
    cut = "BEGIN:VCARD\nVERSION:3.0\nFN:Cut\n"
    _, made, wrong = read("\n".join([CARD3, CARD4, bad, CARD21, cut]).encode(), CARDS)
    assert [(one.name, one.fields.get("email"), one.key) for one in made] == [
        ("Ana Pohl", "ana@acme.com", "u1"),
        ("Ben Zoll", "ben@beta.example", "1-2"),
        ("Jörg Müßig", "joerg@example.com", ""),
    ]
    assert made[0].fields["about"] == "Likes tea, and cake\nand more"
    assert made[0].company == "Acme"
    assert (made[1].fields["phone"], made[1].fields["birthday"]) == ("+1-555-5555", date(1904, 2, 3))
    assert len(wrong) == 2
    assert "no end" in wrong[1].what


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00" * 20, "cannot read"),
        (b"a,b\n1,2\n", "no column of names"),
        (b"x" * (MOST_BYTES + 1), "too large"),
        (b"Name\n" + b"a\n" * 50_001, "too long"),
    ],
)
def test_what_is_no_such_file_is_said_so(data: bytes, why: str) -> None:
    with pytest.raises(Unimportable, match=why):
        rows_of(data, CARDS)


@given(st.binary(max_size=400))
def test_whatever_bytes_are_they_are_read_or_refused_in_words(data: bytes) -> None:
    for given_ in (data, b"Name,Email\n" + data, b"BEGIN:VCARD\n" + data + b"\nEND:VCARD"):
        with suppress(Unimportable):
            made, wrong = drafts(rows_of(given_, CARDS))
            assert all(one.name for one in made)
            assert all(one.what and one.fix for one in wrong)


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=30)


@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_every_table_that_a_program_writes_is_read_again(cells: list[tuple[str, str]], separator: str) -> None:
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("Name", "Notes"), *cells])
    rows = rows_of(made.getvalue().encode("utf-8-sig"), CARDS)
    wanted = [(name.strip(), about.strip()) for name, about in cells if name.strip() or about.strip()]
    assert [(row.values["name"], row.values["about"]) for row in rows.rows] == wanted


@given(st.text(max_size=20))
def test_no_cell_that_goes_out_is_a_formula(text: str) -> None:
    assert safe_cell(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert b"=cmd" not in as_csv([["=cmd|' /C calc'!A0"]]).replace(b"'=cmd", b"")


def contact(id_: int, name: str, **more: object) -> Contact:
    return Contact.model_validate({"id": id_, "name": name, "created_at": NOW, "changed_at": NOW, **more})


def test_what_is_there_is_known_by_key_by_address_and_by_name_and_company() -> None:
    there = [
        contact(1, "Ana", key="k1", email="old@acme.com"),
        contact(2, "Ben", email="Ben@acme.com"),
        contact(3, "Cy", company="Acme"),
        contact(4, "Gone", email="gone@acme.com", gone_at=NOW),
    ]
    made = [
        Draft(2, {"name": "Ana", "email": "new@acme.com"}, key="k1"),
        Draft(3, {"name": "Ben", "email": "ben@acme.com", "title": "CTO"}),
        Draft(4, {"name": "cy"}, company="ACME"),
        Draft(5, {"name": "Cy"}, company="Beta"),
        Draft(6, {"name": "Gone", "email": "gone@acme.com"}),
        Draft(7, {"name": "Ben too", "email": "BEN@acme.com"}),
    ]
    found = plan(made, [], there, [])
    assert [one.there.id for one in found.changed] == [1, 2, 3]
    assert dict(found.changed[0].fields) == {"email": "new@acme.com"}
    assert [one.line for one in found.new] == [5, 6]
    assert found.companies == ("Beta",)
    assert [(one.line, "line 3" in one.what) for one in found.wrong] == [(7, True)]


def test_what_a_file_leaves_empty_stays() -> None:
    there = [contact(1, "Ana", email="ana@acme.com", title="CTO")]
    found = plan([Draft(2, {"name": "Ana", "email": "ana@acme.com"})], [], there, [])
    assert (len(found.unchanged), found.does_nothing) == (1, True)


def test_every_header_of_the_table_is_written_as_it_is_looked_up() -> None:
    for table in (CONTACT, COMPANY, DEAL):
        for names in table.values():
            assert [normal(name) for name in names] == list(names)


OUTLOOK_ODD = (
    '"Title","First Name","Last Name","Company","Job Title","Birthday","E-mail Address"\r\n'
    '"Dr.","Ana","Pohl","Acme","CTO","5/13/1980","ana@acme.com"\r\n'
    '"","Bob","Smith","","","0/0/00","/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=bob"\r\n'
    '"","Eve","Zed","","","5/3/1981","eve@zed.com"\r\n'
)


def test_an_export_of_outlook_is_read_as_it_is() -> None:
    _, made, wrong = read(OUTLOOK_ODD.encode("cp1252"), CARDS)
    assert not wrong
    assert [(draft.name, draft.fields.get("email"), draft.fields.get("birthday")) for draft in made] == [
        ("Ana Pohl", "ana@acme.com", date(1980, 5, 13)),
        ("Bob Smith", None, None),
        ("Eve Zed", "eve@zed.com", date(1981, 5, 3)),
    ]
    assert made[0].fields["title"] == "CTO"


def test_days_of_which_none_tells_their_order_are_told_by_line() -> None:
    _, made, wrong = read(OUTLOOK_ODD.replace("5/13/1980", "5/4/1980").encode(), CARDS)
    assert [draft.name for draft in made] == ["Bob Smith"]
    assert [one.line for one in wrong] == [2, 4]


def test_exports_of_hubspot_are_read_as_they_are() -> None:
    deals = (
        "Record ID,Deal Name,Deal Stage,Close Date,Amount,Associated Contact\n"
        "1,Big,Closed Won (Sales Pipeline),2026-11-30 23:59,40000,Ana Pohl (ana@acme.com)\n"
    )
    companies = "Record ID,Company name,Phone Number,Company Domain Name\n55,Acme,+49 30,acme.com\n"
    rows, made, wrong = read(deals.encode(), CARDS)
    assert (rows.kind, made[0].fields["stage"], made[0].contact, wrong) == ("deal", "won", "Ana Pohl", [])
    rows, made, wrong = read(companies.encode(), CARDS)
    assert (rows.kind, made[0].name, made[0].fields["domain"], wrong) == ("company", "Acme", "acme.com", [])


def test_a_birthday_of_apple_without_a_year_has_none() -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-03\nEND:VCARD\n"
    assert read(card.encode(), CARDS)[1][0].fields["birthday"] == date(1904, 5, 3)


def test_a_quote_that_is_left_open_swallows_no_lines_in_silence() -> None:
    _, made, wrong = read(b'Name,Email,Notes\nAna,ana@acme.com,fine\nBen,ben@acme.com,"so\nEve,eve@x.de,\n', CARDS)
    assert [draft.name for draft in made] == ["Ana"]
    assert [(one.line, "closed nowhere" in one.what) for one in wrong] == [(3, True)]


def test_lines_of_pictures_do_not_make_cards_too_many() -> None:
    picture = "PHOTO;ENCODING=b;TYPE=JPEG:" + "\n ".join(["AAAA"] * MOST_LINES)
    card = f"BEGIN:VCARD\nVERSION:3.0\nFN:Ana\n{picture}\nEND:VCARD\n"
    assert [draft.name for draft in read(card.encode(), CARDS)[1]] == ["Ana"]
