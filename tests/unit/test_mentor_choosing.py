"""Who answers: whom somebody asked for, else the person's default, else the channel's, else Robbie; and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from core.conversation.models import Utterance
from core.conversation.voices import Situation, Voice
from core.people.models import ChannelSettings, PersonSettings
from mentors.choosing import Mentors
from mentors.loading import load
from mentors.models import Mentor, Work

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
SHIPPED = load().mentors
HARD = "Why does the job fail only on Tuesdays? It makes no sense."


def situation(
    text: str, *, default: str = "", channel: str = "", mentor: str = "", before: Sequence[tuple[str, str]] = ()
) -> Situation:
    said = [Utterance(speaker=speaker, text=words, at=NOW) for speaker, words in before]
    return Situation(
        text=text,
        now=NOW,
        mentor=mentor,
        before=said,
        person=PersonSettings(mentor=default),
        channel=ChannelSettings(mentor=channel),
    )


def chosen(text: str, *, default: str = "auto", **others: str) -> str:
    return Mentors(SHIPPED).choose(situation(text, default=default, **others)).arm


def choose(text: str, mentors: Mentors | None = None, **others: str) -> Voice:
    return (mentors or Mentors(SHIPPED)).choose(situation(text, **others))


def added(**changes: object) -> dict[str, Mentor]:
    """The shipped mentors and one of a team's own."""
    base = {"id": "ada_lovelace", "name": "Ada Lovelace", "aliases": ("Ada Lovelace",), "short_names": (), "tasks": {}}
    return {**SHIPPED, "ada_lovelace": SHIPPED["albert_einstein"].model_copy(update=base | changes)}


def test_robbies_own_voice_is_the_default() -> None:
    voice = choose(HARD)
    assert (voice.persona, voice.instructions, voice.arm) == (None, "", "robbie")


def test_a_command_weighs_more_than_a_name_and_a_name_more_than_a_default() -> None:
    asked = "What would Churchill say?"
    assert chosen(asked, default="julia_child") == "winston_churchill"
    assert chosen(asked, default="julia_child", mentor="einstein") == "albert_einstein"


def test_a_persons_default_weighs_more_than_the_channels() -> None:
    assert chosen(HARD, default="julia_child", channel="elvis_presley") == "julia_child"
    assert chosen(HARD, default="", channel="elvis_presley") == "elvis_presley"
    assert chosen(HARD, default="robbie", channel="elvis_presley") == "robbie"


@pytest.mark.parametrize("whose", ["default", "channel", "mentor"])
def test_auto_chooses_from_the_message(whose: str) -> None:
    settings = SimpleNamespace(**({"default": ""} | {whose: "auto"}))
    voice = choose(HARD, **vars(settings))
    assert voice.arm == "albert_einstein"
    assert voice.reason.startswith("because something behaves against expectation; thoughtful, because")


def test_a_default_that_was_removed_counts_as_none() -> None:
    assert chosen(HARD, default="grace_hopper", channel="elvis_presley") == "elvis_presley"


def test_a_name_that_nobody_has_counts_as_none() -> None:
    assert chosen(HARD, default="", mentor="Grace Hopper") == "robbie"


@pytest.mark.parametrize("name", ["einstein", "Albert Einstein", "albert_einstein", "@Einstein", "ALBERT"])
def test_a_command_knows_every_name_of_a_mentor(name: str) -> None:
    assert Mentors(SHIPPED).find(name) == "albert_einstein"


@pytest.mark.parametrize(
    ("text", "mentor"),
    [
        ("what would Einstein say about this?", "albert_einstein"),
        ("ask Julia", "julia_child"),
        ("@Steve Jobs should we ship it?", "steve_jobs"),
        ("Frag doch mal Churchill", "robbie"),  # 'doch mal' is more than we read
        ("frag mal Churchill, was er davon hält", "winston_churchill"),
        ("Was würde John Lennon daraus machen?", "john_lennon"),
        ("Answer this as Elvis would: why are we here?", "elvis_presley"),
        ("Erklär mir das wie Einstein", "albert_einstein"),
        ("Einstein's take on this?", "albert_einstein"),
        ("I want Churchill on this one", "winston_churchill"),
        ("Switch to Elvis", "elvis_presley"),
        ("in Julia Child's voice please", "julia_child"),
        ("please ask Steve what he would cut", "steve_jobs"),
    ],
)
def test_a_mentor_is_asked_for_by_name(text: str, mentor: str) -> None:
    assert chosen(text, default="") == mentor


@pytest.mark.parametrize(
    "text",
    [
        "our CEO Steve said no",
        "Elvis the deploy bot is down",
        "Einstein, the staging server, is down",
        "I met John",
        "ask John from accounting",
        "Ask Julia if she can sign it",
        "ask Steve to send the invoice",
        "ask Julia Roberts",
        "ask our Steve",
        "When was Einstein born?",
        "Is it true that Churchill painted?",
        "the Churchill room is taken",
        "Der Einstein-Server ist voll",
        "ask the Einstein team",
        "John, can you review this?",
        "don't ask Einstein",
        "please do not answer as Churchill",
        "> ask Einstein",
        "`ask Einstein`",
        "How many jobs failed?",
        "Steve would say yes",
        "I asked Julia yesterday",
    ],
)
def test_a_name_that_is_only_mentioned_asks_for_nobody(text: str) -> None:
    assert chosen(text, default="") == "robbie"


