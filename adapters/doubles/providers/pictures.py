"""What the providers refuse of pictures in a prompt."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from adapters.doubles.providers.dialect import Refusal
from adapters.doubles.providers.script import Json

_DATA_URL = re.compile(r"data:(image/[a-z+.-]+);base64,(.*)", re.DOTALL)
_MAGIC = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF.{4}WEBP",
}
_BLIND = ("openai/gpt-oss", "llama")
_OPENAI_BYTES = 20 * 1024**2
_ANTHROPIC_TEXT = 5 * 1024**2  # of the encoded picture
_ANTHROPIC_SIDE = 8_000


def pictures_in(body: Json) -> list[tuple[str, bytes]]:
    """Media type and bytes of every picture of a request, as tests want to look at them."""
    found = []
    for _, part in _parts(body):
        if part.get("type") == "image":
            source = part.get("source")
            if isinstance(source, dict):
                found.append((str(source["media_type"]), base64.b64decode(source["data"])))
        elif part.get("type") == "image_url" and (match := _DATA_URL.fullmatch(_url(part))):
            found.append((match[1], base64.b64decode(match[2])))
    return found


def check_openai(body: Json, model: str) -> None:
    """Parts of a known type, pictures of people only, in a data URL or at an address, whole, of a known format."""
    for role, part in _parts(body):
        if part.get("type") == "text":
            _text(part, "invalid_value")
            continue
        if part.get("type") != "image_url":
            raise Refusal(400, f"Invalid value: '{part.get('type')}'.", "invalid_value", "messages")
        if model.startswith(_BLIND):
            raise Refusal(400, "messages.content must be a string", "")
        if role != "user":
            message = f"Image URLs are only allowed for messages with role 'user', but this one has role '{role}'."
            raise Refusal(400, message, "invalid_value", "messages")
        if not _url(part).startswith("https://"):
            _check_data_url(_url(part))


def check_anthropic(body: Json) -> None:
    """Blocks of a known type; pictures are whole, of the type that they say, and not too large."""
    for role, part in _parts(body):
        if part.get("type") == "text":
            _text(part, "invalid_request_error")
        elif part.get("type") != "image":
            raise _invalid(f"messages.content: Input tag '{part.get('type')}' found using 'type' is not expected")
        elif role != "user":
            raise _invalid("messages: `image` blocks are not permitted in assistant turns")
        else:
            _check_source(part.get("source"))


def _check_data_url(url: str) -> None:
    match = _DATA_URL.fullmatch(url)
    if match is None:
        raise Refusal(400, "Invalid image URL: expected a base64-encoded data URL.", "invalid_image_url", "messages")
    data = _decoded(match[2])
    if data is None:
        raise Refusal(400, "Invalid base64 image_url.", "invalid_base64", "messages")
    if _type_of(data) is None:
        text = "You uploaded an unsupported image. Please make sure your image is valid: png, jpeg, gif or webp."
        raise Refusal(400, text, "invalid_image_format", "messages")
    if len(data) > _OPENAI_BYTES:
        raise Refusal(400, "Image is too large: at most 20 MB are allowed.", "image_too_large", "messages")


def _check_source(source: object) -> None:
    if not isinstance(source, dict) or source.get("type") != "base64":
        raise _invalid("messages.content.image.source: Field required")
    media_type, text = str(source.get("media_type")), str(source.get("data"))
    if media_type not in _MAGIC:
        raise _invalid("messages.content.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', …")
    data = _decoded(text)
    if data is None:
        raise _invalid("messages.content.image.source.base64: invalid base64 data")
    if len(text) > _ANTHROPIC_TEXT:
        raise _invalid(f"image exceeds 5 MB maximum: {len(text)} bytes > {_ANTHROPIC_TEXT} bytes")
    if _type_of(data) is None:
        raise _invalid("Could not process image")
    if _type_of(data) != media_type:
        raise _invalid(f"Image does not match the provided media type {media_type}")
    if media_type == "image/png" and max(_png_sides(data)) > _ANTHROPIC_SIDE:
        raise _invalid("At least one of the image dimensions exceed max allowed size: 8000 pixels")


def _parts(body: Json) -> Iterator[tuple[str, Json]]:
    """Role and part, of every message that has parts."""
    listed = body.get("messages")
    for message in listed if isinstance(listed, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else []:
            yield str(message.get("role")), part if isinstance(part, dict) else {}


def _url(part: Json) -> str:
    image = part.get("image_url")
    return str(image.get("url")) if isinstance(image, dict) else ""


def _text(part: Json, kind: str) -> None:
    if not str(part.get("text") or "").strip():
        raise Refusal(400, "text content blocks must be non-empty", kind, "messages")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _type_of(data: bytes) -> str | None:
    return next((kind for kind, magic in _MAGIC.items() if re.match(magic, data, re.DOTALL)), None)


def _png_sides(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _invalid(message: str) -> Refusal:
    return Refusal(400, message, "invalid_request_error")
