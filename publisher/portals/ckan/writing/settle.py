"""Writing a dataset so that it is known what came of it: ambiguity is settled by reading back.

What tells whether a write landed is our extra, which is written in the same revision as all the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError

from publisher.errors import Exit, OpendataError
from publisher.portals.ckan.model import Applied, Package, Rights
from publisher.portals.ckan.notes.marker import BadMarker, decode, gather
from publisher.portals.ckan.wire.multipart import FORM_LIMIT, Upload, form_size, form_values
from publisher.portals.ckan.wire.transport import Transport, Unsettled, typed

DELAYS = (0.5, 2.0, 8.0)
"""Seconds before a write that did not land is sent again, each time."""
_TAKEN = frozenset({"name", "id"})

Landed = Callable[[Package], bool]


class Settled:
    """Creates and revises datasets; each write either landed or did not, and the caller knows.

    Args:
        transport: carries the calls.
        rights: the token's; what is sent has the portal's names of organizations and groups (:attr:`Rights.called`).
        pause: waits between tries.
    """

    def __init__(self, transport: Transport, rights: Rights, pause: Callable[[float], None] = time.sleep) -> None:
        self.transport = transport
        self._pause = pause
        self._rights = rights

    def show(self, id_or_name: str) -> Package | None:
        """A dataset as it stands there, deleted or not; None if it is not there or not for us to see."""
        try:
            found: Package = self.transport.call("package_show", {"id": id_or_name})
        except (NotFound, NotAuthorized):
            return None
        return found

    def create(self, body: Package) -> Package:
        """The dataset of ``package_create``; one that stands there already, if it bears our extra, whatever it says.

        Raises:
            OpendataError: ``portal-name-taken``, ``portal-refused``, ``portal-unsettled``.
        """
        body = self._as_called(body)
        for delay in (*DELAYS, None):
            taken: ValidationError | None = None
            try:
                made: Package = self.transport.call("package_create", body)
                return made
            except Unsettled:
                pass
            except ValidationError as error:
                if not _TAKEN & set(error.error_dict):
                    raise refused(error) from error
                taken = error
            except CKANAPIError as error:
                raise refused(error) from error
            there = self._standing(body)
            if there is not None:
                if marker_of(there):
                    return there
                raise name_taken(body["name"])
            if taken is not None:
                raise name_taken(body["name"]) if "name" in taken.error_dict else refused(taken)
            self._wait(delay)
        raise AssertionError("the last wait raises")

    def revise(self, body: Mapping[str, Any], files: Sequence[Upload] = (), *, landed: Landed) -> Package:
        """The dataset after ``package_revise``. ``landed`` says of a dataset read back whether this is what was sent.

        Raises:
            OpendataError: ``portal-changed-meanwhile`` if somebody wrote in between, ``portal-refused``,
                ``portal-file-too-large``, ``portal-unsettled``.
        """
        body = {**body, "update": self._as_called(body["update"])}
        for delay in (*DELAYS, None):
            try:
                answer = self.transport.call("package_revise", dict(body), files=files)
                return typed(typed(answer, dict, "package_revise").get("package"), dict, "package_revise")
            except Unsettled:
                pass
            except ValidationError as error:
                if "name" in error.error_dict and "already in use" in str(error.error_dict["name"]):
                    raise name_taken(body["update"].get("name")) from error
                if set(error.error_dict) - {"__type"} != {"match"}:
                    raise refused(error) from error
            except NotFound as error:
                raise changed_meanwhile() from error
            except NotAuthorized as error:
                spoken = self._naming_groups(body)
                if spoken is None:
                    raise refused(error) from error
                body = spoken
                continue
            except CKANAPIError as error:
                raise refused(error) from error
            there = self.show(body["match"]["id"])
            if there is not None and landed(there):
                return there
            if there is None or there["metadata_modified"] != body["match"]["metadata_modified"]:
                raise changed_meanwhile()
            self._wait(delay)
        raise AssertionError("the last wait raises")

    def delete(self, id: str) -> None:
        """Delete a dataset, softly; done too if it is deleted already.

        Raises:
            OpendataError: ``portal-not-allowed``, ``portal-refused``, ``portal-unsettled``.
        """
        for delay in (*DELAYS, None):
            try:
                self.transport.call("package_delete", {"id": id})
                return
            except NotFound:
                return
            except Unsettled:
                there = self.show(id)
                if there is None or there.get("state") == "deleted":
                    return
            except CKANAPIError as error:
                raise refused(error) from error
            self._wait(delay)

    def _naming_groups(self, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The same revision with the groups that the person may write, None if that is not what is wanting.

        CKAN refuses an editor's revision of a dataset that stands in groups of others, unless it names the editor's own
        alone; those of others it keeps all the same (measured on 2.12).
        """
        rights = self._rights
        if rights.sysadmin or "groups" in body["update"]:
            return None
        there = self.show(body["match"]["id"])
        names = [str(one.get("name")) for one in (there or {}).get("groups") or ()]
        reach = {rights.called.get(one, one) for one in rights.groups}
        if set(names) <= reach:
            return None
        groups = [{"name": one} for one in names if one in reach]
        return {**body, "filter": [*body.get("filter", ()), "-groups"], "update": {**body["update"], "groups": groups}}

    def _as_called(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of a dataset with the portal's names of its organization and groups."""
        found, called = dict(fields), self._rights.called
        if found.get("owner_org") in called:
            found["owner_org"] = called[found["owner_org"]]
        if "groups" in found:
            found["groups"] = [{**one, "name": called.get(one["name"], one["name"])} for one in found["groups"]]
        return found

    def _standing(self, body: Package) -> Package | None:
        """What stands there under the id or the name that were asked for."""
        by_id = self.show(body["id"]) if "id" in body else None
        if by_id is not None and by_id.get("state") == "deleted":
            raise changed_meanwhile()
        return by_id or self.show(body["name"])

    def _wait(self, delay: float | None) -> None:
        if delay is None:
            raise OpendataError("portal-unsettled", Exit.UNREACHABLE)
        self._pause(delay)


def remove(transport: Transport, action: str, data: Mapping[str, Any]) -> None:
    """Remove something that may be gone already: asked again while nobody knows whether it went.

    Raises:
        Unsettled: if that stays so.
        CKANAPIError: what CKAN refuses.
    """
    for last in (False, False, True):
        try:
            transport.call(action, data)
        except NotFound:
            return
        except Unsettled:
            if last:
                raise
        else:
            return


def fits_beside_files(body: Mapping[str, Any]) -> bool:
    """Whether CKAN takes a call's parameters in one form with files."""
    return form_size(form_values(body)) <= FORM_LIMIT


def marker_of(package: Package) -> str | None:
    """What our own extras say, as text."""
    return gather({str(one.get("key")): str(one.get("value")) for one in package.get("extras") or ()})


def applied_in(package: Package) -> Applied | None:
    """What a dataset's own extras say was applied; None where they say nothing that can be read."""
    text = marker_of(package)
    try:
        return decode(text) if text else None
    except BadMarker:
        return None


def changed_meanwhile() -> OpendataError:
    """Somebody wrote a dataset between the plan and us."""
    return OpendataError("portal-changed-meanwhile", Exit.NO)


def name_taken(name: object) -> OpendataError:
    """The name belongs to a dataset that is not ours, or not for us to see."""
    return OpendataError("portal-name-taken", Exit.NO, path=str(name))


def refused(error: CKANAPIError) -> OpendataError:
    """A portal's refusal in one line: the first field with CKAN's own sentence."""
    if isinstance(error, NotAuthorized):
        return OpendataError("portal-not-allowed", Exit.NO, reason=_sentence(error))
    if isinstance(error, ValidationError):
        complaints = list(_complaints(error.error_dict))
        if any(place.rpartition("/")[2] == "upload" and "too large" in said for place, said in complaints):
            return OpendataError("portal-file-too-large", Exit.NO, path="–", size="–", limit="–")
        if complaints:
            place, said = complaints[0]
            return OpendataError("portal-refused", Exit.NO, field=place, reason=said)
    return OpendataError("portal-refused", Exit.NO, field="–", reason=_sentence(error))


def _complaints(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """CKAN's complaints, each with the place that it is about; lists of resources by their number."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not str(key).startswith("__"):
                yield from _complaints(one, f"{place}/{key}" if place else str(key))
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield from _complaints(one, f"{place}/{number}" if isinstance(one, Mapping) else place)
    elif value:
        yield place or "–", " ".join(str(value).split())[:300]


def _sentence(error: CKANAPIError) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
