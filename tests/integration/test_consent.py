"""Nothing personal leaves its owner without a yes: asked once, in just these words, and taken back at any time."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from adapters.postgres.forgetting import forget_note
from adapters.postgres.refusals import refused
from core.consent.asking import never_asked
from core.conversation.models import Place
from core.desk import Visitor
from tests.integration.conftest import PLACE, Desk
from tests.integration.consent_world import DECIDED, ELSEWHERE, Circle, circle, met


@pytest.fixture
async def friends(desk: Desk) -> Circle:
    return circle(desk)


async def test_what_others_would_gain_from_is_asked_about_and_nothing_is_shared_before(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana)
    question = await friends.asked(ana)
    assert f"> {DECIDED}" in question.text
    assert "everybody in your workspace" in question.text
    assert "No answer is a no" in question.text
    assert [button.label for button in question.buttons] == [
        "Share", "Edit", "Keep private", "Forget", "Never ask about decisions"
    ]  # fmt: skip
    assert await friends.seen(ben, ELSEWHERE) == []


async def test_a_question_that_is_answered_is_opened_as_it_stands_and_not_asked_again(friends: Circle) -> None:
    ana, _ = await met(friends)
    await friends.note(ana)
    (asked,) = await friends.asks()
    await friends.press(ana, "Keep private", await friends.do(ana, "show-consent", **asked.arguments))
    opened = await friends.do(ana, "show-consent", **asked.arguments)
    assert "You have said no to this" in opened.text
    assert DECIDED not in opened.text
    assert not opened.buttons


async def test_a_yes_shares_just_these_words_and_can_be_taken_back_for_all_later_recalls(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana)
    question = await friends.asked(ana)
    assert await friends.recalled(ben, "Do we use Postgres?") == []
    shared = await friends.press(ana, "Share", question)
    assert await friends.seen(ben, ELSEWHERE) == [DECIDED]
    assert await friends.recalled(ben, "Do we use Postgres?") == [DECIDED]
    assert "Taken back" in (await friends.press(ana, "Take back", shared)).text
    assert await friends.seen(ben, ELSEWHERE) == []
    assert await friends.recalled(ben, "Do we use Postgres?") == []
    assert await friends.states() == ["revoked"]
    assert "took this back" in (await friends.press(ana, "Take back", shared)).text


@pytest.mark.parametrize(
    "note",
    [
        {"sharing": 0.7},
        {"found_by": "hand"},
        {"celebration": 0.9, "sharing": 0.0},
        {"valid_to": "2026-01-01"},
        {"shared_with": "*"},
    ],
    ids=["little to gain", "written by hand", "no room for wins", "holds no more", "shared already"],
)
async def test_what_is_not_worth_a_question_is_not_asked(friends: Circle, note: dict[str, object]) -> None:
    ana, _ = await met(friends)
    await friends.note(ana, **note)
    assert await friends.asks() == []
    assert await friends.states() == []


async def test_notes_that_cannot_be_looked_at_do_not_keep_the_others_from_being_asked_about(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.desk.execute("UPDATE people SET settings = '{\"never_ask\": 3}' WHERE id = %s", ana)
    for number in range(50):
        await friends.note(ana, f"We go with number {number}")
    await friends.note(ben)
    await friends.proposals.look()
    assert len(await friends.asks()) == 1
    assert [whom for _, whom in await friends.told()] == [ben]


async def test_in_a_conversation_that_went_off_the_record_nothing_is_asked_until_that_has_ended(
    friends: Circle,
) -> None:
    ana, _ = await met(friends)
    await friends.note(ana)
    await friends.desk.execute("UPDATE conversations SET off_record = true")
    assert await friends.asks() == []
    await friends.desk.execute("UPDATE conversations SET off_record = false")
    assert len(await friends.asks()) == 1


async def test_many_processes_ask_once(friends: Circle) -> None:
    ana, _ = await met(friends)
    await friends.note(ana)
    await asyncio.gather(*(circle(friends.desk).proposals.look() for _ in range(6)))
    assert len(await friends.asks()) == 1
    assert len(await friends.asks()) == 1


async def test_only_who_is_asked_can_open_or_answer_it_and_others_learn_nothing(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana)
    question, refused = await friends.asked(ana), await friends.asked(ben)
    assert "somebody else" in refused.text
    assert not refused.buttons
    for label in ("Share", "Keep private", "Forget", "Never"):
        assert (await friends.press(ben, label, question)).text == refused.text
    assert "nothing was changed" in (await friends.press(ben, "Edit", question, text="Ben was here")).text
    assert await friends.states() == ["waiting"]
    assert await friends.seen(ana) == [DECIDED]
    assert (await friends.settings(ben)).never_ask == ()


async def test_a_double_click_counts_once(friends: Circle) -> None:
    ana, _ = await met(friends)
    await friends.note(ana)
    question = await friends.asked(ana)
    both = await asyncio.gather(*(friends.press(ana, "Share", question) for _ in range(2)))
    assert sorted("already" in said.text for said in both) == [False, True]
    viewer = await friends.viewer(ana)
    lines = ("SELECT action, counts FROM audit_log", ())
    assert await friends.desk.database.run(viewer.org_id, lines) == [
        [{"action": "note shared", "counts": {"notes": 1}}]
    ]  # fmt: skip


@pytest.mark.parametrize("first", ["Keep private", "Forget", "Never"])
async def test_what_was_declined_or_forgotten_is_not_shared_by_a_late_click(friends: Circle, first: str) -> None:
    ana, ben = await met(friends)
    await friends.note(ana)
    question = await friends.asked(ana)
    await friends.press(ana, first, question)
    late = await friends.press(ana, "Share", question)
    assert "not there any more" in late.text if first == "Forget" else "no to this already" in late.text
    assert await friends.seen(ben, ELSEWHERE) == []
    assert await friends.seen(ana) == ([] if first == "Forget" else [DECIDED])


@pytest.mark.parametrize("label", ["Keep private", "Forget"])
async def test_what_was_declined_or_forgotten_is_known_not_to_be_wanted(friends: Circle, label: str) -> None:
    ana, _ = await met(friends)
    await friends.note(ana)
    await friends.press(ana, label, await friends.asked(ana))
    viewer = await friends.viewer(ana)
    async with friends.desk.database.app(viewer.org_id, viewer) as tx:
        assert await refused(tx, viewer.org_id, ana, [DECIDED, "The cat is ill"]) == [True, False]


async def test_of_a_kind_that_somebody_never_wants_to_be_asked_about_nothing_is_asked(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana)
    said = await friends.press(ana, "Never", await friends.asked(ana))
    assert "decisions" in said.text
    await friends.note(ana, "We go with Redis")
    await friends.note(ben, "We go with Kafka", conversation_id=await _another(friends))
    assert len(await friends.asks()) == 2
    assert "Kafka" in (await friends.asked(ben)).text


async def test_who_never_wants_to_be_asked_sees_it_in_the_settings_and_can_change_it(friends: Circle) -> None:
    ana, _ = await met(friends)
    make = never_asked(friends.people)
    visitor = Visitor(surface="slack", tenant="T1", account="U1")
    assert await make(visitor) is None
    await friends.note(ana)
    await friends.press(ana, "Never", await friends.asked(ana))
    section = await make(visitor)
    assert section is not None
    assert "decisions" in section.text
    (again,) = section.buttons
    assert again.invocation is not None
    await friends.do(ana, again.invocation.command)
    assert await make(visitor) is None
    await friends.note(ana, "We go with Redis", conversation_id=await _another(friends))
    assert len(await friends.asks()) == 2


async def _another(friends: Circle) -> int:
    """Another conversation of theirs."""
    await friends.meet(PLACE.model_copy(update={"thread": f"9.{friends.number}"}), "U2")
    return int(str((await friends.desk.row("SELECT max(id) AS id FROM conversations"))["id"]))


async def test_no_answer_is_a_no(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana)
    question = await friends.asked(ana)
    await friends.desk.execute("UPDATE consents SET expires_at = now() - interval '1 second'")
    assert "no answer is a no" in (await friends.press(ana, "Share", question)).text
    assert len(await friends.asks()) == 1
    assert await friends.states() == ["expired"]
    assert "no answer is a no" in (await friends.press(ana, "Share", question)).text
    assert await friends.seen(ben, ELSEWHERE) == []


async def test_what_is_gone_or_settled_before_it_is_said_is_not_said(friends: Circle) -> None:
    ana, _ = await met(friends)
    note = await friends.note(ana)
    (told,) = await friends.asks()
    assert (await friends.do(ana, told.command, **told.arguments)).buttons
    await friends.notes.forget(await friends.viewer(ana), note)
    for command in (told.command, "offer-consent", "consent-outcome", "tell-win"):
        assert (await friends.do(ana, command, **told.arguments)).text == ""


async def test_what_its_owner_words_is_what_is_shared_and_what_the_note_says(friends: Circle) -> None:
    ana, ben = await met(friends)
    await friends.note(ana, "We go with Postgres since Oracle is greedy")
    anew = await friends.press(ana, "Edit", await friends.asked(ana), text=DECIDED)
    assert f"> {DECIDED}" in anew.text
    assert await friends.seen(ben, ELSEWHERE) == []
    await friends.press(ana, "Share", anew)
    assert await friends.seen(ben, ELSEWHERE) == [DECIDED]
    assert await friends.seen(ana) == [DECIDED]


async def test_a_yes_to_words_that_changed_since_shares_nothing_and_is_asked_anew(friends: Circle) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana)
    question = await friends.asked(ana)
    await friends.notes.edit(await friends.viewer(ana), note, "Postgres, and the password is hunter2")
    anew = await friends.press(ana, "Share", question)
    assert "ask anew" in anew.text
    assert "hunter2" in anew.text
    assert await friends.seen(ben, ELSEWHERE) == []
    await friends.press(ana, "Share", anew)
    assert await friends.seen(ben, ELSEWHERE) == ["Postgres, and the password is hunter2"]


async def test_a_shared_note_that_is_changed_is_private_again_until_the_next_yes(friends: Circle) -> None:
    ana, ben = await met(friends)
    note = await friends.note(ana)
    await friends.press(ana, "Share", await friends.asked(ana))
    await friends.notes.edit(await friends.viewer(ana), note, "We go with Redis")
    assert await friends.seen(ben, ELSEWHERE) == []
    await friends.desk.execute("UPDATE consents SET handed_over_at = handed_over_at - interval '2 hours'")
    anew = await friends.asked(ana)
    assert "We go with Redis" in anew.text
    await friends.press(ana, "Share", anew)
    assert await friends.seen(ben, ELSEWHERE) == ["We go with Redis"]


async def test_a_yes_to_what_something_newer_replaced_shares_nothing(friends: Circle) -> None:
    ana, ben = await met(friends)
    old = await friends.note(ana)
    question = await friends.asked(ana)
    viewer = await friends.viewer(ana)
    await friends.desk.database.run(
        viewer.org_id, ("UPDATE notes SET valid_to = now() WHERE id = %s", (old,)), viewer=viewer
    )
    assert "newer" in (await friends.press(ana, "Share", question)).text
    assert await friends.seen(ben, ELSEWHERE) == []


async def test_in_one_conversation_there_is_one_question_an_hour_and_the_others_wait(friends: Circle) -> None:
    ana, _ = await met(friends)
    for text in ("one", "two", "three"):
        await friends.note(ana, text)
    for expected in (1, 2, 3):
        for _ in range(2):
            assert len(await friends.asks()) == expected
        await friends.desk.execute("UPDATE consents SET handed_over_at = handed_over_at - interval '61 minutes'")


async def test_one_person_has_a_few_questions_a_day(desk: Desk) -> None:
    friends = circle(desk, per_day=2)
    ana, _ = await met(friends)
    for number in range(4):
        await friends.note(ana, f"note {number}", conversation_id=await _another(friends))
        await friends.asks()
    assert len(await friends.asks()) == 2
    await desk.execute("UPDATE consents SET handed_over_at = handed_over_at - interval '25 hours'")
    await friends.asks()
    assert len(await friends.asks()) == 4


async def test_who_answers_and_forgets_at_once_waits_and_neither_fails(friends: Circle, admin_url: str) -> None:
    ana, _ = await met(friends)
    note = await friends.note(ana)
    question = await friends.asked(ana)
    viewer = await friends.viewer(ana)
    async with friends.desk.database.app(viewer.org_id, viewer) as tx:
        await tx.execute("SELECT FROM notes WHERE id = %s FOR UPDATE", (note,))
        press = asyncio.create_task(friends.press(ana, "Share", question))
        await _one_waits(admin_url)
        await forget_note(tx, viewer, note)
    assert "not there any more" in (await press).text


async def _one_waits(admin_url: str) -> None:
    """A transaction stands at the lock of another."""
    async with asyncio.timeout(10), await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        query = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        while await (await admin.execute(query)).fetchone() is None:
            await asyncio.sleep(0.02)


async def test_who_talks_to_robbie_on_its_own_machine_is_not_asked_to_share(desk: Desk) -> None:
    friends = circle(desk)
    ana = await friends.meet(Place(surface="web", tenant="local", channel="c1", direct=True))
    await friends.note(ana)
    assert await friends.asks() == []
