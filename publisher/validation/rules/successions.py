"""Lines of successors and parents lead somewhere, and no span of days runs backwards.

Organizations and regions that ended name their successor by key; both may name a parent. A line
that comes back to where it began would never find the body of today, and ``valid_from`` after ``valid_to``
would make an entry valid on no day at all.

To fix it, correct the key or the dates in the file named. A body that was renamed twice is three
entries in a row, each with its own dates.

Source: the format of the catalogue itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from publisher.catalogue.model import LegalProfile, License, Organization, Region
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context

CODE = "successor-circle"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "parent-circle": SEVERITY, "validity-reversed": SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    catalogue = context.catalogue
    for units in (catalogue.organizations, catalogue.regions):
        yield from _circles(units, lambda one: one.successor.key if one.successor else None, CODE, "successor")
        yield from _circles(units, lambda one: one.parent, "parent-circle", "parent")
    dated: Iterable[Organization | Region | License | LegalProfile] = chain(
        catalogue.organizations.values(),
        catalogue.regions.values(),
        catalogue.licenses.values(),
        catalogue.legal.values(),
    )
    for one in dated:
        start, end = one.validity.start, one.validity.end
        if start is not None and end is not None and start > end:
            yield one.source.problem("validity-reversed", "valid_to", key_name=one.key, start=start, end=end)


def _circles(
    units: Mapping[str, Organization] | Mapping[str, Region],
    following: Callable[[Organization | Region], str | None],
    code: str,
    at: str,
) -> Iterator[Problem]:
    settled: set[str] = set()
    for key in units:
        line: list[str] = []
        current: str | None = key
        while current is not None and current in units and current not in settled and current not in line:
            line.append(current)
            current = following(units[current])
        if current is not None and current in line:
            circle = line[line.index(current) :]
            yield units[current].source.problem(code, at, key_name=current, line_of=" → ".join([*circle, current]))
        settled.update(line)
