"""Briefs."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_KIND = "(?:(?P<what>morning|afternoon|evening) )?"
_BARE = (
    r"|now|jetzt|settings|einstellungen|on|off|an|aus|resume|(?:preview|vorschau)?(?: ?(?:morning|afternoon|evening))?"
    r"|(?:morning|afternoon|evening) (?:off|none|aus|(?:at |um )?\d{1,2}\S*(?: ?(?:am|pm|uhr))?)"
    r"|(?:done|later|snooze|ask|why|irrelevant|dismiss|undo) #?(?:\d{1,3}|[a-z])(?: .{1,60})?"
    r"|(?:by|where|to) (?:slack|discord|e-?mail|mail|web|here|auto|dm)|(?:fallback|silent) (?:on|off|an|aus)"
    r"|(?:pause|days|tage|quiet|holidays) .{1,60}"
)
_LINE = (Option("b", "the brief"), Option("n", "the line"), Option("ref", "what the line is about"))

BRIEFS = (
    Command(
        name="brief",
        summary="Get your brief now, see the next one, or choose when briefs come",
        options=(
            Option(
                "what",
                "now, preview, settings, off, pause until Monday, morning 7:30, days Mon-Thu",
                completes="brief",
            ),
        ),
        example="brief pause until Monday",
        private=True,
        phrases=(
            rf"(?:please |can you |could you )?(?:send|give|show|get)(?: me)? my {_KIND}brief(?:ing)?(?: now)?"
            r"(?: please)?[.!?]?",
            r"(?:please )?brief me(?: now)?(?: please)?[.!]?",
            r"(?:bitte )?(?:schick|zeig|gib)e?(?: mir)?(?: bitte)? (?:mein briefing|meine übersicht)(?: bitte)?[.!]?",
        ),
        bare=_BARE,
    ),
    Command(
        name="due-brief",
        summary="Say a brief whose time has come",
        options=(Option("id", "the brief", required=True),),
        hidden=True,
    ),
    Command(
        name="brief-act",
        summary="Do something with a line of a brief",
        options=(
            *_LINE,
            Option(
                "act",
                "what to do with it",
                Kind.CHOICE,
                choices=(
                    Choice("done", "Done"),
                    Choice("snooze", "Later"),
                    Choice("dismiss", "Not relevant"),
                    Choice("ask", "Ask about it"),
                    Choice("why", "Why is it there?"),
                    Choice("send", "Send the draft"),
                    Choice("edit", "Edit the draft"),
                    Choice("later", "Later"),
                    Choice("undo", "Undo"),
                ),
                exact=True,
            ),
            Option("when", "until when, for later"),
            Option("of", "what is undone", hidden=True),
        ),
        private=True,
        hidden=True,
    ),
    Command(
        name="brief-times",
        summary="Choose when briefs come",
        options=(
            Option("morning", "the time of the morning's brief, or off"),
            Option("afternoon", "the time of the afternoon's brief, or off"),
            Option("evening", "the time of the evening's brief, or off"),
            Option("days", "the weekdays, such as Mon-Fri"),
            Option("paused", "the first day with briefs again"),
        ),
        private=True,
        hidden=True,
    ),
    Command(
        name="brief-ways",
        summary="Choose where briefs come, and when not",
        options=(
            Option("by", "where they come"),
            Option("fallback", "whether another way may be taken"),
            Option("silent", "whether nothing is sent when there is nothing to say"),
            Option("holidays", "whose public holidays are without briefs, such as DE-BY"),
            Option("quiet", "further days without briefs"),
        ),
        private=True,
        hidden=True,
    ),
)
