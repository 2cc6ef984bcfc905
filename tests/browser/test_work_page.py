"""The page of work, in a browser, over the real application: seen, pressed, and taken back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Browser, Page, expect

from adapters.postgres.roles import RoleUrls
from bot.health import Health
from tests.browser.conftest import PATIENCE_MS
from tests.inprocess import running
from tests.web_room import served

expect.set_options(timeout=PATIENCE_MS)
pytestmark = pytest.mark.slow
_PICTURES = os.environ.get("WORK_PICTURES", "")


@pytest.fixture
async def site(roles: RoleUrls, tmp_path: Path) -> AsyncIterator[str]:
    """A running Robbie with its pages."""
    async with running(roles, {}, tmp_path) as app, served(app.web(Health(app).state)) as url:
        yield url


async def add(page: Page, kind: str, line: str) -> None:
    """Type a line, and wait for what Robbie says."""
    await page.get_by_label("What to add").select_option(kind)
    await page.get_by_label("In a line").fill(line)
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("status")).to_be_visible()


async def begun(chromium: Browser, site: str, **options: object) -> Page:
    """Somebody who has a browser with the page open."""
    context = await chromium.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(site)
    await page.get_by_role("link", name="Work").click()
    return page


async def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, where somebody wants to look."""
    if _PICTURES:
        await page.screenshot(path=f"{_PICTURES}/{name}.png", full_page=True)


async def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def test_work_is_added_by_a_line_acted_on_and_taken_back(chromium: Browser, site: str, admin_url: str) -> None:
    page = await begun(chromium, site, viewport={"width": 1200, "height": 900}, timezone_id="Europe/Berlin")
    await expect(page.get_by_text("Nothing here yet")).to_be_visible()
    await picture(page, "empty")
    await add(page, "task", "send Ben the draft by 30 November 2030")
    await expect(page.locator("#tasks + .list")).to_contain_text("send Ben the draft")
    await add(page, "contact", "Ana Pohl, Acme, ana@acme.com, +49 30 123456, CTO")
    await add(page, "deal", "Acme rollout 40000 EUR proposal closes 30 November 2030 next send the offer")
    await add(page, "log", "call with Ana Pohl: she wants the offer")
    await expect(page.locator(".people")).to_contain_text("last touch")
    await picture(page, "light")
    stage = page.get_by_label("proposal", exact=True)
    await stage.get_by_role("button", name="Won").click()
    await expect(page.get_by_role("status")).to_contain_text("Congratulations")
    await expect(stage.locator("article")).to_have_count(0)
    await picture(page, "won")
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(stage.locator("article")).to_have_count(1)
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("Nothing to do")).to_be_visible()
    await add(page, "deal", "1 gone fishing")
    await expect(page.get_by_role("status")).to_contain_text("did not understand")
    for number, words in enumerate(("Company with a rather long name & Sons GmbH", "Beta", "")):
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(
                """INSERT INTO contacts (org_id, owner, name, email, phone, title)
                   SELECT org_id, id, 'Person ' || n || ' of many', 'person' || n || '@example.com', '+49 30 ' || n, %s
                   FROM people, generate_series(%s::int, %s::int) AS n WHERE name <> ''""",
                (words, number * 70, number * 70 + 66),
            )
    await page.goto(f"{site}/work")
    await expect(page.locator(".people li")).to_have_count(50)
    await picture(page, "many")
    await page.get_by_role("link", name="More").click()
    await expect(page.locator(".people li")).to_have_count(50)
    await page.get_by_label("Find contacts").fill("ana@acme")
    await page.keyboard.press("Enter")
    await expect(page.locator(".people li")).to_have_count(1)
    assert await fits(page)
    state = await page.context.storage_state()
    phone = await chromium.new_context(
        storage_state=state, viewport={"width": 375, "height": 800}, color_scheme="dark", device_scale_factor=2
    )
    small = await phone.new_page()
    await small.goto(f"{site}/work")
    assert await fits(small)
    await picture(small, "phone-dark")
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{site}/work?q=ana")
    await picture(page, "dark")
    await page.goto(f"{site}/api/v1/docs")
    await picture(page, "api")


async def test_another_browser_sees_nothing_of_what_is_ones_own(chromium: Browser, site: str) -> None:
    page = await begun(chromium, site)
    await add(page, "task", "my own task")
    await add(page, "contact", "My Secret, private")
    other = await begun(chromium, site)
    await add(other, "task", "another")
    await expect(other.locator("body")).not_to_contain_text("my own task")
    await expect(other.locator("body")).not_to_contain_text("My Secret")
