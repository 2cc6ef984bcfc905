"""The commands on briefs: one now, what the next will say, and when they come."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from core.briefs.acting import Acting
from core.briefs.chat import shown
from core.briefs.delivering import may_be_shown
from core.briefs.models import TIMES, BriefKind
from core.briefs.ports import BriefStore
from core.briefs.readers import reader_of
from core.briefs.service import BriefService
from core.briefs.settings import BriefPage
from core.briefs.wishes import COMMAND, Moment, clock_time, wish
from core.conversation.handling import Ask, Asked, Handlers, Say
from core.conversation.wording import ADMINS_ONLY
from core.desk import Completer, Visitor, matching
from core.people.models import RoomBrief
from core.people.stores import PeopleStore
from core.registry import Choice, CommandError
from core.reminders.moments import moment, zone_of

_ROOM_TIME = "09:00"
_UNKNOWN = (
    "I did not understand that. Write `brief now`, `brief preview`, `brief settings`, `brief off`, "
    "`brief pause until Monday` or `brief morning 7:30`; `brief done 2` and `brief why 2` are on a line of your latest."
)
_ACT = re.compile(r"(done|later|snooze|ask|why|irrelevant|dismiss|undo) #?(\d{1,3})(?: (.+))?", re.IGNORECASE)
_BY_LETTER = re.compile(r"(?:done|later|snooze|ask|why|irrelevant|dismiss) #?[a-z](?: .+)?", re.IGNORECASE)
_NOT_KEPT = (
    "A brief that you ask for has letters, since it is not kept: press the buttons under it, or name a task by its "
    "number, such as `done 7`. The briefs that come by themselves have numbers."
)
_ACTS = {"later": "snooze", "irrelevant": "dismiss"}
_OFFERED = (
    Choice("now", "Your brief now"),
    Choice("preview", "What the next brief will say"),
    Choice("settings", "When and where briefs come"),
    Choice("off", "No briefs any more"),
    Choice("on", "Briefs again"),
    Choice("pause until Monday", "No briefs until Monday"),
    Choice("morning 7:30", "The morning's brief at another time"),
    Choice("days Mon-Fri", "On which days"),
    Choice("holidays DE", "No briefs on public holidays"),
    Choice("channel morning 9:00", "A brief for this channel (admins)"),
)


def briefing(
    service: BriefService,
    store: BriefStore,
    people: PeopleStore,
    acting: Acting,
    page: BriefPage,
    *,
    patience: timedelta = timedelta.max,
) -> Handlers:
    """What carries these commands out.

    Args:
        service: makes briefs.
        store: where they are kept.
        people: where it is kept what somebody has chosen.
        acting: does what is done with a line.
        page: shows and keeps the settings.
        patience: so long after it was handed over a brief may still come; after an outage it comes no more.
    """
    briefs = _Briefs(service, store, people, acting, page, patience)
    return {
        COMMAND: briefs.brief,
        "due-brief": briefs.due,
        "brief-act": acting.act,
        "brief-times": page.keep,
        "brief-ways": page.keep,
    }


def completing_briefs() -> Completer:
    """Offers what can be written after ``brief``."""

    async def complete(visitor: Visitor, typed: str) -> Sequence[Choice]:
        return matching(_OFFERED, typed)

    return complete


class _Briefs:
    def __init__(
        self,
        service: BriefService,
        store: BriefStore,
        people: PeopleStore,
        acting: Acting,
        page: BriefPage,
        patience: timedelta,
    ) -> None:
        self._service = service
        self._store = store
        self._people = people
        self._acting = acting
        self._page = page
        self._patience = patience

    async def due(self, asked: Asked) -> Say:
        """Robbie's own word: nothing where it is not the place that the brief is for, or much too late."""
        id = asked.argument("id")
        late = asked.said_at is not None and asked.now - asked.said_at > self._patience
        if not id.isdecimal() or len(id) > 18 or late:
            return Say("")
        asker = asked.asker
        due = await self._store.due(asker.org_id, asker.person_id, int(id), asked.place.room)
        if due is None or not may_be_shown(due, asked.place, asker):
            return Say("")
        made = await self._service.make(due)
        return shown(made, due.id) if made.said else Say("")

    async def brief(self, asked: Asked) -> Say | Ask:
        """Now, a preview, the settings, a change of them, or something done with a line."""
        what = " ".join(asked.argument("what").split())
        word, _, rest = what.casefold().partition(" ")
        if word == "channel":
            return await self._channel(asked, rest)
        if word in ("settings", "einstellungen"):
            return self._page.show(asked.person.briefs, asked)
        if found := _ACT.fullmatch(what):
            act = found[1].casefold()
            return await self._acting.latest(asked, int(found[2]), _ACTS.get(act, act), found[3] or "")
        if _BY_LETTER.fullmatch(what):
            raise CommandError(_NOT_KEPT, COMMAND)
        if word in ("", "now", "jetzt", "preview", "vorschau") or what.casefold() in _KINDS:
            return await self._made(asked, word, rest)
        changes = wish(what, asked.person.briefs, _moment(asked))
        if changes is None:
            raise CommandError(_UNKNOWN, COMMAND)
        return self._page.show(await self._page.change(asked, changes), asked, saved=True)

    async def _made(self, asked: Asked, word: str, rest: str) -> Say:
        reader, local = reader_of(asked), asked.now.astimezone(zone_of(asked.asker.zone))
        if word not in ("preview", "vorschau"):
            kind = _KINDS.get(word) or _KINDS.get(rest) or fitting(local.time())
            return shown(await self._service.now(reader, kind, asked.now))
        kind, at = next_brief(asked.person.briefs.times, local, _KINDS.get(rest))
        made = await self._service.preview(reader, kind, at)
        return shown(made, before=f"_This is how your {kind.value} brief of {at:%-d %B, %H:%M} looks so far._")

    async def _channel(self, asked: Asked, rest: str) -> Say:
        """A brief for everybody in the channel, of what all of them may see. Raises CommandError."""
        if asked.place.direct:
            raise CommandError("Use this in the channel that shall get a brief.", COMMAND)
        if not asked.asker.admin:
            return Say(ADMINS_ONLY)
        if rest in ("off", "none", "aus"):
            await self._people.choose_for_channel(asked.asker.org_id, asked.place, {"brief": None})
            return Say("This channel gets no brief any more.")
        times = _times(rest, asked.channel.brief.times if asked.channel.brief else {})
        brief = RoomBrief(zone=asked.asker.zone, times=times, by=asked.asker.person_id)
        await self._people.choose_for_channel(asked.asker.org_id, asked.place, {"brief": brief.model_dump(mode="json")})
        listed = ", ".join(f"{kind} {at}" for kind, at in times.items())
        return Say(
            f"This channel gets a brief on weekdays: {listed} ({asked.asker.zone}). It says only what was shared with "
            "everybody here. `brief channel off` ends it."
        )


