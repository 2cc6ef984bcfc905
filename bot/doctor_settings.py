"""What the settings say that somebody may not have meant."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from bot.settings import PREFIX, Settings
from core.health.models import Finding, Findings, ok, problem, warning
from core.routing.models import ModelSpec

_LOCAL = ("127.0.0.1", "localhost", "::1")


async def look_at_settings(settings: Settings, usable: Sequence[ModelSpec], secrets: int) -> Findings:
    """Look at settings that could be read.

    Args:
        settings: as they count.
        usable: the models that can be asked.
        secrets: how many secrets are set.
    """
    yield _files(secrets)
    yield _models(usable)
    yield _money(settings, usable)
    yield _web(settings)


def unreadable(why: str) -> Finding:
    """Settings that cannot be read."""
    return problem("files", why, "docs/reference/settings.md has every setting; .env.example every secret")


def _files(secrets: int) -> Finding:
    config, env = Path(os.environ.get(PREFIX + "CONFIG") or "config.yaml"), Path(".env")
    read = [str(path) for path in (config, env) if path.exists()]
    found = f"read from {' and '.join(read)}" if read else f"none in {Path.cwd()}: the defaults count"
    if secrets and env.exists() and env.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return warning("files", f"{found}; every user of this machine can read .env", "chmod 600 .env")
    return ok("files", found)


def _models(usable: Sequence[ModelSpec]) -> Finding:
    if not usable:
        return problem("chain", "no model can be asked: every answer is the offline one", _CONNECT)
    if all(spec.small for spec in usable):
        return warning("chain", "only the small built-in model, which is often wrong", _CONNECT)
    return ok("chain", ", then ".join(spec.name for spec in sorted(usable, key=lambda spec: spec.level)))


_CONNECT = "set OPENAI_API_KEY, ANTHROPIC_API_KEY, OPEN_WEIGHT_API_KEY or OLLAMA_BASE_URL in .env"


def _money(settings: Settings, usable: Sequence[ModelSpec]) -> Finding:
    cap = settings.budget.daily_usd
    if cap == 0 and any(spec.input_usd or spec.output_usd for spec in usable):
        return warning("budget", "0: no model that costs money is ever asked", "raise budget.daily_usd in config.yaml")
    return ok("budget", f"${cap:g} for each organization and day (UTC)")


def _web(settings: Settings) -> Finding:
    host = settings.web.host
    if host in _LOCAL:
        return ok("web access", "this machine only")
    return warning(
        "web access",
        f"the web chat has no login, and listens on {host}: whoever reaches it reads and writes there",
        "web.host: 127.0.0.1 in config.yaml; or a proxy with a login, and a firewall, before it",
    )
