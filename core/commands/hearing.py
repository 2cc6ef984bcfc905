"""What Robbie hears, and what is off the record."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option, Where

_RECORD = (Choice("on", "On"), Choice("off", "Off"), Choice("status", "What it is now"))

HEARING = (
    Command(
        name="off-the-record",
        summary="Have nothing of this conversation noted or remembered",
        options=(Option("state", "on, off, or status", Kind.CHOICE, choices=_RECORD),),
        example="off-the-record on",
        phrases=(
            r"(?:this is |let['’]?s (?:go|keep (?:this|it)|talk)|please keep this|we(?:['’]re| are) )?"
            r"\s*off the record(?: now| from here on|,? please)?[.!:]?",
            r"(?:das ist |das bleibt )?(?:ganz )?unter uns(?: bitte)?[.!]?",
        ),
    ),
    Command(
        name="listen",
        summary="Listen in this channel, so that what matters in it is noted",
        options=(Option("state", "on, off, or status", Kind.CHOICE, choices=_RECORD),),
        example="listen on",
        where=frozenset({Where.CHANNEL}),
        private=True,
        admin=True,
    ),
    Command(
        name="listening",
        summary="Tell a channel whether it is listened to",
        options=(Option("state", "on or off"),),
        hidden=True,
    ),
)
