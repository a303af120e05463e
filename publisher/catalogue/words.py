"""A catalogue's own words, ``catalog/locale/LANG.po``: read, checked, and brought into one plain form."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from publisher.catalogue.files import leads_outside
from publisher.messages import Messages
from publisher.problem import Problem, Severity
from publisher.text import OVERRIDES

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = "catalog/locale"
_OVERRIDE = re.compile(f"[{OVERRIDES}]")
_HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plural}\\n"\n\n'


def own_words(root: Path, problems: list[Problem]) -> dict[str, str]:
    """The catalogue's own words by language; what is wrong with them is added to the problems."""
    folder = root / FOLDER
    files = sorted(folder.glob("*.po")) if folder.is_dir() else []
    found = {path.stem: words_of(root, path.stem, problems) for path in files}
    return {language: words for language, words in found.items() if words}


def words_of(root: Path, language: str, problems: list[Problem]) -> str:
    """The catalogue's own words of a language, as a PO file with nothing but translations; '' if there are none.

    Comments and the header's names are left out: the words are published with the catalogue's record.
    A sentence that cannot be filled in is left out and told.
    """
    from babel.messages.pofile import PoFileError, read_po

    file = f"{FOLDER}/{language}.po"
    if not (root / file).is_file():
        return ""
    if leads_outside(root, file):
        problems.append(Problem("file-link", file, 1, 1))
        return ""
    try:
        raw = (root / file).read_bytes()
        bad = _OVERRIDE.search(raw.decode("utf-8", "replace"))
        if bad is not None:
            problems.append(_problem("words-unreadable", file, bad.string.count("\n", 0, bad.start()) + 1))
            return ""
        catalog = read_po(io.BytesIO(raw), locale=language.replace("-", "_"), abort_invalid=True)
        words = _plain(catalog, [one for one in _translated(catalog) if _fits(one, file, problems)])
        Messages(language, words)
    except PoFileError as error:
        problems.append(_problem("words-unreadable", file, error.lineno + 1))
        return ""
    except (OSError, ValueError, LookupError):  # not UTF-8, an unknown encoding, a wrong rule of plurals
        problems.append(_problem("words-unreadable", file, 1))
        return ""
    return words


def _translated(catalog: Catalog) -> Iterator[Message]:
    return (one for one in catalog if one.id and not one.fuzzy and all(_several(one.string)))


def _fits(message: Message, file: str, problems: list[Problem]) -> bool:
    """Whether a translation has no other places to fill than its sentence has."""
    known = {hole for text in _several(message.id) for hole in _holes(text)}
    try:
        holes = {hole for text in _several(message.string) for hole in _holes(text)}
    except ValueError:
        holes = {"{"}
    # A problem's sentence stands under its code, which does not tell what may be filled in.
    if holes <= known or (message.context and "{" not in holes):
        return True
    problems.append(_problem("words-placeholder", file, message.lineno or 1, places=", ".join(sorted(holes - known))))
    return False


def _holes(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _several(texts: str | Sequence[str] | None) -> tuple[str, ...]:
    return (texts or "",) if isinstance(texts, str | None) else tuple(texts)


def _plain(catalog: Catalog, messages: Sequence[Message]) -> str:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    if not messages:
        return ""
    plain = Catalog(locale=catalog.locale)
    for one in messages:
        plain.add(one.id, one.string, context=one.context)
    buffer = io.BytesIO()
    write_po(buffer, plain, width=0, omit_header=True, sort_output=True)
    return _HEADER.format(plural=catalog.plural_forms) + buffer.getvalue().decode()


def _problem(code: str, file: str, line: int, **params: object) -> Problem:
    return Problem(code, file, line, 1, Severity.WARNING, params)
