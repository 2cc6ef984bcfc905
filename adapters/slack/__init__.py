"""Slack: events in, messages out."""

from adapters.slack.apis import Installed, SlackApis
from adapters.slack.gateway import GatewaySettings, SlackGateway
from adapters.slack.home import Home
from adapters.slack.http import events_router
from adapters.slack.install import INSTALL_PATH, REDIRECT_PATH, Install
from adapters.slack.interactive import Interactivity
from adapters.slack.manifest import manifest
from adapters.slack.oauth import OAuthApp, States
from adapters.slack.replies import Replies
from adapters.slack.socket_mode import Timing
from adapters.slack.surface import SlackSurface

__all__ = [
    "INSTALL_PATH",
    "REDIRECT_PATH",
    "GatewaySettings",
    "Home",
    "Install",
    "Installed",
    "Interactivity",
    "OAuthApp",
    "Replies",
    "SlackApis",
    "SlackGateway",
    "SlackSurface",
    "States",
    "Timing",
    "events_router",
    "manifest",
]
