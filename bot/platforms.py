"""The platforms that the settings connect: what each one receives, sends and serves."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from fastapi import APIRouter
from pydantic import SecretStr

from adapters.postgres.places import PostgresPlaces
from adapters.slack import SlackApi, SlackGateway, SlackSurface, events_router
from bot.settings import Settings
from core.conversation.ports import Gateway, Receiver, Surface
from core.health.leases import LeasedGateway, Leases, LeaseTiming

SLACK_EVENTS = "/slack/events"


@dataclass(frozen=True, slots=True)
class Platform:
    """One connected platform.

    Attributes:
        surface: what answers go out through.
        close: ends its connections.
        gateway: what takes events in, in one process at a time; it is started again after it was stopped. None where
            a token for that is missing.
        token: whom the gateway connects as: of those with the same, one is connected.
        connects: whether events come over a connection, and not over HTTP only.
        router: serves events where they come over HTTP.
    """

    surface: Surface
    close: Callable[[], Awaitable[None]]
    gateway: Gateway | None = None
    token: str = field(default="", repr=False)
    connects: bool = True
    router: APIRouter | None = None


def connect(settings: Settings, receiver: Receiver, places: PostgresPlaces, leases: Leases) -> Mapping[str, Platform]:
    """Every platform that has its tokens, by name. Nothing is reached yet."""
    found = {"slack": _slack(settings, receiver, places)}
    timing = LeaseTiming(settings.gateway.lease_seconds, settings.gateway.renew_seconds)
    return {name: _leased(name, platform, leases, timing) for name, platform in found.items() if platform is not None}


def _leased(name: str, platform: Platform, leases: Leases, timing: LeaseTiming) -> Platform:
    """The platform, with its gateway connected in one process at a time."""
    if platform.gateway is None:
        return platform
    # It stands for the token in the database: the same wherever that is used, and no secret.
    lease = f"{name}:{hashlib.sha256(platform.token.encode()).hexdigest()[:16]}"
    return replace(platform, gateway=LeasedGateway(platform.gateway, leases, lease, timing))


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
    return Platform(
        surface,
        api.close,
        gateway,
        token=_value(secrets.slack_app_token or secrets.slack_bot_token),
        connects=secrets.slack_app_token is not None,
        router=events_router(gateway, signing_secret) if signing_secret else None,
    )


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
