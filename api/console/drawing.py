"""Small pictures as inline SVG: bars, rings and lines, each with its numbers as text for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import pi
from typing import NamedTuple

from markupsafe import Markup, escape

RADIUS = 52


class Piece(NamedTuple):
    """A part of a bar: its kind (a class of the style sheet), how large it is, and its name."""

    kind: str
    size: float
    name: str


class Point(NamedTuple):
    """One step of a series: its name, a numerator and a denominator."""

    name: str
    part: int
    whole: int


def stacked(pieces: Iterable[Piece], width: int = 240, height: int = 12) -> Markup:
    """Draw one bar of several parts."""
    shown = [piece for piece in pieces if piece.size > 0]
    total = sum(piece.size for piece in shown)
    told = ", ".join(f"{piece.name} {piece.size:g}" for piece in shown if piece.name) or "0"
    parts, x = [_rect("track", 0, 0, width, height)], 0.0
    for piece in shown:
        span = piece.size / total * width
        title = f"{piece.name} {piece.size:g}" if piece.name else ""
        parts.append(_rect(f"fill-{piece.kind}", x, 0, max(span - 1, 0.6), height, title))
        x += span
    return _picture("bar", width, height, told, parts)


def ring(part: int, whole: int, told: str) -> Markup:
    """Draw a share as a ring around its percentage."""
    size, length = 2 * (RADIUS + 10), 2 * pi * RADIUS
    filled, middle = length * part / whole if whole else 0.0, size / 2
    circle = f'cx="{middle:g}" cy="{middle:g}" r="{RADIUS}" fill="none" stroke-width="13"'
    turned = f'stroke-linecap="round" transform="rotate(-90 {middle:g} {middle:g})"'
    body = [f'<circle class="ring-track" {circle}/>']
    if filled:
        body.append(
            f'<circle class="ring-part" {circle} {turned} stroke-dasharray="{filled:.2f} {length:.2f}"/>'
        )
    body.append(_text("ring-figure", middle, middle + 9, percent(part, whole)))
    return _picture("ring", size, size, told, body)


def columns(points: Sequence[Point], told: str, width: int = 560, height: int = 150) -> Markup:
    """Draw a series of shares as columns: the part full, the rest pale, the percentage above."""
    if not points:
        return Markup()
    top, room = 22, height - 44
    most = max(point.whole for point in points) or 1
    step = width / len(points)
    broad = min(step * 0.56, 54)
    body = [_floor(width, top + room)]
    for number, point in enumerate(points):
        middle = step * (number + 0.5)
        whole, part = point.whole / most * room, point.part / most * room
        title = f"{point.name}: {point.part} / {point.whole}"
        body += [
            _rect("fill-missed", middle - broad / 2, top + room - whole, broad, whole, title),
            _rect("fill-met", middle - broad / 2, top + room - part, broad, part, title),
            _text(
                "column-figure", middle, top + room - whole - 6, percent(point.part, point.whole, places=0)
            ),
            _text("column-name", middle, height - 6, point.name),
        ]
    return _picture("columns", width, height, told, body)


def pareto(
    shares: Sequence[tuple[str, int, float]], told: str, width: int = 560, height: int = 190
) -> Markup:
    """Draw counts as falling columns with the line of their cumulated shares (name, count, cumulated)."""
    if not shares:
        return Markup()
    top, room = 16, height - 42
    most = max(count for _, count, _ in shares) or 1
    step = width / len(shares)
    broad = min(step * 0.6, 60)
    body, places = [_floor(width, top + room)], []
    for number, (name, count, cumulated) in enumerate(shares):
        tall, middle = count / most * room, step * (number + 0.5)
        body += [
            _rect("fill-pareto", middle - broad / 2, top + room - tall, broad, tall, f"{name}: {count}"),
            _text("column-name", middle, height - 8, _short(name, step)),
        ]
        places.append((middle, top + room * (1 - cumulated)))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    body.append(f'<polyline class="line" fill="none" points="{line}"/>')
    body += [f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.2"/>' for x, y in places]
    return _picture("columns", width, height, told, body)


def percent(part: int, whole: int, places: int = 1) -> str:
    """Write a share; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.{places}f} %" if whole else "—"


def _short(name: str, room: float) -> str:
    """Cut a name to what fits under its column."""
    fits = max(int(room / 13), 2) if any(ord(c) > 0x2E80 for c in name) else max(int(room / 7.5), 3)  # noqa: PLR2004 - CJK
    return name if len(name) <= fits else name[: fits - 1] + "…"


def _rect(kind: str, x: float, y: float, width: float, height: float, title: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect class="{escape(kind)}" {place} rx="2">{inner}</rect>'


def _text(kind: str, x: float, y: float, words: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(words)}</text>'


def _floor(width: float, y: float) -> str:
    return f'<line class="axis" x1="0" x2="{width:g}" y1="{y + 0.5:g}" y2="{y + 0.5:g}"/>'


def _picture(kind: str, width: float, height: float, told: str, body: Iterable[str]) -> Markup:
    return Markup(  # noqa: S704 - every text in it is escaped where it is put together
        f'<svg class="{kind}" role="img" aria-label="{escape(told)}" viewBox="0 0 {width:g} {height:g}"'
        f' preserveAspectRatio="xMinYMid meet" xmlns="http://www.w3.org/2000/svg">{"".join(body)}</svg>'
    )
