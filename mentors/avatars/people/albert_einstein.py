"""Wild white hair, a bushy moustache, a woolly jumper."""

from __future__ import annotations

import math

from mentors.avatars.face import outline
from mentors.avatars.models import Features, Portrait, Skin
from mentors.avatars.people.clothes import neck, shoulders
from mentors.avatars.shapes import line, mirrored, point, shape

SKIN = Skin(base="#f3cba8", shade="#dca67e", blush="#e8906f", lips="#8f4438")
WOOL, RIB, STITCH = "#41618a", "#34507a", "#5b7ba4"
HAIR, HAIR_SHADE, TACHE, TACHE_LINE = "#fbf7ee", "#e2dacb", "#d9d0c2", "#b9ad9c"
FACE = outline(width=94, top=112, jaw=76, jaw_y=328, chin=384)

# Each lock: how far its tip turns from straight up, how far tip and the notch after it are from the head's middle.
LOCKS = ((2, 140, 120), (20, 158, 126), (36, 150, 132), (54, 184, 138), (72, 172, 142), (89, 190, 138), (107, 170, 116))


def _mane() -> str:
    """Hair that flies off on all sides: one side's locks, with soft tips."""
    d, lines, before = "M256 106", "", -8.0
    for turn, tip, notch in LOCKS:
        after = turn + 10
        d += f"Q{_polar((turn + before) / 2 + 2, notch + 8)} {_polar(turn, tip)}"
        d += f"Q{_polar(turn + 10, tip - 2)} {_polar(after, notch)}"
        if before > 0:
            lines += line(
                f"M{_polar(turn + 3, notch - 18)}Q{_polar(turn + 4, notch)} {_polar(turn + 2, tip - 14)}", HAIR_SHADE, 6
            )
        before = after
    d += "L256 270Z"
    return line(d, HAIR, 14) + shape(d, HAIR) + lines


def _polar(turn: float, radius: float) -> str:
    angle = math.radians(turn)
    return point(256 - radius * math.sin(angle), 212 - radius * math.cos(angle))


BEHIND = mirrored(_mane())
TOP = shape(
    "M160 244C146 224 142 196 154 170C162 126 206 98 256 98C306 98 350 126 358 170C370 196 366 224 352 244"
    "C350 220 344 200 330 188C336 168 322 146 300 142C276 128 236 128 212 142C190 146 176 168 182 188"
    "C168 200 162 220 160 244Z",
    HAIR,
)
WRINKLES = line("M218 178C242 172 270 172 294 178", SKIN.shade, 5, 0.8) + line(
    "M230 160C246 156 266 156 282 160", SKIN.shade, 5, 0.8
)
MOUSTACHE = shape(
    "M256 300C238 292 216 296 204 310C196 320 188 326 178 326C182 346 212 354 236 344C246 340 252 336 256 332"
    "C260 336 266 340 276 344C300 354 330 346 334 326C324 326 316 320 308 310C296 296 274 292 256 300Z",
    TACHE,
) + mirrored(
    line("M246 312C236 312 226 318 220 328", TACHE_LINE, 5), line("M222 312C214 316 208 322 204 330", TACHE_LINE, 5)
)
KNIT = "".join(
    line(f"M{x - 12} {y}L{x} {y + 10}L{x + 12} {y}", STITCH, 5) for y in (462, 488, 514) for x in range(100, 420, 39)
)
BODY = (
    neck(SKIN)
    + shoulders(WOOL)
    + KNIT
    + shape(
        "M186 412C196 384 206 388 212 392C226 424 286 424 300 392C306 388 316 384 326 412C330 452 182 452 186 412Z", RIB
    )
    + "".join(
        line(f"M{x} {y}V{y + 16}", STITCH, 5)
        for x, y in ((206, 412), (226, 422), (246, 426), (266, 426), (286, 422), (306, 412))
    )
)

PORTRAIT = Portrait(
    name="Albert Einstein",
    ground="#dda23f",
    accent="#ecbd6a",
    skin=SKIN,
    face=FACE,
    behind=BEHIND,
    body=BODY,
    on_face=WRINKLES,
    over=TOP + MOUSTACHE,
    zoom=1.08,
    ears=(96, 268),
    features=Features(
        eye_x=43,
        brow_colour="#d8d0c4",
        brow_width=15,
        mouth_y=352,
        mouth_size=0.72,
        iris="#3b2a20",
        nose="M258 248C262 266 274 278 276 288C278 300 262 306 246 300",
    ),
)
