"""What a portal's datasets and bodies are called in the catalogue, and what the portal's entry has to say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from publisher.catalogue.model import Catalogue
from publisher.plan.records import catalogue_record, organization_record, theme_record
from publisher.portals.ckan.mapping.mapping import Context
from publisher.portals.ckan.mapping.values import group_name, license_id, name_of
from publisher.portals.ckan.model import Options, Rights
from publisher.portals.ckan.pull.source import Candidate
from publisher.portals.ckan.pull.values import key_of

MAPS = ("organizations", "groups", "licenses", "datasets")
"""The entry's maps of names, ours to the portal's."""


@dataclass
class _Register:
    """One kind of names: ours by the portal's, and those of which the entry has to say the portal's."""

    kind: str
    given: Mapping[str, str]
    taken: set[str]
    ours: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ours |= {theirs: key for key, theirs in self.given.items()}

    def take(self, theirs: str, key: str, made: str) -> None:
        """Call something so; ``made`` is what publishing would make of our key."""
        self.ours[theirs] = key
        self.taken.add(key)
        if made != theirs and self.given.get(key) != theirs:
            self.said[key] = theirs


@dataclass(frozen=True, slots=True)
class Names:
    """Our keys by the portal's names, and by kind what the entry of the portal has to say in addition."""

    datasets: Mapping[str, str]
    organizations: Mapping[str, str]
    themes: Mapping[str, str]
    licenses: Mapping[str, str]
    said: Mapping[str, Mapping[str, str]]
    context: Context


def names_of(
    catalogue: Catalogue,
    options: Options,
    rights: Rights,
    chosen: Iterable[Candidate],
    organizations: Iterable[str],
    groups: Iterable[str],
) -> Names:
    """Names for what is chosen; what the catalogue has already keeps its own."""
    bodies = _Register("organizations", options.organizations, set(catalogue.organizations))
    for theirs in organizations:
        if theirs not in bodies.ours:
            known = theirs in catalogue.organizations and theirs not in options.organizations
            key = theirs if known else key_of(theirs, bodies.taken, "organization")
            bodies.take(theirs, key, key)
    options = replace(options, organizations={**options.organizations, **bodies.said})
    context = _context(catalogue, options, rights, bodies.ours.values())
    themes = _Register("groups", options.groups, set(catalogue.themes))
    themes.ours |= {group_name(key, context): key for key in catalogue.themes if key not in options.groups}
    for theirs in groups:
        if theirs not in themes.ours:
            key = key_of(theirs, themes.taken, "theme")
            themes.take(theirs, key, group_name(key, context))
    terms = _Register("licenses", options.licenses, set(catalogue.licenses))
    # A licence of CKAN's has no version: that ours is another name of it only the steward can say, in the entry.
    same = (key for key, one in catalogue.licenses.items() if license_id(key, one.spdx, context) == key)
    terms.ours |= {key: key for key in same}
    datasets = _Register("datasets", options.datasets, {*catalogue.datasets, *catalogue.broken})
    for one in chosen:
        if one.license is not None and one.license not in terms.ours:
            key = key_of(one.license, terms.taken, "license")
            terms.take(one.license, key, key)
        if one.name not in datasets.ours:
            key = key_of(one.name.removeprefix(options.prefix) or one.name, datasets.taken, "dataset")
            datasets.take(one.name, key, name_of(options.prefix, key))
    said = {one.kind: one.said for one in (bodies, themes, terms, datasets) if one.said}
    options = replace(
        options,
        groups={**options.groups, **themes.said},
        licenses={**options.licenses, **terms.said},
        datasets={**options.datasets, **datasets.said},
    )
    context = replace(context, options=options)
    return Names(datasets.ours, bodies.ours, themes.ours, terms.ours, said, context)


def _context(catalogue: Catalogue, options: Options, rights: Rights, more: Iterable[str]) -> Context:
    organizations = {key: organization_record(one) for key, one in catalogue.organizations.items()}
    themes = {key: theme_record(one) for key, one in catalogue.themes.items()}
    new = {key: {"name": key} for key in more if key not in organizations}
    return Context(catalogue_record(catalogue), {**organizations, **new}, themes, "", options, rights)
