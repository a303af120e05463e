"""A live portal copied to a throw-away one: only read here, made there with the same ids, fields, marks and files."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from ckanapi.errors import CKANAPIError, ValidationError

from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.model import Options, Package
from publisher.portals.ckan.reading.pages import ROWS, read_all
from publisher.portals.ckan.rehearsal.rehearsal import Made
from publisher.portals.ckan.wire.asking import Calls, all_objects, ask, ask_for
from publisher.portals.ckan.wire.multipart import Upload
from publisher.portals.ckan.wire.transport import Transport, Unsettled
from publisher.portals.ckan.writing.order import Job, Turns
from publisher.portals.ckan.writing.revision import upload_field
from publisher.portals.ckan.writing.settle import refused

_SERVERS = frozenset(
    {
        "metadata_created", "metadata_modified", "creator_user_id", "isopen", "license_title", "license_url",
        "num_resources", "num_tags", "organization", "relationships_as_object", "relationships_as_subject",
        "tracking_summary", "revision_id", "plugin_data",
    }
)  # fmt: skip
_SERVERS_OF_RESOURCE = frozenset(
    {
        "package_id", "position", "created", "last_modified", "metadata_modified", "size", "datastore_active", "state",
        "cache_url", "cache_last_updated", "datastore_contains_all_records_of_source_file", "revision_id",
        "mimetype_inner",
    }
)  # fmt: skip
_BODY = ("id", "name", "title", "description", "image_url", "approval_status", "state")
_PAGE = 25
_PIECE = 1 << 20
_TYPES = re.compile(r"[a-z0-9_ ]+")


@dataclass(slots=True)
class Left:
    """What could not be copied as it is: files that became links, tables that were cut, and datasets, by name, that are
    of other kinds or that the copy refused.
    """

    links: int = 0
    tables: int = 0
    datasets: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Live:
    """What was read of the live portal."""

    packages: tuple[bytes, ...]
    organizations: tuple[Mapping[str, Any], ...]
    groups: tuple[Mapping[str, Any], ...]
    made: Made


def read_live(calls: Calls, options: Options, wanted: Made) -> Live:
    """Everything that we may see of a portal (or of the organizations that its entry names), only read.

    ``wanted`` are names that publishing asks for: bodies of these names are copied though no dataset refers to them.

    Raises:
        OpendataError: what the portal raises.
    """
    packed = read_all(calls, lambda one: zlib.compress(json.dumps(one).encode(), 1), options.scope, ROWS)
    organizations, groups, names, ids = set(wanted.organizations), set(wanted.groups), set(), {}
    for one in map(unpacked, packed):
        names.add(str(one["name"]))
        ids[str(one["name"])] = str(one["id"])
        organizations.add(str((one.get("organization") or {}).get("name") or ""))
        groups.update(str(each["name"]) for each in one.get("groups") or ())
    everything = not options.scope
    bodies = tuple(_bodies(calls, "organization", None if everything else organizations | set(options.scope)))
    themes = tuple(_bodies(calls, "group", None if everything else groups))
    made = Made(
        frozenset(names),
        frozenset(str(one["name"]) for one in bodies),
        frozenset(str(one["name"]) for one in themes),
        ids,
    )
    return Live(tuple(packed), bodies, themes, made)


def unpacked(packed: bytes) -> Package:
    """A dataset as it was read."""
    found: Package = json.loads(zlib.decompress(packed))
    return found


@dataclass
class Copier:
    """Makes on the throw-away portal what stands on the live one.

    ``largest`` are bytes of a file that is copied at most, ``rows`` those of a table of ours (``tables``: ids of
    resources).
    """

    live: Transport
    there: Transport
    largest: int
    rows: int
    tables: frozenset[str]
    parallel: int = 4
    left: Left = field(default_factory=Left)

    def __post_init__(self) -> None:
        self._counting = Lock()

    def copy(self, live: Live) -> Iterator[str]:
        """Copy all; the name of each dataset as it is done.

        Raises:
            OpendataError: what either portal raises.
        """
        for action, bodies in (("organization_create", live.organizations), ("group_create", live.groups)):
            for one in bodies:
                self._call(action, _body(one))
        by_name = {str(one["name"]): packed for packed, one in ((each, unpacked(each)) for each in live.packages)}
        turns = Turns(Job(name, _tags(unpacked(packed))) for name, packed in by_name.items())
        flying: dict[Future[str], str] = {}
        with ThreadPoolExecutor(self.parallel) as pool:
            while True:
                while len(flying) < self.parallel and (job := turns.next()) is not None:
                    flying[pool.submit(self._dataset, unpacked(by_name[job.key]))] = job.key
                if not flying:
                    return
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    turns.done(flying.pop(future), succeeded=True)
                    yield future.result()

    def _dataset(self, package: Package) -> str:
        name = str(package["name"])
        if package.get("type", "dataset") != "dataset":
            self.left.datasets.append(name)
            return name
        with TemporaryDirectory(prefix="opendata-", ignore_cleanup_errors=True) as folder:
            uploads = self._files(package, Path(folder))
            body = dataset_body(package, {one.field for one in uploads})
            if uploads:
                body["state"] = "draft"
            try:
                self.there.call("package_create", body)
            except ValidationError:
                self.left.datasets.append(name)
                return name
            except Unsettled as error:
                raise OpendataError("portal-unsettled", Exit.UNREACHABLE) from error
            if uploads:
                update = {"state": package.get("state", "active")}
                self._call("package_revise", {"match": {"id": package["id"]}, "update": update}, uploads)
        for resource in package.get("resources") or ():
            if resource.get("datastore_active") and resource["id"] in self.tables:
                self._table(str(resource["id"]))
        return name

    def _files(self, package: Package, folder: Path) -> list[Upload]:
        """The files of a dataset, fetched; larger ones, and those that are gone, stay links."""
        found: list[Upload] = []
        for resource in package.get("resources") or ():
            if resource.get("url_type") != "upload":
                continue
            name = unquote(urlsplit(str(resource.get("url") or "")).path).rpartition("/")[2] or "file"
            path = folder / str(len(found))
            if (resource.get("size") or 0) <= self.largest and self._fetched(str(resource["url"]), path):
                found.append(Upload(upload_field(resource["id"]), path, name))
            else:
                self._count(links=1)
        return found

    def _fetched(self, url: str, path: Path) -> bool:
        try:
            with self.live.open(url) as stream, path.open("wb") as out:
                while piece := stream.read(_PIECE):
                    if out.tell() + len(piece) > self.largest:
                        return False
                    out.write(piece)
        except OpendataError as error:
            if error.code != "portal-file-missing":
                raise
            return False
        return True

    def _table(self, resource: str) -> None:
        """A table of ours, so that what publishing would do to it is the same."""
        info = ask_for(self.live, "datastore_info", {"id": resource})
        if info is None:
            return
        listed = all_objects(info.get("fields") or [], "datastore_info")
        keys = [one["id"] for one in listed if (one.get("schema") or {}).get("uniquekey")]
        fields = [
            {"id": one["id"], "type": one["type"], **({"info": one["info"]} if one.get("info") else {})}
            for one in listed
            if one["id"] != "_id" and _TYPES.fullmatch(str(one["type"]))
        ]
        query = {"resource_id": resource, "limit": self.rows, "sort": "_id"}
        answer = ask(self.live, "datastore_search", query, dict)
        records = [{key: value for key, value in one.items() if key != "_id"} for one in answer.get("records", ())]
        if (answer.get("total") or 0) > len(records):
            self._count(tables=1)
        body = {"resource_id": resource, "fields": fields, "records": records, "force": True}
        body |= {"primary_key": keys} if keys else {}
        self._call("datastore_create", body)

    def _call(self, action: str, data: Mapping[str, Any], files: Sequence[Upload] = ()) -> Any:
        try:
            return self.there.call(action, data, files=files)
        except CKANAPIError as error:
            raise refused(error) from error
        except Unsettled as error:
            raise OpendataError("portal-unsettled", Exit.UNREACHABLE) from error

    def _count(self, links: int = 0, tables: int = 0) -> None:
        with self._counting:
            self.left.links += links
            self.left.tables += tables


def _tags(package: Package) -> frozenset[str]:
    """What two datasets must not bring at the same time: CKAN would make it twice."""
    return frozenset(str(one["name"]) for one in package.get("tags") or ())


def dataset_body(package: Package, uploads: set[str]) -> Package:
    """A dataset as ``package_create`` takes it, with the ids of the live portal; ``uploads`` are files to come."""
    body = {key: value for key, value in package.items() if key not in _SERVERS}
    body["tags"] = [{"name": one["name"]} for one in package.get("tags") or () if not one.get("vocabulary_id")]
    body["groups"] = [{"name": one["name"]} for one in package.get("groups") or ()]
    body["resources"] = [_resource(one, uploads) for one in package.get("resources") or ()]
    return body


def _resource(resource: Mapping[str, Any], uploads: set[str]) -> dict[str, Any]:
    made = {key: value for key, value in resource.items() if key not in _SERVERS_OF_RESOURCE and value is not None}
    if resource.get("url_type") == "upload":
        del made["url_type"]
        if upload_field(str(resource["id"])) in uploads:
            made.pop("url", None)
    return made


def _body(body: Mapping[str, Any]) -> dict[str, Any]:
    extras = [{"key": one["key"], "value": one["value"]} for one in body.get("extras") or ()]
    return {key: body[key] for key in _BODY if body.get(key)} | {"extras": extras}


def _bodies(calls: Calls, kind: str, names: set[str] | None) -> Iterator[Mapping[str, Any]]:
    """Organizations or groups with their extras; with ``names`` only these."""
    if names is not None:
        quiet = {"include_datasets": False, "include_users": False, "include_extras": True}
        for name in sorted(names - {""}):
            found = ask_for(calls, f"{kind}_show", {"id": name, **quiet})
            if found is not None and found.get("state") == "active":
                yield found
        return
    start = 0
    while True:
        query = {"all_fields": True, "include_extras": True, "limit": _PAGE, "offset": start, "sort": "name asc"}
        page = all_objects(ask(calls, f"{kind}_list", query, list), f"{kind}_list")
        yield from page
        if len(page) < _PAGE:
            return
        start += len(page)
