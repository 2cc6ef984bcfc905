"""Logs: structured, for people on a terminal and as JSON elsewhere, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Literal

import structlog
from pydantic import SecretStr

# Tokens by their shape, for secrets that come from elsewhere than the settings.
_SHAPES = re.compile(
    r"\b(?:xox[a-z]-[\w-]{6,}|xapp-[\w-]{6,}|sk-[\w-]{8,}|gsk_\w{8,})|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?<=Bearer )\S+"
    # Discord: a bot's token, an interaction's, and whatever stands in its place in an address.
    r"|\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}|\baW50ZXJhY3Rpb24[\w-]{20,}"
    r"|(?<=/webhooks/)\d+/[\w-]+|(?<=/interactions/)\d+/[\w-]+"
)
# What errors quote of what people said: pydantic the value that it refuses, PostgreSQL the row.
_QUOTED = re.compile(r"(?<=input_value=).*?(?=, input_type=)|(?<=DETAIL:  ).*?(?=\n[A-Z]+: |\n\n|\Z)", re.DOTALL)
_QUIET = (
    *("procrastinate", "slack_sdk", "slack_bolt", "discord", "httpx", "httpcore", "LiteLLM", "apscheduler", "alembic"),
    "uvicorn",  # its address is said by ours
)

Event = MutableMapping[str, object]


class Redact:
    """Replaces every known secret, whatever looks like one, and what errors quote, before a line is written."""

    def __init__(self, secrets: Iterable[SecretStr]) -> None:
        self._values = [value for secret in secrets if len(value := secret.get_secret_value()) >= 6]

    def __call__(self, _logger: object, _name: str, event: Event) -> Event:
        """A structlog processor."""
        for key, value in event.items():
            event[key] = self._within(value)
        return event

    def clean(self, text: str) -> str:
        """The text without secrets, and without what an error in it quotes."""
        for value in self._values:
            text = text.replace(value, "[secret]")
        return _QUOTED.sub("[hidden]", _SHAPES.sub("[secret]", text))

    def _within(self, value: object) -> object:
        """A value of any shape without secrets; what is no plain data is shown as its text."""
        match value:
            case str():
                return self.clean(value)
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {self.clean(str(key)): self._within(inner) for key, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._within(inner) for inner in value]
        return self.clean(repr(value))


def configure(style: Literal["auto", "text", "json"], secrets: Iterable[SecretStr], *, quiet: bool = False) -> None:
    """Send the process's logs to standard error.

    Args:
        style: see ``config.yaml``.
        secrets: values that must not appear.
        quiet: warnings and errors only, for commands whose output people read.
    """
    text = style == "text" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
    ]
    render: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if text else structlog.processors.JSONRenderer()
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            Redact(secrets),
            render,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING if quiet else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
