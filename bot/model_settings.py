"""The models of the chain, as settings name them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of the settings: frozen, and unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Provider = Literal["openai", "anthropic", "compatible", "ollama", "embedded", "litellm"]


class Model(Section):
    """One model of the chain."""

    level: int = Field(ge=1, le=4)
    provider: Provider
    model: str = Field(min_length=1)
    input_usd: float = Field(0.0, ge=0)
    output_usd: float = Field(0.0, ge=0)
    context_tokens: int = Field(128_000, ge=512)
    max_output_tokens: int = Field(2_048, ge=16)
    stream: bool = True
    vision: bool = False


def default_models() -> tuple[Model, ...]:
    """One for each level that needs a key or an address, and the built-in one."""
    return (
        Model(
            level=1,
            provider="openai",
            model="gpt-5.4-mini",
            input_usd=0.75,
            output_usd=4.5,
            context_tokens=272_000,
            vision=True,
        ),
        Model(
            level=2,
            provider="anthropic",
            model="claude-sonnet-5",
            input_usd=2.0,
            output_usd=10.0,
            context_tokens=1_000_000,
            vision=True,
        ),
        Model(
            level=3,
            provider="compatible",
            model="openai/gpt-oss-120b",
            input_usd=0.15,
            output_usd=0.6,
            context_tokens=131_072,
        ),
        Model(level=4, provider="ollama", model="llama3.1", context_tokens=8_192),
        Model(level=4, provider="embedded", model="smollm2-135m", context_tokens=4_096, max_output_tokens=256),
    )
