"""What litellm keeps for itself: a client for each event loop, with connections that nobody else closes."""

from __future__ import annotations


async def close_what_litellm_keeps() -> None:
    """Close them while their loop still runs. A later test would be blamed for them."""
    from litellm import in_memory_llm_clients_cache
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    await close_litellm_async_clients()
    in_memory_llm_clients_cache.flush_cache()
