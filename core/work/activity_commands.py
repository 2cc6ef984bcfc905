"""The commands by which people keep that they were in touch with somebody."""

from __future__ import annotations

from collections.abc import Sequence

from core.conversation.handling import Asked, Handlers, Say
from core.people.viewer import Viewer
from core.registry import CommandError
from core.reminders.moments import zone_of
from core.rendering.message import Button
from core.work.activity_lines import SaidActivity, activity
from core.work.contacts import LONGEST_TEXT, Activity, Contact, Crm, Deal, Wanted
from core.work.crm_showing import HAPPENED, button, day, show_button, title
from core.work.days import past
from core.work.lines import contact as said_of

_FEW = 5
_NOT_THERE = "That is not there any more."


def logging_touches(crm: Crm) -> Handlers:
    """What carries these commands out."""
    touches = _Touches(crm)
    return {"log": touches.log, "log-on": touches.log_on, "log-contact": touches.with_whom}


def explain_log(asked: Asked) -> str | None:
    """How free text on having been in touch is understood; None where it is none. Raises CommandError."""
    try:
        said = activity(asked.argument("text"), asked.now, zone_of(asked.asker.zone))
    except CommandError:
        return None
    about = f": {said.text}" if said.text else ""
    return f"a {said.kind} with {said.who} on {day(said.happened_at, zone_of(asked.asker.zone))}{about}"


def _viewer(asked: Asked) -> Viewer:
    return Viewer.of(asked.asker, asked.place, private=True)


def _marked(who: str) -> str:
    return f"(with {who}) "


class _Touches:
    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def log(self, asked: Asked) -> Say:
        said = activity(asked.argument("text"), asked.now, zone_of(asked.asker.zone))
        found = await self._meant(_viewer(asked), said.who)
        if len(found) == 1:
            return _kept(await self._add(asked, said, found[0]), asked, title(found[0]), show_button(found[0]))
        made = await self._add(asked, said, None)
        undo = button("Undo", "remove-entry", kind="activity", id=str(made.id))
        if found:
            chosen = (_with(made, one) for one in found[:_FEW])
            return Say(f"Kept. With which {said.who} was it?", (*chosen, undo))
        new = button(f"New contact {said.who}", "log-contact", id=str(made.id), name=said.who[:40])
        return Say(f"Kept, but I know nobody called {said.who}. Shall I make a contact?", (new, undo))

    async def _meant(self, viewer: Viewer, who: str) -> Sequence[Contact]:
        contacts = self._crm.contacts
        exact = await contacts.find(viewer, Wanted(name=who), _FEW + 1)
        return exact or await contacts.find(viewer, Wanted(words=who), _FEW + 1)

    async def _add(self, asked: Asked, said: SaidActivity, one: Contact | None) -> Activity:
        fields: dict[str, object] = {
            "kind": said.kind,
            "text": said.text if one else f"{_marked(said.who)}{said.text}",
            "happened_at": said.happened_at,
            "contact_id": one.id if one else None,
            "company_id": one.company_id if one else None,
        }
        shared = one is None or one.shared
        return await self._crm.activities.add(_viewer(asked), fields, shared=shared, origin=asked.inbox_id)

    async def with_whom(self, asked: Asked) -> Say:
        """The contact that somebody chose for what is kept already, or a new one."""
        viewer, made = _viewer(asked), await self._crm.activities.one(_viewer(asked), _number(asked, "id"))
        if made is None:
            return Say(_NOT_THERE)
        name = asked.argument("name")
        if name:
            fields = said_of(name.replace(",", " ")).fields
            one: Contact | None = await self._crm.contacts.add(
                viewer, fields, shared=made.shared, origin=asked.inbox_id
            )
        else:
            one = await self._crm.contacts.one(viewer, _number(asked, "contact"))
        if one is None:
            return Say(_NOT_THERE)
        text = made.text.partition(") ")[2] if made.text.startswith("(with ") else made.text
        fields = {"contact_id": one.id, "company_id": one.company_id, "text": text}
        changed = await self._crm.activities.change(viewer, made.id, fields)
        return _kept(changed, asked, title(one), show_button(one)) if changed else Say(_NOT_THERE)

    async def log_on(self, asked: Asked) -> Say:
        """What passed with a contact or on a deal that is known by its number."""
        viewer, id_ = _viewer(asked), _number(asked, "id")
        deal = await self._crm.deals.one(viewer, id_) if asked.argument("kind") == "deal" else None
        contact = await self._crm.contacts.one(viewer, id_) if asked.argument("kind") == "contact" else None
        one: Deal | Contact | None = deal or contact
        if one is None:
            return Say(_NOT_THERE)
        text = asked.argument("text").strip()
        if len(text) > LONGEST_TEXT:
            raise CommandError(f"What happened has at most {LONGEST_TEXT} characters.", "log-on")
        fields = {
            "kind": asked.argument("how"),
            "text": text,
            "happened_at": _when(asked),
            "deal_id": deal.id if deal else None,
            "contact_id": one.id if isinstance(one, Contact) else one.contact_id,
            "company_id": one.company_id,
        }
        made = await self._crm.activities.add(viewer, fields, shared=one.shared, origin=asked.inbox_id)
        return _kept(made, asked, title(one), show_button(one))


def _when(asked: Asked) -> object:
    when = asked.argument("when")
    at = past(when, asked.now, zone_of(asked.asker.zone)) if when else asked.now
    if at is None:
        raise CommandError(f"I did not understand when: “{when[:40]}”. Write `yesterday` or `12 November`.", "log-on")
    return at


def _kept(made: Activity, asked: Asked, name: str, show: Button) -> Say:
    about = f": {made.text}" if made.text else ""
    on = day(made.happened_at, zone_of(asked.asker.zone))
    text = f"Kept: {HAPPENED[made.kind].lower()} with {name} on {on}{about}"
    return Say(text, (button("Undo", "remove-entry", kind="activity", id=str(made.id)), show))


def _with(made: Activity, one: Contact) -> Button:
    label = f"#{one.id} {title(one)}"[:75]
    return button(label, "log-contact", id=str(made.id), contact=str(one.id))


def _number(asked: Asked, name: str) -> int:
    digits = asked.argument(name).strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else 0
