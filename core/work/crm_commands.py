"""The commands on contacts and companies, and on every entry: show, edit, delete, bring back, take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.conversation.handling import Asked, Handlers, Say
from core.people.viewer import Viewer
from core.registry import Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button
from core.work import lines
from core.work.activity_commands import logging_touches
from core.work.contacts import Company, Contact, Crm, Deal, KeyTaken, Restorable, Wanted
from core.work.crm_showing import (
    activity_line,
    button,
    buttons,
    contact_line,
    deal_line,
    kind_of,
    known,
    of,
    show_button,
)
from core.work.deal_commands import dealing
from core.work.editing import edited

SHOWN = 15
_FEW = 5
NOT_THERE = "That is not there any more."
Thing = Contact | Company | Deal


def keeping_contacts(crm: Crm) -> Handlers:
    """What carries these commands out."""
    contacts, entries = _Contacts(crm), _Entries(crm)
    return {
        "contact": contacts.contact,
        "contacts": contacts.list_,
        "company": contacts.company,
        "show-entry": entries.show,
        "undo-entry": entries.undo,
        "remove-entry": entries.remove,
        "restore-entry": entries.restore,
        "share-entry": entries.share,
        "edit-entry": entries.edit,
        **dealing(crm),
        **logging_touches(crm),
    }


def viewer_of(asked: Asked) -> Viewer:
    """Who asks: only they read the answer, wherever they ask."""
    return Viewer.of(asked.asker, asked.place, private=True)


def number_in(text: str) -> int | None:
    """The number that a text is, as ``12`` or ``#12``; None for any other."""
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def which(found: Sequence[Thing], name: str) -> Say:
    """Asks which of several is meant."""
    return Say(f"There are {len(found)} of the name “{name[:60]}”. Which one?", tuple(map(show_button, found[:_FEW])))


def changed_back(one: Thing) -> Button:
    """Takes back its last change."""
    return button("Undo", "undo-entry", **of(one), at=str(one.version))


