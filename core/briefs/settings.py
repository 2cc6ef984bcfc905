"""When and where a person gets briefs: as a page, and as forms to change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

from core.briefs.models import TIMES, BriefKind
from core.briefs.wishes import COMMAND, Changes, Moment, clock_time, to_come, weekdays, wish
from core.conversation.handling import Asked, Say
from core.desk import FormMaker, SectionMaker, Visitor
from core.people.models import BriefSettings
from core.people.settings import shown
from core.people.stores import PeopleStore
from core.registry import CommandError, Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button, Form, FormField, Page, Section

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WAYS = {
    "": "the direct message that you wrote in last",
    "slack": "Slack",
    "discord": "Discord",
    "email": "e-mail, to the address that `email` shows",
    "web": "the web chat",
}
FieldMaker = Callable[[BriefSettings], Iterator[FormField]]
_NOT_ANY_MORE = ("", "no", "none", "off", "never")


class BriefPage:
    """Shows and keeps the settings.

    Args:
        people: where they are kept.
        holidays_known: whether the public holidays of a place are known.
    """

    def __init__(self, people: PeopleStore, holidays_known: Callable[[str], bool] = lambda _place: True) -> None:
        self._people = people
        self._holidays_known = holidays_known

    def show(self, chosen: BriefSettings, asked: Asked, *, saved: bool = False) -> Say:
        """The page."""
        zone, titled = asked.asker.zone, "Saved." if saved else "Your briefs"
        section = _section(_as_of(chosen, asked.now, zone), zone, titled=titled)
        return shown(Page(title="Briefs", sections=(section,)))

    async def keep(self, asked: Asked) -> Say:
        """What was filled in. Raises CommandError, and then nothing is changed."""
        given, chosen = asked.invocation.arguments, asked.person.briefs
        if not given:
            return Say("Change one at a time, such as `brief morning 7:30`, `brief days Mon-Thu` or `brief by email`.")
        moment = Moment(asked.now, zone_of(asked.asker.zone), asked.place.surface)
        if asked.invocation.command == "brief-times":
            changes = _times(given, chosen, moment)
        else:
            changes = _ways(given, chosen, moment)
        return self.show(await self.change(asked, changes), asked, saved=True)

    async def change(self, asked: Asked, changes: Changes) -> BriefSettings:
        """Keep a change, and return what is chosen then. Raises CommandError."""
        place = str(changes.get("holidays") or "")
        if place and not self._holidays_known(place):
            raise CommandError(
                f"I know no public holidays of {place}. Write a country, or a part of one, by its code, such as "
                "`brief holidays DE-BY`.", COMMAND,
            )  # fmt: skip
        chosen = asked.person.briefs.model_copy(update=changes)
        await self._people.choose(asked.asker.person_id, {"briefs": chosen.model_dump(mode="json")})
        return chosen


def _now() -> datetime:
    return datetime.now(UTC)


def _as_of(chosen: BriefSettings, now: datetime, zone: str) -> BriefSettings:
    """What is chosen, without the pause and the quiet days that are over."""
    today = now.astimezone(zone_of(zone)).date()
    paused = chosen.paused_until if chosen.paused_until > today.isoformat() else ""
    return chosen.model_copy(update={"paused_until": paused, "quiet": to_come(chosen.quiet, today)})


def brief_section(people: PeopleStore, now: Callable[[], datetime] = _now) -> SectionMaker:
    """The section on briefs, of the settings."""

    async def make(visitor: Visitor) -> Section | None:
        known = await people.known(visitor.surface, visitor.tenant, visitor.account)
        if known is None:
            return _section(BriefSettings(), "")
        return _section(_as_of(known.settings.briefs, now(), known.zone), known.zone)

    return make


def brief_forms(people: PeopleStore, now: Callable[[], datetime] = _now) -> Mapping[str, FormMaker]:
    """The forms to change them."""

    def maker(fields: FieldMaker, command: str, title: str) -> FormMaker:
        async def make(visitor: Visitor, invocation: Invocation) -> Form | None:
            if invocation.arguments:
                return None
            known = await people.known(visitor.surface, visitor.tenant, visitor.account)
            chosen = _as_of(known.settings.briefs, now(), known.zone) if known else BriefSettings()
            return Form(title=title, invocation=Invocation(command=command), fields=tuple(fields(chosen)))

        return make

    return {
        "brief-times": maker(_time_fields, "brief-times", "When briefs come"),
        "brief-ways": maker(_way_fields, "brief-ways", "Where briefs come"),
    }


def _section(chosen: BriefSettings, zone: str, titled: str = "Briefs") -> Section:
    text = "\n".join(f"- **{name}:** {value}" for name, value in _lines(chosen, zone))
    on = chosen.on and not chosen.paused_until
    buttons = (
        Button(label="Change times", invocation=Invocation(command="brief-times"), style="primary"),
        Button(label="Change the rest", invocation=Invocation(command="brief-ways")),
        _button("Preview the next", "preview"),
        _button("No briefs", "off") if on else _button("Briefs again", "on"),
    )
    return Section(title=titled, text=text, buttons=buttons)


def _button(label: str, what: str) -> Button:
    return Button(label=label, invocation=Invocation(command=COMMAND, arguments={"what": what}))


def _lines(chosen: BriefSettings, zone: str) -> Iterator[tuple[str, str]]:
    paused = f"paused until {_day(chosen.paused_until)}" if chosen.paused_until else "yes"
    yield "On", paused if chosen.on else "no"
    yield "Times", ", ".join(f"{kind} {time_of(chosen, kind) or 'never'}" for kind in BriefKind)
    yield "Days", spoken(chosen.days)
    without = [f"public holidays of {chosen.holidays}"] if chosen.holidays else []
    without += [" to ".join(map(_day, entry.split("/"))) for entry in chosen.quiet]
    if without:
        yield "Never on", "; ".join(without)
    yield "Where", _WAYS[chosen.by] + ("; another way where that fails" if chosen.fallback else "")
    yield "With nothing to say", "nothing is sent" if chosen.silent else "a short line"
    if zone:
        yield "Time zone", zone


def time_of(chosen: BriefSettings, kind: BriefKind) -> str:
    """When a kind of brief comes; empty for never."""
    return chosen.times.get(kind.value, f"{TIMES[kind]:%H:%M}")


def spoken(days: tuple[int, ...]) -> str:
    """``Mon-Fri, Sun``, which can be read again."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [[_DAYS[day] for day in run] for run in runs]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in names)


