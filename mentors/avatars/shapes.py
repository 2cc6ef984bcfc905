"""The few shapes of SVG that the pictures are made of, as text."""

from __future__ import annotations

SIZE = 512
CENTRE = SIZE / 2


def number(value: float) -> str:
    """Write a coordinate with at most one decimal, so that the same picture is the same text everywhere."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def point(x: float, y: float) -> str:
    """Two coordinates of a path."""
    return f"{number(x)} {number(y)}"


def shape(d: str, fill: str, opacity: float = 1) -> str:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}"{_opacity(opacity)}/>'


def line(d: str, colour: str, width: float, opacity: float = 1) -> str:
    """A stroke with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{number(width)}" stroke-linecap="round" '
        f'stroke-linejoin="round"{_opacity(opacity)}/>'
    )


def circle(x: float, y: float, radius: float, fill: str, opacity: float = 1) -> str:
    """A filled circle."""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}"{_opacity(opacity)}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, opacity: float = 1) -> str:
    """A filled ellipse."""
    return (
        f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(ry)}" fill="{fill}"'
        f"{_opacity(opacity)}/>"
    )


def rounded(x: float, y: float, width: float, height: float, radius: float, fill: str) -> str:
    """A filled rectangle with round corners."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
        f'rx="{number(radius)}" fill="{fill}"/>'
    )


def ring(x: float, y: float, radius: float, colour: str, width: float, opacity: float = 1) -> str:
    """A circle that is a stroke."""
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="none" stroke="{colour}" '
        f'stroke-width="{number(width)}"{_opacity(opacity)}/>'
    )


def group(*parts: str, move: str = "", clip: str = "", opacity: float = 1) -> str:
    """Parts that are moved, clipped or faded together."""
    transform = f' transform="{move}"' if move else ""
    clipped = f' clip-path="url(#{clip})"' if clip else ""
    return f"<g{transform}{clipped}{_opacity(opacity)}>{''.join(parts)}</g>"


def mirrored(*parts: str) -> str:
    """Parts of the left half, and the same on the right."""
    return "".join(parts) + group(*parts, move=f"matrix(-1 0 0 1 {SIZE} 0)")


def clip(name: str, d: str) -> str:
    """What ``group(clip=name)`` cuts along."""
    return f'<clipPath id="{name}"><path d="{d}"/></clipPath>'


def _opacity(value: float) -> str:
    return "" if value == 1 else f' opacity="{value:g}"'
