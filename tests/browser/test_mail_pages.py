"""The pages behind the links of a mail, as a person sees them in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Browser, Page, expect

from adapters.postgres.database import Database
from core.briefs.models import Act
from tests.browser.conftest import PATIENCE_MS
from tests.integration.mail_world import MailWorld, mail_world
from tests.integration.test_mail_links import CONTRACT, Reader
from tests.mail_server import mail_server
from tests.web_room import browser_of, served

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def world(admin_url: str) -> Iterator[MailWorld]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        yield mail_world(admin)


@pytest.fixture
async def reader(world: MailWorld, database: Database, tmp_path: Path) -> AsyncIterator[Reader]:
    """Ana's mail has come, and Robbie's pages are there."""
    world.at_address("Ana", "ana@example.com")
    assert world.task("Ana", CONTRACT) == 1
    world.due("Ana")
    with mail_server(tmp_path) as server:
        await world.mailing(database, server.mailer()).look()
        html = server.received[0].part("html")
    async with browser_of(world.web(database)) as browser:
        yield Reader(world, html, browser)


async def opened(chromium: Browser, url: str, complaints: list[str]) -> Page:
    page = await (await chromium.new_context(viewport={"width": 390, "height": 780})).new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await page.goto(url)
    return page


async def test_a_link_is_opened_the_page_asks_and_pressing_does_it(
    chromium: Browser, reader: Reader, database: Database, complaints: list[str]
) -> None:
    async with served(reader.world.web(database)) as url:
        page = await opened(chromium, f"{url}/m/{reader.token(Act.DONE)}", complaints)
        await expect(page.get_by_role("heading")).to_have_text("Is this done?")
        await expect(page.get_by_text(CONTRACT)).to_be_visible()
        assert reader.world.value("SELECT done_at FROM tasks") is None
        await page.get_by_role("button", name="Yes, it is done").click()
        await expect(page.get_by_role("heading")).to_have_text("It is done")
        assert reader.world.value("SELECT done_at FROM tasks") is not None
        await page.reload()
        await page.goto(f"{url}/m/{reader.token(Act.DONE)}")
        await expect(page.get_by_role("heading")).to_have_text("That was done already")
        await expect(page.get_by_role("button")).to_have_count(0)


async def test_unsubscribing_takes_one_press(
    chromium: Browser, reader: Reader, database: Database, complaints: list[str]
) -> None:
    async with served(reader.world.web(database)) as url:
        page = await opened(chromium, f"{url}/m/{reader.token(None)}", complaints)
        await expect(page.get_by_text("ana@example.com")).to_be_visible()
        await page.get_by_role("button", name="Stop mails").click()
        await expect(page.get_by_role("heading")).to_have_text("The mails are stopped")
        assert reader.world.value("SELECT stopped_at FROM mail_addresses") is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_fits_a_phone_and_can_be_read(
    chromium: Browser, reader: Reader, database: Database, complaints: list[str], scheme: str
) -> None:
    async with served(reader.world.web(database)) as url:
        page = await opened(chromium, f"{url}/m/{reader.token(Act.SNOOZE)}", complaints)
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        button = page.get_by_role("button", name=re.compile("Put it off"))
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44  # for a thumb
