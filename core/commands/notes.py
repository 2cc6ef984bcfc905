"""Notes: what is kept of what people say."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_A_NOTE = Option("id", "the note's number", required=True, completes="note")
_WHICH = (
    *(
        Choice(kind, f"{kind}s")
        for kind in ("decision", "commitment", "action", "deadline", "insight", "win", "concern")
    ),
    Choice("personal", "personal"),
    Choice("feedback", "feedback"),
    Choice("pinned", "pinned"),
    Choice("closed", "what does not hold any more"),
    Choice("here", "what was said or shared in this channel"),
)

NOTES = (
    Command(
        name="do-not-remember",
        summary="Forget what you said last, and make no note of it",
        example="do-not-remember",
        private=True,
        phrases=(
            r"(?:please )?(?:do not|don['’]t|dont|never) (?:remember|note|save|keep|memori[sz]e) (?:that|this|it)"
            r"(?: please)?[.!]?",
            r"(?:please )?(?:forget|(?:do not|don['’]t|dont) (?:remember|note|save|keep)) what i"
            r"(?: just|['’]ve(?: just)?| have(?: just)?)? said(?: please)?[.!]?",
            r"(?:please )?forget (?:that|this)(?: please)?[.!]?",
            r"(?:bitte )?(?:merk dir|merke dir|notiere|notier|speicher|speichere) das (?:bitte )?nicht[.!]?",
            r"(?:bitte )?vergiss(?: bitte)?,? (?:das(?: wieder)?|was ich (?:gerade |eben )?gesagt habe)[.!]?",
        ),
    ),
    Command(
        name="note",
        summary="Keep a note, for you alone",
        options=(Option("text", "what to keep", required=True, long=True),),
        example="note The landlord's number is in the blue folder",
        private=True,
        changes=True,
        asks=True,
        shortcut="Make a note of this",
        phrases=(
            r"(?:please )?(?:make|take) a note(?: of this| that)?[:,]? (?P<text>.+)",
            r"(?:bitte )?(?:notiere?|merk dir)(?: bitte)?(?: mal)?[:,]? (?P<text>.+)",
        ),
        bare=r"(?!that\b|to self\b)\S+ .+",
    ),
    Command(
        name="notes",
        summary="Show your notes, or find one",
        options=(
            Option("after", "where the page before this one ended", hidden=True),
            Option("which", "only these", Kind.CHOICE, choices=_WHICH, exact=True),
            Option("search", "words that are in it"),
        ),
        example="notes decisions landlord",
        private=True,
        phrases=(
            r"(?:what are |show(?: me)? |list )?my notes(?: (?:on|about) (?P<search>[^?]+))?\??",
            r"(?:what are |show(?: me)? |list )my (?P<which>decisions|commitments|actions|deadlines|insights|wins)"
            r"(?: (?:on|about) (?P<search>[^?]+))?\??",
            r"(?:was sind |zeig(?: mir)? )?meine notizen(?: (?:zu|über) (?P<search>[^?]+))?\??",
        ),
        bare="|" + "|".join(choice.label for choice in _WHICH if " " not in choice.label),
    ),
    Command(
        name="show-note",
        summary="Show all that is kept of a note",
        options=(_A_NOTE,),
        example="show-note 12",
        private=True,
    ),
    Command(
        name="edit-note",
        summary="Change the text of a note",
        options=(_A_NOTE, Option("text", "what it shall say", long=True)),
        example="edit-note 12 The landlord is back on Monday",
        private=True,
    ),
    Command(
        name="pin-note",
        summary="Keep a note at the top, and from fading",
        options=(_A_NOTE,),
        example="pin-note 12",
        private=True,
    ),
    Command(
        name="unpin-note",
        summary="Let a note be one among others again",
        options=(_A_NOTE,),
        private=True,
        hidden=True,
    ),
    Command(
        name="forget-note",
        summary="Forget a note",
        options=(_A_NOTE, Option("sure", "whether it was asked back", hidden=True)),
        example="forget-note 12",
        private=True,
    ),
)
