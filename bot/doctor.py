"""``robbie doctor``: what is wrong, and how to mend it. It looks at everything and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pydantic import SecretStr

from adapters.email.checks import mail
from adapters.embedding.checks import local_embedder
from adapters.llm import checks as llm
from adapters.machine import checks as machine
from adapters.postgres import brief_checks, memory_checks, queue_checks
from adapters.postgres import checks as postgres
from adapters.postgres.access import Access
from adapters.postgres.calendar_checks import calendars
from adapters.postgres.installations import installations
from adapters.postgres.mail_checks import mails
from adapters.redis.checks import redis
from adapters.slack.checks import SlackTokens, slack
from adapters.slack.workspace_checks import workspaces
from bot.app import secrets_of
from bot.doctor_settings import look_at_settings
from bot.logs import Redact
from bot.models import AnyModel, chat_models, spec_of
from bot.settings import Model, Settings
from bot.slack import missing
from bot.vault import open_vault
from core.health import service
from core.health.models import Check, Findings, Result, problem, skipped
from mentors.checks import mentors

# Longer than a neighbour is waited for at each question, so that what it did not do is said in its own words.
_SECONDS = 4.0
_SEVERAL_QUESTIONS_SECONDS = 10.0
_EMBEDDED_SECONDS = 30.0
_LIVE_SECONDS = 30.0
_LIVE_EMBEDDED_SECONDS = 90.0

Models = Mapping[str, AnyModel]


async def examine(settings: Settings, *, live: bool, progress: Callable[[str], None]) -> list[Result]:
    """Look at everything side by side. No secret is in what comes back."""
    models = chat_models(settings)
    if live and models:
        progress("Asking each model one question")
    access = Access(_value(settings.secrets.database_url) or None, settings.home / "postgres", progress)
    try:
        results = await service.run(
            [
                *_here(settings, models, access),
                *_servers(settings, access),
                *(_model(model, settings, models, live=live) for model in settings.models),
                *_memory(settings, access, live=live),
                *_platforms(settings, access),
                *_mail(settings, access),
            ]
        )
    finally:
        for model in models.values():
            await model.aclose()
        await access.close()
    return clean(results, settings)


def clean(results: Sequence[Result], settings: Settings) -> list[Result]:
    """The results without secrets and without what moves a cursor, whatever a neighbour put into them."""
    redact = Redact(secrets_of(settings))

    def hide(text: str) -> str:
        return "".join(letter if letter.isprintable() else " " for letter in redact.clean(text))

    findings = [replace(it.finding, found=hide(it.finding.found), mend=hide(it.finding.mend)) for it in results]
    return [replace(result, finding=finding) for result, finding in zip(results, findings, strict=True)]


def _here(settings: Settings, models: Models, access: Access) -> Iterator[Check]:
    usable = [model.spec for model in models.values()]
    yield Check("Settings", "settings", partial(look_at_settings, settings, usable, len(secrets_of(settings))))
    embedded = any(model.provider == "embedded" and spec_of(model) in usable for model in settings.models)
    people = partial(queue_checks.zones, access)
    yield Check("Settings", "mentors", partial(mentors, settings.mentors.folder))
    yield Check("Machine", "disk", partial(machine.disk, settings.home))
    yield Check("Machine", "memory", partial(machine.memory, embedded_model=embedded))
    yield Check("Machine", "clock", machine.clock)
    yield Check("Machine", "time zones", partial(machine.zones, people), _patience(settings))
    yield Check("Machine", "web chat", partial(machine.web_port, settings.web.host, settings.web.port))


def _servers(settings: Settings, access: Access) -> Iterator[Check]:
    patience = _patience(settings)
    dead_after = settings.worker.dead_after_seconds
    yield Check("Database", "server", partial(postgres.database, access), patience)
    look = partial(queue_checks.queue, access, dead_after_seconds=dead_after, platforms=_connecting(settings))
    yield Check("Queue", "queue", look, patience)
    look_at_briefs = partial(brief_checks.briefs, access, enabled=settings.briefs.enabled)
    yield Check("Queue", "briefs", look_at_briefs, patience)
    yield Check("Calendars", "calendars", partial(calendars, access), patience)
    yield Check("Redis", "redis", partial(redis, _value(settings.secrets.redis_url) or None), _SECONDS)


def _connecting(settings: Settings) -> list[str]:
    """The platforms whose events a process takes in."""
    secrets = settings.secrets
    slack = (secrets.slack_bot_token or secrets.slack_client_id) and (
        secrets.slack_app_token or secrets.slack_signing_secret
    )
    return [name for name, token in (("slack", slack), ("discord", secrets.discord_token)) if token]


def _patience(settings: Settings) -> float:
    """The embedded server may have to be started."""
    return _SEVERAL_QUESTIONS_SECONDS if settings.secrets.database_url else _EMBEDDED_SECONDS


def _model(model: Model, settings: Settings, models: Models, *, live: bool) -> Check:
    spec = spec_of(model)
    endpoint = _endpoint(model, settings)
    if spec.name not in models:
        return Check("Models", spec.name, partial(llm.absent, spec, _SWITCHES[model.provider]))
    if live:
        seconds = _LIVE_SECONDS if endpoint else _LIVE_EMBEDDED_SECONDS
        return Check("Models", spec.name, partial(llm.live, spec.name, models[spec.name], endpoint), seconds)
    if endpoint is None:
        return Check("Models", spec.name, partial(llm.embedded, spec.name))
    if model.provider == "litellm":
        return Check("Models", spec.name, partial(llm.unseen, spec.name))
    return Check("Models", spec.name, partial(llm.remote, spec.name, endpoint), _SECONDS)


def _memory(settings: Settings, access: Access, *, live: bool) -> Iterator[Check]:
    memory = settings.memory
    if not memory.enabled:
        yield Check("Memory", "embedding", partial(_absent, "memory.enabled is false: nothing is remembered"))
        return
    waits = partial(memory_checks.memory, access, embeds=memory.embedding != "off")
    yield Check("Memory", "waiting", waits, _patience(settings))
    if memory.embedding == "off":
        found = "memory.embedding is off: memories are found by words alone"
        yield Check("Memory", "embedding", partial(_absent, found))
    elif memory.embedding == "local":
        yield Check("Memory", "embedding", local_embedder, _SEVERAL_QUESTIONS_SECONDS)
    else:
        yield Check("Memory", "embedding", partial(_remote_embedder, settings, live=live), _LIVE_SECONDS)


async def _absent(found: str) -> Findings:
    yield skipped("embedding", found)


async def _remote_embedder(settings: Settings, *, live: bool) -> Findings:
    from adapters.llm.embedding_checks import embedding_model
    from bot.memory import model_of, needed, recorded

    memory = settings.memory
    model = model_of(settings, recorded(memory.embedding, memory.embedding_size))
    if model is None:
        variable = needed(memory.embedding)
        yield problem("embedding", f"{memory.embedding} needs {variable}", f"write {variable} into .env")
        return
    try:
        async for finding in embedding_model(model, cut=memory.embedding_size == "cut", live=live):
            yield finding
    finally:
        await model.aclose()


_SWITCHES = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "compatible": "OPEN_WEIGHT_API_KEY",
    "ollama": "OLLAMA_BASE_URL",
    "embedded": "need, since Ollama is given",
}


def _endpoint(model: Model, settings: Settings) -> llm.Endpoint | None:
    """Where a model's provider is; None for the built-in one."""
    secrets = settings.secrets
    make = partial(llm.Endpoint, model.provider, model.model)
    match model.provider:
        case "openai":
            return make(secrets.openai_base_url, "OPENAI_BASE_URL", secrets.openai_api_key, "OPENAI_API_KEY")
        case "anthropic":
            return make(
                secrets.anthropic_base_url, "ANTHROPIC_BASE_URL", secrets.anthropic_api_key, "ANTHROPIC_API_KEY"
            )
        case "compatible":
            key = secrets.open_weight_api_key
            return make(secrets.open_weight_base_url, "OPEN_WEIGHT_BASE_URL", key, "OPEN_WEIGHT_API_KEY")
        case "ollama":
            return make(secrets.ollama_base_url, "OLLAMA_BASE_URL")
        case "litellm":
            return make(None, "the provider behind litellm", None, "the variable that litellm reads")
    return None