class _Contacts:
    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def contact(self, asked: Asked) -> Say:
        text, viewer = asked.argument("text").strip(), viewer_of(asked)
        number = number_in(text)
        if number is not None:
            return await _shown(self._crm, asked, await self._crm.contacts.one(viewer, number))
        said = lines.contact(text)
        found = await self._alike(viewer, said)
        if len(found) > 1:
            return which(found, str(said.fields["name"]))
        if found and said.only_a_name:
            return await _shown(self._crm, asked, found[0])
        return await self._kept(asked, said, found[0] if found else None)

    async def _alike(self, viewer: Viewer, said: lines.Said) -> Sequence[Contact]:
        """Those that are meant: by their address, else by their name and company, else by words of the name."""
        email, name = str(said.fields.get("email", "")), str(said.fields["name"])
        contacts = self._crm.contacts
        if email and (found := await contacts.find(viewer, Wanted(email=email), SHOWN)):
            return found[:1]
        found = await contacts.find(viewer, Wanted(name=name), SHOWN)
        if not said.only_a_name:
            same = [one for one in found if one.company.casefold() == said.company.casefold()]
            bare = [one for one in found if not (one.company and said.company)]
            return (same or [one for one in bare if not (email and one.email)])[:1]
        return found or await contacts.find(viewer, Wanted(words=name), SHOWN)

    async def _kept(self, asked: Asked, said: lines.Said, there: Contact | None) -> Say:
        viewer, zone = viewer_of(asked), zone_of(asked.asker.zone)
        fields = dict(said.fields)
        if said.company:
            fields["company_id"] = (await self._crm.company_named(viewer, said.company, shared=said.shared)).id
        if there is None:
            made = await self._crm.contacts.add(viewer, fields, shared=said.shared, origin=asked.inbox_id)
            return Say(f"Kept as a new contact.\n\n{known(made, zone)}", tuple(buttons(made, new=True)))
        changed = await self._crm.contacts.change(viewer, there.id, fields)
        if changed is None:
            return Say(NOT_THERE)
        if changed.version == there.version:
            return Say(f"I have it so already.\n\n{known(changed, zone)}", tuple(buttons(changed)))
        return Say(f"Changed.\n\n{known(changed, zone)}", (changed_back(changed), *buttons(changed)))

    async def list_(self, asked: Asked) -> Say:
        words, zone = asked.argument("search").strip(" ?!."), zone_of(asked.asker.zone)
        after = asked.argument("after")
        skip = int(after) if after.isdecimal() and len(after) < 6 else 0
        found = await self._crm.contacts.find(viewer_of(asked), Wanted(words=words), skip + SHOWN + 1)
        shown = found[skip : skip + SHOWN]
        if not shown:
            if words:
                return Say(f"I found no contact with “{words[:60]}”.")
            return Say(
                "There are no contacts yet. Make one with `contact Ana Pohl, Acme, ana@acme.com`, or `import` a file."
            )
        more = self._more(words, skip + SHOWN) if len(found) > skip + SHOWN else ()
        few = tuple(map(show_button, shown)) if len(shown) <= _FEW else ()
        return Say("\n".join(contact_line(one, zone) for one in shown), (*few, *more))

    def _more(self, words: str, skip: int) -> tuple[Button, ...]:
        invocation = Invocation(command="contacts", arguments={"search": words, "after": str(skip)})
        try:
            invocation.packed()
        except ValueError:
            return ()
        return (Button(label="More", invocation=invocation),)

    async def company(self, asked: Asked) -> Say:
        text, viewer, zone = asked.argument("text").strip(), viewer_of(asked), zone_of(asked.asker.zone)
        number = number_in(text)
        if number is not None:
            return await _shown(self._crm, asked, await self._crm.companies.one(viewer, number))
        said = lines.company(text)
        name = str(said.fields["name"])
        found = await self._crm.companies.find(viewer, Wanted(name=name), SHOWN)
        if not found and said.only_a_name:
            found = await self._crm.companies.find(viewer, Wanted(words=name), SHOWN)
            if len(found) > 1:
                return which(found, name)
        if found and said.only_a_name:
            return await _shown(self._crm, asked, found[0])
        if not found:
            made = await self._crm.companies.add(viewer, said.fields, shared=said.shared, origin=asked.inbox_id)
            return Say(f"Kept as a new company.\n\n{known(made, zone)}", tuple(buttons(made, new=True)))
        changed = await self._crm.companies.change(viewer, found[0].id, said.fields)
        if changed is None:
            return Say(NOT_THERE)
        return Say(f"Changed.\n\n{known(changed, zone)}", (changed_back(changed), *buttons(changed)))


