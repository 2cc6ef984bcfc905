"""The commands on the ready queue: whom to get in touch with, and what becomes of each draft.

Robbie writes to nobody outside by itself. Where mail can be sent for the person, it is sent after they have seen the
exact text and address and pressed once more; else they get the text to send themselves.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import time, timedelta
from hashlib import blake2b
from typing import Literal

from core.briefs.explaining import explained
from core.briefs.letters import fenced, letter_of, mailto
from core.briefs.models import Act, Opportunity, Reader
from core.briefs.outreach import DROPPED_DAYS, OUTREACH
from core.briefs.ports import Entry, Outbound, OutreachStore, Preparer, WeightStore
from core.briefs.readers import reader_of
from core.briefs.saying import quoted
from core.conversation.handling import Asked, Handlers, Say
from core.desk import FormMaker, Visitor
from core.people.stores import PeopleStore
from core.registry import CommandError, Invocation
from core.reminders.moments import in_words, moment, zone_of
from core.rendering.links import links_in
from core.rendering.message import Button, Form, FormField, Page, Section
from core.work.commands import until_when

LONGEST = 1_200
_MORNING = time(9)
_NOT_THERE = "That one is not in your queue any more."
_NOBODY = "There is nobody to get in touch with now that I know a reason for."
_TYPED = re.compile(r"(show|send|edit|later|drop|undo|why) #?(\d{1,18})(?: (.+))?", re.IGNORECASE | re.DOTALL)
_HOW = (
    "Write `outreach`, `outreach send 12`, `outreach edit 12 TEXT`, `outreach later 12 Friday`, `outreach drop 12` "
    "or `outreach why 12`."
)
_OF_LINES = {Act.SEND: "show", Act.EDIT: "edit", Act.LATER: "later", Act.DISMISS: "drop"}


class Reaching:
    """Carries them out.

    Args:
        store: keeps the queue.
        preparer: puts it in order.
        weights: what the terms of its formula weigh for a person.
        outbound: sends mail for people; None where there is no mail.
    """

    def __init__(
        self, store: OutreachStore, preparer: Preparer, weights: WeightStore, outbound: Outbound | None = None
    ) -> None:
        self._store = store
        self._preparer = preparer
        self._weights = weights
        self._outbound = outbound
        self._do: Mapping[str, Callable[[Asked, Entry], Awaitable[Say]]] = {
            "show": self._show, "send": self._send, "edit": self._edit, "later": self._later, "drop": self._drop,
            "undo": self._undo, "why": self._why,
        }  # fmt: skip

    @property
    def handlers(self) -> Handlers:
        """What carries out each command."""
        return {"outreach": self.outreach, "outreach-act": self.act}

    async def outreach(self, asked: Asked) -> Say:
        """The whole queue, or something done with one of it. Raises CommandError."""
        what = asked.argument("what").strip()
        if not what:
            return await self._list(asked)
        found = _TYPED.fullmatch(what)
        if found is None:
            raise CommandError(_HOW, "outreach")
        act, id, rest = found[1].casefold(), found[2], found[3] or ""
        more = {"text": rest} if act == "edit" else {"when": rest}
        return await self.act(_with(asked, id=id, act=act, **{name: value for name, value in more.items() if value}))

    async def act(self, asked: Asked) -> Say:
        """What a button, a form or a line asks for. Raises CommandError."""
        id = asked.argument("id").strip().removeprefix("#")
        entry = await self._store.one(reader_of(asked), int(id)) if id.isdecimal() and len(id) < 19 else None
        if entry is None:
            return Say(_NOT_THERE)
        return await self._do[asked.argument("act")](asked, entry)

    async def of_line(self, asked: Asked, ref: str, act: Act) -> Say:
        """What is done with a line of a brief. See ``core.briefs.acting.OutreachActor``. A draft is seen first."""
        kind, _, id = ref.partition(":")
        if kind == "contact":
            id = await self._queued(asked, id)
        return await self.act(_with(asked, id=id, act=_OF_LINES.get(act, "show"), when=asked.argument("when")))

    async def _queued(self, asked: Asked, contact: str) -> str:
        """The id of a contact's entry, which is put into the queue if it is not there yet."""
        reader = reader_of(asked)
        await self._preparer.prepare(reader, asked.now)
        queue = (await self._store.waiting(reader, asked.now)).queue
        return next((str(entry.id) for entry in queue if str(entry.contact_id) == contact), "")

    async def _list(self, asked: Asked) -> Say:
        reader = reader_of(asked)
        await self._preparer.prepare(reader, asked.now)
        found = [one for one in await self._store.ready(reader, asked.now) if one.ref.startswith("outreach:")]
        if not found:
            return Say(_NOBODY)
        sections = tuple(map(_section, found))
        text = "\n\n".join(f"**{section.title}**\n\n{section.text}" for section in sections)
        buttons = tuple(button for section in sections for button in section.buttons)
        return Say(text, buttons, page=Page(title="Get in touch", sections=sections))

    async def _show(self, asked: Asked, entry: Entry) -> Say:
        if entry.state not in ("ready", "later"):
            return Say(_NOT_THERE)
        section = _section(entry.opportunity)
        return Say(f"**{section.title}**\n\n{section.text}", section.buttons)

    async def _send(self, asked: Asked, entry: Entry) -> Say:
        if entry.state not in ("ready", "later"):
            return Say(_NOT_THERE)
        asker = asked.asker
        answers = await self._outbound.reply_to(asker.org_id, asker.person_id) if self._outbound else ""
        if self._outbound is None or not answers or not entry.email:
            return await self._hand_out(asked, entry)
        if asked.argument("sure") != _seal(entry):
            return _confirm(entry, answers)
        letter = letter_of(entry, asker.name, asked.person.language)
        problem = await self._outbound.send(asker.org_id, asker.person_id, letter)
        if problem:
            return Say(f"It was not sent: {problem}", (_button("Try again", entry.id, "send"),))
        sent = await self._store.settle(reader_of(asked), entry.id, "sent", kind="email")
        return Say(f"Sent to {_whom(entry)}. A mail cannot be called back." if sent else _NOT_THERE)

    async def _hand_out(self, asked: Asked, entry: Entry) -> Say:
        """The text to send oneself: it counts as sent, until somebody says that it was not."""
        settled = await self._store.settle(reader_of(asked), entry.id, "sent")
        if settled is None:
            return Say(_NOT_THERE)
        link = mailto(letter_of(entry, asked.asker.name, asked.person.language)) if entry.email else ""
        mail = f"\n\n[Open it in your mail]({link})" if link else ""
        text = (
            f"Copy this to {_whom(entry)}, and change what you like:\n\n{fenced(entry.opportunity.draft)}{mail}\n\n"
            "I noted that you wrote. If you did not after all, press Undo."
        )
        return Say(text, (_button("Undo", entry.id, "undo"),), links=tuple(links_in(link)))

    async def _edit(self, asked: Asked, entry: Entry) -> Say:
        text = asked.argument("text").strip()
        if not text:
            how = f"Write it like this: `outreach edit {entry.id} WHAT IT SHALL SAY`. Now it says:"
            return Say(f"{how}\n\n{fenced(entry.opportunity.draft)}")
        if len(text) > LONGEST:
            raise CommandError(f"A draft has at most {LONGEST:,} characters; this has {len(text):,}.", "outreach")
        changed = await self._store.edit(reader_of(asked), entry.id, text)
        return await self._show(asked, changed) if changed else Say(_NOT_THERE)

    async def _later(self, asked: Asked, entry: Entry) -> Say:
        zone, when = zone_of(asked.asker.zone), asked.argument("when")
        day = (asked.now.astimezone(zone) + timedelta(days=7)).date()
        until = until_when(when, asked) if when.strip() else moment(day, _MORNING, zone)
        settled = await self._store.settle(reader_of(asked), entry.id, "later", until)
        if settled is None:
            return Say(_NOT_THERE)
        said = f"I come back to {quoted(entry.opportunity.contact)} on {in_words(until, zone)}."
        return Say(said, (_button("Undo", entry.id, "undo"),))

    async def _drop(self, asked: Asked, entry: Entry) -> Say:
        settled = await self._store.settle(reader_of(asked), entry.id, "dropped")
        if settled is None:
            return Say(_NOT_THERE)
        said = f"I leave {quoted(entry.opportunity.contact)} alone for {DROPPED_DAYS} days."
        return Say(said, (_button("Undo", entry.id, "undo"),))

    async def _undo(self, asked: Asked, entry: Entry) -> Say:
        settled = await self._store.settle(reader_of(asked), entry.id, "ready")
        return await self._show(asked, settled) if settled else Say(_NOT_THERE)

    async def _why(self, asked: Asked, entry: Entry) -> Say:
        weights = await self._weights.weights(asked.asker.org_id, asked.asker.person_id, OUTREACH)
        return Say(explained(entry.opportunity, OUTREACH, weights))


