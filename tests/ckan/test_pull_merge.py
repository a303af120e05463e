"""Edits of the web form as changes to a descriptor, place by place; and drift that is none any more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.ckan_reading import package
from support.mapped import ID, context, desired, table

from publisher.catalogue.document import Document, parse_document
from publisher.plan.diff import make_plan
from publisher.plan.model import (
    Action,
    Desired,
    DesiredState,
    Drift,
    Holding,
    PortalState,
    PublishedFile,
    Risk,
    SourceFile,
)
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.values import access_uri, frequency_uri
from publisher.portals.ckan.model import Applied, Package
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.reading.drift import drift_of
from publisher.portals.ckan.reading.drift_settled import settled
from publisher.scaffold.pull_merge import Merge
from publisher.tables.model import TableChange

TEXT = """\
# của tôi
title: {vi: Trường học, en: Schools}
description: Mô tả   # ngắn
organization: so-a
keywords: [trường, lớp]
themes: [y-te]
license: cc-by
status: published
access_rights: public
freshness: {frequency: annual}
contact:
  email: a@example.org
resources:
  - name: lien-ket   # liên kết
    title: Liên kết
    url: "https://example.org/a.csv"
  - name: bang
    title: {vi: Bảng, en: Table}
    path: bang.csv
portal_fields:
  author: Lan
  extras:
    rieng: "1"
