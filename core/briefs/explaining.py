"""Why something is proposed, term by term; what the terms weigh for somebody; and the ranked list of now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.briefs.asking import because, found
from core.briefs.formulas import Formula
from core.briefs.models import Line, Opportunity, Priority
from core.briefs.outreach import OUTREACH
from core.briefs.ports import BriefStore, CandidateSource, DueBrief, WeightStore
from core.briefs.priorities import PRIORITIES, rank
from core.briefs.readers import reader_of
from core.briefs.saying import quoted
from core.briefs.weights import ALPHA, BLOCK, Evidence, Kept
from core.conversation.handling import Asked, Handlers, Say
from core.registry import CommandError, Invocation
from core.reminders.moments import zone_of
from core.rendering.message import Button

SHOWN = 7
_TOP = 3
_NOT_THERE = "That is not among what you could do now: it is done, put off, or blocked."
_NOTHING = "You have nothing to do that I know of. The command `task TEXT by Friday` makes a task."
_HELP = (
    "`weights urgency 2` or `weights silence 0.8` sets one (`weights outreach promise 0.8` where both have it), "
    "`weights reset` sets all back to the defaults."
)
FORMULAS: tuple[Formula, ...] = (PRIORITIES, OUTREACH)
"""Those whose weights are shown, set and learnt."""


def explaining(source: CandidateSource, weights: WeightStore, briefs: BriefStore) -> Handlers:
    """What carries out the commands on priorities."""
    page = _Priorities(source, weights, briefs)
    return {"priorities": page.list_, "weights": page.weights, "brief-why": page.why}


def explained(one: Priority | Opportunity, formula: Formula, weights: Mapping[str, float]) -> str:
    """Why it is there: what speaks for it, and each term with its weight and its part of the score."""
    reasons = "\n".join(f"- {quoted(clause, 120)}" for clause in one.why)
    legend = f"{formula.how} `weights` says what each means."
    said = "\n\n".join(filter(None, (f"**{quoted(one.text)}**", reasons, table(one.terms, formula, weights), legend)))
    changed = abs(formula.score(one.terms, weights) - one.score) > 0.001
    return said + (f"\n\nWhen it was put there, other weights gave it {one.score:.3f}." if changed else "")


def table(terms: Mapping[str, float], formula: Formula, weights: Mapping[str, float]) -> str:
    """Each term, its weight and its part of the score, the weightiest first, as text of one width."""
    shares = formula.parts(terms, weights)
    lines = [f"{'term':<11}{'value':>6}{'weight':>8}{'of score':>10}"]
    for name in sorted(shares, key=lambda name: (-shares[name], name)):
        weight = weights.get(name, formula.defaults[name])
        lines.append(f"{name:<11}{terms.get(name, 0.0):>6.2f}{weight:>8.2f}{shares[name]:>10.3f}")
    lines.append(f"{'score':<11}{'':>6}{'':>8}{sum(shares.values()):>10.3f}")
    return "```\n" + "\n".join(lines) + "\n```"


def weights_shown(formula: Formula, kept: Kept) -> str:
    """What the terms of a formula weigh for somebody and mean, and where each figure comes from."""
    lines = [f"**What weighs how much: {formula.title}**", ""]
    for name, weight in kept.weights(formula).items():
        origin = "set by you" if name in kept.chosen else "learnt" if name in kept.evidence.learnt else ""
        beside = f" ({origin}; {formula.defaults[name]:.2f} by default)" if origin else ""
        lines.append(f"- **{name} {weight:.2f}**{beside}: {formula.meanings[name]}")
    return "\n".join([*lines, "", _learnt(formula, kept.evidence)])


def _learnt(formula: Formula, evidence: Evidence) -> str:
    counted = f"{evidence.blocks * BLOCK} of what you did with {formula.lines}"
    if evidence.applied_at:
        return (
            f"I learnt these from {counted}: on what came later they put your choices in the right order more often "
            f"than the defaults. They are applied since {evidence.applied_at:%-d %B %Y}, until that turns."
        )
    if evidence.blocks == 0:
        return f"I have learnt nothing yet: I watch what you do with {formula.lines}, eight acts at a time."
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
        ranked, _ = await self._ranked(asked, SHOWN)
        if not ranked:
            return Say(_NOTHING)
        top, rest = ranked[:_TOP], ranked[_TOP:]
        blocks = ["\n".join(_lines(top, 1))]
        if rest:
            blocks.append("Then:\n\n" + "\n".join(_lines(rest, _TOP + 1)))
        return Say("\n\n".join(blocks), tuple(_why(one, number) for number, one in enumerate(ranked, 1)))

    async def weights(self, asked: Asked) -> Say:
        """Show the weights of both formulas, set one, or set all back."""
        asker, words = asked.asker, f"{asked.argument('term')} {asked.argument('weight')}".casefold().split()
        if words[:1] == ["reset"]:
            await self._weights.reset(asker.org_id, asker.person_id, asked.now)
            return Say("All weights are the defaults again. I learn only from what you do from now on.")
        shown = [formula for formula in FORMULAS if not words or formula.name == words[0]]
        if words and not (shown and len(words) == 1):
            formula, name, weight = _chosen(words)
            shown = [formula]
            await self._weights.choose(asker.org_id, asker.person_id, formula, name, weight)
        kept = [(one, await self._weights.kept(asker.org_id, asker.person_id, one)) for one in shown]
        return Say("\n\n".join([*(weights_shown(*one) for one in kept), _HELP]))

    async def why(self, asked: Asked) -> Say:
        """Why a line of a brief, or something in the list of now, is there."""
        brief, number, ref = _number(asked.argument("b")), _number(asked.argument("n")), asked.argument("ref")
        if ref and brief is None:
            ranked, weights = await self._ranked(asked, most=None)
            one = next((one for one in ranked if one.ref == ref), None)
            return Say(explained(one, PRIORITIES, weights) if one else _NOT_THERE)
        asker = asked.asker
        due = await self._briefs.due(asker.org_id, asker.person_id, brief) if brief else None
        line = _line(due, number) if due else None
        if due is None or line is None:
            return Say("That line is not there any more.")
        return Say(await self._of_line(asked, due, line))

    async def _of_line(self, asked: Asked, due: DueBrief, line: Line) -> str:
        facts = due.facts
        one = found(facts, line) if facts else None
        formula = {"priorities": PRIORITIES, "tomorrow": PRIORITIES, "outreach": OUTREACH}.get(line.section)
        if formula and isinstance(one, Priority | Opportunity) and one.terms:
            weights = await self._weights.weights(asked.asker.org_id, asked.asker.person_id, formula)
            return explained(one, formula, weights)
        return (because(facts, line) if facts else "") or "Nothing more is known of that line."

    async def _ranked(self, asked: Asked, most: int | None) -> tuple[tuple[Priority, ...], Mapping[str, float]]:
        reader, zone = reader_of(asked), zone_of(asked.asker.zone)
        candidates = await self._source.candidates(reader, asked.now)
        weights = await self._weights.weights(reader.org_id, reader.person_id, PRIORITIES)
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


def _chosen(words: Sequence[str]) -> tuple[Formula, str, float]:
    """The term and its weight, as they are typed. Raises CommandError."""
    named = [formula for formula in FORMULAS if formula.name == words[0]]
    name, *rest = words[1:] or [""] if named else words
    terms = [(formula, term) for formula in named or FORMULAS for term in formula.defaults]
    meant = [one for one in terms if one[1] == name] or [one for one in terms if one[1].startswith(name)]
    if len({term for _, term in meant}) != 1:
        known = "; ".join(f"of {formula.name} {', '.join(formula.defaults)}" for formula in FORMULAS)
        raise CommandError(f"A term is one of these: {known}. Or write `weights reset`.", "weights")
    formula, term = meant[0]
    return formula, term, _weight(" ".join(rest), formula, term)


def _weight(text: str, formula: Formula, term: str) -> float:
    """A weight as it is typed. Raises CommandError."""
    try:
        weight = float(text.replace(",", "."))
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= formula.heaviest:
        most, usual = formula.heaviest, formula.defaults[term]
        raise CommandError(
            f"A weight is a number from 0 to {most:g} here, such as: weights {term} {usual:g}", "weights"
        )
    return weight


def _number(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None
