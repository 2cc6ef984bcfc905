"""Deals: the stages that one goes through, in their order, with how probable it is from each that it will be won."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a deal stands. The order of the members is the order of the pipeline."""

    LEAD = "lead"
    QUALIFIED = "qualified"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


OPEN = (Stage.LEAD, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
"""The stages of deals that are not settled, in their order."""

CLOSED = (Stage.WON, Stage.LOST)

USUAL_PROBABILITY = {
    Stage.LEAD: 0.1,
    Stage.QUALIFIED: 0.25,
    Stage.PROPOSAL: 0.5,
    Stage.NEGOTIATION: 0.75,
    Stage.WON: 1.0,
    Stage.LOST: 0.0,
}
"""How likely a deal is won that has come so far: the usual steps of sales software, not this team's own record."""


def following(stage: Stage) -> Stage | None:
    """The open stage after this one; None where only won or lost is left."""
    later = OPEN[OPEN.index(stage) + 1 :] if stage in OPEN else ()
    return later[0] if later else None
