"""``robbie mentors avatars``: draws the mentors' pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PICTURE_WIDTH, PICTURE_COLOURS, SHEET_WIDTH = 512, 128, 1280


def register(app: typer.Typer) -> None:
    """Add the command to ``robbie mentors``."""
    app.command("avatars")(avatars)


def avatars(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to: FOLDER/svg and FOLDER/png.")] = Path(
        "avatars"
    ),
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE", help="All of them on one sheet too, as PNG.")
    ] = None,
) -> None:
    """Draw the mentors' pictures: SVG, and PNG where the renderer is installed."""
    from mentors.avatars.draw import pictures
    from mentors.avatars.render import RendererMissing, png

    drawn = pictures()
    _write(out / "svg", {f"{key}.svg": svg.encode() for key, svg in drawn.items()})
    try:
        _write(out / "png", {f"{key}.png": png(svg, PICTURE_WIDTH, PICTURE_COLOURS) for key, svg in drawn.items()})
        if sheet is not None:
            from mentors.avatars.sheet import sheet as all_of_them

            _write(sheet.parent, {sheet.name: png(all_of_them(), SHEET_WIDTH)})
    except RendererMissing as missing:
        typer.echo(f"{len(drawn)} pictures in {out / 'svg'}.")
        typer.echo(f"For PNG: pip install {missing.packages}", err=True)
        return
    typer.echo(f"{len(drawn)} pictures in {out / 'svg'} and {out / 'png'}.")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise SystemExit(f"{folder} cannot be written: {error.strerror}") from None
