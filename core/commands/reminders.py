"""Reminders."""

from __future__ import annotations

from core.registry import Command, Option

REMINDERS = (
    Command(
        name="remind",
        summary="Have Robbie remind you here at a time",
        options=(
            Option("when", "a time, such as in 20 minutes, tomorrow at 9 or on Friday 15:00", required=True),
            Option("what", "what to remind you of", long=True),
        ),
        example="remind tomorrow at 9 call Ben",
        changes=True,
        asks=True,
        phrases=(
            r"(?:please )?remind me,? (?P<when>.+)",
            r"(?:bitte )?erinnere? mich(?: bitte)?,? (?P<when>.+)",
        ),
        bare=r"(?:in|at|on|tomorrow|today|tonight|next|mon|tues|wednes|thurs|fri|satur|sun|\d).+",
    ),
    Command(
        name="reminders",
        summary="Show your reminders, and cancel one",
        example="reminders",
        private=True,
        phrases=(r"(?:what are |show(?: me)? |list )?my reminders\??|(?:zeig(?: mir)? )?meine erinnerungen\??",),
        bare="",
    ),
    Command(
        name="cancel-reminder",
        summary="Cancel a reminder",
        options=(Option("id", "the reminder", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="due-reminder",
        summary="Say what somebody wanted to be reminded of",
        options=(Option("id", "the reminder", required=True),),
        hidden=True,
    ),
)
