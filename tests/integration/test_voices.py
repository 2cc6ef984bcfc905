"""Whose voice an answer has, end to end: chosen by a command, told to the model, seen by people, and recorded."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.providers.script import Fault
from bot.app import App
from mentors.loading import load
from tests.office import Office

MENTORS = load().mentors
EINSTEIN = MENTORS["albert_einstein"]


async def interactions(app: App, office: Office) -> list[tuple[object, ...]]:
    """Who answered, in which mood, and by whose choice."""
    ((org_id,),) = await office.rows("SELECT org_id FROM tenants WHERE surface = 'slack'")
    query = "SELECT mentor, mood, voice ->> 'arm' AS arm, voice ->> 'reason' AS reason FROM interactions ORDER BY id"
    (rows,) = await app.database.run(int(str(org_id)), (query, ()))
    return [tuple(row.values()) for row in rows]


async def test_a_mentor_that_was_chosen_answers_the_next_question_and_is_recorded(office: Office) -> None:
    office.providers.reply("Imagine that you ride on the packet.")
    app = await office.open()
    await office.command("mentor einstein thoughtful", "U1")
    await office.ask("why is the build slow?", "U1")
    assert EINSTEIN.moods.thoughtful in office.prompt()
    assert EINSTEIN.voice[0] in office.prompt()
    ((mentor, mood, arm, reason),) = await interactions(app, office)
    assert (mentor, mood, arm) == ("albert_einstein", "thoughtful", "albert_einstein")
    assert "it is your default" in str(reason)


async def test_a_mentor_for_once_answers_one_question(office: Office) -> None:
    app = await office.open()
    await office.command("mentor einstein once", "U1")
    await office.ask("why is the build slow?", "U1")
    await office.ask("and the tests?", "U1")
    assert [mentor for mentor, *_ in await interactions(app, office)] == ["albert_einstein", ""]
    assert EINSTEIN.voice[0] not in office.prompt()


async def test_a_persons_choice_stands_over_the_channels(office: Office) -> None:
    office.slack.workspace.users["U1"].is_admin = True
    app = await office.open()
    await office.ask("<@UROBBIE> hi", "C1")
    thread = office.slack.messages("C1")[0].ts
    await office.command("mentor julia here", "C1", thread)
    await office.ask("how do I begin?", "C1", thread)
    await office.command("mentor robbie", "C1", thread)
    await office.ask("and then?", "C1", thread)
    assert [mentor for mentor, *_ in await interactions(app, office)] == ["", "julia_child", ""]


def _by_voice(body: Mapping[str, object]) -> str:
    """What the model answers, by whose instructions it was given."""
    prompt = str(body["messages"])
    if "Sum up in a few sentences" in prompt:
        return "They agree on one thing."
    return next((f"{mentor.name}'s view." for mentor in MENTORS.values() if mentor.voice[0] in prompt), "hello")


async def test_a_council_is_an_opening_the_mentors_and_a_summary_in_order_and_once(office: Office) -> None:
    office.providers.reply(_by_voice)
    app = await office.open()
    await office.ask("<@UROBBIE> hi", "C1")
    thread = office.slack.messages("C1")[0].ts
    before = len(office.answers("C1", thread))
    await office.command("council Should we raise prices?", "C1", thread)
    opening, *views, summary = office.answers("C1", thread)[before:]
    assert "I asked" in opening
    assert "AI personas" in opening
    assert 2 <= len(views) <= 3
    assert len(set(views)) == len(views)
    assert all(view.endswith("'s view.") for view in views)
    assert summary.endswith("They agree on one thing.")
    assert len(await interactions(app, office)) == 2


async def test_a_council_that_is_stopped_keeps_what_its_members_have_said(office: Office) -> None:
    held: list[Fault] = []

    def first_only(body: Mapping[str, object]) -> str:
        if not held:
            held.append(office.providers.fault("stall", after=1, times=1))
        return _by_voice(body)

    await office.open()
    await office.ask("<@UROBBIE> hi", "C1")
    thread = office.slack.messages("C1")[0].ts
    before = len(office.answers("C1", thread))
    office.providers.reply(first_only)
    await office.slack.say("U1", "C1", "!robbie council Should we raise prices?", thread_ts=thread)
    await office.until(lambda: held and held[0].arrived.is_set())
    await office.slack.press_stop("U1", "C1", thread)
    await office.until(lambda: "Stopped" in office.answers("C1", thread)[-1])
    await office.settled()
    opening, view, stopped = office.answers("C1", thread)[before:]
    assert "I asked" in opening
    assert view.endswith("'s view.")
    assert stopped == "_Stopped._"
