"""A homburg hat, a spotted bow tie, a round heavy face."""

from __future__ import annotations

from mentors.avatars.face import outline
from mentors.avatars.models import Features, Portrait, Skin
from mentors.avatars.people.clothes import shoulders
from mentors.avatars.shapes import circle, line, mirrored, shape

SKIN = Skin(base="#f6cfb2", shade="#e0a886", blush="#e98a72", lips="#8f4438")
SUIT, LAPEL, SEAM = "#33343d", "#26272f", "#4c4e5a"
HAT, BAND, SHEEN = "#2f3038", "#1f2027", "#4a4c57"
SHIRT, SHIRT_SHADE, TIE, SPOT = "#fbf8f1", "#dcd7cc", "#2c4a7c", "#f4f1ea"
FACE = outline(width=106, top=130, temple=236, jaw=102, jaw_y=322, chin=394)

BODY = (
    shoulders(
        SUIT,
        "M20 540C20 464 70 436 150 420C190 412 206 400 212 384H300C306 400 322 412 362 420C442 436 492 464 492 540Z",
    )
    + shape("M186 400L256 520L326 400L300 376H212Z", SHIRT)
    + mirrored(
        shape("M190 386L150 430L186 470L212 540H250L196 424Z", LAPEL),
        shape("M186 384C186 404 196 424 218 440L252 414L214 374Z", SHIRT),
        line("M186 470L214 450", SEAM, 5),
    )
    + line("M256 446V520", SHIRT_SHADE, 5)
)
TIE_FRONT = (
    mirrored(
        shape("M256 424L204 400C192 396 186 404 188 416C190 430 190 436 188 448C186 460 194 466 204 460L256 438Z", TIE),
        circle(206, 418, 5, SPOT),
        circle(206, 442, 5, SPOT),
        circle(226, 430, 5, SPOT),
    )
    + shape(
        "M240 416H272C278 416 280 420 280 424V438C280 444 276 446 272 446H240C236 446 232 444 232 438V424"
        "C232 420 234 416 240 416Z",
        TIE,
    )
    + circle(256, 431, 5, SPOT)
)
JOWLS = mirrored(line("M188 318C186 334 192 348 202 356", SKIN.shade, 6, 0.8)) + line(
    "M224 375C244 384 268 384 288 375", SKIN.shade, 7
)
SIDES = mirrored(shape("M154 196H172C172 226 170 240 160 258C152 240 150 216 154 196Z", "#d8cbbb"))
HOMBURG = (
    shape("M158 182C152 140 156 96 178 78C200 62 232 70 256 78C280 70 312 62 334 78C356 96 360 140 354 182Z", HAT)
    + line("M256 80C252 96 252 112 256 126", BAND, 7)
    + line("M182 108C184 96 192 90 202 88", SHEEN, 7)
    + shape("M156 152C190 168 322 168 356 152L356 186H156Z", BAND)
    + shape(
        "M110 176C104 160 122 152 134 164C150 178 200 184 256 184C312 184 362 178 378 164C390 152 408 160 402 176"
        "C394 204 330 214 256 214C182 214 118 204 110 176Z",
        HAT,
    )
    + line("M122 176C150 198 210 200 256 200", SHEEN, 6)
)

PORTRAIT = Portrait(
    name="Winston Churchill",
    ground="#b4553f",
    accent="#ca7660",
    skin=SKIN,
    face=FACE,
    body=BODY,
    on_face=JOWLS,
    over=SIDES + HOMBURG,
    front=TIE_FRONT,
    ears=(108, 276),
    zoom=1.12,
    features=Features(
        eye_x=42,
        eye_y=262,
        eye_size=0.9,
        brow_y=234,
        brow_width=10,
        brow_colour="#c3b29e",
        mouth_y=346,
        mouth_size=0.95,
        nose="M256 262C262 276 276 288 276 298C276 312 256 314 242 306",
    ),
)