def _day(iso: str) -> str:
    try:
        return f"{date.fromisoformat(iso):%-d %B %Y}"
    except ValueError:
        return iso


def _time_fields(chosen: BriefSettings) -> Iterator[FormField]:
    for kind in BriefKind:
        value, label = time_of(chosen, kind) or "off", kind.capitalize()
        yield FormField(name=kind.value, label=label, value=value, hint="A time such as 7:30, or off", longest=20)
    yield FormField(
        name="days", label="Days", value=spoken(chosen.days), hint="Such as Mon-Fri, or every day", longest=60
    )
    yield FormField(
        name="paused", label="Paused until", value=chosen.paused_until or "no",
        hint="The first day with briefs again, such as Monday; or no", longest=40,
    )  # fmt: skip


def _way_fields(chosen: BriefSettings) -> Iterator[FormField]:
    ways = tuple((way or "auto", name[:1].upper() + name[1:]) for way, name in _WAYS.items())
    yield FormField(name="by", label="Where", kind="choice", value=chosen.by or "auto", choices=ways)
    yield FormField(
        name="fallback", label="Where that fails", kind="toggle", value="yes" if chosen.fallback else "no",
        hint="Try another way",
    )  # fmt: skip
    yield FormField(
        name="silent", label="With nothing to say", kind="toggle", value="yes" if chosen.silent else "no",
        hint="Send nothing",
    )  # fmt: skip
    yield FormField(
        name="holidays", label="Public holidays of", value=chosen.holidays or "none",
        hint="A country, or a part of one, such as DE or DE-BY; or none", longest=10,
    )  # fmt: skip
    yield FormField(
        name="quiet", label="Further quiet days", kind="text", value="\n".join(chosen.quiet),
        hint="One a line: 2026-12-24, or 2026-12-24/2027-01-02", longest=1_000,
    )  # fmt: skip


def _times(given: Mapping[str, str], chosen: BriefSettings, moment: Moment) -> Changes:
    times = {kind.value: clock_time(given[kind.value]) for kind in BriefKind if given.get(kind.value)}
    changes: Changes = {"times": {**chosen.times, **times}}
    if given.get("days"):
        changes["days"] = weekdays(given["days"])
    paused = given.get("paused", "").strip()
    if paused.casefold() in _NOT_ANY_MORE:
        changes["paused_until"] = ""
    elif paused != chosen.paused_until:
        changes |= wish(f"pause {paused}", chosen, moment) or {}
    return changes


def _ways(given: Mapping[str, str], chosen: BriefSettings, moment: Moment) -> Changes:
    changes: Changes = {}
    for field in ("by", "fallback", "silent", "holidays"):
        if value := given.get(field):
            changes |= wish(f"{field} {value}", chosen, moment) or {}
    quiet = chosen.model_copy(update={"quiet": ()})
    for row in given.get("quiet", "").splitlines():
        if row.strip():
            quiet = quiet.model_copy(update=_quiet_day(row.strip(), quiet, chosen, moment))
    return {**changes, "quiet": quiet.quiet}


def _quiet_day(row: str, quiet: BriefSettings, chosen: BriefSettings, moment: Moment) -> Changes:
    """One more quiet day; what was kept before stays as it is, though it may have passed. Raises CommandError."""
    if row in chosen.quiet:
        return {"quiet": tuple(dict.fromkeys((*quiet.quiet, row)))}
    changes = wish(f"quiet {row}", quiet, moment)
    if changes is None:
        raise CommandError(f"“{row[:30]}” is no day.", COMMAND)
    return changes
