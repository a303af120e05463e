"""The files of a site's next version: data first, then the pages drawn from what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

from publisher.digest import canonical_json
from publisher.plan.model import (
    LOST,
    Desired,
    DesiredState,
    Kind,
    Outcome,
    OutcomeStatus,
    Plan,
    PublishedFile,
    Record,
    Subject,
)
from publisher.portals.base import CannotMake, SourceChanged, Steps, Tables, no_steps
from publisher.portals.made import made_from_schema, made_from_table
from publisher.portals.site.files import Stage
from publisher.portals.site.spread import spread
from publisher.portals.site.state import Entry, Made, SiteState, folder_of, record_path, state_bytes
from publisher.portals.site.view import SiteView


@dataclass
class Site:
    """Every subject of a site with its record, and the subject's entry in the state file."""

    records: dict[Subject, Record]
    entries: dict[Subject, Entry]
    redirects: dict[str, str]

    def without(self, subject: Subject) -> None:
        """Forget a subject."""
        self.records.pop(subject, None)
        self.entries.pop(subject, None)


def next_site(plan: Plan, desired: DesiredState, known: SiteState, stored: Mapping[Subject, Record]) -> Site:
    """The subjects after the plan's actions; every other one as the portal holds it."""
    site = Site(dict(stored), dict(known.entries), dict(known.redirects))
    for action in plan.actions:
        if action.renamed_from is not None:
            old = Subject(action.subject.kind, action.renamed_from)
            if not any(other.subject == old for other in plan.actions):
                site.without(old)
            site.redirects[action.renamed_from] = action.subject.name
        wanted = desired.subjects.get(action.subject)
        if wanted is None:
            site.without(action.subject)
        else:
            site.records[action.subject] = wanted.record
            site.entries[action.subject] = Entry(wanted.id, wanted.digest, desired.commit)
    names = {subject.name for subject in site.entries if subject.kind is Kind.DATASET}
    for subject, record in site.records.items():
        if subject.kind is Kind.DATASET:
            site.redirects |= dict.fromkeys(record.get("formerly", ()), subject.name)
    site.redirects = {old: new for old, new in _settled(site.redirects).items() if old not in names and new in names}
    return site


def _settled(redirects: Mapping[str, str]) -> dict[str, str]:
    """Redirects that lead to their end at once; circles lead nowhere."""
    settled = {}
    for old, new in sorted(redirects.items()):
        seen = {old}
        while new in redirects and new not in seen:
            seen.add(new)
            new = redirects[new]
        settled[old] = new
    return settled


