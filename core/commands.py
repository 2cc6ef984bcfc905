"""Every command, described once: the platforms' menus, completion, help and docs are made of this."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Lane, Option, Registry, Where

_MOODS = tuple(Choice(mood, mood.capitalize()) for mood in ("confident", "thoughtful", "concerned", "determined"))
_AUTO_MOOD = Choice("auto", "What the situation suggests")
_SCOPES = (
    Choice("me", "for me"),
    Choice("here", "here, for this channel"),
    Choice("once", "once, for the next answer"),
)
_GENTLE_FORCEFUL = Option("gentle_forceful", "from -2 (gentle) to 2 (forceful)", Kind.INTEGER, least=-2, most=2)
_RELAXED_INTENSE = Option("relaxed_intense", "from -2 (relaxed) to 2 (intense)", Kind.INTEGER, least=-2, most=2)
# none: the vote is taken back.
_VOTE = Option(
    "vote",
    "whether it helped",
    Kind.CHOICE,
    choices=(Choice("up", "It helped"), Choice("down", "It did not help"), Choice("none", "No vote")),
    hidden=True,
)

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
_CONSENT = (
    Choice("share", "Share"),
    Choice("keep", "Keep private"),
    Choice("forget", "Forget"),
    Choice("never", "Never ask about this kind"),
    Choice("back", "Take back"),
)

_RECORD = (Choice("on", "On"), Choice("off", "Off"), Choice("status", "What it is now"))

COMMANDS = (
    Command(
        name="help",
        summary="Show what Robbie can do, or how one command is used",
        options=(
            Option("command", "the command to explain", completes="command"),
            Option("problem", "what could not be read", hidden=True),
        ),
        example="help mentor",
        private=True,
        phrases=(r"help|hilfe|\?",),
    ),
    Command(
        name="ask",
        summary="Ask Robbie something; the answer stands in this channel",
        options=(Option("text", "what you want to know", required=True, long=True),),
        example="ask What should we call the new release?",
        asks=True,
    ),
    Command(
        name="council",
        summary="Have two or three mentors answer in turn, and Robbie sum up",
        options=(Option("question", "what they should think about", required=True, long=True),),
        example="council Should we raise prices this year?",
        asks=True,
    ),
    Command(
        name="do-not-remember",
        summary="Forget what you said last, and make no note of it",
        example="do-not-remember",
        private=True,
        phrases=(
            r"(?:please )?(?:do not|don['’]t|dont|never) (?:remember|note|save|keep|memori[sz]e) (?:that|this|it)"
            r"(?: please)?[.!]?",
            r"(?:please )?forget what i(?: just|['’]ve(?: just)?| have(?: just)?)? said(?: please)?[.!]?",
            r"(?:bitte )?(?:merk dir|merke dir|notiere|notier|speicher|speichere) das (?:bitte )?nicht[.!]?",
            r"(?:bitte )?vergiss(?: bitte)?,? was ich (?:gerade |eben )?gesagt habe[.!]?",
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
    Command(
        name="share",
        summary="Share a note of yours with a channel or with everyone",
        options=(
            Option("note", "its number, or words that are in it alone", required=True, completes="note"),
            Option("with", "everyone, here (this channel), or a channel's link", required=True),
        ),
        example="share #12 with everyone",
        private=True,
        asks=True,
    ),
    Command(
        name="unshare",
        summary="Take back what you share, or show it",
        options=(Option("note", "its number, or words that are in it", completes="note"),),
        example="unshare #12",
        private=True,
    ),
    Command(
        name="wins",
        summary="Choose the channel where wins are told, after their people said yes",
        options=(
            Option(
                "where",
                "here, for this channel, or off",
                Kind.CHOICE,
                required=True,
                choices=(Choice("here", "Here, in this channel"), Choice("off", "Off: nowhere")),
            ),
        ),
        example="wins here",
        private=True,
        admin=True,
    ),
    Command(
        name="offer-consent",
        summary="Say that there is a question for somebody alone",
        options=(Option("id", "the question", required=True),),
        hidden=True,
    ),
    Command(
        name="ask-consent",
        summary="Ask somebody whether something may be shared",
        options=(Option("id", "the question", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="show-consent",
        summary="Show somebody what they are asked",
        options=(Option("id", "the question", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="consent",
        summary="Answer whether something is shared",
        options=(
            Option("id", "the question", required=True),
            Option("say", "the answer", Kind.CHOICE, required=True, choices=_CONSENT),
        ),
        private=True,
        hidden=True,
    ),
    Command(
        name="edit-consent",
        summary="Word what would be shared",
        options=(Option("id", "the question", required=True), Option("text", "what it shall say", long=True)),
        private=True,
        hidden=True,
    ),
    Command(
        name="consent-outcome",
        summary="Say whether something is shared now",
        options=(Option("id", "the question", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="ask-again",
        summary="Ask somebody again about all kinds of notes",
        private=True,
        hidden=True,
    ),
    Command(
        name="tell-win",
        summary="Tell of a win",
        options=(Option("id", "the question that was answered with yes", required=True),),
        hidden=True,
    ),
    Command(
        name="task",
        summary="Keep a task, with a time if you say one",
        options=(
            Option("text", "what is to be done, such as: send Ben the draft by Friday", required=True, long=True),
        ),
        example="task send Ben the draft by Friday",
        private=True,
        changes=True,
        asks=True,
    ),
    Command(
        name="tasks",
        summary="Show what you have to do",
        example="tasks",
        private=True,
        phrases=(r"(?:what are |show(?: me)? |list )?my tasks\??|(?:zeig(?: mir)? )?meine aufgaben\??",),
    ),
    Command(
        name="done",
        summary="Say that a task is done",
        options=(Option("id", "its number", required=True),),
        example="done 7",
        private=True,
    ),
    Command(
        name="undo-task",
        summary="Say that a task is not done after all",
        options=(Option("id", "its number", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="task-of-note",
        summary="Make a task of a note",
        options=(Option("id", "the note", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="off-the-record",
        summary="Have nothing of this conversation noted or remembered",
        options=(Option("state", "on, off, or status", Kind.CHOICE, choices=_RECORD),),
        example="off-the-record on",
        phrases=(
            r"(?:this is |let['’]?s (?:go|keep (?:this|it)|talk)|please keep this|we(?:['’]re| are) )?"
            r"\s*off the record(?: now| from here on)?[.!:]?",
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
    ),
    Command(
        name="reminders",
        summary="Show your reminders, and cancel one",
        example="reminders",
        private=True,
        phrases=(r"(?:what are |show(?: me)? |list )?my reminders\??|(?:zeig(?: mir)? )?meine erinnerungen\??",),
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
        phrases=(r"(?:please )?forget (?P<what>me|everything about me)[.!]?",),
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
    Command(
        name="continue",
        summary="Go on with the last answer where it ended",
        example="continue",
    ),
    Command(
        name="regenerate",
        summary="Answer the last question again, in place",
        example="regenerate",
        lane=Lane.CONTROL,
        said="I am answering that again.",
    ),
    Command(
        name="why",
        summary="Show who gave the last answer, with which model, and what it drew on",
        example="why",
        phrases=(r"(?:robbie,? )?(?:why do you think so|how do you know(?: that)?|where do you have that from) *\?*",),
    ),
    Command(
        name="stop",
        summary="Stop the answer that is being written",
        example="stop",
        lane=Lane.CONTROL,
        said="Stopping.",
    ),
    Command(
        name="vote",
        summary="Say what you think of an answer",
        options=(_VOTE, Option("reason", "what you liked, or what was missing", long=True)),
        lane=Lane.CONTROL,
        hidden=True,
    ),
    Command(
        name="reason",
        summary="Say what was missing in an answer",
        options=(Option("reason", "what was missing or wrong", required=True, long=True), _VOTE),
        lane=Lane.CONTROL,
        hidden=True,
        asks=True,
        title="What was missing?",
    ),
    Command(
        name="yes",
        summary="Do what Robbie asked back about",
        options=(Option("of", "the message that is meant", required=True), Option("at", "when that was")),
        hidden=True,
    ),
    Command(
        name="no",
        summary="Leave what Robbie asked back about",
        options=(Option("of", "the message that is meant", required=True),),
        hidden=True,
    ),
)
"""In the order in which help shows them."""

REGISTRY = Registry(COMMANDS)

PREFIXES = {"slack": "!robbie ", "discord": "!robbie ", "web": "/", "console": "/"}
"""What a line that is a command begins with, by surface."""
