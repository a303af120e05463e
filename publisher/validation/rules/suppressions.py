"""What ``catalog.yaml`` says about rules fits rules and datasets that exist.

``suppress:`` silences one rule for one dataset, always with a reason and best with a day until when;
``rules:`` sets how much a rule weighs. A typing error there would leave the rule as it was, and a
suppression whose day has passed no longer counts.

To fix it, write the code as ``opendata rules`` lists it and the dataset by its folder's name. Remove
a suppression that is no longer needed, or give it a new day and say why.

That a suppression ran out depends on today: it never fails a change that did not touch the file.

Source: the format of the catalogue itself.
"""

from collections.abc import Iterator

from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, nearest

CODE = "suppression-expired"
SEVERITY = Severity.WARNING
CODES = {CODE: SEVERITY, "rule-unknown": SEVERITY, "suppression-dataset-unknown": SEVERITY}
DEPENDS_ON_TODAY = frozenset({CODE})


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    settings = context.catalogue.settings
    for code in settings.rules:
        if not context.known_code(code):
            yield settings.source.problem(
                "rule-unknown", "rules", code, key=True, rule=code, suggestion=nearest(code, context.codes)
            )
    for one in settings.suppress:
        if not context.known_code(one.rule):
            yield one.source.problem("rule-unknown", "rule", rule=one.rule, suggestion=nearest(one.rule, context.codes))
        if one.dataset not in context.catalogue.datasets and one.dataset not in context.catalogue.broken:
            hint = nearest(one.dataset, context.catalogue.datasets)
            yield one.source.problem("suppression-dataset-unknown", "dataset", name=one.dataset, suggestion=hint)
        if one.until is not None and one.until < context.today:
            yield one.source.problem(CODE, "until", rule=one.rule, name=one.dataset, day=one.until.isoformat())
