"""The provider double's embeddings: as OpenAI makes them, asked by its SDK and on the wire."""

from __future__ import annotations

import base64
import struct

import httpx
import openai
import pytest

from adapters.doubles.providers import ProviderDouble


async def test_the_double_answers_the_openai_sdk_which_asks_for_base64() -> None:
    async with ProviderDouble() as double, openai.AsyncOpenAI(api_key="sk", base_url=double.openai_url) as sdk:
        answer = await sdk.embeddings.create(model="text-embedding-3-small", input=["hello", "world"], dimensions=100)
        assert double.requests[-1].body["encoding_format"] == "base64"
        assert [len(item.embedding) for item in answer.data] == [100, 100]
        assert answer.usage.total_tokens == 4
        plain = await sdk.embeddings.create(model="text-embedding-3-small", input="hello", encoding_format="float")
        assert len(plain.data[0].embedding) == 1536
        body = {"model": "all-minilm", "input": "hello", "encoding_format": "base64"}
        async with httpx.AsyncClient(headers={"Authorization": "Bearer sk"}) as http:
            raw = await http.post(f"{double.openai_url}/embeddings", json=body)
        assert len(struct.unpack("<384f", base64.b64decode(raw.json()["data"][0]["embedding"]))) == 384


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"input": "x"}, 400, "you must provide a model parameter"),
        ({"model": "gone", "input": "x"}, 404, "does not exist"),
        ({"model": "gpt-4o", "input": "x"}, 403, "not allowed to generate embeddings"),
        ({"model": "text-embedding-3-small", "input": ""}, 400, "'$.input' is invalid"),
        ({"model": "text-embedding-3-small", "input": []}, 400, "'$.input' is invalid"),
        ({"model": "text-embedding-3-small", "input": ["x"] * 2049}, 400, "array too long"),
        ({"model": "text-embedding-3-small", "input": "x" * 40_000}, 400, "maximum context length is 8192"),
        ({"model": "text-embedding-3-small", "input": "x", "dimensions": 1537}, 400, "'dimensions'"),
        ({"model": "text-embedding-ada-002", "input": "x", "dimensions": 384}, 400, "does not support specifying"),
        ({"model": "text-embedding-3-small", "input": "x", "encoding_format": "hex"}, 400, "'float' and 'base64'"),
    ],
)
async def test_the_double_refuses_what_openai_refuses(body: dict[str, object], status: int, said: str) -> None:
    async with ProviderDouble() as double, httpx.AsyncClient(headers={"Authorization": "Bearer sk"}) as http:
        answer = await http.post(f"{double.openai_url}/embeddings", json=body)
        assert (answer.status_code, said in answer.json()["error"]["message"]) == (status, True)
        nobody = await http.post(
            f"{double.openai_url}/embeddings", json=body, headers={"Authorization": "Bearer invalid"}
        )
        assert nobody.status_code == 401
