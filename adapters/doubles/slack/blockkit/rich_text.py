"""Rich text: what Slack's own composer writes."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.slack.blockkit.shapes import Flag, Items, Kinds, Obj, Shape, Str, Whole

_STYLE = Obj(
    "rich_style",
    {
        name: Flag()
        for name in (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        )
    },
    typed=False,
)


def _part(name: str, fields: Mapping[str, Shape], *needs: str) -> tuple[str, Obj]:
    return name, Obj(f"inline_{name}", {**fields, "style": _STYLE}, needs)


_TEXT = _part("text", {"text": Str(least=1)}, "text")
_LINK = _part("link", {"url": Str(least=1), "text": Str(), "unsafe": Flag()}, "url")
_INLINE = Kinds(
    dict(
        (
            _TEXT,
            _LINK,
            _part("user", {"user_id": Str(least=1)}, "user_id"),
            _part("channel", {"channel_id": Str(least=1)}, "channel_id"),
            _part("usergroup", {"usergroup_id": Str(least=1)}, "usergroup_id"),
            _part("team", {"team_id": Str(least=1)}, "team_id"),
            _part("emoji", {"name": Str(least=1), "unicode": Str(), "skin_tone": Whole(1, 6)}, "name"),
            _part("broadcast", {"range": Str(choices=("here", "channel", "everyone"))}, "range"),
            _part(
                "date",
                {"timestamp": Whole(), "format": Str(least=1), "url": Str(), "fallback": Str()},
                "timestamp",
                "format",
            ),
            _part("color", {"value": Str(least=1)}, "value"),
        )
    )
)
_SECTION = Obj("rich_text_section", {"elements": Items(_INLINE)}, ("elements",))
_BORDER = Whole(0, 1)
_LIST = Obj(
    "rich_text_list",
    {
        "elements": Items(Kinds({"rich_text_section": _SECTION})),
        "style": Str(choices=("bullet", "ordered")),
        "indent": Whole(0, 8),
        "offset": Whole(),
        "border": _BORDER,
    },
    ("elements", "style"),
)
_QUOTE = Obj("rich_text_quote", {"elements": Items(_INLINE), "border": _BORDER}, ("elements",))
_CODE = Obj(
    "rich_text_preformatted",
    {"elements": Items(Kinds(dict((_TEXT, _LINK)))), "border": _BORDER, "language": Str()},
    ("elements",),
)
RICH_TEXT = Obj(
    "rich_text",
    {
        "block_id": Str(255, 1),
        "elements": Items(Kinds({shape.name: shape for shape in (_SECTION, _LIST, _QUOTE, _CODE)}), None, 1),
    },
    ("elements",),
)
