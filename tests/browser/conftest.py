from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.patience import PATIENCE
from tests.web_room import Room, app_of, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = PATIENCE * 1000

# Any: what a new browser context takes (see playwright's Browser.new_context).
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        missing = "Chromium is not installed (on Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(f"left out: {missing}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS, timeout=PATIENCE_MS)
        yield browser
        await browser.close()


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
async def address(room: Room) -> AsyncIterator[str]:
    async with served(app_of(room)) as url:
        yield url


@pytest.fixture
async def complaints() -> AsyncIterator[list[str]]:
    """What pages wrote to the console as errors, and scripts that failed; a test ends with none, or takes them out."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
async def open_page(chromium: Browser, address: str, complaints: list[str]) -> AsyncIterator[Open]:
    """Open the chat as a person with an empty browser; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    async def open_(**options: object) -> Page:
        context = await chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto(address)
        return page

    yield open_
    for context in contexts:
        await context.close()
