"""The desired state: what git says that a portal shall hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from publisher import __version__
from publisher.catalogue.logos import Logo, read_logo
from publisher.catalogue.model import Catalogue, Dataset, PortalEntry
from publisher.digest import digest_of
from publisher.freshness.model import State, Timeline
from publisher.freshness.punctuality import PERIODS, Delivery
from publisher.plan.dataset_record import dataset_record
from publisher.plan.model import Desired, DesiredState, Kind, PortalState, Record, SourceFile, Subject
from publisher.plan.records import catalogue_record, organization_record, theme_record
from publisher.tables.model import CheckedTable
from publisher.zones import zone_of

CATALOGUE = Subject(Kind.CATALOGUE, "catalogue")
EMBARGO = "embargo"
UNREADABLE = "dataset-unreadable"
RENAMED = ("held-under-new-name",)
"""What the portal still shows under an old name of a dataset that is held back."""


class Checked(Protocol):
    """What is needed of a validation's report: tables, and the datasets that errors hold back, with the codes."""

    @property
    def tables(self) -> Mapping[tuple[str, str], CheckedTable]:
        """Checked tables by dataset and resource."""

    @property
    def held(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of errors by dataset."""


def desired_state(
    catalogue: Catalogue,
    report: Checked,
    timelines: Mapping[str, Timeline],
    entry: PortalEntry,
    commit: str | None,
    as_of: date | None,
    *,
    today: date | None = None,
    history: Mapping[str, Sequence[Delivery]] | None = None,
) -> DesiredState:
    """What a portal shall hold: every organization and theme, and the datasets whose status the entry includes.

    Datasets with errors, and those whose descriptor cannot be read, are not in it but in ``held``; so are
    those under an embargo on the day of :func:`showing_day`. With ``as_of``, records say their state of
    freshness on that day. ``history`` are past deliveries by dataset.
    """
    day = showing_day(as_of, today)
    facts = {key: table.facts for key, table in report.tables.items() if table.facts is not None}
    subjects = {CATALOGUE: _desired(CATALOGUE, str(catalogue.settings.id), catalogue_record(catalogue))}
    for body in catalogue.organizations.values():
        subject, logo = Subject(Kind.ORGANIZATION, body.key), _logo(catalogue, body.logo)
        subjects[subject] = _desired(subject, body.key, organization_record(body, logo), _file_of(logo))
    for theme in catalogue.themes.values():
        subject, logo = Subject(Kind.THEME, theme.key), _logo(catalogue, theme.logo)
        subjects[subject] = _desired(subject, theme.key, theme_record(theme, logo), _file_of(logo))
    held: dict[Subject, tuple[str, ...]] = {
        Subject(Kind.DATASET, name): (UNREADABLE,) for name in catalogue.broken if name not in catalogue.datasets
    }
    for dataset in catalogue.datasets.values():
        subject = Subject(Kind.DATASET, dataset.name)
        codes = report.held.get(dataset.name, (UNREADABLE,) if dataset.name in catalogue.broken else ())
        if codes:
            held |= {Subject(Kind.DATASET, old): RENAMED for old in dataset.formerly if old not in catalogue.datasets}
            held[subject] = tuple(codes)
        elif dataset.status not in entry.include:
            continue
        elif dataset.embargoed(day):
            held[subject] = (EMBARGO,)
        else:
            timeline, past = timelines.get(dataset.name), (history or {}).get(dataset.name, ())
            record, sources = dataset_record(catalogue, dataset, facts, timeline, entry.formats, past)
            if as_of is not None:
                record = _as_of(catalogue, dataset, record, timelines.get(dataset.name), as_of)
            subjects[subject] = _desired(subject, str(dataset.id), record, sources, dataset.formerly)
    return DesiredState(
        str(catalogue.settings.id),
        commit,
        __version__,
        as_of.isoformat() if as_of else None,
        dict(sorted(subjects.items())),
        dict(sorted(held.items())),
    )


def showing_day(as_of: date | None, today: date | None) -> date | None:
    """The day on which embargoes are judged: no wish for another day lifts one that still runs today."""
    return min((day for day in (as_of, today) if day is not None), default=None)


def with_history(desired: DesiredState, state: PortalState) -> DesiredState:
    """The desired state of a shallow clone: what it cannot know of history stays as the portal says it.

    Where a dataset's data are the published ones, the day of their last change and their freshness
    by git stay as published; of other data what is no longer known of past deliveries.
    """
    subjects = dict(desired.subjects)
    for subject, one in desired.subjects.items():
        holding = state.holdings.get(subject)
        if subject.kind is not Kind.DATASET or holding is None or holding.digest == one.digest:
            continue
        if _data(one.record) != _data(holding.record):
            record = _with_past(one.record, holding.record)
            subjects[subject] = replace(one, record=record, digest=digest_of(record))
            continue
        kept = {key: holding.record[key] for key in ("modified", "freshness") if key in holding.record}
        if "freshness" in kept:
            kept["freshness"] = _on_day(kept["freshness"], desired.as_of)
        record = {**{k: v for k, v in one.record.items() if k not in {"modified", "freshness"}}, **kept}
        if _terms(one.record) == _terms(holding.record):
            subjects[subject] = replace(one, record=record, digest=digest_of(record))
    return replace(desired, subjects=subjects)


def _with_past(record: Record, published: Record) -> dict[str, Any]:
    """A record with the published deliveries of periods of which it knows none."""
    freshness = record.get("freshness") or {}
    known = {one["period"]: one for one in freshness.get("history", ())}
    for one in (published.get("freshness") or {}).get("history", ()):
        if known.get(one["period"], {"outcome": "unknown"})["outcome"] == "unknown":
            known[one["period"]] = one
    if not freshness or not known:
        return dict(record)
    past = sorted(known.values(), key=lambda one: (one["due_at"], one["period"]))[-PERIODS:]
    return {**record, "freshness": {**freshness, "history": past}}


def _on_day(freshness: Record, as_of: str | None) -> dict[str, Any]:
    """Published dates of freshness with the state that they give on a day, or without any state."""
    dates = {key: value for key, value in freshness.items() if key not in {"state", "as_of"}}
    if as_of is None:
        return dates
    from publisher.freshness.assess import state_on

    def day(key: str) -> date | None:
        return date.fromisoformat(dates[key]) if key in dates else None

    def state(key: str) -> State | None:
        return State(dates[key]) if key in dates else None

    line = Timeline(
        dates["frequency"],
        None,
        None,
        day("opens_at"),
        day("due_at"),
        day("overdue_at"),
        day("delinquent_at"),
        None,
        fixed=state("fixed"),
        fixed_from=day("fixed_from"),
        fixed_until=day("fixed_until"),
        otherwise=state("otherwise"),
    )
    return {**dates, "state": state_on(line, date.fromisoformat(as_of)).value, "as_of": as_of}


def _data(record: Record) -> list[Any]:
    return [(one.get("id"), one.get("digest"), one.get("parts")) for one in record.get("resources", ())]


def _terms(record: Record) -> tuple[Any, Any]:
    freshness = record.get("freshness", {})
    return freshness.get("frequency"), freshness.get("mode")


def _logo(catalogue: Catalogue, path: str | None) -> Logo | None:
    """A logo that may be shown; what is wrong with others is told by the rules, and stops a publication."""
    found = read_logo(catalogue.root, path) if path is not None else None
    return found if isinstance(found, Logo) else None


def _file_of(logo: Logo | None) -> tuple[SourceFile, ...]:
    return (SourceFile(logo.name, logo.path, logo.sha256, logo.bytes, "logo"),) if logo is not None else ()


def _desired(
    subject: Subject,
    identity: str,
    record: Record,
    sources: tuple[SourceFile, ...] = (),
    formerly: tuple[str, ...] = (),
) -> Desired:
    return Desired(subject, identity, record, digest_of(record), sources, formerly)


def _as_of(
    catalogue: Catalogue, dataset: Dataset, record: dict[str, Any], timeline: Timeline | None, as_of: date
) -> dict[str, Any]:
    """The record with its state of freshness on a day, at noon of the catalogue's time zone."""
    if timeline is None or "freshness" not in record:
        return record
    from publisher.freshness.assess import assess

    now = datetime.combine(as_of, time(12), zone_of(catalogue.settings.time_zone)).astimezone(UTC)
    state = assess(dataset, timeline, now, catalogue=catalogue).state
    return {**record, "freshness": {**record["freshness"], "state": state.value, "as_of": as_of.isoformat()}}
