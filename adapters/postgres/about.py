"""Whom notes are about: the people of the org who are named, or mentioned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.postgres.database import Transaction
from adapters.postgres.visible import ACCOUNTS
from core.consent.policy import others
from core.conversation.mentions import MENTION
from core.notes.models import PERSONAL, Note, Subject
from core.notes.naming import UNKNOWN, absent, folded

_NAME = re.compile(r"\b[^\W\d_a-z][\w-]+")

# Whom a first name that is said may mean, beside those who are known to be meant or not to be.
ABSENT = """
    SELECT id, name FROM people WHERE split_part(name, ' ', 1) = ANY (%(names)s) AND id <> ALL (%(people)s)
      AND EXISTS (SELECT FROM accounts WHERE person_id = people.id AND NOT is_bot)
    ORDER BY id LIMIT 200"""

# Whoever may be named: of names beyond ASCII, PostgreSQL does not know in every locale how they are written small.
_PERHAPS = """
    SELECT id, name FROM people
    WHERE id <> ALL (%(people)s) AND (name ~ '[^\\x20-\\x7e]' OR EXISTS (
        SELECT FROM regexp_split_to_table(lower(name), '[^a-z0-9]+') AS part
        WHERE length(part) > 1 AND strpos(%(text)s, part) > 0))
      AND EXISTS (SELECT FROM accounts WHERE person_id = people.id AND NOT is_bot)"""
_MENTIONED = """
    SELECT account, people.id, people.name FROM accounts JOIN people ON people.id = person_id
    WHERE account = ANY (%(accounts)s) AND NOT is_bot"""


def said_names(text: str) -> set[str]:
    """The words that may be names."""
    return set(_NAME.findall(text))


async def asked_too(tx: Transaction, note: Note) -> Sequence[int] | None:
    """Whose yes it takes beside the owner's; None where there is somebody whom nobody knows how to ask.

    A personal note may have come to be about somebody by its owner's own words since it was found.
    """
    own = [found["id"] for found in await (await tx.execute(ACCOUNTS, {"me": note.owner})).fetchall()]
    if note.kind in PERSONAL:
        known = [*note.subjects, *await _mentioned(tx, note.text)]
        known = [one for one in known if one.kind == "person"]
        people = [*own, *(one.person_id for one in known if one.person_id is not None)]
        perhaps = {"text": folded(note.text), "people": people}
        rows = await (await tx.execute(_PERHAPS, perhaps)).fetchall()
        me = await (await tx.execute("SELECT name FROM people WHERE id = ANY (%s)", (own,))).fetchall()
        told = {*(one.name for one in known), *(row["name"] or "" for row in me)}
        named = {row["id"]: row["name"] for row in rows if row["name"] not in told}
        note = note.model_copy(update={"subjects": (*known, *absent(MENTION.sub(" ", note.text), named, told))})
    return others(note, own)


async def _mentioned(tx: Transaction, text: str) -> list[Subject]:
    """Whom a text mentions as platforms write it; who is not known here is somebody all the same."""
    accounts = dict.fromkeys(MENTION.findall(text))
    if not accounts:
        return []
    rows = await (await tx.execute(_MENTIONED, {"accounts": list(accounts)})).fetchall()
    strangers = accounts.keys() - {row["account"] for row in rows}
    found = [Subject(kind="person", name=row["name"] or UNKNOWN, person_id=row["id"]) for row in rows]
    return [*found, *(Subject(kind="person", name=UNKNOWN) for _ in strangers)]


async def are_there(tx: Transaction, people: Sequence[int]) -> bool:
    """Whether all of them are still there to be asked."""
    there = await (await tx.execute("SELECT id FROM people WHERE id = ANY (%s)", (list(people),))).fetchall()
    return len(there) == len(people)
