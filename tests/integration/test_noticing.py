"""What matters in conversations becomes notes: once, of what people said themselves, and of nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import dict_row

from adapters.embedding.local import LocalEmbedder
from adapters.postgres.noticing import PostgresWindows
from adapters.postgres.refusals import refuse
from core.conversation.models import Author, Kind
from core.notes.detecting import Detector, detector
from core.notes.noticing import Noticing, When
from core.notes.policy import ALIKE, MEANS_THE_SAME, Thresholds
from core.notes.refusals import likeness, stems
from tests.integration.conftest import Desk, control, finished, message
from tests.office import Office

REPORT = "I'll send Ben the quarterly report by Friday."
WIN = "We closed the Siemens deal, signed this morning!"
Notes = Callable[[], list[dict[str, object]]]
BEN = Author(account="U2", name="Ben")


class Look(Noticing):
    """Looks through what waits, at once; counts how often the detector was needed."""

    def __init__(self, desk: Desk, *, lease: float = 300.0) -> None:
        self.asked = 0
        super().__init__(PostgresWindows(desk.database, When(0.0, 1, lease)), self._count, Thresholds())

    def _count(self) -> Detector:
        self.asked += 1
        return detector()


@pytest.fixture
def look(desk: Desk) -> Look:
    return Look(desk)


@pytest.fixture
def notes(admin_url: str) -> Notes:
    """All that there are, whoever may see them."""

    def read() -> list[dict[str, object]]:
        with psycopg.connect(admin_url, row_factory=dict_row) as admin:
            return admin.execute("SELECT * FROM notes ORDER BY id").fetchall()

    return read


async def test_what_matters_becomes_a_note_of_who_said_it_where_it_was_said(
    desk: Desk, look: Look, notes: Notes
) -> None:
    await desk.accept(message(1, text="hi there", author=BEN))
    said = await desk.accept(message(2, text=f"Morning! {REPORT} See you."))
    assert await look.notice() == 1
    (note,) = notes()
    row = await desk.row("SELECT person_id, message_id FROM inbox WHERE id = %s", said.inbox_id)
    ben = await desk.row("SELECT id FROM people WHERE name = 'Ben'")
    assert note["text"] == REPORT
    assert (note["owner"], note["room"], note["shared_with"]) == (row["person_id"], "slack/T1/C1", "")
    assert (note["found_by"], note["source"]) == ("detector", "slack/T1/C1/2.0")
    assert note["subjects"] == [{"kind": "person", "name": "Ben", "person_id": ben["id"]}]
    assert str(note["due_at"])
    (source,) = await desk.rows("SELECT message_id FROM note_sources")
    assert source["message_id"] == row["message_id"]


async def test_nothing_to_do_costs_nothing(desk: Desk, look: Look) -> None:
    assert await look.notice() == 0
    await desk.accept(message(1, text=REPORT))
    await look.notice()
    asked = look.asked
    assert await look.notice() == 0
    assert look.asked == asked


async def test_a_conversation_that_goes_on_is_left_until_it_is_quiet_or_long(desk: Desk) -> None:
    await desk.accept(message(1, text=REPORT))
    await desk.accept(message(2, text=WIN))
    assert await PostgresWindows(desk.database, When(60.0, 3)).claim() is None
    assert await PostgresWindows(desk.database, When(60.0, 2)).claim() is not None


async def test_a_crash_between_finding_and_writing_repeats_the_look_without_a_duplicate(
    desk: Desk, notes: Notes
) -> None:
    await desk.accept(message(1, text=REPORT))
    first = Look(desk, lease=0.0)
    windows = PostgresWindows(desk.database, When(0.0, 1, 0.0))
    window = await windows.claim()
    assert window is not None
    drafts = await first.drafts(window)
    assert await first.notice() == 1
    assert await windows.write(window, drafts) is None
    assert len(notes()) == 1


async def test_two_workers_never_look_through_the_same(desk: Desk, notes: Notes) -> None:
    for number in range(1, 7):
        place = message(1).place.model_copy(update={"thread": f"{number}.0"})
        await desk.accept(message(number, text=f"I'll send report {number} to Ben by Friday.", place=place))
    made = await asyncio.gather(*(Look(desk).notice() for _ in range(3)))
    assert sum(made) == 6
    assert len(notes()) == 6


async def test_the_same_said_again_is_one_note_with_both_sources(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text=REPORT))
    await look.notice()
    await desk.accept(message(2, text="I will send the quarterly report to Ben by Friday!"))
    await look.notice()
    assert len(notes()) == 1
    assert len(await desk.rows("SELECT message_id FROM note_sources")) == 2


async def test_a_new_date_closes_the_old_note_and_does_not_overwrite_it(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text=REPORT))
    await look.notice()
    await desk.accept(message(2, text=REPORT.replace("Friday", "Monday")))
    await look.notice()
    old, new = notes()
    assert old["text"] == REPORT
    assert old["superseded_by"] == new["id"]
    assert old["valid_to"] is not None
    assert new["valid_to"] is None


async def test_what_was_refused_is_not_noted_again(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text="I will send the quarterly report to Ben by Friday!"))
    row = await desk.row("SELECT org_id, person_id FROM inbox")
    org, person = int(str(row["org_id"])), int(str(row["person_id"]))
    async with desk.database.app(org) as tx:
        await refuse(tx, org, person, REPORT)
    assert await look.notice() == 0
    assert notes() == []


async def test_robbies_own_words_are_never_a_source(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text="what did we say about the deadline?"))
    claim = await desk.claimed()
    await desk.turns.finish(claim, finished(text=f"{REPORT} {WIN}"))
    await desk.accept(message(2, text=f"> {REPORT}\nok"))
    await desk.accept(message(3, text=f"you said: {WIN}"))
    await desk.accept(message(4, text=f"```\n{REPORT}\n```"))
    assert await look.notice() == 0
    assert notes() == []


async def test_what_robbie_is_told_to_do_and_what_bots_say_is_no_source(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text=f"!robbie note {REPORT}"))
    await desk.accept(message(2, text=f"remind me tomorrow at 9 {REPORT}"))
    await desk.accept(message(3, text=REPORT, author=Author(account="B1", name="Bot", is_bot=True)))
    assert await look.notice() == 0
    assert notes() == []
    assert await desk.rows("SELECT id FROM messages WHERE noticing = 'waiting'") == []


async def test_off_the_record_nothing_is_noticed_then_or_later(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text="hello"))
    await look.notice()
    await desk.execute("UPDATE conversations SET off_record = true")
    await desk.accept(message(2, text=REPORT))
    assert await look.notice() == 0
    await desk.execute("UPDATE conversations SET off_record = false")
    assert await look.notice() == 0
    assert notes() == []


async def test_a_deleted_message_takes_its_notes_along_but_for_pinned_ones(
    desk: Desk, look: Look, notes: Notes, admin_url: str
) -> None:
    await desk.accept(message(1, text=REPORT))
    await desk.accept(message(2, text=WIN))
    await look.notice()
    with psycopg.connect(admin_url) as admin:
        admin.execute("UPDATE notes SET pinned = true WHERE text = %s", (WIN,))
    await desk.accept(control(Kind.DELETE, 1))
    await desk.accept(control(Kind.DELETE, 2))
    await desk.apply()
    assert [note["text"] for note in notes()] == [WIN]


async def test_a_note_that_took_anothers_place_gives_it_back_when_its_message_is_deleted(
    desk: Desk, look: Look, notes: Notes
) -> None:
    await desk.accept(message(1, text=REPORT))
    await look.notice()
    await desk.accept(message(2, text=REPORT.replace("Friday", "Monday")))
    await look.notice()
    await desk.accept(control(Kind.DELETE, 2))
    await desk.apply()
    (note,) = notes()
    assert (note["text"], note["valid_to"]) == (REPORT, None)


async def test_an_edited_message_is_looked_through_again(desk: Desk, look: Look, notes: Notes) -> None:
    await desk.accept(message(1, text=REPORT))
    await look.notice()
    await desk.accept(control(Kind.EDIT, 1, text=WIN))
    await desk.apply()
    assert notes() == []
    assert await look.notice() == 1
    assert [note["text"] for note in notes()] == [WIN]


async def test_a_message_that_is_edited_during_the_look_is_no_source_of_what_it_said_before(
    desk: Desk, look: Look, notes: Notes
) -> None:
    await desk.accept(message(1, text=REPORT))
    windows = PostgresWindows(desk.database, When(0.0, 1))
    window = await windows.claim()
    assert window is not None
    await desk.accept(control(Kind.EDIT, 1, text=WIN))
    await desk.apply()
    assert await windows.write(window, await look.drafts(window)) == 0
    assert notes() == []
    assert await look.notice() == 1


async def test_the_same_in_quite_other_words_is_one_note_where_vectors_tell(
    desk: Desk, notes: Notes, admin_url: str
) -> None:
    embedder = LocalEmbedder()
    look = Noticing(PostgresWindows(desk.database, When(0.0, 1), embedder), detector, Thresholds())
    first = "We decided to relocate the whole office to Vienna in spring."
    again = "We decided to move all our offices to Vienna in the spring."
    await desk.accept(message(1, text=first))
    await look.notice()
    ((vector,), (other,)) = [await embedder.embed([text]) for text in (first, again)]
    with psycopg.connect(admin_url) as admin:
        admin.execute(
            "UPDATE memories SET embedding = %s::halfvec, embedded_by = %s WHERE kind = 'note'",
            (str(list(vector)), embedder.name),
        )
    await desk.accept(message(2, text=again))
    await look.notice()
    near = sum(one * two for one, two in zip(vector, other, strict=True)) >= MEANS_THE_SAME
    assert near
    assert likeness(stems(first), stems(again)) < ALIKE
    assert [note["text"] for note in notes()] == [first]


async def test_robbie_notices_while_it_runs_and_asks_no_model_for_small_talk(office: Office) -> None:
    office.providers.reply("hello")
    await office.open(ROBBIE_NOTES__QUIET_SECONDS="0.2")
    await office.ask("<@UROBBIE> hi there, how are you?", "C1")
    thread = office.slack.messages("C1")[0].ts
    await office.until_rows("SELECT id FROM messages WHERE noticing = 'waiting'", [])
    assert len(office.providers.requests) == 1
    await office.ask(REPORT, "C1", thread)
    await office.until_rows("SELECT count(*) FROM note_sources WHERE note_id > 0", [(1,)])


@pytest.mark.parametrize(("per_hour", "asked"), [("1", 2), ("0", 1)])
async def test_a_model_reads_on_as_often_as_the_settings_say(office: Office, per_hour: str, asked: int) -> None:
    """CASE 17: what is noticed is paid from what people ask for, so it has an end of its own."""
    office.providers.reply("hello")
    await office.open(ROBBIE_NOTES__QUIET_SECONDS="0.2", ROBBIE_NOTES__MODEL_PER_HOUR=per_hour)
    await office.ask(f"<@UROBBIE> {REPORT}", "C1")
    await office.until_rows("SELECT count(*) FROM note_sources WHERE note_id > 0", [(1,)])
    assert len(office.providers.requests) == asked
