"""The commands on calendars: where they come from, and what a day looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.conversation.handling import Asked, Handlers, Say
from core.conversation.sealing import is_sealed
from core.desk import FormMaker, Visitor
from core.notes.showing import short
from core.registry import CommandError, Invocation
from core.reminders.moments import in_words, zone_of
from core.rendering.message import Button, Form, FormField
from core.work.agenda import agenda, bounds
from core.work.agenda_words import lines_of
from core.work.calendar import Calendar, Calendars, SourceKind
from core.work.syncing import Access
from core.work.when import day_of

NOT_HERE = (
    "That is for a direct message with me: whoever knows the address of a calendar can read it. "
    "I have kept nothing of it. If others could read the address here, let your calendar make a new one."
)
_FORM = "connect-calendar"
_NONE = (
    "You have no calendars here yet. In a direct message with me, `calendar add ADDRESS` takes the secret address of "
    "one (ICS), and `calendar caldav` an account on a CalDAV server. I only read them."
)
_NOT_THERE = "That calendar is not there any more."
_WHERE = (
    "In Google Calendar: Settings, your calendar, “Secret address in iCal format”. In Outlook: Settings, Shared "
    "calendars, Publish a calendar, the ICS link."
)
_NO_ADDRESS = f"I need an address that begins with https:// or webcal://. {_WHERE}"
_A_PAGE = f"That is a page that shows a calendar. I need the calendar's secret address. {_WHERE}"
_READABLE = (
    "That address begins with `http://`: whoever is on the way there can read your password. Remove the calendar and "
    "connect it by `https://` if the server knows that, and make a new app password then."
)
_LONGEST = 2_000
_MOST = 20


@dataclass(frozen=True, slots=True)
class Safe:
    """Seals what must not be read by whoever sees the database.

    Attributes:
        seal: seals.
        open: opens what was sealed; None where it cannot.
    """

    seal: Callable[[str], bytes]
    open: Callable[[bytes], str | None]


def scheduling(calendars: Calendars, safe: Safe) -> Handlers:
    """What carries these commands out."""
    work = _Calendars(calendars, safe)
    return {
        "calendar": work.calendar,
        _FORM: work.connect,
        "restore-calendar": work.restore,
        "agenda": work.agenda,
    }


def calendar_forms() -> dict[str, FormMaker]:
    """The form of an account, where its person is alone with Robbie."""

    async def form(visitor: Visitor, invocation: Invocation) -> Form | None:
        given = invocation.arguments
        wanted = invocation.command == _FORM or (given.get("do") == "caldav" and not given.get("of"))
        if not visitor.direct or not wanted or given.get("password"):
            return None
        return Form(
            title="Connect a calendar",
            invocation=Invocation(command=_FORM),
            fields=(
                FormField(name="url", label="Address", hint="such as https://cloud.example.com", required=True),
                FormField(name="user", label="User name", required=True),
                FormField(name="password", label="App password", hint="made for me alone", required=True, secret=True),
            ),
            submit="Connect",
        )

    return {"calendar": form, _FORM: form}


class _Calendars:
    def __init__(self, calendars: Calendars, safe: Safe) -> None:
        self._calendars = calendars
        self._safe = safe

    async def calendar(self, asked: Asked) -> Say:
        given = asked.argument("of")
        match asked.argument("do") or ("add" if is_sealed(given) else "list"):
            case "add":
                return await self._add(asked)
            case "caldav":
                return await self._caldav(asked)
            case "remove":
                return await self._remove(asked)
            case "sync":
                return await self._sync(asked)
            case _:
                return await self._list(asked)

    async def connect(self, asked: Asked) -> Say:
        """What was filled in for an account."""
        self._alone(asked)
        user, password = self._opened(asked, "user"), self._opened(asked, "password")
        return await self._connected(asked, self._opened(asked, "url"), user, password)

    async def restore(self, asked: Asked) -> Say:
        id = _number(asked.argument("id"))
        calendar = await self._calendars.restore(asked.asker, id) if id else None
        return Say(f"**{calendar.name}** is back: I read it again now.") if calendar else Say(_NOT_THERE)

    async def agenda(self, asked: Asked) -> Say:
        """A day; its events are nobody else's to read, so the answer is private."""
        zone = zone_of(asked.asker.zone)
        day = day_of(asked.argument("day"), asked.now, zone)
        start, end = bounds(day, zone)
        events = await self._calendars.events(asked.asker, start, end, (day, day + timedelta(days=1)))
        blocks = await self._calendars.blocks(asked.asker, start, end)
        calendars = await self._calendars.all(asked.asker)
        lines, links = lines_of(agenda(events, blocks, day, zone, asked.now), zone)
        problems = [f"**{one.name}** could not be read: {one.problem}" for one in calendars if one.problem]
        parts = ["\n".join(lines), *problems, *([] if calendars else [_NONE])]
        buttons = tuple(_button("Give back", "give-back", block.id) for block in blocks[:3])
        return Say("\n\n".join(parts), buttons, links=links)

    async def _add(self, asked: Asked) -> Say:
        self._alone(asked)
        address = _address(self._opened(asked, "of"))
        host = urlsplit(address).hostname or ""
        return await self._kept(asked, "ics", host, Access(address))

    async def _caldav(self, asked: Asked) -> Say:
        """An account in one line, for who has no forms; else the way to the form."""
        self._alone(asked)
        words = self._opened(asked, "of").split() if asked.argument("of") else []
        if len(words) == 3:
            return await self._connected(asked, *words)
        form = Button(label="Fill in", invocation=Invocation(command=_FORM), style="primary")
        return Say(
            "I need the server's address, your user name and an app password that you make for me; I only read. "
            "Where there are no forms, write `calendar caldav ADDRESS USER PASSWORD`.",
            (form,),
        )

    async def _connected(self, asked: Asked, url: str, user: str, password: str) -> Say:
        address = _address(url if "://" in url else f"https://{url}")
        name = f"{user} at {urlsplit(address).hostname}"
        said = await self._kept(asked, "caldav", name, Access(address, user, password))
        return replace(said, text=f"{said.text}\n\n{_READABLE}") if urlsplit(address).scheme == "http" else said

    async def _kept(self, asked: Asked, kind: SourceKind, name: str, access: Access) -> Say:
        if len(await self._calendars.all(asked.asker)) >= _MOST:
            raise CommandError(f"I read at most {_MOST} calendars for one person. Remove one first.", "calendar")
        sealed = self._safe.seal(access.packed())
        calendar = await self._calendars.add(asked.asker, kind, name, sealed, origin=asked.inbox_id)
        said = f"I read **{name}** from now on (calendar #{calendar.id}), and change nothing in it."
        return Say(f"{said} `agenda` shows your day in a minute.", (_remove(calendar),))

    async def _remove(self, asked: Asked) -> Say:
        id = _number(asked.argument("of"))
        calendar = await self._calendars.remove(asked.asker, id) if id else None
        if calendar is None:
            return Say(_NOT_THERE)
        undo = _button("Undo", "restore-calendar", calendar.id)
        return Say(f"I do not read **{calendar.name}** any more, and have deleted its events here.", (undo,))

    async def _sync(self, asked: Asked) -> Say:
        id = _number(asked.argument("of"))
        calendar = await self._calendars.sync(asked.asker, id) if id else None
        return Say(f"I read **{calendar.name}** again now.") if calendar else Say(_NOT_THERE)

    async def _list(self, asked: Asked) -> Say:
        found = await self._calendars.all(asked.asker)
        if not found:
            return Say(_NONE)
        return Say("\n".join(_lines(found, zone_of(asked.asker.zone))), tuple(map(_remove, found[:5])))

    def _alone(self, asked: Asked) -> None:
        """Raises CommandError where others may read."""
        if not asked.place.direct:
            raise CommandError(NOT_HERE, "calendar")

    def _opened(self, asked: Asked, name: str) -> str:
        """What was sealed before it was stored. Raises CommandError."""
        given = asked.argument(name)
        text = self._safe.open(given.encode()) if is_sealed(given) else None
        if text is None:
            raise CommandError(_NO_ADDRESS, "calendar")
        return text.strip()


