"""A personal note about somebody takes their yes, too, and nobody learns more than they must."""

from __future__ import annotations

import json

import pytest

from adapters.postgres.exporting import EXPORTED
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import ABOUT_BEN, ELSEWHERE, Circle, circle, met


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


async def test_a_personal_note_about_somebody_is_shared_after_both_said_yes(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.meet(PLACE.model_copy(update={"channel": "D2", "thread": "", "direct": True}), "U2")
    chika = await friends.meet(PLACE, "U3")
    await friends.note(ana, ABOUT_BEN, kind="personal", about=ben, room="")
    waits = await friends.press(ana, "Share", await friends.asked(ana))
    assert "somebody else" in waits.text
    assert await friends.seen(chika, ELSEWHERE) == []
    question = await friends.asked(ben)
    (*_, (_, whom)) = await friends.told()
    assert whom == ben
    assert f"> {ABOUT_BEN}" in question.text
    assert [button.label for button in question.buttons] == ["Yes, share it", "No"]
    assert "somebody else" in (await friends.asked(chika)).text
    agreed = await friends.press(ben, "Yes", question)
    assert await friends.seen(chika, ELSEWHERE) == [ABOUT_BEN]
    assert f"> {ABOUT_BEN}" in (await friends.asked(ana)).text
    await friends.press(ben, "Take back", agreed)
    assert await friends.seen(chika, ELSEWHERE) == []


async def test_a_personal_note_that_its_owner_words_to_be_about_somebody_takes_their_yes(friends: Circle) -> None:
    ana, ben = await met(friends)
    namesake = await friends.meet(PLACE, "U3")
    for person, name in ((ana, "Ana Berg"), (ben, "Ben Adler"), (namesake, "Ana Weber")):
        await friends.desk.execute("UPDATE people SET name = %s WHERE id = %s", name, person)
    await friends.note(ana, "I, Ana, will be a mother in May", kind="personal", room="")
    question = await friends.press(ana, "Edit", await friends.asked(ana), text=f"Says Ana: {ABOUT_BEN}")
    assert "somebody else" in (await friends.press(ana, "Share", question)).text
    assert await friends.seen(ben, ELSEWHERE) == []
    await friends.press(ben, "Yes", await friends.asked(ben))
    assert await friends.seen(ben, ELSEWHERE) == [f"Says Ana: {ABOUT_BEN}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ben Adler", "ben will be a father"),
        ("Ben Adler", "Ben's going to be a father"),
        ("ben", "Ben will be a father"),
        ("Zoë", "zoe will be a mother"),
        ("Ben Adler", "<@U2> will be a father"),
        ("", "<@!U2> will be a father"),
    ],
)
async def test_whoever_is_named_or_mentioned_in_what_is_personal_is_asked_however_it_is_written(
    friends: Circle, name: str, text: str
) -> None:
    ana, ben = await met(friends)
    await friends.desk.execute("UPDATE people SET name = %s WHERE id = %s", name, ben)
    await friends.note(ana, "Somebody will be a parent", kind="personal", room="")
    question = await friends.press(ana, "Edit", await friends.asked(ana), text=text)
    assert "somebody else" in (await friends.press(ana, "Share", question)).text
    assert await friends.seen(ben, ELSEWHERE) == []


@pytest.mark.parametrize("text", ["<@U77> will be a father", "@somebody will be a father"])
async def test_what_is_personal_about_an_account_that_nobody_knows_is_not_shared(friends: Circle, text: str) -> None:
    ana, ben = await met(friends)
    await friends.note(ana, "Somebody will be a parent", kind="personal", room="")
    question = await friends.press(ana, "Edit", await friends.asked(ana), text=text)
    assert "cannot ask" in (await friends.press(ana, "Share", question)).text
    assert await friends.seen(ben, ELSEWHERE) == []


async def test_a_note_on_somebody_that_its_owner_wrote_takes_that_ones_yes_for_it_may_be_personal(
    friends: Circle,
) -> None:
    ana, ben = await met(friends)
    await friends.desk.execute("UPDATE people SET name = 'Ben Adler' WHERE id = %s", ben)
    note = await friends.note(ana, ABOUT_BEN, kind="note", found_by="hand", sharing=0, room="")
    said = await friends.do(ana, "share", note=f"#{note}", **{"with": "everyone"})
    assert "somebody else" in said.text
    assert await friends.seen(ben, ELSEWHERE) == []
    await friends.press(ben, "Yes", await friends.asked(ben))
    assert await friends.seen(ben, ELSEWHERE) == [ABOUT_BEN]


