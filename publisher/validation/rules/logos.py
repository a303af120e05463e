"""A logo is a small picture that only shows something.

``logo:`` of an organization or a theme names a picture below ``catalog/``: PNG, JPEG, WebP or SVG, of at most
200 kB. It is shown beside the name. An SVG is a drawing in text, and may hold programs or load something from
elsewhere; such a one is refused, as readers of the portal would run it. A CKAN portal takes PNG and JPEG; other kinds
only where its administrator allows them.

To fix it, put the picture into ``catalog/logos/`` and name it as ``logo: logos/NAME.png``. Save a large one
smaller; 400 pixels are plenty. Save an SVG as plain SVG, or as PNG.

Source: SVG 2 (W3C, 2018) on scripts and links; CKAN's setting ``ckan.upload.group.mimetypes``, measured on CKAN 2.10
to 2.12.
"""

from collections.abc import Iterator
from dataclasses import replace

from publisher.catalogue.logos import Flaw, read_logo
from publisher.catalogue.model import Organization, Theme
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context

CODE = "logo-missing"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "logo-outside": SEVERITY,
    "logo-kind": SEVERITY,
    "logo-too-large": SEVERITY,
    "logo-active": SEVERITY,
    "logo-not-for-ckan": Severity.WARNING,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()
_CKAN = frozenset({"png", "jpg"})


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    catalogue = context.catalogue
    ckan = any(portal.type == "ckan" for portal in catalogue.portals.values())
    shown: list[Organization | Theme] = [*catalogue.organizations.values(), *catalogue.themes.values()]
    for one in shown:
        if one.logo is None:
            continue
        found = read_logo(catalogue.root, one.logo)
        if isinstance(found, Flaw):
            yield replace(
                one.source.problem(found.code, "logo"), params={"path": f"catalog/{one.logo}", **found.params}
            )
        elif ckan and found.kind not in _CKAN:
            yield one.source.problem("logo-not-for-ckan", "logo", path=f"catalog/{one.logo}")
