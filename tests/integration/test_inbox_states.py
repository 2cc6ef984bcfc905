"""received → claimed → answered | ignored | set_aside | expired, and every way back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.errors import CheckViolation

from adapters.postgres.places import PostgresPlaces
from core.conversation.models import Author, FileRef, InboxState, Kind, Place
from core.conversation.stores import Claim, Parcel
from core.registry import Invocation
from tests.integration.conftest import PLACE, START, Desk, control, finished, message
from tests.say import say


async def test_an_event_is_received_with_a_job_in_the_same_transaction(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    assert accepted.state is InboxState.RECEIVED
    assert [job.task for job in desk.jobs] == ["turn"]


async def test_a_row_whose_job_cannot_be_deferred_is_not_stored(desk: Desk) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("the queue is gone")

    desk.inbox._enqueue = broken
    with pytest.raises(RuntimeError):
        await desk.accept(message(1))
    assert await desk.rows("SELECT id FROM inbox") == []
    assert await desk.rows("SELECT id FROM messages") == []


async def test_received_becomes_claimed_and_the_attempt_is_committed_before_the_work(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    claim = await desk.claimed()
    row = await desk.row("SELECT state, attempts FROM inbox WHERE id = %s", accepted.inbox_id)
    assert row == {"state": "claimed", "attempts": 1}
    assert (claim.text, claim.asker.name, claim.asker.zone, claim.place) == (
        "question 1",
        "Ana",
        "Europe/Berlin",
        PLACE,
    )


async def test_an_answer_is_opened_once_over_all_attempts(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.claimed()
    await desk.execute("UPDATE inbox SET lease_until = now() - interval '1 s'")
    await desk.claimed()
    assert len(await desk.rows("SELECT id FROM outbox WHERE phase = 'open'")) == 1


async def test_who_lost_the_claim_does_not_open_an_answer(desk: Desk) -> None:
    await desk.accept(message(1))
    org_id, conversation_id = await desk.conversation()
    claim = await desk.turns.claim(org_id, conversation_id, ["slack"], messages=50)
    assert claim is not None
    await desk.execute("UPDATE inbox SET lease_until = now() - interval '1 s'")
    assert await desk.turns.claim(org_id, conversation_id, ["slack"], messages=50)
    assert not await desk.turns.open(claim, say("…"))
    assert await desk.rows("SELECT id FROM outbox") == []


async def test_claimed_becomes_answered_in_the_transaction_of_interaction_and_outbox(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    claim = await desk.claimed()
    assert await desk.turns.finish(claim, finished()) == "last"
    assert await desk.state(accepted.inbox_id) == "answered"
    async with desk.database.app(claim.asker.org_id) as tx:
        record = await (await tx.execute("SELECT outcome, level, propensity FROM interactions")).fetchone()
    assert record == {"outcome": "answered", "level": 1, "propensity": 1.0}


async def test_closing_says_that_more_is_pending(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.accept(message(2))
    assert await desk.turns.finish(claim, finished()) == "more"


async def test_a_turn_that_cannot_be_recorded_leaves_no_trace(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    claim = await desk.claimed()
    answer = finished().answer
    assert answer is not None
    impossible = replace(answer, plan=replace(answer.plan, propensity=0.0))
    with pytest.raises(CheckViolation):
        await desk.turns.finish(claim, finished(answer=impossible))
    assert await desk.state(accepted.inbox_id) == "claimed"
    assert await desk.rows("SELECT id FROM messages WHERE person_id IS NULL") == []
    assert await desk.rows("SELECT id FROM outbox WHERE phase = 'final'") == []


async def test_claimed_becomes_set_aside(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.turns.finish(claim, finished(state=InboxState.SET_ASIDE, outcome="set_aside", answer=None))
    assert await desk.state(accepted.inbox_id) == "set_aside"


async def test_an_ended_lease_puts_the_row_back(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    await desk.claimed()
    await desk.execute("UPDATE inbox SET lease_until = now() - interval '1 s'")
    swept = await desk.sweep.sweep()
    assert (swept.lapsed, await desk.state(accepted.inbox_id)) == (1, "received")
    assert "turn" in [job.task for job in desk.jobs[1:]]


async def test_a_live_lease_is_left_alone_by_the_sweep(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    await desk.claimed()
    swept = await desk.sweep.sweep()
    assert (swept.lapsed, await desk.state(accepted.inbox_id)) == (0, "claimed")


async def test_who_lost_the_lease_can_neither_renew_nor_close(desk: Desk) -> None:
    await desk.accept(message(1))
    first = await desk.claimed()
    await desk.execute("UPDATE inbox SET lease_until = now() - interval '1 s'")
    second = await desk.claimed()
    assert second.fence > first.fence
    assert await desk.turns.renew(first) is None
    assert await desk.turns.finish(first, finished("stale", ("stale",))) == "lost"
    assert await desk.turns.finish(second, finished()) == "last"
    bodies = await desk.rows("SELECT body FROM outbox")
    assert {str(row["body"]) for row in bodies} == {"the answer"}


async def test_renewing_extends_the_lease_by_the_databases_clock(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.execute("UPDATE inbox SET lease_until = now() + interval '1 s'")
    assert await desk.turns.renew(claim) is not None
    row = await desk.row("SELECT lease_until > now() + interval '20 s' AS extended FROM inbox")
    assert row["extended"]


async def test_a_released_row_is_received_again_and_the_attempt_does_not_count(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    claim = await desk.claimed()
    assert await desk.turns.release(claim)
    row = await desk.row("SELECT state, attempts FROM inbox WHERE id = %s", accepted.inbox_id)
    assert row == {"state": "received", "attempts": 0}


async def test_events_out_of_order_are_answered_in_the_platforms_order(desk: Desk) -> None:
    for number in (3, 1, 2):
        await desk.accept(message(number))
    answered = []
    while claim := await desk.claim():
        answered.append(claim.text)
        await desk.turns.finish(claim, finished())
    assert answered == ["question 1", "question 2", "question 3"]


async def test_what_comes_late_is_next(desk: Desk) -> None:
    await desk.accept(message(2))
    claim = await desk.claimed()
    await desk.accept(message(1))
    await desk.turns.finish(claim, finished())
    assert (await desk.claimed()).text == "question 1"


async def test_a_channels_events_are_stored_in_the_order_in_which_they_come(desk: Desk) -> None:
    async with desk.database.system() as tx:
        await tx.execute("LOCK TABLE inbox_identities")  # the first one has to wait
        first = asyncio.create_task(desk.accept(message(1)))
        await asyncio.sleep(0)
        second = asyncio.create_task(desk.accept(message(2)))
        await asyncio.wait({first, second}, timeout=0.2)
    assert await asyncio.wait_for(first, 10)
    rows = await desk.rows("SELECT platform_id FROM inbox ORDER BY id")
    assert rows[0] == {"platform_id": "1.0"}
    await asyncio.wait_for(second, 10)


async def test_only_one_message_of_a_conversation_is_claimed_at_a_time(desk: Desk) -> None:
    for number in range(1, 6):
        await desk.accept(message(number))
    claims = await asyncio.gather(*(desk.claim() for _ in range(8)))
    assert len([claim for claim in claims if claim]) == 1


async def test_five_deliveries_of_one_event_are_one_row_and_the_mentions_copy_adds_its_files(desk: Desk) -> None:
    picture = FileRef(id="F1", name="plan.png")
    plain = message(1, identities=("event:Ev1", "message:C1:1.0"), addressed=False)
    mention = message(1, identities=("event:Ev2", "message:C1:1.0"), files=(picture,))
    await desk.accept(message(0))
    first = await desk.accept(plain)
    merged = [await desk.accept(event) for event in (mention, plain, mention, plain)]
    assert {again.inbox_id for again in merged} == {first.inbox_id}
    assert all(again.merged for again in merged)
    row = await desk.row(
        "SELECT files FROM messages JOIN inbox ON message_id = messages.id AND inbox.id = %s", first.inbox_id
    )
    assert row["files"] == [picture.model_dump()]


async def test_deliveries_at_the_same_moment_are_one_row(desk: Desk) -> None:
    events = [message(1, identities=(f"event:Ev{number}", "message:C1:1.0")) for number in range(6)]
    accepted = await asyncio.gather(*(desk.accept(event) for event in events))
    assert len({one.inbox_id for one in accepted}) == 1
    assert len(await desk.rows("SELECT id FROM inbox")) == 1
    assert len(await desk.rows("SELECT identity FROM inbox_identities")) == 7


async def test_ignored_becomes_received_when_the_mentions_copy_comes_second(desk: Desk) -> None:
    await desk.accept(message(1))
    plain = await desk.accept(message(2, addressed=False, speaks_to_other=True))
    assert plain.state is InboxState.IGNORED
    mention = await desk.accept(message(2, identities=("event:Ev9", "message:C1:2.0")))
    assert mention.inbox_id == plain.inbox_id
    assert await desk.state(plain.inbox_id) == "received"


async def test_a_duplicate_of_an_answered_message_is_not_answered_again(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    await desk.turns.finish(await desk.claimed(), finished())
    again = await desk.accept(message(1, identities=("event:Ev7", "message:C1:1.0")))
    assert (again.inbox_id, again.merged) == (accepted.inbox_id, True)
    assert await desk.claim() is None


async def test_an_old_event_is_recorded_as_expired_and_not_answered(desk: Desk) -> None:
    accepted = await desk.accept(message(1, occurred_at=datetime.now(UTC) - timedelta(hours=2)))
    assert accepted.state is InboxState.EXPIRED
    assert desk.jobs == []
    assert await desk.rows("SELECT id FROM messages") == []


async def test_a_follow_up_in_our_thread_needs_no_mention(desk: Desk) -> None:
    await desk.accept(message(1))
    assert (await desk.accept(message(2, addressed=False))).state is InboxState.RECEIVED


async def test_nothing_is_kept_of_a_thread_that_does_not_concern_us(desk: Desk) -> None:
    accepted = await desk.accept(message(1, addressed=False))
    assert accepted.inbox_id is None
    for table in ("inbox", "messages", "conversations", "people"):
        assert await desk.rows(f"SELECT 1 FROM {table}") == []


async def test_other_bots_are_ignored_unless_allowed(desk: Desk) -> None:
    stranger = Author(account="B9", is_bot=True)
    assert (await desk.accept(message(1, author=stranger))).inbox_id is None


async def test_an_allowed_bot_is_answered_a_few_times_and_then_no_more(desk: Desk) -> None:
    bot = Author(account="B1", is_bot=True)
    states = [(await desk.accept(message(number, author=bot))).state for number in range(1, 9)]
    assert states == [InboxState.RECEIVED] * 3 + [InboxState.IGNORED] * 5


async def test_a_stop_reaches_the_running_turn_at_once(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    stop = await desk.accept(control(Kind.STOP, 1))
    assert [job.task for job in desk.jobs][-1] == "control"
    await desk.apply()
    lease = await desk.turns.renew(claim)
    assert lease is not None
    assert lease.cancel == "stop"
    assert await desk.state(stop.inbox_id) == "answered"


async def test_a_stop_does_not_concern_what_was_asked_after_it(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.accept(control(Kind.STOP, 1, occurred_at=START + timedelta(seconds=1, milliseconds=500)))
    await desk.accept(message(2))
    await desk.apply()
    first = await desk.claimed()
    await desk.turns.finish(first, finished())
    second = await desk.claimed()
    assert (first.cancel, second.cancel) == ("stop", None)


async def test_an_edit_of_a_waiting_message_is_what_gets_answered(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.accept(control(Kind.EDIT, 1, text="better words"))
    await desk.apply()
    assert (await desk.claimed()).text == "better words"


async def test_an_edit_of_the_running_message_is_told_to_its_turn(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.accept(control(Kind.EDIT, 1, text="better words"))
    await desk.apply()
    lease = await desk.turns.renew(claim)
    assert lease is not None
    assert lease.cancel == "edit"
    await desk.turns.release(claim)
    assert (await desk.claimed()).text == "better words"


async def test_an_older_edit_that_comes_late_does_not_win(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.accept(control(Kind.EDIT, 1, text="newest", occurred_at=START + timedelta(seconds=20)))
    await desk.apply()
    await desk.accept(control(Kind.EDIT, 1, text="older", occurred_at=START + timedelta(seconds=10)))
    await desk.apply()
    assert (await desk.claimed()).text == "newest"


async def test_a_message_that_is_deleted_while_it_waits_is_ignored_and_its_text_is_gone(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    await desk.accept(control(Kind.DELETE, 1))
    await desk.apply()
    assert await desk.state(accepted.inbox_id) == "ignored"
    assert await desk.rows("SELECT id FROM messages") == []


async def _answered(desk: Desk) -> Claim:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.turns.finish(claim, finished())
    return claim


async def _reactions(desk: Desk, org_id: int) -> list[object]:
    async with desk.database.app(org_id) as tx:
        return [row["name"] for row in await (await tx.execute("SELECT name FROM reactions")).fetchall()]


async def test_a_reaction_before_its_message_is_recorded_is_matched_when_it_is(desk: Desk) -> None:
    claim = await _answered(desk)
    parcel = await desk.take(claim.asker.org_id)
    early = await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1"))
    assert await desk.state(early.inbox_id) == "received"
    await desk.outbox.sent(claim.asker.org_id, parcel, "77.0")
    assert desk.jobs[-1].task == "control"
    await desk.apply()
    assert await _reactions(desk, claim.asker.org_id) == ["+1"]
    assert await desk.state(early.inbox_id) == "answered"


async def test_a_reaction_that_never_finds_its_message_expires_after_an_hour(desk: Desk) -> None:
    await _answered(desk)
    early = await desk.accept(control(Kind.REACTION, 1, message_id="78.0", reaction="+1"))
    await desk.execute("UPDATE inbox SET received_at = now() - interval '61 min' WHERE id = %s", early.inbox_id)
    await desk.sweep.sweep()
    assert await desk.state(early.inbox_id) == "expired"


async def test_a_reaction_to_something_that_is_not_ours_is_not_kept(desk: Desk) -> None:
    assert (await desk.accept(control(Kind.REACTION, 1, message_id="5.0", reaction="+1"))).inbox_id is None


async def test_a_reaction_can_be_taken_back(desk: Desk) -> None:
    claim = await _answered(desk)
    await desk.outbox.sent(claim.asker.org_id, await desk.take(claim.asker.org_id), "77.0")
    await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1"))
    await desk.apply()
    await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1", removed=True))
    await desk.apply()
    assert await _reactions(desk, claim.asker.org_id) == []


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "lone \ud800 surrogate", "\u202eright to left", "zero\u200bwidth", "x" * 1_000_000],
    ids=["nul", "surrogate", "rtl", "zero-width", "1 MB"],
)
async def test_any_text_can_be_stored_and_nothing_of_it_is_lost(desk: Desk, text: str) -> None:
    await desk.accept(message(1, text=text))
    claim = await desk.claimed()
    assert claim.text == text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


async def test_what_no_row_has_yet_is_told_from_what_is_stored(desk: Desk) -> None:
    events = [message(number) for number in range(1, 4)]
    await desk.accept(events[1])
    places = PostgresPlaces(desk.database)
    assert await places.unstored(events) == [events[0], events[2]]
    assert await places.unstored([]) == []
    elsewhere = message(2, place=Place(surface="discord", tenant="T1", channel="C1", thread="1.0"))
    assert await places.unstored([elsewhere]) == [elsewhere]


async def test_what_was_said_in_a_thread_before_robbie_was_called_into_it_is_not_answered_later(desk: Desk) -> None:
    """Histories are read after an outage, and hold it."""
    await desk.accept(message(2))
    before = await desk.accept(message(1, addressed=False))
    assert before.inbox_id is None
    after = await desk.accept(message(3, addressed=False))
    assert after.state is InboxState.RECEIVED


async def test_nothing_that_a_deleted_message_said_is_left_in_its_edits_or_its_command(desk: Desk) -> None:
    asked = Invocation(command="ask", arguments={"text": "my secret"})
    await desk.accept(message(1, text="!robbie ask my secret", command=asked))
    await desk.turns.finish(await desk.claimed(), finished())
    await desk.accept(control(Kind.EDIT, 1, text="my other secret"))
    await desk.apply()
    await desk.accept(control(Kind.DELETE, 1))
    await desk.apply()
    await desk.accept(control(Kind.EDIT, 1, text="a late secret"))
    await desk.apply()
    assert await desk.rows("SELECT detail FROM inbox WHERE detail::text LIKE '%%secret%%'") == []
    assert await desk.rows("SELECT text FROM messages WHERE text LIKE '%%secret%%'") == []


async def test_an_answer_that_was_not_sent_yet_when_its_question_was_deleted_leaves_no_words(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.turns.finish(claim, finished("a secret", ("a secret",)))
    await desk.accept(control(Kind.DELETE, 1))
    await desk.apply()
    org_id = claim.asker.org_id
    shown = await desk.take(org_id)
    assert shown.message.body == "a secret"
    taken_back = await desk.outbox.sent(org_id, shown, "9.0")
    assert isinstance(taken_back, Parcel)
    assert taken_back.gone
    await desk.outbox.sent(org_id, taken_back, "9.0")
    assert await desk.rows("SELECT body FROM outbox WHERE body LIKE '%%secret%%'") == []
