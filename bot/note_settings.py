"""How memory and notes are set."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.kinds import EmbeddingName
from bot.model_settings import Section
from core.consent.policy import AskingPolicy
from core.notes.policy import Thresholds


class MemorySettings(Section):
    """What is remembered, and how it is found again."""

    enabled: bool = True
    recall: int = Field(6, ge=0, le=50)
    recall_ms: float = Field(250.0, gt=0)
    embedding: EmbeddingName = "local"
    embedding_size: Literal["whole", "ask", "cut"] = "whole"
    embedding_usd: float = Field(0.02, ge=0)


class NotesSettings(Section):
    """What is noticed in conversations, and what of it people are asked about."""

    importance: float = Field(0.7, ge=0, le=1)
    sharing: float = Field(0.8, ge=0, le=1)
    celebration: float = Field(0.6, ge=0, le=1)
    quiet_seconds: float = Field(60.0, gt=0)
    messages: int = Field(20, ge=1)
    model: bool = True
    model_per_hour: int = Field(60, ge=0)
    asks_per_day: int = Field(3, ge=0)
    ask_days: float = Field(7.0, gt=0)

    def thresholds(self) -> Thresholds:
        """What is worth a note."""
        return Thresholds(self.importance, self.sharing, self.celebration)

    def asking(self) -> AskingPolicy:
        """When people are asked."""
        return AskingPolicy(self.sharing, self.celebration, self.asks_per_day, self.ask_days)
