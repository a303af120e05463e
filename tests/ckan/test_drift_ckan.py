"""What others changed in a dataset of ours: by field, by file, and never what loaders and servers do by themselves."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from support.ckan_reading import MadePortal, package
from support.mapped import context, desired

from publisher.plan.model import Holding, PublishedFile
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Package, Rights
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.reading.drift import confirmed, drift_of, explained, files_by_resource
from publisher.portals.ckan.reading.snapshot import read

SHA, OTHER = "a" * 64, "b" * 64
FILE = PublishedFile("original/Bang.csv", SHA, 10, "bang")
UPLOADED = {"id": "r", "url_type": "upload", "url": "http://p/download/bang.csv", "size": 10, "hash": f"sha256:{SHA}"}


def held(*resources: dict[str, Any], **more: Any) -> Package:
    return package("a", resources=list(resources or [UPLOADED]), **more)


def applied(there: Package, *files: PublishedFile, **places: Any) -> Applied:
    """What we would have noted had we written just what stands there; ``places`` are not of ours where None."""
    fields = marker.digests({key: value for key, value in mapping.held(there).items() if key not in places})
    return Applied("c", "i", "n", "d", None, "rules", {}, fields, files or (FILE,))


def drift(there: Package, was: Package | None = None, *files: PublishedFile) -> list[tuple[str, Any]]:
    return [(one.place, one.there) for one in drift_of(there, applied(was or held(), *files))]


def test_what_stands_as_we_wrote_it_has_not_drifted() -> None:
    assert drift(held()) == []


@pytest.mark.parametrize(
    ("change", "place", "there"),
    [
        ({"title": "Khác"}, "title", "Khác"),
        ({"title": ""}, "title", None),
        ({"private": True}, "private", "true"),
        ({"name": "ten-khac"}, "name", "ten-khac"),
        ({"organization": {"name": "so-b", "id": "2"}, "owner_org": "2"}, "owner_org", "so-b"),
    ],
)
def test_a_field_that_was_changed_or_cleared_has_drifted(change: dict[str, Any], place: str, there: Any) -> None:
    (one,) = drift_of({**held(), **change}, applied(held()))
    assert (one.place, one.there, one.field) == (place, there, mapping.record_field(place))


def test_fields_of_others_and_of_the_server_are_none_of_our_business() -> None:
    there = held(
        {**UPLOADED, "last_modified": "2026-03-01", "datastore_active": True, "metadata_modified": "2026-03-01"},
        {"id": "foreign", "url": "http://elsewhere", "name": "của người khác"},
        maintainer="Lan",
        metadata_modified="2026-03-01",
        extras=[{"key": "of-others", "value": "x"}],
    )
    assert drift(there) == []


@pytest.mark.parametrize(
    ("change", "place", "there"),
    [
        ({"size": 11}, "resources/r/size", 11),
        ({"url": "http://p/download/other.csv"}, "resources/r/url", "other.csv"),
        ({"url": "http://[p/bang%20.csv"}, "resources/r/url", "bang .csv"),
        ({"url_type": "", "url": "http://elsewhere/bang.csv"}, "resources/r/url", "http://elsewhere/bang.csv"),
    ],
)
def test_a_file_replaced_in_the_web_form_keeps_our_hash_and_is_found(change: Any, place: str, there: Any) -> None:
    assert drift(held({**UPLOADED, **change})) == [(place, there)]


@pytest.mark.parametrize("name", ["Trường học.csv", "a--b.csv", "x" * 95 + ".csv", "a"])
def test_names_that_ckan_rewrites_are_no_drift(name: str) -> None:
    assert drift(held(), None, replace(FILE, name=name)) == []


def test_the_fields_that_the_web_form_loses_are_drift() -> None:
    was = held({**UPLOADED, "rows": "3", "period": "2024"})
    assert drift(held(), was) == [("resources/r/period", None), ("resources/r/rows", None)]


def test_a_resource_that_was_removed_has_drifted_with_all_its_fields() -> None:
    was = held({**UPLOADED, "name": "Bảng"})
    assert drift(package("a"), was) == [("resources/r/hash", None), ("resources/r/name", None)]
    assert confirmed(package("a"), applied(was)) == ()


def test_the_md5_that_a_loader_notes_is_no_drift_but_another_file_is() -> None:
    loaded = {**UPLOADED, "hash": "d41d8cd98f00b204e9800998ecf8427e"}
    assert drift(held(loaded)) == []
    assert ("resources/r/hash", loaded["hash"]) in drift(held({**loaded, "size": 11}))
    assert drift(held({**UPLOADED, "hash": f"sha256:{OTHER}"})) == [("resources/r/hash", f"sha256:{OTHER}")]


def test_only_files_that_the_portal_has_are_confirmed() -> None:
    was = applied(held())
    assert confirmed(held(), was) == (FILE,)
    assert confirmed(held({**UPLOADED, "size": 11}), was) == ()
    assert confirmed(held({**UPLOADED, "url_type": ""}), was) == ()


def test_files_with_the_same_bytes_belong_to_resources_in_their_order() -> None:
    second = {**UPLOADED, "id": "b"}
    there = held(UPLOADED, second)
    same = replace(FILE, name="khac.csv")
    assert files_by_resource(there, applied(there, FILE, same)) == {"r": FILE, "b": same}


def test_what_we_wrote_is_told_only_where_it_is_sure() -> None:
    one = desired({"description": {"vi": "Mô tả"}})
    wanted = mapping.wanted(one, context())
    ours = replace(
        applied(package("a"), FILE),
        record=one.record,
        digest=one.digest,
        fields=marker.digests(mapping.owned(wanted, {})),
    )
    there = {**package("a"), "title": "Khác", "organization": {"name": "so-a"}}
    holding = Holding(one.subject, one.id, one.record, one.digest, drift=drift_of(there, ours))
    told = {each.place: each.applied for each in explained(holding, ours, context()).drift}
    assert told["title"] == "Thử"
    unsure = replace(ours, fields={**ours.fields, "title": "another"})
    told = {each.place: each.applied for each in explained(holding, unsure, context()).drift}
    assert told["title"] is None


def deeply(content: bytes | None, size: int = 10) -> Holding:
    sha256 = hashlib.sha256(b"0123456789").hexdigest()
    there = held({**UPLOADED, "hash": f"sha256:{sha256}", "size": size})
    file = replace(FILE, sha256=sha256)
    options = context().options
    ours = replace(
        applied(there, file), rules=mapping.rules(options), name="ten-a", record={"id": "i", "name": "ten-a"}
    )
    there["extras"] = [{"key": key, "value": text} for key, text in marker.pieces(marker.encode(ours)).items()]
    files = {UPLOADED["url"]: content} if content is not None else {}
    rights = Rights((2, 12), frozenset(), "admin", True)
    state = read(MadePortal([there], files=files), options, rights, "c", deep=True).state
    return next(one for subject, one in state.holdings.items() if subject.name == "ten-a")


def test_bytes_of_the_same_size_are_told_apart_by_reading_them() -> None:
    assert deeply(b"0123456789").drift == ()
    (one,) = deeply(b"9876543210").drift
    assert one.place == "resources/r/hash" and one.applied != one.there


def test_a_file_whose_bytes_are_gone_is_published_again() -> None:
    holding = deeply(None)
    assert (holding.stale, holding.files, holding.drift) == ("missing-files", (), ())
