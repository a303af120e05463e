"""The description of a published dataset says more than its title.

A description says what one row is, what is counted and how, from when, and what is missing. One that
repeats the title, or is shorter than forty characters, leaves readers guessing.

To fix it, write two or three sentences under ``description:``: what a row is, where the data come
from, what is left out.

Source: Data on the Web Best Practices (W3C), practice 2, descriptive metadata; forty is our own measure.
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.text import fold
from publisher.validation.rule import Context, at_dataset

CODE = "description-short"
SEVERITY = Severity.WARNING
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

ENOUGH = 40


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        if dataset.source.lacks("description"):
            continue
        text = context.catalogue.text(dataset.description).strip()
        title = context.catalogue.text(dataset.title).strip()
        if len(text) < ENOUGH or fold(text).rstrip(".") == fold(title):
            yield at_dataset(dataset, CODE, "description", count=len(text), enough=ENOUGH)
