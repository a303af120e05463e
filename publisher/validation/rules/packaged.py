"""Published data can be downloaded as a whole, or are offered as a service.

A dataset whose status is ``published`` has at least one resource with a file, an address to
download from, or a service. A page that only describes data publishes nothing.

To fix it, add the data file and name it under ``resources:`` (``path:``), or give the address (``url:``,
with ``service: true`` for a service). If there are no data yet, the status is ``planned`` or ``proposed``.

Source: Decree 47/2020/NĐ-CP art. 21(1) (text read; ended on 18 August 2025): data packages for download, or a
data service.
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset

CODE = "published-without-data"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        offered = any(resource.path or resource.url for resource in dataset.resources)
        if not offered and not dataset.source.lacks("resources") and dataset.generated is None:
            yield at_dataset(dataset, CODE, "resources" if dataset.resources else "status")
