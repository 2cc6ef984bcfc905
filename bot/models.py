"""The models of the chain, made from settings: those whose key or address is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from dotenv import load_dotenv
from pydantic import SecretStr

from adapters.llm.direct import DirectModel
from adapters.llm.embedded import EmbeddedModel
from adapters.llm.embedded_process import EmbeddedServer
from adapters.llm.library import load_litellm
from adapters.llm.litellm_model import LiteLLMModel
from adapters.llm.protocols import AnthropicMessages, ChatProtocol, OpenAIChat
from adapters.llm.timing import Timeouts
from bot.settings import Model, Settings
from core.conversation.context import build_prompt
from core.conversation.models import Asker, Utterance
from core.conversation.tokens import estimate_tokens
from core.routing.models import Attempt, Level, ModelError, ModelSpec, Plan, Task
from core.routing.policy import FixedOrder
from core.routing.ports import Breakers, Budget
from core.routing.service import Router

AnyModel = DirectModel | LiteLLMModel

_log = logging.getLogger(__name__)


def chat_models(settings: Settings) -> dict[str, AnyModel]:
    """The usable models by name. Nothing is loaded or asked yet."""
    models: dict[str, AnyModel] = {}
    for model in settings.models:
        if _usable(model, settings):
            models[spec_of(model).name] = _made(model, settings)
    return models


async def load_models(models: Mapping[str, AnyModel], progress: Callable[[str], None]) -> None:
    """Load what asking needs: litellm where a model needs it (it takes seconds), the embedded model in its process."""
    if any(isinstance(model, LiteLLMModel) for model in models.values()):
        progress("Loading litellm")
        load_dotenv(Path(".env"))  # litellm reads its keys from the environment; what is set there weighs more
        await asyncio.to_thread(load_litellm)
    for model in models.values():
        if isinstance(model, EmbeddedModel):
            progress("Starting the model built into Robbie")
            try:
                await model.warm()
            except ModelError as error:
                _log.warning("the embedded model does not start: %s", error)


def router_for(
    settings: Settings,
    models: Mapping[str, AnyModel],
    breakers: Breakers,
    budget: Budget,
    on_attempt: Callable[[Task, Attempt], None] = lambda task, attempt: None,
) -> Router:
    """The router over these models, with the limits of the settings."""
    return Router(
        models,
        FixedOrder([model.spec for model in models.values()], estimate_tokens),
        breakers,
        budget,
        count_tokens=estimate_tokens,
        turn_seconds=settings.router.turn_seconds,
        on_attempt=on_attempt,
    )


def spec_of(model: Model) -> ModelSpec:
    """What the router knows of a configured model."""
    return ModelSpec(
        name=f"{model.provider}/{model.model.removeprefix('openai/')}",
        level=Level(model.level),
        input_usd=model.input_usd,
        output_usd=model.output_usd,
        context_tokens=model.context_tokens,
        max_output_tokens=model.max_output_tokens,
        small=model.provider == "embedded",
        vision=model.vision,
    )


def plan_for(settings: Settings, text: str) -> Plan:
    """The plan for a text as it would be asked in a new private conversation; nobody is called."""
    now = datetime.now(UTC)
    asker = Asker(org_id=0, person_id=0, account="", name="You")
    asked = [Utterance(speaker="You", text=text, at=now)]
    prompt, short = (
        build_prompt(asker, asked, now, settings.context.tokens, small=small, direct=True) for small in (False, True)
    )
    specs = [spec_of(model) for model in settings.models if _usable(model, settings)]
    return FixedOrder(specs, estimate_tokens).plan(Task(0, text, prompt, short))


def _usable(model: Model, settings: Settings) -> bool:
    secrets = settings.secrets
    match model.provider:
        case "openai":
            return secrets.openai_api_key is not None
        case "anthropic":
            return secrets.anthropic_api_key is not None
        case "compatible":
            return secrets.open_weight_api_key is not None
        case "ollama":
            return secrets.ollama_base_url is not None
        case "embedded":
            return secrets.ollama_base_url is None
        case "litellm":
            return True  # which variables it needs, only litellm knows


def _made(model: Model, settings: Settings) -> AnyModel:
    match model.provider:
        case "embedded":
            return _embedded(model, settings)
        case "litellm":
            return LiteLLMModel(spec_of(model), model.model, timeouts=timeouts_for(model, settings))
        case _:
            return _direct(model, settings)


def timeouts_for(model: Model, settings: Settings) -> Timeouts:
    """The limits of one call."""
    limits = settings.router
    patience = 6 if model.provider == "ollama" else 1  # a local server may have to load the model first
    return Timeouts(
        connect=limits.connect_seconds,
        first_token=limits.first_token_seconds * patience,
        between_tokens=limits.stall_seconds,
        total=limits.turn_seconds,
        whole=limits.whole_seconds * patience,
    )


def _direct(model: Model, settings: Settings) -> DirectModel:
    secrets = settings.secrets
    ways: dict[str, tuple[SecretStr | None, str | None, ChatProtocol]] = {
        "openai": (secrets.openai_api_key, secrets.openai_base_url, OpenAIChat("max_completion_tokens", schemas=True)),
        "anthropic": (secrets.anthropic_api_key, secrets.anthropic_base_url, AnthropicMessages()),
        "compatible": (secrets.open_weight_api_key, secrets.open_weight_base_url, OpenAIChat()),
        "ollama": (None, v1(secrets.ollama_base_url), OpenAIChat()),
    }
    key, base, protocol = ways[model.provider]
    return DirectModel(
        spec_of(model),
        model.model,
        protocol,
        api_key=key,
        base=base,
        timeouts=timeouts_for(model, settings),
        stream=model.stream,
    )


def v1(base: str | None) -> str:
    """Ollama's route that speaks OpenAI's protocol."""
    return (base or "").rstrip("/").removesuffix("/v1") + "/v1"


def _embedded(model: Model, settings: Settings) -> EmbeddedModel:
    return EmbeddedModel(EmbeddedServer(settings.home / "model", context_tokens=model.context_tokens), spec_of(model))
