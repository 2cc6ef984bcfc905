"""Slack: events in, messages out."""

from adapters.slack.apis import Installed, SlackApis
from adapters.slack.gateway import GatewaySettings, SlackGateway
from adapters.slack.http import events_router
from adapters.slack.manifest import manifest
from adapters.slack.socket_mode import Timing
from adapters.slack.surface import SlackSurface

__all__ = [
    "GatewaySettings",
    "Installed",
    "SlackApis",
    "SlackGateway",
    "SlackSurface",
    "Timing",
    "events_router",
    "manifest",
]
