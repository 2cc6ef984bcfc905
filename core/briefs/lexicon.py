"""Words by what they do to a claim, in English and German.

``COMMON`` are words that carry no fact: they may join what was said to sentences. ``COLOUR`` may stand in an opening or
a closing besides. All other words have to stand in the text that is put into better words.
"""

from __future__ import annotations

UNITS = {
    **dict.fromkeys(("minute", "minutes", "min", "mins", "minuten"), "minute"),
    **dict.fromkeys(("hour", "hours", "h", "stunde", "stunden", "std"), "hour"),
    **dict.fromkeys(("day", "days", "tag", "tage", "tagen"), "day"),
    **dict.fromkeys(("week", "weeks", "woche", "wochen"), "week"),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), "month"),
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren"), "year"),
}
"""Units of time by how they are written."""

_ROWS = (
    "zero null", "", "two zwei", "three drei", "four vier", "five fünf", "six sechs", "seven sieben", "eight acht",
    "nine neun", "ten zehn", "eleven elf", "twelve zwölf dozen dutzend", "thirteen dreizehn", "fourteen vierzehn",
    "fifteen fünfzehn",
)  # fmt: skip
_TENS = "twenty zwanzig", "thirty dreißig", "forty vierzig", "fifty fünfzig", "sixty sechzig", "hundred hundert"
NUMBERS = {name: number for number, row in enumerate(_ROWS) for name in row.split()} | {
    name: number for number, row in zip((20, 30, 40, 50, 60, 100), _TENS, strict=True) for name in row.split()
}
"""Numbers in words. “One” is one only before a unit: elsewhere it is as often no number."""

_NEGATIONS = """
    not no never none nothing nobody nowhere neither nor without cannot hardly unless except
    nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder kaum außer
"""
NEGATIONS = frozenset(_NEGATIONS.split())

_STATES = {
    "done": "done finished completed complete closed accomplished delivered shipped solved resolved erledigt fertig "
    "abgeschlossen geliefert gelöst",
    "open": "open unfinished pending undone outstanding unresolved offen unerledigt ausstehend",
    "won": "won win wins winning gewonnen gewinn",
    "lost": "lost lose loses losing verloren",
    "late": "late overdue slipped missed delayed behind slipping überfällig verspätet verpasst versäumt verzögert",
    "due": "due deadline deadlines until till by fällig bis frist",
    "blocked": "blocked stuck blocker blockers blocks blocking blockiert hängt",
    "waits": "waits waiting waited awaits awaiting wartet warten wartend",
    "cancelled": "cancelled canceled cancels cancel dropped abandoned abgesagt storniert gestrichen entfällt",
    "moved": "moved postponed rescheduled shifted moves verschoben verlegt",
    "promised": "promised promise promises versprochen zugesagt versprechen",
    "urgent": "urgent urgently immediately asap critical emergency dringend sofort eilig",
    "agreed": "agreed approved accepted confirmed signed zugestimmt genehmigt angenommen bestätigt unterschrieben",
    "refused": "refused rejected declined denied abgelehnt verweigert",
    "paid": "paid pays invoiced bezahlt",
    "sent": "sent emailed mailed forwarded geschickt gesendet verschickt weitergeleitet",
    "asked": "asked asks requested requests demanded gefragt fragt gebeten bittet verlangt",
    "said": "said says told tells announced reported sagte sagt meldete",
    "began": "began started begun launched begonnen gestartet",
    "left": "left quit quits resigned fired hired gekündigt eingestellt",
    "after": "after nach nachdem danach",
    "before": "before vor bevor vorher",
    "since": "since seit",
    "free": "free frei",
    "clash": "clashes clash overlaps overlap conflict conflicts überschneidet überschneidung",
    "again": "again wieder erneut",
    "first": "first zuerst erste ersten",
    "last": "last letzte letzten zuletzt",
    "all": "all every everything everybody everyone each both alle alles jeder jede beide",
    "only": "only just nur bloß",
    "more": "more most less fewer least another others mehr meisten weniger",
    "nearly": "nearly almost fast beinahe",
    "past": "was were had did war waren hatte hatten",
    "from": "from von vom",
    "about": "about regarding über wegen",
    "perhaps": "if or perhaps maybe unless wenn oder falls vielleicht",
    "must": "must required mandatory muss müssen",
}
STATES = {word: state for state, words in _STATES.items() for word in words.split()}
"""How a thing stands, by the words that say so. A text that is put into other words says the same of it."""

