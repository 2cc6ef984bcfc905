"""Mail."""

from __future__ import annotations

from core.registry import Command, Option

MAIL = (
    Command(
        name="email",
        summary="Give your mail address, prove that it is yours, and stop or start mail",
        options=(Option("what", "an address, code and its six digits, off, on, or nothing to see how it stands"),),
        example="email ana@example.com",
        private=True,
        phrases=(r"(?:please )?(?P<what>stop|unsubscribe)(?: me from)? (?:the |your |my )?(?:e-?mails?|mails)[.!]?",),
        bare=r"(?:on|off|code(?: [\d ]{6,9})?|\S+@\S+)?",
    ),
)
