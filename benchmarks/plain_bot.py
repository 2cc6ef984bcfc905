"""The peer: a plain bot as one writes it in an afternoon. slack-bolt and litellm, no database, no promises.

``python -m benchmarks.plain_bot [--httpx]`` with Robbie's environment variables; ``--httpx`` leaves litellm out.
"""

from __future__ import annotations

import asyncio
import os
import sys

import httpx
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

BASE, KEY, MODEL = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"], "gpt-4o"
SYSTEM = "You are a helpful assistant in a team chat. Be concise."


async def ask_httpx(http: httpx.AsyncClient, messages: list[dict[str, str]]) -> str:
    body = {"model": MODEL, "messages": messages}
    answer = await http.post(f"{BASE}/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"})
    return str(answer.raise_for_status().json()["choices"][0]["message"]["content"])


async def ask_litellm(_http: httpx.AsyncClient, messages: list[dict[str, str]]) -> str:
    import litellm

    answer = await litellm.acompletion(model=f"openai/{MODEL}", messages=messages, api_base=BASE, api_key=KEY)
    return str(answer.choices[0].message.content)


async def main() -> None:
    ask = ask_httpx if "--httpx" in sys.argv else ask_litellm
    if ask is ask_litellm:
        import litellm  # noqa: F401 - as early as a careful author would
    web = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=web)
    http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200, max_keepalive_connections=200))

    @app.event("message")
    async def on_message(event: dict[str, str], say: AsyncSay) -> None:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": event["text"]}]
        await say(await ask(http, messages))

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=web)
    await handler.connect_async()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    asyncio.run(main())
