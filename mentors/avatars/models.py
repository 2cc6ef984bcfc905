"""What a portrait is made of: a person's layers, and a mood's expression."""

from __future__ import annotations

from dataclasses import dataclass, field

INK = "#2b2730"


@dataclass(frozen=True)
class Skin:
    """Three tones: lit, in the shadow, and of the cheeks."""

    base: str
    shade: str
    blush: str
    lips: str


@dataclass(frozen=True)
class Features:
    """Where a face has what, in the picture's coordinates, and how heavy it is drawn."""

    eye_x: float = 42
    eye_y: float = 252
    eye_size: float = 1
    iris: str = INK
    brow_y: float = 217
    brow_width: float = 11
    brow_colour: str = INK
    mouth_y: float = 330
    mouth_size: float = 1
    nose: str = "M258 252C262 270 270 282 270 290C270 299 258 302 248 298"


@dataclass(frozen=True)
class Portrait:
    """A person, as layers from the back to the front; those of the head tilt together."""

    name: str
    ground: str
    accent: str
    skin: Skin
    face: str
    body: str
    behind: str = ""
    on_face: str = ""
    over: str = ""
    front: str = ""
    zoom: float = 1.2
    ears: tuple[float, float] | None = (92, 268)
    features: Features = field(default_factory=Features)


@dataclass(frozen=True)
class Brow:
    """How far one eyebrow is moved from its rest, downwards: at the nose, in the middle, at the temple."""

    inner: float = 0
    arch: float = 0
    outer: float = 0


@dataclass(frozen=True)
class Expression:
    """What a mood does to any face."""

    left: Brow
    right: Brow
    upper: float  # how far the upper lid stands above the eye's corners
    lower: float  # and the lower one below
    slant: float = 0  # how much lower the outer corner is
    gaze: tuple[float, float] = (0, 0)
    mouth: str = "smile"
    tilt: float = 0
    nod: float = 0
    near: float = 1