class Builder:
    """Fills a stage for a site, dataset by dataset."""

    def __init__(
        self,
        stage: Stage,
        site: Site,
        known: SiteState,
        desired: DesiredState,
        tables: Tables,
        steps: Steps = no_steps,
    ) -> None:
        self.stage = stage
        self.site = site
        self.known = known
        self.desired = desired
        self.tables = tables
        self.steps = steps

    def data(self, stored: Mapping[Subject, Record]) -> dict[Subject, Outcome]:
        """Every subject's files. What cannot be had fails alone: that subject stays as it was."""
        failed: dict[Subject, Outcome] = {}
        datasets = [one for one in self.site.entries if one.kind is Kind.DATASET]
        others = [one for one in self.site.entries if one.kind in {Kind.ORGANIZATION, Kind.THEME}]
        results = chain(((one, self._entry(one)) for one in others), spread(self.stage, self._entry, datasets))
        for done, (subject, (entry, outcome)) in enumerate(results):
            self.steps(max(0, done - len(others)), 2 * len(datasets))
            if outcome is not None:
                failed[subject] = outcome
            if entry is None:
                self.site.without(subject)
            else:
                if entry.digest != self.site.entries[subject].digest:
                    self.site.records[subject] = dict(stored[subject])
                self.site.entries[subject] = entry
        return failed

    def _entry(self, subject: Subject) -> tuple[Entry | None, Outcome | None]:
        """A subject's entry once its files are there; its old one, or none, if they cannot be had."""
        entry = self.site.entries[subject]
        wanted = self.desired.subjects.get(subject)
        if wanted is None or wanted.digest != entry.digest:
            files = self._kept(subject, entry)
            lost = [file.name for file in entry.files if file not in files]
            outcome = _failed(subject, "portal-file-lost", ", ".join(lost)) if lost else None
            return replace(entry, files=files), outcome
        try:
            return replace(entry, files=self._files(subject, wanted)), None
        except (SourceChanged, CannotMake) as refused:
            self.stage.forget(folder_of(subject))
            before = self.known.entries.get(subject)
            left = replace(before, files=self._kept(subject, before)) if before is not None else None
            code = "source-changed" if isinstance(refused, SourceChanged) else "cannot-convert"
            return left, _failed(subject, code, str(refused))

    def lost(self) -> dict[Subject, Outcome]:
        """Subjects of which the portal has lost the record, and that nothing of git replaces."""
        lost = [subject for subject, record in self.site.records.items() if LOST in record]
        return {subject: _failed(subject, "portal-file-lost", record_path(subject)) for subject in lost}

    def _kept(self, subject: Subject, entry: Entry) -> tuple[PublishedFile, ...]:
        folder = folder_of(subject)
        return tuple(file for file in entry.files if self.stage.keep(folder + file.name))

    def _files(self, subject: Subject, wanted: Desired) -> tuple[PublishedFile, ...]:
        folder = folder_of(subject)
        made = []
        for source in wanted.sources:
            self.stage.copy(folder + source.name, source.path, Made(source.sha256, source.bytes))
            made.append(PublishedFile(source.name, source.sha256, source.bytes, source.resource))
        old = {file.name: file for file in self._before(wanted)}
        for resource in wanted.record.get("resources", ()):
            name = resource["name"]
            for format in resource.get("derived", ()):
                key = made_from_table(self.tables.recipe, format, resource)
                maker = partial(self.tables.derive, subject.name, name, format)
                made.append(self._derived(folder, f"{name}.{format}", name, key, old, maker))
            if resource.get("form"):
                key = made_from_schema(self.tables.recipe, wanted.record, resource)
                maker = partial(self.tables.form, subject.name, name)
                made.append(self._derived(folder, f"{name}-form.xlsx", name, key, old, maker))
        return tuple(made)

    def _before(self, wanted: Desired) -> tuple[PublishedFile, ...]:
        """What the portal made of this dataset last, if under the same name."""
        entry = self.known.entries.get(wanted.subject)
        return entry.files if entry is not None else ()

    def _derived(
        self, folder: str, name: str, resource: str, key: str, old: Mapping[str, PublishedFile], maker: Any
    ) -> PublishedFile:
        before = old.get(name)
        if before is not None and before.made_from == key and self.stage.keep(folder + name):
            return before
        made = self.stage.make(folder + name, maker)
        return PublishedFile(name, made.sha256, made.bytes, resource, key)

    def view(self, held: Mapping[Subject, tuple[str, ...]], tool: str) -> SiteView:
        """What the pages are drawn from."""
        of: dict[Kind, dict[str, Record]] = {kind: {} for kind in Kind}
        for subject, record in sorted(self.site.records.items()):
            of[subject.kind][subject.name] = record
        datasets = of[Kind.DATASET]
        return SiteView(
            catalogue=of[Kind.CATALOGUE]["catalogue"],
            organizations=of[Kind.ORGANIZATION],
            themes=of[Kind.THEME],
            datasets=datasets,
            files={name: self.site.entries[Subject(Kind.DATASET, name)].files for name in datasets},
            held={s.name: codes for s, codes in held.items() if s.kind is Kind.DATASET and s.name in datasets},
            redirects=self.site.redirects,
            commit=self.desired.commit,
            tool=tool,
        )

    def pages(self, view: SiteView, design: str) -> None:
        """Every page: a dataset's own only if something that they show has changed."""
        from publisher.portals.site.pages import page_key, render_dataset_pages, render_shared_pages

        def draw(name: str) -> tuple[str, tuple[str, ...]]:
            key = page_key(view, name)
            before = self.known.entries.get(Subject(Kind.DATASET, name))
            same = before is not None and before.page_key == key and design == self.known.design
            if before is not None and same and all(self.stage.keep(path) for path in before.pages):
                return key, before.pages
            drawn = dict(render_dataset_pages(view, name))
            for path, content in drawn.items():
                self.stage.write(path, content)
            return key, tuple(drawn)

        results = spread(self.stage, draw, list(view.datasets))
        for done, (name, (key, pages)) in enumerate(results, len(view.datasets)):
            self.steps(done, 2 * len(view.datasets))
            subject = Subject(Kind.DATASET, name)
            self.site.entries[subject] = replace(self.site.entries[subject], page_key=key, pages=pages)
        self.steps(1, 1)
        for path, content in render_shared_pages(view):
            self.stage.write(path, content)

    def records(self) -> None:
        """Every subject's record, as canonical JSON."""
        for subject, record in self.site.records.items():
            self.stage.write(record_path(subject), canonical_json(dict(record)).encode())

    def aliases(self) -> None:
        """The bytes of renamed datasets and resources at their old addresses too."""
        for subject, record in self.site.records.items():
            if subject.kind is not Kind.DATASET:
                continue
            olds = [old for old, new in self.site.redirects.items() if new == subject.name]
            names = {file.name: file.name for file in self.site.entries[subject].files}
            for resource in record.get("resources", ()):
                for old in resource.get("formerly", ()):
                    ours = [
                        f.name
                        for f in self.site.entries[subject].files
                        if f.made_from and f.resource == resource["name"]
                    ]
                    names |= {old + name.removeprefix(resource["name"]): name for name in ours}
            for old_name, name in names.items():
                for folder in (subject.name, *olds):
                    self.stage.alias(f"dataset/{folder}/{old_name}", f"dataset/{subject.name}/{name}")

    def state(self, tool: str, design: str) -> bytes:
        """The state file of what has been built."""
        return state_bytes(
            SiteState(
                self.desired.catalogue_id,
                self.desired.commit,
                tool,
                design,
                self.desired.as_of,
                self.site.entries,
                self.stage.made,
                self.site.redirects,
            )
        )


def _failed(subject: Subject, code: str, path: str) -> Outcome:
    return Outcome(subject, OutcomeStatus.FAILED, code, {"path": path})
