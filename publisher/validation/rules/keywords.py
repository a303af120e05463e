"""A published dataset has at least three keywords.

People search with words of their own, which need not stand in the title. A few good keywords, with
other names for the same thing, are what makes data found.

To fix it, add words under ``keywords:`` that somebody would type who does not know the title.

Source: metadata quality assessment of data.europa.eu (findability: keywords); three is our own
measure.
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "keywords-few"
SEVERITY = Severity.NOTICE
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

ENOUGH = 3


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        if len(dataset.keywords) < ENOUGH and not dataset.source.lacks("keywords"):
            yield at_dataset(dataset, CODE, "keywords", count=len(dataset.keywords), enough=ENOUGH)
