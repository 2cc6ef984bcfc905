"""What briefs may say of people's work, on a real database: what is there, as of a moment, and no more."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import psycopg
import pytest

from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from core.briefs.models import BriefKind
from tests.integration.brief_world import BriefWorld, at


@pytest.fixture
def world(admin_url: str) -> Iterator[BriefWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        found = BriefWorld(admin)
        for name in ("Ana", "Ben"):
            found.person(name)
        yield found


@pytest.fixture
def facts(database: Database) -> PostgresFacts:
    return PostgresFacts(database)


async def test_a_task_that_was_done_later_was_open_then_and_one_that_was_made_later_was_not_there(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.task("Ana", "Done by now", due_at=at(23, 17), done_at=at(24, 9))
    world.task("Ana", "Made later", due_at=at(23, 17), created_at=at(23, 12))
    then = await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(23, 8))
    assert [one.text for one in then.priorities] == ["Done by now"]
    later = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(24, 18))
    assert [one.text for one in later.done] == ["Done by now"]
    assert [one.text for one in later.tomorrow] == ["Made later"]


async def test_nothing_at_all_gives_empty_facts_of_each_kind(world: BriefWorld, facts: PostgresFacts) -> None:
    for kind in BriefKind:
        found = await facts.gather(world.reader("Ana"), kind, at(23, 8))
        assert found.empty
        assert found.first


async def test_what_was_put_off_then_is_not_told_until_it_is_time(world: BriefWorld, facts: PostgresFacts) -> None:
    world.task("Ana", "Tidy up", due_at=at(24, 17), snoozed_until=at(24, 8))
    evening = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(23, 18))
    assert [one.text for one in evening.tomorrow] == ["Tidy up"]
    assert (await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(23, 8))).priorities == ()
    assert len((await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(24, 8))).priorities) == 1


async def test_a_note_holds_as_long_as_it_held_then(world: BriefWorld, facts: PostgresFacts) -> None:
    world.note("Ben", "We go with Postgres", "decision", at(23, 9), shared_with="*", valid_to=at(24, 9))

    async def told(moment: datetime) -> list[str]:
        return [one.text for one in (await facts.gather(world.reader("Ana"), BriefKind.MORNING, moment)).news]

    assert await told(at(23, 8)) == []
    assert await told(at(23, 10)) == ["We go with Postgres"]
    assert await told(at(24, 10)) == []


async def test_a_question_that_was_answered_later_waited_then(world: BriefWorld, facts: PostgresFacts) -> None:
    note = world.note("Ana", "I will leave at four", "personal", at(23, 9))
    world.row(
        "consents", org_id=world.org_id, note_id=note, person_id=world.ids["Ana"], owner=world.ids["Ana"],
        conversation_id=world.conversation, part="owner", what="share", audience="*", wording="Ana leaves at four",
        asked_at=at(23, 10), expires_at=at(30), state="yes", settled_at=at(24, 12),
    )  # fmt: skip
    asked = [
        len((await facts.gather(world.reader("Ana"), BriefKind.MORNING, moment)).asks)
        for moment in (at(23, 8), at(24, 8), at(25, 8))
    ]
    assert asked == [0, 1, 0]


async def test_what_another_is_asked_about_ones_own_note_is_no_question_to_its_owner(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    note = world.note("Ana", "Ben will be a father", "personal", at(23, 9), about="Ben")
    world.row(
        "consents", org_id=world.org_id, note_id=note, person_id=world.ids["Ben"], owner=world.ids["Ana"],
        conversation_id=world.conversation, part="subject", what="share", audience="*",
        wording="Ben will be a father", asked_at=at(23, 10), expires_at=at(30),
    )  # fmt: skip
    asks = {
        name: [one.who for one in (await facts.gather(world.reader(name), BriefKind.MORNING, at(24, 8))).asks]
        for name in ("Ana", "Ben")
    }
    assert asks == {"Ana": [], "Ben": ["Ana"]}


async def test_what_somebody_found_not_relevant_or_put_off_is_left_out_as_of_then(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.note("Ana", "I will call Ben", "commitment", at(20, 9), due_at=at(20, 17))
    world.note("Ana", "I will write to Cleo", "commitment", at(20, 9), due_at=at(20, 18))
    brief = world.brief("Ana", "evening", at(23, 18))
    world.line("Ana", brief, "commitments", "note:1", act="dismiss", acted_at=at(23, 19))
    world.line("Ana", brief, "commitments", "note:2", act="snooze", acted_at=at(23, 19))

    async def open_at(moment: datetime) -> list[str]:
        found = await facts.gather(world.reader("Ana"), BriefKind.EVENING, moment)
        return [one.ref for one in found.commitments]

    assert await open_at(at(23, 18)) == ["note:1", "note:2"]
    assert await open_at(at(23, 20)) == []
    assert await open_at(at(24, 18)) == ["note:2"]


async def test_a_promise_that_became_a_task_is_told_as_the_task(world: BriefWorld, facts: PostgresFacts) -> None:
    note = world.note("Ana", "I will call Ben", "commitment", at(20, 9))
    task = world.task("Ana", "Call Ben", note_id=note, promised=True)
    found = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(23, 18))
    assert [one.ref for one in found.commitments] == [f"task:{task}"]


async def test_a_promise_that_a_task_says_as_well_is_told_once_and_no_more_when_that_is_done(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.note("Ana", "I send Petra the figures by tomorrow.", "commitment", at(23, 9), due_at=at(24, 17))
    task = world.task("Ana", "Send Petra the figures", due_at=at(24, 18), done_at=at(24, 16), promised=True)

    async def told(moment: datetime) -> tuple[list[str], list[str]]:
        morning = await facts.gather(world.reader("Ana"), BriefKind.MORNING, moment)
        evening = await facts.gather(world.reader("Ana"), BriefKind.EVENING, moment)
        return [one.ref for one in morning.priorities], [one.ref for one in evening.commitments]

    assert await told(at(24, 8)) == ([f"task:{task}"], [f"task:{task}"])
    assert await told(at(26, 8)) == ([], [])


async def test_both_accounts_of_a_human_are_one_person(world: BriefWorld, facts: PostgresFacts) -> None:
    human = uuid.uuid4()
    world.person("Cleo", human)
    world.person("Cleo on Discord", human)
    world.task("Cleo on Discord", "Call the bank")
    world.note("Ben", "Cleo reviews the contract", "action", at(22, 9), about="Cleo on Discord", shared_with="*")
    found = await facts.gather(world.reader("Cleo"), BriefKind.MORNING, at(23, 8))
    assert [one.text for one in found.priorities] == ["Call the bank"]
    assert [one.text for one in found.asks] == ["Cleo reviews the contract"]


async def test_the_next_day_is_the_next_on_which_the_person_works(world: BriefWorld, facts: PostgresFacts) -> None:
    world.event("Ana", "Saturday market", at(28, 10))
    world.event("Ana", "Monday standup", at(30, 9))
    friday = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(27, 18))
    assert friday.next_day == date(2026, 11, 30)
    assert [one.title for one in friday.meetings] == ["Monday standup"]
    world.admin.execute("""UPDATE people SET settings = '{"briefs": {"days": [4, 5]}}' WHERE name = 'Ana'""")
    friday = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(27, 18))
    assert [one.title for one in friday.meetings] == ["Saturday market"]
    world.event("Ana", "Next Friday", at(30, 9) + timedelta(days=4))
    world.task("Ana", "Put off for a week", snoozed_until=at(30, 9) + timedelta(days=3))
    world.admin.execute("""UPDATE people SET settings = '{"briefs": {"days": [4]}}' WHERE name = 'Ana'""")
    friday = await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(27, 18))
    assert [one.title for one in friday.meetings] == ["Next Friday"]
    assert [one.text for one in friday.tomorrow] == ["Put off for a week"]


async def test_an_event_that_began_days_ago_is_on_today(world: BriefWorld, facts: PostgresFacts) -> None:
    world.event("Ana", "Conference", at(20, 9), 5 * 1440)
    world.event("Ana", "Holiday", at(16), 14 * 1440, all_day=True, starts_on=date(2026, 11, 16),
                ends_on=date(2026, 11, 30))  # fmt: skip
    found = await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(23, 8))
    assert [one.title for one in found.meetings] == ["Holiday", "Conference"]


async def test_what_does_not_fit_into_today_moves_to_the_next_time_that_it_fits_into(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.event("Ana", "Workshop", at(23, 14), 180)
    world.event("Ana", "Board", at(24, 9), 60)
    world.task("Ana", "Slipped", due_at=at(20, 17), effort_minutes=30)
    world.task("Ana", "Two hours", due_at=at(23, 18), effort_minutes=120)
    world.task("Ana", "Never fits", due_at=at(20, 16), effort_minutes=600)
    found = await facts.gather(world.reader("Ana"), BriefKind.AFTERNOON, at(23, 14))
    assert [(one.text, one.until) for one in found.moves] == [("Slipped", at(23, 17)), ("Two hours", at(24, 10))]


async def test_what_is_due_today_has_the_first_choice_of_todays_time_and_none_is_given_away_twice(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.task("Ana", "Slipped", due_at=at(20, 17), effort_minutes=90)
    world.task("Ana", "Fits", due_at=at(23, 17), effort_minutes=180)
    world.task("Ana", "Does not", due_at=at(23, 18), effort_minutes=180)
    found = await facts.gather(world.reader("Ana"), BriefKind.AFTERNOON, at(23, 14))
    assert [(one.text, one.until) for one in found.moves] == [("Does not", at(24, 9)), ("Slipped", at(24, 12))]


async def test_free_time_is_that_of_two_weeks_of_working_days(world: BriefWorld, facts: PostgresFacts) -> None:
    world.event("Ana", "Standup", at(24, 9), 30)
    gaps = await facts.free(world.reader("Ana"), at(23, 12))
    assert [(one.starts_at, one.ends_at) for one in gaps[:3]] == [
        (at(23, 12), at(23, 18)),
        (at(24, 9, 30), at(24, 18)),
        (at(25, 9), at(25, 18)),
    ]
    assert len(gaps) == 10


async def test_candidates_are_everything_open_with_what_each_waits_for(world: BriefWorld, facts: PostgresFacts) -> None:
    first, then = world.task("Ana", "Write the report"), world.task("Ana", "Send the report")
    world.row("task_ties", "task_id", org_id=world.org_id, owner=world.ids["Ana"], task_id=then, after_id=first)
    world.of("Ana", "deals", name="Harbour", next_step="Call them", created_at=at(2), stage_since=at(9))
    found = {one.text: one for one in await facts.candidates(world.reader("Ana"), at(23, 8))}
    assert found.keys() == {"Write the report", "Send the report", "Call them"}
    assert found["Write the report"].unblocks == 1
    assert found["Send the report"].waits_for == (f"task:{first}",)
    assert found["Call them"].deal_name == "Harbour"


async def test_what_is_not_relevant_comes_in_no_brief_any_more_however_many_came_since(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    world.note("Ana", "I will call Ben", "commitment", at(2, 9))
    old = world.brief("Ana", "evening", at(2, 18))
    world.line("Ana", old, "commitments", "note:1", act="dismiss", acted_at=at(2, 19))
    since = world.brief("Ana", "morning", at(3, 8))
    for number in range(500):
        world.line("Ana", since, "news", f"note:{1_000 + number}")
    assert (await facts.gather(world.reader("Ana"), BriefKind.EVENING, at(23, 18))).commitments == ()


async def test_a_brief_that_is_computed_again_tells_the_same_news(world: BriefWorld, facts: PostgresFacts) -> None:
    world.note("Ben", "We go with Postgres", "decision", at(22, 9), shared_with="*")

    async def told(moment: datetime) -> list[str]:
        return [one.text for one in (await facts.gather(world.reader("Ana"), BriefKind.MORNING, moment)).news]

    before = await told(at(23, 8))
    world.line("Ana", world.brief("Ana", "morning", at(23, 8)), "news", "note:1")
    assert await told(at(23, 8)) == before == ["We go with Postgres"]
    assert await told(at(24, 8)) == []


async def test_a_deal_that_was_done_with_is_told_again_once_it_has_changed(
    world: BriefWorld, facts: PostgresFacts
) -> None:
    deal = world.of("Ana", "deals", name="Harbour", next_step="Call them", created_at=at(2), stage_since=at(2),
                    changed_at=at(20))  # fmt: skip
    brief = world.brief("Ana", "morning", at(23, 8))
    world.line("Ana", brief, "priorities", f"deal:{deal}", act="done", acted_at=at(23, 9))

    async def told() -> list[str]:
        return [one.text for one in (await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(24, 8))).priorities]

    assert await told() == []
    world.admin.execute("UPDATE deals SET next_step = 'Send the offer', changed_at = %s", (at(23, 12),))
    assert await told() == ["Send the offer"]


async def test_what_matters_is_ranked_by_the_persons_own_weights(world: BriefWorld, facts: PostgresFacts) -> None:
    world.task("Ana", "Due today", due_at=at(23, 12), importance=3)
    world.task("Ana", "Important", importance=5)

    async def first() -> str:
        return (await facts.gather(world.reader("Ana"), BriefKind.MORNING, at(23, 8))).priorities[0].text

    assert await first() == "Due today"
    world.of("Ana", "priority_weights", returning="owner", chosen={"urgency": 0.1, "importance": 9.0})
    assert await first() == "Important"


@pytest.mark.parametrize(
    ("failures", "since", "next_try", "told"),
    [
        (9, at(22, 7), at(23, 9), True),  # for a day
        (2, at(23, 6), at(23, 8, 30), False),  # for an hour
        (1, at(23, 6), at(23, 12), True),  # refused: six hours until the next try
        (0, None, at(23, 9), False),
    ],
)
async def test_a_calendar_that_cannot_be_read_for_a_day_or_is_refused_is_told_to_its_owner_alone(
    world: BriefWorld,
    facts: PostgresFacts,
    failures: int,
    since: datetime | None,
    next_try: datetime,
    told: bool,
) -> None:
    calendar = world.of(
        "Ana", "calendars", kind="ics", name="Work", failures=failures, failing_since=since, sync_at=next_try
    )
    found = {
        name: [one.ref for one in (await facts.gather(world.reader(name), BriefKind.MORNING, at(23, 8))).broken]
        for name in ("Ana", "Ben")
    }
    assert found == {"Ana": [f"calendar:{calendar}"] if told else [], "Ben": []}