def _platforms(settings: Settings, access: Access) -> Iterator[Check]:
    secrets = settings.secrets
    tokens = SlackTokens(
        bot=_value(secrets.slack_bot_token),
        app=_value(secrets.slack_app_token),
        signing_secret=_value(secrets.slack_signing_secret),
        base_url=secrets.slack_api_url,
        installs=secrets.slack_client_id is not None,
    )
    last = partial(queue_checks.last_event, access, "slack")
    yield Check("Slack", "slack", partial(slack, tokens, last), _patience(settings))
    if secrets.slack_client_id:
        yield Check("Slack", "workspaces", partial(_workspaces, settings, access), _patience(settings))
    yield Check("Discord", "discord", partial(_discord, settings), _SEVERAL_QUESTIONS_SECONDS)


def _mail(settings: Settings, access: Access) -> Iterator[Check]:
    url, public = _value(settings.secrets.smtp_url), settings.web.public_url
    look = partial(mail, url, sender=settings.mail.sender, public_url=public)
    yield Check("Mail", "mail server", look, _SEVERAL_QUESTIONS_SECONDS)
    if url:
        yield Check("Mail", "mails", partial(mails, access), _patience(settings))


async def _workspaces(settings: Settings, access: Access) -> Findings:
    found = await installations(access, "slack")
    async for finding in workspaces(found, open_vault(settings), settings.secrets.slack_api_url, missing(settings)):
        yield finding


async def _discord(settings: Settings) -> Findings:
    if settings.secrets.discord_token is None:
        mend = "docs/how-to/discord.md says how"
        yield skipped("bot token", "no DISCORD_TOKEN: Discord is not connected", mend)
        return
    from adapters.discord.checks import discord  # discord.py takes half a second to import

    secrets = settings.secrets
    async for finding in discord(_value(secrets.discord_token), secrets.discord_api_url, secrets.discord_gateway_url):
        yield finding


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
