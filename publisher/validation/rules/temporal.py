"""The period that the data speak of begins before it ends.

``temporal:`` says from when until when. Readers filter by it, and the rules about publishers and
licences are measured by its end.

To fix it, exchange or correct ``start:`` and ``end:``. Dates are written year-month-day: 2023-12-31.

Source: DCAT 3 (W3C), property ``dcterms:temporal``; the format of the catalogue.
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "temporal-reversed"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "issued-too-early": Severity.WARNING}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        span = dataset.temporal
        if span is None:
            continue
        if span.start is not None and span.end is not None and span.start > span.end:
            yield at_dataset(dataset, CODE, "temporal", "start", start=span.start.isoformat(), end=span.end.isoformat())
        elif span.start is not None and dataset.issued is not None and dataset.issued < span.start:
            yield at_dataset(
                dataset, "issued-too-early", "issued", start=span.start.isoformat(), day=dataset.issued.isoformat()
            )
