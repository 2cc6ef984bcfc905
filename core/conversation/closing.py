"""What a turn ends with: its outcome, and the messages that say it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.conversation import wording
from core.conversation.composing import compose, safe
from core.conversation.handling import Say
from core.conversation.live import Live
from core.conversation.ports import Surface
from core.conversation.stores import Claim, Earlier, Outcome, Remembered
from core.conversation.voices import ROBBIE, Spoken, Voice
from core.rendering.harmless import canonical, links_in
from core.rendering.message import Outgoing
from core.routing.models import Answer, Level, Usage

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a turn, before it is written.

    Attributes:
        text: for the transcript; empty where others may not read it.
        answer: what models were asked, if they were.
        forgets: as in ``Say``.
        recalled: the memories that the answer was given.
    """

    outcome: Outcome
    text: str
    parts: Sequence[Outgoing]
    answer: Answer | None = None
    voice: Voice = ROBBIE
    forgets: bool = False
    recalled: Sequence[int] = ()


def without_asking(claim: Claim, max_attempts: int, limit: int) -> Closing | None:
    """How a turn ends where there is nothing to ask or to do; None where there is."""
    if claim.cancel == "delete":
        return line("deleted", wording.DELETED, limit)
    if claim.earlier is not None:
        return _kept(claim, claim.earlier, max_attempts, limit)
    if claim.cancel == "stop":
        return line("stopped", wording.STOPPED, limit)
    if claim.attempts > max_attempts:
        _log.error("message %s is set aside after %s attempts", claim.inbox_id, claim.attempts - 1)
        return line("set_aside", wording.SET_ASIDE, limit)
    if claim.command is None and not (claim.text.strip() or claim.files):
        return line("answered", wording.EMPTY, limit)
    return None


def _kept(claim: Claim, earlier: Earlier, max_attempts: int, limit: int) -> Closing | None:
    """The answer that should have been given again, where it stays."""
    if claim.cancel == "stop":
        return unchanged(earlier, "", limit)
    if claim.attempts > max_attempts:
        _log.error("message %s is not answered again after %s attempts", claim.inbox_id, claim.attempts - 1)
        return unchanged(earlier, wording.NOT_AGAIN, limit)
    return unchanged(earlier, wording.CHANGED, limit) if earlier.note else None


def line(outcome: Outcome, text: str, limit: int) -> Closing:
    """A line of Robbie's own."""
    return Closing(outcome, text, compose(text, limit))


def unchanged(earlier: Earlier, note: str, limit: int) -> Closing:
    """The answer that is there, with a note under it. Its links went out before."""
    text = f"{wording.without(earlier.text, wording.CHANGED, wording.NOT_AGAIN)}\n\n{note}".rstrip()
    return Closing("answered", text, compose(text, limit, allowed=links_in(text), feedback=True))


def said(claim: Claim, say: Say, limit: int, *, private: bool) -> Closing:
    """The answer to a command; a private one is nobody else's to read, in the transcript either."""
    if not say.text:
        return Closing("answered", "", ())
    hidden = private and not claim.place.direct
    only_for = claim.asker.account if hidden else ""
    allowed = frozenset(map(canonical, say.links))
    parts = compose(
        say.text,
        limit,
        allowed=allowed,
        persona=say.persona,
        buttons=say.buttons,
        files=say.files,
        only_for=only_for,
        page=say.page,
    )
    return Closing("answered", "" if hidden or say.secret else safe(say.text, allowed), parts, forgets=say.forgets)


