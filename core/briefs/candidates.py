"""What may become a priority or an opportunity, with all that their formulas look at."""

from __future__ import annotations

from datetime import date, datetime

from core.values import Frozen


class Candidate(Frozen):
    """Something that a person could do now.

    Attributes:
        ref: ``task:12``, ``note:7`` (a commitment that is no task), ``deal:3`` (its next step).
        due_at: when it is due; None for no time.
        importance: from 1 to 5; None where nobody said.
        guessed: whether the importance is what the detector of notes made of it, and nobody's word.
        effort_minutes: how long it takes; None where nobody said.
        energy: ``low``, ``high`` or empty.
        who: who waits for it; empty for nobody.
        waiting_since: since when they wait.
        promised: whether it was promised to them.
        blocked: why it cannot be begun; empty where it can.
        waits_for: the refs of what has to be done before.
        unblocks: how many other open things wait for it.
        goal: the goal that it serves, with its importance from 1 to 5.
        deal_value: of the deal that it belongs to, in ``deal_currency``.
        deal_stage: as in core/work/deals.py.
        snoozed: how often it was put off.
        created_at: since when it is known.
    """

    ref: str
    text: str
    created_at: datetime
    due_at: datetime | None = None
    importance: int | None = None
    guessed: bool = False
    effort_minutes: int | None = None
    energy: str = ""
    who: str = ""
    waiting_since: datetime | None = None
    promised: bool = False
    blocked: str = ""
    waits_for: tuple[str, ...] = ()
    unblocks: int = 0
    goal: str = ""
    goal_importance: int = 0
    deal_name: str = ""
    deal_value: float | None = None
    deal_currency: str = ""
    deal_stage: str = ""
    deal_closes_on: date | None = None
    snoozed: int = 0


class Tie(Frozen):
    """A contact, with what may speak for getting in touch.

    Attributes:
        touches: when one was in touch, the newest first, at most 20.
        rhythm_days: how often the person wants to be; None for the usual rhythm.
        promised: open promises to the contact.
        deal_stage_since: how long its deal has stood where it stands.
        usual_value: the median of the person's open deals in the same currency; None for no deals.
        meeting_at: the next meeting with the contact.
        dropped_at: when the person last said “not this one”.
        later_until: until when the person put it off, where that is not settled.
    """

    contact_id: int
    name: str
    company: str = ""
    email: str = ""
    title: str = ""
    touches: tuple[datetime, ...] = ()
    last_words: str = ""
    rhythm_days: int | None = None
    birthday: date | None = None
    promised: tuple[str, ...] = ()
    deal_id: int | None = None
    deal_name: str = ""
    deal_stage: str = ""
    deal_stage_since: datetime | None = None
    deal_value: float | None = None
    deal_currency: str = ""
    deal_closes_on: date | None = None
    deal_next_step: str = ""
    usual_value: float | None = None
    meeting_at: datetime | None = None
    created_at: datetime | None = None
    dropped_at: datetime | None = None
    later_until: datetime | None = None
