"""The words of briefs: English, and German for who chose it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.briefs.german import german
from core.briefs.models import Act, BriefKind


@dataclass(frozen=True, slots=True)
class Words:
    """What a brief says in one language. Names in braces are filled in.

    Attributes:
        greetings: the title, by kind.
        everybody: whom a channel's brief greets.
        titles: of the parts, by the field of ``Facts``.
        in_a_channel: other titles of a channel's brief, which speaks to several.
        weekdays, months: short, from Monday and from January.
        clause: a reason out of the facts, in this language.
        one_and_many: what is counted, for one and for more.
    """

    greetings: Mapping[BriefKind, str]
    everybody: str
    titles: Mapping[str, str]
    in_a_channel: Mapping[str, str]
    kinds: Mapping[BriefKind, str]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    today: str
    tomorrow: str
    yesterday: str
    due: str
    was_due: str
    since: str
    broken: str
    to: str
    move: str
    minutes: str
    hours: str
    hours_minutes: str
    draft: str
    join: str
    all_day: str
    more_people: str
    first_of: str
    free: str
    no_gaps: str
    clash: str
    next_meeting: str
    first_meeting: str
    no_meeting: str
    nothing: Mapping[BriefKind, str]
    missed: str
    stop: str
    fits: str
    suggest_move: str
    suggest_clash: str
    rest: str
    progress: Mapping[str, str]
    joined: str
    acts: Mapping[Act, str]
    not_this_one: str
    more: str
    draft_of: str
    an_ai: str
    clause: Callable[[str], str]
    one_and_many: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def count(self, number: int, what: str) -> str:
        """``3 meetings``."""
        return f"{number} {self.one_and_many[what][number != 1]}"

    def act(self, act: Act, section: str) -> str:
        """What doing this with a line of a section is called."""
        return self.not_this_one if section == "outreach" and act is Act.DISMISS else self.acts[act]

    def listed(self, names: tuple[str, ...]) -> str:
        """``Ana, Ben and Chika``."""
        return self.joined.join(filter(None, (", ".join(names[:-1]), *names[-1:])))


ENGLISH = Words(
    greetings={
        BriefKind.MORNING: "Good morning{name}",
        BriefKind.AFTERNOON: "Good afternoon{name}",
        BriefKind.EVENING: "Good evening{name}",
    },
    everybody="everybody",
    titles={
        "priorities": "What matters most",
        "progress": "Your three",
        "meetings": "Today",
        "broken": "Calendar",
        "later": "Still to come today",
        "outreach": "Get in touch",
        "news": "New for you",
        "asks": "Waiting for you",
        "done": "Done",
        "slipped": "Slipped",
        "blocked": "Blocked",
        "moves": "Could move",
        "wins": "Worth celebrating",
        "commitments": "You promised",
        "tomorrow": "Tomorrow",
    },
    in_a_channel={
        "news": "New",
        "progress": "The three",
        "asks": "Open questions",
        "commitments": "Promised",
    },
    kinds={BriefKind.MORNING: "morning", BriefKind.AFTERNOON: "afternoon", BriefKind.EVENING: "evening"},
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    date="{weekday} {day} {month}",
    today="today",
    tomorrow="tomorrow",
    yesterday="yesterday",
    due="due {when}",
    was_due="was due {when}",
    since="since {when}",
    broken="{name} could not be read since {since}: what is new in it is missing. `calendar list` says how to mend it.",
    to="to {who}",
    move="to {when}",
    minutes="{minutes} min",
    hours="{hours} h",
    hours_minutes="{hours} h {minutes}",
    draft="a draft is ready",
    join="join",
    all_day="all day",
    more_people="+{number}",
    first_of="The first {shown} of {all}.",
    free="Free: {gaps}.",
    no_gaps="No half hour is free.",
    clash="{one} and {other} overlap at {when}.",
    next_meeting="Next: {title} at {when}.",
    first_meeting="First meeting: {title} at {when}.",
    no_meeting="No meetings.",
    nothing={
        BriefKind.MORNING: "Nothing needs you this morning: the day is yours.",
        BriefKind.AFTERNOON: "Nothing new since this morning. Carry on.",
        BriefKind.EVENING: "Nothing is left open today. Enjoy the evening.",
    },
    missed="Your {kind} brief of {day} did not reach you.",
    stop="This is your first brief. `brief settings` changes times and days; `brief off` stops them.",
    fits="{gap} is free: a good time for “{text}”.",
    suggest_move="“{text}” can wait until {when}.",
    suggest_clash="{one} or {other} has to move: both are at {when}.",
    rest="That was a good day's work. Rest well.",
    progress={
        "all": "All of today's priorities are done.",
        "some": "{done} of {all} priorities done.",
        "none": "{open} still open.",
    },
    joined=" and ",
    acts={
        Act.DONE: "Done",
        Act.SNOOZE: "Tomorrow",
        Act.DISMISS: "Not relevant",
        Act.ASK: "Ask",
        Act.SEND: "Send",
        Act.EDIT: "Edit",
        Act.LATER: "Later",
    },
    not_this_one="Not this one",
    more="More…",
    draft_of="Draft",
    an_ai="Robbie is an AI and can be wrong.",
    clause=str,
    one_and_many={
        "priorities": ("priority", "priorities"),
        "meetings": ("meeting", "meetings"),
        "asks": ("question for you", "questions for you"),
        "done": ("thing done", "things done"),
        "slipped": ("slipped", "slipped"),
        "commitments": ("promise open", "promises open"),
        "outreach": ("person to get in touch with", "people to get in touch with"),
        "news": ("piece of news", "pieces of news"),
    },
)

GERMAN = Words(
    greetings={
        BriefKind.MORNING: "Guten Morgen{name}",
        BriefKind.AFTERNOON: "Guten Tag{name}",
        BriefKind.EVENING: "Guten Abend{name}",
    },
    everybody="alle zusammen",
    titles={
        "priorities": "Das Wichtigste",
        "progress": "Deine drei",
        "meetings": "Heute",
        "broken": "Kalender",
        "later": "Heute noch",
        "outreach": "Melde dich bei",
        "news": "Neu für dich",
        "asks": "Wartet auf dich",
        "done": "Erledigt",
        "slipped": "Liegen geblieben",
        "blocked": "Blockiert",
        "moves": "Kann warten",
        "wins": "Ein Grund zur Freude",
        "commitments": "Von dir zugesagt",
        "tomorrow": "Morgen",
    },
    in_a_channel={"news": "Neu", "progress": "Die drei", "asks": "Offene Fragen", "commitments": "Zugesagt"},
    kinds={BriefKind.MORNING: "Morgen", BriefKind.AFTERNOON: "Mittag", BriefKind.EVENING: "Abend"},
    weekdays=("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    months=("Jan.", "Feb.", "März", "April", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    date="{weekday}, {day}. {month}",
    today="heute",
    tomorrow="morgen",
    yesterday="gestern",
    due="fällig {when}",
    was_due="war fällig {when}",
    since="seit {when}",
    broken="{name} lässt sich seit {since} nicht lesen: Neues darin fehlt hier. `calendar list` sagt, was hilft.",
    to="an {who}",
    move="auf {when}",
    minutes="{minutes} Min.",
    hours="{hours} Std.",
    hours_minutes="{hours} Std. {minutes}",
    draft="ein Entwurf liegt bereit",
    join="beitreten",
    all_day="ganztägig",
    more_people="+{number}",
    first_of="Die ersten {shown} von {all}.",
    free="Frei: {gaps}.",
    no_gaps="Keine halbe Stunde ist frei.",
    clash="{one} und {other} überschneiden sich um {when}.",
    next_meeting="Als Nächstes: {title} um {when}.",
    first_meeting="Erster Termin: {title} um {when}.",
    no_meeting="Keine Termine.",
    nothing={
        BriefKind.MORNING: "Heute früh braucht dich nichts: Der Tag gehört dir.",
        BriefKind.AFTERNOON: "Nichts Neues seit heute früh. Weiter so.",
        BriefKind.EVENING: "Heute ist nichts offen geblieben. Einen schönen Abend.",
    },
    missed="Die Übersicht vom {kind} ({day}) hat dich nicht erreicht.",
    stop="Das ist deine erste Übersicht. `brief settings` ändert Zeiten und Tage, `brief off` stellt sie ab.",
    fits="{gap} ist frei: eine gute Zeit für „{text}“.",
    suggest_move="„{text}“ kann bis {when} warten.",
    suggest_clash="{one} oder {other} muss weichen: beide sind um {when}.",
    rest="Das war ein guter Arbeitstag. Erhol dich gut.",
    progress={
        "all": "Alle Prioritäten des Tages sind erledigt.",
        "some": "{done} von {all} Prioritäten erledigt.",
        "none": "{open} noch offen.",
    },
    joined=" und ",
    acts={
        Act.DONE: "Erledigt",
        Act.SNOOZE: "Morgen",
        Act.DISMISS: "Nicht wichtig",
        Act.ASK: "Fragen",
        Act.SEND: "Senden",
        Act.EDIT: "Ändern",
        Act.LATER: "Später",
    },
    not_this_one="Nicht diese Person",
    more="Mehr…",
    draft_of="Entwurf",
    an_ai="Robbie ist eine KI und kann sich irren.",
    clause=german,
    one_and_many={
        "priorities": ("Priorität", "Prioritäten"),
        "meetings": ("Termin", "Termine"),
        "asks": ("Frage an dich", "Fragen an dich"),
        "done": ("Sache erledigt", "Sachen erledigt"),
        "slipped": ("liegen geblieben", "liegen geblieben"),
        "commitments": ("Zusage offen", "Zusagen offen"),
        "outreach": ("Kontakt wartet", "Kontakte warten"),
        "news": ("Neuigkeit", "Neuigkeiten"),
    },
)


def words_of(language: str) -> Words:
    """The words in a language by its English name; English where there are none."""
    return GERMAN if language == "German" else ENGLISH
