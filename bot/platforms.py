"""The platforms that the settings connect: what each one receives, sends and serves."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fastapi import APIRouter
from pydantic import SecretStr

from adapters.postgres.database import Database
from adapters.postgres.installations import PostgresInstallations, PostgresUsedStates
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.replies import PostgresReplies
from adapters.slack import (
    Home,
    Install,
    Installed,
    Interactivity,
    SlackApis,
    SlackGateway,
    SlackSurface,
    States,
    events_router,
)
from adapters.slack import Replies as SlackReplies
from bot.commands import desk
from bot.settings import Settings
from bot.slack import oauth_app
from bot.vault import open_vault
from core.conversation.models import Place
from core.conversation.ports import Gateway, Receiver, Surface
from core.desk import Desk
from core.health.leases import LeasedGateway, Leases, LeaseTiming
from core.people.installations import Installations

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
        pages: served beside the web chat.
        installations: where the app was installed.
    """

    surface: Surface
    close: Callable[[], Awaitable[None]]
    gateway: Gateway | None = None
    token: str = field(default="", repr=False)
    connects: bool = True
    router: APIRouter | None = None
    pages: APIRouter | None = None
    installations: Installations | None = None


def connect(
    settings: Settings, receiver: Receiver, database: Database, leases: Leases, desk: Desk
) -> Mapping[str, Platform]:
    """Every platform that has its tokens, by name. Nothing is reached yet."""
    places = PostgresPlaces(database)
    found = {
        "slack": _slack(settings, receiver, places, PostgresInstallations(database, "slack"), database),
        "discord": _discord(settings, receiver, places, PostgresReplies(database), desk),
    }
    timing = LeaseTiming(settings.gateway.lease_seconds, settings.gateway.renew_seconds)
    return {name: _leased(name, platform, leases, timing) for name, platform in found.items() if platform is not None}


def _leased(name: str, platform: Platform, leases: Leases, timing: LeaseTiming) -> Platform:
    """The platform, with its gateway connected in one process at a time."""
    if platform.gateway is None:
        return platform
    # It stands for the token in the database: the same wherever that is used, and no secret.
    lease = f"{name}:{hashlib.sha256(platform.token.encode()).hexdigest()[:16]}"
    return replace(platform, gateway=LeasedGateway(platform.gateway, leases, lease, timing))


def _slack(
    settings: Settings,
    receiver: Receiver,
    places: PostgresPlaces,
    installations: Installations,
    database: Database,
) -> Platform | None:
    secrets = settings.secrets
    if secrets.slack_bot_token is None and secrets.slack_client_id is None:
        return None
    installed = Installed(installations, open_vault(settings))
    apis = SlackApis(_value(secrets.slack_bot_token), base_url=secrets.slack_api_url, installed=installed)
    replies = SlackReplies(apis, PostgresReplies(database), installed.vault)
    surface = SlackSurface(apis, replies, public_url=settings.web.public_url or "")
    if not (secrets.slack_app_token or secrets.slack_signing_secret):
        return Platform(surface, surface.close)
    shown = desk(settings, database)
    front = Interactivity(receiver, apis, shown, replies, Home(apis, shown, places.closed))

    async def close() -> None:
        await front.close()
        await surface.close()

    gateway = SlackGateway(
        receiver,
        apis,
        front=front,
        app_token=_value(secrets.slack_app_token),
        since=lambda: places.last_event("slack"),
        threads=lambda: places.threads("slack"),
        unstored=places.unstored,
    )
    signing_secret = _value(secrets.slack_signing_secret)
    return Platform(
        surface,
        close,
        gateway,
        token=_value(secrets.slack_app_token or secrets.slack_bot_token or secrets.slack_client_id),
        connects=secrets.slack_app_token is not None,
        router=events_router(gateway, signing_secret) if signing_secret else None,
        pages=_install_pages(settings, apis, installed, database),
        installations=installations,
    )


def _install_pages(settings: Settings, apis: SlackApis, installed: Installed, database: Database) -> APIRouter | None:
    app = oauth_app(settings)
    if app is None:
        return None
    return Install(app, apis, installed, States(installed.vault, PostgresUsedStates(database))).router()


def _discord(
    settings: Settings, receiver: Receiver, places: PostgresPlaces, replies: PostgresReplies, desk: Desk
) -> Platform | None:
    if settings.secrets.discord_token is None:
        return None
    # discord.py takes half a second to import: only those wait for it who use it.
    from adapters.discord import DiscordApi, DiscordGateway, DiscordSurface, GatewaySettings, Replies, Threads

    token = _value(settings.secrets.discord_token)
    vault = open_vault(settings)
    api = DiscordApi(token, base_url=settings.secrets.discord_api_url)
    threads = Threads(api, settings.discord.reply_in)
    public = settings.web.public_url
    surface = DiscordSurface(
        api,
        threads,
        Replies(api, replies, vault),
        registry=desk.registry,
        pictures=f"{public.rstrip('/')}/avatars" if public else "",
    )

    async def taking_part() -> Sequence[Place]:
        return [*await places.threads("discord"), *await places.directs("discord")]

    gateway = DiscordGateway(
        receiver,
        api,
        token=token,
        vault=vault,
        desk=desk,
        gateway_url=settings.secrets.discord_gateway_url,
        since=lambda: places.last_event("discord"),
        places=taking_part,
        unstored=places.unstored,
        settings=GatewaySettings(forums=frozenset(settings.discord.answer_posts_in)),
    )
    return Platform(surface, surface.close, gateway, token=token)


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
