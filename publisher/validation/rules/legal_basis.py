"""No act is cited as the basis of data that were issued after it ended.

The open-data articles of Decree 47/2020/NĐ-CP ended on 18 August 2025, Decree 13/2023/NĐ-CP on 31
December 2025. Data issued later cannot be given out under their terms, and a descriptor that cites them
tells readers something untrue.

To fix it, name the act in force on the day of issue, or choose a licence that does not come from
the ended act. Where an old act is mentioned as history, say so in ``provenance:``, which is not looked at.

Source: ``catalog/legal.yaml`` (dates and how far each text was read are stated there); Decree
194/2025/NĐ-CP art. 40(2)(b) (text read).
"""

from collections.abc import Iterator

from publisher.catalogue.model import Dataset
from publisher.problem import Problem, Severity
from publisher.validation.legal import act_numbers
from publisher.validation.rule import Context, at_dataset, dates_known, issue_date

CODE = "legal-act-ended"
SEVERITY = Severity.WARNING
CODES = {CODE: SEVERITY}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    ended = [
        (profile, act_numbers(profile.act)) for profile in context.catalogue.legal.values() if profile.validity.end
    ]
    for dataset in context.published if ended else ():
        day = issue_date(dataset)
        for profile, numbers in ended:
            end = profile.validity.end
            if day is None or end is None or day <= end or not dates_known(dataset):
                continue
            at = _cited(dataset, numbers) or ("license" if dataset.license in profile.licenses else None)
            if at is not None:
                yield at_dataset(
                    dataset, CODE, at, act=profile.act, end=end.isoformat(), day=day.isoformat(), key_name=at
                )


def _cited(dataset: Dataset, numbers: tuple[str, ...]) -> str | None:
    for field, text in (("security_note", dataset.security_note), ("description", dataset.description)):
        if any(number in one for one in text.by_language.values() for number in numbers):
            return field
    return None
