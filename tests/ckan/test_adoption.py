"""What is noted of a dataset that is taken over, without a server. All data are made up."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from support.mapped import CATALOGUE, ID

from publisher.digest import digest_of
from publisher.plan.model import Desired, Kind, PublishedFile, Subject
from publisher.portals.ckan.adoption.adoption import Adoption, Refused, Served, adoption, ids_of, permitted
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.mapping import Context
from publisher.portals.ckan.model import Options, Package, Rights
from publisher.portals.ckan.notes import marker
from publisher.portals.ckan.reading.drift import drift_of, files_by_resource

TABLE = str(uuid.uuid5(uuid.UUID(ID), "bang"))
THEIRS = str(uuid.uuid5(uuid.UUID(ID), "cua-ho"))
RECORD: dict[str, Any] = {
    "id": ID,
    "name": "truong",
    "title": {"vi": "Trường", "en": "Schools"},
    "description": {"vi": "Mô tả"},
    "organization": "so-a",
    "status": "published",
    "keywords": ["mầm non"],
    "resources": [
        {"id": TABLE, "name": "bang", "title": {"vi": "Bảng"}, "url": "https://example.org/a.csv", "format": "csv"}
    ],
}
OPTIONS = Options(languages=("vi", "en"), tables=False)
RIGHTS = Rights((2, 12), frozenset(), "admin", True)
CONTEXT = Context(CATALOGUE, {"so-a": {"name": "so-a", "title": {"vi": "Sở A"}}}, {}, "r", OPTIONS, RIGHTS)


def desired(record: dict[str, Any] = RECORD) -> Desired:
    return Desired(Subject(Kind.DATASET, "truong"), ID, record, digest_of(record))


def there(**more: Any) -> Package:
    """A dataset that says what git says, of somebody else."""
    wanted = mapping.wanted(desired(), CONTEXT)
    return {
        **wanted.fields,
        "id": "1",
        "name": "truong",
        "state": "active",
        "private": False,
        "metadata_modified": "2026-01-01T00:00:00",
        "organization": {"name": "so-a"},
        "extras": [{"key": key, "value": value} for key, value in wanted.extras.items()],
        "tags": [{"name": one} for one in wanted.tags],
        "groups": [],
        "resources": [{**dict(one.fields), "id": one.id, "url_type": ""} for one in wanted.resources],
        **more,
    }


def adopted(package: Package, served: dict[str, Served] | None = None, record: dict[str, Any] = RECORD) -> Adoption:
    one = desired(record)
    wanted = mapping.wanted(one, CONTEXT)
    ids = ids_of(wanted, one.record, package)
    wanted = mapping.wanted(one, CONTEXT, ids)
    return adoption(one, wanted, package, served or {}, ids, OPTIONS, str(CATALOGUE["id"]), "c0ffee", {})


def test_what_stands_there_alike_is_noted_as_git_has_it() -> None:
    found = adopted(there())
    assert (found.changes, found.coming) == ((), ())
    assert found.applied.digest == desired().digest
    assert drift_of(there(), found.applied) == ()


@pytest.mark.parametrize(
    ("more", "field", "before"),
    [
        ({"title": "Của họ"}, "title.vi", "Của họ"),
        ({"tags": [{"name": "khác"}]}, "keywords", ["khác"]),
        ({"organization": {"name": "so-b"}}, "organization", "so-b"),
        ({"url": "https://example.org/x"}, None, None),
    ],
)
def test_what_differs_is_what_the_plan_will_tell_and_is_no_drift(more: dict[str, Any], field: str, before: Any) -> None:
    package = there(**more)
    found = adopted(package)
    expected = [(field, before)] if field else []
    assert [(one.field, one.before) for one in found.changes] == expected
    assert (found.applied.digest == desired().digest) is not bool(expected)
    assert drift_of(package, found.applied) == ()
    assert marker.decode(marker.encode(found.applied)) == found.applied


def test_what_is_not_there_yet_comes_with_the_next_change() -> None:
    package = there()
    package["extras"] = [one for one in package["extras"] if one["key"] != "title_en"]
    found = adopted(package)
    assert (found.changes, found.coming) == ((), ("extras:title_en",))
    assert found.applied.digest == desired().digest


def test_every_single_difference_is_told_and_never_drift() -> None:
    for place, value in mapping.held(there()).items():
        package = there()
        if place.startswith("extras:"):
            key = place.partition(":")[2]
            package["extras"] = [{**one, "value": "khác"} if one["key"] == key else one for one in package["extras"]]
        elif place.startswith("resources/"):
            package["resources"][0][place.rpartition("/")[2]] = "khác"
        elif isinstance(value, str) and place not in {"name", "owner_org"}:
            package[place] = "khác"
        else:
            continue
        found = adopted(package)
        assert found.applied.digest != desired().digest, place
        assert found.changes, place
        assert drift_of(package, found.applied) == (), place


def resource(**more: Any) -> dict[str, Any]:
    return {"id": THEIRS, "name": "Bảng", "format": "CSV", "url": "https://example.org/a.csv", **more}


def test_a_resource_is_found_by_its_name_and_keeps_its_id() -> None:
    found = adopted(there(resources=[resource()]))
    assert found.applied.ids == {TABLE: THEIRS}
    assert f"resources/{THEIRS}/url" in found.applied.fields


@pytest.mark.parametrize("other", [{"name": "Khác"}, {"format": "PDF"}])
def test_a_resource_of_another_name_or_format_is_not_meant(other: dict[str, Any]) -> None:
    assert adopted(there(resources=[resource(**other)])).applied.ids == {}


def test_two_resources_that_could_be_meant_are_refused() -> None:
    twins = [resource(), resource(id="2", url="https://example.org/b.csv")]
    with pytest.raises(Refused, match="adopt-resources-alike"):
        adopted(there(resources=twins))


def test_a_file_that_is_there_already_is_known_though_nobody_noted_its_hash() -> None:
    file = PublishedFile("bang.csv", "a" * 64, 3, "bang")
    url = f"https://example.org/dataset/1/resource/{THEIRS}/download/bang.csv"
    package = there(resources=[resource(url=url, url_type="upload", size=3, hash="")])
    applied = adopted(there(resources=[resource()])).applied
    assert files_by_resource(package, replace(applied, files=(file,))) == {THEIRS: file}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"state": "deleted"}, "adopt-deleted"),
        ({"state": "draft"}, "adopt-draft"),
        ({"private": True}, "adopt-private"),
        ({"extras": [{"key": "harvest_source_id", "value": "1"}]}, "adopt-harvested"),
        ({"extras": [{"key": "opendata", "value": "x"}]}, "adopt-unreadable"),
        ({"name": "khac"}, "adopt-other-name"),
        ({"id": "2"}, "adopt-other-id"),
    ],
)
def test_who_may_not_be_taken_over(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        permitted({**there(id=ID), **more}, desired(), "truong", True, str(CATALOGUE["id"]))
    assert refused.value.code == code


def test_what_another_catalogue_publishes_is_refused() -> None:
    applied = adopted(there()).applied
    extras = [{"key": key, "value": value} for key, value in marker.pieces(marker.encode(applied)).items()]
    with pytest.raises(Refused) as refused:
        permitted(there(extras=extras), desired(), "truong", False, "another")
    assert refused.value.code == "adopt-other-catalogue"
