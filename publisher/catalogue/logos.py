"""Logos of organizations and themes: small pictures below ``catalog/``, looked through before anybody is shown them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publisher.catalogue.files import is_inside, leads_outside
from publisher.catalogue.svg import NotPlain, NotSvg, check_svg

LARGEST = 200_000
"""Bytes of a logo: it is shown small, and on many pages."""
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml"}
_ENDINGS = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".webp": "webp", ".svg": "svg"}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that may be shown. ``name`` is that of the published file; the kind is a key of MEDIA_TYPES."""

    path: Path
    kind: str
    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """The published file's name."""
        return f"logo.{self.kind}"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a file is not shown as a logo: a problem's code with its parameters."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def read_logo(root: Path, logo: str) -> Logo | Flaw:
    """The logo that an entry names by its path below ``catalog/``, or what is wrong with it."""
    if not is_inside(logo) or "\0" in logo or leads_outside(root, f"catalog/{logo}"):
        return Flaw("logo-outside")
    path = root / "catalog" / logo
    try:
        if not path.is_file():
            return Flaw("logo-missing")
        size = path.stat().st_size
        if size > LARGEST:
            return Flaw("logo-too-large", {"size": size, "limit": LARGEST})
        content = path.read_bytes()
    except OSError:
        return Flaw("logo-missing")
    kind = _ENDINGS.get(path.suffix.lower(), "")
    try:
        if kind != _kind_of(content):
            return Flaw("logo-kind")
    except NotPlain as error:
        return Flaw("logo-active", {"what": error.what[:60], "row": error.row})
    return Logo(path, kind, hashlib.sha256(content).hexdigest(), len(content))


def _kind_of(content: bytes) -> str | None:
    """What a picture is, by its bytes.

    Raises:
        NotPlain: for an SVG that may do more than draw.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    try:
        check_svg(content)
    except NotSvg:
        return None
    return "svg"
