"""ready → sending → sent | unknown → (reconcile) → sent | ready, in order within a channel."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.models import Kind
from core.conversation.stores import Claim, Parcel, Wait
from core.rendering.message import Outgoing
from tests.integration.conftest import Desk, control, finished, message


async def _opened(desk: Desk) -> Claim:
    await desk.accept(message(1))
    return await desk.claimed()


async def _states(desk: Desk) -> list[object]:
    return [row["state"] for row in await desk.rows("SELECT state FROM outbox ORDER BY id")]


async def test_ready_becomes_sending_before_the_platform_is_asked(desk: Desk) -> None:
    claim = await _opened(desk)
    parcel = await desk.take(claim.asker.org_id)
    assert (parcel.message.body, parcel.edit_id, parcel.look_first) == ("…", None, False)
    assert await _states(desk) == ["sending"]


async def test_sending_becomes_sent_with_the_platforms_id_on_row_and_message(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.turns.finish(claim, finished())
    await desk.outbox.sent(claim.asker.org_id, await desk.take(claim.asker.org_id), "88.0")
    assert await desk.rows("SELECT state, platform_id FROM outbox") == [{"state": "sent", "platform_id": "88.0"}]
    assert await desk.rows("SELECT platform_id FROM messages WHERE person_id IS NULL") == [{"platform_id": "88.0"}]


async def test_an_answer_that_was_opened_ends_as_an_edit_of_the_same_message(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.outbox.sent(claim.asker.org_id, await desk.take(claim.asker.org_id), "88.0")
    await desk.turns.finish(claim, finished("one two", ("one", "two")))
    first = await desk.take(claim.asker.org_id)
    assert (first.message.body, first.edit_id) == ("one", "88.0")
    second = await desk.outbox.sent(claim.asker.org_id, first, "88.0")
    assert isinstance(second, Parcel)
    assert (second.message.body, second.edit_id) == ("two", None)


async def test_an_opening_that_was_never_sent_becomes_the_answer_itself(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.turns.finish(claim, finished())
    assert await desk.rows("SELECT phase, body FROM outbox") == [{"phase": "final", "body": "the answer"}]


async def test_an_opening_that_is_on_its_way_is_edited_when_it_has_arrived(desk: Desk) -> None:
    claim = await _opened(desk)
    opening = await desk.take(claim.asker.org_id)
    await desk.turns.finish(claim, finished())
    assert await desk.outbox.take(claim.asker.org_id, "slack", "T1", "C1") is None
    answer = await desk.outbox.sent(claim.asker.org_id, opening, "88.0")
    assert isinstance(answer, Parcel)
    assert answer.edit_id == "88.0"


async def test_a_channel_has_one_sender_at_a_time(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.take(claim.asker.org_id)
    assert await desk.outbox.take(claim.asker.org_id, "slack", "T1", "C1") is None


async def test_a_row_of_a_sender_that_died_is_looked_for_before_it_is_posted(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.take(claim.asker.org_id)
    await desk.execute("UPDATE outbox SET lease_until = now() - interval '1 s'")
    again = await desk.take(claim.asker.org_id)
    assert again.look_first
    assert await _states(desk) == ["unknown"]


async def test_unknown_becomes_sent_when_the_post_is_found(desk: Desk) -> None:
    claim = await _opened(desk)
    parcel = await desk.take(claim.asker.org_id)
    await desk.outbox.unknown(claim.asker.org_id, parcel, "reset", seconds=1.0)
    assert isinstance(await desk.outbox.take(claim.asker.org_id, "slack", "T1", "C1"), Wait)
    await desk.outbox.sent(claim.asker.org_id, parcel, "88.0")
    assert await _states(desk) == ["sent"]


async def test_unknown_that_nobody_can_tell_is_parked_and_does_not_hold_up_the_channel(desk: Desk) -> None:
    claim = await _opened(desk)
    parcel = await desk.take(claim.asker.org_id)
    await desk.outbox.unknown(claim.asker.org_id, parcel, "no history", seconds=None)
    await desk.turns.finish(claim, finished())
    assert (await desk.take(claim.asker.org_id)).message.body == "the answer"
    assert await desk.rows("SELECT state, error FROM outbox WHERE id = %s", parcel.outbox_id) == [
        {"state": "unknown", "error": "no history"}
    ]


async def test_a_rate_limited_row_is_ready_again_later_and_its_channel_waits_for_it(desk: Desk) -> None:
    claim = await _opened(desk)
    org_id = claim.asker.org_id
    await desk.outbox.later(org_id, await desk.take(org_id), 30.0, "rate limited")
    await desk.turns.finish(claim, finished("a b", ("a", "b")))
    waiting = await desk.outbox.take(org_id, "slack", "T1", "C1")
    assert isinstance(waiting, Wait)
    assert 25 < waiting.seconds <= 30


async def test_a_refused_row_has_failed_and_the_next_one_is_sent(desk: Desk) -> None:
    claim = await _opened(desk)
    org_id = claim.asker.org_id
    await desk.outbox.sent(org_id, await desk.take(org_id), "88.0")
    await desk.turns.finish(claim, finished("a b", ("a", "b")))
    await desk.outbox.failed(org_id, await desk.take(org_id), "is_archived")
    assert (await desk.take(org_id)).message.body == "b"
    assert await _states(desk) == ["sent", "failed", "sending"]


async def test_an_edit_whose_message_is_gone_becomes_a_post(desk: Desk) -> None:
    claim = await _opened(desk)
    org_id = claim.asker.org_id
    await desk.outbox.sent(org_id, await desk.take(org_id), "88.0")
    await desk.turns.finish(claim, finished())
    await desk.outbox.repost(org_id, await desk.take(org_id))
    assert (await desk.take(org_id)).edit_id is None


async def test_a_sent_row_never_goes_back(desk: Desk) -> None:
    claim = await _opened(desk)
    org_id = claim.asker.org_id
    parcel = await desk.take(org_id)
    await desk.outbox.sent(org_id, parcel, "88.0")
    await desk.outbox.later(org_id, parcel, 0.0, "a late answer")
    await desk.outbox.unknown(org_id, parcel, "a late answer", seconds=1.0)
    assert await _states(desk) == ["sent"]


async def test_the_sweep_brings_back_what_is_due_and_has_no_job(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.take(claim.asker.org_id)
    desk.jobs.clear()
    await desk.sweep.sweep()
    assert desk.jobs == []
    await desk.execute("UPDATE outbox SET lease_until = now() - interval '1 s'")
    await desk.sweep.sweep()
    assert [job.task for job in desk.jobs] == ["send"]


async def test_channels_do_not_wait_for_each_other(desk: Desk) -> None:
    claim = await _opened(desk)
    await desk.outbox.later(claim.asker.org_id, await desk.take(claim.asker.org_id), 30.0, "rate limited")
    place = claim.place.model_copy(update={"channel": "C2"})
    await desk.accept(message(2, place=place))
    await desk.claimed()
    other = await desk.outbox.take(claim.asker.org_id, "slack", "T1", "C2")
    assert isinstance(other, Parcel)


async def test_what_only_one_person_reads_is_taken_back_where_that_person_reads_it(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.turns.finish(claim, replace(finished(), parts=(Outgoing(body="psst", only_for="U1"),)))
    await desk.accept(control(Kind.DELETE, 1))
    await desk.apply()
    shown = await desk.take(claim.asker.org_id)
    gone = await desk.outbox.sent(claim.asker.org_id, shown, "9.0")
    assert isinstance(gone, Parcel)
    assert (gone.gone, gone.message.only_for) == (True, "U1")
