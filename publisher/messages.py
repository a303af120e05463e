"""Words for people: gettext catalogues by language, and the sentences of problems.

Interface texts use the English sentence as message id. A problem's sentences stand under its code,
in the contexts ``message`` (what is wrong) and ``help`` (what to do), in every language, English
included. One file a part of the product (``tables.po``, ``portal.po``, ...). A catalogue may add a
language, or reword one, with ``catalog/locale/LANG.po`` (:mod:`publisher.catalogue.words`).
"""

from __future__ import annotations

import errno
import gettext
import locale
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path

from publisher.problem import Problem

SHIPPED = ("vi", "en", "pt")
_REASONS = {"ENOENT", "EACCES", "EPERM", "ENAMETOOLONG", "ELOOP", "ENOSPC", "EROFS", "EIO"}


class Term(str):
    """A parameter that is a word of ours (``list``, ``duration``): shown as its text in the context ``term``."""

    __slots__ = ()


def reason_of(error: OSError) -> Term:
    """Why the system refused something, in words of ours for the usual reasons, else in the system's."""
    name = errno.errorcode.get(error.errno or 0, "")
    return Term(name if name in _REASONS else error.strerror or type(error).__name__)


_SENTENCE = re.compile(r"[^.?!]*(?:[.?!](?!\s|\Z)[^.?!]*)*(?:[.?!]+\s*|\Z)")


class _Given(dict[str, object]):
    """Leaves a placeholder that has no value as it stands, so that a message never fails."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Messages:
    """All sentences of one language, English where a language has none.

    A sentence with a placeholder whose value is None is left out.
    """

    def __init__(self, language: str, extra: str = "") -> None:
        self.language = language
        self._translations = _translations(language, extra)
        self._english = _translations("en", "") if language != "en" else self._translations
        # There is a file a part of the product, and a report says the same sentences thousands of times.
        self._sentence = lru_cache(self._translations.gettext)
        self._keyed = lru_cache(self._translations.pgettext)

    def text(self, sentence: str, /, **params: object) -> str:
        """An interface text, its ``{placeholders}`` filled."""
        return _fill(self._sentence(sentence), params)

    def plural(self, one: str, many: str, count: int, /, **params: object) -> str:
        """An interface text for a number; ``{count}`` is the number."""
        return _fill(self._translations.ngettext(one, many, count), {"count": count, **params})

    def of(self, context: str, key: str, /, **params: object) -> str:
        """A text under a symbolic key, '' where no language has it."""
        found = self._keyed(context, key)
        if found == key:
            found = self._english.pgettext(context, key)
        return "" if found == key else _fill(found, {name: self._worded(value) for name, value in params.items()})

    def message(self, problem: Problem) -> str:
        """What is wrong, in one or two sentences; where the count is zero, in the words for none if there are such."""
        known = _known(problem)
        none = self.of("message for none", problem.code, **known) if known.get("count") == 0 else ""
        return none or self.of("message", problem.code, **known) or problem.code

    def help(self, problem: Problem) -> str:
        """What to do about it."""
        return self.of("help", problem.code, **_known(problem))

    def _worded(self, value: object) -> object:
        return self.of("term", value) or str(value) if isinstance(value, Term) else value


def _known(problem: Problem) -> dict[str, object]:
    place = {"file": problem.file, "line": problem.line, "field": problem.field, "sheet": problem.sheet}
    return {**place, "resource": problem.resource, "dataset": problem.dataset, **problem.params}


def _sayable(sentences: str, params: Mapping[str, object]) -> str:
    """Sentences without those about what there is nothing of: 'Did you mean …?' where nothing is near. The only one
    stays.
    """
    absent = [f"{{{name}}}" for name, value in params.items() if value is None]
    if not any(one in sentences for one in absent):
        return sentences
    left = [one for one in _SENTENCE.findall(sentences) if not any(name in one for name in absent)]
    return "".join(left).rstrip() or sentences


def _fill(sentence: str, params: Mapping[str, object]) -> str:
    given = {name: "–" if value is None else value for name, value in params.items()}
    try:
        return _sayable(sentence, params).format_map(_Given(given)) if params else sentence
    except ValueError:  # a catalogue's own words may hold places without a name, which nothing fills
        return sentence


@lru_cache
def _translations(language: str, extra: str) -> gettext.NullTranslations:
    folder = str(resources.files("publisher") / "locale")
    chain: list[gettext.NullTranslations] = []
    if extra:
        chain.append(_compiled(language, extra))
    for candidate in dict.fromkeys([language, language.split("-")[0]]):
        for path in sorted(Path(folder, candidate, "LC_MESSAGES").glob("*.mo")):
            with path.open("rb") as stream:
                chain.append(gettext.GNUTranslations(stream))
    first = chain[0] if chain else gettext.NullTranslations()
    for other in chain[1:]:
        first.add_fallback(other)
    return first


def _compiled(language: str, text: str) -> gettext.GNUTranslations:
    import io

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = io.BytesIO()
    write_mo(buffer, read_po(io.StringIO(text), locale=language.replace("-", "_")))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


@lru_cache
def messages(language: str, extra: str = "") -> Messages:
    """The messages of a language; ``extra`` are a catalogue's own words, the text of a PO file."""
    return Messages(language, extra)


def preferred_language(wanted: str | None = None) -> str:
    """The language to speak: what was asked for, else OPENDATA_LANG, else the locale's, else English."""
    for candidate in (wanted, os.environ.get("OPENDATA_LANG"), _locale_language()):
        if candidate:
            return candidate.split(".")[0].split("_")[0].lower()
    return "en"


def _locale_language() -> str | None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return None if value.split(".")[0] in {"C", "POSIX"} else value
    return locale.getlocale()[0]
