"""The provider doubles, asked by the real SDK where there is one, and checked on the wire."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import openai
import pytest

from adapters.doubles.providers import ProviderDouble

ANTHROPIC = {"x-api-key": "sk-ant", "anthropic-version": "2023-06-01"}
OPENAI = {"Authorization": "Bearer sk"}
HELLO = [{"role": "user", "content": "hello there, how are you today?"}]


@pytest.fixture
async def double() -> AsyncIterator[ProviderDouble]:
    async with ProviderDouble() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


@pytest.fixture
async def sdk(double: ProviderDouble) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key="sk", base_url=double.openai_url, max_retries=0) as client:
        yield client


def events(text: str) -> list[dict[str, object]]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


async def test_the_openai_sdk_reads_a_whole_answer(sdk: openai.AsyncOpenAI) -> None:
    answer = await sdk.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    assert answer.choices[0].message.content == "You said: hi"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3


@pytest.mark.parametrize("wanted", [True, False])
async def test_openai_streams_usage_last_and_only_when_asked(sdk: openai.AsyncOpenAI, wanted: bool) -> None:
    stream = await sdk.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "hello there, how are you?"}],
        stream=True,
        stream_options={"include_usage": wanted},
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "You said: hello there, how are you?"
    assert [c.usage is not None for c in chunks] == [False] * (len(chunks) - 1) + [wanted]


async def test_an_openai_stream_ends_with_done(double: ProviderDouble, http: httpx.AsyncClient) -> None:
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True}
    answer = await http.post(f"{double.openai_url}/chat/completions", headers=OPENAI, json=body)
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_anthropic_streams_its_events_in_order(double: ProviderDouble, http: httpx.AsyncClient) -> None:
    body = {"model": "claude-sonnet-4-5", "messages": HELLO, "max_tokens": 100, "stream": True}
    answer = await http.post(f"{double.anthropic_url}/v1/messages", headers=ANTHROPIC, json=body)
    seen = events(answer.text)
    names = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert names == [event["type"] for event in seen]
    assert names[:3] == ["message_start", "content_block_start", "ping"]
    assert set(names[3:-3]) == {"content_block_delta"}
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert seen[-2]["usage"] == {"output_tokens": 11}


async def test_ollama_streams_lines_until_done_with_counts(double: ProviderDouble, http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{double.ollama_url}/api/chat", json={"model": "llama3.2", "messages": HELLO})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert "".join(line["message"]["content"] for line in lines) == f"You said: {HELLO[0]['content']}"
    assert lines[-1]["eval_count"] == 11


async def test_ollama_answers_whole_and_lists_its_models(double: ProviderDouble, http: httpx.AsyncClient) -> None:
    body = {"model": "llama3.2", "messages": HELLO, "stream": False}
    answer = (await http.post(f"{double.ollama_url}/api/chat", json=body)).json()
    assert answer["done"] is True
    tags = (await http.get(f"{double.ollama_url}/api/tags")).json()
    assert "llama3.2" in [model["name"] for model in tags["models"]]


@pytest.mark.parametrize(
    ("path", "model", "terminator"),
    [
        ("v1/chat/completions", "gpt-4o", "[DONE]"),
        ("groq/openai/v1/chat/completions", "openai/gpt-oss-120b", "[DONE]"),
        ("anthropic/v1/messages", "claude-sonnet-4-5", "message_stop"),
        ("ollama/api/chat", "llama3.2", '"done":true'),
    ],
)
async def test_a_truncated_stream_closes_cleanly_without_its_terminator(
    double: ProviderDouble, http: httpx.AsyncClient, path: str, model: str, terminator: str
) -> None:
    body = {"model": model, "messages": HELLO, "max_tokens": 100, "stream": True}
    whole = await http.post(f"{double.url}/{path}", headers=OPENAI | ANTHROPIC, json=body)
    double.fault("truncate", after=1)
    cut = await http.post(f"{double.url}/{path}", headers=OPENAI | ANTHROPIC, json=body)
    assert terminator in whole.text
    assert terminator not in cut.text
    assert "You said: hello " in cut.text


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({}, {"model": "gpt-4o", "messages": HELLO}, 401, "invalid_api_key"),
        ({"Authorization": "Bearer invalid"}, {"model": "gpt-4o", "messages": HELLO}, 401, "invalid_api_key"),
        (OPENAI, {"model": "gpt-4o", "messages": [{"role": "user"}]}, 400, "invalid_value"),
        (OPENAI, {"model": "gpt-99", "messages": HELLO}, 404, "model_not_found"),
        (OPENAI, {"model": "gpt-4o"}, 400, "invalid_value"),
        (OPENAI, {"model": "gpt-4o", "messages": [{"role": "robot", "content": "x"}]}, 400, "invalid_value"),
        (
            OPENAI,
            {"model": "gpt-4o", "messages": [{"role": "user", "content": "x" * 600_000}]},
            400,
            "context_length_exceeded",
        ),
    ],
)
async def test_openai_refuses_what_the_real_one_refuses(
    double: ProviderDouble,
    http: httpx.AsyncClient,
    headers: dict[str, str],
    body: dict[str, object],
    status: int,
    code: str,
) -> None:
    answer = await http.post(f"{double.openai_url}/chat/completions", headers=headers, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("headers", "change", "status", "kind"),
    [
        ({}, {}, 401, "authentication_error"),
        ({"x-api-key": "k"}, {}, 400, "invalid_request_error"),
        (ANTHROPIC, {"model": "claude-0"}, 404, "not_found_error"),
        (ANTHROPIC, {"max_tokens": None}, 400, "invalid_request_error"),
        (ANTHROPIC, {"messages": [{"role": "system", "content": "x"}]}, 400, "invalid_request_error"),
        (ANTHROPIC, {"messages": [{"role": "user", "content": "x" * 900_000}]}, 400, "invalid_request_error"),
    ],
)
async def test_anthropic_refuses_what_the_real_one_refuses(
    double: ProviderDouble,
    http: httpx.AsyncClient,
    headers: dict[str, str],
    change: dict[str, object],
    status: int,
    kind: str,
) -> None:
    body = {"model": "claude-sonnet-4-5", "messages": HELLO, "max_tokens": 10, **change}
    answer = await http.post(f"{double.anthropic_url}/v1/messages", headers=headers, json=body)
    assert answer.status_code == status
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == kind


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"model": "llama0"}, 404, "'llama0' not found"),
        ({"model": ""}, 400, "model is required"),
        ({"messages": []}, 400, "messages"),
    ],
)
async def test_ollama_refuses_what_the_real_one_refuses(
    double: ProviderDouble, http: httpx.AsyncClient, change: dict[str, object], status: int, said: str
) -> None:
    answer = await http.post(f"{double.ollama_url}/api/chat", json={"model": "llama3.2", "messages": HELLO, **change})
    assert answer.status_code == status
    assert said in answer.json()["error"]


async def test_a_reply_can_be_a_function_and_belong_to_a_model(double: ProviderDouble, sdk: openai.AsyncOpenAI) -> None:
    double.reply("for all")
    double.reply(lambda body: f"{body['model']} speaking", model="gpt-4o")
    texts = []
    for model in ("gpt-4o", "gpt-4o-mini"):
        answer = await sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": "hi"}])
        texts.append(answer.choices[0].message.content)
    assert texts == ["gpt-4o speaking", "for all"]


async def test_a_fault_hits_its_route_and_model_so_often_and_no_other(
    double: ProviderDouble, sdk: openai.AsyncOpenAI
) -> None:
    fault = double.fault("status", status=429, retry_after=3, model="gpt-4o", route="openai", times=1)
    ask = sdk.chat.completions.create
    await ask(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
    with pytest.raises(openai.RateLimitError) as caught:
        await ask(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    assert caught.value.response.headers["retry-after"] == "3"
    await ask(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    assert fault.hits == 1


async def test_a_held_request_says_that_it_arrived_and_goes_on_when_released(
    double: ProviderDouble, sdk: openai.AsyncOpenAI
) -> None:
    fault = double.fault("hold")
    asking = asyncio.ensure_future(
        sdk.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    )
    await fault.arrived.wait()
    assert not asking.done()
    fault.release()
    assert (await asking).choices[0].message.content == "You said: hi"


async def test_refused_connections_are_accepted_again_on_the_same_port(
    double: ProviderDouble, http: httpx.AsyncClient
) -> None:
    body = {"model": "gpt-4o", "messages": HELLO}
    url = f"{double.openai_url}/chat/completions"
    await http.post(url, headers=OPENAI, json=body)
    await double.refuse_connections()
    for _ in range(2):  # the first may ride on the open connection, which is reset
        with pytest.raises(httpx.TransportError):
            await http.post(url, headers=OPENAI, json=body)
    await double.accept_connections()
    assert (await http.post(url, headers=OPENAI, json=body)).is_success


async def test_the_log_keeps_the_last_requests(sdk: openai.AsyncOpenAI, double: ProviderDouble) -> None:
    for text in ("one", "two"):
        await sdk.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
    assert [r.messages[-1]["content"] for r in double.requests] == ["one", "two"]
    assert double.requests[0].at <= double.requests[1].at
    assert double.requests[0].route == "openai"


async def test_a_double_in_its_own_process_is_controlled_by_http(http: httpx.AsyncClient) -> None:
    command = (sys.executable, "-m", "adapters.doubles.providers", "--model", "my-model=100")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=Path(__file__).parents[2])
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        chat = f"{url}/v1/chat/completions"
        body = {"model": "my-model", "messages": HELLO}
        await http.post(f"{url}/_control/reply", json={"text": "scripted"})
        await http.post(f"{url}/_control/fault", json={"kind": "status", "status": 503, "times": 1})
        assert (await http.post(chat, headers=OPENAI, json=body)).status_code == 503
        answer = await http.post(chat, headers=OPENAI, json=body)
        assert answer.json()["choices"][0]["message"]["content"] == "scripted"
        logged = (await http.get(f"{url}/_control/requests")).json()
        assert [r["model"] for r in logged] == ["my-model", "my-model"]
        faults = (await http.get(f"{url}/_control/fault")).json()
        assert faults[0]["hits"] == 1
        for wrong in ({"kindd": "drop"}, {"kind": "no such kind"}):
            assert (await http.post(f"{url}/_control/fault", json=wrong)).status_code == 400
    finally:
        process.terminate()
        await process.wait()
