"""What people choose, and what is theirs."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_MOODS = tuple(Choice(mood, mood.capitalize()) for mood in ("confident", "thoughtful", "concerned", "determined"))
_AUTO_MOOD = Choice("auto", "What the situation suggests")
_SCOPES = (
    Choice("me", "for me"),
    Choice("here", "here, for this channel"),
    Choice("once", "once, for the next answer"),
)
_GENTLE_FORCEFUL = Option("gentle_forceful", "from -2 (gentle) to 2 (forceful)", Kind.INTEGER, least=-2, most=2)
_RELAXED_INTENSE = Option("relaxed_intense", "from -2 (relaxed) to 2 (intense)", Kind.INTEGER, least=-2, most=2)

PEOPLE = (
    Command(
        name="mentor",
        summary="Choose who answers: a mentor, Robbie itself, or whoever fits",
        options=(
            Option("name", "a mentor's name, auto, robbie, or default for what the channel says", completes="mentor"),
            Option("mood", "how the mentor is disposed, such as thoughtful", Kind.CHOICE, choices=_MOODS),
            Option(
                "scope",
                "for you (me), for this channel (here) or for the next answer (once)",
                Kind.CHOICE,
                choices=_SCOPES,
            ),
        ),
        example="mentor einstein thoughtful once",
        private=True,
    ),
    Command(
        name="mentors",
        summary="Show the mentors, and what each is good for",
        example="mentors",
        private=True,
        phrases=(r"(?:who are|show me|list) (?:your|the) mentors", r"(?:welche|was für) mentoren (?:gibt es|hast du)"),
    ),
    Command(
        name="mood",
        summary="Choose the mood in which mentors answer you",
        options=(
            Option(
                "mood", "a mood such as determined, or auto", Kind.CHOICE, required=True, choices=(*_MOODS, _AUTO_MOOD)
            ),
        ),
        example="mood determined",
        private=True,
        asks=True,
    ),
    Command(
        name="tone",
        summary="Choose how gentle or forceful Robbie is with you",
        options=(_GENTLE_FORCEFUL, _RELAXED_INTENSE),
        example="tone -1 1",
        private=True,
    ),
    Command(
        name="language",
        summary="Choose the language in which Robbie answers you",
        options=(Option("name", "a language, or auto for that of each message", required=True, completes="language"),),
        example="language German",
        private=True,
        changes=True,
        asks=True,
        phrases=(
            r"(?:please )?always (?:answer|reply|speak|write)(?: to)?(?: me)? in (?P<name>\w+)",
            r"(?:bitte )?(?:antworte|schreib)(?: mir)? (?:immer|ab jetzt|künftig) (?:auf )?(?P<name>\w+)",
        ),
    ),
    Command(
        name="link",
        summary="Join your accounts: ask for a code here, use it there",
        options=(Option("code", "the code from your other account, or undo"),),
        example="link",
        private=True,
    ),
    Command(
        name="org",
        summary="Show where I know you from, and choose your home",
        options=(Option("name", "the workspace or server that shall be home, or none", completes="org"),),
        example="org",
        private=True,
    ),
    Command(
        name="settings",
        summary="Show what you have chosen, and change it",
        example="settings",
        private=True,
        phrases=(r"(?:show me |what are )?my settings|(?:zeig mir )?meine einstellungen",),
    ),
    Command(
        name="export",
        summary="Get everything that is kept about you, as files",
        example="export",
        private=True,
        phrases=(r"(?:please )?export (?:all (?:of )?)?my data|(?:bitte )?exportiere? (?:alle )?meine daten",),
    ),
    Command(
        name="forget",
        summary="Have everything forgotten that is kept about you",
        options=(
            Option(
                "what", "what to forget", Kind.CHOICE, required=True, choices=(Choice("me", "everything about me"),)
            ),
            Option("who", "who was asked", hidden=True),
            Option("until", "how long the question stands", hidden=True),
        ),
        example="forget me",
        private=True,
        phrases=(
            r"(?:please )?forget (?P<what>me)[.!]?",
            r"(?:please )?(?:forget|delete|erase) (?P<what>everything about me)[.!]?",
        ),
    ),
    Command(
        name="save-settings",
        summary="Change your settings",
        options=(
            Option("mentor", "who answers", completes="mentor"),
            Option("mood", "the mood of mentors", Kind.CHOICE, choices=(*_MOODS, _AUTO_MOOD)),
            _GENTLE_FORCEFUL,
            _RELAXED_INTENSE,
            Option("language", "a language, or auto", completes="language"),
        ),
        private=True,
        hidden=True,
    ),
)
