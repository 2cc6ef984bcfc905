"""litellm, loaded late: it costs seconds and 200 MB."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import threading
import warnings
from types import ModuleType

from adapters.llm.tap import tap_handlers

_loading = threading.Lock()
_loaded: ModuleType | None = None


def load_litellm() -> ModuleType:
    """Import litellm once, and make it quiet, offline and free of its own retries. Call it in a thread."""
    global _loaded
    with _loading:
        if _loaded is None:
            os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                litellm = importlib.import_module("litellm")
            _tame(litellm)
            tap_handlers()
            _loaded = litellm
        return _loaded


async def litellm_ready() -> ModuleType:
    """litellm, imported in a thread if it is not there yet."""
    return await asyncio.to_thread(load_litellm) if _loaded is None else _loaded


def _tame(litellm: ModuleType) -> None:
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"litellm(\.|$)")
    warnings.filterwarnings("ignore", "Item .* using the `ReadOnly` qualifier", UserWarning)
    settings = {
        "telemetry": False,
        "suppress_debug_info": True,
        "turn_off_message_logging": True,
        "disable_streaming_logging": True,
        "disable_hf_tokenizer_download": True,
        "drop_params": True,
        "num_retries": 0,
        "DEFAULT_MAX_RETRIES": 0,  # embeddings take it for the 0 that they are told
        "disable_aiohttp_transport": True,  # it asks twice where a connection is lost
    }
    for name, value in settings.items():
        setattr(litellm, name, value)
    for name in ("callbacks", "input_callback", "success_callback", "failure_callback"):
        setattr(litellm, name, [])
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
    logging.getLogger("openai").setLevel(logging.WARNING)  # at DEBUG it writes prompts
