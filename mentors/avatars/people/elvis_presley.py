"""A dark pompadour, sideburns, a high white collar with studs."""

from __future__ import annotations

from mentors.avatars.face import outline
from mentors.avatars.models import Features, Portrait, Skin
from mentors.avatars.people.clothes import neck, shoulders
from mentors.avatars.shapes import circle, line, mirrored, shape

SKIN = Skin(base="#efbf97", shade="#d39a6f", blush="#e08665", lips="#8f4438")
HAIR, SHINE = "#25222e", "#4a4761"
SUIT, SUIT_SHADE, GOLD, RED, BLUE = "#fdfaf3", "#ddd6ca", "#e0ab3e", "#c8433c", "#3f67a6"
FACE = outline(width=88, top=124, jaw=76, jaw_y=336, chin=388)

COLLAR = mirrored(
    shape("M214 446L118 424C112 380 116 330 132 296C166 326 196 366 214 400Z", SUIT_SHADE),
)
BODY = (
    neck(SKIN, 48)
    + shape("M206 394L240 540H272L306 394Z", SKIN.base)
    + shape("M208 380C226 424 286 424 304 380V404C286 444 226 444 208 404Z", SKIN.shade)
    + shoulders(
        SUIT,
        "M44 540C44 462 90 440 166 424C190 418 202 404 206 388L256 530L306 388C310 404 322 418 346 424"
        "C422 440 468 462 468 540Z",
    )
    + mirrored(
        shape("M210 456L104 440C96 388 106 334 130 292C142 336 168 384 206 404Z", SUIT),
        line("M200 402C170 382 148 344 137 308", SUIT_SHADE, 6),
        line("M124 420L206 436", GOLD, 7),
        circle(128, 376, 7, RED),
        circle(138, 400, 7, GOLD),
        circle(164, 414, 7, BLUE),
        circle(214, 474, 8, GOLD),
        circle(226, 504, 8, RED),
        circle(176, 470, 8, BLUE),
        circle(140, 480, 8, GOLD),
        circle(180, 506, 8, RED),
        circle(106, 500, 8, BLUE),
    )
)
POMPADOUR = (
    shape(
        "M168 258C156 232 152 208 156 186C138 158 140 116 168 94C190 68 230 54 274 56C334 56 382 86 378 134"
        "C377 154 366 168 354 178C360 206 358 234 344 258C342 236 340 218 334 206C328 194 320 188 308 186"
        "C286 190 262 184 246 172C234 188 208 194 190 196C178 208 172 234 168 258Z",
        HAIR,
    )
    + shape(
        "M238 168C248 180 252 194 244 204C238 212 226 210 226 200C232 204 238 200 236 192C232 182 222 178 220 170Z",
        HAIR,
    )
    + line("M180 142C196 108 232 86 276 86", SHINE, 9)
    + line("M206 158C226 128 262 114 300 118", SHINE, 9)
    + line("M316 88C334 94 348 106 352 124", SHINE, 9)
)
SIDEBURNS = mirrored(
    shape("M162 216H178C180 250 182 280 188 304C190 312 178 312 172 304C164 282 162 248 162 216Z", HAIR)
)

PORTRAIT = Portrait(
    name="Elvis Presley",
    ground="#e08fa6",
    accent="#edb0c1",
    skin=SKIN,
    face=FACE,
    body=COLLAR + BODY,
    over=SIDEBURNS + POMPADOUR,
    zoom=1.08,
    ears=(90, 268),
    features=Features(eye_x=43, brow_width=13, brow_colour=HAIR, mouth_y=336, iris="#33465f"),
)
