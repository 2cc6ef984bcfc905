"""The models of the chain, made from settings: those whose key or address is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from pydantic import SecretStr

from adapters.llm.embedded import EmbeddedModel
from adapters.llm.remote import LiteLLMModel, Timeouts, load_litellm
from bot.settings import Model, Secrets, Settings
from core.conversation.context import build_prompt, estimate_tokens
from core.conversation.models import Asker, Utterance
from core.routing.models import Level, ModelSpec, Task
from core.routing.policy import FixedOrder
from core.routing.ports import ChatModel

Progress = Callable[[str], None]


def spec_of(model: Model) -> ModelSpec:
    """What the router knows of a configured model."""
    return ModelSpec(
        name=f"{model.provider}/{model.model}",
        level=Level(model.level),
        input_usd=model.input_usd,
        output_usd=model.output_usd,
        context_tokens=model.context_tokens,
        max_output_tokens=model.max_output_tokens,
        small=model.provider == "embedded",
    )
