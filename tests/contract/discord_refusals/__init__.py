"""Everything that the Discord double refuses: one case for each refusal, made with discord.py's own client."""

from tests.contract.discord_refusals import commands, components, interactions, messages, modals
from tests.contract.discord_refusals.stage import Case, Stage, staged

CASES: list[Case] = [*messages.CASES, *components.CASES, *modals.CASES, *interactions.CASES, *commands.CASES]

__all__ = ["CASES", "Case", "Stage", "staged"]
