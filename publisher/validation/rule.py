"""What a rule is, and what it sees.

A rule is a module of :mod:`publisher.validation.rules`. Its docstring is its documentation (what,
why, how to fix, where the rule comes from); it says its codes with their severities, and it gives
problems. The run sets severities, so a rule never does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from publisher.catalogue.model import Catalogue, Dataset, Resource, Status
from publisher.git import Repository
from publisher.problem import Problem, Severity
from publisher.tables.model import CheckedTable
from publisher.text import suggest


@dataclass(frozen=True)
class Context:
    """Everything that a rule may look at.

    ``today`` is the day in the catalogue's time zone. ``base`` is the revision that ids are compared
    with, None where there is no history. ``known_code`` tells whether a problem's code exists, ``codes`` are those
    to suggest.
    """

    catalogue: Catalogue
    today: date
    tables: Mapping[tuple[str, str], CheckedTable] = field(default_factory=dict)
    repository: Repository | None = None
    base: str | None = None
    known_code: Callable[[str], bool] = lambda code: True
    codes: Collection[str] = ()

    @cached_property
    def datasets(self) -> tuple[Dataset, ...]:
        """All datasets by name."""
        return tuple(self.catalogue.datasets.values())

    @cached_property
    def published(self) -> tuple[Dataset, ...]:
        """The published datasets: what is asked of data is not asked of a proposal."""
        return tuple(one for one in self.datasets if one.status is Status.PUBLISHED)


class Rule(Protocol):
    """The attributes of a rule's module; its ``__doc__`` is its documentation in English.

    Other languages stand in the messages, in the context ``rule``.
    """

    @property
    def CODE(self) -> str:
        """The main code, by which the rule is named."""

    @property
    def CODES(self) -> Mapping[str, Severity]:
        """All its codes and how much they weigh where ``catalog.yaml`` does not say otherwise."""

    @property
    def DEPENDS_ON_TODAY(self) -> Collection[str]:
        """Those of its codes that may appear through the calendar alone."""

    def check(self, context: Context) -> Iterator[Problem]:
        """The problems of a catalogue."""


def at_dataset(dataset: Dataset, code: str, *at: str | int, **params: object) -> Problem:
    """A problem at a place of a dataset's descriptor."""
    line, column = dataset.source.document.place((*dataset.source.pointer, *at))
    return Problem(code, dataset.source.document.file, line, column, params=params, dataset=dataset.name)


def at_resource(dataset: Dataset, resource: Resource, code: str, *at: str | int, **params: object) -> Problem:
    """A problem at a place of a resource's entry."""
    found = at_dataset(dataset, code, *resource.source.pointer, *at, **params)
    return replace(found, resource=resource.name)


def nearest(word: str, known: Collection[str]) -> str | None:
    """What was probably meant, else the first few that there are, if there are any."""
    return suggest(word, known) or ", ".join(list(known)[:8]) or None


def data_date(dataset: Dataset) -> date | None:
    """The day that the data speak of: the end of their period, else the day they were issued."""
    end = dataset.temporal.end if dataset.temporal is not None else None
    return end or dataset.issued


def dates_known(dataset: Dataset) -> bool:
    """Whether the dates that rules go by could be read; what is absent for its shape is told by that."""
    return not any(dataset.source.lacks(key) for key in ("temporal", "issued"))


def issue_date(dataset: Dataset) -> date | None:
    """The day on which the data were given out: the day of issue, else the end of their period."""
    return dataset.issued or data_date(dataset)
