"""Contacts, companies, deals and calls: kept by a line, shown, changed by the team, and taken back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from adapters.postgres.erasing import erase
from adapters.postgres.schedules import PostgresSchedules
from core.desk import Visitor
from core.registry import CommandError, Invocation
from core.work.contacts import NotThere, Outdated, Wanted
from core.work.deals import Stage
from core.work.editing import completing_contacts, completing_deals, entry_forms
from tests.integration.conftest import PLACE, Desk
from tests.integration.crm_world import Team, team
from tests.office import Office

ANA = "contact Ana Pohl, Acme, ana@acme.com, +49 30 123456, CTO"


@pytest.fixture
async def friends(desk: Desk) -> Team:
    return team(desk)


async def test_a_contact_is_kept_by_a_line_that_is_shown_again_and_taken_back(friends: Team) -> None:
    me = await friends.meet(PLACE)
    kept = await friends.says(me, ANA)
    for part in ("Ana Pohl", "CTO", "Acme", "ana@acme.com", "+49 30 123456"):
        assert part in kept.text
    gone = await friends.press(me, "Undo", kept)
    assert "30 days" in gone.text
    assert "no contacts yet" in (await friends.says(me, "contacts")).text
    assert "ana@acme.com" in (await friends.press(me, "Undo", gone)).text


async def test_a_contact_is_kept_once_though_its_turn_runs_twice(friends: Team) -> None:
    me = await friends.meet(PLACE)
    for _ in range(2):
        friends.number = 70
        await friends.says(me, "contact Zoe")
    assert (await friends.says(me, "contacts")).text.count("Zoe") == 1


async def test_a_second_line_on_the_same_contact_changes_it_and_undo_puts_it_back(friends: Team) -> None:
    me, ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
    await friends.says(me, ANA)
    changed = await friends.says(ben, "contact Ana Pohl, ana@acme.com, CEO, every 2 weeks")
    assert "CEO" in changed.text
    assert "14 days" in changed.text
    back = await friends.press(me, "Undo", changed)
    assert "CTO" in back.text
    assert "14 days" not in back.text
    assert "cannot be taken back" in (await friends.press(me, "Undo", changed)).text
    assert "already" in (await friends.says(me, ANA)).text


async def test_a_change_that_was_changed_again_is_not_taken_back(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, ANA)
    first = await friends.says(me, "contact Ana Pohl, ana@acme.com, CEO")
    await friends.says(me, "contact Ana Pohl, ana@acme.com, CFO")
    assert "changed again" in (await friends.press(me, "Undo", first)).text
    assert "CFO" in (await friends.says(me, "contact Ana Pohl")).text


async def test_of_two_people_of_one_name_robbie_asks_which(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, ANA)
    await friends.says(me, "contact Ana Schmidt, Beta")
    asked = await friends.says(me, "contact Ana")
    assert "Which one" in asked.text
    assert "Beta" in (await friends.press(me, "#2", asked)).text


async def test_a_namesake_at_another_company_is_another_contact(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, ANA)
    assert "new contact" in (await friends.says(me, "contact Ana Pohl, Beta, ana@beta.example")).text
    assert (await friends.says(me, "contacts ana")).text.count("Ana Pohl") == 2


async def test_many_contacts_come_page_by_page(friends: Team) -> None:
    me = await friends.meet(PLACE)
    viewer = await friends.viewer(me)
    for number in range(33):
        await friends.crm.contacts.add(viewer, {"name": f"Person {number:02}"})
    first = await friends.says(me, "contacts person")
    second = await friends.press(me, "More", first)
    third = await friends.press(me, "More", second)
    names = re.findall(r"Person \d\d", first.text + second.text + third.text)
    assert names == [f"Person {number:02}" for number in range(33)]
    assert not [button for button in third.buttons if button.label == "More"]


async def test_a_deal_goes_from_a_line_through_its_stages_and_back(friends: Team) -> None:
    me, ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
    await friends.says(me, ANA)
    kept = await friends.says(me, "deal Acme rollout 40.000,00 EUR proposal closes 2030-11-30")
    assert "40,000 EUR" in kept.text
    assert "Company: Acme" in kept.text
    further = await friends.press(ben, "To negotiation", kept)
    assert "negotiation since" in further.text
    won = await friends.says(me, "deal Acme won")
    assert "Congratulations" in won.text
    assert "no open deals" in (await friends.says(me, "deals")).text
    back = await friends.press(me, "Undo", won)
    assert "negotiation since" in back.text
    (row,) = await friends.crm.deals.find(await friends.viewer(me), Wanted(), 10)
    assert (row.stage, row.value, row.closes_on) == (Stage.NEGOTIATION, Decimal("40000.00"), date(2030, 11, 30))


async def test_undo_of_a_stage_gives_back_since_when_it_stood_where_it_stood(friends: Team) -> None:
    me = await friends.meet(PLACE)
    viewer = await friends.viewer(me)
    made = await friends.crm.deals.add(viewer, {"name": "Acme rollout"})
    won = await friends.says(me, f"deal {made.id} won")
    moved = await friends.crm.deals.one(viewer, made.id)
    assert moved is not None
    assert moved.stage_since > made.stage_since
    await friends.press(me, "Undo", won)
    back = await friends.crm.deals.one(viewer, made.id)
    assert back is not None
    assert (back.stage, back.stage_since) == (made.stage, made.stage_since)


async def test_deals_are_shown_by_stage_with_sums_that_keep_currencies_apart(friends: Team) -> None:
    me = await friends.meet(PLACE)
    for line in ("A 40k EUR negotiation", "B 0.1k EUR negotiation", "C 10k USD negotiation", "D 5000 EUR", "E"):
        await friends.says(me, f"deal {line}")
    shown = (await friends.says(me, "deals")).text
    assert "**Negotiation** (3): 40,100 EUR · 10,000 USD" in shown
    assert "**Lead** (2): 5,000 EUR" in shown
    assert shown.index("Lead") < shown.index("Negotiation")
    assert "C, 10,000 USD" in (await friends.says(me, "deals negotiation")).text
    assert "no deal in the stage won" in (await friends.says(me, "deals won")).text


async def test_which_of_several_deals_is_meant_is_asked_and_the_press_does_what_was_said(friends: Team) -> None:
    me = await friends.meet(PLACE)
    for name in ("Acme rollout", "Acme support"):
        await friends.says(me, f"deal {name} 10k EUR")
    asked = await friends.says(me, "deal Acme next send the offer")
    assert "Which one" in asked.text
    assert "send the offer" in (await friends.press(me, "#2", asked)).text


async def test_a_rest_that_means_nothing_is_said_and_changes_nothing(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, "deal Acme rollout 10k EUR")
    with pytest.raises(CommandError, match="did not understand “gone fishing”"):
        await friends.says(me, "deal 1 gone fishing 99k")
    assert "10,000 EUR" in (await friends.says(me, "deal 1")).text


async def test_a_call_is_kept_with_its_contact_and_is_the_last_touch(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, ANA)
    kept = await friends.says(me, "log call with Ana yesterday: she wants the offer")
    assert "Ana Pohl (Acme)" in kept.text
    shown = await friends.says(me, "contact Ana Pohl")
    assert "Last touch" in shown.text
    assert "she wants the offer" in shown.text
    await friends.press(me, "Undo", kept)
    assert "Last touch" not in (await friends.says(me, "contact Ana Pohl")).text


async def test_a_call_with_one_of_two_or_with_nobody_known_is_kept_before_it_is_asked_with_whom(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, ANA)
    await friends.says(me, "contact Ana Schmidt, Beta")
    asked = await friends.says(me, "log call with Ana: (urgent) yes")
    (kept,) = await friends.crm.activities.find(await friends.viewer(me), Wanted(), 10)
    assert "with Ana" in kept.text
    chosen = await friends.press(me, "#2 Ana Schmidt", asked)
    assert "Ana Schmidt (Beta)" in chosen.text
    assert ": (urgent) yes" in chosen.text
    unknown = await friends.says(me, "log meeting with Zoe Zett: hello")
    assert "new contact" not in (await friends.says(me, "contacts zoe")).text
    await friends.press(me, "New contact", unknown)
    assert "hello" in (await friends.says(me, "contact Zoe Zett")).text


async def test_what_passed_on_a_deal_is_kept_by_its_form(friends: Team) -> None:
    me = await friends.meet(PLACE)
    made = await friends.says(me, "deal Acme rollout 10k EUR")
    kept = await friends.press(me, "Log", made, how="meeting", when="yesterday", text="they liked it")
    assert "meeting with Acme rollout" in kept.text
    assert "they liked it" in (await friends.says(me, "deal 1")).text
    with pytest.raises(CommandError, match="did not understand when"):
        await friends.press(me, "Log", made, how="call", when="whenever", text="x")


async def test_a_form_shows_what_is_known_and_keeps_what_was_filled_in(friends: Team) -> None:
    me = await friends.meet(PLACE)
    kept = await friends.says(me, ANA)
    forms = entry_forms(friends.people, friends.crm)
    visitor = Visitor(surface="slack", tenant="T1", account="U1", direct=True)
    form = await forms["edit-entry"](
        visitor, Invocation(command="edit-entry", arguments={"kind": "contact", "id": "1"})
    )
    assert form is not None
    values = {field.name: field.value for field in form.fields}
    assert values == {
        "name": "Ana Pohl", "company": "Acme", "email": "ana@acme.com", "phone": "+49 30 123456", "title": "CTO",
    }  # fmt: skip
    changed = await friends.press(me, "Edit", kept, **{**values, "company": "Beta", "title": "CEO"})
    assert "Company: Beta" in changed.text
    assert "Company: Acme" in (await friends.press(me, "Undo", changed)).text
    with pytest.raises(CommandError, match="no address"):
        await friends.press(me, "Edit", kept, **{**values, "email": "ana at acme"})


async def test_contacts_and_deals_are_offered_while_somebody_types(friends: Team) -> None:
    me = await friends.meet(PLACE)
    await friends.says(me, ANA)
    await friends.says(me, "deal Acme rollout 10k EUR")
    visitor = Visitor(surface="slack", tenant="T1", account="U1")
    offered = await completing_contacts(friends.people, friends.crm)(visitor, "po")
    assert [choice.label for choice in offered] == ["#1 Ana Pohl (Acme)"]
    assert "CTO" in (await friends.says(me, f"contact {offered[0].value}")).text
    offered = await completing_deals(friends.people, friends.crm)(visitor, "roll")
    assert [choice.value for choice in offered] == ["1"]
    stranger = Visitor(surface="slack", tenant="T1", account="U99")
    assert not await completing_contacts(friends.people, friends.crm)(stranger, "po")


async def test_a_change_that_builds_on_an_older_state_is_refused(friends: Team) -> None:
    viewer = await friends.viewer(await friends.meet(PLACE))
    made = await friends.crm.contacts.add(viewer, {"name": "Ana"})
    changed = await friends.crm.contacts.change(viewer, made.id, {"title": "CTO"}, etag=made.etag)
    assert changed is not None
    with pytest.raises(Outdated):
        await friends.crm.contacts.change(viewer, made.id, {"title": "CEO"}, etag=made.etag)


async def test_nothing_hangs_on_what_its_person_does_not_see(friends: Team) -> None:
    me, ben = await friends.viewer(await friends.meet(PLACE)), await friends.viewer(await friends.meet(PLACE, "U2"))
    secret = await friends.crm.companies.add(me, {"name": "Secret Inc"}, shared=False)
    with pytest.raises(NotThere, match="company_id"):
        await friends.crm.contacts.add(ben, {"name": "Spy", "company_id": secret.id})
    made = await friends.crm.contacts.add(ben, {"name": "Spy"})
    with pytest.raises(NotThere):
        await friends.crm.contacts.change(ben, made.id, {"company_id": secret.id})


async def test_what_was_deleted_longer_ago_than_a_month_is_gone_for_good(friends: Team) -> None:
    me = await friends.meet(PLACE)
    kept = await friends.says(me, ANA)
    gone = await friends.press(me, "Undo", kept)
    viewer = await friends.viewer(me)
    late = "UPDATE contacts SET gone_at = gone_at - interval '31 days'"
    await friends.desk.database.run(viewer.org_id, (late, ()), viewer=viewer)
    assert "cannot be brought back" in (await friends.press(me, "Undo", gone)).text


async def test_numbers_of_other_things_show_nothing(friends: Team) -> None:
    me = await friends.meet(PLACE)
    for line in ("contact 99", "company 99", "deal 99 won"):
        assert "not there" in (await friends.says(me, line)).text


async def test_who_is_forgotten_takes_along_what_was_theirs_alone_and_their_words_and_leaves_the_teams(
    friends: Team,
) -> None:
    """Whom the team deals with stays; it is nobody's then."""
    me, ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
    await friends.says(me, ANA)
    await friends.says(me, "contact Zoe Zett, Hidden, private")
    await friends.says(me, "deal Secret rollout 10k EUR, private")
    await friends.says(me, "deal Acme rollout 10k EUR next call her")
    await friends.press(me, "Log", await friends.says(me, "contact Ana Pohl"), how="call", text="in my own words")
    await friends.press(ben, "Log", await friends.says(ben, "contact Ana Pohl"), how="call", text="in the words of Ben")
    mine = await friends.viewer(me)
    about = "UPDATE contacts SET about = 'in my own words'"
    await friends.desk.database.run(mine.org_id, (about, ()), viewer=mine)
    _, conversation = await friends.desk.conversation()
    async with friends.desk.database.app(mine.org_id, mine) as tx:
        await erase(tx, mine, 1, conversation)
    theirs = await friends.viewer(ben)
    (contact,) = await friends.crm.contacts.find(theirs, Wanted(), 10)
    assert (contact.name, contact.owner, contact.about) == ("Ana Pohl", None, "")
    (deal,) = await friends.crm.deals.find(theirs, Wanted(), 10)
    assert (deal.name, deal.owner, deal.next_step) == ("Acme rollout", None, "call her")
    touches = await friends.crm.activities.find(theirs, Wanted(), 10)
    assert sorted(one.text for one in touches) == ["", "in the words of Ben"]
    assert "CEO" in (await friends.says(ben, "contact Ana Pohl, ana@acme.com, CEO")).text
    async with friends.desk.database.app(mine.org_id, mine) as tx:
        rows = await (await tx.execute("SELECT FROM contacts")).fetchall()
    assert len(rows) == 1


