"""A run of all checks over a loaded catalogue: shape, rules, tables; then severities and selection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

from publisher.catalogue.load import Loaded
from publisher.catalogue.model import Catalogue, Status
from publisher.errors import OpendataError
from publisher.git import Repository
from publisher.messages import messages
from publisher.problem import Problem, Severity, in_order
from publisher.progress import Progress, silent
from publisher.tables.model import CheckedTable
from publisher.validation.baseline import Baseline, mark_known, read_baseline
from publisher.validation.rule import Context
from publisher.validation.rules import RULE_OF, RULES
from publisher.validation.selection import Selection, select
from publisher.workspace import Workspace

Tables = Mapping[tuple[str, str], CheckedTable]


@dataclass(frozen=True)
class Options:
    """What a run is about: see :func:`publisher.validation.selection.select`.

    ``baseline`` None is the catalogue's own, ``catalog/baseline.yaml``, where there is one.
    """

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    changed_since: str | None = None
    shard: tuple[int, int] | None = None
    baseline: Baseline | None = None
    tables: bool = True


@dataclass(frozen=True)
class Report:
    """What a run found.

    ``held`` names the datasets that stay at their last good version, with the codes that hold them;
    ``blocked`` says that ``catalog/`` itself has errors, so that nothing may be published.
    ``datasets`` are those that were looked at, ``known`` the fingerprints that the baseline excuses,
    ``suppressed`` what the catalogue silences with a reason.
    """

    problems: tuple[Problem, ...]
    tables: Tables = field(default_factory=dict, repr=False)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blocked: bool = False
    datasets: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    suppressed: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def validate(
    loaded: Loaded,
    *,
    today: date,
    workspace: Workspace,
    repository: Repository | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a catalogue; ``today`` is the day in its time zone.

    Raises:
        OpendataError: for a selection that is empty, a revision that does not exist, a bad baseline.
    """
    options = options or Options()
    catalogue = loaded.catalogue
    if catalogue is None:
        return Report(tuple(in_order(loaded.problems)), blocked=True)
    selection = select(catalogue, options.paths, options.select, options.changed_since, options.shard, repository)
    names = frozenset(name for name in (*catalogue.datasets, *catalogue.broken) if name in selection)
    tables = _tables(catalogue, names, workspace, progress or silent) if options.tables else {}
    context = Context(
        catalogue,
        today,
        tables,
        repository,
        _base(repository, options.changed_since),
        known_code=lambda code: code in RULE_OF or bool(messages("en").of("message", code)),
        codes=tuple(RULE_OF),
    )
    found = [problem for rule in RULES.values() for problem in rule.check(context)]
    found += [problem for table in tables.values() for problem in table.problems]
    counted, suppressed = _suppressed(_weighed(found, catalogue, selection), catalogue, today)
    asked = [one for one in in_order([*loaded.problems, *counted]) if _is_asked(one, catalogue, selection, options)]
    problems, known = mark_known(asked, _baseline(catalogue) if options.baseline is None else options.baseline)
    held = _held(problems, loaded, catalogue, tables, names)
    # What cannot be read is never excused: a catalogue without its organizations would take them all for deleted.
    blocked = any(_blocks(problem) for problem in (*problems, *loaded.problems))
    return Report(tuple(in_order(problems)), tables, held, blocked, names, known, tuple(suppressed))


def _tables(catalogue: Catalogue, names: Iterable[str], workspace: Workspace, progress: Progress) -> Tables:
    from publisher.tables.check import check_tables

    with_files = [
        name
        for name in sorted(names)
        if name in catalogue.datasets and any(one.parts for one in catalogue.datasets[name].resources)
    ]
    return check_tables(catalogue, with_files, workspace, progress) if with_files else {}


def _baseline(catalogue: Catalogue) -> Baseline:
    path = catalogue.root / "catalog" / "baseline.yaml"
    return read_baseline(path) if path.is_file() else {}


def _base(repository: Repository | None, changed_since: str | None) -> str | None:
    """The revision that ids are compared with: the one asked for, else the commit before the last one."""
    if repository is None or changed_since is not None:
        return changed_since
    for ref in ("HEAD~", "HEAD"):
        try:
            repository.resolve(ref)
        except OpendataError:
            continue
        return ref
    return None


