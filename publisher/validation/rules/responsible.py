"""For every dataset a body answers today.

The publisher may have ended. Who took over is read from the successors in ``organizations.yaml``,
step by step, until a body is found that exists today; ``responsible:`` in the descriptor goes
before that. If the line ends nowhere, a reader has nobody to ask, and nobody will update the data.

To fix it, add ``successor:`` with its basis to the organization that ended (``inferred: true`` if no
act confirming it was read), or state ``responsible:`` in the descriptor. Data without any date
that come from an ended body need ``temporal:`` or ``issued:``.

This rule depends on today: it never fails a change that did not touch the dataset.

Source: the mergers of 2025; who is responsible is part of the list that Decree 47/2020/NĐ-CP, art. 20, asks
for (text read; these articles ended on 18 August 2025).
"""

from collections.abc import Iterator

from publisher.catalogue.model import Catalogue, Dataset, Status
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, data_date, dates_known

CODE = "responsible-missing"
SEVERITY = Severity.WARNING
CODES = {CODE: SEVERITY, "responsible-ended": SEVERITY, "publisher-ended": Severity.ERROR}
DEPENDS_ON_TODAY = frozenset(CODES)


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    catalogue, today = context.catalogue, context.today
    for dataset in context.datasets:
        if dataset.organization not in catalogue.organizations or dataset.status is Status.WITHDRAWN:
            continue
        if dataset.source.lacks("responsible"):
            continue
        if dataset.responsible is not None:
            stated = catalogue.organizations.get(dataset.responsible)
            if stated is not None and today not in stated.validity:
                yield at_dataset(dataset, "responsible-ended", "responsible", key_name=stated.key)
        elif catalogue.responsible_on(dataset.organization, today)[0] is None:
            last = _last(catalogue, dataset.organization)
            yield at_dataset(dataset, CODE, "organization", key_name=dataset.organization, last=last)
        if dataset.status is Status.PUBLISHED:
            yield from _undated(catalogue, dataset, context)


def _undated(catalogue: Catalogue, dataset: Dataset, context: Context) -> Iterator[Problem]:
    body = catalogue.organizations[dataset.organization]
    if data_date(dataset) is None and dates_known(dataset) and context.today not in body.validity:
        end = body.validity.end.isoformat() if body.validity.end else "…"
        yield at_dataset(dataset, "publisher-ended", "organization", key_name=body.key, end=end)


def _last(catalogue: Catalogue, key: str) -> str:
    seen = {key}
    body = catalogue.organizations[key]
    while body.successor is not None and body.successor.key in catalogue.organizations:
        if body.successor.key in seen:
            break
        seen.add(body.successor.key)
        body = catalogue.organizations[body.successor.key]
    return body.key
