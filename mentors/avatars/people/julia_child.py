"""Short curls, pearls on a blouse, an apron, a whisk."""

from __future__ import annotations

from mentors.avatars.face import outline
from mentors.avatars.models import Features, Portrait, Skin
from mentors.avatars.people.clothes import neck, shoulders
from mentors.avatars.shapes import circle, group, line, mirrored, shape

SKIN = Skin(base="#f7d0b0", shade="#e2a883", blush="#ee8e78", lips="#b32f35")
HAIR, CURL = "#8a5638", "#a56f4c"
BLOUSE, BLOUSE_SHADE, APRON, APRON_SHADE = "#e2694f", "#c9543d", "#fbf4e6", "#e6dac4"
PEARL, PEARL_SHADE, STEEL, WOOD = "#fffaf0", "#e3d8c5", "#eef1f2", "#b9834f"
FACE = outline(width=86, top=122, jaw=68, jaw_y=330, chin=390)

BEHIND = shape(
    "M256 76C226 64 196 74 186 96C158 96 136 118 140 144C120 156 114 184 128 202C116 220 120 246 138 256"
    "C134 278 148 296 168 298C180 312 204 314 216 300H296C308 314 332 312 344 298C364 296 378 278 374 256"
    "C392 246 396 220 384 202C398 184 392 156 372 144C376 118 354 96 326 96C316 74 286 64 256 76Z",
    HAIR,
)
FRINGE = (
    shape("M180 170C180 120 210 96 256 96C302 96 332 120 332 170C300 150 212 150 180 170Z", HAIR)
    + shape(
        "M164 240C148 224 148 196 164 186C158 160 180 138 200 142C212 118 246 112 264 126C290 112 322 124 326 148"
        "C348 152 360 176 350 196C362 210 360 232 348 242C346 222 340 206 330 198C312 204 296 196 290 184"
        "C272 198 244 196 234 180C222 196 200 200 186 194C174 206 168 222 164 240Z",
        HAIR,
    )
    + "".join(
        line(d, CURL, 7)
        for d in (
            "M188 164C196 156 208 156 214 166",
            "M244 146C254 138 268 142 270 152",
            "M306 160C316 154 328 160 328 172",
            "M206 104C216 94 232 94 240 104",
            "M284 102C296 94 312 100 314 112",
            "M142 176C140 164 148 154 158 156",
            "M362 158C374 162 376 176 368 184",
            "M134 228C132 238 138 248 148 248",
            "M378 228C380 238 374 248 364 248",
        )
    )
)
NECKLACE = "".join(
    circle(256 + dx, 424 - dx * dx / 130, 9.5, PEARL) + circle(256 + dx + 2.5, 426.5 - dx * dx / 130, 4, PEARL_SHADE)
    for dx in (-50, -34, -17, 0, 17, 34, 50)
)
BODY = (
    neck(SKIN, 42)
    + shape("M196 396L256 470L316 396Z", SKIN.base)
    + shape("M214 392C230 418 282 418 298 392V408C282 434 230 434 214 408Z", SKIN.shade)
    + shoulders(
        BLOUSE,
        "M44 540C44 462 92 438 168 422C188 416 200 404 206 392L256 462L306 392C312 404 324 416 344 422"
        "C420 438 468 462 468 540Z",
    )
    + shape("M150 540L158 478C200 488 312 488 354 478L362 540Z", APRON)
    + mirrored(
        line("M164 484C160 460 164 440 172 424", APRON, 16),
        shape("M206 388C194 402 184 416 180 434L238 466L256 462Z", BLOUSE_SHADE),
    )
    + line("M164 492C204 500 308 500 348 492", APRON_SHADE, 6)
)
EARRINGS = mirrored(circle(168, 298, 9, PEARL), circle(166, 300, 4, PEARL_SHADE))
WHISK = group(
    shape("M410 436H430V560H410Z", WOOD),
    line("M420 440C366 384 378 304 420 304C462 304 474 384 420 440", STEEL, 6),
    line("M420 440C398 386 402 304 420 304C438 304 442 386 420 440", STEEL, 6),
    shape("M406 428H434L430 452H410Z", "#cdd3d6"),
    shape("M384 486C382 468 402 460 422 464C446 466 458 480 454 500C448 530 392 530 384 486Z", SKIN.base),
    line("M398 482C408 478 420 480 430 485", SKIN.shade, 5),
    line("M398 499C408 495 420 497 430 502", SKIN.shade, 5),
    move="translate(-14 -6) rotate(12 420 480)",
)

PORTRAIT = Portrait(
    name="Julia Child",
    ground="#78b9ad",
    accent="#9acfc4",
    skin=SKIN,
    face=FACE,
    behind=BEHIND,
    body=BODY + NECKLACE,
    over=FRINGE + EARRINGS,
    front=WHISK,
    zoom=1.1,
    ears=(84, 272),
    features=Features(eye_x=41, brow_colour="#7a4a30", brow_width=9, mouth_y=338, iris="#3a4a5c"),
)
