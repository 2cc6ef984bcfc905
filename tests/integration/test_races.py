"""What two things at once, or in the wrong order, may not do to a message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from adapters.documents import PypdfReader
from adapters.postgres.local import PostgresView
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.schedules import PostgresSchedules
from core.conversation import wording
from core.conversation.attachments import FileLimits
from core.conversation.models import FileRef, InboxState, Kind, Place, Problem, Profile, Utterance
from core.conversation.ports import Unreadable
from core.conversation.reading import Reading
from core.conversation.stores import Claim
from core.conversation.turn import TurnPolicy, Turns
from core.registry import Registry
from core.rendering.message import Outgoing
from core.routing.models import Answer, Level, Plan, RouterEvent, Task, TextDelta, Usage
from tests.integration.conftest import START, Desk, control, finished, message


@dataclass
class Platform:
    """A platform that takes posts, or fails at them as it is told."""

    fails: Exception | None = None
    only: str = ""
    posted: list[str] = field(default_factory=list)
    edited: asyncio.Event = field(default_factory=asyncio.Event)
    name = "slack"
    part_limit = 1000
    most_parts = 0
    edit_interval = 0.05
    placeholder = "…"

    async def post(self, place: Place, key: str, message: Outgoing) -> str:
        if self.fails and self.only in message.body:
            raise self.fails
        self.posted.append(message.body)
        return f"9.{len(self.posted)}"

    async def edit(self, place: Place, message_id: str, key: str, message: Outgoing) -> None:
        self.edited.set()
        if self.fails:
            raise self.fails

    async def find(self, place: Place, key: str, *, message: Outgoing, since: datetime) -> str | None:
        return None

    async def history(self, place: Place, limit: int) -> Sequence[Utterance]:
        return []

    async def fetch(self, place: Place, message_id: str, file: FileRef, limit: int) -> bytes:
        raise Unreadable(Problem.GONE)

    async def profile(self, tenant: str, account: str) -> Profile:
        return Profile(name="Ana")

    async def working(self, place: Place, *, on: bool) -> None:
        return None


@dataclass
class Model:
    """Says its pieces, and ends when it is let."""

    pieces: tuple[str, ...] = ("hello",)
    end: asyncio.Event | None = None
    asked: int = 0

    async def answer(self, task: Task) -> AsyncGenerator[RouterEvent, None]:
        self.asked += 1
        for piece in self.pieces:
            yield TextDelta(piece)
        if self.end:
            await self.end.wait()
        yield Answer(
            text="".join(self.pieces),
            level=Level.GPT4_CLASS,
            model="m",
            cost_usd=0.0,
            usage=Usage(1, 1),
            latency_ms=1.0,
            plan=Plan(steps=(), policy="fixed/1", arm="m"),
        )


async def here(desk: Desk) -> tuple[int, int]:
    """The org and the conversation that was spoken in last."""
    row = await desk.row("SELECT org_id, id FROM conversations ORDER BY id DESC LIMIT 1")
    return int(str(row["org_id"])), int(str(row["id"]))


async def drain(desk: Desk, model: Model, platform: Platform) -> None:
    """Answer what is pending in the conversation that was spoken in last."""
    turns = Turns(
        desk.turns,
        model,
        {"slack": platform},
        TurnPolicy(renew_seconds=0.05),
        versions={},
        reading=Reading(desk.turns, PypdfReader(), FileLimits()),
        registry=Registry(()),
        handlers={},
    )
    async with asyncio.timeout(20):
        await turns.drain(*await here(desk))


async def lapse(desk: Desk) -> None:
    """The worker or sender that has something is gone."""
    for table in ("inbox", "outbox"):
        await desk.execute(f"UPDATE {table} SET lease_until = now() - interval '1 s' WHERE lease_until IS NOT NULL")


async def opened(desk: Desk) -> Claim:
    """A turn that runs, with its opening message posted as 77.0."""
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.outbox.sent(claim.asker.org_id, await desk.take(claim.asker.org_id), "77.0")
    return claim


async def end(desk: Desk, claim: Claim) -> None:
    """The turn ends, and its answer is sent."""
    await desk.turns.finish(claim, finished())
    parcel = await desk.take(claim.asker.org_id)
    await desk.outbox.sent(claim.asker.org_id, parcel, parcel.edit_id or "77.0")


async def reactions(desk: Desk, org_id: int) -> list[object]:
    async with desk.database.app(org_id) as tx:
        return [row["name"] for row in await (await tx.execute("SELECT name FROM reactions")).fetchall()]


async def test_a_question_that_was_deleted_is_not_answered_by_the_next_worker_either(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    await desk.claimed()
    await desk.accept(control(Kind.DELETE, 1))
    await desk.apply()
    await lapse(desk)
    model = Model()
    await drain(desk, model, Platform())
    assert (model.asked, await desk.state(accepted.inbox_id)) == (0, "ignored")
    assert await desk.rows("SELECT body FROM outbox") == [{"body": wording.DELETED}]


@pytest.mark.parametrize(("kind", "wish"), [(Kind.STOP, "stop"), (Kind.DELETE, "delete")])
async def test_a_stop_or_deletion_after_an_edit_is_not_forgotten_when_the_turn_begins_again(
    desk: Desk, kind: Kind, wish: str
) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.accept(control(Kind.EDIT, 1, text="other words"))
    await desk.apply()
    await desk.accept(control(kind, 1))
    await desk.apply()
    assert await desk.turns.release(claim)
    assert (await desk.claimed()).cancel == wish


async def test_an_edit_that_a_dead_worker_did_not_see_does_not_interrupt_the_next_one(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.claimed()
    await desk.accept(control(Kind.EDIT, 1, text="other words"))
    await desk.apply()
    await lapse(desk)
    claim = await desk.claimed()
    assert (claim.text, claim.cancel) == ("other words", None)
    lease = await desk.turns.renew(claim)
    assert lease is not None
    assert lease.cancel is None


async def test_an_edit_at_the_moment_of_the_claim_reaches_the_turn(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.accept(control(Kind.EDIT, 1, text="other words"))
    async with desk.database.system() as tx:
        await tx.execute("SELECT FROM inbox WHERE kind = 'message' FOR UPDATE")
        claiming = asyncio.create_task(desk.claimed())  # stands still in the middle, at the row
        await asyncio.wait({claiming}, timeout=0.3)
        applying = asyncio.create_task(desk.apply())
        await asyncio.wait({claiming, applying}, timeout=0.3)  # it may end, or wait for the claim; both must be right
        assert not claiming.done()
    claim = await asyncio.wait_for(claiming, 10)
    await asyncio.wait_for(applying, 10)
    lease = await desk.turns.renew(claim)
    assert claim.text == "other words" or (lease is not None and lease.cancel == "edit")


async def test_an_edit_that_comes_before_its_message_is_what_gets_answered(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.turns.finish(await desk.claimed(), finished())
    for number, words in ((20, "newest"), (10, "older")):
        await desk.accept(control(Kind.EDIT, 2, text=words, occurred_at=START + _seconds(number)))
    await desk.apply()
    await desk.accept(message(2))
    assert (await desk.claimed()).text == "newest"


async def test_a_message_that_was_deleted_before_it_came_is_neither_kept_nor_answered(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.turns.finish(await desk.claimed(), finished())
    await desk.accept(control(Kind.DELETE, 2))
    await desk.apply()
    accepted = await desk.accept(message(2))
    assert accepted.state is InboxState.IGNORED
    assert await desk.rows("SELECT id FROM messages WHERE platform_id = '2.0'") == []
    again = await desk.accept(message(2, identities=("event:Ev9", "message:C1:2.0")))
    assert (again.state, await desk.claim()) == (InboxState.IGNORED, None)


async def test_a_reaction_while_the_answer_is_being_written_is_kept(desk: Desk) -> None:
    claim = await opened(desk)
    await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1"))
    await desk.apply()
    await end(desk, claim)
    await desk.apply()
    assert await reactions(desk, claim.asker.org_id) == ["+1"]


async def test_a_reaction_before_the_opening_message_is_recorded_is_kept(desk: Desk) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    parcel = await desk.take(claim.asker.org_id)
    await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1"))
    await desk.outbox.sent(claim.asker.org_id, parcel, "77.0")
    await desk.apply()
    await end(desk, claim)
    await desk.apply()
    assert await reactions(desk, claim.asker.org_id) == ["+1"]


async def test_a_reaction_stored_in_the_moment_in_which_its_message_is_recorded_is_found_by_the_sweep(
    desk: Desk,
) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.turns.finish(claim, finished())
    parcel = await desk.take(claim.asker.org_id)
    await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1"))
    # As if neither transaction had seen the other: the reaction is early, and the message recorded.
    await desk.execute("UPDATE outbox SET state = 'sent', platform_id = '77.0' WHERE id = %s", parcel.outbox_id)
    await desk.sweep.sweep()
    assert desk.jobs[-1].task == "control"
    await desk.apply()
    assert await reactions(desk, claim.asker.org_id) == ["+1"]


async def test_a_reaction_that_was_taken_back_does_not_return_when_events_are_out_of_order(desk: Desk) -> None:
    claim = await opened(desk)
    await end(desk, claim)
    for removed, second in ((True, 9), (False, 8)):
        at = START + _seconds(second)
        await desk.accept(control(Kind.REACTION, 1, message_id="77.0", reaction="+1", removed=removed, occurred_at=at))
        await desk.apply()
    assert await reactions(desk, claim.asker.org_id) == []


async def test_a_conversation_is_still_shown_after_its_rows_are_purged(desk: Desk) -> None:
    place = Place(surface="web", tenant="local", channel="c", direct=True)
    view = PostgresView(desk.database, await PostgresPlaces(desk.database).local_org(("web", "console")))
    await desk.accept(message(1, place=place))
    claim = await desk.turns.claim(*await here(desk), ["web"], messages=50)
    assert claim is not None
    await desk.turns.finish(claim, finished())
    before = [shown.text for shown in await view.shown(place)]
    assert await PostgresSchedules(desk.database).purge(date(2026, 1, 1), _seconds(0), _seconds(0)) == 1
    after = await view.shown(place)
    assert before == [shown.text for shown in after] == ["question 1", "the answer"]
    assert len({shown.id for shown in after}) == 2


async def test_who_stands_still_in_a_transaction_does_not_keep_its_locks(desk: Desk) -> None:
    row = await desk.row("SELECT current_setting('idle_in_transaction_session_timeout') AS system")
    async with desk.database.app(1) as tx:
        app = await (await tx.execute("SHOW idle_in_transaction_session_timeout")).fetchone()
    assert (row, app) == ({"system": "10s"}, {"idle_in_transaction_session_timeout": "10s"})


async def test_a_streaming_edit_that_breaks_costs_neither_the_lease_nor_the_answer(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    platform = Platform(fails=RuntimeError("a fault of ours"))
    model = Model(end=platform.edited)
    answering = asyncio.create_task(drain(desk, model, platform))
    async with asyncio.timeout(20):
        while not await desk.rows("SELECT id FROM outbox"):
            await asyncio.sleep(0.02)
    org_id, _ = await here(desk)
    await desk.outbox.sent(org_id, await desk.take(org_id), "77.0")
    await answering
    assert (model.asked, await desk.state(accepted.inbox_id)) == (1, "answered")


async def test_a_character_that_a_provider_cut_in_two_arrives_whole(desk: Desk) -> None:
    accepted = await desk.accept(message(1))
    await drain(desk, Model(pieces=("well \ud83d", "\ude00 \ud800")), Platform())
    assert await desk.state(accepted.inbox_id) == "answered"
    assert await desk.rows("SELECT body FROM outbox") == [{"body": "well \U0001f600 \ufffd"}]


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize("kind", [Kind.EDIT, Kind.DELETE])
async def test_what_happens_to_a_question_while_its_answer_is_closed_is_not_overlooked(desk: Desk, kind: Kind) -> None:
    await desk.accept(message(1))
    claim = await desk.claimed()
    await desk.accept(control(kind, 1, text="other words" if kind is Kind.EDIT else ""))
    await desk.apply()
    assert await desk.turns.finish(claim, finished("old", ("old",))) == "lost"
    assert await desk.turns.release(claim)
    again = await desk.claimed()
    assert again.cancel == ("delete" if kind is Kind.DELETE else None)
    assert again.text == ("other words" if kind is Kind.EDIT else "")
    assert await desk.rows("SELECT 1 FROM outbox WHERE body = 'old'") == []


async def test_an_edit_while_an_answer_is_given_again_asks_for_no_third_one(desk: Desk) -> None:
    await desk.accept(message(1))
    await desk.turns.finish(await desk.claimed(), finished())
    await desk.accept(control(Kind.EDIT, 1, text="other words"))
    await desk.apply()
    claim = await desk.claimed()
    await desk.accept(control(Kind.EDIT, 1, text="the last words"))
    await desk.apply()
    assert await desk.turns.release(claim)
    last = await desk.claimed()
    assert last.text == "the last words"
    assert await desk.turns.finish(last, finished()) == "last"
