"""A protocol-true Discord: gateway with resume, REST with rate limits, interactions, webhooks, and faults on demand."""

from adapters.doubles.discord.double import DiscordDouble
from adapters.doubles.discord.faults import banned, error, rate_limited
from adapters.doubles.discord.interactions import Interaction
from adapters.doubles.discord.people import Said
from adapters.doubles.discord.state import Attachment, Channel, Message, User
from adapters.doubles.faults import (
    Fault,
    drop_before,
    hold_then_take,
    http_status,
    slow,
    take_then_drop,
    take_then_hold,
)

__all__ = [
    "Attachment",
    "Channel",
    "DiscordDouble",
    "Fault",
    "Interaction",
    "Message",
    "Said",
    "User",
    "banned",
    "drop_before",
    "error",
    "hold_then_take",
    "http_status",
    "rate_limited",
    "slow",
    "take_then_drop",
    "take_then_hold",
]