async def test_the_daily_tick_takes_away_what_was_deleted_a_month_ago(friends: Team) -> None:
    me = await friends.meet(PLACE)
    for line in (ANA, "contact Zoe", "contact Yan"):
        await friends.says(me, line)
    viewer = await friends.viewer(me)
    gone = "UPDATE contacts SET gone_at = clock_timestamp() - make_interval(days => %s) WHERE name = %s"
    for days, name in ((31, "Zoe"), (29, "Yan")):
        await friends.desk.database.run(viewer.org_id, (gone, (days, name)), viewer=viewer)
    await PostgresSchedules(friends.desk.database).purge(date(2026, 11, 29), timedelta(days=30), timedelta(days=400))
    (rows,) = await friends.desk.database.run(
        viewer.org_id, ("SELECT name FROM contacts ORDER BY name", ()), viewer=viewer
    )
    assert [row["name"] for row in rows] == ["Ana Pohl", "Yan"]


async def test_what_a_yes_in_a_channel_led_to_is_read_by_who_said_it_alone(office: Office) -> None:
    """What free text in a thread becomes tells of the team's contacts, and guests may read there."""
    await office.open()
    await office.command("contact Ana Pohl, Acme, ana@acme.com", "U1")
    asked = await office.ask("<@UROBBIE> I spoke with Ana Pohl today: she wants it", "C1")
    assert "call with Ana Pohl" in asked
    question = office.slack.bot_messages("C1", office.slack.bot_messages("C1")[-1].thread_ts)[-1]
    await office.slack.press("U1", question, "do:0")
    await office.settled()
    assert not [text for text in office.answers("C1", question.thread_ts) if "Acme" in text]
    await office.command("contact Ana Pohl", "U1")
    assert "she wants it" in office.answers("U1")[-1]