def _weighed(problems: Iterable[Problem], catalogue: Catalogue, selection: Selection) -> Iterator[Problem]:
    """Problems with the severity that the rule, the catalogue and the calendar give them."""
    overrides = catalogue.settings.rules
    for problem in problems:
        rule = RULE_OF.get(problem.code)
        severity = rule.CODES[problem.code] if rule is not None else problem.severity
        wanted = overrides.get(problem.code)
        if wanted is not None and not _is_guarded(problem):
            if wanted == "off":
                continue
            severity = Severity(wanted)
        if rule is not None and problem.code in rule.DEPENDS_ON_TODAY and not _is_touched(problem, selection):
            severity = Severity.NOTICE
        yield problem.with_severity(severity)


def _is_guarded(problem: Problem) -> bool:
    """Personal data are excused one dataset at a time, with a reason, never by a switch for all."""
    return problem.code.startswith("personal-")


def _is_touched(problem: Problem, selection: Selection) -> bool:
    if selection.changed is None:
        return False
    return problem.file in selection.files or problem.dataset in selection.changed


def _is_asked(problem: Problem, catalogue: Catalogue, selection: Selection, options: Options) -> bool:
    """Whether a problem belongs to the datasets asked for; what lies in ``catalog/`` concerns all of them."""
    if selection.datasets is None:
        return True
    if problem.dataset is not None:
        return problem.dataset in selection.datasets
    if options.shard is not None and options.shard[0] != 1:
        return False
    if problem.file.startswith("schemas/") and problem.file not in selection.files:
        return not selection.datasets.isdisjoint(_users(catalogue, problem.file)) or problem.file in options.paths
    if problem.file.startswith("datasets/"):
        return problem.file in selection.files or any(_is_below(problem.file, path) for path in options.paths)
    return True


def _suppressed(problems: Iterable[Problem], catalogue: Catalogue, today: date) -> tuple[list[Problem], list[Problem]]:
    """Problems that count, and those that ``catalog.yaml`` silences with a reason."""
    silenced = {
        (one.rule, one.dataset) for one in catalogue.settings.suppress if one.until is None or one.until >= today
    }
    kept: list[Problem] = []
    dropped: list[Problem] = []
    for problem in problems:
        (dropped if (problem.code, problem.dataset) in silenced else kept).append(problem)
    return kept, dropped


def _blocks(problem: Problem) -> bool:
    """Whether nothing may be published: an error in ``catalog/``, or a folder that nobody can look into."""
    unseen = problem.file.startswith("datasets") and problem.code == "file-unreadable"
    whole = problem.file.startswith("catalog/") or unseen
    return problem.severity is Severity.ERROR and problem.dataset is None and whole


def _held(
    problems: Iterable[Problem], loaded: Loaded, catalogue: Catalogue, tables: Tables, names: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for problem in problems:
        if problem.severity is not Severity.ERROR:
            continue
        if problem.dataset is not None:
            codes[problem.dataset].add(problem.code)
        elif problem.file.startswith("schemas/"):
            for name in _users(catalogue, problem.file):
                codes[name].add(problem.code)
    for table in tables.values():
        # An excused problem does not make an unreadable file publishable.
        if table.facts is None and catalogue.datasets[table.dataset].status is not Status.WITHDRAWN:
            codes[table.dataset].update(problem.code for problem in table.problems)
    for problem in loaded.problems:
        if problem.severity is Severity.ERROR and problem.dataset in catalogue.broken and problem.dataset in names:
            codes[problem.dataset].add(problem.code)
    return {name: tuple(sorted(found)) for name, found in sorted(codes.items())}


def _users(catalogue: Catalogue, schema_file: str) -> set[str]:
    name = PurePosixPath(schema_file).stem
    return {
        dataset.name
        for dataset in catalogue.datasets.values()
        if any(resource.schema_name == name for resource in dataset.resources)
    }


def _is_below(file: str, path: str) -> bool:
    return file == path or file.startswith(f"{path}/")