def test_a_name_that_somebody_here_has_means_them() -> None:
    mentors = Mentors(SHIPPED)
    here = (("Julia Meyer", "I can help"),)
    assert mentors.choose(situation("ask Julia", before=here)).arm == "robbie"
    assert mentors.choose(situation("ask Julia Child", before=here)).arm == "julia_child"


@pytest.mark.parametrize("text", ["without a mentor please: why?", "ohne Mentor bitte", "answer as yourself"])
def test_robbies_own_voice_can_be_asked_for(text: str) -> None:
    assert chosen(text, default="julia_child") == "robbie"


@pytest.mark.parametrize(
    ("text", "mentor"),
    [
        ("Should we build it or buy it? What do we focus on this year?", "steve_jobs"),
        ("Sollen wir nach Frankreich gehen oder den Heimatmarkt ausbauen?", "steve_jobs"),
        ("The query is slower with the index. I can't explain it.", "albert_einstein"),
        ("I need a slogan for our bakery", "john_lennon"),
        ("Ich schaffe das alles nicht mehr", "julia_child"),
        ("How do I tell her that she won't get the promotion?", "winston_churchill"),
        ("I'm giving a talk tomorrow and my hands shake", "elvis_presley"),
        ("What time is it in Lima?", "robbie"),
        ("thanks!", "robbie"),
        ("Remind me to buy milk", "robbie"),
        ("", "robbie"),
    ],
)
def test_each_kind_of_work_has_its_mentor(text: str, mentor: str) -> None:
    assert chosen(text) == mentor


@pytest.mark.parametrize(
    ("text", "mentor"),
    [
        ("When is the strategy meeting?", "robbie"),
        ('Translate "I have to let you go" into French', "robbie"),
        ("No poem and no slogan: which of the two products do we stop?", "steve_jobs"),
        ("How many people came to the talk?", "robbie"),
    ],
)
def test_a_word_alone_does_not_choose(text: str, mentor: str) -> None:
    assert chosen(text) == mentor


def test_a_short_question_goes_on_where_the_last_one_was() -> None:
    before = (("Ada", "Why does the cache return stale values? It makes no sense."),)
    voice = Mentors(SHIPPED).choose(situation("and on Mondays?", default="auto", before=before))
    assert voice.arm == "albert_einstein"
    assert Mentors(SHIPPED).choose(situation("thanks!", default="auto", before=before)).arm == "robbie"


def test_arm_and_propensity_are_recorded_for_the_learner() -> None:
    voice = choose(HARD, default="auto")
    assert (voice.policy, voice.arm, voice.propensity) == ("mentors/1", "albert_einstein", 1.0)


def test_the_second_for_a_work_is_chosen_where_it_did_clearly_better() -> None:
    a_little, clearly = ({f"hard_problem/{id}": gain for id, gain in (("steve_jobs", it),)} for it in (0.05, 0.3))
    assert choose(HARD, Mentors(SHIPPED, a_little), default="auto").arm == "albert_einstein"
    assert choose(HARD, Mentors(SHIPPED, clearly), default="auto").arm == "steve_jobs"
    assert choose("I need a slogan", Mentors(SHIPPED, clearly), default="auto").arm == "john_lennon"


def test_what_worked_never_overrules_a_request() -> None:
    mentors = Mentors(SHIPPED, {"hard_problem/steve_jobs": 9.0})
    assert choose(f"Einstein, {HARD}", mentors, default="auto").arm == "albert_einstein"


def test_a_teams_mentor_is_first_where_it_says_so() -> None:
    voice = choose(HARD, Mentors(added(tasks={Work.HARD_PROBLEM: "first"})), default="auto")
    assert voice.arm == "ada_lovelace"


def test_a_teams_mentor_comes_in_by_its_topics() -> None:
    mentors = Mentors(added(topics=("threat model*", "CVE")))
    assert choose("Is this CVE bad for us?", mentors, default="auto").arm == "ada_lovelace"
    assert choose("Review our threat models", mentors, default="auto").reason.startswith(
        "because you speak of threat models"
    )
    assert choose("Is this CVE bad for us?", mentors).arm == "robbie"


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("Should we enter the US or grow at home?", ["steve_jobs", "winston_churchill"]),
        ("I need a slogan for our bakery", ["john_lennon", "elvis_presley"]),
        ("Einstein and Churchill, what do you make of it?", ["albert_einstein", "winston_churchill"]),
        ("Thoughts?", ["albert_einstein", "steve_jobs", "winston_churchill"]),
    ],
)
def test_a_council_is_two_or_three_who_fit(text: str, members: list[str]) -> None:
    voices = Mentors(SHIPPED).council(situation(text))
    assert [voice.arm for voice in voices][: len(members)] == members
    assert 2 <= len(voices) <= 3
    assert all(voice.persona and "at most 150 words" in voice.instructions for voice in voices)


def test_a_council_of_one_mentor_is_that_one() -> None:
    mentors = Mentors({"albert_einstein": SHIPPED["albert_einstein"]})
    assert [voice.arm for voice in mentors.council(situation(HARD))] == ["albert_einstein"]


def test_without_mentors_everything_is_robbies() -> None:
    mentors = Mentors({})
    assert choose(f"Einstein, {HARD}", mentors, default="auto").arm == "robbie"
    assert mentors.council(situation(HARD)) == ()
