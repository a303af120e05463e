"""The organization that published the data existed on the data's date.

``organization:`` says who published. Bodies are merged and renamed: after 1 July 2025 several
provinces and departments have ended, so data of 2023 belong to the body of 2023, and data of 2026
cannot come from a body that ended in 2025. The data's date is the end of ``temporal:``, else ``issued:``.

To fix it, name the body that existed on that date, or correct the date. If the body's dates in
``organizations.yaml`` are wrong, correct them there, with the act they come from. Who answers for the
data today is found through successors and need not be written.

Source: the mergers of 2025 (Resolution 202/2025/QH15 and the acts named in ``organizations.yaml``).
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, data_date, dates_known

CODE = "publisher-not-valid"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        body = context.catalogue.organizations.get(dataset.organization)
        day = data_date(dataset)
        if body is None or day is None or day in body.validity or not dates_known(dataset):
            continue
        ended = body.validity.end is not None and body.validity.end < day
        heir = body.successor.key if ended and body.successor is not None else "–"
        yield at_dataset(
            dataset,
            CODE,
            "organization",
            key_name=body.key,
            day=day.isoformat(),
            start=body.validity.start.isoformat() if body.validity.start else "…",
            end=body.validity.end.isoformat() if body.validity.end else "…",
            suggestion=heir,
        )
