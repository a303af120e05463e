"""A published dataset says what the law of its day asks it to say.

``legal.yaml`` holds dated profiles: which fields an act asks for, from when until when, and how far
its text was read. The profiles in force on the day of issue (``issued:``, else the end of
``temporal:``) count. Decree 47/2020/NĐ-CP, article 20(2), for instance, asks that the risk to
security, also when data are combined, was considered: that is ``security_note:``.

A field that a profile asks for is an error if the text of the act itself was read, and a warning if only
a summary or a quotation was. Data without a date are measured by the law of today, as a warning only.

To fix it, fill the field in the descriptor: ``security_note``, ``approval``, ``license``, ``temporal``,
``region`` or ``contact``. Say what was really considered or decided; a sentence for form's sake helps nobody.

Source: ``catalog/legal.yaml``; Decree 47 art. 20 (text read).
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.legal import missing_fields, profiles_on
from publisher.validation.rule import Context, at_dataset, dates_known, issue_date

CODE = "legal-field-missing"
SEVERITY = Severity.ERROR
CODES = {CODE: SEVERITY, "legal-field-advised": Severity.WARNING, "legal-field-due": Severity.WARNING}
DEPENDS_ON_TODAY = frozenset({"legal-field-due"})


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    for dataset in context.published:
        if not dates_known(dataset):
            continue
        day = issue_date(dataset)
        told: set[str] = set()
        for profile in profiles_on(context.catalogue, day or context.today):
            for field in missing_fields(dataset, profile):
                if field in told or dataset.source.lacks(field):
                    continue
                told.add(field)
                read = profile.basis == "text"
                code = "legal-field-due" if day is None else CODE if read else "legal-field-advised"
                yield at_dataset(dataset, code, key_name=field, act=profile.act, profile=profile.key)
