"""The title of a published dataset stands in every language of the catalogue.

The portal has pages in each of the catalogue's languages. Where a title is missing in one, readers
of that language see the first language instead.

To fix it, write the title by language: ``title: {vi: Trường mầm non, en: Kindergartens}``.

Source: the format of the catalogue itself (``languages:`` in ``catalog.yaml``).
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "translation-missing"
SEVERITY = Severity.NOTICE
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    languages = context.catalogue.settings.languages
    for dataset in context.published:
        absent = [language for language in languages if not dataset.title.by_language.get(language)]
        if absent and not dataset.source.lacks("title"):
            yield at_dataset(dataset, CODE, "title", languages=", ".join(absent))
