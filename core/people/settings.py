"""What a person has chosen, on a page that other capabilities add to, and the form to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.conversation.handling import Asked, Handlers, Say
from core.desk import FormMaker, SectionMaker, Visitor, page
from core.people.cast import DEFAULT, Cast
from core.people.choosing import FORCE, INTENSITY, MOODS, dials, manner
from core.people.languages import read_language
from core.people.models import AUTO, PersonSettings
from core.people.stores import PeopleStore
from core.registry import Invocation
from core.rendering.message import Button, Form, FormField, Page, Section

SAVE = "save-settings"
_TYPED = "Change one at a time, with these commands: `mentor NAME`, `mood MOOD`, `tone -1 1`, `language NAME`."
_MOST = 25


def settings(people: PeopleStore, cast: Cast, sections: Sequence[SectionMaker]) -> Handlers:
    """What shows and keeps the settings.

    Args:
        people: where they are kept.
        cast: the mentors.
        sections: the parts of the page, in order.
    """

    async def show(asked: Asked) -> Say:
        place = asked.place
        visitor = Visitor(
            surface=place.surface,
            tenant=place.tenant,
            account=asked.asker.account,
            channel=place.channel,
            direct=place.direct,
        )
        return shown(await page("Settings", sections, visitor))

    async def save(asked: Asked) -> Say:
        if not asked.invocation.arguments:
            return Say(_TYPED)
        changes = dials(asked)
        if name := asked.argument("mentor"):
            changes["mentor"] = cast.read(name)
        if mood := asked.argument("mood"):
            changes["mood"] = "" if mood == AUTO else mood
        if language := asked.argument("language"):
            changes["language"] = read_language(language)
        await people.choose(asked.asker.person_id, changes)
        return Say("Saved.\n\n" + summary(asked.person.model_copy(update=changes), cast))

    return {"settings": show, SAVE: save}


def settings_form(people: PeopleStore, cast: Cast) -> Mapping[str, FormMaker]:
    """The form to change them."""

    async def make(visitor: Visitor, invocation: Invocation) -> Form | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if invocation.arguments:
            return None
        return _form(known.settings if known else PersonSettings(), cast)

    return {SAVE: make}


def about_you(people: PeopleStore, cast: Cast) -> SectionMaker:
    """The section on a person and Robbie, of the home and of the settings."""

    async def make(visitor: Visitor) -> Section | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        chosen = known.settings if known else PersonSettings()
        zone = f"\n- **Your time zone:** {known.zone}" if known and known.zone else ""
        buttons = (
            Button(label="Change", invocation=Invocation(command=SAVE), style="primary"),
            Button(label="Mentors", invocation=Invocation(command="mentors")),
        )
        return Section(title="You and Robbie", text=summary(chosen, cast) + zone, buttons=buttons)

    return make


def summary(chosen: PersonSettings, cast: Cast) -> str:
    """What is chosen, a line each."""
    lines = {
        "Who answers": cast.label(chosen.mentor),
        "Mood": chosen.mood or "what the situation suggests",
        "Manner": manner(chosen),
        "Language": chosen.language or "the language of each message",
    }
    return "\n".join(f"- **{name}:** {value}" for name, value in lines.items())


def shown(page: Page) -> Say:
    """A page as a message."""
    parts = (f"**{section.title}**\n\n{section.text}" for section in page.sections)
    buttons = tuple(button for section in page.sections for button in section.buttons)
    return Say("\n\n".join(parts), buttons, page=page)


def _form(chosen: PersonSettings, cast: Cast) -> Form:
    mentors = tuple((choice.value, choice.label) for choice in cast.choices()[:_MOST])
    mentor = chosen.mentor or DEFAULT
    fields = (
        FormField(
            name="mentor",
            label="Who answers",
            kind="choice",
            value=mentor if mentor in dict(mentors) else DEFAULT,
            choices=mentors,
        ),
        FormField(
            name="mood",
            label="Mood of mentors",
            kind="choice",
            value=chosen.mood if chosen.mood in MOODS else AUTO,
            choices=((AUTO, "What the situation suggests"), *((mood, mood.capitalize()) for mood in MOODS)),
        ),
        _dial("gentle_forceful", "Gentle or forceful", chosen.gentle_forceful, FORCE),
        _dial("relaxed_intense", "Relaxed or intense", chosen.relaxed_intense, INTENSITY),
        FormField(
            name="language",
            label="Language",
            value=chosen.language or AUTO,
            hint="A language's name, or auto for the language of each message",
            longest=40,
        ),
    )
    return Form(title="You and Robbie", invocation=Invocation(command=SAVE), fields=fields)


def _dial(name: str, label: str, value: int, words: Sequence[str]) -> FormField:
    choices = tuple((str(step - 2), word.capitalize()) for step, word in enumerate(words))
    return FormField(name=name, label=label, kind="choice", value=str(value), choices=choices)
