"""Feedback is one thing: a person's last vote per answer, from a button or a reaction, gone when it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.conversation.models import Author, InboundEvent, Kind, Place
from core.registry import Invocation
from tests.integration.conftest import Desk, control, finished, message

HERE = Place(surface="slack", tenant="T1", channel="C1")
ANSWER = "88.0"
START = datetime.now(UTC)


async def answered(desk: Desk) -> int:
    """An answer that stands in the channel as message 88.0; returns its org."""
    await desk.accept(message(1))
    claim = await desk.claimed()
    org_id = claim.asker.org_id
    await desk.outbox.sent(org_id, await desk.take(org_id), ANSWER)
    await desk.turns.finish(claim, finished())
    await desk.outbox.sent(org_id, await desk.take(org_id), ANSWER)
    return org_id


def pressed(second: int, vote: str, account: str = "U1", **arguments: str) -> InboundEvent:
    """A press of a vote button."""
    return InboundEvent(
        kind=Kind.MESSAGE,
        identities=(f"press:{second}:{vote}:{account}",),
        place=HERE,
        author=Author(account=account, name=account),
        message_id=f"press-{second}",
        occurred_at=START + timedelta(seconds=second),
        command=Invocation(command="vote", arguments={"vote": vote, **arguments}),
        about=ANSWER,
    )


def reacted(second: int, name: str, *, removed: bool = False, account: str = "U1") -> InboundEvent:
    """A reaction on the answer."""
    event = control(Kind.REACTION, 1, occurred_at=START + timedelta(seconds=second))
    return event.model_copy(
        update={
            "place": HERE,
            "message_id": ANSWER,
            "reaction": name,
            "removed": removed,
            "author": Author(account=account, name=account),
            "identities": (f"reaction:{second}:{name}:{account}:{removed}",),
        }
    )


async def votes(desk: Desk) -> list[tuple[int, str, str]]:
    """What counts: value, where it came from, and the reason."""
    async with desk.database.app(1) as tx:
        rows = await (await tx.execute("SELECT value, source, reason FROM feedback ORDER BY person_id")).fetchall()
    return [(row["value"], row["source"], row["reason"]) for row in rows]


async def happen(desk: Desk, *events: InboundEvent) -> None:
    for event in events:
        await desk.accept(event)
        await desk.apply()


async def test_the_last_vote_of_a_person_counts_wherever_it_came_from(desk: Desk) -> None:
    """CASE 28"""
    await answered(desk)
    await happen(desk, pressed(1, "up"), reacted(2, "-1"))
    assert await votes(desk) == [(-1, "reaction:-1", "")]
    await happen(desk, pressed(3, "up"), pressed(3, "up"))
    assert await votes(desk) == [(1, "button", "")]


async def test_a_toggled_reaction_counts_once_and_not_at_all_when_it_is_taken_back(desk: Desk) -> None:
    """CASE 28"""
    await answered(desk)
    await happen(desk, reacted(1, "+1"), reacted(2, "+1", removed=True), reacted(3, "+1"))
    assert await votes(desk) == [(1, "reaction:+1", "")]
    await happen(desk, reacted(4, "+1", removed=True))
    assert await votes(desk) == []


async def test_a_vote_that_is_taken_back_leaves_the_one_before_it(desk: Desk) -> None:
    await answered(desk)
    await happen(desk, pressed(1, "down"), reacted(2, "+1"), reacted(3, "+1", removed=True))
    assert await votes(desk) == [(-1, "button", "")]
    await happen(desk, pressed(4, "none"))
    assert await votes(desk) == []


async def test_events_that_overtake_each_other_end_as_they_happened(desk: Desk) -> None:
    await answered(desk)
    await happen(desk, pressed(5, "down"), pressed(4, "up"), reacted(3, "+1", removed=True), reacted(2, "+1"))
    assert await votes(desk) == [(-1, "button", "")]


async def test_people_vote_apart(desk: Desk) -> None:
    await answered(desk)
    await happen(desk, pressed(1, "up"), pressed(2, "down", "U2"), reacted(3, "heart", account="U3"))
    assert sorted(vote for vote, _, _ in await votes(desk)) == [-1, 1, 1]


async def test_a_reason_belongs_to_its_vote(desk: Desk) -> None:
    await answered(desk)
    await happen(desk, pressed(1, "down"), pressed(2, "down", reason="too long"), pressed(3, "down"))
    assert await votes(desk) == [(-1, "button", "too long")]
    await happen(desk, pressed(4, "up"))
    assert await votes(desk) == [(1, "button", "")]


async def test_a_reaction_that_is_no_vote_is_kept_and_is_none(desk: Desk) -> None:
    await answered(desk)
    await happen(desk, reacted(1, "eyes"))
    assert await votes(desk) == []
    assert len(await desk.rows("SELECT id FROM inbox WHERE kind = 'reaction' AND state = 'answered'")) == 1


async def test_a_vote_on_an_answer_that_is_not_recorded_yet_waits_for_it(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    org_id = claim.asker.org_id
    await desk.turns.finish(claim, finished())
    parcel = await desk.take(org_id)
    await desk.accept(pressed(1, "up"))
    await desk.outbox.sent(org_id, parcel, ANSWER)
    await desk.apply()
    assert await votes(desk) == [(1, "button", "")]


async def test_a_vote_on_nothing_of_ours_is_not_kept(desk: Desk) -> None:
    accepted = await desk.accept(pressed(1, "up"))
    assert accepted.inbox_id is None


@pytest.mark.parametrize(("kind", "count"), [("thanks", 1), (None, 0)])
async def test_signals_are_kept_apart_from_votes(desk: Desk, kind: str | None, count: int) -> None:
    await answered(desk)
    await desk.accept(message(2, text="Thanks!"))
    await desk.turns.finish(await desk.claimed(), finished(signal=kind))
    async with desk.database.app(1) as tx:
        signals = await (await tx.execute("SELECT kind, interaction_id FROM signals")).fetchall()
        first = await (await tx.execute("SELECT min(id) AS id FROM interactions")).fetchone()
    assert first is not None
    assert [(row["kind"], row["interaction_id"]) for row in signals] == [("thanks", first["id"])] * count
    assert await votes(desk) == []
