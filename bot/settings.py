"""Every setting, typed and frozen: from ``config.yaml``, ``.env`` and the environment, in growing order of weight."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, SecretStr, ValidationError, model_validator

from bot.brief_settings import BriefsSettings as BriefsSettings
from bot.calendar_settings import CalendarSettings
from bot.complaints import explain
from bot.kinds import HttpUrl, WhoMayInstall, beginning
from bot.mail_settings import MailSettings
from bot.model_settings import Model as Model
from bot.model_settings import Section, default_models
from bot.note_settings import MemorySettings, NotesSettings
from bot.sources import SettingsError as SettingsError
from bot.sources import read_env, read_yaml
from core.conversation.attachments import FileLimits
from core.learning.votes import VotePolicy

PREFIX = "ROBBIE_"


class Web(Section):
    """The web chat."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    allowed_hosts: tuple[str, ...] = ()
    public_url: HttpUrl | None = None


class DatabaseSettings(Section):
    """Connections to PostgreSQL."""

    connections: int = Field(10, ge=2)


class IntakeSettings(Section):
    """What is let in."""

    max_age_minutes: float = Field(60, gt=0)
    bots: tuple[str, ...] = ()
    bot_turns_per_hour: int = Field(5, ge=0)


class SlackSettings(Section):
    """Whom Robbie serves in Slack."""

    install: WhoMayInstall = "off"

    def may_install(self, team: str) -> bool:
        """Whether a workspace may add Robbie."""
        return self.install == "open" or (self.install != "off" and team in self.install)


class DiscordSettings(Section):
    """How Robbie behaves in Discord."""

    reply_in: Literal["thread", "channel"] = "thread"
    answer_posts_in: tuple[str, ...] = ()


class GatewaySettings(Section):
    """Who is connected to a platform when several processes could be."""

    lease_seconds: float = Field(8.0, gt=0)
    renew_seconds: float = Field(2.0, gt=0)

    @model_validator(mode="after")
    def _renewed_in_time(self) -> Self:
        if self.renew_seconds > self.lease_seconds / 3:
            raise ValueError("renew_seconds must be at most a third of lease_seconds")
        return self


class SchedulerSettings(Section):
    """What recurs."""

    keep_days: float = Field(30, gt=0)
    purge_hour: int = Field(3, ge=0, le=23)


class Worker(Section):
    """How work is carried."""

    turns: int = Field(64, ge=1)
    quick: int = Field(32, ge=1)
    max_attempts: int = Field(3, ge=1)
    lease_seconds: float = Field(30.0, gt=0)
    renew_seconds: float = Field(1.0, gt=0)
    open_after_seconds: float = Field(0.3, ge=0)
    send_lease_seconds: float = Field(20.0, gt=0)
    dead_after_seconds: float = Field(10.0, gt=0)
    sweep_seconds: float = Field(2.0, gt=0)
    drain_seconds: float = Field(30.0, ge=0)


class Context(Section):
    """What a model is given."""

    tokens: int = Field(12_000, ge=500)
    messages: int = Field(200, ge=1)


class MentorsSettings(Section):
    """Who else may speak for Robbie."""

    folder: Path = Path("mentors")


class FeedbackSettings(Section):
    """Which reactions are votes, by the names that Slack and Discord give them."""

    up: tuple[str, ...] = tuple(VotePolicy().up)
    down: tuple[str, ...] = tuple(VotePolicy().down)


class Files(Section):
    """What people attach."""

    max_bytes: int = Field(10_000_000, ge=1_000, le=100_000_000)
    max_files: int = Field(5, ge=1, le=20)
    max_text: int = Field(40_000, ge=100, le=1_000_000)
    fetch_seconds: float = Field(20.0, gt=0)
    parse_seconds: float = Field(20.0, gt=0)
    image_max_bytes: int = Field(3_750_000, ge=1_000)
    image_max_pixels: int = Field(36_000_000, ge=1_000)
    uploads_max_bytes: int = Field(500_000_000, ge=0)

    def limits(self) -> FileLimits:
        """How much of a file is read."""
        return FileLimits(**self.model_dump(exclude={"uploads_max_bytes"}))


class BudgetSettings(Section):
    """Money."""

    daily_usd: float = Field(5.0, ge=0)


