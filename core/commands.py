"""Every command, described once: the platforms' menus, completion, help and docs are made of this."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Lane, Option, Registry

# none: the vote is taken back.
_VOTE = Option(
    "vote",
    "whether it helped",
    Kind.CHOICE,
    choices=(Choice("up", "It helped"), Choice("down", "It did not help"), Choice("none", "No vote")),
    hidden=True,
)

COMMANDS = (
    Command(
        name="help",
        summary="Show what Robbie can do, or how one command is used",
        options=(
            Option("command", "the command to explain", completes="command"),
            Option("problem", "what could not be read", hidden=True),
        ),
        example="help mentor",
        private=True,
        phrases=(r"help|hilfe|\?",),
    ),
    Command(
        name="ask",
        summary="Ask Robbie something; the answer stands in this channel",
        options=(Option("text", "what you want to know", required=True, long=True),),
        example="ask What should we call the new release?",
        asks=True,
    ),
    Command(
        name="council",
        summary="Have two or three mentors answer in turn, and Robbie sum up",
        options=(Option("question", "what they should think about", required=True, long=True),),
        example="council Should we raise prices this year?",
        asks=True,
    ),
    Command(
        name="continue",
        summary="Go on with the last answer where it ended",
        example="continue",
    ),
    Command(
        name="regenerate",
        summary="Answer the last question again, in the place of the answer",
        example="regenerate",
        lane=Lane.CONTROL,
        said="I am answering that again.",
    ),
    Command(
        name="why",
        summary="Show who gave the last answer, in which mood and with which model",
        example="why",
    ),
    Command(
        name="stop",
        summary="Stop the answer that is being written",
        example="stop",
        lane=Lane.CONTROL,
        said="Stopping.",
    ),
    Command(
        name="vote",
        summary="Say what you think of an answer",
        options=(_VOTE, Option("reason", "what you liked, or what was missing", long=True)),
        lane=Lane.CONTROL,
        hidden=True,
    ),
    Command(
        name="reason",
        summary="Say what was missing in an answer",
        options=(Option("reason", "what was missing or wrong", required=True, long=True), _VOTE),
        lane=Lane.CONTROL,
        hidden=True,
        asks=True,
    ),
    Command(
        name="yes",
        summary="Do what Robbie asked back about",
        options=(Option("of", "the message that is meant", required=True),),
        hidden=True,
    ),
    Command(
        name="no",
        summary="Leave what Robbie asked back about",
        options=(Option("of", "the message that is meant", required=True),),
        hidden=True,
    ),
)
"""In the order in which help shows them."""

REGISTRY = Registry(COMMANDS)

PREFIXES = {"slack": "!robbie ", "discord": "!robbie ", "web": "/", "console": "/"}
"""What a line that is a command begins with, by surface."""
