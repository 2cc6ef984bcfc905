"""Whom to get in touch with."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_ACTS = (
    Choice("show", "Show the draft"),
    Choice("send", "Send it"),
    Choice("edit", "Edit the draft"),
    Choice("later", "Later"),
    Choice("drop", "Not this one"),
    Choice("undo", "Undo"),
    Choice("why", "Why?"),
)

OUTREACH = (
    Command(
        name="outreach",
        summary="Show whom to get in touch with and why now, each with a draft",
        options=(
            Option("what", "send 12, edit 12 TEXT, later 12 Friday, drop 12 or why 12; nothing for the whole list"),
        ),
        example="outreach",
        private=True,
        phrases=(
            r"(?:who|whom) should i (?:get in touch with|reach out to|contact|write to)(?: now| today| next)?\?*",
            r"(?:show(?: me)? |list )?my outreach(?: queue| list)?\??",
            r"bei wem (?:sollte|soll|muss) ich mich (?:mal |wieder )*melden\?*",
        ),
        bare=r"(?:(?:show|why|send|edit|later|drop|undo) #?\d{1,9}(?: .+)?)?",
    ),
    Command(
        name="outreach-act",
        summary="Do something with one of those to get in touch with",
        options=(
            Option("id", "which one", required=True),
            Option("act", "what to do with it", Kind.CHOICE, required=True, choices=_ACTS, exact=True),
            Option("when", "until when, for later"),
            Option("text", "the draft in your words", long=True),
            Option("sure", "what was confirmed", hidden=True),
        ),
        private=True,
        hidden=True,
    ),
)