_KINDS = {kind.value: kind for kind in BriefKind}


def _times(rest: str, before: Mapping[str, str]) -> dict[str, str]:
    """The times of a channel: ``morning 9:00``, ``9:00``, or nothing for the usual one. Raises CommandError."""
    kind, _, at = rest.partition(" ")
    if kind not in _KINDS:
        kind, at = BriefKind.MORNING.value, rest
    times = {**before, kind: clock_time(at) if at else _ROOM_TIME}
    times = {name: value for name, value in times.items() if value}
    if not times:
        raise CommandError("That leaves no brief. `brief channel off` ends them.", COMMAND)
    return times


def fitting(at: time) -> BriefKind:
    """The kind of brief that fits an hour."""
    if at < time(12):
        return BriefKind.MORNING
    return BriefKind.AFTERNOON if at < time(17) else BriefKind.EVENING


def next_brief(
    times: Mapping[str, str], local: datetime, wanted: BriefKind | None = None
) -> tuple[BriefKind, datetime]:
    """The next brief by its wall time, today or tomorrow; the one of a kind, where it is said which."""
    zone = zone_of(str(local.tzinfo))
    walls = {}
    for kind in [wanted] if wanted else BriefKind:
        chosen = times.get(kind.value)
        if wanted or chosen != "":
            walls[kind] = time.fromisoformat(chosen) if chosen else TIMES[kind]
    moments = [
        (moment(local.date() + timedelta(days=day), at, zone), kind)
        for day in (0, 1)
        for kind, at in (walls or TIMES).items()
    ]
    at, kind = min((at, kind) for at, kind in moments if at > local)
    return kind, at


def _moment(asked: Asked) -> Moment:
    return Moment(asked.now, zone_of(asked.asker.zone), asked.place.surface)
