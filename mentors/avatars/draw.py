"""Puts a portrait and a mood together."""

from __future__ import annotations

from mentors.avatars import face, robot
from mentors.avatars.models import Expression, Portrait
from mentors.avatars.moods import EXPRESSIONS, accent
from mentors.avatars.people import PEOPLE
from mentors.avatars.shapes import SIZE, clip, group, line, point, shape
from mentors.models import ROBBIE, Mood

# A squircle; Discord's circle lies within it.
TILE = "M0 160C0 50 50 0 160 0H352C462 0 512 50 512 160V352C512 462 462 512 352 512H160C50 512 0 462 0 352Z"


def pictures() -> dict[str, str]:
    """Every picture as SVG, by its key: ``<id>-<mood>``."""
    return {f"{who}-{mood}": picture(who, mood) for who in (*PEOPLE, ROBBIE) for mood in Mood}


def picture(who: str, mood: Mood) -> str:
    """One picture as SVG. Its ids begin with its key, so that several can stand in one page."""
    key = f"{who}-{mood}"
    if who == ROBBIE:
        return _tile(robot.scene(mood), "", f"Robbie, {mood}", key)
    portrait = PEOPLE[who]
    scene, clips = _scene(portrait, mood, key)
    return _tile(scene, clips, f"An AI persona inspired by {portrait.name}, {mood}", key)


def _tile(scene: str, clips: str, title: str, key: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img"><title>{title}</title>'
        f"<defs>{clip(f'{key}-tile', TILE)}{clips}</defs>{group(scene, clip=f'{key}-tile')}</svg>\n"
    )


def _scene(who: Portrait, mood: Mood, key: str) -> tuple[str, str]:
    """A person before the mood's ground, and the paths that parts are cut along."""
    expression = EXPRESSIONS[mood]
    head, clips = _head(who, expression, key)
    figure = group(
        group(who.behind, move=_pose(expression)),
        who.body,
        group(head, move=_pose(expression)),
        who.front,
        move=f"translate(256 440) scale({who.zoom:g}) translate(-256 -440)",
    )
    return shape(f"M0 0H{SIZE}V{SIZE}H0Z", who.ground) + accent(mood, who.accent) + figure, clips


def _head(who: Portrait, mood: Expression, key: str) -> tuple[str, str]:
    features = who.features
    head, head_clip = face.head(who, key)
    eyes, eye_clips = face.eyes(features, mood, key)
    nose = line(features.nose, who.skin.shade, 9)
    mouth = face.mouth(features, who.skin, mood.mouth)
    return head + eyes + nose + mouth + who.over + face.brows(features, mood), head_clip + eye_clips


def _pose(mood: Expression) -> str:
    """How the head is held: it turns about the neck."""
    return f"translate({point(256, 400 + mood.nod)}) rotate({mood.tilt:g}) scale({mood.near:g}) translate(-256 -400)"
