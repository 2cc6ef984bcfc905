"""Contacts, companies, deals and activities in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.notes.showing import short
from core.registry import Invocation
from core.rendering.message import Button
from core.work.contacts import Activity, Company, Contact, Deal
from core.work.deals import OPEN, USUAL_PROBABILITY, Stage, following
from core.work.lines import NO_YEAR
from core.work.money import Money

KINDS = {"contact": Contact, "company": Company, "deal": Deal, "activity": Activity}
HAPPENED = {"call": "Call", "meeting": "Meeting", "email": "Email", "message": "Message", "note": "Note"}
_LABEL = 40


def kind_of(one: Contact | Company | Deal) -> str:
    """What it is, as commands name it."""
    return next(kind for kind, model in KINDS.items() if isinstance(one, model))


def title(one: Contact | Company | Deal) -> str:
    """Its name, with what tells it from others of that name."""
    if isinstance(one, Contact) and (one.company or one.email):
        return f"{one.name} ({one.company or one.email})"
    return one.name


def known(one: Contact | Company | Deal, zone: ZoneInfo) -> str:
    """All that is known of it, a line each."""
    head = f"**{plain(title(one))}** #{one.id}" + ("" if one.shared else " _(yours alone)_")
    return "\n".join([head, *(f"- {name}: {value}" for name, value in _facts(one, zone).items() if value)])


def _facts(one: Contact | Company | Deal, zone: ZoneInfo) -> Mapping[str, str]:
    match one:
        case Contact():
            return {
                "Title": plain(one.title),
                "Company": plain(one.company),
                "Email": plain(one.email),
                "Phone": plain(one.phone),
                "Birthday": birthday(one.birthday),
                "In touch": f"every {one.rhythm_days} days" if one.rhythm_days else "",
                "Last touch": day(one.last_touch, zone),
                "About": plain(short(one.about)),
            }
        case Company():
            return {"Domain": one.domain, "About": plain(short(one.about))}
        case Deal():
            return {
                "Worth": str(one.money or ""),
                "Stage": f"{one.stage.value} since {day(one.stage_since, zone)}",
                "Closes": f"{one.closes_on:%A, %-d %B %Y}" if one.closes_on else "",
                "Next": plain(short(one.next_step)),
                "Company": plain(one.company),
                "Contact": plain(one.contact),
            }


def plain(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


def birthday(day_: date | None) -> str:
    """A day of birth, without the year that nobody said."""
    if day_ is None:
        return ""
    return f"{day_:%-d %B}" if day_.year == NO_YEAR else f"{day_:%-d %B %Y}"


def day(at: datetime | None, zone: ZoneInfo) -> str:
    """The day of a moment, on somebody's clock."""
    return f"{at.astimezone(zone):%-d %B %Y}" if at else ""


def contact_line(one: Contact, zone: ZoneInfo) -> str:
    """A contact in one line of a list."""
    work = " at ".join(filter(None, (plain(one.title), plain(one.company))))
    touched = f"_(last touch {day(one.last_touch, zone)})_" if one.last_touch else ""
    more = ", ".join(filter(None, (work, plain(one.email), plain(one.phone))))
    return f"- **#{one.id}** {plain(one.name)}" + (f": {more}" if more else "") + (f" {touched}" if touched else "")


def deal_line(one: Deal) -> str:
    """A deal in one line of a list."""
    closes = f"closes {one.closes_on:%-d %b %Y}" if one.closes_on else ""
    step = f"next: {plain(short(one.next_step))}" if one.next_step else ""
    return "- " + ", ".join(filter(None, (f"**#{one.id}** {plain(one.name)}", str(one.money or ""), closes, step)))


def activity_line(one: Activity, zone: ZoneInfo) -> str:
    """An activity in one line of a list."""
    about = f": {plain(short(one.text))}" if one.text else ""
    return f"- {day(one.happened_at, zone)}, {HAPPENED[one.kind].lower()}{about}"


def pipeline(deals: Sequence[Deal]) -> str:
    """Deals by stage, with the sum of each currency."""
    parts = []
    for stage in Stage:
        of_stage = [deal for deal in deals if deal.stage is stage]
        if of_stage:
            head = f"**{stage.value.capitalize()}** ({len(of_stage)})"
            worth = " · ".join(map(str, sums(of_stage)))
            parts.append("\n".join([f"{head}: {worth}" if worth else head, *map(deal_line, of_stage)]))
    expected = list(sums([deal for deal in deals if deal.stage in OPEN], weighted=True))
    if len(parts) > 1 and expected:
        parts.append(f"_By the usual chances of their stages, {' and '.join(map(str, expected))} can be expected._")
    return "\n\n".join(parts)


def sums(deals: Sequence[Deal], *, weighted: bool = False) -> Iterator[Money]:
    """What deals are worth together, by currency; currencies are never added up."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        chance = Decimal(str(USUAL_PROBABILITY[deal.stage])) if weighted else Decimal(1)
        if deal.value:
            found[deal.currency] += deal.value * chance
    for currency, value in sorted(found.items(), key=lambda one: -one[1]):
        yield Money(round(value, 0 if weighted and value >= 1_000 else 2), currency)


def button(label: str, command: str, **arguments: str) -> Button:
    """Something to press."""
    return Button(label=label[:75], invocation=Invocation(command=command, arguments=arguments))


def of(one: Contact | Company | Deal) -> dict[str, str]:
    """The arguments that name it."""
    return {"kind": kind_of(one), "id": str(one.id)}


def show_button(one: Contact | Company | Deal) -> Button:
    """Shows it."""
    label = title(one)
    label = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
    return button(f"#{one.id} {label}", "show-entry", **of(one))


def buttons(one: Contact | Company | Deal, *, new: bool = False) -> Iterator[Button]:
    """What can be done with it; that it was just made is taken back, where it is ``new``."""
    if new:
        yield button("Undo", "remove-entry", **of(one))
    if isinstance(one, Deal) and one.stage in OPEN:
        later = following(one.stage)
        if later is not None:
            yield button(f"To {later.value}", "stage", id=str(one.id), to=later.value)
        for stage in (Stage.WON, Stage.LOST):
            yield button(stage.value.capitalize(), "stage", id=str(one.id), to=stage.value)
    if isinstance(one, Contact | Deal):
        yield button("Log", "log-on", **of(one))
    yield button("Edit", "edit-entry", **of(one))
    if not new:
        yield button("Delete", "remove-entry", **of(one))
