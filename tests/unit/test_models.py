"""The models of the chain as settings make them, and what is loaded for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.llm.direct import DirectModel
from adapters.llm.litellm_model import LiteLLMModel
from bot.models import chat_models, load_models, timeouts_for
from bot.settings import Model, Secrets, Settings, load

SECRETS = Secrets(
    openai_api_key=SecretStr("sk-1"), anthropic_api_key=SecretStr("sk-2"), open_weight_api_key=SecretStr("sk-3")
)
START = """
import asyncio, sys
from pydantic import SecretStr
from bot.app import build
from bot.models import chat_models, load_models
from bot.settings import Secrets, Settings
key = SecretStr("sk-1")
secrets = Secrets(openai_api_key=key, anthropic_api_key=key, open_weight_api_key=key, ollama_base_url="http://o")
models = chat_models(Settings(secrets=secrets))
asyncio.run(load_models(models, print))
assert len(models) == 4, models
print(sorted({"litellm", "openai", "anthropic"} & set(sys.modules)))
"""


def test_the_default_levels_are_asked_without_a_library_in_between() -> None:
    models = chat_models(Settings(secrets=SECRETS))
    assert [type(model).__name__ for model in models.values()] == [*["DirectModel"] * 3, "EmbeddedModel"]
    assert [int(model.spec.level) for model in models.values()] == [1, 2, 3, 4]


def test_starting_with_the_default_levels_loads_no_client_library() -> None:
    run = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=False)
    assert (run.stdout, run.returncode) == ("[]\n", 0), run.stderr


async def test_other_providers_are_reached_through_litellm_with_keys_by_its_own_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEMINI_API_KEY", "from the environment")
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    (tmp_path / ".env").write_text("GEMINI_API_KEY=from the file\nMISTRAL_API_KEY=from the file too\n")
    (tmp_path / "config.yaml").write_text("models: [{level: 1, provider: litellm, model: gemini/gemini-3-pro}]")
    models = chat_models(load(environ={}))
    said: list[str] = []
    await load_models(models, said.append)
    monkeypatch.setenv("MISTRAL_API_KEY", os.environ["MISTRAL_API_KEY"])  # so that it is taken back
    assert os.environ["GEMINI_API_KEY"] == "from the environment"
    assert os.environ["MISTRAL_API_KEY"] == "from the file too"
    (model,) = models.values()
    assert isinstance(model, LiteLLMModel)
    assert model.spec.name == "litellm/gemini/gemini-3-pro"
    assert said == ["Loading litellm"]
    await model.aclose()


def test_a_local_server_is_given_time_to_load_its_model() -> None:
    settings = Settings()
    hosted = timeouts_for(Model(level=1, provider="openai", model="m"), settings)
    local = timeouts_for(Model(level=4, provider="ollama", model="m"), settings)
    assert hosted.first_token == settings.router.first_token_seconds
    assert local.first_token > hosted.first_token


def test_a_host_that_cannot_stream_is_asked_for_the_whole_answer() -> None:
    model = Model(level=3, provider="compatible", model="m", stream=False)
    (made,) = chat_models(Settings(models=(model,), secrets=SECRETS)).values()
    assert isinstance(made, DirectModel)
    assert not made.streams
