"""The status of a dataset agrees with what the descriptor holds.

``proposed`` and ``planned`` datasets have no data yet; ``planned`` says by when (``promised:``);
``not-open`` and ``withdrawn`` say why (``status_reason:``), for readers have a right to know; data
that are not for the public are not published, and a day of release lies with published data only.

To fix it, change ``status:``, or add the field that is missing, or take the data away.

A promise whose day has passed, and data that wait for their day of release, depend on today: they
never fail a change that did not touch the dataset.

Source: the format of the catalogue itself; Decree 47/2020/NĐ-CP art. 20(1) for data that may not be
open (text read; ended on 18 August 2025).
"""

from collections.abc import Iterator

from publisher.catalogue.model import Dataset, Status
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, at_resource

CODE = "status-reason-missing"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "proposed-with-data": Severity.WARNING,
    "planned-without-promise": Severity.NOTICE,
    "promise-passed": Severity.WARNING,
    "published-not-public": Severity.ERROR,
    "embargo-without-data": Severity.WARNING,
    "embargo-pending": Severity.NOTICE,
}
DEPENDS_ON_TODAY = frozenset({"promise-passed", "embargo-pending"})

_EARLY = {Status.PROPOSED, Status.PLANNED}
_CLOSED = {Status.NOT_OPEN, Status.WITHDRAWN}


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.datasets:
        status = dataset.status
        if dataset.source.lacks("status"):
            continue
        if status in _CLOSED and not dataset.status_reason and not dataset.source.lacks("status_reason"):
            yield at_dataset(dataset, CODE, "status", status=status.value)
        if status in _EARLY:
            for resource in dataset.resources:
                if resource.parts:
                    yield at_resource(dataset, resource, "proposed-with-data", "path", status=status.value)
        if status is Status.PLANNED:
            yield from _promise(dataset, context)
        if status is Status.PUBLISHED and dataset.access_rights == "non-public":
            yield at_dataset(dataset, "published-not-public", "access_rights")
        if dataset.publish_at is not None:
            if status is not Status.PUBLISHED:
                yield at_dataset(dataset, "embargo-without-data", "publish_at", status=status.value)
            elif dataset.publish_at > context.today:
                yield at_dataset(dataset, "embargo-pending", "publish_at", day=dataset.publish_at.isoformat())


def _promise(dataset: Dataset, context: Context) -> Iterator[Problem]:
    if dataset.source.lacks("promised"):
        return
    if dataset.promised is None:
        yield at_dataset(dataset, "planned-without-promise", "status")
    elif dataset.promised < context.today:
        yield at_dataset(dataset, "promise-passed", "promised", day=dataset.promised.isoformat())
