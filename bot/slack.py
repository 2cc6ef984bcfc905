"""What the settings say of installing Robbie into Slack workspaces, and where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.postgres.database import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.slack import INSTALL_PATH, REDIRECT_PATH, OAuthApp
from bot.house import house
from bot.settings import Settings, SettingsError
from core.people.installations import Installation


def public(settings: Settings, path: str) -> str | None:
    """A path as people reach it; None where no public address is set."""
    return settings.web.public_url.rstrip("/") + path if settings.web.public_url else None


def oauth_app(settings: Settings) -> OAuthApp | None:
    """The Slack app that others can install; None where something is missing for it."""
    secrets, redirect_url = settings.secrets, public(settings, REDIRECT_PATH)
    if not (secrets.slack_client_id and secrets.slack_client_secret and redirect_url):
        return None
    return OAuthApp(
        client_id=secrets.slack_client_id.get_secret_value(),
        client_secret=secrets.slack_client_secret.get_secret_value(),
        redirect_url=redirect_url,
        base_url=secrets.slack_api_url,
        may_install=settings.slack.may_install,
        closed=settings.slack.install == "off",
    )


def missing(settings: Settings) -> list[str]:
    """What is not set of all that installing needs."""
    secrets = settings.secrets
    needed = {
        "SLACK_CLIENT_ID": secrets.slack_client_id,
        "SLACK_CLIENT_SECRET": secrets.slack_client_secret,
        "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET": secrets.slack_app_token or secrets.slack_signing_secret,
        "web.public_url": settings.web.public_url,
        "slack.install": settings.slack.install != "off",
    }
    return [name for name, value in needed.items() if not value]


def install_url(settings: Settings) -> str:
    """Where somebody adds Robbie to a workspace. Raises SettingsError."""
    url = public(settings, INSTALL_PATH)
    if lacks := missing(settings):
        raise SettingsError(f"nobody can install Robbie yet: set {', '.join(lacks)} (see docs/how-to/slack.md)")
    return str(url)


async def workspaces(settings: Settings, progress: Callable[[str], None]) -> Sequence[Installation]:
    """Where Robbie was installed, as the database has it."""
    with house(settings, progress) as (_, urls):
        database = Database(urls.app, urls.system, size=2)
        await database.open()
        try:
            return await PostgresInstallations(database, "slack").all()
        finally:
            await database.close()
