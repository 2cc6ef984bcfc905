"""Black turtleneck, rimless round glasses, close-cropped grey hair and stubble."""

from __future__ import annotations

from mentors.avatars.face import outline
from mentors.avatars.models import Features, Portrait, Skin
from mentors.avatars.people.clothes import shoulders
from mentors.avatars.shapes import circle, line, mirrored, ring, shape

SKIN = Skin(base="#f2c9a5", shade="#dba47c", blush="#f0bb98", lips="#8f4438")
KNIT, FOLD, SHINE = "#2d2c34", "#201f26", "#4a4953"
HAIR, WIRE = "#8b8d92", "#565a66"
FACE = outline(width=88, top=118, jaw=68, jaw_y=328, chin=388)

BODY = (
    shoulders(KNIT)
    + shape("M196 372C196 360 316 360 316 372L322 432C300 456 212 456 190 432Z", KNIT)
    + line("M202 402C226 416 286 416 310 402", SHINE, 6)
    + line("M200 442C222 458 290 458 312 442", FOLD, 8)
    + mirrored(line("M118 530C122 500 126 486 136 470", SHINE, 6))
)
BEARD = shape(
    "M160 268C176 282 178 306 190 318C206 312 222 306 240 306C250 304 262 304 272 306C290 306 306 312 322 318"
    "C334 306 336 282 352 268V400H160Z"
    "M222 336C222 350 236 356 256 356C276 356 290 350 290 336C282 322 230 322 222 336Z",
    HAIR,
    0.62,
)
HAIR_TOP = shape(
    "M163 262C154 232 156 200 160 184C170 132 206 100 256 100C306 100 342 132 352 184C356 200 358 232 349 262"
    "C344 250 344 236 342 224C340 206 334 196 322 186C316 166 300 150 286 152C270 146 242 146 226 152"
    "C212 150 196 166 190 186C178 196 172 206 170 224C168 236 168 250 163 262Z",
    HAIR,
)
GLASSES = mirrored(
    circle(213, 254, 37, "#ffffff", 0.14),
    ring(213, 254, 37, WIRE, 3.5),
    line("M176 250L164 246", WIRE, 3.5),
) + line("M250 250C253 245 259 245 262 250", WIRE, 3.5)

PORTRAIT = Portrait(
    name="Steve Jobs",
    ground="#86aecb",
    accent="#a9c8de",
    skin=SKIN,
    face=FACE,
    body=BODY,
    on_face=BEARD,
    over=HAIR_TOP + GLASSES,
    zoom=1.15,
    features=Features(eye_x=43, brow_colour="#64666d", brow_width=10, brow_y=206, mouth_y=338, mouth_size=0.9),
)
