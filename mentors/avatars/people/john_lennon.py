"""Round wire glasses, long hair parted in the middle, an army shirt."""

from __future__ import annotations

from mentors.avatars.face import outline
from mentors.avatars.models import Features, Portrait, Skin
from mentors.avatars.people.clothes import neck, shoulders
from mentors.avatars.shapes import circle, line, mirrored, ring, shape

SKIN = Skin(base="#f4cba8", shade="#dda47d", blush="#e68d70", lips="#8f4438")
HAIR, STRAND = "#7a4b2f", "#96643f"
SHIRT, SEAM, COLLAR = "#6d7a4a", "#55613a", "#7f8c58"
WIRE = "#b98228"
FACE = outline(width=82, top=120, jaw=68, jaw_y=330, chin=392)

BEHIND = shape(
    "M256 88C196 86 150 126 146 194C144 250 146 290 148 330C150 368 176 398 212 424H300C336 398 362 368 364 330"
    "C366 290 368 250 366 194C362 126 316 86 256 88Z",
    HAIR,
)
LOCKS = mirrored(
    shape(
        "M256 90C198 86 154 124 148 190C146 224 152 250 142 282C136 302 122 318 116 344C128 344 136 340 142 334"
        "C138 356 136 374 124 394C142 394 156 386 164 372C166 388 166 398 160 412C184 402 192 372 186 342"
        "C178 312 170 286 170 258C172 214 202 166 256 122Z",
        HAIR,
    ),
    line("M160 222C162 258 162 288 152 316", STRAND, 7),
    line("M168 312C172 332 174 348 168 364", STRAND, 7),
    line("M190 154C176 170 168 188 164 204", STRAND, 7),
    line("M236 112C222 118 212 124 204 132", STRAND, 7),
) + line("M256 94V120", "#5f3821", 6)
STUBBLE = shape(
    "M160 268C168 304 178 322 198 332C214 338 220 318 240 314C250 311 262 311 272 314C292 318 298 338 314 332"
    "C334 322 344 304 352 268V404H160Z",
    HAIR,
    0.2,
)
GLASSES = mirrored(
    circle(214, 254, 36, "#ffffff", 0.14), ring(214, 254, 36, WIRE, 6), line("M178 250L166 246", WIRE, 6)
) + line("M250 252C253 246 259 246 262 252", WIRE, 6)
BODY = (
    neck(SKIN, 42)
    + shape("M206 390L256 476L306 390Z", SKIN.base)
    + shape("M214 388C230 424 282 424 298 388V406C282 440 230 440 214 406Z", SKIN.shade)
    + shoulders(
        SHIRT,
        "M48 540C48 464 94 440 170 424C190 418 202 406 206 392L256 480L306 392C310 406 322 418 342 424"
        "C418 440 464 464 464 540Z",
    )
    + mirrored(
        shape("M206 384C190 400 182 420 184 446L224 470L256 478Z", COLLAR),
        line("M184 446L224 470L256 478", SEAM, 5),
        shape("M84 470L132 446L146 462L94 490Z", COLLAR),
        circle(134, 460, 6, WIRE),
    )
    + line("M256 484V540", SEAM, 5)
)

PORTRAIT = Portrait(
    name="John Lennon",
    ground="#9787c9",
    accent="#b3a6dc",
    skin=SKIN,
    face=FACE,
    behind=BEHIND,
    body=BODY,
    on_face=STUBBLE,
    over=LOCKS + GLASSES,
    ears=None,
    zoom=1.15,
    features=Features(
        eye_x=42,
        brow_colour="#66402a",
        brow_width=11,
        brow_y=206,
        mouth_y=340,
        mouth_size=0.9,
        iris="#4a3424",
        nose="M257 240C262 262 273 280 274 293C275 306 257 310 243 303",
    ),
)
