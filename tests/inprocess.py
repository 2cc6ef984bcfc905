"""Robbie in the test's own process: the real app, wired as in production, between doubles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.postgres.roles import RoleUrls
from bot.app import App, build
from bot.run import gateway, working
from bot.settings import load
from tests.robbie_process import QUICK


@asynccontextmanager
async def running(roles: RoleUrls, environment: Mapping[str, str], folder: Path) -> AsyncIterator[App]:
    """A running app with gateway and workers, but without a web port."""
    settings = load(
        config=folder / "none.yaml" if (folder / "none.yaml").exists() else None,
        env_file=folder / "none.env",
        environ={**QUICK, "ROBBIE_HOME": str(folder / "var"), **environment},
    )
    app = await build(settings, roles)
    assert app.work
    await app.work.load(lambda _text: None)
    async with working(app), gateway(app):
        yield app
    await app.close()
