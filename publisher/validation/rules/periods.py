"""What stands for ``{period}`` in a file name is a period.

A resource may be one file a period: ``truong-mam-non-{period}.xlsx``. The period in the name is
evidence of how far the data reach, and orders the files. It is written ``2023``, ``2023-Q1``,
``2023-H1``, ``2023-01``, ``2023-W05``, ``2023-01-31``, or ``2023-2024`` for a school year.

To fix it, rename the file so that the period is written like that. A file that is no part of the
series gets a name of its own and a resource of its own.

Source: ISO 8601 for years, months, weeks and days; the other forms are the format's own.
"""

from collections.abc import Iterator

from publisher.freshness.cycles import rhythm
from publisher.freshness.periods import parse_period
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_resource

CODE = "period-invalid"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "period-twice": SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        frequency = rhythm(dataset.freshness) if dataset.freshness is not None else None
        for resource in dataset.resources:
            seen: dict[str, str] = {}
            for part in resource.parts:
                if part.period is None:
                    continue
                name = part.path.name
                period = parse_period(part.period, frequency)
                if period is None:
                    yield at_resource(dataset, resource, CODE, "path", name=name, period=part.period[:40])
                    continue
                other = seen.setdefault(period.name, name)
                if other != name:
                    yield at_resource(
                        dataset, resource, "period-twice", "path", name=name, other=other, period=period.name
                    )
