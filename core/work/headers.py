"""What columns of exports are called, in English and German: of Google, Outlook, HubSpot, Pipedrive, and by hand.

The table is documented in docs/how-to/contacts.md, which a test holds against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CONTACT: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "full name", "display name", "contact", "contact name", "person", "file as", "vollständiger name",
             "anzeigename", "kontakt", "ansprechpartner", "person name"),
    "first": ("first name", "given name", "firstname", "vorname", "person first name"),
    "middle": ("middle name", "additional name", "weitere vornamen", "zweiter vorname"),
    "last": ("last name", "family name", "lastname", "surname", "nachname", "familienname", "person last name"),
    "email": ("email", "e mail", "mail", "email address", "e mail address", "e mail adresse", "email adresse",
              "e mail 1 value", "email 1 value", "e mail 1 wert", "primary email", "person email", "email work",
              "person email work", "e mail geschäftlich", "work email", "mailadresse", "email arbeit"),
    "phone": ("phone", "phone number", "telephone", "mobile", "mobile phone", "mobile phone number", "cell",
              "business phone", "primary phone", "phone 1 value", "telefon 1 wert", "telefon", "telefonnummer",
              "telefon geschäftlich", "mobiltelefon", "handy", "work phone", "phone work", "person phone",
              "person phone work", "rufnummer"),
    "company": ("company", "company name", "organization", "organisation", "organization name", "organization 1 name",
                "organisation 1 name", "associated company", "firma", "firmenname", "unternehmen", "account name",
                "person organization", "primary associated company", "organization 1 firma"),
    "title": ("job title", "jobtitle", "title", "position", "role", "organization title", "organization 1 title",
              "organisation 1 titel", "berufsbezeichnung", "funktion", "rolle", "person job title", "stelle"),
    "about": ("notes", "note", "about", "description", "comment", "comments", "notizen", "notiz", "bemerkung",
              "bemerkungen", "kommentar", "beschreibung"),
    "birthday": ("birthday", "birth date", "date of birth", "geburtstag", "geburtsdatum"),
    "key": ("id", "key", "record id", "contact id", "person id", "external id", "uid", "kontakt id", "datensatz id"),
}  # fmt: skip

COMPANY: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "company", "company name", "organization", "organization name", "organisation", "account name",
             "firma", "firmenname", "unternehmen"),
    "domain": ("domain", "company domain name", "website", "website url", "web page", "homepage", "webseite", "url"),
    "about": CONTACT["about"],
    "key": ("id", "key", "record id", "company id", "organization id", "external id", "firmen id", "datensatz id"),
}  # fmt: skip

DEAL: Mapping[str, tuple[str, ...]] = {
    "name": ("deal", "deal name", "dealname", "deal title", "opportunity", "opportunity name", "title", "name",
             "geschäft", "deal titel", "bezeichnung", "verkaufschance"),
    "worth": ("worth", "amount", "value", "deal value", "deal amount", "wert", "betrag", "deal wert", "summe",
              "auftragswert"),
    "currency": ("currency", "deal currency", "currency of value", "währung", "deal währung"),
    "stage": ("stage", "deal stage", "dealstage", "deal phase", "phase", "status", "deal status", "stufe"),
    "closes": ("closes", "close date", "closedate", "expected close date", "deal expected close date", "closing date",
               "abschlussdatum", "erwartetes abschlussdatum", "voraussichtliches abschlussdatum"),
    "next": ("next", "next step", "next steps", "nächster schritt"),
    "company": (*CONTACT["company"], "deal organization"),
    "contact": ("contact", "contact name", "contact person", "person", "associated contact", "deal contact person",
                "kontakt", "kontaktperson", "ansprechpartner"),
    "key": ("id", "key", "record id", "deal id", "external id", "opportunity id", "datensatz id"),
}  # fmt: skip

KINDS = {"contact": CONTACT, "company": COMPANY, "deal": DEAL}

# By these alone a file is told to be of deals or of companies.
_OF_DEALS = frozenset(("deal name", "dealname", "deal title", "deal titel", "opportunity name", "deal stage",
                       "dealstage", "deal", "deal value", "amount", "worth", "opportunity",
                       "auftragswert"))  # fmt: skip
_OF_PEOPLE = frozenset((*CONTACT["first"], *CONTACT["last"], *CONTACT["email"], *CONTACT["phone"], *CONTACT["birthday"],
                        "job title", "full name", "contact name", "vollständiger name", "position"))  # fmt: skip
_OF_COMPANIES = frozenset((*COMPANY["domain"], "company", "company name", "firma", "firmenname", "organization name",
                           "unternehmen"))  # fmt: skip


def normal(header: str) -> str:
    """A header as the table has it: lower case, words apart by one space."""
    return " ".join(re.sub(r"[_\-:/.()\[\]\ufeff]+", " ", header).casefold().split())


def kind_of(headers: list[str]) -> str:
    """What a file with these headers holds: ``contact``, ``company`` or ``deal``."""
    names = {normal(header) for header in headers}
    if "company domain name" in names:  # HubSpot's companies have telephones, too
        return "company"
    if names & _OF_DEALS and not names & frozenset((*CONTACT["first"], *CONTACT["last"])):
        return "deal"
    if names & _OF_PEOPLE:
        return "contact"
    of_companies = names & frozenset(COMPANY["domain"]) or (names & _OF_COMPANIES and "name" not in names)
    return "company" if of_companies else "contact"


def mapped(kind: str, headers: list[str]) -> tuple[Mapping[int, str], list[str]]:
    """Which column holds which field, and the headers that mean nothing here.

    Of several columns that could hold a field, the one whose name comes first in the table does.
    """
    names, found = [normal(header) for header in headers], dict[int, str]()
    for field, known in KINDS[kind].items():
        places = [(known.index(name), at) for at, name in enumerate(names) if name in known and at not in found]
        if places:
            found[min(places)[1]] = field
    return found, [header for at, header in enumerate(headers) if at not in found and header.strip()]