def _address(text: str) -> str:
    """An address as people paste it, made fit to be read. Raises CommandError."""
    plain = text.strip().strip("<>").partition("|")[0]
    try:
        parts = urlsplit(plain.replace("webcals://", "https://", 1).replace("webcal://", "https://", 1))
    except ValueError:  # such as an open bracket
        raise CommandError(_NO_ADDRESS, "calendar") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or len(plain) > _LONGEST or " " in plain:
        raise CommandError(_NO_ADDRESS, "calendar")
    if parts.hostname == "calendar.google.com" and not parts.path.startswith("/calendar/ical/"):
        raise CommandError(_A_PAGE, "calendar")
    return parts.geturl()


def _lines(calendars: Sequence[Calendar], zone: ZoneInfo) -> list[str]:
    return [f"- **#{one.id}** {short(one.name)}: {_state(one, zone)}" for one in calendars]


def _state(calendar: Calendar, zone: ZoneInfo) -> str:
    read = f"read on {in_words(calendar.synced_at, zone)}" if calendar.synced_at else "not read yet"
    held = f"{calendar.events} {'event' if calendar.events == 1 else 'events'}"
    return f"{held}, {read}" + (f". {calendar.problem}" if calendar.problem else "")


def _remove(calendar: Calendar) -> Button:
    arguments = {"do": "remove", "of": str(calendar.id)}
    return Button(label=f"Remove #{calendar.id}", invocation=Invocation(command="calendar", arguments=arguments))


def _button(label: str, command: str, id: int) -> Button:
    return Button(label=label, invocation=Invocation(command=command, arguments={"id": str(id)}))


def _number(text: str) -> int | None:
    digits = text.strip().removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
