"""An existing CKAN as files of this catalogue: everything is made first, and put in place together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.catalogue.document import MAX_BYTES, parse_document
from publisher.catalogue.model import Catalogue
from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.model import Options, Rights
from publisher.portals.ckan.pull import source
from publisher.portals.ckan.pull.bodies import license_entry, organization, theme
from publisher.portals.ckan.pull.descriptor import DESCRIPTOR, Around, Reading, is_sound, read
from publisher.portals.ckan.pull.source import Candidate, Standing
from publisher.portals.ckan.pull.tables import schema_of
from publisher.portals.ckan.pull.values import key_of
from publisher.portals.ckan.wire.asking import Calls
from publisher.scaffold.pull_edit import CannotEdit, with_entries, with_value
from publisher.scaffold.pull_files import Fetch
from publisher.scaffold.pull_names import Names, names_of
from publisher.scaffold.pull_yaml import emit
from publisher.text import suggest

PORTALS = "catalog/portals.yaml"
_NEVER = {Standing.OURS, Standing.PRIVATE, Standing.KIND}
"""Datasets that are not read though they are named: what publishing would do to them nobody wants."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: the portal's names of organizations and datasets (all where none are named), files too."""

    organizations: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    files: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """Something to say of a dataset, an entry or a file, by code."""

    code: str
    name: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Pulled:
    """What is to be put in place: new files by name below the root (bytes, or a file that was fetched), files of the
    catalogue that change, and what is to be said.
    """

    new: dict[str, bytes | Path] = field(default_factory=dict)
    changed: dict[str, bytes] = field(default_factory=dict)
    datasets: list[str] = field(default_factory=list)
    schemas: set[str] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)

    def tell(self, code: str, name: str, **params: object) -> None:
        """Remember something to say."""
        self.told.append(Told(code, name, params))


def pull(
    calls: Calls,
    catalogue: Catalogue,
    portal: str,
    options: Options,
    rights: Rights,
    wish: Wish,
    fetch: Fetch,
    step: Callable[[int, int], None],
) -> Pulled:
    """Everything that the catalogue lacks of a portal, made and not yet in place.

    Raises:
        OpendataError: ``pull-not-there`` for a name that the portal has not, ``pull-cannot-edit`` for a file of the
            catalogue that cannot be added to, and what reading the portal raises.
    """
    done = Pulled(schemas=set(catalogue.schemas))
    everything = source.candidates(calls, str(catalogue.settings.id), options.scope)
    chosen = list(_chosen(everything, wish, catalogue, options, done))
    whole = not (wish.organizations or wish.datasets or options.scope)
    used = {one.organization for one in chosen if one.organization} | set(wish.organizations)
    grouped = {group for one in chosen for group in one.groups}
    # Names of all: an entry that says more of them with each pull would have every dataset written anew.
    named, groups_named = source.names(calls, "organization"), source.names(calls, "group")
    bodies = {one["name"]: one for one in source.bodies(calls, "organization", named if whole else used)}
    groups = {one["name"]: one for one in source.bodies(calls, "group", groups_named if whole else grouped)}
    names = names_of(catalogue, options, rights, chosen, sorted({*named, *bodies}), sorted({*groups_named, *groups}))
    around = Around(
        catalogue,
        names.context,
        names.datasets,
        names.organizations,
        names.themes,
        names.licenses,
        dated=not catalogue.legal,
    )
    made: list[Reading] = []
    for number, one in enumerate(chosen):
        step(number, len(chosen))
        by_name = not {one.name, one.id}.isdisjoint(wish.datasets)
        reading = _dataset(calls, one, around, fetch if wish.files else None, done, by_name)
        if reading is not None:
            made.append(reading)
    step(len(chosen), len(chosen))
    _registers(calls, catalogue, bodies, groups, made, names, done)
    _entry(catalogue, portal, names, made, done)
    return done


def _chosen(
    everything: Iterable[Candidate], wish: Wish, catalogue: Catalogue, options: Options, done: Pulled
) -> Iterator[Candidate]:
    """The datasets to be written; of the others it is told why not."""
    found = list(everything)
    for name in wish.datasets:
        if all(name not in {one.name, one.id} for one in found):
            meant = suggest(name, [one.name for one in found])
            raise OpendataError("pull-not-there", Exit.NO, name=name, meant=meant)
    known = {one.organization for one in found if one.organization}
    for name in wish.organizations:
        if name not in known:
            raise OpendataError("pull-not-there", Exit.NO, name=name, meant=suggest(name, sorted(known)))
    ids = {str(one.id): one.name for one in catalogue.datasets.values()}
    named = {theirs: key for key, theirs in options.datasets.items()}
    for one in found:
        by_name = one.name in wish.datasets or one.id in wish.datasets
        if (wish.organizations or wish.datasets) and not (by_name or one.organization in wish.organizations):
            continue
        ours = named.get(one.name, one.name.removeprefix(options.prefix))
        there = ids.get(one.id) or (ours if ours in {*catalogue.datasets, *catalogue.broken} else None)
        unnamed = one.standing in {Standing.HARVESTED, Standing.OTHER} and not by_name
        if there is not None:
            done.tell("there", one.name, ours=there)
        elif unnamed or one.standing in _NEVER:
            done.tell(one.standing.value, one.name)
        elif one.organization is None:
            done.tell("no-organization", one.name)
        else:
            yield one


