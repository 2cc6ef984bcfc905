"""What a person declined or had forgotten is recognised for that person, and for nobody else."""

from __future__ import annotations

import pytest

from adapters.postgres.refusals import refuse, refused
from tests.integration.conftest import Desk, message

TEXT = "I'll send Ben the quarterly report by Friday"
AGAIN = "Sending Ben the quarterly reports by Friday."


@pytest.fixture
async def people(desk: Desk) -> tuple[int, int, int]:
    """An org, and two people in it."""
    ana = await desk.accept(message(1))
    bob = await desk.accept(message(2, author={"account": "U2", "name": "Bob"}))
    rows = await desk.rows(
        "SELECT org_id, person_id FROM inbox WHERE id = ANY (%s) ORDER BY id", [ana.inbox_id, bob.inbox_id]
    )
    return int(str(rows[0]["org_id"])), int(str(rows[0]["person_id"])), int(str(rows[1]["person_id"]))


async def test_what_was_refused_is_known_again_in_other_words(desk: Desk, people: tuple[int, int, int]) -> None:
    org, ana, _ = people
    async with desk.database.app(org) as tx:
        assert list(await refused(tx, org, ana, [TEXT])) == [False]
        await refuse(tx, org, ana, TEXT)
        await refuse(tx, org, ana, TEXT)
        assert list(await refused(tx, org, ana, [AGAIN, "Lunch is at noon today", ""])) == [True, False, False]
        assert list(await refused(tx, org, ana, [])) == []


async def test_what_one_person_refused_says_nothing_about_another(desk: Desk, people: tuple[int, int, int]) -> None:
    org, ana, bob = people
    async with desk.database.app(org) as tx:
        await refuse(tx, org, ana, TEXT)
        await refuse(tx, org, bob, "Something else altogether")
        assert list(await refused(tx, org, bob, [TEXT])) == [False]
        rows = await (await tx.execute("SELECT person_id, fingerprint FROM refusals")).fetchall()
    marks = {one: {bytes(row["fingerprint"]) for row in rows if row["person_id"] == one} for one in (ana, bob)}
    assert marks[ana]
    assert marks[ana].isdisjoint(marks[bob])


async def test_what_one_account_refused_holds_for_the_human(desk: Desk, people: tuple[int, int, int]) -> None:
    org, ana, bob = people
    await desk.execute(
        "UPDATE people SET human = '11111111-1111-1111-1111-111111111111' WHERE id = ANY (%s)", [ana, bob]
    )
    async with desk.database.app(org) as tx:
        await refuse(tx, org, ana, TEXT)
        assert list(await refused(tx, org, bob, [AGAIN])) == [True]
