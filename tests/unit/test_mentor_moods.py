"""The mood of an answer comes from the situation, can be explained in a clause, and can be overruled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.conversation.models import Utterance
from core.conversation.voices import Situation, Voice
from core.people.models import PersonSettings
from mentors.choosing import Mentors
from mentors.deadline import nearest
from mentors.loading import load
from mentors.models import Mood, Work
from mentors.mood import read_mood

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
MENTORS = Mentors(load().mentors)


def voice(text: str, *, mood: str = "", default: str = "", zone: str = "UTC", before: tuple[str, ...] = ()) -> Voice:
    said = [Utterance(speaker="Ada", text=words, at=NOW) for words in before]
    person = PersonSettings(mentor="steve_jobs", mood=default)
    return MENTORS.choose(Situation(text=text, now=NOW, zone=zone, before=said, mood=mood, person=person))


def mood(text: str, *before: str, work: Work | None = None) -> tuple[str, str]:
    read = read_mood(text, before, NOW, work)
    return read.mood.value, read.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The proposal is due tomorrow", "the deadline is tomorrow"),
        ("Die Abgabe ist morgen", "the deadline is tomorrow"),
        ("We launch on Friday", "the deadline is on Friday"),
        ("Demo in 2 hours, what do I show?", "the deadline is in 2 hours"),
        ("Die Abgabe ist in zwei Stunden", "the deadline is in 2 hours"),
        ("I must submit it by 2026-11-26", "the deadline is tomorrow"),
        ("Frist: 25.11.", "the deadline is today"),
        ("I need this asap", "it has to be done"),
    ],
)
def test_a_near_deadline_makes_determined(text: str, expected: str) -> None:
    assert mood(text) == ("determined", f"because {expected}")


@pytest.mark.parametrize(
    "text",
    [
        "What's the weather tomorrow?",
        "Guten Morgen zusammen",
        "It is due on 2027-03-01",
        "The deadline was 2026-11-20",
        "The report must be ready in 3 weeks",
        "Frist: 99.99.",
    ],
)
def test_what_is_far_or_over_or_no_deadline_does_not(text: str) -> None:
    assert mood(text)[0] != "determined"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Production is down and customers are calling", ("concerned", "something is on fire")),
        ("I have to let someone go", ("concerned", "much is at stake")),
        ("Ich schaffe das alles nicht mehr", ("concerned", "you are having a hard time")),
        ("I'm worried about the numbers", ("concerned", "something worries you")),
        ("I'm not sure which way to go", ("thoughtful", "the question is open")),
        ("We shipped! What next?", ("confident", "something was just won")),
        ("Gute Nachrichten: der Test hat geklappt", ("confident", "something was just won")),
        ("What is a good title?", ("confident", "nothing stands in the way")),
    ],
)
def test_stakes_tone_and_wins_make_the_mood(text: str, expected: tuple[str, str]) -> None:
    assert mood(text) == (expected[0], f"because {expected[1]}")


def test_what_was_said_before_counts_but_less() -> None:
    assert mood("And now?", "We won the deal!") == ("confident", "because something was just won")
    assert mood("And now production is down", "We won the deal!")[0] == "concerned"


def test_each_kind_of_work_has_its_usual_mood() -> None:
    assert mood("The second case", work=Work.HARD_PROBLEM)[0] == "thoughtful"
    assert mood("The second case", work=Work.HARD_CONVERSATION)[0] == "thoughtful"
    assert mood("The second case", work=Work.CREATIVE)[0] == "confident"


def test_a_mood_that_was_asked_for_weighs_more_than_a_default_and_that_more_than_the_situation() -> None:
    text = "It is due tomorrow"
    assert _persona(voice(text)).endswith("determined")
    by_default = voice(text, default="thoughtful")
    assert (_persona(by_default), by_default.reason) == (
        "steve_jobs-thoughtful",
        "because it is your default; thoughtful, because it is your default",
    )
    asked = voice(text, default="thoughtful", mood="concerned")
    assert _persona(asked) == "steve_jobs-concerned"
    assert asked.reason.endswith("concerned, because you asked for it")


def test_an_unknown_mood_counts_as_none() -> None:
    assert _persona(voice("It is due tomorrow", mood="grumpy")) == "steve_jobs-determined"


def test_the_deadline_is_read_on_the_askers_clock() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    person = PersonSettings(mentor="steve_jobs")
    for zone, when in (("Europe/London", "is tomorrow"), ("Asia/Tokyo", "is today")):
        chosen = MENTORS.choose(Situation(text="due on 2026-11-26", now=late, zone=zone, person=person))
        assert when in chosen.reason


def test_an_unknown_zone_is_utc() -> None:
    assert "tomorrow" in voice("It is due tomorrow", zone="Mars/Olympus").reason


def test_the_nearest_of_several_deadlines_counts() -> None:
    found = nearest("The draft is due on Friday. The demo is in half an hour.", NOW)
    assert found is not None
    assert found.when == "within the hour"


@pytest.mark.parametrize("said", list(Mood))
def test_a_voice_names_the_picture_of_its_mood(said: Mood) -> None:
    assert _persona(voice("Hello", mood=said)) == f"steve_jobs-{said}"


def _persona(voice: Voice) -> str:
    assert voice.persona is not None
    return voice.persona.avatar
