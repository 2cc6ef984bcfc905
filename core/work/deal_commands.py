"""The commands on deals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.conversation.handling import Asked, Handlers, Say
from core.people.viewer import Viewer
from core.registry import CommandError
from core.reminders.moments import zone_of
from core.rendering.message import Button
from core.work.contacts import Crm, Deal, Fields, Wanted
from core.work.crm_showing import activity_line, button, buttons, known, of, pipeline, show_button, title
from core.work.deal_lines import SaidDeal, deal
from core.work.deals import OPEN, Stage

_SHOWN = 40
_ALL = 1_000
_FEW = 5
_NOT_THERE = "That deal is not there any more."
_WITH = re.compile(r"(?P<name>.+?)\s+(?:with|mit)\s+(?P<who>\w[\w .'’-]{1,60})", re.IGNORECASE)
_HOW = "Write it like `deal 3 won`, `deal 3 next send the offer`, `deal 3 50000 EUR` or `deal 3 closes 30 November`."


def dealing(crm: Crm) -> Handlers:
    """What carries these commands out."""
    deals = _Deals(crm)
    return {"deal": deals.deal, "deals": deals.list_, "stage": deals.stage}


def _viewer(asked: Asked) -> Viewer:
    return Viewer.of(asked.asker, asked.place, private=True)


class _Deals:
    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def deal(self, asked: Asked) -> Say:
        said = deal(asked.argument("text"), asked.now, zone_of(asked.asker.zone))
        if said.number is not None:
            return await self._numbered(asked, said)
        if not said.name:
            raise CommandError("Which deal? Begin with its name or its number: `deal Acme rollout 40000 EUR`.", "deal")
        found = await self._alike(_viewer(asked), said)
        if len(found) > 1:
            return _which(found, said)
        if not found:
            return await self._new(asked, said)
        return await self._changed(asked, found[0], said.fields) if said.fields else await self._shown(asked, found[0])

    async def _numbered(self, asked: Asked, said: SaidDeal) -> Say:
        one = await self._crm.deals.one(_viewer(asked), said.number or 0)
        if one is None:
            return Say(_NOT_THERE)
        if said.name:
            raise CommandError(f"I did not understand “{said.name[:60]}”. {_HOW}", "deal")
        return await self._changed(asked, one, said.fields) if said.fields else await self._shown(asked, one)

    async def _alike(self, viewer: Viewer, said: SaidDeal) -> Sequence[Deal]:
        """Those that are meant. What has a worth and a name of its own is a new one."""
        found = await self._crm.deals.find(viewer, Wanted(name=said.name), _FEW + 1)
        if found or "value" in said.fields:
            return found
        return await self._crm.deals.find(viewer, Wanted(words=said.name, open_only=True), _FEW + 1)

    async def _new(self, asked: Asked, said: SaidDeal) -> Say:
        viewer, fields = _viewer(asked), dict(said.fields)
        name, contact_id, company_id = await self._with_whom(viewer, said.name)
        fields |= {"name": name, "contact_id": contact_id, "company_id": company_id}
        made = await self._crm.deals.add(viewer, fields, shared=said.shared, origin=asked.inbox_id)
        hint = (
            ""
            if made.money is None or made.currency
            else "\n\nIn which currency? `deal " + f"{made.id} {made.money} EUR`"
        )
        text = f"Kept as a new deal.\n\n{known(made, zone_of(asked.asker.zone))}{hint}"
        return Say(text, tuple(buttons(made, new=True)))

    async def _with_whom(self, viewer: Viewer, name: str) -> tuple[str, int | None, int | None]:
        """The deal's name, and its contact and company, as far as they are plainly named and known."""
        found = _WITH.fullmatch(name)
        if found is not None:
            people = await self._crm.contacts.find(viewer, Wanted(name=found["who"].strip()), 2)
            if len(people) == 1:
                return found["name"], people[0].id, people[0].company_id
        first = name.split()[0]
        companies = await self._crm.companies.find(viewer, Wanted(words=first), 50)
        begun = [one for one in companies if f"{name.casefold()} ".startswith(f"{one.name.casefold()} ")]
        longest = max(begun, key=lambda one: len(one.name), default=None)
        return name, None, longest.id if longest else None

    async def _changed(self, asked: Asked, one: Deal, fields: Fields) -> Say:
        changed = await self._crm.deals.change(_viewer(asked), one.id, fields)
        if changed is None:
            return Say(_NOT_THERE)
        zone = zone_of(asked.asker.zone)
        if changed.version == one.version:
            return Say(f"I have it so already.\n\n{known(changed, zone)}", tuple(buttons(changed)))
        undo = button("Undo", "undo-entry", **of(changed), at=str(changed.version))
        cheer = {Stage.WON: "Won. Congratulations!", Stage.LOST: "Lost."}
        head = cheer.get(changed.stage, "Changed.") if one.stage is not changed.stage else "Changed."
        return Say(f"{head}\n\n{known(changed, zone)}", (undo, *buttons(changed)))

    async def _shown(self, asked: Asked, one: Deal) -> Say:
        zone = zone_of(asked.asker.zone)
        passed = await self._crm.activities.find(_viewer(asked), Wanted(deal_id=one.id), _FEW)
        more = ["\n".join(["**What passed**", *(activity_line(each, zone) for each in passed)])] if passed else []
        return Say("\n\n".join([known(one, zone), *more]), tuple(buttons(one)))

    async def stage(self, asked: Asked) -> Say:
        id_ = asked.argument("id")
        known_id = int(id_) if id_.isdecimal() and len(id_) < 19 else 0
        one = await self._crm.deals.one(_viewer(asked), known_id)
        return await self._changed(asked, one, {"stage": Stage(asked.argument("to"))}) if one else Say(_NOT_THERE)

    async def list_(self, asked: Asked) -> Say:
        stage = Stage(asked.argument("stage")) if asked.argument("stage") else None
        found = await self._crm.deals.find(_viewer(asked), Wanted(stage=stage, open_only=stage is None), _ALL)
        if not found:
            if stage:
                return Say(f"There is no deal in the stage {stage.value}.")
            return Say("There are no open deals. Make one with `deal Acme rollout 40000 EUR closes 30 November`.")
        shown = found[:_SHOWN]
        more = f"\n\nThese are the first {_SHOWN} of {len(found)}." if len(found) > _SHOWN else ""
        others = tuple(button(one.value.capitalize(), "deals", stage=one.value) for one in OPEN) if more else ()
        few = tuple(map(show_button, shown)) if len(shown) <= _FEW else ()
        return Say(f"{pipeline(shown)}{more}", (*few, *others))


def _which(found: Sequence[Deal], said: SaidDeal) -> Say:
    """Asks which of several is meant; a press does with it what was said."""
    text = f"There are several deals with “{said.name[:60]}”. Which one?"
    return Say(text, tuple(_chosen(one, said) for one in found[:_FEW]))


def _chosen(one: Deal, said: SaidDeal) -> Button:
    again = " ".join(filter(None, (str(one.id), *_again(said.fields))))
    made = button(f"#{one.id} {title(one)}"[:75], "deal", text=again)
    try:
        made.invocation.packed()  # type: ignore[union-attr]  # it has one
    except ValueError:
        return show_button(one)
    return made


def _again(fields: Fields) -> Sequence[str]:
    """What a line said of a deal, once more."""
    words = [str(fields.get("value") or ""), str(fields.get("currency") or ""), str(fields.get("stage") or "")]
    words += [f"closes {fields['closes_on']}"] if "closes_on" in fields else []
    return [*words, *([f"next {fields['next_step']}"] if "next_step" in fields else [])]