def answered(
    claim: Claim,
    spoken: Sequence[Spoken],
    remembered: Remembered | None,
    live: Live,
    surface: Surface,
    now: datetime,
) -> Closing:
    """What models said: one answer, or the members of a council and Robbie's summary.

    Args:
        claim: what was asked.
        spoken: at least one.
        remembered: an earlier answer to the same words, for when no model could be reached.
        live: knows the links that may go out, and the files that could not be opened.
        surface: where it goes.
        now: with a time zone.
    """
    zone, allowed, limit, most = _zone(claim), live.allowed, surface.part_limit, surface.most_parts
    last = spoken[-1]
    outcome: Outcome = "refused" if last.answer.refused else "answered"
    if last.answer.level is Level.OFFLINE:
        outcome = "offline"
    recalled = _given(live) if outcome != "offline" else remembered.recalled if remembered is not None else ()
    texts = [(one.voice, _text(one.answer, remembered, zone, now)) for one in spoken]
    texts[-1] = (last.voice, texts[-1][1] + wording.unread(live.unread))
    if len(texts) == 1:
        voice, text = texts[0]
        voted = outcome == "answered"
        parts = compose(text, limit, most=most, allowed=allowed, persona=voice.persona, feedback=voted)
        return Closing(outcome, safe(text, allowed), parts, last.answer, voice, recalled=recalled)
    whole, parts = _in_turn(texts, live, surface, voted=outcome == "answered")
    return Closing(outcome, whole, parts, combined([one.answer for one in spoken]), recalled=recalled)


def _in_turn(
    texts: Sequence[tuple[Voice, str]], live: Live, surface: Surface, *, voted: bool
) -> tuple[str, list[Outgoing]]:
    """A council's messages in order, the last one Robbie's, and all of it for the transcript."""
    limit, most, allowed = surface.part_limit, surface.most_parts, live.allowed
    opening = wording.council_opening([voice for voice, _ in texts[:-1] if voice is not ROBBIE])
    parts = compose(opening, limit)
    for number, (voice, text) in enumerate(texts, 1):
        last = voted and number == len(texts)
        parts += compose(text, limit, most=most, allowed=allowed, persona=voice.persona, feedback=last)
    whole = "\n\n".join([opening, *(wording.said_by(voice, text) for voice, text in texts)])
    return safe(whole, allowed), parts


def stopped(live: Live, voice: Voice, surface: Surface) -> Closing:
    """What there was of an answer when a person stopped it."""
    limit = surface.part_limit
    if live.said:
        heard = [*((one.voice, one.answer.text) for one in live.said), (ROBBIE, wording.STOPPED)]
        whole, messages = _in_turn(heard, live, surface, voted=False)
        return Closing("stopped", whole, messages, _so_far(live), voice, recalled=_given(live))
    text = f"{live.text}\n\n{wording.STOPPED}" if live.text else wording.STOPPED
    parts = compose(text, limit, allowed=live.allowed, persona=voice.persona)
    return Closing("stopped", safe(text, live.allowed), parts, _so_far(live), voice, recalled=_given(live))


def _given(live: Live) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.id for one in live.recalled))


def combined(answers: Sequence[Answer]) -> Answer:
    """The last answer, with what all of them cost."""
    usage = Usage(
        sum(answer.usage.input_tokens for answer in answers),
        sum(answer.usage.output_tokens for answer in answers),
        estimated=any(answer.usage.estimated for answer in answers),
    )
    return replace(
        answers[-1],
        usage=usage,
        cost_usd=sum(answer.cost_usd for answer in answers),
        latency_ms=sum(answer.latency_ms for answer in answers),
        attempts=tuple(attempt for answer in answers for attempt in answer.attempts),
    )


def _text(answer: Answer, remembered: Remembered | None, zone: ZoneInfo, now: datetime) -> str:
    if answer.refused:
        return wording.REFUSED
    if answer.level is Level.OFFLINE:
        before = (remembered.text, remembered.at) if remembered is not None else None
        return wording.offline(before, over_budget=answer.over_budget, zone=zone, now=now)
    return answer.text + wording.notes(answer, zone, now)


def _so_far(live: Live) -> Answer | None:
    """What was asked of models before a person stopped the turn, for the record."""
    if live.trace.plan is None or not live.trace.attempts:
        return None
    last = live.trace.attempts[-1]
    return Answer(
        text=live.text,
        level=last.level,
        model=last.model,
        cost_usd=sum(attempt.cost_usd for attempt in live.trace.attempts),
        usage=Usage(last.input_tokens, last.output_tokens, estimated=True),
        latency_ms=sum(attempt.latency_ms for attempt in live.trace.attempts),
        plan=live.trace.plan,
        attempts=tuple(live.trace.attempts),
    )


def _zone(claim: Claim) -> ZoneInfo:
    try:
        return ZoneInfo(claim.asker.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
