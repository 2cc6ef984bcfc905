"""Whom notes are about: the people of the org whose first names are said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.postgres.database import Transaction
from adapters.postgres.visible import ACCOUNTS
from core.consent.policy import others
from core.notes.finding import absent
from core.notes.models import PERSONAL, Note

_NAME = re.compile(r"\b[^\W\d_a-z][\w’'-]+")

# Whom a first name that is said may mean, beside those who are known to be meant or not to be.
ABSENT = """
    SELECT id, name FROM people WHERE split_part(name, ' ', 1) = ANY (%(names)s) AND id <> ALL (%(people)s)
      AND EXISTS (SELECT FROM accounts WHERE person_id = people.id AND NOT is_bot)
    ORDER BY id LIMIT 200"""


def said_names(text: str) -> set[str]:
    """The words that may be names."""
    return set(_NAME.findall(text))


async def asked_too(tx: Transaction, note: Note) -> Sequence[int] | None:
    """Whose yes it takes beside the owner's; None where there is somebody whom nobody knows how to ask.

    A personal note may have come to be about somebody by its owner's own words since it was found.
    """
    own = [found["id"] for found in await (await tx.execute(ACCOUNTS, {"me": note.owner})).fetchall()]
    if note.kind in PERSONAL:
        known = [one for one in note.subjects if one.kind == "person"]
        people = [*own, *(one.person_id for one in known if one.person_id is not None)]
        values = {"names": list(said_names(note.text)), "people": people}
        rows = await (await tx.execute(ABSENT, values)).fetchall()
        me = await (await tx.execute("SELECT name FROM people WHERE id = ANY (%s)", (own,))).fetchall()
        told = {*(one.name for one in known), *(row["name"] or "" for row in me)}
        named = {row["id"]: row["name"] for row in rows if row["name"] not in told}
        first = {name.split()[0] for name in told if name.strip()}
        note = note.model_copy(update={"subjects": (*note.subjects, *absent(note.text, named, first))})
    return others(note, own)


async def are_there(tx: Transaction, people: Sequence[int]) -> bool:
    """Whether all of them are still there to be asked."""
    there = await (await tx.execute("SELECT id FROM people WHERE id = ANY (%s)", (list(people),))).fetchall()
    return len(there) == len(people)