class _Entries:
    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def show(self, asked: Asked) -> Say:
        return await _shown(self._crm, asked, await self._one(asked))

    async def undo(self, asked: Asked) -> Say:
        id_, at = number_in(asked.argument("id")), number_in(asked.argument("at"))
        store = self._store(asked)
        one = await store.undo(viewer_of(asked), id_, at) if store and id_ and at else None
        if one is None:
            return Say("That cannot be taken back any more: it was changed again, or is not there.")
        return Say(f"As it was before.\n\n{known(one, zone_of(asked.asker.zone))}", tuple(buttons(one)))

    async def remove(self, asked: Asked) -> Say:
        viewer, id_ = viewer_of(asked), number_in(asked.argument("id"))
        store = self._store(asked)
        if store is None:
            gone = id_ is not None and await self._crm.activities.remove(viewer, id_)
            return Say("Taken back." if gone else NOT_THERE)
        one = await store.one(viewer, id_) if id_ is not None else None
        if one is None or not await store.remove(viewer, one.id):
            return Say(NOT_THERE)
        return Say(
            f"Deleted: {one.name}. It can be brought back for 30 days.", (button("Undo", "restore-entry", **of(one)),)
        )

    async def restore(self, asked: Asked) -> Say:
        id_, store = number_in(asked.argument("id")), self._store(asked)
        one = await store.restore(viewer_of(asked), id_) if store and id_ is not None else None
        if one is None:
            return Say("That cannot be brought back any more.")
        return Say(f"It is back.\n\n{known(one, zone_of(asked.asker.zone))}", tuple(buttons(one)))

    async def share(self, asked: Asked) -> Say:
        id_, store, wanted = number_in(asked.argument("id")), self._store(asked), asked.argument("on") == "yes"
        viewer = viewer_of(asked)
        if wanted and not viewer.org_wide:
            return Say("Only members of a workspace share with its team.")
        try:
            one = await store.share(viewer, id_, shared=wanted) if store and id_ is not None else None
        except KeyTaken:
            return Say("The team has this one already.")
        if one is None:
            return Say("Only whoever made it can say who sees it.")
        return Say("The team sees it now." if one.shared else "It is yours alone now.", (show_button(one),))

    async def edit(self, asked: Asked) -> Say:
        store, one = self._store(asked), await self._one(asked)
        if store is None or one is None:
            return Say(NOT_THERE)
        arguments = asked.invocation.arguments
        if not set(arguments) - {"kind", "id"}:
            return Say(f"Write it like this: `{kind_of(one)} {one.id}`, or press Edit where forms can be shown.")
        viewer = viewer_of(asked)
        fields: dict[str, object] = dict(edited(one, arguments, asked.now, zone_of(asked.asker.zone)))
        company = str(fields.pop("company", "")).strip()
        if "company" in arguments or company:
            found = await self._crm.company_named(viewer, company, shared=one.shared) if company else None
            fields["company_id"] = found.id if found else None
        changed = await store.change(viewer, one.id, fields)
        if changed is None:
            return Say(NOT_THERE)
        undo = (changed_back(changed),) if changed.version != one.version else ()
        return Say(f"Changed.\n\n{known(changed, zone_of(asked.asker.zone))}", (*undo, *buttons(changed)))

    async def _one(self, asked: Asked) -> Thing | None:
        id_, store = number_in(asked.argument("id")), self._store(asked)
        return await store.one(viewer_of(asked), id_) if store and id_ is not None else None

    def _store(self, asked: Asked) -> Restorable[Thing] | None:
        stores: Mapping[str, Restorable[Thing]] = {
            "contact": self._crm.contacts,
            "company": self._crm.companies,
            "deal": self._crm.deals,
        }
        return stores.get(asked.argument("kind"))


async def _shown(crm: Crm, asked: Asked, one: Thing | None) -> Say:
    """An entry with what hangs on it."""
    if one is None:
        return Say(NOT_THERE)
    viewer, zone = viewer_of(asked), zone_of(asked.asker.zone)
    hangs = Wanted.model_validate({f"{kind_of(one)}_id": one.id})
    parts = [known(one, zone)]
    if isinstance(one, Company):
        people = await crm.contacts.find(viewer, hangs, SHOWN)
        parts += ["\n".join(["**People**", *(contact_line(each, zone) for each in people)])] if people else []
    if isinstance(one, Company | Contact):
        deals = await crm.deals.find(viewer, hangs, SHOWN)
        parts += ["\n".join(["**Deals**", *map(deal_line, deals)])] if deals else []
    passed = await crm.activities.find(viewer, hangs, _FEW)
    parts += ["\n".join(["**What passed**", *(activity_line(each, zone) for each in passed)])] if passed else []
    return Say("\n\n".join(parts), (*buttons(one), *_sharing(one, asked)))


def _sharing(one: Thing, asked: Asked) -> tuple[Button, ...]:
    if one.owner != asked.asker.person_id or not asked.asker.member:
        return ()
    label, wanted = ("Make private", "no") if one.shared else ("Share with the team", "yes")
    return (button(label, "share-entry", **of(one), on=wanted),)
