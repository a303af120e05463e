"""A title tells one dataset from all others.

Readers choose from a list of titles. Two that read alike (letters and marks folded) cannot be told
apart, and often the same data were entered twice. The folder's name, which ``opendata new`` writes
where no title was given, tells readers nothing.

To fix it, say in the title what differs: the place, the year, the kind of unit. If it is the same
data, keep one dataset and write the other's name under its ``formerly:``.

Source: experience with published portals, where the same table stands twice under two bodies.
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.text import fold
from publisher.validation.rule import Context, at_dataset

CODE = "title-duplicate"
SEVERITY = Severity.WARNING
PLACEHOLDER = "title-placeholder"
CODES = {CODE: SEVERITY, PLACEHOLDER: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    seen: dict[tuple[str, str], str] = {}
    for dataset in context.datasets:
        if dataset.name in dataset.title.by_language.values():
            yield at_dataset(dataset, PLACEHOLDER, "title")
        for language, text in dataset.title.by_language.items():
            title = " ".join(fold(text).split())
            other = seen.setdefault((language, title), dataset.name)
            if other != dataset.name:
                yield at_dataset(dataset, CODE, "title", other=other)
                break