def outreach_forms(people: PeopleStore, store: OutreachStore) -> Mapping[str, FormMaker]:
    """The forms in which a draft is edited, and in which one says until when somebody may wait."""

    async def make(visitor: Visitor, invocation: Invocation) -> Form | None:
        given = invocation.arguments
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        id, act = given.get("id", ""), given.get("act", "")
        if known is None or act not in ("edit", "later") or given.get("text") or given.get("when"):
            return None
        if not id.isdecimal() or len(id) > 18:
            return None
        reader = Reader(
            org_id=known.org_id, person_id=known.person_id, name=known.name, zone=known.zone, member=known.member
        )
        entry = await store.one(reader, int(id))
        return _form(invocation, entry) if entry else None

    return {"outreach-act": make}


def _form(invocation: Invocation, entry: Entry) -> Form:
    if invocation.arguments["act"] == "later":
        hint = "Tomorrow, Friday at 9, in 2 weeks"
        field = FormField(name="when", label="Until when", value="in 1 week", hint=hint, longest=60)
        return Form(title="Later", invocation=invocation, fields=(field,))
    field = FormField(
        name="text", label="What you write", kind="text", value=entry.opportunity.draft, required=True, longest=LONGEST
    )
    return Form(title=f"To {entry.opportunity.contact}"[:24], invocation=invocation, fields=(field,))


