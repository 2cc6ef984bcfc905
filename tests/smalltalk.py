"""Days of talk in an office, with what matters planted in it.

What is planted was written before it was measured for the first time, and no cue, word or threshold was chosen by it
since: whoever tunes the detector writes new ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PLANTED = (
    ("decision", "So the result of the vote: we keep the four-day week for another six months."),
    ("decision", "Marketing and sales will share one CRM, that was settled in yesterday's meeting."),
    ("decision", "Wir sagen die Messe in Köln ab und gehen dafür nach Wien."),
    ("commitment", "I'll call the insurance company tomorrow and tell you what they say."),
    ("commitment", "You'll have my comments on the contract by tonight."),
    ("commitment", "Den Entwurf für die Startseite liefere ich am Montag."),
    ("action", "The backup server has to be replaced before the end of the month."),
    ("action", "Could somebody order new badges for the three interns starting in May?"),
    ("action", "Farid, please renew our subscription for the design tool."),
    ("deadline", "The tax return has to be with the office by 31 July."),
    ("deadline", "The early bird price for the booth ends on Thursday."),
    ("insight", "We learned from the interviews that nobody reads the welcome mail."),
    ("insight", "The data shows that tickets on Mondays take twice as long to solve."),
    ("win", "Guess what, we won the tender of the city of Graz!"),
    ("win", "I finally finished the migration of all 400 customer accounts."),
    ("concern", "I'm afraid the budget for the second half of the year is not enough."),
    ("concern", "Our main server was down twice this week and customers are getting angry."),
    ("personal", "I'll be on vacation from 3 to 17 August, Hugo stands in for me."),
    ("personal", "My son starts kindergarten in September, so I can only work mornings that week."),
    ("feedback", "The new report format is much easier to read than the old one."),
)
"""What matters, and of what kind it is, in the order in which it is said."""

PEOPLE = ("Ana", "Ben", "Chika", "Dieter", "Elif", "Farid", "Greta", "Hugo")

_THINGS = (
    "coffee machine", "printer", "train", "weather", "cafeteria", "pizza place", "elevator", "playlist", "office dog",
    "new chairs", "coffee", "bike lane", "podcast", "series", "football game", "crossword", "plants", "window", "lunch",
)  # fmt: skip
_MOODS = ("great", "awful", "so good", "terrible", "hilarious", "weird", "lovely", "boring", "loud", "fine", "amazing")
_DAYS = ("yesterday", "this morning", "last night", "over the weekend", "on Saturday", "today", "just now")
_DOING = ("getting coffee", "grabbing lunch", "going for a walk", "fetching a snack", "taking a break", "heading home")

_TEMPLATES = (
    "the {thing} is {mood} again",
    "did anyone see the {thing} {day}?",
    "haha the {thing} was {mood} {day}",
    "brb, {doing}",
    "who is {doing}? I could join",
    "I'm {doing}, anyone want something?",
    "{person} what did you think of the {thing}?",
    "ok {person}, see you later",
    "good morning {person}!",
    "I slept {mood} {day}, need coffee",
    "is the {thing} broken or is it just me",
    "thanks {person}, you're the best",
    "no idea, ask {person} maybe",
    "the {thing} made my day",
    "lol {person} and the {thing}, classic",
    "what's for lunch today?",
    "I had {thing} {day}, it was {mood}",
    "same here",
    "sounds good to me",
    "not sure, maybe",
    "I'll be there in five",
    "let's go for {thing}?",
    "I can't find my headphones, has anyone seen them?",
    "my {thing} story from {day} is {mood}",
    "we should really do something about the {thing} one day",
    "I will never understand the {thing}",
    "happy birthday {person}!!",
    "have a nice evening everyone",
    "does anybody know a {mood} place for dinner?",
    "{person} is late again, the {thing} I guess",
    "wow, {mood}!",
    "I watched that {thing} thing {day}, {mood}",
    "heute ist das Wetter mal wieder {mood}",
    "guten Morgen zusammen",
    "bin kurz weg, {thing}",
    "hat jemand {person} gesehen?",
    "Mahlzeit!",
    "schönes Wochenende euch allen",
    "oh no, it's raining and I came by bike",
    "I could use a holiday",
    "can you hear the {thing}? so {mood}",
    "that joke about the {thing} was {mood}",
    "one more week until the holidays :)",
    "my cat sat on the keyboard {day}",
    "how was your weekend, {person}?",
    "we played cards {day} and {person} won again",
    "the {thing} costs 3 euros now, what a joke",
    "I need to buy milk on the way home",
    "anyone up for table tennis at noon?",
    "the queue at the {thing} was {mood}",
    "I'd love to but I'm tired",
    "don't worry about it",
    "you should try the {thing}, it's {mood}",
    "I think I left my umbrella at the {thing}",
    "can someone close the window please?",
    "I'll take the last cookie if nobody minds",
    "congrats {person}, well deserved",
    "sorry, wrong channel",
    "it's Friday, finally!",
    "I was stuck in traffic for an hour {day}",
)
_ROBBIE = (
    "Good morning! I will remind you of what you asked me to by Friday.",
    "You decided to move to the cloud version. Shall I note that?",
    "Here is a joke about coffee: it is grounds for celebration.",
    "The deadline for the report is on Monday, as Ana wrote.",
    "We closed the deal with Nordwind, congratulations!",
    "I could not find anything about that. Who should I ask?",
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message.

    Attributes:
        speaker: empty for Robbie.
        kind: of what is planted; empty for small talk.
    """

    day: int
    speaker: str
    text: str
    kind: str = ""


def days(number: int, a_day: int, chatter: Sequence[str], seed: int = 7) -> Iterator[Spoken]:
    """So many days with about so many messages each, the planted ones spread over them.

    Args:
        number: of days.
        a_day: messages of people a day.
        chatter: what people say beside what is made of templates; may be empty.
        seed: of chance.
    """
    chance = random.Random(seed)
    where = {
        chance.randrange(a_day) + a_day * (index * number // len(PLANTED)): one for index, one in enumerate(PLANTED)
    }
    for place in range(number * a_day):
        day = place // a_day
        if place in where:
            kind, text = where[place]
            yield Spoken(day, chance.choice(PEOPLE), text, kind)
        elif chatter and chance.random() < 0.3:
            yield Spoken(day, chance.choice(PEOPLE), chance.choice(chatter))
        else:
            yield Spoken(day, chance.choice(PEOPLE), _made(chance))
        if chance.random() < 0.1:
            yield Spoken(day, "", chance.choice(_ROBBIE))


def _made(chance: random.Random) -> str:
    return chance.choice(_TEMPLATES).format(
        thing=chance.choice(_THINGS),
        mood=chance.choice(_MOODS),
        day=chance.choice(_DAYS),
        doing=chance.choice(_DOING),
        person=chance.choice(PEOPLE),
    )
