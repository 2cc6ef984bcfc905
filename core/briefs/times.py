"""What happens to a brief's time: when it has come, when it has passed, and when what it was reckoned from changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile

from core.briefs.models import BriefKind
from core.briefs.schedule import Occurrence, Rhythm
from core.people.models import BriefSettings

_MOST_SKIPPED = 7
"""Of one kind, so many of those that an outage cost are recorded; who was away for a month is not told of each."""

LOCAL = ("web", "console")
"""Surfaces that are this machine's own: nobody is looked for there who did not choose it."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A time that was reckoned.

    Attributes:
        occurrence: None where there was none to come.
        zone: the zone that it was reckoned in.
    """

    kind: BriefKind
    zone: str
    occurrence: Occurrence | None


@dataclass(frozen=True, slots=True)
class Step:
    """What a time becomes.

    Attributes:
        due: the brief to make now; None for none.
        skipped: those whose time has passed by more than the grace time.
        next: the one to come; None for never.
    """

    due: Occurrence | None
    skipped: tuple[Occurrence, ...]
    next: Occurrence | None


def advanced(timed: Timed, rhythm: Rhythm, now: datetime, grace: timedelta) -> Step:
    """After the time of a brief has come. Late within the grace time it is made all the same, once."""
    this = timed.occurrence
    if this is None or this.due_at > now:
        return Step(None, (), this)
    late = this.due_at < now - grace
    missed = _missed(rhythm, timed.kind, this, now - grace)
    following = rhythm.next(timed.kind, now - grace, this.local_date + timedelta(days=1))
    step = Step(None if late else this, missed, following)
    return replace(step, skipped=(this, *missed)[-_MOST_SKIPPED:]) if late else step


def reckoned(
    timed: Timed | None, rhythm: Rhythm, kind: BriefKind, last: date | None, now: datetime, grace: timedelta
) -> Step:
    """After the settings or the zone have changed, or for the first time.

    No day has two: what is to come is later than the last day that had one. Where it was not the reader's own choice
    that a day is without, as in a change of zone, the day counts as skipped.

    Args:
        timed: what was reckoned before.
        rhythm: what is wanted now.
        kind: which of the day's.
        last: the last day that had a brief of this kind, made or skipped.
        now: with a time zone.
        grace: how late a brief may be.
    """
    first = last + timedelta(days=1) if last else None
    old = timed.occurrence if timed else None
    moved = timed is not None and timed.zone != rhythm.zone
    pending = old is not None and old.due_at <= now
    # Who chose another time a moment ago does not get a brief of this morning for it.
    after = now - grace if moved or pending else now
    following = rhythm.next(kind, after, first)
    if old is None or not (moved or pending) or (first is not None and old.local_date < first):
        return Step(None, (), following)
    lost = rhythm.due(kind, old.local_date)
    if lost is None or (following is not None and following.local_date <= lost.local_date):
        return Step(None, (), following)
    return Step(None, (lost, *_missed(rhythm, kind, lost, after))[-_MOST_SKIPPED:], following)


def _missed(rhythm: Rhythm, kind: BriefKind, this: Occurrence, until: datetime) -> tuple[Occurrence, ...]:
    """Those after one whose time is not later than a moment."""
    if this.due_at > until:
        return ()
    later = rhythm.coming(kind, this.due_at, this.local_date + timedelta(days=1))
    return tuple(takewhile(lambda one: one.due_at <= until, later))


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a person: a direct message, or mail.

    Attributes:
        surface: ``slack``, ``discord``, ``web``, ``console`` or ``email``.
        person_id, org_id: whose account it is; one human may have several.
        tenant, channel: the direct message; empty for mail.
    """

    surface: str
    person_id: int
    org_id: int
    tenant: str = ""
    channel: str = ""

    @property
    def kind(self) -> str:
        """The channel of a delivery: ``chat`` or ``email``."""
        return "email" if self.surface == "email" else "chat"


def way_to(settings: BriefSettings, ways: Sequence[Way]) -> Way | None:
    """The way that a person's briefs go; None where there is none that they want.

    Args:
        settings: what they chose.
        ways: all that there are, the direct message that was last written in first.
    """
    if settings.by:
        chosen = next((way for way in ways if way.surface == settings.by), None)
        if chosen is not None or not settings.fallback:
            return chosen
    return next(_unchosen(ways), None)


def _unchosen(ways: Sequence[Way]) -> Iterator[Way]:
    """In the order in which they are tried: chats first, and none that is this machine's own."""
    yield from (way for way in ways if way.surface not in (*LOCAL, "email"))
    yield from (way for way in ways if way.surface == "email")
