"""Writes docs/reference/priorities.md from the formula's own docstrings and figures."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.briefs import terms
from core.briefs.priorities import DEFAULTS, HANDED_ON, SAME
from core.briefs.terms import TERMS
from core.briefs.weights import ALPHA, BLOCK, LEAST, MOST, STEP

TARGET = Path(__file__).resolve().parents[1] / "docs" / "reference" / "priorities.md"

HEAD = """\
# Priorities

<!-- Written by tools/priorities_reference.py from core/briefs/: change that. -->

What matters most to a person now is computed, not guessed: each thing that they could do has terms from 0 to 1, and its
score is their mean by weight. `priorities` shows the list of now, *Why* under it (and `brief why 2` for a line of a
brief) each term with its part of the score, `weights` what each weighs for you.

| term | default weight | share | what it says |
|---|---|---|---|
"""
_FUNCTIONS: dict[str, Sequence[Callable[..., object]]] = {
    "urgency": (terms.pressure, terms.matters),
    "importance": (terms.importance,),
    "waits": (terms.waits,),
    "promise": (terms.promise,),
    "deal": (terms.deal,),
    "unblocks": (terms.unblocks,),
    "effort": (terms.effort,),
    "energy": (terms.energy,),
    "fresh": (terms.fresh,),
}


def page() -> str:
    """The whole page."""
    total = sum(DEFAULTS.values())
    rows = [f"| {name} | {DEFAULTS[name]:g} | {DEFAULTS[name] / total:.0%} | {said} |" for name, said in TERMS.items()]
    return HEAD + "\n".join([*rows, "", *_formulas(), _rules(), _learning(), _quality()])


def _formulas() -> Iterator[str]:
    yield "## The formulas\n"
    for name, functions in _FUNCTIONS.items():
        said = "\n\n".join(inspect.getdoc(function) or "" for function in functions).replace("``", "`")
        yield f"**{name}**: {said}\n"
    yield (
        f"Where nobody said how long a thing takes, it is {terms.USUAL_MINUTES} minutes; what takes long takes longer "
        f"than one thinks\n(`OVERRUN` {terms.OVERRUN:g}: Buehler, Griffin and Ross 1994); a working day beyond the "
        f"calendar that is known has {terms.DAY_MINUTES}\nfree minutes; `HALF_SLACK` is {terms.HALF_SLACK} minutes, "
        f"`DUE_TODAY` {terms.DUE_TODAY:g}.\n"
    )


def _rules() -> str:
    return f"""## The rules around them

- What is blocked, put off, or waits for something that is open is no priority. What it waits for inherits
  {HANDED_ON:.0%} of what speaks for it.
- Beside a chosen thing of the same goal or deal, a score counts {SAME:.0%}, so that three slices of one thing do not
  hide another.
- Ties go by due time, then by age, then by number: the same things give the same list, in whatever order they are read.
"""


def _learning() -> str:
    return f"""## What is learnt

What you mark as done within a day was chosen, what is not relevant was rejected, what you put off was half rejected.
That you do nothing with a line says nothing. Every {BLOCK} acts, weights are fitted to the pairs of a chosen and a
rejected line; the next {BLOCK} acts, which they have not seen, say whether they order better than the defaults. What
[outreach](../how-to/outreach.md#what-is-learnt) weighs is learnt in the same way, apart from this.

- They are applied only when that evidence is strong: for somebody whose acts have nothing to do with the terms, that
  happens with a probability of at most {ALPHA:.0%} ever, however often one looks.
- No weight is less than {LEAST:g} or more than {MOST:g} times its default, and none moves by more than {STEP:.0%}
  of it at once. They are learnt in relation to each other: all together they stay as much.
- Of one thing that you act on several times within {BLOCK} acts, the first counts as evidence: that it was put off is
  why it came back as it is.
- They are taken back by themselves when what comes later speaks as strongly against them.
- `weights urgency 2` sets one by hand, which no learning changes. `weights reset` sets all back in one step, those of
  outreach too; what was done before that counts no more.

It is in [decision 0024](../decisions/0024-priorities.md) why it is so, and what it cannot know.
"""


def _quality() -> str:
    return """## How good it is

`robbie eval priorities` measures it on labelled situations (`bot/evals/situations`), beside due-date order, order of
importance and chance; `--held-back` on the third that nothing was tuned on, `--json` as one object.
"""


def main() -> None:
    """Write the page; with ``--check``, fail where it is not up to date."""
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(page(), "utf-8")
    elif TARGET.read_text("utf-8") != page():
        raise SystemExit("docs/reference/priorities.md is stale: run tools/priorities_reference.py")


if __name__ == "__main__":
    main()
