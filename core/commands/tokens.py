"""Tokens with which other programs act for a person."""

from __future__ import annotations

from core.registry import Command, Option

TOKENS = (
    Command(
        name="token",
        summary="Make a token with which another program acts for you",
        options=(Option("name", "what it is for, such as: our website", required=True),),
        example="token our website",
        private=True,
        bare=r"(?:for )?(?:our|my|the) [\w .-]{2,40}",
        asks=True,
    ),
    Command(
        name="tokens",
        summary="Show your tokens, and take them back",
        example="tokens",
        private=True,
        bare="",
    ),
    Command(
        name="revoke-token",
        summary="Take a token back",
        options=(Option("id", "its number", required=True),),
        private=True,
        hidden=True,
    ),
)
