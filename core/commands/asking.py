"""Asking Robbie."""

from __future__ import annotations

from core.registry import Command, Option

ASKING = (
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
)