MAY_GO = frozenset({"due", "open", "again", "first", "only", "more", "said", "all", "free"})
"""States that a text may leave out without turning what it says into something else."""

_ENGLISH = """
    a add ahead along also am an and are as at away back be because been begin being bring brings can check clear
    close come comes could do does doing easy enough even f find finish focus for forget further get gets getting
    give gives go goes going good great hand has have having he head heads help helps her here hers him his hold i
    important in into is it item items its itself job keep keeps know let let's lets like line list look looks make
    makes making matter matters may me mind move much my need needs next note of off okay on once one onto our ours
    out part pick piece place plan please put quick ready really remember right room see set she should side small
    so some something spend spot start starts stay step steps still stop such sure take takes tell thank that that's
    the their them then there there's these they thing things think this those through time to together too top
    touch toward towards try turn us use watch way we well what when where which while who whose why will with word
    work worth would yes you you'll you're you've your yours
"""
_GERMAN = """
    achte allem als also am an andere angehen anschauen ansehen auch auf aufgabe bei beim bitte bleib bleibt brauche
    brauchst braucht da dabei dafür daran darauf darum das dass davon dazu dein deine deinem deinen deiner dem den
    denk denke denken denn der des dich die dies diese diesem diesen dieser dieses dir doch du durch ein eine einem
    einen einer eines einfach er es etwas euch euer fang fest für ganz geh gehen geht gern gerne gut gute guten habe
    haben hast hat hier hilft ich ihm ihn ihr ihre ihrem ihren im immer in ins ist ja kann kannst klar komm kommt
    kurz lass lasst lohnt mach mache machen macht mal man mein meine mich mir mit nimm nimmst noch nun passt plan
    plane punkt schau schaue schritt schön sei sein seine seinem seinen seiner sich sie sieh sind so sollte solltest
    stehen steht tu tun um und uns unser vergiss viel vorne warum was weil weiter wer werden wie wir wird wirst wo
    wohl würde zeit zu zum zur zwischen
"""
COMMON = frozenset((_ENGLISH + _GERMAN).split()) - {"finish", "stop", "will", "f"}
"""Words that carry no fact, and are no names, however they are written."""

_COLOURED = """
    achtsam admirable admire aim anfang appetite atem atme attention attentive aufmerksamkeit bake balance beautiful
    beautifully begins best better bold boldly brave bravely breath breathe breathing brick bright brighter build
    builds butter calm calmly careful carefully carry cheer chin choose clarity clean cook cooking courage
    courageous course craft create curiosity curious dare day dear deep deeply delight details dish dream dreams
    effort elegant energy enjoy enthusiasm essence eyes feel fine firm firmly flavour forward fresh freude
    freundlich friend frisch frohen fun gedanke gedanken geduld geist genieße gentle gently genuss glad gladly grand
    great groove hallo hands happy hard harmony heart heavy hello herz hi hoffnung honest humble idea ideas idee
    ideen imagination imagine ingredients insanely keen kind kitchen klang klarheit klein kleine kleiner kopf kraft
    kühn ladder large leave leicht leidenschaft licht liebe lied light like listen little live los love lovely luck
    melody mighty modest momentum morning munter music musik mut mutig natural neugier neugierig noble onward
    onwards patience peace play pleasure practice pride proud pure puzzle quality qualität question
    questions quiet recipe resolute resolve rest rezept rhythm rhythmus richtung rise rock roll ruhe ruhig schlicht
    season sense serve shine simple simplicity simplify simply sinn slow slowly smile song soul spirit spirits stage
    stand stark steadily steady steps stir stolz strength strong stubborn stärke sweet tag takt taste tempo thought
    thoughtful thoughts ton traum true trust truth tuck tune understand universe vertrauen voice wach
    wahr walk warm weg weise welcome welt wisdom wise wonder wonderful world wunderbar zuversicht
"""
COLOUR = COMMON | frozenset(_COLOURED.split())
"""Words of a voice that say nothing of anybody's work."""
