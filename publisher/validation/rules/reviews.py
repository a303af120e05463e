"""A review lies in the past, and its file is named after its day.

A review (``reviews/DATE.yaml``) says that somebody looked at the data on a day and what was found. One with a
day to come cannot have been made yet, and where the file's name and ``on:`` name two days, one of them is wrong.

To fix it, write the day on which the data were looked at in ``on:``, and name the file after it: a review
of 20 November 2026 is ``reviews/2026-11-20.yaml``.

Whether a day has come depends on today: it never fails a change that did not touch the dataset.

Source: the format of the catalogue itself.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context

CODE = "review-future"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "review-file-name": Severity.WARNING}
DEPENDS_ON_TODAY = frozenset({CODE})

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        for review in dataset.reviews:
            day = review.on.isoformat()
            named = _DAY.match(PurePosixPath(review.source.document.file).stem)
            if review.on > context.today:
                yield review.source.problem(CODE, "on", dataset=dataset.name, day=day)
            if named is not None and named.group() != day:
                yield review.source.problem(
                    "review-file-name", "on", dataset=dataset.name, day=day, named=named.group()
                )
