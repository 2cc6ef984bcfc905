"""The models of the chain, made from settings: those whose key or address is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from adapters.llm.embedded import EmbeddedModel
from adapters.llm.embedded_process import EmbeddedServer
from adapters.llm.library import load_litellm
from adapters.llm.remote import LiteLLMModel
from adapters.llm.timing import Timeouts
from bot.settings import Model, Settings
from core.conversation.context import build_prompt, estimate_tokens
from core.conversation.models import Asker, Utterance
from core.routing.models import Level, ModelError, ModelSpec, Plan, Task
from core.routing.policy import FixedOrder

AnyModel = LiteLLMModel | EmbeddedModel

_log = logging.getLogger(__name__)


def chat_models(settings: Settings) -> dict[str, AnyModel]:
    """The usable models by name. Nothing is loaded or asked yet."""
    models: dict[str, AnyModel] = {}
    for model in settings.models:
        if _usable(model, settings):
            made = _embedded(model, settings) if model.provider == "embedded" else _remote(model, settings)
            models[made.spec.name] = made
    return models


async def load_models(models: Mapping[str, AnyModel], progress: Callable[[str], None]) -> None:
    """Load what asking needs: litellm in a thread (it takes seconds), the embedded model in its process."""
    if any(isinstance(model, LiteLLMModel) for model in models.values()):
        progress("Loading the client of the model providers")
        await asyncio.to_thread(load_litellm)
    for model in models.values():
        if isinstance(model, EmbeddedModel):
            progress("Starting the model built into Robbie")
            try:
                await model.warm()
            except ModelError as error:
                _log.warning("the embedded model does not start: %s", error)


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


def _remote(model: Model, settings: Settings) -> LiteLLMModel:
    secrets, limits = settings.secrets, settings.router
    key, base, prefix = {
        "openai": (secrets.openai_api_key, secrets.openai_base_url, "openai"),
        "anthropic": (secrets.anthropic_api_key, secrets.anthropic_base_url, "anthropic"),
        "compatible": (secrets.open_weight_api_key, secrets.open_weight_base_url, "openai"),
        "ollama": (None, _v1(secrets.ollama_base_url), "openai"),
    }[model.provider]
    timeouts = Timeouts(
        connect=limits.connect_seconds,
        # A local server may have to load the model first.
        first_token=limits.first_token_seconds * (6 if model.provider == "ollama" else 1),
        between_tokens=limits.stall_seconds,
        total=limits.turn_seconds,
    )
    return LiteLLMModel(spec_of(model), f"{prefix}/{model.model}", api_key=key, api_base=base, timeouts=timeouts)


def _v1(base: str | None) -> str:
    """Ollama's route that speaks OpenAI's protocol."""
    return (base or "").rstrip("/").removesuffix("/v1") + "/v1"


def _embedded(model: Model, settings: Settings) -> EmbeddedModel:
    return EmbeddedModel(EmbeddedServer(settings.home / "model", context_tokens=model.context_tokens), spec_of(model))