@pytest.mark.parametrize("how", ["no", "silence"])
async def test_whom_a_personal_note_is_about_need_not_agree_and_its_owner_learns_no_more(
    friends: Circle, how: str
) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana, ABOUT_BEN, kind="personal", about=ben, room="")
    await friends.press(ana, "Share", await friends.asked(ana))
    question = await friends.asked(ben)
    if how == "no":
        await friends.press(ben, "No", question)
    else:
        await friends.desk.execute("UPDATE consents SET expires_at = now() WHERE part = 'subject'")
    assert (await friends.asked(ana)).text == "Not shared."
    assert (await friends.do(ana, "share", note=f"#{note}", **{"with": "everyone"})).text == "Not shared."
    assert await friends.seen(ben, ELSEWHERE) == []
    assert len(await friends.asks()) == 3


async def test_a_yes_that_is_taken_back_asks_nobody_else_any_more(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana, ABOUT_BEN, kind="personal", about=ben, room="")
    waits = await friends.press(ana, "Share", await friends.asked(ana))
    question = await friends.asked(ben)
    await friends.press(ana, "Take back", waits)
    assert "not there any more" in (await friends.press(ben, "Yes", question)).text
    assert await friends.seen(ben, ELSEWHERE) == []


async def test_a_personal_note_about_somebody_whom_nobody_knows_is_neither_proposed_nor_shared(friends: Circle) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana, ABOUT_BEN, kind="concern", about=None, room="")
    assert await friends.asks() == []
    said = await friends.do(ana, "share", note=str(note), **{"with": "everyone"})
    assert "cannot ask" in said.text
    assert await friends.seen(ben, ELSEWHERE) == []


async def test_a_personal_note_about_somebody_who_is_forgotten_is_not_shared(friends: Circle) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana, ABOUT_BEN, kind="personal", about=ben, room="", found_by="hand")
    viewer = await friends.viewer(ben)
    await friends.desk.database.run(viewer.org_id, ("DELETE FROM people WHERE id = %s", (ben,)), viewer=viewer)
    assert "cannot ask" in (await friends.do(ana, "share", note=str(note), **{"with": "everyone"})).text
    assert await friends.states() == []


@pytest.mark.parametrize("first", [True, False], ids=["who is gone had agreed", "who is gone had not answered"])
async def test_who_is_gone_has_not_agreed(friends: Circle, first: bool) -> None:
    ana, ben = await met(friends)
    cleo = await friends.meet(PLACE, "U3")
    both = [{"kind": "person", "name": name, "person_id": id} for name, id in (("Ben", ben), ("Cleo", cleo))]
    note = await friends.note(ana, "Ben and Cleo are a couple", kind="personal", subjects=json.dumps(both))
    await friends.do(ana, "share", note=str(note), **{"with": "everyone"})
    rows = await friends.desk.rows("SELECT id, person_id FROM consents WHERE part = 'subject'")
    questions = {row["person_id"]: str(row["id"]) for row in rows}
    if first:
        await friends.do(ben, "consent", id=questions[ben], say="share")
    viewer = await friends.viewer(ben)
    await friends.desk.database.run(viewer.org_id, ("DELETE FROM people WHERE id = %s", (ben,)), viewer=viewer)
    assert "agreed" in (await friends.do(cleo, "consent", id=questions[cleo], say="share")).text
    assert await friends.seen(cleo, ELSEWHERE) == []
    assert (await friends.asked(ana)).text == "Not shared."


async def test_what_somebody_answered_about_anothers_note_is_in_their_export_alone(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana, ABOUT_BEN, kind="personal", about=ben, room="")
    await friends.press(ana, "Share", await friends.asked(ana))
    await friends.press(ben, "No", await friends.asked(ben))
    statement = EXPORTED["consents"][1]
    for person, parts in ((ana, [("owner", "yes")]), (ben, [("subject", "no")])):
        viewer = await friends.viewer(person)
        (rows,) = await friends.desk.database.run(viewer.org_id, (statement, {"mine": [person]}), viewer=viewer)
        assert [(row["part"], row["state"]) for row in rows] == parts
