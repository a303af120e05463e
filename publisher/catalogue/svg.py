"""Whether an SVG only draws: no script, nothing that is loaded from elsewhere, nothing of another language in it.

What is not known to be harmless is refused: an SVG opened by itself is a page that may run programs.
Source: SVG 2 (W3C Candidate Recommendation of 4 October 2018), "Linking" and "Scripting".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_INERT = frozenset(
    {
        "http://www.inkscape.org/namespaces/inkscape",
        "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://purl.org/dc/elements/1.1/",
        "http://creativecommons.org/ns#",
        "http://web.resource.org/cc/",
    }
)
"""What drawing programs note of their own; browsers make nothing of it."""
_DRAWS = re.compile(
    "svg|g|defs|title|desc|metadata|symbol|use|switch|style|path|rect|circle|ellipse|line|polyline|polygon|text|tspan|"
    "textPath|image|linearGradient|radialGradient|stop|pattern|clipPath|mask|marker|filter|fe(?:Blend|ColorMatrix|"
    "ComponentTransfer|Composite|ConvolveMatrix|DiffuseLighting|DisplacementMap|DistantLight|DropShadow|Flood|"
    "Func[ABGR]|GaussianBlur|Merge|MergeNode|Morphology|Offset|PointLight|SpecularLighting|SpotLight|Tile|Turbulence)"
)
_TARGET = re.compile(r"#|data:image/(?:png|jpeg|webp);base64,")
_LOADS = re.compile(r"(?:url|src|image|image-set)\(\s*(?![\"']?#)|@import|@font-face|expression\(|javascript:|\\", re.I)


class NotPlain(Exception):
    """An SVG that may do more than draw: ``what`` stands in ``row``."""

    def __init__(self, what: str, row: int) -> None:
        super().__init__(what, row)
        self.what = what
        self.row = row


class NotSvg(Exception):
    """Bytes that are no SVG, or a broken one."""


def check_svg(content: bytes) -> None:
    """Look through an SVG.

    Raises:
        NotSvg: if it is none, or broken.
        NotPlain: if it may do more than draw.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotSvg from error
    reader.styled()


class _Reader:
    """Meets every part of the file; what is declared (entities) or instructed (stylesheets) is refused unread."""

    def __init__(self) -> None:
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = lambda *_: self._refuse("<!DOCTYPE>")
        parser.ProcessingInstructionHandler = lambda target, _: self._refuse(f"<?{target}?>")
        self._path: list[str] = []
        self._style: list[str] = []

    def _refuse(self, what: str) -> None:
        raise NotPlain(what, self.parser.CurrentLineNumber)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if not self._path and (space, name) != (_SVG, "svg"):
            raise NotSvg
        self._path.append(name if space == _SVG else "")
        if space in _INERT:
            return
        if space != _SVG or _DRAWS.fullmatch(name) is None:
            self._refuse(f"<{name}>")
        for key, value in attributes.items():
            self._attribute(*key.rpartition(" ")[::2], value)

    def _attribute(self, space: str, name: str, value: str) -> None:
        if space in _INERT or space == _XML:
            return
        if space not in {"", _XLINK} or name.lower().startswith("on"):
            self._refuse(name)
        # Browsers pass over line breaks and blanks in addresses.
        if name in {"href", "src"} and not _TARGET.match("".join(value.split()).lower()):
            self._refuse(name)
        if name not in {"href", "src"} and _LOADS.search(value):
            self._refuse(name)

    def _end(self, tag: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._path[-1:] == ["style"]:
            self._style.append(text)

    def styled(self) -> None:
        """Style sheets come in pieces, so they are looked at as a whole."""
        if _LOADS.search("".join(self._style)):
            self._refuse("<style>")
