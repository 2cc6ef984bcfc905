"""SVG to PNG. What it needs is installed where pictures are made, not where Robbie runs."""

from __future__ import annotations

import io


class RendererMissing(Exception):
    """Pictures cannot be made into PNG here."""

    packages = "resvg-py pillow"


def png(svg: str, width: int, colours: int | None = None) -> bytes:
    """Render an SVG this wide, perhaps with few colours: a third of the size. Raises RendererMissing."""
    try:
        from PIL import Image
        from resvg_py import svg_to_bytes
    except ImportError:
        raise RendererMissing from None
    drawn = svg_to_bytes(svg_string=svg, width=width)
    if colours is None:
        return drawn
    out = io.BytesIO()
    few = Image.open(io.BytesIO(drawn)).quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
