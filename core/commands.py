"""Every command, described once: the platforms' menus, completion, help and docs are made of this."""

from __future__ import annotations

from core.registry import Command, Lane, Option, Registry

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
        name="stop",
        summary="Stop the answer that is being written",
        example="stop",
        lane=Lane.CONTROL,
        said="Stopping.",
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
