"""What of everything that was found may become a priority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from core.briefs.alike import covered
from core.briefs.candidates import Candidate
from core.briefs.found import Found, FoundDeal, FoundNote, FoundTask
from core.briefs.models import Act
from core.notes.models import TO_DO, NoteKind
from core.notes.showing import short
from core.work.deals import OPEN


def hidden(found: Found, today: date) -> frozenset[str]:
    """The refs that are not to be shown: not relevant, done where nothing else says so, put off until tomorrow.

    A deal that has changed since is something new.
    """
    changed = {deal.ref: deal.changed_at for deal in found.deals}
    refs = set()
    for line in found.lines:
        own = not line.ref.startswith("task:")  # a task knows itself whether it is done or put off
        settled = line.act == Act.DISMISS or (line.act == Act.DONE and own)
        later = line.act == Act.SNOOZE and own and line.local_date == today
        as_it_was = line.acted_at is None or line.ref not in changed or changed[line.ref] <= line.acted_at
        if (settled or later) and as_it_was:
            refs.add(line.ref)
    return frozenset(refs)


def candidates(found: Found, at: datetime, hide: frozenset[str]) -> list[Candidate]:
    """What could be done at a moment; what is put off beyond it is left out."""
    put_off = Counter(line.ref for line in found.lines if line.act == Act.SNOOZE)
    return [one for one in _all(found, at, put_off) if one.ref not in hide]


def is_open(task: FoundTask, at: datetime) -> bool:
    """Whether a task was still to be done at a moment."""
    return task.done_at is None or task.done_at > at


def is_put_off(task: FoundTask, at: datetime) -> bool:
    """Whether it was put off beyond a moment."""
    return task.snoozed_until is not None and task.snoozed_until > at


def _all(found: Found, at: datetime, put_off: Counter[str]) -> Iterator[Candidate]:
    for task in found.tasks:
        if is_open(task, at) and not is_put_off(task, at):
            yield _of_task(task, put_off[task.ref])
    for note in found.notes:
        if note.mine and note.kind in TO_DO:
            yield _of_note(note, put_off[note.ref])
    for deal in found.deals:
        if deal.mine and deal.next_step and deal.stage in OPEN and not _is_a_task(deal, found, at):
            yield _of_deal(deal, put_off[deal.ref])


def _is_a_task(deal: FoundDeal, found: Found, at: datetime) -> bool:
    """Whether the next step is one of the open tasks that belong to the deal; also where that is put off."""
    return any(
        task.deal_name == deal.name and is_open(task, at) and covered(deal.next_step, task.text) for task in found.tasks
    )


def _of_task(task: FoundTask, snoozed: int) -> Candidate:
    return Candidate(
        ref=task.ref,
        text=short(task.text),
        created_at=task.created_at,
        due_at=task.due_at,
        importance=task.importance,
        effort_minutes=task.effort_minutes,
        energy=task.energy,
        who=task.waiting,
        waiting_since=task.created_at if task.waiting else None,
        promised=task.promised,
        blocked=task.blocked,
        waits_for=tuple(task.after),
        unblocks=task.unblocks,
        goal=task.goal,
        goal_importance=task.goal_importance,
        deal_name=task.deal_name,
        deal_value=task.deal_value,
        deal_currency=task.deal_currency,
        deal_stage=task.deal_stage,
        deal_closes_on=task.deal_closes_on,
        snoozed=snoozed,
    )


def _of_note(note: FoundNote, snoozed: int) -> Candidate:
    """A promise, or something to do, that was said and is no task. Nobody has weighed it but the detector."""
    promised = note.kind is NoteKind.COMMITMENT
    return Candidate(
        ref=note.ref,
        text=short(note.text),
        created_at=note.said_at,
        due_at=note.due_at,
        importance=round(1 + 4 * note.importance),
        guessed=True,
        who=note.who,
        waiting_since=note.said_at if note.who else None,
        promised=promised,
        snoozed=snoozed,
    )


def _of_deal(deal: FoundDeal, snoozed: int) -> Candidate:
    return Candidate(
        ref=deal.ref,
        text=short(deal.next_step),
        created_at=deal.stage_since,
        deal_name=deal.name,
        deal_value=deal.value,
        deal_currency=deal.currency,
        deal_stage=deal.stage,
        deal_closes_on=deal.closes_on,
        snoozed=snoozed,
    )
