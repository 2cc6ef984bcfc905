"""The questions before something is shared, and the buttons under them."""

from __future__ import annotations

from collections.abc import Mapping

from core.consent import wording
from core.consent.models import Answer, Consents, Outcome, Settled, State
from core.consent.replies import asked_about, button, number, owner, question, said
from core.conversation.handling import Asked, Handlers, Say
from core.desk import FormMaker, SectionMaker, Visitor
from core.notes.models import LONGEST, NoteKind
from core.people.stores import PeopleStore
from core.people.viewer import Viewer
from core.registry import CommandError, Invocation
from core.rendering.message import Button, Form, FormField, Section

_LONGEST_IN_A_FORM = 3_000
_NEVER = "never"


def asking(consents: Consents, people: PeopleStore) -> Handlers:
    """What carries these commands out.

    Args:
        consents: questions and answers.
        people: where it is kept what somebody is never to be asked.
    """
    questions = _Questions(consents, people)
    return {
        "offer-consent": questions.offer,
        "ask-consent": questions.ask,
        "show-consent": questions.show,
        "consent": questions.answer,
        "edit-consent": questions.edit,
        "consent-outcome": questions.outcome,
        "ask-again": questions.again,
    }


class _Questions:
    def __init__(self, consents: Consents, people: PeopleStore) -> None:
        self._consents = consents
        self._people = people

    async def ask(self, asked: Asked) -> Say:
        """Robbie's own word: nothing where it is settled, or gone with its note, in the meantime."""
        consent = await asked_about(self._consents, asked)
        return question(consent, asked) if consent and consent.state is State.WAITING else Say("")

    async def offer(self, asked: Asked) -> Say:
        consent = await asked_about(self._consents, asked)
        if consent is None or consent.state is not State.WAITING:
            return Say("")
        name = f"{asked.asker.name}: " if asked.asker.name else ""
        return Say(f"{name}{wording.OFFER}", (button("Read it", "show-consent", asked.argument("id")),))

    async def show(self, asked: Asked) -> Say:
        consent = await asked_about(self._consents, asked)
        if consent is None:
            return Say(wording.NOT_YOURS)
        if consent.state is not State.WAITING:
            return said(wording.standing(consent.state), consent, asked)
        return question(consent, asked)

    async def answer(self, asked: Asked) -> Say:
        word, id = asked.argument("say"), number(asked.argument("id"))
        if id is None:
            return Say(wording.NOT_YOURS)
        settled = await self._consents.settle(owner(asked), id, Answer.KEEP if word == _NEVER else Answer(word))
        if settled.outcome is Outcome.ANEW and settled.consent:
            anew = question(settled.consent, asked)
            return Say(f"{wording.ANEW}\n\n{anew.text}", anew.buttons)
        if word == _NEVER:
            return await self._never(asked, settled)
        return said(settled.outcome, settled.consent, asked)

    async def _never(self, asked: Asked, settled: Settled) -> Say:
        consent = settled.consent
        if consent is None or consent.part == "subject":
            return said(settled.outcome, consent, asked)
        never = tuple(dict.fromkeys((*asked.person.never_ask, consent.kind.value)))
        await self._people.choose(asked.asker.person_id, {"never_ask": never})
        came = wording.outcome(settled.outcome, consent, asked.place.room)
        return Say(f"{came} I do not ask you about {wording.plural(consent.kind)} any more.")

    async def again(self, asked: Asked) -> Say:
        await self._people.choose(asked.asker.person_id, {"never_ask": ()})
        return Say("I ask you again before something of yours would help others.")

    async def edit(self, asked: Asked) -> Say:
        text, id = asked.argument("text").strip(), number(asked.argument("id"))
        if not 0 < len(text) <= LONGEST:
            raise CommandError(f"A note has from 1 to {LONGEST} characters.", "edit-consent")
        consent = await self._consents.reword(owner(asked), id, text) if id is not None else None
        if consent is None:
            return Say("This is not asked any more, so nothing was changed.")
        return question(consent, asked)

    async def outcome(self, asked: Asked) -> Say:
        consent = await asked_about(self._consents, asked)
        if consent is None or consent.state is not State.YES:
            return Say("")
        stands = await self._consents.stands(owner(asked), consent.id)
        return said(Outcome.SHARED if stands else Outcome.REFUSED, consent, asked)


def never_asked(people: PeopleStore) -> SectionMaker:
    """The section on what somebody is never asked about; none where that is nothing."""

    async def make(visitor: Visitor) -> Section | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None or not known.settings.never_ask:
            return None
        kinds = ", ".join(wording.plural(NoteKind(kind)) for kind in known.settings.never_ask)
        again = Button(label="Ask me again", invocation=Invocation(command="ask-again"))
        return Section(title="Sharing", text=f"I never ask whether to share: {kinds}.", buttons=(again,))

    return make


def consent_forms(people: PeopleStore, consents: Consents) -> Mapping[str, FormMaker]:
    """The form in which its owner words what would be shared."""

    async def edit(visitor: Visitor, invocation: Invocation) -> Form | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        id = number(invocation.arguments.get("id", ""))
        if known is None or id is None or invocation.arguments.get("text"):
            return None
        consent = await consents.one(Viewer.owner(known.org_id, known.person_id), id)
        there = consent is not None and consent.part == "owner" and consent.state is State.WAITING
        if consent is None or not there or len(consent.wording) > _LONGEST_IN_A_FORM:
            return None
        field = FormField(
            name="text", label="What would be shared", kind="text", value=consent.wording, required=True,
            hint="The note will say this, too", longest=_LONGEST_IN_A_FORM,
        )  # fmt: skip
        kept = Invocation(command="edit-consent", arguments={"id": str(id)})
        return Form(title="What would be shared", invocation=kept, fields=(field,), submit="Ask me again")

    return {"edit-consent": edit}
