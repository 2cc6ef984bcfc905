"""The Discord double as a process of its own, steered over HTTP."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def environment() -> AsyncIterator[dict[str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters.doubles.discord", "--token", "a.b.c",
        cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            lines = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
        yield dict(line.partition("=")[::2] for line in lines)
    finally:
        process.kill()
        await process.wait()


async def test_it_prints_the_environment_to_set_and_can_be_steered(environment: dict[str, str]) -> None:
    assert set(environment) == {"DISCORD_TOKEN", "DISCORD_API_URL", "DISCORD_GATEWAY_URL"}
    control = environment["DISCORD_API_URL"].removesuffix("/api/v10") + "/_control"

    async with aiohttp.ClientSession() as session:

        async def act(verb: str, **form: Any) -> tuple[int, Any]:
            async with session.post(f"{control}/{verb}", json=form) as answer:
                return answer.status, await answer.json()

        async def look(what: str) -> Any:
            async with session.get(f"{control}/{what}") as answer:
                return await answer.json()

        status, said = await act("say", user="Ana", channel="general", text="hello")
        assert (status, [m["shown"] for m in await look("messages/general")]) == (200, ["hello"])
        headers = {"Authorization": f"Bot {environment['DISCORD_TOKEN']}"}
        api = f"{environment['DISCORD_API_URL']}/channels/{said['channel_id']}/messages"
        async with session.post(api, json={"content": "hi"}, headers=headers) as answer:
            assert answer.status == 200
        assert [(c["name"], c["status"]) for c in await look("calls")] == [("create_message", 200)]
        assert (await act("slash", user="Ana", channel="general", command="ask"))[0] == 400
        assert (await act("say", user="Nobody", channel="general", text="x"))[0] == 400
        assert (await act("fault", route="*"))[0] == 404
        assert await look("interactions") == []


async def test_people_use_commands_and_forms_from_another_process(environment: dict[str, str]) -> None:
    api = environment["DISCORD_API_URL"]
    control = api.removesuffix("/api/v10") + "/_control"
    headers = {"Authorization": f"Bot {environment['DISCORD_TOKEN']}"}

    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask(method: str, url: str, form: Any = None) -> Any:
            async with session.request(method, url, json=form) as answer:
                assert answer.status in (200, 204), await answer.text()
                return await answer.json() if answer.status == 200 else None

        app = (await ask("GET", f"{api}/applications/@me"))["id"]
        await ask("PUT", f"{api}/applications/{app}/commands", [{"name": "ask", "description": "x"}])
        used = await ask("POST", f"{control}/slash", {"user": "Ana", "channel": "general", "command": "ask"})
        field = {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "why", "style": 1}}
        modal = {"title": "x", "custom_id": "f", "components": [field]}
        callback = f"{api}/interactions/{used['id']}/{used['token']}/callback"
        await ask("POST", callback, {"type": 9, "data": modal})
        await ask("POST", f"{control}/submit", {"opened": used["id"], "why": "because"})
        told = await ask("GET", f"{control}/interactions")
    assert [interaction["state"] for interaction in told] == ["modal", "waiting"]
