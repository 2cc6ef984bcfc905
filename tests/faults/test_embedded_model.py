"""The embedded model's process: shared, killed, orphaned. Real processes, real model."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.llm.embedded import EmbeddedModel
from adapters.llm.embedded_process import EmbeddedServer, Endpoint, packaged_gguf
from core.routing.models import ChatMessage, ChatRequest, Chunk, ErrorClass, ModelError, StreamEnd, TextDelta
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
HELLO = ChatRequest((ChatMessage("user", "Say hello."),), 8)
USER = """
import asyncio, sys
from pathlib import Path
from adapters.llm.embedded_process import EmbeddedServer

async def main():
    endpoint = await EmbeddedServer(Path(sys.argv[1]), context_tokens=1024, threads=1, start_seconds=400).ensure()
    print(endpoint.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def server(folder: Path, gguf: Path | None = None) -> EmbeddedServer:
    return EmbeddedServer(folder, gguf, context_tokens=1024, threads=1, start_seconds=400)


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[EmbeddedModel]:
    model = EmbeddedModel(server(folder))
    try:
        yield model
    finally:
        await model.aclose()


@asynccontextmanager
async def other_user(folder: Path) -> AsyncIterator[Process]:
    """Another process that uses the server."""
    user = await asyncio.create_subprocess_exec(sys.executable, "-c", USER, str(folder), stdout=PIPE, cwd=ROOT)
    try:
        yield user
    finally:
        if user.returncode is None:
            user.kill()
        await user.wait()


async def server_of(user: Process) -> int:
    """The pid of the server that another process found or started."""
    assert user.stdout is not None
    return int(await user.stdout.readline())


async def ask(model: EmbeddedModel, request: ChatRequest = HELLO) -> list[Chunk]:
    return [chunk async for chunk in model.stream(request)]


def pid(folder: Path) -> int:
    return int(json.loads((folder / "server.json").read_text())["pid"])


def alive(process: int) -> bool:
    """Whether the process runs; a zombie that its parent has not reaped does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(process: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while alive(process):
            await asyncio.sleep(0.05)


async def test_it_answers_and_counts_its_tokens(tmp_path: Path) -> None:
    async with embedded(tmp_path) as model:
        chunks = await ask(model)
    end = chunks[-1]
    assert isinstance(end, StreamEnd)
    assert end.model == model.spec.name
    assert end.usage.input_tokens > 0
    assert 0 < end.usage.output_tokens <= 8
    assert any(isinstance(chunk, TextDelta) for chunk in chunks)


async def test_a_prompt_beyond_its_context_is_a_context_error(tmp_path: Path) -> None:
    async with embedded(tmp_path) as model:
        with pytest.raises(ModelError) as caught:
            await ask(model, ChatRequest((ChatMessage("user", "word " * 3000),), 8))
    assert caught.value.kind is ErrorClass.CONTEXT


async def test_killed_it_comes_back_for_the_next_question(tmp_path: Path) -> None:
    async with embedded(tmp_path) as model:
        await model.warm()
        first = pid(tmp_path)
        os.kill(first, signal.SIGKILL)
        await gone(first)
        assert isinstance((await ask(model))[-1], StreamEnd)
        assert pid(tmp_path) != first


async def test_killed_in_the_middle_of_an_answer_is_truncated(tmp_path: Path) -> None:
    async with embedded(tmp_path) as model:
        long = ChatRequest((ChatMessage("user", "Tell me a long story about the sea and its ships."),), 400)
        stream = aiter(model.stream(long))
        assert isinstance(await anext(stream), TextDelta)
        os.kill(pid(tmp_path), signal.SIGKILL)
        with pytest.raises(ModelError) as caught:
            [chunk async for chunk in stream]
    assert caught.value.kind is ErrorClass.TRUNCATED


async def test_two_processes_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    async with other_user(tmp_path) as first, other_user(tmp_path) as second:
        assert await server_of(first) == await server_of(second) == pid(tmp_path)


async def test_the_server_outlives_the_process_that_started_it_while_another_uses_it(tmp_path: Path) -> None:
    async with other_user(tmp_path) as starter, embedded(tmp_path) as model:
        child = await server_of(starter)
        await model.warm()
        starter.kill()
        await starter.wait()
        assert isinstance((await ask(model))[-1], StreamEnd)
        assert pid(tmp_path) == child


async def test_the_server_ends_when_its_only_user_is_killed(tmp_path: Path) -> None:
    async with other_user(tmp_path) as user:
        child = await server_of(user)
        assert alive(child)
        user.kill()
        await user.wait()
        await gone(child)


async def test_a_stale_state_file_is_not_believed(tmp_path: Path) -> None:
    stale = {"url": "http://127.0.0.1:1", "key": "old", "pid": os.getpid()}
    (tmp_path / "server.json").write_text(json.dumps(stale))
    async with embedded(tmp_path) as model:
        await model.warm()
        assert pid(tmp_path) != os.getpid()


async def test_the_state_file_with_the_key_is_private(tmp_path: Path) -> None:
    async with embedded(tmp_path) as model:
        await model.warm()
        assert (tmp_path / "server.json").stat().st_mode & 0o077 == 0
        endpoint = Endpoint(**json.loads((tmp_path / "server.json").read_text()))
    assert endpoint.key not in repr(endpoint)


async def test_a_file_that_is_no_model_is_an_error_not_an_endless_loop(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"not a model")
    broken = server(tmp_path / "var", tmp_path / "broken.gguf")
    with pytest.raises(ModelError) as caught:
        await broken.ensure()
    await broken.aclose()
    assert caught.value.kind is ErrorClass.SERVER


async def test_without_a_model_file_it_says_so(tmp_path: Path) -> None:
    missing = server(tmp_path, tmp_path / "missing.gguf")
    with pytest.raises(ModelError) as caught:
        await missing.ensure()
    await missing.aclose()
    assert caught.value.kind is ErrorClass.NOT_FOUND
    assert packaged_gguf() is not None
