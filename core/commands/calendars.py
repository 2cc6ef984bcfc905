"""Calendars, and time that is kept free."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_DO = (
    Choice("list", "Show your calendars"),
    Choice("add", "Add one by its secret address (ICS)"),
    Choice("caldav", "Connect a CalDAV account"),
    Choice("remove", "Remove one"),
    Choice("sync", "Read one again now"),
)
_A_DAY = (
    r"today|tomorrow|the day after tomorrow|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|heute|morgen|übermorgen|(?:am )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)"
)

CALENDARS = (
    Command(
        name="agenda",
        summary="Show a day's events, what clashes, and what is free",
        options=(Option("day", "today, tomorrow, a weekday or a date; today if you say none"),),
        example="agenda tomorrow",
        private=True,
        phrases=(
            rf"what(?:['’]s| is| do i have) (?:on|planned|(?:in|on) my calendar)(?: for)?"
            rf"(?: (?P<day>{_A_DAY}))?\s*\?*",
            rf"(?:show (?:me )?)?my (?:agenda|calendar|day)(?: for)?(?: (?P<day>{_A_DAY}))?\s*\?*",
            rf"was (?:steht|liegt|ist|habe ich) (?P<day>{_A_DAY}) (?:an|los|vor)\s*\?*",
        ),
        bare=rf"(?:(?:next )?(?:{_A_DAY})|\d[\w.-]{{0,9}}(?: \w{{3,9}}(?: \d{{4}})?)?)?",
    ),
    Command(
        name="focus",
        summary="Keep time free: the time that you name, or the first gap that fits",
        options=(Option("text", "how long, when, and what for, such as: 2h tomorrow morning for #12", required=True),),
        example="focus 2h tomorrow morning for #12",
        private=True,
        bare=r"(?:\d|half an hour|an hour|eine ).*",
    ),
    Command(
        name="give-back",
        summary="Do not keep that time free any more",
        options=(Option("id", "the time that is kept free", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="calendar",
        summary="Show the calendars that Robbie reads for you, add one or remove one",
        options=(
            Option("do", "list, add, caldav, remove or sync", Kind.CHOICE, choices=_DO, exact=True),
            Option("of", "the secret address (in a direct message), or a calendar's number", secret=True),
        ),
        example="calendar add https://calendar.google.com/calendar/ical/…/basic.ics",
        private=True,
        phrases=(
            r"(?:please )?(?:add (?:this |my |the )?calendar|calendar add|subscribe to (?:this |my |the )?calendar)"
            r"[: ]+(?P<of><?(?:https?|webcals?)://\S+)",
        ),
        bare=r"(?:list|caldav|(?:add|caldav) \S+[./]\S+(?: \S+)*|(?:remove|sync) #?\d{1,9})?",
    ),
    Command(
        name="connect-calendar",
        summary="Connect a CalDAV account",
        options=(
            Option("url", "the server's address", required=True, secret=True),
            Option("user", "your name there", required=True, secret=True),
            Option("password", "an app password", required=True, secret=True),
        ),
        private=True,
        hidden=True,
    ),
    Command(
        name="restore-calendar",
        summary="Bring back a calendar that was removed",
        options=(Option("id", "the calendar", required=True),),
        private=True,
        hidden=True,
    ),
)