def _section(found: Opportunity) -> Section:
    id = int(found.ref.partition(":")[2])
    company = f" ({quoted(found.company)})" if found.company else ""
    why = "\n".join(f"- {quoted(clause, 200)}" for clause in found.why)
    return Section(
        title=f"#{id} {quoted(found.contact)}{company}",
        text=f"{why}\n\n{fenced(found.draft)}",
        buttons=(
            _button("Send", id, "send", "primary"),
            _button("Edit", id, "edit"),
            _button("Later", id, "later"),
            _button("Not this one", id, "drop"),
            _button("Why?", id, "why"),
        ),
    )


def _confirm(entry: Entry, answers: str) -> Say:
    text = (
        f"This goes by mail to {_whom(entry)}, in your name; answers go to `{answers}`:\n\n"
        f"{fenced(entry.opportunity.draft)}"
    )
    send = Invocation(command="outreach-act", arguments={"id": str(entry.id), "act": "send", "sure": _seal(entry)})
    return Say(
        text,
        (
            Button(label="Send it now", invocation=send, style="primary"),
            _button("Edit", entry.id, "edit"),
            _button("Not now", entry.id, "show"),
        ),
    )


def _seal(entry: Entry) -> str:
    """What was seen: another text or address is confirmed anew."""
    seen = f"{entry.email}\x00{entry.opportunity.draft}"
    return blake2b(seen.encode(), digest_size=6).hexdigest()


def _whom(entry: Entry) -> str:
    name = quoted(entry.opportunity.contact)
    return f"{name} (`{entry.email.replace('`', '')}`)" if entry.email else name


def _button(label: str, id: int, act: str, style: Literal["plain", "primary"] = "plain") -> Button:
    invocation = Invocation(command="outreach-act", arguments={"id": str(id), "act": act})
    return Button(label=label, invocation=invocation, style=style)


def _with(asked: Asked, **arguments: str) -> Asked:
    return replace(asked, invocation=Invocation(command="outreach-act", arguments=arguments))