class RouterSettings(Section):
    """Patience with models."""

    turn_seconds: float = Field(120.0, gt=0)
    connect_seconds: float = Field(5.0, gt=0)
    first_token_seconds: float = Field(10.0, gt=0)
    stall_seconds: float = Field(20.0, gt=0)
    whole_seconds: float = Field(60.0, gt=0)
    breaker_failures: int = Field(5, ge=1)
    breaker_seconds: float = Field(20.0, gt=0)


class Secrets(Section):
    """What comes from the environment only. Each field is the variable of that name in capitals."""

    database_url: Annotated[SecretStr, beginning("postgresql://", "postgres://")] | None = None
    redis_url: Annotated[SecretStr, beginning("redis://", "rediss://", "unix://")] | None = None
    slack_bot_token: Annotated[SecretStr, beginning("xoxb-", "xoxe.")] | None = None
    slack_app_token: Annotated[SecretStr, beginning("xapp-")] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: SecretStr | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: HttpUrl = "https://slack.com/api/"
    discord_token: SecretStr | None = None
    discord_api_url: HttpUrl = "https://discord.com/api/v10"
    discord_gateway_url: Annotated[str, beginning("wss://", "ws://")] | None = None
    smtp_url: Annotated[SecretStr, beginning("smtp://", "smtps://")] | None = None
    encryption_key: Annotated[SecretStr, Field(min_length=16)] | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: HttpUrl | None = None
    anthropic_api_key: SecretStr | None = None
    anthropic_base_url: HttpUrl | None = None
    open_weight_api_key: SecretStr | None = None
    open_weight_base_url: HttpUrl = "https://api.groq.com/openai/v1"
    ollama_base_url: HttpUrl | None = None


class Settings(Section):
    """Everything that can be set."""

    home: Path = Path("var")
    log_format: Literal["auto", "text", "json"] = "auto"
    web: Web = Web()
    database: DatabaseSettings = DatabaseSettings()
    intake: IntakeSettings = IntakeSettings()
    slack: SlackSettings = SlackSettings()
    discord: DiscordSettings = DiscordSettings()
    gateway: GatewaySettings = GatewaySettings()
    worker: Worker = Worker()
    scheduler: SchedulerSettings = SchedulerSettings()
    context: Context = Context()
    memory: MemorySettings = MemorySettings()
    files: Files = Files()
    mentors: MentorsSettings = MentorsSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    notes: NotesSettings = NotesSettings()
    mail: MailSettings = MailSettings()
    briefs: BriefsSettings = BriefsSettings()
    calendar: CalendarSettings = CalendarSettings()
    budget: BudgetSettings = BudgetSettings()
    router: RouterSettings = RouterSettings()
    models: tuple[Model, ...] = Field(default_factory=default_models)
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
    given = {name: text for name, text in (os.environ if environ is None else environ).items() if text}
    secrets = [key.upper() for key in Secrets.model_fields]
    variables = {**read_env(env_file or Path(".env"), secrets), **given}
    values = read_yaml(config or _config_path(given))
    for name, text in variables.items():
        if name.startswith(PREFIX) and name not in (PREFIX + "CONFIG", PREFIX + "DATA"):
            _put(values, name, text)
    _refuse_secrets(values)
    values["secrets"] = {key: variables[key.upper()] for key in Secrets.model_fields if key.upper() in variables}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("; ".join(explain(error, Settings, _variables(variables)))) from None


def _config_path(environ: Mapping[str, str]) -> Path | None:
    named = environ.get(PREFIX + "CONFIG")
    if named:
        return Path(named)
    return Path("config.yaml") if Path("config.yaml").exists() else None


def _put(values: dict[str, object], name: str, text: str) -> None:
    """Set the value that an environment variable such as ROBBIE_WORKER__TURNS names."""
    *sections, key = _path(name)
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


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(PREFIX).lower().split("__"))


def _variables(names: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Which variable set the key at a path, so that a complaint names what the person wrote."""
    found = {_path(name): name for name in names if name.startswith(PREFIX)}
    return found | {("secrets", key): key.upper() for key in Secrets.model_fields}


def _refuse_secrets(values: Mapping[str, object]) -> None:
    """Secrets stay out of files that are shared; the message never shows one."""
    section = values.get("secrets")
    found = [*values, *(section if isinstance(section, dict) else ())]
    misplaced = [str(key).upper() for key in found if str(key).lower() in Secrets.model_fields]
    if misplaced or section is not None:
        names = " and ".join(misplaced) or "them"
        raise SettingsError(f"secrets do not belong in config.yaml: put {names} into .env (see .env.example)")
