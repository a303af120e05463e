"""What the freshness commands measure: from options to the assessments of datasets at an instant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.catalogue.model import Catalogue, Dataset
from publisher.errors import Exit, OpendataError
from publisher.freshness.model import Assessment, Observation, State
from publisher.freshness.periods import EARLIEST, LATEST
from publisher.session import Session
from publisher.session import now as clock
from publisher.text import suggest

if TYPE_CHECKING:
    from publisher.git import Repository
    from publisher.reports.freshness.model import Report
    from publisher.workspace import Workspace

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured."""

    paths: Sequence[Path] = ()
    select: Sequence[str] = ()
    instant: str | None = None
    organization: str | None = None
    upcoming: str | None = None
    remote: bool = False
    portal: str | None = None
    fail_on: State = State.OVERDUE
    deep: bool = False


def measure(session: Session, asked: Asked) -> Report:
    """Assess datasets at an instant: read the tables that hold evidence, ask git, and compare with the calendar.

    Raises:
        OpendataError: where the catalogue cannot be read, nothing fits what was asked, or an option's
            value cannot be read.
    """
    from publisher.freshness.past import known_at
    from publisher.zones import zone_of

    present = loaded(session.root, session.workspace)
    zone = zone_of(present.settings.time_zone)
    at = instant_of(asked.instant, zone).astimezone(zone)
    with known_at(session.root, at, clock()) as known:
        catalogue = present if known.root == session.root else loaded(known.root)
        return _report(session, catalogue, known.repository, asked, at)


def loaded(root: Path, workspace: Workspace | None = None) -> Catalogue:
    """The catalogue of a folder.

    Raises:
        OpendataError: ``freshness-no-catalogue``.
    """
    from publisher.catalogue.load import load

    found = load(root, workspace)
    if found.catalogue is None:
        raise OpendataError("freshness-no-catalogue", Exit.NO, found.problems)
    return found.catalogue


def _report(
    session: Session, catalogue: Catalogue, repository: Repository | None, asked: Asked, at: datetime
) -> Report:
    from publisher.commands.freshness_elsewhere import elsewhere
    from publisher.freshness.legal import list_review
    from publisher.reports.freshness.model import Report, by_urgency, coming

    if asked.organization is not None and asked.organization not in catalogue.organizations:
        meant = suggest(asked.organization, catalogue.organizations)
        raise OpendataError("freshness-no-such-organization", key=asked.organization, meant=meant)
    until = _until(asked.upcoming, at.date())
    chosen = selected(session.root, catalogue, asked.paths, asked.select)
    if (asked.remote or asked.portal) and catalogue.root != session.root:
        raise OpendataError("freshness-past-elsewhere")
    beyond = elsewhere(session, catalogue, chosen, at, remote=asked.remote, portal=asked.portal, deep=asked.deep)
    found = assessments(session, catalogue, chosen, at, repository, beyond.further)
    if asked.organization is not None:
        found = [one for one in found if asked.organization in (one.responsible, one.organization)]
    whole = not (asked.paths or asked.select or asked.organization)
    return Report(
        catalogue,
        at,
        tuple(by_urgency(found)),
        asked.fail_on,
        tuple(coming(found, catalogue, at.date(), until)) if until else None,
        until,
        behind=beyond.behind,
        review=list_review(catalogue, catalogue.reviews, at) if whole else None,
        organization=asked.organization,
        language=session.messages.language,
    )


def assessments(
    session: Session,
    catalogue: Catalogue,
    datasets: Sequence[Dataset],
    now: datetime,
    repository: Repository | None,
    further: Mapping[str, Sequence[Observation]] | None = None,
) -> list[Assessment]:
    """The assessments of datasets at an instant; ``further`` are observations that only requests could make.

    Raises:
        OpendataError: ``time-zone-unknown``.
    """
    from publisher.freshness.assess import assess
    from publisher.freshness.measure import needs_tables, observations
    from publisher.freshness.timeline import timeline_of
    from publisher.tables.model import CheckedTable

    with_columns = [dataset.name for dataset in datasets if needs_tables(dataset)]
    tables: dict[tuple[str, str], CheckedTable] = {}
    if with_columns:
        from publisher.tables.check import check_tables

        tables = dict(check_tables(catalogue, with_columns, session.workspace, session.progress))
    seen = observations(catalogue, datasets, tables, repository, workspace=session.workspace, further=further)
    language = session.messages.language
    return [
        assess(one, timeline_of(one, seen[one.name]), now, catalogue=catalogue, language=language) for one in datasets
    ]


def selected(root: Path, catalogue: Catalogue, paths: Sequence[Path], patterns: Sequence[str]) -> list[Dataset]:
    """The datasets that are asked for, by place or by name; all where nothing is asked.

    Raises:
        OpendataError: ``freshness-no-such-path``, or ``freshness-nothing-selected``.
    """
    from publisher.validation.selection import matching

    fitting = matching(catalogue, patterns)
    wanted = [path.resolve() for path in paths]
    for path in wanted:
        if not path.exists():
            raise OpendataError("freshness-no-such-path", path=str(path))
    chosen = []
    for dataset in catalogue.sound.values():
        fits = not patterns or dataset.name in fitting
        if fits and (not wanted or _is_near((root / dataset.folder).resolve(), wanted)):
            chosen.append(dataset)
    if not chosen and (paths or patterns):
        raise OpendataError("freshness-nothing-selected")
    return chosen


def _is_near(folder: Path, wanted: Sequence[Path]) -> bool:
    return any(path == folder or path in folder.parents or folder in path.parents for path in wanted)


def instant_of(text: str | None, zone: tzinfo) -> datetime:
    """The instant of ``--now``: the clock's where nothing is said, noon of a day, a time as it is written.

    Raises:
        OpendataError: ``freshness-bad-now``.
    """
    if text is None:
        return clock()
    try:
        if _DAY.match(text):
            found = datetime.combine(date.fromisoformat(text), time(12), zone)
        else:
            found = datetime.fromisoformat(text)
    except ValueError as error:
        raise OpendataError("freshness-bad-now", value=text) from error
    if not EARLIEST <= found.date() <= LATEST:
        raise OpendataError("freshness-bad-now", value=text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _until(text: str | None, today: date) -> date | None:
    from publisher.freshness.durations import parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text).after(today)
    except ValueError as error:
        raise OpendataError("freshness-bad-duration", value=text) from error
