"""Briefs."""

from __future__ import annotations

from core.registry import Command, Option

BRIEFS = (
    Command(
        name="due-brief",
        summary="Say a brief whose time has come",
        options=(Option("id", "the brief", required=True),),
        hidden=True,
    ),
)