def _dataset(
    calls: Calls, one: Candidate, around: Around, fetch: Fetch | None, done: Pulled, by_name: bool
) -> Reading | None:
    """A dataset's files among those to be put in place; None if it is not written.

    One without any file or link would be an error of the catalogue, and is read only when it is named.
    """
    reading = read(one.package, around)
    if reading is None:
        done.tell("no-organization", one.name)
        return None
    if not reading.resources and not by_name:
        done.tell("no-resources", one.name)
        return None
    folder = f"datasets/{reading.folder}"
    files: dict[str, bytes | Path] = {}
    for resource in reading.resources.values():
        info = source.dictionary(calls, resource.id) if resource.package.get("datastore_active") is True else None
        schema = schema_of(info, resource.id) if info is not None else None
        fetched = fetch.one(resource, set(files), reading.name) if fetch is not None and resource.uploaded else None
        if fetched is not None:
            files[fetched.name] = fetched.path
            resource.data.update(fetched.data(resource.data.get("portal_fields", {}), resource.package))
            for key in [key for key in ("url", "portal_fields") if key == "url" or not resource.data.get(key)]:
                resource.data.pop(key, None)
            schema = fetched.schema(schema)
        if schema is not None:
            key = key_of(f"{reading.name}-{resource.data['name']}"[:90].rstrip("-"), done.schemas, "table")
            done.schemas.add(key)
            resource.data["schema"] = key
            files[f"/schemas/{key}.yaml"] = emit(schema).encode()
    reading.data.pop("resources", None)
    portal_fields = reading.data.pop("portal_fields", None)
    if reading.resources:
        reading.data["resources"] = [_ordered(resource.data) for resource in reading.resources.values()]
    if portal_fields:
        reading.data["portal_fields"] = portal_fields
    content = emit(reading.data).encode()
    document, problems = parse_document(content, DESCRIPTOR)
    if document is None or problems or len(content) > MAX_BYTES or document.data != reading.data:
        done.tell("not-writable", one.name)
        return None
    if not is_sound(document.data):
        done.tell("not-writable", one.name)
        return None
    done.new |= {(name[1:] if name.startswith("/") else f"{folder}/{name}"): file for name, file in files.items()}
    done.new[f"{folder}/{DESCRIPTOR}"] = content
    done.datasets.append(reading.name)
    if reading.name != one.name.removeprefix(around.context.options.prefix):
        done.tell("renamed", one.name, ours=reading.name)
    if reading.skipped:
        done.tell("resources-skipped", one.name, names=", ".join(reading.skipped[:5]), count=len(reading.skipped))
    # That a trial says so above every description is told once.
    expected = set() if around.catalogue.settings.standing == "official" else {"notes", "notes_translated"}
    if differs := [place for place in reading.differs if place not in expected]:
        done.tell("differs", one.name, places=", ".join(differs[:5]))
    return reading


_ORDER = ("name", "id", "title", "description", "path", "url", "service", "encoding", "delimiter", "schema", "formats")


def _ordered(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in (*_ORDER, "portal_fields") if key in data}


def _registers(
    calls: Calls,
    catalogue: Catalogue,
    bodies: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Mapping[str, Any]],
    made: Iterable[Reading],
    names: Names,
    done: Pulled,
) -> None:
    """New entries of organizations, themes and licences."""
    new = {names.organizations[theirs]: organization(one) for theirs, one in bodies.items()}
    _add(catalogue, "organizations", new, catalogue.organizations, done)
    new = {names.themes[theirs]: theme(one) for theirs, one in groups.items()}
    _add(catalogue, "themes", new, catalogue.themes, done)
    used = {one.data["license"] for one in made if "license" in one.data} - set(catalogue.licenses)
    listed = source.licenses(calls) if used else {}
    theirs = {key: identity for identity, key in names.licenses.items()}
    new = {key: license_entry(listed.get(theirs[key], {}), theirs[key]) for key in sorted(used)}
    _add(catalogue, "licenses", new, catalogue.licenses, done)


def _add(
    catalogue: Catalogue, kind: str, entries: Mapping[str, Any], known: Mapping[str, object], done: Pulled
) -> None:
    new = {key: entries[key] for key in sorted(entries) if key not in known}
    file = f"catalog/{kind}.yaml"
    if not new:
        return
    path = catalogue.root / file
    try:
        made = with_entries(path.read_bytes() if path.exists() else None, file, new)
    except (CannotEdit, OSError) as error:
        raise OpendataError("pull-cannot-edit", Exit.NO, file=file) from error
    if path.exists():
        done.changed[file] = made
    else:
        done.new[file] = made
    done.tell("entries", file, count=len(new))


def _entry(catalogue: Catalogue, portal: str, names: Names, made: Iterable[Reading], done: Pulled) -> None:
    """Names that are no keys of ours are said in the portal's entry."""
    written = {one.name for one in made}
    said = {
        kind: {key: theirs for key, theirs in found.items() if kind != "datasets" or key in written}
        for kind, found in names.said.items()
    }
    count = sum(map(len, said.values()))
    if not count:
        return
    document, _ = parse_document((catalogue.root / PORTALS).read_bytes(), PORTALS)
    try:
        if document is None:
            raise CannotEdit(PORTALS)
        for kind, new in said.items():
            if new and kind not in document.data[portal]:
                document = with_value(document, (portal, kind), new)
                continue
            for key, theirs in new.items():
                document = with_value(document, (portal, kind, key), theirs)
    except CannotEdit as error:
        raise OpendataError("pull-cannot-edit", Exit.NO, file=PORTALS) from error
    done.changed[PORTALS] = document.text.encode()
    done.tell("entries", PORTALS, count=count)
