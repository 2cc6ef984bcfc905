"""A page as a small picture."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import async_playwright

WIDTH, SCALE, COLOURS = 1200, 1.5, 224


async def take(html: str, path: Path, width: int = WIDTH, scheme: Literal["light", "dark"] = "light") -> None:
    """Photograph the page as high as it is."""
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(
            viewport={"width": width, "height": 400}, device_scale_factor=SCALE, color_scheme=scheme
        )
        await page.set_content(html, wait_until="load")
        taken = await page.screenshot(full_page=True)
        await browser.close()
    keep(taken, path)


def keep(taken: bytes, path: Path, colours: int = COLOURS) -> None:
    """Keep a photograph with few colours, which makes it small."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
