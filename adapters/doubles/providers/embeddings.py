"""OpenAI's embeddings, with vectors that lie closer together the more words two texts share."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Mapping, Sequence
from math import sqrt

from adapters.doubles.providers.dialect import Exchange, Refusal
from adapters.doubles.providers.openai import OpenAI
from adapters.doubles.providers.script import Json, tokens_in

SIZES: Mapping[str, int] = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
    "nomic-embed-text": 768,
    "all-minilm": 384,
    "embed-tiny": 256,
}
"""The embedding models that exist, with the length of their vectors. The first two can shorten them."""

_SHORTENED = "text-embedding-3"
_INVALID = "invalid_request_error"
_MOST_TEXTS, _MOST_TOKENS = 2048, 8192
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a pair is no text to the real server either
_BAD_INPUT = "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."


class Embeddings(OpenAI):
    """``POST /v1/embeddings``, whole and never streamed."""

    malformed = b'{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.01'

    def check(self, headers: Mapping[str, str], body: Json, models: Mapping[str, int]) -> None:
        """Key, model, input, and the wanted form."""
        self.admit(headers)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Refusal(400, "you must provide a model parameter", "")
        if model not in SIZES and model in models:
            raise Refusal(403, "You are not allowed to generate embeddings from this model", "")
        if model not in SIZES:
            message = f"The model `{model}` does not exist or you do not have access to it."
            raise Refusal(404, message, "model_not_found")
        _check_input(_texts(body))
        _check_form(body, SIZES[model])

    def streams(self, body: Json) -> bool:
        """Never."""
        return False

    def output_limit(self, body: Json) -> int | None:
        """What is answered is no text."""
        return None

    def whole(self, exchange: Exchange) -> Json:
        """A ``list`` of embeddings."""
        texts, body = _texts(exchange.body), exchange.body
        size = body.get("dimensions", SIZES[exchange.model])
        encoded = body.get("encoding_format") == "base64"
        vectors = [vector_of(text, SIZES[exchange.model], size if isinstance(size, int) else 0) for text in texts]
        data = [
            {"object": "embedding", "index": index, "embedding": _base64(vector) if encoded else vector}
            for index, vector in enumerate(vectors)
        ]
        tokens = sum(map(tokens_in, texts))
        usage = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if exchange.report_usage else {}
        return {"object": "list", "data": data, "model": exchange.model, **usage}


def vector_of(text: str, native: int, size: int) -> list[float]:
    """The sum of a fixed direction for each word, cut to ``size`` and brought to unit length."""
    total = [0.0] * size
    for word in re.findall(r"\w+", text.lower()) or [text]:
        direction = hashlib.shake_256(word.encode()).digest(native)
        total = [sum_ + byte - 127.5 for sum_, byte in zip(total, direction, strict=False)]
    length = sqrt(sum(number * number for number in total))
    return [number / length for number in total]


def _texts(body: Json) -> list[str]:
    """The input; one text or many."""
    given = body.get("input")
    listed: Sequence[object] = given if isinstance(given, list) else [given]
    texts = [text for text in listed if isinstance(text, str)]
    if not listed or len(texts) != len(listed):
        raise Refusal(400, _BAD_INPUT, "")
    return texts


def _check_input(texts: Sequence[str]) -> None:
    if any(not text or _SURROGATE.search(text) for text in texts):
        raise Refusal(400, _BAD_INPUT, "")
    if len(texts) > _MOST_TEXTS:
        message = (
            f"Invalid 'input': array too long. Expected an array with maximum length {_MOST_TEXTS}, "
            f"but got an array with length {len(texts)} instead."
        )
        raise Refusal(400, message, "array_above_max_length", "input")
    longest = max(map(tokens_in, texts))
    if longest > _MOST_TOKENS:
        message = (
            f"This model's maximum context length is {_MOST_TOKENS} tokens, however you requested {longest} tokens "
            f"({longest} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."
        )
        raise Refusal(400, message, "")


def _check_form(body: Json, native: int) -> None:
    form, size = body.get("encoding_format", "float"), body.get("dimensions")
    if form not in ("float", "base64"):
        message = f"Invalid value: '{form}'. Supported values are: 'float' and 'base64'."
        raise Refusal(400, message, "invalid_value", "encoding_format")
    if "dimensions" not in body:
        return
    if not str(body.get("model")).startswith(_SHORTENED):
        raise Refusal(400, "This model does not support specifying dimensions.", "")
    if not isinstance(size, int) or not 1 <= size <= native:
        raise Refusal(400, f"Invalid value for 'dimensions' = {size}. Must be at most {native}.", "")


def _base64(vector: Sequence[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