"""
LINK = {"id": ID, "name": "lien-ket", "title": {"vi": "Liên kết"}, "url": "https://example.org/a.csv"}
RECORD = {
    "title": {"vi": "Trường học", "en": "Schools"},
    "description": {"vi": "Mô tả"},
    "keywords": ["trường", "lớp"],
    "themes": ["y-te"],
    "license": "cc-by",
    "access_rights": "public",
    "freshness": {"frequency": "annual"},
    "contact": {"email": "a@example.org"},
    "resources": [LINK, table("bang", title={"vi": "Bảng", "en": "Table"}, derived=["csv", "json"])],
    "portal_fields": {"author": "Lan", "extras": {"rieng": "1"}},
}
CONTEXT = context()
WANTED = mapping.wanted(desired(RECORD), CONTEXT)


def written() -> Package:
    """The dataset as publishing has left it on the portal."""
    resources = [{"id": one.id, **one.fields} for one in WANTED.resources]
    return package(
        "p",
        str(WANTED.fields["name"]),
        **{key: value for key, value in WANTED.fields.items() if key not in {"owner_org", "name"}},
        extras=[{"key": key, "value": value} for key, value in WANTED.extras.items()],
        tags=[{"name": one} for one in WANTED.tags],
        groups=[{"name": one} for one in WANTED.groups],
        resources=resources,
        organization={"name": "so-a", "title": "Sở A"},
    )


def edited(change: dict[str, Any], extras: dict[str, str | None] | None = None) -> Package:
    there = {**written(), **change}
    found = {one["key"]: one["value"] for one in there["extras"]} | (extras or {})
    return {**there, "extras": [{"key": key, "value": value} for key, value in found.items() if value is not None]}


def drift(there: Package) -> tuple[Drift, ...]:
    fields = marker.digests(mapping.owned(WANTED, {}))
    return drift_of(there, Applied("c", ID, "thu", "d", None, "rules", {}, fields), {})


def merged(there: Package) -> Merge:
    document, _ = parse_document(TEXT.encode(), "dataset.yaml")
    assert isinstance(document, Document)
    merge = Merge(document, there, WANTED, desired(RECORD), CONTEXT)
    found = drift(there)
    assert found
    for one in found:
        merge.take(one)
    return merge


def resources(number: int, **change: Any) -> dict[str, Any]:
    listed = [dict(one) for one in written()["resources"]]
    listed[number] |= change
    return {"resources": listed}


@pytest.mark.parametrize(
    ("there", "pointer", "value"),
    [
        (edited({"title": "Khác: 1"}), ("title", "vi"), "Khác: 1"),
        (edited({"notes": "Một\r\n\r\nHai"}), ("description",), "Một\n\nHai"),
        (edited({}, {"title_en": "Other"}), ("title", "en"), "Other"),
        (edited({"tags": [{"name": "lớp"}, {"name": "mới"}]}), ("keywords",), ["lớp", "mới"]),
        (edited({"groups": [{"name": "xa-hoi"}]}), ("themes",), ["xa-hoi"]),
        (edited({"groups": []}), ("themes",), None),
        (edited({"license_id": "rieng"}), ("license",), "rieng"),
        (edited({"organization": {"name": "so-b"}}), ("organization",), "so-b"),
        (edited({}, {"contact_email": "b@example.org"}), ("contact", "email"), "b@example.org"),
        (edited({}, {"rieng": "2"}), ("portal_fields", "extras", "rieng"), "2"),
        (edited({}, {"rieng": None}), ("portal_fields", "extras"), None),
        (edited({}, {"status": "withdrawn"}), ("status",), "withdrawn"),
        (edited({}, {"access_rights": access_uri("restricted")}), ("access_rights",), "restricted"),
        (edited({}, {"frequency": frequency_uri("monthly")}), ("freshness", "frequency"), "monthly"),
        (edited({"author": "Hoa"}), ("portal_fields", "author"), "Hoa"),
        (edited(resources(0, name="Trang")), ("resources", 0, "title"), "Trang"),
        (edited(resources(0, format="Trang web")), ("resources", 0, "portal_fields", "format"), "Trang web"),
        (edited(resources(0, url="https://example.org/b")), ("resources", 0, "url"), "https://example.org/b"),
        (edited(resources(1, name="Bảng mới (CSV)")), ("resources", 1, "title", "vi"), "Bảng mới"),
        (edited(resources(1, name="Tên riêng")), ("resources", 1, "portal_fields", "name"), "Tên riêng"),
        (edited(resources(2, name="Bảng mới (JSON)")), ("resources", 1, "title", "vi"), "Bảng mới"),
    ],
)
def test_an_edit_goes_where_git_says_it(there: Package, pointer: Any, value: Any) -> None:
    merge = merged(there)
    assert merge.left == []
    data: Any = merge.document.data
    for step in pointer[:-1]:
        data = data[step]
    if value is None:
        assert pointer[-1] not in data
    else:
        assert data[pointer[-1]] == value
    assert merge.document.text.startswith("# của tôi\n")
    assert "# liên kết" in merge.document.text


@pytest.mark.parametrize(
    "there",
    [
        edited({"title": ""}),
        edited({"notes": ""}),
        edited({"private": True}),
        edited({"name": "ten-khac"}),
        edited({"license_id": "la-lam"}),
        edited({"organization": {"name": "la-lam"}}),
        edited({"groups": [{"name": "la-lam"}]}),
        edited({}, {"identifier": None}),
        edited({}, {"identifier": "ABC"}),
        edited({}, {"status": "xong"}),
        edited({}, {"status": None}),
        edited({}, {"access_rights": "mọi người"}),
        edited({}, {"frequency": "khi nào cần"}),
        edited({}, {"publisher_name": "Sở khác"}),
        edited({}, {"contact_email": "không phải địa chỉ"}),
        edited(resources(1, rows="7")),
        edited({"resources": []}),
        edited(resources(2, format="Khác")),
    ],
)
def test_what_has_no_place_is_told_and_nothing_changes(there: Package) -> None:
    merge = merged(there)
    assert (merge.done, merge.document.text) == ([], TEXT)
    assert merge.left


def holding(*drift: Drift) -> Holding:
    one = desired(RECORD)
    return Holding(one.subject, one.id, one.record, "old", drift=drift)


def left(drifted: Holding, one: Any = None, served: dict[str, str] | None = None) -> Holding:
    return settled(drifted, one or desired(RECORD), CONTEXT, lambda identity, sha: (served or {}).get(identity) == sha)


def test_drift_that_git_wants_is_none() -> None:
    same = Drift("title", "title", "Trường học")
    other = Drift("title", "title", "Khác")
    assert left(holding(same)).drift == ()
    words = Drift("keywords", "tags", ["trường", "khác"])
    assert left(holding(same, words)).drift == (words,)
    assert left(holding(same, other)).drift == (other,)
    gone = Drift("license", "license_id", None)
    assert left(holding(gone)).drift == (gone,)


def test_fields_that_the_web_form_loses_are_written_again_and_hold_nothing_back() -> None:
    lost = Drift("resources", f"resources/{ID}/rows", None)
    found = left(holding(lost))
    assert (found.drift, found.stale) == ((), "mapping")
    removed = (lost, Drift("resources", f"resources/{ID}/name", None))
    assert left(holding(*removed)).drift == removed


def test_a_file_that_git_has_by_now_is_no_drift() -> None:
    made = {"id": ID, "name": "tep", "format": "pdf", "parts": [{"name": "a.pdf"}]}
    one = desired({"resources": [made]}, (SourceFile("a.pdf", Path(), "a" * 64, 12, "tep"),))
    same, other = (Drift("resources", f"resources/{ID}/size", size) for size in (12, 13))
    assert left(holding(same), one, {ID: "a" * 64}).drift == ()
    assert left(holding(same), one, {ID: "b" * 64}).drift == (same,)
    assert left(holding(other), one, {ID: "a" * 64}).drift == (other,)


def test_a_table_that_stands_there_already_loses_nothing_by_being_published() -> None:
    def record(rows: int, sha256: str) -> dict[str, Any]:
        part = {"name": "bang.csv", "sha256": sha256, "bytes": rows, "rows": rows}
        columns = ["a"] if rows == 1 else ["a", "b"]
        facts = {"rows": rows, "digest": sha256, "columns": columns, "parts": [part], "derived": ["csv", "json"]}
        return {**RECORD, "resources": [LINK, table("bang", **facts)]}

    one = desired(record(1, "b" * 64))
    csv = next(one for one in WANTED.resources if one.file is not None and one.file.format == "csv")
    edit = Drift("resources", f"resources/{csv.id}/size", 1, 100)
    was = replace(holding(edit), record=desired(record(100, "a" * 64)).record)
    (found,) = action(left(was, one, {csv.id: "b" * 64}), one)
    assert (found.risks, found.reasons) == (frozenset(), ())
    (found,) = action(left(was, one, {csv.id: "c" * 64}), one)
    assert found.risks == {Risk.BREAKING, Risk.LOSS, Risk.DRIFT}


def action(before: Holding, one: Desired) -> tuple[Action, ...]:
    def compare(holding: Holding, after: Desired, old: str, new: str) -> TableChange:
        was, now = (next(each for each in item.record["resources"] if each["name"] == new) for item in (holding, after))
        gone = tuple(set(was["columns"]) - set(now["columns"]))
        return TableChange(new, 0, 0, 0, was["rows"], now["rows"], (), gone, (), False, (), bool(gone))

    wanted = DesiredState("c", None, "1", None, {one.subject: one})
    return make_plan("p", wanted, PortalState("c", holdings={one.subject: before}), compare).actions


def test_a_replaced_file_is_to_be_fetched() -> None:
    resource = WANTED.resources[1]
    file = PublishedFile("bang.csv", "a" * 64, 10, "bang")
    there = edited(
        resources(1, url_type="upload", url="https://a.example/bang.csv", size=11, hash=f"sha256:{'a' * 64}")
    )
    fields = marker.digests(mapping.owned(WANTED, {"bang.csv": file}))
    applied = Applied("c", ID, "thu", "d", None, "rules", {}, fields, (file,))
    document, _ = parse_document(TEXT.encode(), "dataset.yaml")
    assert document is not None
    merge = Merge(document, there, WANTED, desired(RECORD), CONTEXT)
    for one in drift_of(there, applied):
        merge.take(one)
    assert (list(merge.replaced), merge.left, merge.document.text) == ([resource.id], [], TEXT)
