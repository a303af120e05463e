"""A dataset of a portal as a descriptor: the inverse of the mapping, proved by mapping it back.

What the descriptor has a place for is said there. All else that the portal holds goes to ``portal_fields`` as it is,
and so does what the mapping would write otherwise than it stands there: mapped again, the descriptor gives what the
portal holds. Places of which that cannot be had (texts that no YAML file may hold) are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publisher.catalogue.build import Builder
from publisher.catalogue.build_dataset import DatasetBuilder
from publisher.catalogue.document import Document
from publisher.catalogue.model import Catalogue
from publisher.catalogue.shape import is_shaped
from publisher.digest import digest_of
from publisher.plan.dataset_record import dataset_record
from publisher.plan.model import Desired, Kind, Subject
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.files import NEVER
from publisher.portals.ckan.mapping.places import normal
from publisher.portals.ckan.mapping.view import View
from publisher.portals.ckan.model import Package
from publisher.portals.ckan.pull import extras as reading_extras
from publisher.portals.ckan.pull.bodies import extras_by_key
from publisher.portals.ckan.pull.resources import ReadResource, resources
from publisher.portals.ckan.pull.values import address, identity, line, text, tidy
from publisher.validation.rules.portal_fields import FIELDS

DESCRIPTOR = "dataset.yaml"
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What a dataset is read with: the catalogue it comes into, our keys by the portal's names, how it is mapped.

    ``context`` has the names of this reading among its options. With ``dated`` the days of data are read into the
    descriptor; a catalogue with legal profiles asks much of a dataset with a day, which only its steward can say.
    """

    catalogue: Catalogue
    context: mapping.Context
    names: Mapping[str, str]
    organizations: Mapping[str, str]
    themes: Mapping[str, str]
    licenses: Mapping[str, str]
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """A descriptor's data and folder below ``datasets/``. ``resources`` are those that it names, by CKAN's id;
    ``skipped`` are names of those that it cannot; ``differs`` are places that publishing would change.
    """

    name: str
    folder: str
    data: dict[str, Any]
    resources: Mapping[str, ReadResource]
    skipped: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


def read(package: Package, around: Around) -> Reading | None:
    """A dataset as a descriptor; None for one without an organization that we know."""
    body = package.get("organization")
    organization = around.organizations.get(str(body.get("name"))) if isinstance(body, Mapping) else None
    if organization is None:
        return None
    name = around.names[str(package["name"])]
    found, skipped = resources(package)
    data = _descriptor(package, organization, around)
    if found:
        data["resources"] = [one.data for one in found]
    held = mapping.held(package)
    differs: list[str] = []
    for _ in range(_ROUNDS):
        there = places(data, name, around)
        wrong = [place for place, value in held.items() if there.get(place) != value]
        given = [place for place in wrong if _give(place, package, data, found)]
        differs = [place for place in wrong if place in there and place not in given]
        if not given:
            break
    return Reading(
        name,
        f"{organization}/{name}",
        data,
        {one.id: one for one in found},
        tuple(skipped),
        tuple(place for place in differs if there.get(place) != held[place]),
    )


def places(data: Mapping[str, Any], name: str, around: Around) -> dict[str, Any]:
    """What a descriptor without files of its own is on the portal, by place."""
    catalogue, folder = around.catalogue, f"datasets/{name}"
    builder = DatasetBuilder(Builder(catalogue.settings.languages), catalogue.settings, {})
    document = Document(f"{folder}/{DESCRIPTOR}", "", dict(data))
    dataset = builder.dataset(document, name, folder, lambda path: (), ())
    record, _ = dataset_record(catalogue, dataset, {}, None, ())
    desired = Desired(Subject(Kind.DATASET, name), str(dataset.id), record, digest_of(record))
    return mapping.owned(mapping.wanted(desired, around.context), {})


def _descriptor(package: Package, organization: str, around: Around) -> dict[str, Any]:
    options = around.context.options
    first, others = options.languages[0], options.languages[1:]
    extras = extras_by_key(package)
    form = {key: package[key] for key in around.context.rights.fields if isinstance(package.get(key), str)}
    view = View({}, around.context, first)

    def texts(key: str, main: str | None) -> Any:
        spoken = {} if main is None else {first: main}
        source: Mapping[str, Any] = {one: extras.get(f"{key}_{one}") for one in others}
        if options.fluent:
            translated = package.get(f"{key}_translated")
            source = translated if isinstance(translated, Mapping) else {}
        spoken |= {one: found for one in others if (found := text(source.get(one)))}
        return spoken if len(spoken) > 1 else main

    title = text(package.get("title")) or str(package["name"])
    notes = (text(package.get("notes")) or "").removeprefix(view.banner).strip()
    groups = package.get("groups")
    named = [str(one.get("name")) for one in groups if isinstance(one, Mapping)] if isinstance(groups, list) else []
    tags = package.get("tags")
    words = [
        found
        for one in (tags if isinstance(tags, list) else ())
        if isinstance(one, Mapping) and not one.get("vocabulary_id") and (found := line(one.get("name")))
    ]
    data = {
        "id": identity(package.get("id")),
        "title": texts("title", title),
        "description": texts("notes", notes or title),
        "organization": organization,
        "themes": [around.themes[one] for one in named if one in around.themes],
        "keywords": sorted({one for one in words if 2 <= len(one) <= 100}),
        "license": around.licenses.get(str(package.get("license_id") or "")),
        "status": "published",
        "landing_page": address(package.get("url")),
        **reading_extras.facts({**form, **extras}, dated=around.dated),
    }
    return {key: value for key, value in data.items() if value}


def _give(place: str, package: Package, data: dict[str, Any], found: list[ReadResource]) -> bool:
    """Put what stands at a place into ``portal_fields``, if it has room there; whether something changed."""
    if place.startswith("resources/"):
        _, identity_, key = place.split("/", 2)
        resource = next((one for one in found if one.id == identity_), None)
        if resource is None or key in NEVER:
            return False
        target, name, value = resource.data, key, resource.package.get(key)
    elif place.startswith("extras:"):
        target, name = data, place.removeprefix("extras:")
        value = extras_by_key(package).get(name)
    else:
        target, name, value = data, place, package.get(place)
        if place in FIELDS and not (place == "url" and "landing_page" not in data):
            return False
    kept, shown = tidy(value), text(name)
    if kept is None or shown != name or normal(kept) != normal(value):
        return False  # cleaned, it would be written over what stands there; left out, that stays as it is
    group = "portal_fields"
    if place.startswith("extras:"):
        target, group = data.setdefault("portal_fields", {}), "extras"
    fields = target.setdefault(group, {})
    if fields.get(name) == kept:
        return False
    fields[name] = kept
    return True


def is_sound(data: Mapping[str, Any]) -> bool:
    """Whether data have the shape of a descriptor."""
    return is_shaped(dict(data), "dataset")
