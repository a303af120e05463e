"""One revision of a dataset, sent with its files, proved and split where CKAN takes less at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from publisher.portals.base import SourceChanged
from publisher.portals.ckan.model import Applied, Package
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.writing.files import Files
from publisher.portals.ckan.writing.revision import HIDDEN, marked, match_of
from publisher.portals.ckan.writing.settle import Landed, Settled, fits_beside_files, marker_of


@dataclass(frozen=True, slots=True)
class Sending:
    """A revision to be sent: what it says in the end, and its files."""

    settled: Settled
    applied: Applied
    files: Files

    def send(self, package: Package, body: Callable[[Mapping[str, str]], dict[str, Any]], landed: Landed) -> Package:
        """The dataset after the revision that ``body`` makes of our own extras, from ``package`` as it stands there.

        Raises:
            OpendataError: as :meth:`Settled.revise`.
            SourceChanged: if a file on this disk changed while it was sent; the dataset then says that it is
                unfinished, and the file is sent again.
        """
        whole = body(extras_of(self.applied))
        if not self.files.paths or fits_beside_files(whole):
            return self._proved(self.settled.revise(whole, self.files.uploads(), landed=landed))
        there = self._without_files(package, body)
        there = self._proved(
            self._only_files(there, {key: whole["update"][key] for key in HIDDEN.keys() & whole["update"]})
        )
        return self.settled.revise(marked(there, extras_of(self.applied)), landed=says(self.applied))

    def _without_files(self, package: Package, body: Callable[[Mapping[str, str]], dict[str, Any]]) -> Package:
        """The text alone, as unfinished: CKAN takes little of it beside files."""
        first = replace(self.applied, files=(), complete=False)
        part = body(extras_of(first))
        part["update"] |= {key: package[key] for key in HIDDEN.keys() & part["update"]}
        for resource in part["update"]["resources"]:
            if resource["id"] in self.files.paths:
                resource.pop("hash", None)
        return self.settled.revise(part, landed=says(first))

    def _only_files(self, package: Package, shown: Mapping[str, Any]) -> Package:
        hashes = {identity: self.files.hashes[identity] for identity in self.files.paths}
        body = {"match": match_of(package), "update": dict(shown), **_hashes(hashes, hashes)}

        def landed(there: Package) -> bool:
            noted = {one["id"]: one.get("hash") for one in there["resources"]}
            return all(noted.get(identity) == hash for identity, hash in hashes.items())

        return self.settled.revise(body, self.files.uploads(), landed=landed)

    def _proved(self, package: Package) -> Package:
        changed = self.files.changed_meanwhile()
        if not changed:
            return package
        unfinished = replace(self.applied, files=(), complete=False)
        body = marked(package, extras_of(unfinished)) | _hashes(dict.fromkeys(changed, ""), changed)
        self.settled.revise(body, landed=says(unfinished))
        raise SourceChanged(self.files.published[changed[0]].name)


def says(applied: Applied) -> Landed:
    """Whether a dataset's own extras say this."""
    text = marker.encode(applied)
    return lambda package: marker_of(package) == text


def extras_of(applied: Applied) -> dict[str, str]:
    """Our own extras."""
    return marker.pieces(marker.encode(applied))


def _hashes(hashes: Mapping[str, str], resources: Any) -> dict[str, Any]:
    return {f"update__resources__{identity}": {"hash": hashes[identity]} for identity in resources}
