"""Why something is a priority, term by term; what the terms weigh for somebody; and the ranked list of now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.briefs.asking import because
from core.briefs.models import Line, Priority
from core.briefs.ports import BriefStore, CandidateSource, DueBrief, WeightStore
from core.briefs.priorities import DEFAULTS, parts, rank
from core.briefs.readers import reader_of
from core.briefs.saying import quoted
from core.briefs.terms import TERMS
from core.briefs.weights import ALPHA, BLOCK, Kept
from core.conversation.handling import Asked, Handlers, Say
from core.registry import CommandError, Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button

SHOWN = 7
_TOP = 3
_HEAVIEST = 10.0
_NOT_THERE = "That is not among what you could do now: it is done, put off, or blocked."
_NOTHING = "You have nothing to do that I know of. The command `task TEXT by Friday` makes a task."
_HELP = "`weights urgency 2` sets one, `weights reset` sets all back to the defaults."


def explaining(source: CandidateSource, weights: WeightStore, briefs: BriefStore) -> Handlers:
    """What carries out the commands on priorities."""
    page = _Priorities(source, weights, briefs)
    return {"priorities": page.list_, "weights": page.weights, "brief-why": page.why}


def explained(one: Priority, weights: Mapping[str, float]) -> str:
    """Why it is a priority: what speaks for it, and each term with its weight and its part of the score."""
    reasons = "\n".join(f"- {quoted(clause, 120)}" for clause in one.why)
    return "\n\n".join(filter(None, (f"**{quoted(one.text)}**", reasons, table(one.terms, weights), _LEGEND)))


def table(terms: Mapping[str, float], weights: Mapping[str, float]) -> str:
    """Each term, its weight and its part of the score, the weightiest first, as text of one width."""
    shares = parts(terms, weights)
    lines = [f"{'term':<11}{'value':>6}{'weight':>8}{'of score':>10}"]
    for name in sorted(TERMS, key=lambda name: (-shares[name], name)):
        weight = weights.get(name, DEFAULTS[name])
        lines.append(f"{name:<11}{terms.get(name, 0.0):>6.2f}{weight:>8.2f}{shares[name]:>10.3f}")
    lines.append(f"{'score':<11}{'':>6}{'':>8}{sum(shares.values()):>10.3f}")
    return "```\n" + "\n".join(lines) + "\n```"


_LEGEND = "The score is the mean of the terms, each from 0 to 1, by their weights. `weights` says what each means."


def weights_shown(kept: Kept) -> str:
    """What the terms weigh for somebody, beside the defaults, and where each figure comes from."""
    lines = [f"{'term':<11}{'weight':>7}{'default':>9}"]
    for name, weight in kept.weights.items():
        origin = "set by you" if name in kept.chosen else "learnt" if name in kept.evidence.learnt else ""
        lines.append(f"{name:<11}{weight:>7.2f}{DEFAULTS[name]:>9.2f}  {origin}".rstrip())
    meanings = "\n".join(f"- **{name}**: {said}" for name, said in TERMS.items())
    figures = "```\n" + "\n".join(lines) + "\n```"
    return "\n\n".join(("**What weighs how much in your priorities**", figures, meanings, _learnt(kept), _HELP))


def _learnt(kept: Kept) -> str:
    evidence = kept.evidence
    counted = f"{evidence.blocks * BLOCK} of what you did with lines of briefs"
    if evidence.applied_at:
        return (
            f"I learnt these from {counted}: on what came later they put your choices in the right order more often "
            f"than the defaults. They are applied since {evidence.applied_at:%-d %B %Y}, until that turns."
        )
    if evidence.blocks == 0:
        return "I have learnt nothing yet: I watch what you do with the lines of your briefs, eight acts at a time."
    return (
        f"I have counted {counted}. Other weights are applied once they have proved better than the defaults: the "
        f"evidence stands at {evidence.strength:.1f}, and {1 / ALPHA:.0f} are needed."
    )


class _Priorities:
    def __init__(self, source: CandidateSource, weights: WeightStore, briefs: BriefStore) -> None:
        self._source = source
        self._weights = weights
        self._briefs = briefs

    async def list_(self, asked: Asked) -> Say:
        """What matters most now."""
        found, _ = await self._ranked(asked, SHOWN)
        if not found:
            return Say(_NOTHING)
        top, rest = found[:_TOP], found[_TOP:]
        blocks = ["\n".join(_lines(top, 1))]
        if rest:
            blocks.append("Then:\n\n" + "\n".join(_lines(rest, _TOP + 1)))
        return Say("\n\n".join(blocks), tuple(_why(one, number) for number, one in enumerate(found, 1)))

    async def weights(self, asked: Asked) -> Say:
        """Show the weights, set one, or set all back."""
        asker, name, value = asked.asker, asked.argument("term").casefold(), asked.argument("weight")
        if name == "reset":
            await self._weights.reset(asker.org_id, asker.person_id, asked.now)
            return Say("All weights are the defaults again. I learn only from what you do from now on.")
        if name:
            await self._weights.choose(asker.org_id, asker.person_id, _term(name), _weight(value))
        return Say(weights_shown(await self._weights.kept(asker.org_id, asker.person_id)))

    async def why(self, asked: Asked) -> Say:
        """Why a line of a brief, or something in the list of now, is there."""
        brief, number, ref = _number(asked.argument("b")), _number(asked.argument("n")), asked.argument("ref")
        if ref and brief is None:
            found, weights = await self._ranked(asked, most=None)
            one = next((one for one in found if one.ref == ref), None)
            return Say(explained(one, weights) if one else _NOT_THERE)
        asker = asked.asker
        due = await self._briefs.due(asker.org_id, asker.person_id, brief) if brief else None
        line = _line(due, number) if due else None
        if due is None or line is None:
            return Say("That line is not there any more.")
        return Say(await self._of_line(asked, due, line))

    async def _of_line(self, asked: Asked, due: DueBrief, line: Line) -> str:
        facts = due.facts
        if facts is None:
            return "Nothing more is known of that line."
        ranked = facts.tomorrow if line.section == "tomorrow" else facts.priorities
        one = next((one for one in ranked if one.ref == line.ref and one.terms), None)
        if one is None or line.section not in ("priorities", "tomorrow"):
            return because(facts, line) or "Nothing more is known of that line."
        weights = await self._weights.weights(asked.asker.org_id, asked.asker.person_id)
        said = explained(one, weights)
        now = sum(parts(one.terms, weights).values())
        changed = abs(now - one.score) > 0.001
        then = f"\n\nWhen the brief was made, other weights gave it {one.score:.3f}." if changed else ""
        return said + then

    async def _ranked(self, asked: Asked, most: int | None) -> tuple[tuple[Priority, ...], Mapping[str, float]]:
        reader, zone = reader_of(asked), zone_of(asked.asker.zone)
        candidates = await self._source.candidates(reader, asked.now)
        weights = await self._weights.weights(reader.org_id, reader.person_id)
        if not candidates:
            return (), weights
        free = await self._source.free(reader, asked.now)
        count = len(candidates) if most is None else most
        return rank(candidates, asked.now, zone, free, weights, count), weights


def _lines(found: tuple[Priority, ...], first: int) -> Iterator[str]:
    for number, one in enumerate(found, first):
        reasons = f" _({quoted('; '.join(one.why), 240)})_" if one.why else ""
        yield f"{number}. {quoted(one.text)}{reasons}"


def _why(one: Priority, number: int) -> Button:
    return Button(label=f"Why {number}?", invocation=Invocation(command="brief-why", arguments={"ref": one.ref}))


def _line(due: DueBrief, number: int | None) -> Line | None:
    return next((line for line in (due.brief.lines if due.brief else ()) if line.number == number), None)


def _term(name: str) -> str:
    """A term by its name or the beginning of it. Raises CommandError."""
    found = [term for term in TERMS if term == name] or [term for term in TERMS if term.startswith(name)]
    if len(found) != 1:
        raise CommandError(f"A term is one of: {', '.join(TERMS)}; or write `weights reset`.", "weights")
    return found[0]


def _weight(text: str) -> float:
    """A weight as it is typed. Raises CommandError."""
    try:
        weight = float(text.replace(",", "."))
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= _HEAVIEST:
        raise CommandError(f"A weight is a number from 0 to {_HEAVIEST:.0f}, such as: weights urgency 2", "weights")
    return weight


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
