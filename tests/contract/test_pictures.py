"""Pictures in a prompt: what each protocol carries, and what providers refuse, asked of their doubles."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from adapters.doubles.providers import ProviderDouble, pictures_in
from adapters.llm.direct import DirectModel
from adapters.llm.library import load_litellm
from adapters.llm.litellm_model import LiteLLMModel
from adapters.llm.protocols import AnthropicMessages, OpenAIChat
from core.routing.models import ChatMessage, ChatRequest, ErrorClass, Level, ModelError, ModelSpec, Picture, TextDelta
from tests.drawn import gif, jpeg, png, png_of

Json = dict[str, object]
PNG, JPEG = png(3, 2), jpeg(4, 5)
SHOWN = (Picture("a.png", "image/png", PNG, 3, 2), Picture("b.jpg", "image/jpeg", JPEG, 4, 5))
KEY = SecretStr("sk-pictures")
OPENAI = {"Authorization": "Bearer sk"}
ANTHROPIC = {"x-api-key": "sk-ant", "anthropic-version": "2023-06-01"}


@pytest.fixture
async def double() -> AsyncIterator[ProviderDouble]:
    async with ProviderDouble({"gpt-4o": 128_000, "claude-sonnet-4-5": 200_000, "llava": 8_000, "llama3": 8_000}) as it:
        yield it


def model_of(kind: str, double: ProviderDouble) -> DirectModel | LiteLLMModel:
    spec = ModelSpec(kind, Level.GPT4_CLASS, vision=True)
    match kind:
        case "openai":
            return DirectModel(spec, "gpt-4o", OpenAIChat(), api_key=KEY, base=double.openai_url)
        case "anthropic":
            return DirectModel(spec, "claude-sonnet-4-5", AnthropicMessages(), api_key=KEY, base=double.anthropic_url)
        case "ollama":
            return DirectModel(spec, "llava", OpenAIChat(), base=f"{double.ollama_url}/v1")
        case "litellm openai":
            load_litellm()
            return LiteLLMModel(spec, "openai/gpt-4o", api_key=KEY, api_base=double.openai_url)
        case _:
            load_litellm()
            return LiteLLMModel(spec, "anthropic/claude-sonnet-4-5", api_key=KEY, api_base=double.anthropic_url)


async def said(model: DirectModel | LiteLLMModel, *messages: ChatMessage) -> str:
    try:
        chunks = [chunk async for chunk in model.stream(ChatRequest(messages, 100))]
    finally:
        await model.aclose()
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, TextDelta))


@pytest.mark.parametrize("kind", ["openai", "anthropic", "ollama", "litellm openai", "litellm anthropic"])
async def test_every_protocol_carries_pictures_and_the_text_beside_them(kind: str, double: ProviderDouble) -> None:
    system = ChatMessage("system", "Be kind.")
    shown = ChatMessage("user", "What is on these?", pictures=SHOWN)
    assert await said(model_of(kind, double), system, shown) == "You said: What is on these?"
    assert pictures_in(double.requests[-1].body) == [("image/png", PNG), ("image/jpeg", JPEG)]


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_a_picture_without_a_word_is_no_empty_message(kind: str, double: ProviderDouble) -> None:
    double.reply("A grey square.")
    assert await said(model_of(kind, double), ChatMessage("user", "", pictures=SHOWN[:1])) == "A grey square."


async def test_a_prompt_without_pictures_is_sent_as_plain_text(double: ProviderDouble) -> None:
    await said(model_of("anthropic", double), ChatMessage("user", "hi"))
    assert double.requests[-1].messages == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_what_is_no_picture_is_a_bad_request_and_the_next_model_is_asked(
    kind: str, double: ProviderDouble
) -> None:
    fake = Picture("a.png", "image/png", b"<html>", 1, 1)
    with pytest.raises(ModelError) as caught:
        await said(model_of(kind, double), ChatMessage("user", "look", pictures=(fake,)))
    assert caught.value.kind is ErrorClass.BAD_REQUEST


def data_url(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def openai_part(url: object, role: str = "user") -> Json:
    return {"role": role, "content": [{"type": "image_url", "image_url": {"url": url}}]}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (openai_part(data_url(b"BM")), "invalid_image_format"),
        (openai_part("data:image/png;base64,@@"), "invalid_base64"),
        (openai_part("http://127.0.0.1/a.png"), "invalid_image_url"),
        (openai_part(data_url(PNG), "assistant"), "invalid_value"),
        (openai_part(data_url(PNG + b"\0" * 20 * 1024**2)), "image_too_large"),
        ({"role": "user", "content": [{"type": "text", "text": ""}]}, "invalid_value"),
        ({"role": "user", "content": [{"type": "video"}]}, "invalid_value"),
    ],
)
async def test_openai_refuses_parts_that_it_does_not_take(double: ProviderDouble, message: Json, code: str) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        body = {"model": "gpt-4o", "messages": [message]}
        answer = await http.post(f"{double.openai_url}/chat/completions", headers=OPENAI, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_a_model_that_cannot_see_refuses_parts(double: ProviderDouble) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        body = {"model": "llama3", "messages": [openai_part(data_url(PNG))]}
        answer = await http.post(f"{double.groq_url}/chat/completions", headers=OPENAI, json=body)
    assert answer.status_code == 400


def block(data: bytes | str, kind: str = "image/png", role: str = "user") -> Json:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    source = {"type": "base64", "media_type": kind, "data": text}
    return {"role": role, "content": [{"type": "image", "source": source}]}


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (block(b"BM"), "Could not process image"),
        (block(gif()), "does not match"),
        (block(PNG, "image/bmp"), "media_type"),
        (block("@@"), "invalid base64"),
        (block(PNG + b"\0" * 4_000_000), "exceeds 5 MB"),
        (block(png_of(8_001, 1, b"")), "8000 pixels"),
        (block(PNG, role="assistant"), "not permitted"),
        ({"role": "user", "content": [{"type": "text", "text": " "}]}, "non-empty"),
        ({"role": "user", "content": [{"type": "image"}]}, "Field required"),
    ],
)
async def test_anthropic_refuses_blocks_that_it_does_not_take(double: ProviderDouble, message: Json, why: str) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        body = {"model": "claude-sonnet-4-5", "max_tokens": 5, "messages": [message]}
        answer = await http.post(f"{double.anthropic_url}/v1/messages", headers=ANTHROPIC, json=body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]["message"]
