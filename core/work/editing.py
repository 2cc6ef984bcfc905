"""The form in which an entry is edited, and what was filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.desk import Completer, FormMaker, Visitor
from core.people.stores import Known, PeopleStore
from core.people.viewer import Viewer
from core.registry import Choice, CommandError, Invocation
from core.rendering.message import Form, FormField
from core.work import money
from core.work.contacts import LONGEST, Company, Contact, Crm, Deal, Restorable, Wanted
from core.work.crm_showing import title
from core.work.days import exact, to_come
from core.work.deal_lines import stage_of
from core.work.deals import Stage
from core.work.lines import EMAIL, checked

_LONGEST_IN_A_FORM = 3_000
_OFFERED = 25
_LABEL = 80


def onlooker(known: Known) -> Viewer:
    """A person in front of a menu or a page that nobody else reads."""
    return Viewer(org_id=known.org_id, person_id=known.person_id, private=True, org_wide=known.member)


def entry_forms(people: PeopleStore, crm: Crm) -> Mapping[str, FormMaker]:
    """The form in which a contact, a company or a deal is edited: it shows what is known now."""

    async def edit(visitor: Visitor, invocation: Invocation) -> Form | None:
        kind, id_ = (invocation.arguments.get(name, "") for name in ("kind", "id"))
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None or not id_.isdecimal() or len(id_) > 18 or set(invocation.arguments) - {"kind", "id"}:
            return None
        stores: Mapping[str, Restorable[Contact | Company | Deal]] = {
            "contact": crm.contacts,
            "company": crm.companies,
            "deal": crm.deals,
        }
        one = await stores[kind].one(onlooker(known), int(id_)) if kind in stores else None
        if one is None:
            return None
        return Form(title=f"{kind.capitalize()} #{id_}"[:24], invocation=invocation, fields=_fields(one))

    return {"edit-entry": edit}


def completing_contacts(people: PeopleStore, crm: Crm) -> Completer:
    """Offers contacts by words of their names and companies."""

    async def complete(visitor: Visitor, typed: str) -> Sequence[Choice]:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        found = await crm.contacts.find(onlooker(known), Wanted(words=typed), _OFFERED) if known else ()
        return [Choice(str(one.id), f"#{one.id} {title(one)}"[:_LABEL]) for one in found]

    return complete


def completing_deals(people: PeopleStore, crm: Crm) -> Completer:
    """Offers deals by words of their names and companies."""

    async def complete(visitor: Visitor, typed: str) -> Sequence[Choice]:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        found = await crm.deals.find(onlooker(known), Wanted(words=typed, open_only=True), _OFFERED) if known else ()
        return [Choice(str(one.id), f"#{one.id} {one.name} ({one.stage.value})"[:_LABEL]) for one in found]

    return complete


def _fields(one: Contact | Company | Deal) -> tuple[FormField, ...]:
    match one:
        case Contact():
            shown = {"company": one.company, "email": one.email, "phone": one.phone, "title": one.title}
        case Company():
            shown = {"domain": one.domain}
        case Deal():
            closes = one.closes_on.isoformat() if one.closes_on else ""
            shown = {"worth": str(one.money or ""), "closes": closes, "next": one.next_step}
    name = FormField(name="name", label="Name", value=one.name, required=True, longest=LONGEST)
    more = [FormField(name=key, label=key.capitalize(), value=value, longest=LONGEST) for key, value in shown.items()]
    if isinstance(one, Company):
        about = one.about[:_LONGEST_IN_A_FORM]
        more.append(FormField(name="about", label="About", kind="text", value=about, longest=_LONGEST_IN_A_FORM))
    if isinstance(one, Deal):
        stages = tuple((stage.value, stage.value.capitalize()) for stage in Stage)
        more.insert(1, FormField(name="stage", label="Stage", kind="choice", value=one.stage.value, choices=stages))
    return (name, *more)


def edited(
    one: Contact | Company | Deal, given: Mapping[str, str], now: datetime, zone: ZoneInfo
) -> Mapping[str, object]:
    """What a form says, as fields; ``company`` is a name. What is not given stays. Raises CommandError."""
    offered = {field.name for field in _fields(one)}
    said = {name: " ".join(value.split()) for name, value in given.items() if name in offered and name != "about"}
    fields: dict[str, object] = {
        name: value for name, value in said.items() if name in ("name", "company", "phone", "title", "domain")
    }
    if not said.get("name", one.name):
        raise CommandError("It needs a name.", "edit-entry")
    if "email" in said:
        fields["email"] = address(said["email"])
    if "about" in given and "about" in offered:
        fields["about"] = given["about"].strip()
    if isinstance(one, Deal):
        fields |= _of_deal(said, now, zone)
    return checked(fields, "edit-entry")


def address(text: str) -> str:
    """An address of mail, or nothing. Raises CommandError."""
    if text and not EMAIL.fullmatch(text):
        raise CommandError(f"“{text[:60]}” is no address of mail. Write it like `ana@acme.com`.", "edit-entry")
    return text


def _of_deal(said: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Mapping[str, object]:
    fields: dict[str, object] = {}
    if "next" in said:
        fields["next_step"] = said["next"]
    if "stage" in said:
        fields["stage"] = stage_of(said["stage"]) or Stage.LEAD
    if "worth" in said:
        try:
            worth = money.read(said["worth"]) if said["worth"] else None
        except money.NotMoney as error:
            raise CommandError(str(error), "edit-entry") from None
        fields |= {"value": worth.value if worth else None, "currency": worth.currency if worth else ""}
    if "closes" in said:
        day = (exact(said["closes"]) or to_come(said["closes"], now, zone)) if said["closes"] else None
        if said["closes"] and day is None:
            raise CommandError("I did not understand when it closes. Write it like `2026-11-30`.", "edit-entry")
        fields["closes_on"] = day
    return fields
