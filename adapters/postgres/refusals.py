"""What people declined or had forgotten: known again when it comes up, without being kept."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.postgres.database import Transaction
from core.notes.refusals import fingerprints

# What one account of a human refused holds for all of them. A person's salt goes where the person's rows go.
_SALTS = """
    SELECT id, salt FROM people
    WHERE (id = %(person_id)s OR human = (SELECT human FROM people WHERE id = %(person_id)s))
      AND EXISTS (SELECT FROM refusals WHERE person_id = people.id)"""
_SALT = "SELECT id, salt FROM people WHERE id = %(person_id)s"

_REFUSE = """
    INSERT INTO refusals (org_id, person_id, fingerprint)
    SELECT %(org_id)s, %(person_id)s, unnest(%(fingerprints)s::bytea[]) ON CONFLICT DO NOTHING"""

_KNOWN = "SELECT fingerprint FROM refusals WHERE person_id = %s AND fingerprint = ANY (%s::bytea[])"


async def refuse(tx: Transaction, org_id: int, person_id: int, text: str) -> None:
    """Keep that this person does not want this noted or proposed again.

    Args:
        tx: as robbie_app, confined to the org.
        org_id: the person's.
        person_id: whose note it is.
        text: what was declined or forgotten; only fingerprints of it are kept.
    """
    salts = await _salts(tx, _SALT, person_id)
    for _, salt in salts:
        found = sorted(fingerprints(text, salt))
        await tx.execute(_REFUSE, {"org_id": org_id, "person_id": person_id, "fingerprints": found})


async def refused(tx: Transaction, org_id: int, person_id: int, texts: Sequence[str]) -> Sequence[bool]:
    """For each text, whether the person has refused it, or one much like it.

    Args:
        tx: as robbie_app, confined to the org.
        org_id: the person's.
        person_id: whose notes these would be.
        texts: what the notes would say.
    """
    known = [False] * len(texts)
    for account, salt in await _salts(tx, _SALTS, person_id):
        marks = [fingerprints(text, salt) for text in texts]
        rows = await (await tx.execute(_KNOWN, (account, sorted(frozenset().union(*marks))))).fetchall()
        there = {bytes(row["fingerprint"]) for row in rows}
        known = [before or not there.isdisjoint(mark) for before, mark in zip(known, marks, strict=True)]
    return known


async def _salts(tx: Transaction, query: str, person_id: int) -> list[tuple[int, bytes]]:
    rows = await (await tx.execute(query, {"person_id": person_id})).fetchall()
    return [(row["id"], bytes(row["salt"])) for row in rows]
