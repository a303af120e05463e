"""Whether a portal holds what was planned: one search by ids settles it, without looking at all the rest again.

CKAN answers a revision with the dataset as it stands, so what was sent is known to have come in. What is looked at
here is what readers get, from the search index: the fields, and the files' sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from publisher.plan.diff import ABSENT
from publisher.plan.model import Action, Kind, Subject
from publisher.portals.ckan.model import Found, Package
from publisher.portals.ckan.notes.home import HomeState, decode, extras_of
from publisher.portals.ckan.reading.drift import confirmed, drift_of, files_by_resource
from publisher.portals.ckan.wire.asking import Calls, ask, ask_for, objects, text
from publisher.portals.ckan.writing.datasets import found_of
from publisher.portals.ckan.writing.revision import resources_in

_AT_ONCE = 200
RECORD = "record"


def disproved(
    calls: Calls,
    actions: Sequence[Action],
    there: Mapping[Subject, Found],
    home: str | None,
    *,
    keeping: bool,
    names: Mapping[str, str],
) -> dict[Subject, str]:
    """Subjects that a portal does not hold as their actions wanted it: ``record``, or the name of a file.

    ``there`` are the datasets as they stood after writing, or before their deletion; ``home`` is the private dataset's
    id. With ``keeping`` fields that others changed may be as they left them; ``names`` as for ``drift_of``.

    Raises:
        OpendataError: what the portal raises.
    """
    ids = sorted({one.id for one in there.values()} | ({home} if home is not None else set()))
    by_id = {there[one.subject].id: one for one in actions if one.subject in there}
    faults: dict[str, str | None] = {}
    state: HomeState | None = None
    for package in _standing(calls, ids):  # one by one: all of a great portal would not fit into memory
        if package["id"] == home:
            state = _state(package)
        elif package["id"] in by_id:
            faults[package["id"]] = _fault(package, by_id[package["id"]], names, keeping=keeping)
    wrong: dict[Subject, str] = {}
    for action in actions:
        found = there.get(action.subject)
        if action.subject.kind is not Kind.DATASET:
            fault = None if _kept(state, action.subject) == action.after else RECORD
        elif found is not None and found.id in faults:
            fault = faults[found.id]
        else:
            fault = None if action.after == ABSENT else RECORD
        if fault is not None:
            wrong[action.subject] = fault
    return wrong


def _standing(calls: Calls, ids: Sequence[str]) -> Iterator[Package]:
    """The datasets of these ids that are not deleted; one that the index does not tell of is asked for itself."""
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        query = {
            "fq": f"id:({' OR '.join(some)})",
            "rows": len(some),
            "include_private": True,
            "include_drafts": True,
        }
        found = objects(ask(calls, "package_search", query, dict), "results", "package_search")
        known = {text(one, "id", "package_search") for one in found}
        yield from found
        for identity in some:
            if identity not in known:
                single = ask_for(calls, "package_show", {"id": identity})
                if single is not None and single.get("state") != "deleted":
                    yield single


def _fault(package: Package, action: Action, names: Mapping[str, str], *, keeping: bool) -> str | None:
    if action.after == ABSENT:
        return RECORD
    drifted = {one.place for one in action.drift} if keeping else set()
    applied = found_of(package).applied
    if applied is None or (package.get("state") != "active" and "state" not in drifted):
        return RECORD
    if applied.digest != action.after or not applied.complete:
        return RECORD
    if any(one.place not in drifted for one in drift_of(package, applied, names=names)):
        return RECORD
    there = {file.name for file in confirmed(package, applied)}
    left = resources_in(drifted)
    there |= {file.name for identity, file in files_by_resource(package, applied).items() if identity in left}
    return next((file.name for file in applied.files if file.name not in there), None)


def _state(package: Package | None) -> HomeState | None:
    try:
        return decode(extras_of(package)) if package is not None else None
    except ValueError:
        return None


def _kept(state: HomeState | None, subject: Subject) -> str:
    kept = state.subjects.get(subject) if state is not None else None
    return kept.digest if kept is not None else ABSENT
