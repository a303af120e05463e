"""A run of all checks over a loaded catalogue: shape, rules, tables; then severities and selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from publisher.catalogue.load import Loaded
from publisher.catalogue.model import Catalogue
from publisher.errors import OpendataError
from publisher.git import Repository
from publisher.messages import messages
from publisher.problem import Problem, Severity, in_order
from publisher.progress import Progress, silent
from publisher.validation.baseline import Baseline, is_guarded, mark_known, read_baseline
from publisher.validation.hold import blocks, held_datasets
from publisher.validation.readable import Tables, checked_tables, news
from publisher.validation.rule import Context
from publisher.validation.rules import RULE_OF, RULES, files
from publisher.validation.selection import select
from publisher.validation.weigh import fixed_severities, is_asked, suppressed, weighed
from publisher.workspace import Workspace


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
    faults = list(files.check(Context(catalogue, today)))
    tables = checked_tables(catalogue, names, faults, workspace, progress or silent) if options.tables else {}
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
    found += list(news(tables, found, catalogue))
    # What cannot be read stays an error, whatever catalog.yaml says.
    fixed = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
    found += [problem for problem in loaded.problems if problem.severity is not Severity.ERROR]
    found += fixed_severities([*fixed, *filter(is_guarded, found)], catalogue)
    counted, silenced = suppressed(weighed(found, catalogue, selection), catalogue, today)
    first = options.shard is None or options.shard[0] == 1
    everything = in_order([*fixed, *counted])
    asked = [one for one in everything if is_asked(one, catalogue, selection, options.paths, first)]
    problems, known = mark_known(asked, _baseline(catalogue) if options.baseline is None else options.baseline)
    broken = (one for one in loaded.problems if one.dataset in catalogue.broken or one.file in catalogue.unread)
    unreadable = [*faults, *broken]
    held = held_datasets(catalogue, problems, unreadable, tables.values(), names)
    # What cannot be read is never excused: a catalogue without its organizations would take them all for deleted.
    blocked = any(blocks(problem) for problem in (*problems, *loaded.problems))
    return Report(tuple(in_order(problems)), tables, held, blocked, names, known, tuple(silenced))


def _baseline(catalogue: Catalogue) -> Baseline:
    path = catalogue.root / "catalog" / "baseline.yaml"
    return read_baseline(path) if path.is_file() else {}


def _base(repository: Repository | None, changed_since: str | None) -> str | None:
    """The revision that ids are compared with: the one asked for, else the commit before the last one."""
    if repository is None or changed_since is not None:
        return changed_since
    for ref in ("HEAD~", "HEAD"):
        try:
            return repository.resolve(ref)
        except OpendataError:
            continue
    return None
