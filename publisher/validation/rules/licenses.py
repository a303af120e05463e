"""Published data have a licence, and it could be given on that day.

Without terms nobody knows what may be done with the data. Terms that come from an act can be given
only while the act is in force: the terms of Decree 47/2020/NĐ-CP, article 18, ended with it on 18 August
2025, and which terms hold since then was not read; so none is presumed.

To fix it, choose a licence of ``licenses.yaml`` that is valid on the day of issue (``issued:``, else
the end of ``temporal:``). After 18 August 2025 that is a statement of the publisher's own, with
its basis: CC BY 4.0, CC0, or terms stated by the publisher. CC BY is never put on by default, since only
the publisher can choose it.

Source: Decree 47/2020/NĐ-CP art. 18 (text read), ended by Decree 194/2025/NĐ-CP art. 40(2)(b) (text
read; its own articles on open data were not).
"""

from collections.abc import Iterator

from publisher.catalogue.model import License
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_dataset, dates_known, issue_date

CODE = "license-missing"
SEVERITY = Severity.WARNING
CODES = {CODE: SEVERITY, "license-not-valid": Severity.ERROR, "license-ended": Severity.ERROR}
DEPENDS_ON_TODAY = frozenset({"license-ended"})


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        if dataset.source.lacks("license"):
            continue
        if dataset.license is None:
            yield at_dataset(dataset, CODE)
            continue
        terms = context.catalogue.licenses.get(dataset.license)
        day = issue_date(dataset)
        if terms is None or not dates_known(dataset) or (day or context.today) in terms.validity:
            continue
        start, end = _span(terms)
        if day is None:
            yield at_dataset(dataset, "license-ended", "license", key_name=terms.key, start=start, end=end)
        else:
            yield at_dataset(
                dataset, "license-not-valid", "license", key_name=terms.key, day=day.isoformat(), start=start, end=end
            )


def _span(terms: License) -> tuple[str, str]:
    start, end = terms.validity.start, terms.validity.end
    return start.isoformat() if start else "…", end.isoformat() if end else "…"
