"""CASE 21: what is forgotten is gone, with its vectors, wherever it had been written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.postgres.refusals import refused
from adapters.postgres.rewriting import FORGOTTEN
from bot.app import App
from core.conversation.models import Author, Place
from core.conversation.stores import Claim
from core.people.viewer import Viewer
from tests.integration.conftest import PLACE, Desk, finished, message
from tests.integration.consent_world import circle
from tests.office import Office
from tests.scan import holders, vectors

CANARY = "canary7f3a91"
VECTOR = str([1.0] + [0.0] * 383)
_FOUND = """
    INSERT INTO notes (org_id, owner, text, kind, room, found_by)
    SELECT org_id, id, 'The release moves to Tuesday', 'decision', 'slack/T1/C1', 'detector' FROM people"""
_SOURCE = """
    INSERT INTO note_sources (note_id, message_id, org_id)
    SELECT notes.id, messages.id, notes.org_id FROM notes JOIN messages ON person_id = owner"""
_SAID = "SELECT 1 FROM messages WHERE starts_with(text, 'We decided')"
KEPT_BY_OTHERS = "Ben keeps this for himself"


async def test_case_21_forgetting_a_note_leaves_no_word_and_no_vector_of_it(office: Office, admin_url: str) -> None:
    app = await office.open()
    await office.command(f"note The harbour code is {CANARY}", "U1")
    await office.command(f"note {KEPT_BY_OTHERS}", "U2", user="U2")
    id = await latest_note(office)
    await office.command("notes", "U1")
    await office.command("notes", "C1")
    await office.command(f"show-note {id}", "U1")
    await office.command(f"edit-note {id} The harbour code is {CANARY}, says Ben.", "C1")
    await office.command(f"edit-note {id} The harbour code is {CANARY} now", "U1")
    await office.ask(f"make a note: The harbour code is {CANARY} now", "U1")
    await everything_has_a_vector(app)
    await ask_consent(app, office, id, f"Ana says that the harbour code is {CANARY}")
    assert {"notes", "memories", "inbox", "outbox", "messages", "consents"} <= holders(admin_url, CANARY)

    await office.command(f"forget-note {id}", "U1")
    assert "Forgotten" in office.answers("U1")[-1]
    assert holders(admin_url, CANARY) == set()
    assert holders(admin_url, KEPT_BY_OTHERS) >= {"notes", "memories", "messages"}
    assert vectors(admin_url) == 1
    assert await office.rows("SELECT count(*) > 0 FROM messages WHERE text LIKE '%" + FORGOTTEN + "%'") == [(True,)]


async def test_a_forgotten_note_is_not_proposed_again(office: Office) -> None:
    app = await office.open()
    await office.command("note We sell the old harbour crane to Cleo", "U1")
    await office.command(f"forget-note {await latest_note(office)}", "U1")
    ana = await owner(office)
    async with app.database.app(ana.org_id, ana) as tx:
        assert await refused(
            tx, ana.org_id, ana.person_id, ["We sell the harbour crane to Cleo", "The weather is fine today"]
        ) == [
            True,
            False,
        ]


async def test_what_a_forgotten_note_was_found_in_is_not_recalled_and_stays_said(office: Office) -> None:
    app = await office.open()
    await office.ask("We decided to move the release to Tuesday, all of us", "U1")
    ana = await owner(office)
    await app.database.run(ana.org_id, (_FOUND, ()), (_SOURCE, ()), viewer=ana)

    await office.until_rows("SELECT count(*) FROM memories WHERE message_id IS NOT NULL", [(1,)])
    await office.command(f"forget-note {await latest_note(office)}", "U1")
    rows, said = await app.database.run(ana.org_id, ("SELECT 1 FROM memories", ()), (_SAID, ()), viewer=ana)
    assert rows == []
    assert len(said) == 1
    await office.until_rows("SELECT count(*) FROM messages WHERE to_remember", [(0,)])
    (rows,) = await app.database.run(ana.org_id, ("SELECT 1 FROM memories", ()), viewer=ana)
    assert rows == []


@pytest.mark.parametrize("text", ["Berlin", "ok"])
async def test_a_short_note_takes_no_words_out_of_other_answers(office: Office, admin_url: str, text: str) -> None:
    office.providers.reply("Berlin is ok.")
    await office.open()
    await office.ask("Where is the fair?", "U1")
    await office.command(f"note {text}", "U1")
    await office.command(f"forget-note {await latest_note(office)}", "U1")
    answers = await office.rows("SELECT text FROM messages WHERE person_id IS NULL ORDER BY id")
    assert answers[0] == ("Berlin is ok.",)
    assert (f"Noted, for you alone: {FORGOTTEN}",) in answers


async def test_others_keep_what_robbie_told_them_except_what_it_drew_on_or_listed(desk: Desk) -> None:
    friends = circle(desk)
    ana = await friends.meet(PLACE)
    id = await friends.note(ana, "on Tuesday, ask", found_by="hand")
    await friends.do(ana, "share", note=str(id), **{"with": "everyone"})
    memory = int(str((await desk.row("SELECT id FROM memories WHERE note_id = %s", id))["id"]))
    told = "The board meets on Tuesday, ask Dana about the deadline."
    await says_to_ben(desk, 50, told)
    await says_to_ben(desk, 51, f"- **#{id + 1}** {told}")
    await says_to_ben(desk, 52, "Ana says: on Tuesday, ask.", [memory])
    await says_to_ben(desk, 53, f"- **#{id}** Ana: on Tuesday, ask _(today)_")
    await friends.notes.forget(await friends.viewer(ana), id)
    left = [told, f"- **#{id + 1}** {told}", f"Ana says: {FORGOTTEN}.", f"- **#{id}** Ana: {FORGOTTEN} _(today)_"]
    said = await desk.rows("SELECT text FROM messages WHERE person_id IS NULL ORDER BY id")
    assert [row["text"] for row in said] == left
    sent = await desk.rows("SELECT body FROM outbox WHERE phase = 'final' ORDER BY id")
    assert [row["body"] for row in sent] == left


@pytest.mark.parametrize("ending", ["taken back", "forgotten", "off the record"])
async def test_without_a_model_no_earlier_answer_is_given_whose_ground_is_gone(desk: Desk, ending: str) -> None:
    friends = circle(desk)
    ana = await friends.meet(PLACE)
    id = await friends.note(ana, found_by="hand")
    shared = await friends.do(ana, "share", note=str(id), **{"with": "everyone"})
    memory = int(str((await desk.row("SELECT id FROM memories WHERE note_id = %s", id))["id"]))
    await says_to_ben(desk, 50, "It will be the elephant one.", [memory], asked="which database?")
    claim = await ben_asks(desk, 51, "which database?")
    kept = await desk.turns.remembered(claim)
    assert kept is not None
    assert (kept.text, kept.recalled) == ("It will be the elephant one.", (memory,))
    if ending == "taken back":
        await friends.press(ana, "Take back", shared)
    elif ending == "forgotten":
        await friends.notes.forget(await friends.viewer(ana), id)
    else:
        await desk.execute("UPDATE conversations SET off_record = true WHERE channel = 'D2'")
    assert await desk.turns.remembered(claim) is None


async def test_what_was_answered_off_the_record_is_not_given_again_on_the_record(desk: Desk) -> None:
    await says_to_ben(desk, 50, "Hello.", asked="hi")
    await desk.execute("UPDATE conversations SET off_record = true WHERE channel = 'D2'")
    await says_to_ben(desk, 51, "It will be the elephant one.", asked="which database?")
    await desk.execute("UPDATE conversations SET off_record = false WHERE channel = 'D2'")
    assert await desk.turns.remembered(await ben_asks(desk, 52, "which database?")) is None


async def ben_asks(desk: Desk, number: int, text: str) -> Claim:
    """Somebody else asks in private, and is about to be answered."""
    dm = Place(surface="slack", tenant="T1", channel="D2", direct=True)
    await desk.accept(message(number, author=Author(account="U2", name="Ben"), place=dm, text=text))
    org = int(str((await desk.row("SELECT org_id FROM people"))["org_id"]))
    where = await desk.row("SELECT id FROM conversations WHERE channel = 'D2'")
    claim = await desk.turns.claim(org, int(str(where["id"])), ["slack"], messages=5)
    assert claim is not None
    return replace(claim, asker=claim.asker.model_copy(update={"member": True}))  # as Slack says


async def says_to_ben(
    desk: Desk, number: int, text: str, recalled: Sequence[int] = (), asked: str = "what is new?"
) -> None:
    """Robbie answers somebody else, in private."""
    claim = await ben_asks(desk, number, asked)
    await desk.turns.finish(claim, finished(text, (text,), recalled=list(recalled)))


async def owner(office: Office) -> Viewer:
    """Who was met first, in private."""
    (row,) = await office.rows("SELECT org_id, id FROM people ORDER BY id LIMIT 1")
    return Viewer.owner(int(str(row[0])), int(str(row[1])))


async def latest_note(office: Office) -> str:
    """The number of the note of the person who was met first."""
    (row,) = await office.rows("SELECT max(id) FROM notes WHERE owner = (SELECT min(id) FROM people)")
    return str(row[0])


async def everything_has_a_vector(app: App) -> None:
    """As after the background embedding."""
    async with app.database.system() as tx:
        await tx.execute("UPDATE memories SET embedding = %s, embedded_by = 'x'", (VECTOR,))


async def ask_consent(app: App, office: Office, note: str, wording: str) -> None:
    """A question that waits, in words of its own."""
    query = """
        INSERT INTO consents (org_id, note_id, owner, person_id, conversation_id, part, what, audience, wording,
                              expires_at, handed_over_at)
        SELECT org_id, id, owner, owner, conversation_id, 'owner', 'share', '*', %s, now() + interval '1 day', now()
        FROM notes WHERE id = %s"""
    ana = await owner(office)
    await app.database.run(ana.org_id, (query, (wording, int(note))), viewer=ana)
