"""What somebody does with a line of a brief: the thing itself, the record that priorities learn from, and the way back.

Pressing twice does no harm: what is done is done, and what is undone is undone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from core.briefs.asking import because, question
from core.briefs.models import Act, Line
from core.briefs.ports import BriefStore, DueBrief
from core.briefs.saying import quoted, unlinked
from core.conversation.handling import Ask, Asked, Handler, Say
from core.desk import FormMaker, Visitor
from core.people.stores import PeopleStore
from core.registry import CommandError, Invocation
from core.reminders.moments import in_words, zone_of
from core.rendering.message import Button, Form, FormField
from core.rendering.plain import plain
from core.values import Frozen
from core.work.commands import until_when
from core.work.models import TaskChanges, Tasks

NOT_THERE = "That is not there any more."
_TYPED = "Write what to do with which line: `brief done 2`, `brief later 2 Friday`, `brief ask 2` or `brief why 2`."
_ONLY_TASKS = (
    "Only tasks can be put off to a day that you choose; this comes back tomorrow: `brief later` without a day."
)
_UNDO_THERE = "Undo stands under what I answered when you did that; or write `outreach undo 12`, with its number."
_PRIVATE = "What your brief says is for you alone. Ask me about it in our direct message."
_MOST_LINES = 25
_LABEL = 75
_CHOICES = (
    ("done", "Done"),
    ("snooze", "Later (tomorrow, or when you say below)"),
    ("dismiss", "Not relevant"),
    ("ask", "Ask about it"),
    ("why", "Why is it there?"),
)
_OF_OUTREACH = {Act.DONE: Act.SEND, Act.SNOOZE: Act.LATER}

OutreachActor = Callable[[Asked, str, Act], Awaitable[Say | Ask]]
"""Does something with an entry of the ready queue, by its ref."""


class Chosen(Frozen):
    """A line that somebody does something with.

    Attributes:
        due: the brief; None for a line that is told by its ref alone.
    """

    line: Line
    due: DueBrief | None = None

    @property
    def said(self) -> str:
        """What the line is about, without what stands beside it."""
        return plain(unlinked(self.line.text)).partition(" · ")[0]

    def button(self, label: str, act: str, **more: str) -> Button:
        """Something to press about the same line."""
        which = {"b": str(self.due.id), "n": str(self.line.number)} if self.due else {"ref": self.line.ref}
        return Button(label=label, invocation=Invocation(command="brief-act", arguments={**which, "act": act, **more}))


class Acting:
    """Does it.

    Args:
        store: where briefs are kept.
        tasks: where tasks are kept.
        outreach: does what is done with the ready queue; None where there is none.
        why: shows how a priority came about; None for the reasons alone.
    """

    def __init__(
        self, store: BriefStore, tasks: Tasks, *, outreach: OutreachActor | None = None, why: Handler | None = None
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._outreach = outreach
        self._why = why

    async def act(self, asked: Asked) -> Say | Ask:
        """What a button or the form asks for; nothing for whose brief it is not."""
        brief, number, act = _number(asked.argument("b")), _number(asked.argument("n")), asked.argument("act")
        ref = asked.argument("ref")
        if not act or (number is None and not ref):
            return Say(_TYPED)
        if ref:
            return await self._do(asked, Chosen(line=Line(number=0, section="priorities", ref=ref, text="")), act)
        due = await self._store.due(asked.asker.org_id, asked.asker.person_id, brief) if brief else None
        return await self._with(asked, due, number or 0, act) if due else Say("")

    async def latest(self, asked: Asked, number: int, act: str, when: str) -> Say | Ask:
        """The same for a line of the latest brief, as it is typed."""
        due = await self._store.latest(asked.asker.org_id, asked.asker.person_id)
        if due is None:
            return Say("You have had no brief yet.")
        more = {"when": when} if when else {}
        return await self._with(_telling(asked, **more), due, number, act)

    async def _with(self, asked: Asked, due: DueBrief, number: int, act: str) -> Say | Ask:
        lines = due.brief.lines if due.brief else ()
        line = next((line for line in lines if line.number == number), None)
        if line is None:
            return Say(f"That brief has no line {number}.")
        return await self._do(asked, Chosen(line=line, due=due), act)

    async def _do(self, asked: Asked, chosen: Chosen, act: str) -> Say | Ask:
        if act == "why":
            return await self._reasons(asked, chosen)
        queued = chosen.line.ref.startswith(("outreach:", "contact:"))
        if act == "undo":
            return Say(_UNDO_THERE) if queued and self._outreach else await self._undo(asked, chosen)
        wanted = Act(act)
        if queued and self._outreach and wanted is not Act.ASK:
            wanted = _OF_OUTREACH.get(wanted, wanted)
            said = await self._outreach(asked, chosen.line.ref, wanted)
            await self._record(asked, chosen, Act.EDIT if wanted is Act.SEND else wanted)  # the draft is seen first
            return said
        return await _DO[wanted](self, asked, chosen)

    async def _done(self, asked: Asked, chosen: Chosen) -> Say:
        task = _task(chosen)
        said = chosen.said
        if task is not None:
            finished = await self._tasks.finish(asked.asker, task, done=True)
            if finished is None:
                return Say(NOT_THERE)
            said = quoted(finished.text)
        await self._record(asked, chosen, Act.DONE)
        return Say(f"Done: {said}", (chosen.button("Undo", "undo", of="done"),))

    async def _snooze(self, asked: Asked, chosen: Chosen) -> Say:
        task, when = _task(chosen), asked.argument("when")
        until = until_when(when, asked)
        said = chosen.said
        if task is not None:
            put_off = await self._tasks.change(asked.asker, task, TaskChanges(snoozed_until=until))
            if put_off is None:
                return Say(NOT_THERE)
            said = quoted(put_off[1].text)
            if put_off[1].done_at is not None:
                return Say(f"That is done already: {said}")
        elif when:
            raise CommandError(_ONLY_TASKS, "brief")
        await self._record(asked, chosen, Act.SNOOZE)
        at = in_words(until, zone_of(asked.asker.zone))
        return Say(f"Put off until {at}: {said}", (chosen.button("Undo", "undo", of="snooze"),))

    async def _dismiss(self, asked: Asked, chosen: Chosen) -> Say:
        await self._record(asked, chosen, Act.DISMISS)
        return Say(
            f"Not relevant: {chosen.said}. It comes in no brief any more.",
            (chosen.button("Undo", "undo", of="dismiss"),),
        )

    async def _ask(self, asked: Asked, chosen: Chosen) -> Say | Ask:
        """A model is asked, whose answer everybody reads in a channel: so only where nobody else does."""
        if not asked.place.direct:
            return Say(_PRIVATE)
        if chosen.due is None or chosen.due.facts is None:
            return Say(NOT_THERE)
        await self._record(asked, chosen, Act.ASK)
        return Ask(question(chosen.due.facts, chosen.line))

    async def _draft(self, asked: Asked, chosen: Chosen) -> Say:
        return Say(_TYPED)

    async def _undo(self, asked: Asked, chosen: Chosen) -> Say:
        """A button says of what; typed, it is whatever was done with the task."""
        task, of = _task(chosen), asked.argument("of")
        said = chosen.said
        if task is not None and of in ("done", "snooze", ""):
            asker, back = asked.asker, TaskChanges(snoozed_until=None)
            restored = await self._tasks.finish(asker, task, done=False) if of != "snooze" else None
            if of != "done":
                changed = await self._tasks.change(asker, task, back)
                restored = changed[1] if changed else None
            if restored is None:
                return Say(NOT_THERE)
            said = quoted(restored.text)
        await self._record(asked, chosen, None)
        return Say(f"As it was before: {said}", (chosen.button("Done", "done"),))

    async def _reasons(self, asked: Asked, chosen: Chosen) -> Say | Ask:
        if self._why is not None and chosen.due is not None:
            return await self._why(_telling(asked, b=str(chosen.due.id), n=str(chosen.line.number)))
        facts = chosen.due.facts if chosen.due else None
        return Say((because(facts, chosen.line) if facts else "") or "Nothing more is known of that line.")

    async def _record(self, asked: Asked, chosen: Chosen, act: Act | None) -> None:
        if chosen.due is not None:
            asker = asked.asker
            await self._store.acted(asker.org_id, asker.person_id, chosen.due.id, chosen.line.number, act)


_DO: Mapping[Act, Callable[[Acting, Asked, Chosen], Awaitable[Say | Ask]]] = {
    Act.DONE: Acting._done,
    Act.SNOOZE: Acting._snooze,
    Act.LATER: Acting._snooze,
    Act.DISMISS: Acting._dismiss,
    Act.ASK: Acting._ask,
    Act.SEND: Acting._draft,
    Act.EDIT: Acting._draft,
}


def act_forms(people: PeopleStore, store: BriefStore) -> Mapping[str, FormMaker]:
    """The form in which a line is chosen, and what to do with it."""

    async def make(visitor: Visitor, invocation: Invocation) -> Form | None:
        given = invocation.arguments
        brief = _number(given.get("b", ""))
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None or brief is None or given.get("act"):
            return None
        due = await store.due(known.org_id, known.person_id, brief)
        lines = sorted(due.brief.lines if due and due.brief else (), key=lambda line: line.number)
        choices = tuple(
            (str(line.number), f"{line.number}. {plain(unlinked(line.text))}"[:_LABEL]) for line in lines if line.acts
        )[:_MOST_LINES]
        return _form(invocation, choices) if choices else None

    return {"brief-act": make}


def _form(invocation: Invocation, choices: tuple[tuple[str, str], ...]) -> Form:
    fields = (
        FormField(name="n", label="Which line", kind="choice", value=choices[0][0], choices=choices, required=True),
        FormField(name="act", label="What to do", kind="choice", value="done", choices=_CHOICES, required=True),
        FormField(name="when", label="Until when, for later", hint="Tomorrow, Friday, in 2 weeks", longest=60),
    )
    return Form(title="Your brief", invocation=invocation, fields=fields, submit="Do it")


def _telling(asked: Asked, **more: str) -> Asked:
    """The same with other arguments: what was typed is one text."""
    return replace(asked, invocation=Invocation(command="brief-act", arguments=more))


def _task(chosen: Chosen) -> int | None:
    kind, _, id = chosen.line.ref.partition(":")
    return _number(id) if kind == "task" else None


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
