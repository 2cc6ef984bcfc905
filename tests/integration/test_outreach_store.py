"""The ready queue over a real database: whom it finds, what is kept, and that it is its person's alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.integration.conftest import PLACE, Desk, message
from tests.integration.firm import AT, DAY, DIRECT, FORTNIGHTLY, Firm, firm_at


@pytest.fixture
def firm(desk: Desk) -> Firm:
    return firm_at(desk)


async def test_a_tie_carries_all_that_the_formula_looks_at(firm: Firm) -> None:
    ana = await firm.meets()
    company = await firm.put(ana, "companies", name="Nordwind")
    maria = await firm.contact(
        ana, "Maria Costa", 20, 40, email="Maria@Nordwind.example", company_id=company, rhythm_days=14,
        birthday=date(1980, 2, 3), title="Head",
    )  # fmt: skip
    deal = {"contact_id": maria, "currency": "EUR", "stage": "proposal", "created_at": AT - 90 * DAY}
    await firm.put(ana, "deals", name="Small", value=100, **deal)
    big = await firm.put(
        ana, "deals", name="Big", value=900, closes_on=date(2030, 1, 1), next_step="send it",
        stage_since=AT - 30 * DAY, **deal,
    )  # fmt: skip
    await firm.put(ana, "deals", name="Lost", value=9_000, **{**deal, "stage": "lost"})
    made = {"contact_id": maria, "created_at": AT - DAY}
    await firm.put(ana, "tasks", text="send the price list", promised=True, **made)
    await firm.put(ana, "tasks", text="no promise", **made)
    await firm.put(ana, "tasks", text="kept", promised=True, done_at=AT, **made)
    calendar = await firm.put(ana, "calendars", kind="own", name="Mine")
    people = json.dumps([{"name": "Maria", "email": "maria@nordwind.example"}])
    for days in (-10, 3, 5):
        start = AT + days * DAY
        await firm.put(
            ana, "calendar_events", calendar_id=calendar, uid=str(days), title="Talk", starts_at=start,
            ends_at=start + timedelta(hours=1), people=people,
        )  # fmt: skip
    (tie,) = (await firm.store.waiting(ana, AT)).ties
    assert (tie.contact_id, tie.company, tie.rhythm_days, tie.birthday) == (maria, "Nordwind", 14, date(1980, 2, 3))
    assert [round((AT - touch) / DAY) for touch in tie.touches] == [10, 20, 40]
    assert tie.promised == ("send the price list",)
    assert (tie.deal_id, tie.deal_name, tie.deal_value, tie.usual_value) == (big, "Big", 900.0, 500.0)
    assert tie.deal_next_step == "send it"
    assert tie.meeting_at == AT + 3 * DAY


async def test_ties_are_those_one_owns_or_deals_with_and_nobody_elses(firm: Firm) -> None:
    ana, ben = await firm.meets(), await firm.meets("U2", "Ben")
    shared = await firm.contact(ana, "Shared", 20)
    await firm.contact(ben, "Secret", 20, shared_with="")
    strange = await firm.contact(ben, "Strange")
    await firm.put(ana, "activities", contact_id=strange, kind="call", happened_at=AT - 9 * DAY)
    await firm.contact(ana, "Gone", 20, gone_at=AT)
    assert sorted(tie.name for tie in (await firm.store.waiting(ana, AT)).ties) == ["Shared", "Strange"]
    assert sorted(tie.name for tie in (await firm.store.waiting(ben, AT)).ties) == ["Secret", "Strange"]
    await firm.put(ben, "tasks", text="promised", promised=True, contact_id=shared, created_at=AT - DAY)
    (tie,) = [one for one in (await firm.store.waiting(ana, AT)).ties if one.name == "Shared"]
    assert tie.promised == ()


async def test_a_guest_sees_only_what_is_their_own(firm: Firm) -> None:
    ana = await firm.meets()
    await firm.contact(ana, "Mine alone", *FORTNIGHTLY, shared_with="")
    ben = await firm.meets("U2", "Ben")
    team = await firm.contact(ben, "Team's", *FORTNIGHTLY)
    await firm.put(ana, "activities", contact_id=team, kind="call", happened_at=AT - 30 * DAY, shared_with="")
    guest = ana.model_copy(update={"member": False})
    assert [tie.name for tie in (await firm.store.waiting(guest, AT)).ties] == ["Mine alone"]


async def test_looking_writes_nothing_and_preparing_keeps_a_draft_for_each(firm: Firm) -> None:
    ana = await firm.meets()
    maria = await firm.contact(ana, "Maria Costa", *FORTNIGHTLY)
    (seen,) = await firm.store.ready(ana, AT)
    assert (seen.ref, seen.contact, seen.draft) == (f"contact:{maria}", "Maria Costa", "")
    assert await firm.rows(ana, "SELECT * FROM outreach") == []
    await firm.prepare(ana)
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    (seen,) = await firm.store.ready(ana, AT)
    assert seen.ref == f"outreach:{entry.id}"
    assert seen.why == ("you usually speak every 2 weeks; the last time was 5 weeks ago",)
    assert seen.draft.startswith("Hi Maria,\n\nIt has been a while")
    assert seen.draft.endswith("Best,\nAna")


async def test_what_speaks_no_more_leaves_the_queue_and_what_was_edited_stays_as_it_is(firm: Firm) -> None:
    ana = await firm.meets()
    maria = await firm.contact(ana, "Maria", *FORTNIGHTLY)
    other = await firm.contact(ana, "Otto", *FORTNIGHTLY)
    await firm.prepare(ana)
    edited = next(entry for entry in await firm.queue(ana) if entry.contact_id == maria)
    await firm.store.edit(ana, edited.id, "My own words?")
    await firm.put(ana, "tasks", text="the plan", promised=True, contact_id=maria, created_at=AT - DAY)
    await firm.put(ana, "activities", contact_id=other, kind="call", happened_at=AT - timedelta(hours=1))
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    assert (entry.contact_id, entry.edited, entry.reason) == (maria, True, "promise")
    assert entry.opportunity.draft == "My own words?"


async def test_an_edit_while_drafts_are_being_made_is_not_written_over(firm: Firm) -> None:
    ana = await firm.meets()
    await firm.contact(ana, "Maria", *FORTNIGHTLY)
    await firm.prepare(ana)
    (stale,) = await firm.queue(ana)
    await firm.store.edit(ana, stale.id, "My own words?")
    await firm.store.enqueue(ana, [stale], AT)
    assert (await firm.queue(ana))[0].opportunity.draft == "My own words?"


async def test_a_draft_is_made_anew_where_the_reason_is_another(firm: Firm) -> None:
    ana = await firm.meets()
    maria = await firm.contact(ana, "Maria", *FORTNIGHTLY)
    await firm.prepare(ana)
    await firm.put(ana, "tasks", text="send the plan", promised=True, contact_id=maria, created_at=AT - DAY)
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    assert "what I promised you: send the plan." in entry.opportunity.draft


async def test_what_is_sent_becomes_an_activity_once_and_none_after_an_undo(firm: Firm) -> None:
    ana = await firm.meets()
    maria = await firm.contact(ana, "Maria", *FORTNIGHTLY)
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    for _ in range(2):
        sent = await firm.store.settle(ana, entry.id, "sent", kind="email")
        assert sent is not None
        assert sent.state == "sent"
    query = f"SELECT kind, contact_id, shared_with FROM activities WHERE key = 'outreach:{entry.id}'"
    assert await firm.rows(ana, query) == [{"kind": "email", "contact_id": maria, "shared_with": ""}]
    assert await firm.store.ready(ana, datetime.now(UTC)) == ()
    assert await firm.store.settle(ana, entry.id, "dropped") is None
    assert await firm.store.settle(ana, entry.id, "ready") is not None
    assert await firm.rows(ana, query) == []
    assert len(await firm.store.ready(ana, AT)) == 1


async def test_who_was_dropped_or_put_off_is_left_in_peace_and_comes_back(firm: Firm) -> None:
    ana = await firm.meets()
    await firm.contact(ana, "Maria", *FORTNIGHTLY)
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    await firm.store.settle(ana, entry.id, "later", AT + 7 * DAY)
    await firm.store.settle(ana, entry.id, "later", AT + 8 * DAY)
    assert await firm.store.ready(ana, AT + 7.5 * DAY) == ()
    (back,) = await firm.store.ready(ana, AT + 8.5 * DAY)
    assert back.why[0] == "you put it off until now"
    await firm.store.settle(ana, entry.id, "dropped")
    now = datetime.now(UTC)
    assert await firm.store.ready(ana, now + 80 * DAY) == ()
    assert len(await firm.store.ready(ana, now + 91 * DAY)) == 1


async def test_an_undo_that_comes_too_late_finds_another_in_its_place(firm: Firm) -> None:
    ana = await firm.meets()
    await firm.contact(ana, "Maria", *FORTNIGHTLY)
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    await firm.store.settle(ana, entry.id, "dropped")
    fresh = entry.model_copy(update={"id": 0})
    await firm.store.enqueue(ana, [fresh, fresh], AT)
    assert len(await firm.queue(ana)) == 1
    assert await firm.store.settle(ana, entry.id, "ready") is None


async def test_a_queue_is_its_persons_alone(firm: Firm) -> None:
    ana, ben = await firm.meets(), await firm.meets("U2", "Ben")
    await firm.contact(ana, "Maria", *FORTNIGHTLY)
    await firm.prepare(ana)
    (entry,) = await firm.queue(ana)
    assert await firm.store.one(ben, entry.id) is None
    assert await firm.store.edit(ben, entry.id, "mine now") is None
    assert await firm.store.settle(ben, entry.id, "sent") is None
    assert await firm.queue(ben) == ()
    assert (await firm.queue(ana))[0].state == "ready"


async def test_a_channel_has_no_queue(firm: Firm) -> None:
    ana = await firm.meets()
    await firm.contact(ana, "Maria", *FORTNIGHTLY)
    room = ana.model_copy(update={"room": PLACE.room})
    await firm.prepare(room)
    assert await firm.store.ready(room, AT) == ()
    assert await firm.rows(ana, "SELECT * FROM outreach") == []


async def test_how_a_person_writes_is_seen_in_their_own_private_words_alone(firm: Firm) -> None:
    ana = await firm.meets("U1", place=DIRECT)
    await firm.meets("U2", "Ben")
    said = [
        (DIRECT, "U1", "Hey, could you have a look at the numbers when you find a minute? Cheers"),
        (DIRECT, "U1", "/remind me tomorrow at nine to call the landlord about it"),
        (DIRECT, "U1", "short"),
        (PLACE, "U1", "Said in the open channel, and long enough to be a sample of it"),
        (PLACE, "U2", "Somebody else says something that is long enough, too, here"),
    ]
    for number, (place, account, text) in enumerate(said, 100):
        author = {"account": account, "name": account, "zone": "Europe/Berlin"}
        identity = (f"message:{place.channel}:{number}",)
        await firm.desk.accept(
            message(number, place=place, author=author, text=text, identities=identity, message_id=f"{number}.0")
        )
    await firm.meeting.people.choose(ana.person_id, {"language": "German"})
    style = await firm.store.style(ana)
    assert style.samples == ("Hey, could you have a look at the numbers when you find a minute? Cheers",)
    assert style.settings.language == "German"
