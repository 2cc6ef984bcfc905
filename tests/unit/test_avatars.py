"""The mentors' pictures: the committed files are what the generator draws, and each mood shows."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageStat

from mentors import avatars
from mentors.avatars.draw import picture, pictures
from mentors.avatars.people import PEOPLE
from mentors.avatars.render import png
from mentors.models import ROBBIE, Mood

DRAWN = pictures()
SOURCES = avatars.FOLDER.parent / "svg"
WHO = (*PEOPLE, ROBBIE)
SLACKS_SIZE = 36
LIMIT = 20_000


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGBA")


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are from each other, on white: from 0 to 255."""
    ground = Image.new("RGBA", one.size, "white")
    both = (Image.alpha_composite(ground, picture).convert("RGB") for picture in (one, other))
    mean = ImageStat.Stat(ImageChops.difference(*both)).mean
    return sum(mean) / len(mean)


def test_every_mentor_and_robbie_has_a_picture_for_each_mood() -> None:
    mentors = {file.stem for file in avatars.FOLDER.parent.parent.glob("*.yaml")}
    assert mentors == set(PEOPLE)
    for who in WHO:
        for mood in Mood:
            assert avatars.path(f"{who}-{mood}") == avatars.FOLDER / f"{who}-{mood}.png"


def test_committed_sources_are_what_the_generator_draws() -> None:
    assert {file.stem: file.read_text() for file in SOURCES.glob("*.svg")} == DRAWN


@pytest.mark.parametrize("key", DRAWN)
def test_committed_picture_shows_its_source(key: str) -> None:
    content = (avatars.FOLDER / f"{key}.png").read_bytes()
    assert len(content) < LIMIT
    shown = decoded(content)
    assert shown.size == (512, 512)
    assert difference(shown, decoded(png(DRAWN[key], 512))) < 2
    assert shown.getpixel((2, 2))[3] == 0  # type: ignore[index]  # a pixel of four numbers
    assert shown.getpixel((256, 2))[3] >= 254  # type: ignore[index]


def test_no_files_but_those_that_are_drawn() -> None:
    assert {file.stem for file in avatars.FOLDER.iterdir()} == set(DRAWN)


@pytest.mark.parametrize("who", WHO)
def test_moods_are_told_apart_by_the_face_alone_even_at_slacks_size(who: str) -> None:
    faces = {}
    for mood in Mood:
        whole = decoded(png(picture(who, mood), 512))
        faces[mood] = whole.crop((130, 120, 382, 390)).resize((SLACKS_SIZE, SLACKS_SIZE), Image.Resampling.LANCZOS)
    assert difference(faces[Mood.CONFIDENT], faces[Mood.CONFIDENT]) == 0
    for one, other in combinations(Mood, 2):
        assert difference(faces[one], faces[other]) > 8, (one, other)


@pytest.mark.parametrize("mood", Mood)
def test_people_are_told_apart_at_slacks_size(mood: Mood) -> None:
    small = {who: decoded(png(picture(who, mood), SLACKS_SIZE)) for who in WHO}
    for one, other in combinations(WHO, 2):
        assert difference(small[one], small[other]) > 25, (one, other)


def test_several_pictures_can_stand_in_one_page() -> None:
    names = Counter(name for svg in DRAWN.values() for name in re.findall(r' id="([^"]+)"', svg))
    assert names
    assert set(names.values()) == {1}


@pytest.mark.parametrize("key", DRAWN)
def test_picture_says_that_it_is_a_persona_and_asks_nobody_for_anything(key: str) -> None:
    root = ElementTree.fromstring(DRAWN[key])
    title = root.findtext("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.startswith("Robbie, " if key.startswith(ROBBIE) else "An AI persona inspired by ")
    assert "href" not in DRAWN[key]
    for used in re.findall(r"url\(#([^)]+)\)", DRAWN[key]):
        assert f'id="{used}"' in DRAWN[key]


@pytest.mark.parametrize(
    "key",
    ["", "steve_jobs", "steve_jobs-happy", "our_own-confident", "../svg/steve_jobs-confident", "a-b/../x", "x\0-y"],
)
def test_key_without_a_picture_has_no_path(key: str) -> None:
    assert avatars.path(key) is None


def test_who_only_shows_pictures_does_not_load_the_generator() -> None:
    code = "import sys, mentors.avatars; print([name for name in sys.modules if name.startswith('mentors.avatars.')])"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
