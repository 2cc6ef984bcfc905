"""Kinds of settings that are more than a number or a text."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr


def beginning(*starts: str) -> AfterValidator:
    """An address or token of the right kind, told by how it begins. The value is a secret, so it is never shown."""

    def check(value: SecretStr | str) -> SecretStr | str:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not text.startswith(starts):
            raise ValueError(f"must begin with {' or '.join(starts)}")
        return value

    return AfterValidator(check)


HttpUrl = Annotated[str, beginning("https://", "http://")]


def _who_may_install(value: object) -> object:
    """YAML reads ``off`` as false."""
    if value is False:
        return "off"
    teams = value if isinstance(value, list | tuple) else ()
    if value in ("off", "open") or (teams and all(re.fullmatch(r"T[A-Z0-9]+", str(team)) for team in teams)):
        return value
    raise ValueError("must be off, open, or a list of workspace ids such as [T0123ABCD]")


WhoMayInstall = Annotated[Literal["off", "open"] | tuple[str, ...], BeforeValidator(_who_may_install)]


def _embedding_name(value: object) -> object:
    """YAML reads ``off`` as false."""
    if value is False:
        return "off"
    if isinstance(value, str) and (value in ("local", "off") or re.fullmatch(r"[^/\s]+/\S+", value)):
        return value
    raise ValueError("must be local, off, or a model by litellm's name, such as openai/text-embedding-3-small")


EmbeddingName = Annotated[str, BeforeValidator(_embedding_name)]
