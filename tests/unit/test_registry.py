from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands import COMMANDS, REGISTRY
from core.registry import Choice, Command, CommandError, Invocation, Kind, Option, Registry

MENTOR = Command(
    name="mentor",
    summary="Choose who answers",
    options=(
        Option("name", "who", Kind.CHOICE, choices=(Choice("steve_jobs", "Steve Jobs"), Choice("auto", "Automatic"))),
        Option(
            "mood", "how", Kind.CHOICE, choices=(Choice("confident", "Confident"), Choice("concerned", "Concerned"))
        ),
    ),
)
REMIND = Command(
    name="remind",
    summary="Remind you",
    options=(Option("minutes", "when", Kind.INTEGER, required=True, least=1, most=60), Option("text", "of what")),
    phrases=(r"remind me in (?P<minutes>\d+) minutes to (?P<text>.+)",),
    changes=True,
)
KNOWN = Registry([MENTOR, REMIND, Command(name="help", summary="Help"), Command(name="vote", summary="-", hidden=True)])


def test_the_words_of_a_line_become_options_in_their_order() -> None:
    assert KNOWN.read("mentor steve confident").arguments == {"name": "steve_jobs", "mood": "confident"}
    assert KNOWN.read("MENTOR Auto").arguments == {"name": "auto"}


def test_an_option_that_may_be_left_out_is_skipped_when_the_word_is_not_one_of_its_values() -> None:
    assert KNOWN.read("mentor concerned").arguments == {"mood": "concerned"}


def test_the_last_text_takes_the_rest_of_the_line() -> None:
    assert KNOWN.read("remind 5 feed the  cat").arguments == {"minutes": "5", "text": "feed the  cat"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("metnor", "“metnor”"),
        ("vote", "“vote”"),
        ("remind", "needs minutes"),
        ("remind soon", "whole number from 1 to 60"),
        ("remind 61", "whole number from 1 to 60"),
        ("mentor co", "one of: confident, concerned"),
        ("help me", "takes no arguments"),
    ],
)
def test_what_cannot_be_read_says_what_to_write_instead(line: str, problem: str) -> None:
    with pytest.raises(CommandError) as caught:
        KNOWN.read(line)
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("tsk send Ben the draft", "task"),
        ("Reminder", "reminders"),
        ("contcats", "contacts"),
        ("dance", ""),
        ("x" * 500, ""),
    ],
)
def test_a_mistyped_name_is_told_which_command_was_meant(line: str, meant: str) -> None:
    told = REGISTRY.line(f"/{line}", "/")
    assert told is not None
    assert (told.command, told.arguments["command"]) == ("help", meant)
    assert (f"Did you mean `{meant}`?" in told.arguments["problem"]) is bool(meant)


def test_a_line_that_cannot_be_read_asks_for_help_with_the_problem() -> None:
    asked = KNOWN.line("!robbie remind soon", "!robbie ")
    assert asked is not None
    assert asked.command == "help"
    assert asked.arguments["command"] == "remind"
    assert "whole number" in asked.arguments["problem"]


@pytest.mark.parametrize("text", ["hello", "!robbie", "! robbie help", "/", "// comment", "/ help", "so /help"])
def test_free_talk_is_no_command(text: str) -> None:
    assert KNOWN.line(text, "/") is None


def test_free_text_is_understood_only_where_it_is_plain() -> None:
    understood = KNOWN.spoken("Remind me in 5 minutes to feed the cat")
    assert understood == Invocation(command="remind", arguments={"minutes": "5", "text": "feed the cat"})
    assert KNOWN.spoken("Remind me in 500 minutes to feed the cat") is None
    assert KNOWN.spoken("Did I ask you to remind me in 5 minutes to feed the cat?") is None


def test_two_commands_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Registry([MENTOR, MENTOR])


@given(st.text())
def test_any_line_is_read_or_refused_with_a_sentence(line: str) -> None:
    try:
        problem = ""
        KNOWN.checked(KNOWN.read(line))
    except CommandError as error:
        problem = error.problem
    assert not problem or problem.endswith(".")


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=2))
def test_what_a_button_carries_comes_back_as_it_was(arguments: dict[str, str]) -> None:
    asked = Invocation(command="vote", arguments=arguments)
    try:
        packed = asked.packed()
    except ValueError:
        return
    assert len(packed) <= 100
    assert Invocation.unpacked(packed) == asked


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_command_keeps_to_what_every_platform_takes(command: Command) -> None:
    assert command.name == command.name.casefold()
    assert len(command.name) <= 32
    assert len(command.summary) <= 100
    assert not command.summary.endswith(".")
    assert len(command.options) <= 25
    assert len(command.shortcut) <= 24
    required = [option.required for option in command.options]
    assert required == sorted(required, reverse=True)
    for option in command.options:
        assert len(option.summary) <= 100
        assert len(option.choices) <= 25
        assert bool(option.choices) == (option.kind is Kind.CHOICE)
    if command.example:
        assert REGISTRY.read(command.example).command == command.name


@pytest.mark.parametrize(
    ("command", "texts"),
    [
        (
            "do-not-remember",
            [
                "don't remember that",
                "Hey Robbie, please forget that.",
                "Don't remember what I just said",
                "vergiss das",
            ],
        ),
        ("off-the-record", ["off the record, Robbie!", "let's go off the record", "das bleibt unter uns"]),
        (
            "why",
            ["Why do you think so?", "why do you think that?", "where did you get that from?", "Woher weißt du das?"],
        ),
        ("forget", ["forget me", "Please delete everything about me."]),
    ],
)
def test_what_people_say_to_be_forgotten_or_told_why_is_understood(command: str, texts: list[str]) -> None:
    for text in texts:
        understood = REGISTRY.spoken(text)
        assert understood is not None, text
        assert understood.command == command
        assert REGISTRY.spoken(f"{text} said Ana yesterday in the meeting") is None
