"""Edits of the web form as changes to a descriptor, place by place; and drift that is none any more."""

from __future__ import annotations

from typing import Any

import pytest
from support.ckan_reading import package
from support.mapped import ID, context, desired, table

from publisher.catalogue.document import Document, parse_document
from publisher.plan.model import Drift, Holding, PublishedFile, SourceFile
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.model import Applied, Package
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.reading.drift import drift_of
from publisher.portals.ckan.reading.drift_settled import settled
from publisher.scaffold.pull_merge import Merge

TEXT = """\
# của tôi
title: {vi: Trường học, en: Schools}
description: Mô tả   # ngắn
organization: so-a
keywords: [trường, lớp]
themes: [y-te]
license: cc-by
status: published
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
        (edited({}, {"contact_email": "không phải địa chỉ"}), ("portal_fields", "extras", "contact_email"), None),
        (edited({}, {"rieng": "2"}), ("portal_fields", "extras", "rieng"), "2"),
        (edited({}, {"rieng": None}), ("portal_fields", "extras"), None),
        (edited({}, {"identifier": "ABC"}), ("portal_fields", "extras", "identifier"), "ABC"),
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
    if value is None and pointer[-1] != "contact_email":
        assert pointer[-1] not in data
    elif value is not None:
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


def test_drift_that_git_wants_is_none() -> None:
    same = Drift("title", "title", "Trường học")
    other = Drift("title", "title", "Khác")
    assert settled(holding(same), desired(RECORD), CONTEXT).drift == ()
    assert settled(holding(same, other), desired(RECORD), CONTEXT).drift == (other,)
    gone = Drift("license", "license_id", None)
    assert settled(holding(gone), desired(RECORD), CONTEXT).drift == (gone,)


def test_fields_that_the_web_form_loses_are_written_again_and_hold_nothing_back() -> None:
    lost = Drift("resources", f"resources/{ID}/rows", None)
    found = settled(holding(lost), desired(RECORD), CONTEXT)
    assert (found.drift, found.stale) == ((), "mapping")
    removed = (lost, Drift("resources", f"resources/{ID}/name", None))
    assert settled(holding(*removed), desired(RECORD), CONTEXT).drift == removed


def test_a_file_that_git_has_by_now_is_no_drift() -> None:
    from pathlib import Path

    made = {"id": ID, "name": "tep", "format": "pdf", "parts": [{"name": "a.pdf"}]}
    one = desired({"resources": [made]}, (SourceFile("a.pdf", Path(), "a" * 64, 12, "tep"),))
    same, other = (Drift("resources", f"resources/{ID}/size", size) for size in (12, 13))
    assert settled(holding(same), one, CONTEXT).drift == ()
    assert settled(holding(other), one, CONTEXT).drift == (other,)


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
