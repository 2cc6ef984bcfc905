"""The commands with which somebody chooses who answers, and how."""

from __future__ import annotations

from core.conversation.handling import Asked, Handlers, Say
from core.people.cast import Cast
from core.people.languages import read_language
from core.people.models import AUTO, ROBBIE, PersonSettings
from core.people.stores import PeopleStore
from core.registry import CommandError, Invocation
from core.rendering.message import Button

MOODS = ("confident", "thoughtful", "concerned", "determined")
FORCE = ("very gentle", "gentle", "neither gentle nor forceful", "forceful", "very forceful")
INTENSITY = ("very relaxed", "relaxed", "neither relaxed nor intense", "intense", "very intense")

_TELL_WHO_ADMINISTERS = ("slack", "discord")
_MOST_BUTTONS = 20
_ADMINS_CHOOSE = (
    "Only people who administer this workspace or server choose for a whole channel. "
    "The command `mentor NAME` is for you."
)
_SCOPES = ("me", "here", "once")


def choosing(people: PeopleStore, cast: Cast) -> Handlers:
    """What carries these commands out."""
    chooser = _Chooser(people, cast)
    return {
        "mentor": chooser.mentor,
        "mentors": chooser.mentors,
        "mood": chooser.mood,
        "tone": chooser.tone,
        "language": chooser.language,
    }


class _Chooser:
    def __init__(self, people: PeopleStore, cast: Cast) -> None:
        self._people = people
        self._cast = cast

    async def mentor(self, asked: Asked) -> Say:
        if not asked.argument("name"):
            return _listed(self._cast, asked.person)
        words, mood, scope = _read(asked)
        choice = self._cast.read(words)
        label = self._cast.label(choice)
        if scope == "once":
            await self._people.choose_once(asked.asker.person_id, choice or ROBBIE, mood)
            return Say(f"The next answer comes from: {label}{_in_mood(mood)}.")
        if scope == "here" and not asked.place.direct:
            return await self._for_channel(asked, choice, label, mood)
        await self._people.choose(asked.asker.person_id, {"mentor": choice, **({"mood": mood} if mood else {})})
        return Say(f"Who answers you from now on: {label}{_in_mood(mood)}.{_hint(choice)}")

    async def _for_channel(self, asked: Asked, choice: str, label: str, mood: str) -> Say:
        if mood:
            raise CommandError("A mood is for you, or for once: a channel has none.", "mentor")
        if asked.place.surface in _TELL_WHO_ADMINISTERS and not asked.asker.admin:
            return Say(_ADMINS_CHOOSE)
        await self._people.choose_for_channel(asked.asker.org_id, asked.place, {"mentor": choice})
        return Say(f"Who answers in this channel, unless somebody has chosen for themselves: {label}.")

    async def mentors(self, asked: Asked) -> Say:
        return _listed(self._cast, asked.person)

    async def mood(self, asked: Asked) -> Say:
        chosen = asked.argument("mood")
        await self._people.choose(asked.asker.person_id, {"mood": "" if chosen == AUTO else chosen})
        return Say("The mood follows the situation again." if chosen == AUTO else f"Mentors are {chosen} with you now.")

    async def tone(self, asked: Asked) -> Say:
        changes = dials(asked)
        if not changes:
            return Say(f"I am {manner(asked.person)} with you. The command `tone` takes two numbers from -2 to 2.")
        await self._people.choose(asked.asker.person_id, changes)
        return Say(f"I am {manner(asked.person.model_copy(update=changes))} with you now.")

    async def language(self, asked: Asked) -> Say:
        chosen = read_language(asked.argument("name"))
        await self._people.choose(asked.asker.person_id, {"language": chosen})
        return Say(f"I answer you in {chosen} now." if chosen else "I answer in the language of each message again.")


def manner(person: PersonSettings) -> str:
    """How Robbie speaks with a person, in words."""
    moved = [
        words[value + 2]
        for words, value in ((FORCE, person.gentle_forceful), (INTENSITY, person.relaxed_intense))
        if value
    ]
    return ", ".join(moved) or "balanced"


def dials(asked: Asked) -> dict[str, object]:
    """What was said of the dials."""
    given = {name: asked.argument(name) for name in ("gentle_forceful", "relaxed_intense")}
    return {name: int(value) for name, value in given.items() if value}


def _read(asked: Asked) -> tuple[str, str, str]:
    """The name, the mood and for whom; in a typed line all may stand in the name."""
    words = asked.argument("name").split()
    mood, scope = asked.argument("mood"), asked.argument("scope")
    while len(words) > 1:
        last = words[-1].casefold()
        if last in MOODS and not mood:
            mood = last
        elif last in _SCOPES and not scope:
            scope = last
        elif not (last == "for" and scope == "me"):
            break
        words.pop()
    return " ".join(words), mood, scope


def _listed(cast: Cast, person: PersonSettings) -> Say:
    lines = [f"- **{card.name}**: {card.tagline}" for card in cast]
    offered = [(AUTO, "Whoever fits"), (ROBBIE, "Robbie itself"), *((card.id, card.name) for card in cast)]
    buttons = (
        Button(label=label, invocation=Invocation(command="mentor", arguments={"name": name}))
        for name, label in offered[:_MOST_BUTTONS]
    )
    text = (
        "These are AI personas inspired by public figures, not the people. Who answers you now: "
        f"{cast.label(person.mentor)}.\n\n" + "\n".join(lines)
    )
    return Say(text, tuple(buttons))


def _in_mood(mood: str) -> str:
    return f", {mood}" if mood else ""


def _hint(choice: str) -> str:
    return "" if choice in ("", ROBBIE) else " The command `mentor robbie` brings me back."
