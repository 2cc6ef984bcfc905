"""The web chat, as a browser shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tools.previews.picture import keep

WIDTH, HEIGHT, SCALE, COLOURS = 860, 900, 2, 256
PATIENCE_MS = 60_000
BACKUPS = (
    "Our only server runs PostgreSQL, and next to it we have an S3 bucket. What is the least we should do so that a "
    "dead disk does not ruin us?"
)
RESTORED = "I tried that, and here is what it wrote. I would still be afraid on the real day. What would Julia say?"
LOG = """\
restoring app.dump into app_check
61 tables, 42,118 rows in orders (42,118 in app at 02:00)
newest order: 01:58
done in 6 min 12 s
"""


async def photograph(url: str, path: Path) -> None:
    """Have the conversation in a browser, and keep what is seen of it at its end."""
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE, color_scheme="light", locale="en-GB"
        )
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(url)
        await _say(page, BACKUPS, 1)
        await page.get_by_role("button", name="It helped").click()
        await expect(page.locator("button.up[aria-pressed=true]")).to_be_visible(timeout=PATIENCE_MS)
        log = {"name": "restore.log", "mimeType": "text/plain", "buffer": LOG.encode()}
        await page.locator("#files").set_input_files(log)  # type: ignore[arg-type]  # it is a FilePayload
        await _say(page, RESTORED, 2)
        await _as_high_as_it_is(page)
        taken = await page.screenshot()
        await browser.close()
    keep(taken, path, COLOURS)


async def _say(page: Page, text: str, answers: int) -> None:
    """Send it, and wait until there are so many answers, the last one written to its end."""
    await page.get_by_label("Message to Robbie").fill(text)
    await page.keyboard.press("Enter")
    written = page.locator(".row.robbie:not([data-writing])")
    await expect(written).to_have_count(answers, timeout=PATIENCE_MS)
    await expect(written.last.locator("button.up")).to_be_visible(timeout=PATIENCE_MS)


async def _as_high_as_it_is(page: Page) -> None:
    """Make the window so high that the whole conversation is seen, and nothing more."""
    hidden = int(await page.evaluate("(seen => seen.scrollHeight - seen.clientHeight)(document.querySelector('main'))"))
    await page.set_viewport_size({"width": WIDTH, "height": HEIGHT + hidden})
    await page.mouse.move(0, 0)
