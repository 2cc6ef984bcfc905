"""The stages of deals."""

from __future__ import annotations

from core.work.deals import CLOSED, OPEN, USUAL_PROBABILITY, Stage, following


def test_a_deal_goes_from_stage_to_stage_and_is_likelier_won_in_each() -> None:
    assert [following(stage) for stage in OPEN] == [Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION, None]
    assert [following(stage) for stage in CLOSED] == [None, None]
    chances = [USUAL_PROBABILITY[stage] for stage in OPEN]
    assert chances == sorted(chances)
    assert set(USUAL_PROBABILITY) == set(Stage) == {*OPEN, *CLOSED}
