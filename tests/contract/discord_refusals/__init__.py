"""Everything that the Discord double refuses: one case for each refusal, made with discord.py's own client."""

from tests.contract.discord_refusals import (
    commands,
    components,
    files,
    interactions,
    messages,
    modals,
    places,
    webhooks,
)
from tests.contract.discord_refusals.stage import Case, Stage, staged

_PARTS = (messages, components, modals, interactions, commands, webhooks, places, files)
CASES: list[Case] = [case for part in _PARTS for case in part.CASES]

__all__ = ["CASES", "Case", "Stage", "staged"]
