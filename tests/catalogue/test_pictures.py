"""Which pictures are taken as logos, and what of an SVG is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from support.pictures import JPEG, SVG, WEBP, png

from publisher.catalogue.logos import LARGEST, Flaw, Logo, read_logo

PLAIN = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn with Inkscape -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"
  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" inkscape:export-filename="C:\\logo.png"
  xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xml:space="preserve">
<sodipodi:namedview pagecolor="#fff"/>
<defs><linearGradient id="a"><stop offset="0"/></linearGradient><style>.b{fill:url(#a)}</style></defs>
<g class="b" style="stroke:#000"><path d="M0 0h10v10z" fill="url('#a')"/><use xlink:href="#a"/></g>
<image href="data:image/png;base64,iVBORw0KGgo=" width="1" height="1"/>
</svg>"""


def put(root: Path, name: str, content: bytes) -> Logo | Flaw:
    place = root / "catalog" / "logos" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return read_logo(root, f"logos/{name}")


def svg(inner: str, attributes: str = "") -> bytes:
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{head} {attributes}>\n{inner}\n</svg>".encode()


@pytest.mark.parametrize(
    ("name", "content", "published"),
    [
        ("a.png", png(), "logo.png"),
        ("Sở Y tế.PNG", png(), "logo.png"),
        ("a.jpeg", JPEG, "logo.jpg"),
        ("a.webp", WEBP, "logo.webp"),
        ("a.svg", SVG, "logo.svg"),
        ("a.svg", PLAIN, "logo.svg"),
        ("a.svg", PLAIN.replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"), "logo.svg"),
    ],
)
def test_a_small_picture_is_taken_as_it_is(tmp_path: Path, name: str, content: bytes, published: str) -> None:
    found = put(tmp_path, name, content)
    assert isinstance(found, Logo)
    assert (found.name, found.bytes, found.sha256) == (published, len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", JPEG),
        ("a.svg", png()),
        ("a.png", SVG),
        ("a.gif", b"GIF89a"),
        ("a.svg", b"<html><body>x</body></html>"),
        ("a.svg", b"<svg><path/></svg>"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><g></svg>'),
        ("a.svg", b'<?xml version="1.0" encoding="no-such"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.png", b""),
        ("a", png()),
    ],
)
def test_bytes_that_are_not_what_the_name_says_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    assert put(tmp_path, name, content) == Flaw("logo-kind")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg("<g/>", 'onload="alert(1)"'), "onload"),
        (svg('<g OnClick="alert(1)"/>'), "OnClick"),
        (svg('<a href="https://example.org"><g/></a>'), "<a>"),
        (svg('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'), "<foreignObject>"),
        (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'), "<script>"),
        (svg('<unknown xmlns="urn:x"/>'), "<unknown>"),
        (svg('<image href="https://example.org/a.png"/>'), "href"),
        (svg('<image href="//example.org/a.png"/>'), "href"),
        (svg('<use xlink:href="b.svg#x"/>'), "href"),
        (svg('<use href=" java\nscript:alert(1)"/>'), "href"),
        (svg('<image href="data:image/svg+xml;base64,PHN2Zz4="/>'), "href"),
        (svg('<rect fill="url(https://example.org/a.svg#a)"/>'), "fill"),
        (svg('<rect style="fill:URL( &quot;a.svg#a&quot;)"/>'), "style"),
        (svg(r'<rect style="fill:u\72l(a.svg)"/>'), "style"),
        (svg("<style>@import 'https://example.org/a.css';</style>"), "<style>"),
        (svg("<style>g{fill:u<!-- -->rl(https://example.org/a.svg)}</style>"), "<style>"),
        (svg("<style><![CDATA[g{background:image-set('a.png' 1x)}]]></style>"), "<style>"),
        (svg('<set attributeName="href" to="javascript:alert(1)"/>'), "<set>"),
        (b'<?xml-stylesheet href="a.css"?>' + SVG, "<?xml-stylesheet?>"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "<!DOCTYPE>"),
    ],
)
def test_an_svg_that_may_do_more_than_draw_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    found = put(tmp_path, "a.svg", content)
    assert isinstance(found, Flaw)
    assert (found.code, found.params["what"]) == ("logo-active", what)


def test_the_row_of_what_is_refused_is_told(tmp_path: Path) -> None:
    found = put(tmp_path, "a.svg", svg("\n<script/>"))
    assert isinstance(found, Flaw)
    assert found.params["row"] == 3


@pytest.mark.parametrize(
    "path", ["../a.png", "/etc/a.png", "logos/../../a.png", "C:/a.png", "logos\\a.png", "logos//a.png", "a\0.png"]
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    assert read_logo(tmp_path, path) == Flaw("logo-outside")


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "catalogue"
    (root / "catalog").mkdir(parents=True)
    (tmp_path / "a.png").write_bytes(png())
    try:
        (root / "catalog" / "a.png").symlink_to(tmp_path / "a.png")
    except OSError:
        pytest.skip("links are not allowed here")
    assert read_logo(root, "a.png") == Flaw("logo-outside")


def test_what_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    assert read_logo(tmp_path, "logos/a.png") == Flaw("logo-missing")
    assert read_logo(tmp_path, f"logos/{'a' * 300}.png") == Flaw("logo-missing")
    assert isinstance(put(tmp_path, "most.png", png().ljust(LARGEST, b"\0")), Logo)
    found = put(tmp_path, "more.png", png().ljust(LARGEST + 1, b"\0"))
    assert found == Flaw("logo-too-large", {"size": LARGEST + 1, "limit": LARGEST})
    assert read_logo(tmp_path, "logos") == Flaw("logo-missing")
