"""``robbie mentors avatars`` as a person meets it."""

from __future__ import annotations

import os
from pathlib import Path

from mentors import avatars
from tests.integration.test_cli import ROOT, refusal, robbie

KEYS = {file.stem for file in avatars.FOLDER.iterdir()}


def test_pictures_are_drawn_into_a_folder(tmp_path: Path) -> None:
    done = robbie(tmp_path, "mentors", "avatars", "--out", "made", "--sheet", "docs/all.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{len(KEYS)} pictures in made/svg and made/png.\n"
    assert {file.stem for file in (tmp_path / "made" / "svg").glob("*.svg")} == KEYS
    assert {file.stem for file in (tmp_path / "made" / "png").glob("*.png")} == KEYS
    assert (tmp_path / "docs" / "all.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = refusal(robbie(tmp_path, "mentors", "avatars", "--out", "file"))
    assert said == "file/svg cannot be written: Not a directory"


def test_without_the_renderer_there_is_svg_and_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "resvg_py.py").write_text("raise ImportError")
    environ = {"PYTHONPATH": f"{tmp_path / 'missing'}{os.pathsep}{ROOT}"}
    done = robbie(tmp_path, "mentors", "avatars", environ=environ)
    assert done.returncode == 0
    assert done.stdout == f"{len(KEYS)} pictures in avatars/svg.\n"
    assert done.stderr == "For PNG: pip install resvg-py pillow\n"
    assert {file.stem for file in (tmp_path / "avatars" / "svg").iterdir()} == KEYS
    assert not (tmp_path / "avatars" / "png").exists()
