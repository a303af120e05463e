"""A page from a template: addresses relative to where it stands, the same in every language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from publisher.portals.site.context import LANGUAGE_NAMES, Lens, followed
from publisher.portals.site.render import environment

_PER_PAGE = 100


class Drawer:
    """Draws the pages of one language."""

    def __init__(self, lens: Lens) -> None:
        self.lens = lens
        self._environment = environment(lens.language, lens.view.words(lens.language))
        self._templates: dict[str, Any] = {}

    @cached_property
    def has_proposals(self) -> bool:
        """Whether the page of proposals has anything to show."""
        return any(record.get("status") == "proposed" for record in self.lens.view.datasets.values())

    @cached_property
    def has_followed(self) -> bool:
        """Whether any dataset promises its data for a day."""
        return any(followed(record) for record in self.lens.view.datasets.values())

    @cached_property
    def site(self) -> dict[str, Any]:
        """What every page says of the portal."""
        catalogue = self.lens.view.catalogue
        publisher = catalogue.get("publisher") or {}
        return {
            "name": self.lens.text(catalogue.get("name")),
            "description": self.lens.text(catalogue.get("description")),
            "reference": catalogue.get("standing") != "official",
            "publisher": self.lens.text(publisher.get("name")),
            "email": publisher.get("email") or "",
        }

    @cached_property
    def _nav(self) -> list[tuple[str, str]]:
        say = self.lens.say
        items = [("dataset/", say("Data")), ("organization/", say("Organizations")), ("group/", say("Themes"))]
        if self.has_followed:
            items.append(("freshness/", say("Freshness")))
        if self.has_proposals:
            items.append(("proposals/", say("Proposals")))
        return [*items, ("about/", say("About")), ("api/", "API")]

    @cached_property
    def base(self) -> str:
        """The public address with a slash at its end, '' if the catalogue states none."""
        base = str(self.lens.view.catalogue.get("base_url") or "").rstrip("/")
        return f"{base}/" if base else ""

    def page(
        self,
        template: str,
        path: str,
        title: str,
        *,
        section: str | None = None,
        file: str | None = None,
        **context: Any,
    ) -> tuple[str, bytes]:
        """A page at ``path`` (below the language's own root), as (path of its file, bytes).

        ``section`` is the path of the navigation's entry that it belongs to; ``file`` names a file that is no
        folder's index, which is found from any address and so leads away from the host's root.
        """
        own = self.lens.prefix + path
        root = "../" * own.count("/") or "./"
        if file is not None:
            root = urlsplit(self.base).path or "/"
        languages = self.lens.view.languages
        here = path if section is None else section
        drawn = self._template(template).render(
            title=title,
            path=path,
            root=root,
            home=root + self.lens.prefix,
            site=self.site,
            nav=[{"path": p, "label": label, "here": p == here} for p, label in self._nav],
            alternates=[
                {"language": code, "name": LANGUAGE_NAMES.get(code, code), "href": self._other(root, code) + path}
                for code in languages
                if file is None
            ],
            canonical=self.base + own if self.base and file is None else "",
            **context,
        )
        return self.lens.prefix + (file or f"{path}index.html"), drawn.encode()

    def redirect(self, path: str, target: str, title: str) -> tuple[str, bytes]:
        """A page that leads from ``path`` to ``target``, both below the language's own root."""
        root = "../" * path.count("/")
        own = self.lens.prefix + target
        drawn = self._template("redirect.html").render(
            title=title, target=root + target, canonical=self.base + own.split("#")[0] if self.base else ""
        )
        return f"{self.lens.prefix}{path}index.html", drawn.encode()

    def _other(self, root: str, language: str) -> str:
        return root if language == self.lens.view.languages[0] else f"{root}{language}/"

    def _template(self, name: str) -> Any:
        found = self._templates.get(name)
        if found is None:
            found = self._templates[name] = self._environment.get_template(name)
        return found


def paged(path: str, entries: Sequence[Any], per_page: int = _PER_PAGE) -> Iterator[tuple[str, dict[str, Any]]]:
    """A long list cut into pages: the first at ``path``, others at ``path~2/``; no name holds a tilde."""
    count = max(1, -(-len(entries) // per_page))
    for place in range(1, count + 1):
        up = "./" if place == 1 else "../"
        near = [n for n in range(1, count + 1) if n in {1, count} or abs(n - place) <= 2]
        links: list[dict[str, Any] | None] = []
        for before, n in zip([0, *near], near, strict=False):
            if n - before > 1:
                links.append(None)
            links.append({"number": n, "href": up if n == 1 else f"{up}~{n}/"})
        page = {"number": place, "count": count, "links": links}
        page["shown"] = entries[(place - 1) * per_page : place * per_page]
        yield (path if place == 1 else f"{path}~{place}/"), page
