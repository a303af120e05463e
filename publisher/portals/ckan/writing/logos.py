"""Logos of organizations and groups of ours: uploaded where they changed, cleared where git no longer has them.

Measured on CKAN 2.10 to 2.12: a form's ``extras`` are not read as JSON, so the picture travels in a patch of its own;
the kind that the form declares for it counts as well as its bytes; PNG and JPEG are taken, unless
``ckan.upload.group.mimetypes`` says otherwise; the picture before stays on the server's disk at its old address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ckanapi.errors import ValidationError

from publisher.catalogue.logos import MEDIA_TYPES
from publisher.digest import digest_of_file
from publisher.errors import Exit, OpendataError
from publisher.plan.model import Kind, Record, SourceFile
from publisher.portals.base import SourceChanged
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.wire.transport import Unsettled, Upload
from publisher.portals.ckan.writing.bodies import ACTIONS, MARK, TRIES, listed, show

LOGO = "opendata_logo"
"""The extra of an organization or group that says which picture we gave it: its SHA-256."""
_FIELD = "image_upload"


class Calls(Protocol):
    """What is needed of the transport."""

    def call(self, action: str, data: Mapping[str, Any] | None = None, *, files: Sequence[Upload] = ()) -> Any:
        """The result of an action."""


class Logos:
    """Brings pictures to the organizations and groups that bear a catalogue's mark."""

    def __init__(self, calls: Calls, catalogue: str) -> None:
        self._calls = calls
        self._catalogue = catalogue

    def bring(self, kind: Kind, identity: str, picture: SourceFile | None) -> None:
        """Let a body of ours have this picture, or none. A picture that we did not give it is not cleared.

        Raises:
            OpendataError: ``logo-refused`` where the portal does not take it, ``source-changed`` where it is not the
                one that was looked through; what the transport raises.
            Unsettled: if it stays unknown whether it was done.
            CKANAPIError: what CKAN refuses.
        """
        for _ in range(TRIES):
            try:
                return self._bring(kind, identity, picture)
            except Unsettled:
                continue  # whatever was done is seen when it is looked at again
        raise Unsettled(f"{ACTIONS[kind]}_patch", identity)

    def _bring(self, kind: Kind, identity: str, picture: SourceFile | None) -> None:
        there = show(self._calls, kind, identity)
        extras = extras_of(there)
        if extras.get(MARK) != self._catalogue:
            return
        given = extras.pop(LOGO, None)
        if picture is None:
            if given is not None:
                self._patch(kind, identity, {"image_url": "", "clear_upload": True, "extras": listed(extras)})
        elif given != picture.sha256 or not there.get("image_url"):
            self._upload(kind, identity, picture)
            self._patch(kind, identity, {"extras": listed({**extras, LOGO: picture.sha256})})

    def _upload(self, kind: Kind, identity: str, picture: SourceFile) -> None:
        media_type = MEDIA_TYPES[picture.name.rpartition(".")[2]]
        try:
            if digest_of_file(picture.path) != picture.sha256:
                raise SourceChanged(picture.name)
            self._patch(kind, identity, {}, [Upload(_FIELD, picture.path, picture.name, media_type)])
        except (SourceChanged, OSError) as error:
            raise OpendataError("source-changed", Exit.NO, path=picture.name) from error
        except ValidationError as error:
            if _FIELD not in error.error_dict:
                raise
            raise OpendataError("logo-refused", Exit.NO, path=picture.name) from error

    def _patch(self, kind: Kind, identity: str, data: Mapping[str, Any], files: Sequence[Upload] = ()) -> None:
        self._calls.call(f"{ACTIONS[kind]}_patch", {**data, "id": identity}, files=files)


def with_logo_of(record: Record, before: Record) -> dict[str, Any]:
    """A record with the picture of another one, or with none: as it stands while its own is not there."""
    others = {key: value for key, value in record.items() if key != "logo"}
    return others | ({"logo": before["logo"]} if "logo" in before else {})
