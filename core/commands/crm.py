"""Whom a team deals with: contacts, companies, deals, and what passed between them."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option
from core.work.activity_lines import SPOKEN
from core.work.deals import Stage

_WHAT = Option(
    "kind",
    "what it is",
    Kind.CHOICE,
    required=True,
    choices=tuple(Choice(name, name.capitalize()) for name in ("contact", "company", "deal", "activity")),
    hidden=True,
)
_ID = Option("id", "its number", required=True, hidden=True)
_STAGES = tuple(Choice(stage.value, stage.value.capitalize()) for stage in Stage)
_NAME = r"(?-i:[^\W\d_a-zäöüß][^\s,]*(?: [^\W\d_a-zäöüß][^\s,]*){0,3})"  # a name alone, written as names are
_HOW = tuple(Choice(name, name.capitalize()) for name in ("call", "meeting", "email", "message", "note"))

CRM = (
    Command(
        name="contact",
        summary="Keep a contact, or show one by its name or number",
        options=(
            Option(
                "text",
                "such as: Ana Pohl, Acme, ana@acme.com, +49 30 1234, CTO",
                required=True,
                completes="contact",
                long=True,
            ),
        ),
        example="contact Ana Pohl, Acme, ana@acme.com, +49 30 123456, CTO",
        private=True,
        asks=True,
        bare=rf"#?\d{{1,9}}|{_NAME}(?:, .+)?",
    ),
    Command(
        name="contacts",
        summary="Show contacts, or find some",
        options=(
            Option("search", "words of a name, a company or an address"),
            Option("after", "where the page before ended", hidden=True),
        ),
        example="contacts acme",
        private=True,
        phrases=(
            r"(?:show(?: me)? |list )?(?:my |our |all )?contacts[.?!]*",
            r"(?:zeig(?: mir)? )?(?:meine )?kontakte[.?!]*",
        ),
        bare=r"\S*",
    ),
    Command(
        name="company",
        summary="Keep a company, or show one with its people and deals",
        options=(Option("text", "such as: Acme, acme.com", required=True, long=True),),
        example="company Acme, acme.com",
        private=True,
        asks=True,
        bare=rf"#?\d{{1,9}}|{_NAME}(?:, .+)?",
    ),
    Command(
        name="deal",
        summary="Keep a deal, show one, or say how it stands",
        options=(
            Option(
                "text",
                "such as: Acme rollout 40000 EUR negotiation closes 30 Nov; or: 3 won",
                required=True,
                completes="deal",
                long=True,
            ),
        ),
        example="deal Acme rollout 40000 EUR negotiation closes 30 November",
        private=True,
        asks=True,
        bare=r"#?\d{1,9}(?: .+)?|(?!with\b)(?=.*\d)(?=.*(?:EUR|USD|GBP|CHF|[€$£]|\d[km]\b))[^\W\d_].*",
    ),
    Command(
        name="deals",
        summary="Show the open deals by stage, with what they are worth",
        options=(Option("stage", "only those of one stage", Kind.CHOICE, choices=_STAGES),),
        example="deals negotiation",
        private=True,
        phrases=(
            r"(?:show(?: me)? |what are |list )?(?:my |our |all )?(?:open )?deals[.?!]*",
            r"(?:show(?: me)? )?(?:my |our |the )?pipeline[.?!]*",
        ),
        bare="|".join(stage.value for stage in Stage),
    ),
    Command(
        name="log",
        summary="Keep that you were in touch with somebody",
        options=(
            Option("text", "such as: call with Ana Pohl yesterday: she wants the offer", required=True, long=True),
        ),
        example="log call with Ana Pohl: she wants the offer by Friday",
        private=True,
        changes=True,
        asks=True,
        phrases=SPOKEN,
        bare=r"(?:a )?(?:call|meeting|e-?mail|message|note) (?:with|to|from|on|about|for) .+",
    ),
    Command(
        name="import",
        summary="Look through an attached CSV or vCard file of contacts, companies or deals, to import it",
        example="import",
        private=True,
        phrases=(
            r"(?:please )?import(?: (?:this|these|the)(?: file| contacts| companies| deals| list)?)?(?: please)?[.!]?",
            r"(?:bitte )?importiere?(?: (?:das|diese|die)(?: datei| kontakte| liste| firmen)?)?[.!]?",
        ),
    ),
    Command(
        name="import-file",
        summary="Import a file that was looked at",
        options=(_ID, Option("private", "whether it is for its person alone")),
        private=True,
        hidden=True,
    ),
    Command(
        name="undo-import",
        summary="Take back an import",
        options=(Option("at", "which one", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="log-on",
        summary="Keep what passed with a contact or on a deal",
        options=(
            _WHAT,
            _ID,
            Option("how", "what it was", Kind.CHOICE, required=True, choices=_HOW),
            Option("text", "what it was about", required=True, long=True),
            Option("when", "such as: today, yesterday, on Friday"),
        ),
        private=True,
        hidden=True,
        asks=True,
        title="What happened?",
    ),
    Command(
        name="log-contact",
        summary="Say with whom it was",
        options=(_ID, Option("contact", "the contact"), Option("name", "of a new contact")),
        private=True,
        hidden=True,
    ),
    Command(name="show-entry", summary="Show one", options=(_WHAT, _ID), private=True, hidden=True),
    Command(
        name="undo-entry",
        summary="Take back the last change",
        options=(_WHAT, _ID, Option("at", "which change", required=True)),
        private=True,
        hidden=True,
    ),
    Command(name="remove-entry", summary="Delete one", options=(_WHAT, _ID), private=True, hidden=True),
    Command(name="restore-entry", summary="Bring one back", options=(_WHAT, _ID), private=True, hidden=True),
    Command(
        name="share-entry",
        summary="Share one with the team, or no more",
        options=(_WHAT, _ID, Option("on", "whether it is shared", required=True)),
        private=True,
        hidden=True,
    ),
    Command(
        name="stage",
        summary="Say how far a deal is",
        options=(_ID, Option("to", "the stage", Kind.CHOICE, required=True, choices=_STAGES)),
        private=True,
        hidden=True,
    ),
    Command(
        name="edit-entry",
        summary="Change one",
        options=(
            _WHAT,
            _ID,
            *(Option(name, name) for name in ("name", "company", "email", "phone", "title", "domain", "about")),
            *(Option(name, name) for name in ("worth", "stage", "closes", "next")),
        ),
        private=True,
        hidden=True,
    ),
)
