"""Templates, assets and the digest of both."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from publisher.dates import day
from publisher.messages import messages
from publisher.portals.site import words
from publisher.portals.site.markdown import markdown, plain

_HERE = resources.files("publisher.portals.site")


@lru_cache
def assets() -> dict[str, bytes]:
    """Every asset by its name below ``assets/``."""
    folder = Path(str(_HERE / "assets"))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@lru_cache
def asset_version(name: str) -> str:
    """Eight digits that change with an asset's bytes, for its address."""
    return hashlib.sha256(assets()[name]).hexdigest()[:8]


@lru_cache
def design_digest() -> str:
    """What every page depends on besides its data: templates, assets, messages and this code."""
    package = Path(str(_HERE))
    files = [*package.rglob("*.py"), *package.rglob("*.html"), *(package / "assets").iterdir()]
    # A sentence stands in one file only, so that pages take words from those of other parts too.
    files += package.parent.parent.glob("locale/*/LC_MESSAGES/*.mo")
    # How pages word states, evidence and days, and what they measure, is shared with the reports.
    files += [package.parent.parent / name for name in ("freshness/words.py", "freshness/quality.py", "dates.py")]
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.as_posix()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Speaker:
    """Interface sentences of one language, safe for HTML; each sentence is looked up once."""

    def __init__(self, language: str, own: str) -> None:
        self._messages = messages(language, own)
        self._found: dict[str, Markup] = {}
        self._plain: dict[str, str] = {}

    def __call__(self, sentence: str, /, **params: object) -> Markup:
        found = self._found.get(sentence)
        if found is None:
            found = self._found[sentence] = escape(self._messages.text(sentence))
        return found.format(**params) if params else found

    def plain(self, sentence: str, /, **params: object) -> str:
        """The same as plain text, for what a template escapes later."""
        found = self._plain.get(sentence)
        if found is None:
            found = self._plain[sentence] = self._messages.text(sentence)
        return found.format(**params) if params else found

    def many(self, one: str, many: str, count: int, language: str) -> Markup:
        """A sentence with a number in it, written in the language's marks."""
        key = f"{one}\0{'1' if count == 1 else 'n'}"
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = escape(self._messages.plural(one, many, count, **{"count": "{count}"}))
        return found.format(count=words.number(count, language))


@lru_cache
def speaker(language: str, own: str = "") -> Speaker:
    """The one speaker of a language, with a catalogue's own words."""
    return Speaker(language, own)


@lru_cache
def environment(language: str, own: str = "") -> Environment:
    """Templates that speak one language. Everything is escaped but what is Markup; absent fields are empty."""
    env = Environment(
        loader=PackageLoader("publisher.portals.site"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    say = speaker(language, own)

    def when(iso: str) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(iso, day(iso, language))

    env.globals.update(
        language=language,
        t=say,
        many=lambda one, several, count: say.many(one, several, count, language),
        when=when,
        number=lambda value: words.number(value, language),
        size=lambda count: words.size(count, language),
        markdown=markdown,
        plain=plain,
        version=asset_version,
    )
    return env
