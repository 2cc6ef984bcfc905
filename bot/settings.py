"""Every setting, typed and frozen: from ``config.yaml``, ``.env`` and the environment, in growing order of weight."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, get_args

import yaml
from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "ROBBIE_"


class SettingsError(Exception):
    """A setting is unknown or wrong; the message names it and says what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Web(_Section):
    """The web chat."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    allowed_hosts: tuple[str, ...] = ()


class DatabaseSettings(_Section):
    """Connections to PostgreSQL."""

    connections: int = Field(10, ge=2)


class IntakeSettings(_Section):
    """What is let in."""

    max_age_minutes: float = Field(60, gt=0)
    bots: tuple[str, ...] = ()
    bot_turns_per_hour: int = Field(5, ge=0)


class Worker(_Section):
    """How work is carried."""

    turns: int = Field(32, ge=1)
    quick: int = Field(16, ge=1)
    max_attempts: int = Field(3, ge=1)
    lease_seconds: float = Field(30.0, gt=0)
    renew_seconds: float = Field(1.0, gt=0)
    send_lease_seconds: float = Field(20.0, gt=0)
    dead_after_seconds: float = Field(10.0, gt=0)
    sweep_seconds: float = Field(2.0, gt=0)
    drain_seconds: float = Field(30.0, ge=0)


class Context(_Section):
    """What a model is given."""

    tokens: int = Field(12_000, ge=500)
    messages: int = Field(200, ge=1)


class BudgetSettings(_Section):
    """Money."""

    daily_usd: float = Field(5.0, ge=0)


class RouterSettings(_Section):
    """Patience with models."""

    turn_seconds: float = Field(120.0, gt=0)
    connect_seconds: float = Field(5.0, gt=0)
    first_token_seconds: float = Field(10.0, gt=0)
    stall_seconds: float = Field(20.0, gt=0)
    breaker_failures: int = Field(5, ge=1)
    breaker_seconds: float = Field(20.0, gt=0)


Provider = Literal["openai", "anthropic", "compatible", "ollama", "embedded"]


class Model(_Section):
    """One model of the chain."""

    level: int = Field(ge=1, le=4)
    provider: Provider
    model: str = Field(min_length=1)
    input_usd: float = Field(0.0, ge=0)
    output_usd: float = Field(0.0, ge=0)
    context_tokens: int = Field(128_000, ge=512)
    max_output_tokens: int = Field(2_048, ge=16)


def _default_models() -> tuple[Model, ...]:
    return (
        Model(level=1, provider="openai", model="gpt-5.4-mini", input_usd=0.75, output_usd=4.5, context_tokens=272_000),
        Model(
            level=2,
            provider="anthropic",
            model="claude-sonnet-5",
            input_usd=2.0,
            output_usd=10.0,
            context_tokens=1_000_000,
        ),
        Model(
            level=3,
            provider="compatible",
            model="openai/gpt-oss-120b",
            input_usd=0.15,
            output_usd=0.6,
            context_tokens=131_072,
        ),
        Model(level=4, provider="ollama", model="llama3.1", context_tokens=8_192),
        Model(level=4, provider="embedded", model="smollm2-135m", context_tokens=4_096, max_output_tokens=512),
    )


class Secrets(_Section):
    """What comes from the environment only. Each field is the variable of that name in capitals."""

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: str | None = None
    open_weight_api_key: SecretStr | None = None
    open_weight_base_url: str = "https://api.groq.com/openai/v1"
    ollama_base_url: str | None = None


class Settings(_Section):
    """Everything that can be set."""

    home: Path = Path("var")
    log_format: Literal["auto", "text", "json"] = "auto"
    web: Web = Web()
    database: DatabaseSettings = DatabaseSettings()
    intake: IntakeSettings = IntakeSettings()
    worker: Worker = Worker()
    context: Context = Context()
    budget: BudgetSettings = BudgetSettings()
    router: RouterSettings = RouterSettings()
    models: tuple[Model, ...] = Field(default_factory=_default_models)
    secrets: Secrets = Secrets()


def load(
    config: Path | None = None, env_file: Path | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings. Raises SettingsError.

    Args:
        config: the YAML file; by default ``$ROBBIE_CONFIG``, or ``config.yaml`` in the working folder if it is there.
        env_file: by default ``.env`` in the working folder if it is there.
        environ: by default the process's environment.
    """
    given = dict(os.environ if environ is None else environ)
    file_values = {key: value for key, value in dotenv_values(env_file or Path(".env")).items() if value}
    variables = {**file_values, **given}
    values = _read(config or _config_path(given))
    for name, text in variables.items():
        if name.startswith(PREFIX) and name not in (PREFIX + "CONFIG", PREFIX + "DATA"):
            _put(values, name, text)
    if "secrets" in values:
        raise SettingsError("secrets do not belong in config.yaml: put them into .env (see README)")
    values["secrets"] = {key: variables[key.upper()] for key in Secrets.model_fields if variables.get(key.upper())}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _config_path(environ: Mapping[str, str]) -> Path | None:
    named = environ.get(PREFIX + "CONFIG")
    if named:
        return Path(named)
    return Path("config.yaml") if Path("config.yaml").exists() else None


def _read(path: Path | None) -> dict[str, object]:
    if path is None:
        return {}
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must be a list of 'key: value' lines")
    return values


def _put(values: dict[str, object], name: str, text: str) -> None:
    """Set the value that an environment variable such as ROBBIE_WORKER__TURNS names."""
    *sections, key = name.removeprefix(PREFIX).lower().split("__")
    target = values
    for section in sections:
        inner = target.setdefault(section, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"{name}: {section} has no keys of its own")
        target = inner
    try:
        target[key] = yaml.safe_load(text)
    except yaml.YAMLError:
        raise SettingsError(f"{name}: {text!r} cannot be read; write it as in config.yaml") from None


def _explain(error: ValidationError) -> str:
    return "; ".join(_line(item["type"], item["loc"], item["msg"], item["input"]) for item in error.errors())


def _line(kind: str, where: tuple[int | str, ...], message: str, given: object) -> str:
    path = ".".join(str(step) for step in where)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(where[-1]), _known(where[:-1]), n=1, cutoff=0.4)
        return f"unknown setting {path!r}" + (f": did you mean {near[0]!r}?" if near else "")
    shown = "" if where[0] == "secrets" else f" (it is {given!r})"
    return f"setting {path!r}: {message[0].lower()}{message[1:]}{shown}"


def _known(where: Iterable[int | str]) -> list[str]:
    """The keys that exist at a place of the settings."""
    model: type[BaseModel] = Settings
    for step in where:
        if isinstance(step, int):
            continue
        annotation = model.model_fields[step].annotation
        inner = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]
        model = next(kind for kind in inner if issubclass(kind, BaseModel))
    return list(model.model_fields)
