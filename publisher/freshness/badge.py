"""A badge: an SVG picture of two words, and the same for shields.io (https://shields.io/badges/endpoint-badge)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from publisher.freshness.atom import legal

COLORS = {"good": "#2e7d32", "soon": "#8a6100", "late": "#b45309", "bad": "#b71c1c", "quiet": "#555555"}
"""By meaning; white text on each has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
_WIDE = 6.6
_PADDING = 6


@dataclass(frozen=True, slots=True)
class Badge:
    """``color`` is a key of :data:`COLORS`."""

    label: str
    message: str
    color: str


def shields(badge: Badge) -> dict[str, object]:
    """What shields.io reads from an endpoint."""
    return {"schemaVersion": 1, "label": badge.label, "message": badge.message, "color": COLORS[badge.color]}


def svg(badge: Badge) -> str:
    """The picture. ``textLength`` fits each text to its box whatever font the reader has."""
    left, right = _width(badge.label), _width(badge.message)
    whole = left + right
    label, message = escape(legal(badge.label)), escape(legal(badge.message))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" '
        f"aria-label={quoteattr(legal(f'{badge.label}: {badge.message}'))}>"
        f"<title>{label}: {message}</title>"
        f'<rect width="{whole}" height="20" rx="3" fill="{COLORS[badge.color]}"/>'
        f'<path fill="#444" d="M3 0h{left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{_PADDING}" y="14" textLength="{left - 2 * _PADDING}">{label}</text>'
        f'<text x="{left + _PADDING}" y="14" textLength="{right - 2 * _PADDING}">{message}</text>'
        "</g></svg>\n"
    )


def _width(text: str) -> int:
    return round(len(text) * _WIDE) + 2 * _PADDING
