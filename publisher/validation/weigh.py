"""Which problems of a run count, and how much: the catalogue's own severities, the calendar, the selection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import PurePosixPath

from publisher.catalogue.model import Catalogue
from publisher.problem import Problem, Severity
from publisher.validation.baseline import OUTSIDE, is_guarded
from publisher.validation.hold import users_of
from publisher.validation.rules import RULE_OF
from publisher.validation.selection import Selection


def weighed(problems: Iterable[Problem], catalogue: Catalogue, selection: Selection) -> Iterator[Problem]:
    """Problems with the severity that the rule, the catalogue and the calendar give them."""
    overrides = catalogue.settings.rules
    for problem in problems:
        rule = RULE_OF.get(problem.code)
        severity = rule.CODES[problem.code] if rule is not None else problem.severity
        wanted = overrides.get(problem.code)
        if wanted is not None and not is_guarded(problem):
            if wanted == "off":
                continue
            severity = Severity(wanted)
        if rule is not None and problem.code in rule.DEPENDS_ON_TODAY and not _is_touched(problem, selection):
            severity = Severity.NOTICE
        yield problem.with_severity(severity)


def fixed_severities(problems: Iterable[Problem], catalogue: Catalogue) -> Iterator[Problem]:
    """A warning for each of these problems' codes whose severity ``catalog.yaml`` wants to set, in vain."""
    settings = catalogue.settings
    for code in sorted({problem.code for problem in problems}.intersection(settings.rules)):
        yield settings.source.problem("severity-fixed", "rules", code, severity=Severity.WARNING, key=True, rule=code)


def _is_touched(problem: Problem, selection: Selection) -> bool:
    if selection.changed is None:
        return False
    return problem.file in selection.files or problem.dataset in selection.changed


def suppressed(problems: Iterable[Problem], catalogue: Catalogue, today: date) -> tuple[list[Problem], list[Problem]]:
    """Problems that count, and those that ``catalog.yaml`` silences with a reason."""
    silenced = {
        (one.rule, one.dataset) for one in catalogue.settings.suppress if one.until is None or one.until >= today
    }
    kept: list[Problem] = []
    dropped: list[Problem] = []
    for problem in problems:
        is_silenced = (problem.code, problem.dataset) in silenced and problem.code != OUTSIDE
        (dropped if is_silenced else kept).append(problem)
    return kept, dropped


def is_asked(problem: Problem, catalogue: Catalogue, selection: Selection, paths: Collection[str], first: bool) -> bool:
    """Whether a problem belongs to what was asked for; what lies in ``catalog/`` concerns all datasets.

    ``first`` says whether this is the first share of several, which tells what belongs to no dataset.
    """
    if selection.datasets is None:
        return True
    if problem.dataset is not None:
        return problem.dataset in selection.datasets
    if not first:
        return False
    if problem.file.startswith("schemas/") and problem.file not in selection.files:
        return not selection.datasets.isdisjoint(users_of(catalogue, problem.file)) or problem.file in paths
    if problem.file.startswith("datasets/"):
        # A folder's problem may come of another of its files, such as a descriptor that was deleted.
        touched = any(PurePosixPath(file).parent in PurePosixPath(problem.file).parents for file in selection.files)
        return touched or any(_is_below(problem.file, path) for path in paths)
    return True


def _is_below(file: str, path: str) -> bool:
    return file == path or file.startswith(f"{path}/")
