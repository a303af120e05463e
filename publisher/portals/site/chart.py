"""Charts as SVG, drawn when the portal is built: no script, colours by the style sheet, never by colour alone.

Each chart is drawn twice, wide and narrow; the style sheet shows one. Series differ by colour, by
dash or pattern and by a name at their end; every point carries its value as a title.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from publisher.portals.site.words import number

_BARS = 40
_SERIES = 6
_LEAST, _MOST = 1e-6, 1e100
"""What an axis can tell from zero, and the greatest number that it can carry."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn chart; ``shown`` of ``total`` points are in it."""

    svg: Markup
    shown: int
    total: int


def draw(chart: Any, title: str, description: str, identity: str, language: str) -> Drawing | None:
    """The drawing of a resource's ``chart``; None if it has no points that are numbers."""
    points = [(str(x), str(s or ""), v) for x, s, y in chart.get("points") or () if (v := _value(y)) is not None]
    if not points:
        return None
    series = list(dict.fromkeys(s for _, s, _ in points))[:_SERIES]
    kept = [p for p in points if p[1] in series]
    ticks = list(dict.fromkeys(x for x, _, _ in kept))
    if chart.get("kind") == "line" and len(ticks) > 1:
        ticks.sort()
        drawings = [_lines(kept, series, ticks, width, language) for width in (680, 340)]
    else:
        kept = kept[:_BARS]
        ticks = list(dict.fromkeys(x for x, _, _ in kept))
        drawings = [_bars(kept, series, ticks, width, language) for width in (680, 340)]
    parts = [
        _frame(body, width, height, kind, f"{identity}-{kind}", title, description)
        for (body, height), width, kind in zip(drawings, (680, 340), ("wide", "narrow"), strict=True)
    ]
    return Drawing(Markup("").join(parts), len(kept), len(points))


def _value(text: object) -> float | None:
    """The number of a point; None for what no axis can carry. What is too small to be told from zero is zero."""
    try:
        value = float(str(text))
    except ValueError:
        return None
    if abs(value) < _LEAST:
        return 0.0
    return value if abs(value) <= _MOST else None


def _frame(body: str, width: int, height: float, kind: str, identity: str, title: str, description: str) -> Markup:
    head = Markup(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-labelledby="{i}-t {i}-d">'
        '<title id="{i}-t">{}</title><desc id="{i}-d">{}</desc>'
    ).format(kind, width, round(height), title, description, i=identity)
    return head + Markup(body) + Markup("</svg>")


def steps(low: float, high: float) -> list[float]:
    """Round marks from at or below ``low`` to at or above ``high``, about five."""
    if high - low < max(_LEAST, abs(low) * 1e-9):
        high = low + max(1.0, abs(low) * 1e-3)
    raw = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if unit * m >= raw * 0.999)
    first = math.floor(low / step)
    last = math.ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, last + 1)]


def _said(value: float, language: str) -> str:
    return number(f"{value:.10f}".rstrip("0").rstrip("."), language)


def _lines(
    points: Sequence[tuple[str, str, float]], series: list[str], ticks: list[str], width: int, language: str
) -> tuple[str, float]:
    values = [v for _, _, v in points]
    marks = steps(min(0.0, *values), max(values))
    named = len(series) > 1
    left = 14 + max(len(_said(m, language)) for m in marks) * 8
    right = width - (24 + min(18, max(map(len, series))) * 8 if named and width > 400 else 14)
    top, bottom = 16, 272
    span = marks[-1] - marks[0]
    across = {x: left + (right - left) * i / (len(ticks) - 1) for i, x in enumerate(ticks)}

    def up(value: float) -> float:
        return bottom - (bottom - top) * (value - marks[0]) / span

    out: list[str] = []
    for mark in marks:
        y = up(mark)
        out.append(f'<g class="g"><path d="M{left} {y:.1f}H{right:.1f}"/>')
        out.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{escape(_said(mark, language))}</text></g>')
    every = max(1, math.ceil(len(ticks) * (max(map(len, ticks)) * 8 + 14) / (right - left)))
    for index in range(0, len(ticks), every):
        anchor = "middle"
        out.append(f'<text x="{across[ticks[index]]:.1f}" y="{bottom + 22}" text-anchor="{anchor}">')
        out.append(f"{escape(ticks[index])}</text>")
    ends: list[float] = []
    height = bottom + 32.0
    for place, name in enumerate(series):
        own = sorted((across[x], up(v), x, v) for x, s, v in points if s == name)
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y, _, _ in own)
        out.append(f'<g class="s{place}"><path class="l" d="M{path}"/>')
        for x, y, label, value in own:
            said = f"{name}, {label}: {_said(value, language)}" if named else f"{label}: {_said(value, language)}"
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{escape(said)}</title></circle>')
        if named and width > 400:
            y = own[-1][1] + 4
            while any(abs(y - other) < 16 for other in ends):
                y += 4
            ends.append(y)
            out.append(f'<text class="n" x="{right + 10:.1f}" y="{y:.1f}">{escape(_cut(name, 18))}</text>')
        elif named:
            height += 20
            out.append(f'<path class="l" d="M{left} {height - 12:.0f}h28"/>')
            out.append(f'<text class="n" x="{left + 36}" y="{height - 7:.0f}">{escape(_cut(name, 32))}</text>')
        out.append("</g>")
    return "".join(out), height


def _bars(
    points: Sequence[tuple[str, str, float]], series: list[str], ticks: list[str], width: int, language: str
) -> tuple[str, float]:
    low = min(0.0, *(v for _, _, v in points))
    high = max(0.0, *(v for _, _, v in points))
    room = max(len(_said(v, language)) for _, _, v in points) * 8.5 + 12
    start, end = 2.0, width - room
    scale = (end - start) / ((high - low) or 1)
    zero = start - low * scale
    letters = int(width / 7.6)
    named = len(series) > 1
    out: list[str] = []
    y = 6.0
    if named:
        for place, name in enumerate(series):
            out.append(f'<g class="s{place}"><rect class="b" x="2" y="{y:.0f}" width="14" height="14"/>')
            out.append(f'<text x="24" y="{y + 12:.0f}">{escape(_cut(name, letters - 4))}</text></g>')
            y += 22
        y += 6
    by_tick: dict[str, list[tuple[int, float]]] = {x: [] for x in ticks}
    for x, name, value in points:
        by_tick[x].append((series.index(name), value))
    for label, own in by_tick.items():
        out.append(f'<text x="2" y="{y + 13:.0f}">{escape(_cut(label, letters))}</text>')
        y += 19
        for place, value in own:
            begin, length = (zero, value * scale) if value >= 0 else (zero + value * scale, -value * scale)
            said = f"{label}, {series[place]}: " if named else f"{label}: "
            out.append(f'<g class="s{place}"><rect class="b" x="{begin:.1f}" y="{y:.0f}" width="{max(length, 1):.1f}"')
            out.append(f' height="16"><title>{escape(said + _said(value, language))}</title></rect>')
            x_text = begin + max(length, 1) + 6
            out.append(f'<text class="v" x="{x_text:.1f}" y="{y + 13:.0f}">{escape(_said(value, language))}</text></g>')
            y += 20
        y += 8
    if low < 0:
        out.append(f'<path class="z" d="M{zero:.1f} 0V{y:.0f}"/>')
    return "".join(out), y


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
