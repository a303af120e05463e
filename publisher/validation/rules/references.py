"""Everything that a descriptor refers to by key exists.

A dataset names its organization, themes, licence, region, schema and decision by key; so do
organizations, regions, legal profiles and the defaults of the catalogue. A key that is not there is mostly a
typing error, and the portal could not say who publishes the data or under which terms.

To fix it, write the key as it stands in the file under ``catalog/`` (or the name of the file in
``schemas/``); the nearest key is suggested. If the entry is really new, add it to that file first.

Source: the format of the catalogue itself.
"""

from collections.abc import Collection, Iterator

from publisher.catalogue.model import Dataset, Source
from publisher.problem import Problem, Severity
from publisher.validation.rule import Context, at_resource, nearest

CODE = "organization-unknown"
SEVERITY = Severity.ERROR
CODES = {
    CODE: SEVERITY,
    "theme-unknown": SEVERITY,
    "license-unknown": SEVERITY,
    "region-unknown": SEVERITY,
    "decision-unknown": SEVERITY,
    "schema-not-found": SEVERITY,
}
DEPENDS_ON_TODAY: frozenset[str] = frozenset()

_FILES = {"organization": "organizations", "theme": "themes", "license": "licenses", "region": "regions"}


class _Keys:
    """The keys that there are, by kind; nothing is asked of a file that could not be read."""

    def __init__(self, context: Context) -> None:
        catalogue = context.catalogue
        self._keys: dict[str, Collection[str]] = {
            "organization": catalogue.organizations,
            "theme": catalogue.themes,
            "license": catalogue.licenses,
            "region": catalogue.regions,
            "decision": catalogue.decisions,
        }
        for kind in list(self._keys):
            if f"catalog/{_FILES.get(kind, kind + 's')}.yaml" in context.catalogue.unread:
                del self._keys[kind]

    def look(
        self, kind: str, key: str | None, source: Source, *at: str | int, dataset: str | None = None
    ) -> Iterator[Problem]:
        known = self._keys.get(kind)
        if key and known is not None and key not in known:
            hint = nearest(key, known)
            yield source.problem(f"{kind}-unknown", *at, dataset=dataset, key_name=key, suggestion=hint)


def check(context: Context) -> Iterator[Problem]:
    """The problems of a catalogue."""
    keys = _Keys(context)
    yield from _of_catalogue(context, keys)
    for dataset in context.datasets:
        yield from _of_dataset(dataset, keys)
        for resource in dataset.resources:
            name = resource.schema_name
            unread = f"schemas/{name}.yaml" in context.catalogue.unread
            if name is not None and resource.schema is None and not unread:
                hint = nearest(name, context.catalogue.schemas)
                yield at_resource(dataset, resource, "schema-not-found", "schema", name=name, suggestion=hint)


def _of_dataset(dataset: Dataset, keys: _Keys) -> Iterator[Problem]:
    source, name = dataset.source, dataset.name
    yield from keys.look("organization", dataset.organization, source, "organization", dataset=name)
    yield from keys.look("organization", dataset.responsible, source, "responsible", dataset=name)
    for index, theme in enumerate(dataset.themes):
        yield from keys.look("theme", theme, source, "themes", index, dataset=name)
    if "license" in source.document.data:
        yield from keys.look("license", dataset.license, source, "license", dataset=name)
    if "region" in source.document.data:
        yield from keys.look("region", dataset.region, source, "region", dataset=name)
    yield from keys.look("decision", dataset.decision, source, "approval", "decision", dataset=name)


def _of_catalogue(context: Context, keys: _Keys) -> Iterator[Problem]:
    catalogue = context.catalogue
    settings = catalogue.settings
    yield from keys.look("license", settings.default_license, settings.source, "defaults", "license")
    yield from keys.look("region", settings.default_region, settings.source, "defaults", "region")
    for body in catalogue.organizations.values():
        yield from keys.look("organization", body.parent, body.source, "parent")
        yield from keys.look("region", body.region, body.source, "region")
        if body.successor is not None:
            yield from keys.look("organization", body.successor.key, body.source, "successor", "key")
    for region in catalogue.regions.values():
        yield from keys.look("region", region.parent, region.source, "parent")
        if region.successor is not None:
            yield from keys.look("region", region.successor.key, region.source, "successor", "key")
    for profile in catalogue.legal.values():
        for index, key in enumerate(profile.licenses):
            yield from keys.look("license", key, profile.source, "licenses", index)
