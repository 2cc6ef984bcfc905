"""The platforms that the settings connect: what each one receives, sends and serves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import SecretStr

from adapters.postgres.places import PostgresPlaces
from adapters.slack import SlackApi, SlackGateway, SlackSurface, events_router
from bot.settings import Settings
from core.conversation.ports import Gateway, Receiver, Surface

SLACK_EVENTS = "/slack/events"


@dataclass(frozen=True, slots=True)
class Platform:
    """One connected platform.

    Attributes:
        surface: what answers go out through.
        close: ends its connections.
        gateway: what takes events in; None where a token for that is missing.
        router: serves its events where they come over HTTP.
    """

    surface: Surface
    close: Callable[[], Awaitable[None]]
    gateway: Gateway | None = None
    router: APIRouter | None = None


def connect(settings: Settings, receiver: Receiver, places: PostgresPlaces) -> Mapping[str, Platform]:
    """Every platform that has its tokens, by name. Nothing is reached yet."""
    found = {"slack": _slack(settings, receiver, places)}
    return {name: platform for name, platform in found.items() if platform is not None}


def _slack(settings: Settings, receiver: Receiver, places: PostgresPlaces) -> Platform | None:
    secrets = settings.secrets
    if secrets.slack_bot_token is None:
        return None
    api = SlackApi(_value(secrets.slack_bot_token), base_url=secrets.slack_api_url)
    surface = SlackSurface(api)
    if not (secrets.slack_app_token or secrets.slack_signing_secret):
        return Platform(surface, api.close)
    gateway = SlackGateway(
        receiver,
        api,
        app_token=_value(secrets.slack_app_token),
        since=lambda: places.last_event("slack"),
        threads=lambda: places.threads("slack"),
    )
    signing_secret = _value(secrets.slack_signing_secret)
    return Platform(surface, api.close, gateway, events_router(gateway, signing_secret) if signing_secret else None)


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
