"""What matters most to a person, and why."""

from __future__ import annotations

from core.registry import Command, Option

PRIORITIES = (
    Command(
        name="priorities",
        summary="Show what matters most now, and why",
        example="priorities",
        private=True,
        phrases=(
            r"(?:what are |show(?: me)? )?my (?:top )?priorities(?: now)?\??",
            r"what (?:should|shall) i do (?:first|next|now)\??",
            r"(?:was sind |zeig(?: mir)? )?meine prioritäten\??",
            r"was soll(?:te)? ich (?:zuerst|als nächstes|jetzt) (?:tun|machen)\??",
        ),
        bare="",
    ),
    Command(
        name="weights",
        summary="Show what weighs how much in your priorities and outreach, set a weight, or set all back",
        options=(
            Option("term", "a term such as urgency or silence, or reset"),
            Option("weight", "a number from 0 to 10"),
        ),
        example="weights urgency 2",
        private=True,
    ),
    Command(
        name="brief-why",
        summary="Say why something is a priority",
        options=(
            Option("b", "the brief"),
            Option("n", "the line"),
            Option("ref", "what it is about"),
        ),
        private=True,
        hidden=True,
    ),
)
