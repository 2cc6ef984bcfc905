"""A protocol-true Slack: Web API, Socket Mode, signed HTTP events, redelivery, and faults on demand."""

from adapters.doubles.faults import (
    Fault,
    drop_before,
    hold_then_take,
    http_status,
    slow,
    take_then_drop,
    take_then_hold,
)
from adapters.doubles.slack.double import SlackDouble
from adapters.doubles.slack.faults import error, rate_limited
from adapters.doubles.slack.http_events import sign
from adapters.doubles.slack.interactivity.outcome import Interaction
from adapters.doubles.slack.people import Said
from adapters.doubles.slack.state import Channel, Message, User
from adapters.doubles.slack.stored_file import SlackFile
from adapters.doubles.slack.team import Team
from adapters.doubles.slack.view_state import View
from adapters.doubles.slack.wire import SlackError

__all__ = [
    "Channel",
    "Fault",
    "Interaction",
    "Message",
    "Said",
    "SlackDouble",
    "SlackError",
    "SlackFile",
    "Team",
    "User",
    "View",
    "drop_before",
    "error",
    "hold_then_take",
    "http_status",
    "rate_limited",
    "sign",
    "slow",
    "take_then_drop",
    "take_then_hold",
]
