"""Taking over what others made on a real CKAN: by its mark alone, and given back the same way. All data are made up."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from support.ckan import Stack, call, fresh

from publisher.cli import run
from publisher.portals.ckan.notes.marker import is_ours

ROWS = b"ma,ten,so_tre\n001,Hoa Sen,120\n002,Hoa Mai,85\n003,Sao Mai,97\n"
NAME = "truong-mam-non"


@dataclass
class Office:
    """Somebody with a catalogue and a token, and a CKAN on which others made datasets."""

    stack: Stack
    root: Path
    edit: Callable[..., Path]
    capsys: pytest.CaptureFixture[str]
    token: str = field(repr=False)
    organization: str
    word: str

    @property
    def name(self) -> str:
        return f"{self.word}-{NAME}"

    def run(self, *arguments: str) -> int:
        self.capsys.readouterr()
        return run(["--catalog", str(self.root), "--lang", "en", *arguments])

    def adopt(self, *arguments: str) -> int:
        return self.run("adopt", "--portal", "there", "--yes", *arguments)

    def plan(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """What would change, by subject: fields; and what is held back, with the codes."""
        self.run("plan", "--portal", "there", "--format", "json")
        made = json.loads(self.capsys.readouterr().out)
        changes = {one["subject"]: [each["field"] for each in one["fields"]] for one in made["plan"]["actions"]}
        return changes, {one["subject"]: one["codes"] for one in made["held"]}

    def said(self) -> str:
        captured = self.capsys.readouterr()
        return captured.out + captured.err

    def there(self, name: str | None = None) -> dict[str, Any]:
        """The dataset as everybody sees it, without what moves with every write."""
        found = self.stack.action("package_show", id=name or self.name)
        return {key: value for key, value in found.items() if key not in {"metadata_modified"}}

    def made(self, name: str = NAME, rows: bytes = ROWS, **more: Any) -> dict[str, Any]:
        """A dataset that an editor of the portal has made: with a file, a tag and an extra of their own."""
        package = {
            "name": f"{self.word}-{name}",
            "title": "Danh sách trường mầm non",
            "notes": "Lời của người khác.",
            "owner_org": self.organization,
            "tags": [{"name": f"nhãn {self.word}"}],
            "extras": [{"key": "nguon", "value": "Phòng Giáo dục"}],
            **more,
        }
        found = call(self.stack.url, self.token, "package_create", package)
        resource = {"package_id": found["id"], "name": "Danh sách trường", "format": "CSV"}
        files = {"upload": (f"{NAME}.csv", rows, "text/csv")}
        call(self.stack.url, self.token, "resource_create", resource, files)
        return dict(self.stack.action("package_show", id=found["id"]))


@pytest.fixture(params=["sysadmin", "editor"])
def office(
    request: pytest.FixtureRequest,
    stack: Stack,
    catalogue_dir: Path,
    edit: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    person = stack.organization_editor()
    token = person.token if request.param == "editor" else stack.token
    monkeypatch.setenv("CKAN_URL", stack.url)
    monkeypatch.setenv("CKAN_TOKEN", token)
    word = fresh("t")
    entry: dict[str, Any] = {
        "type": "ckan",
        "url_env": "CKAN_URL",
        "token_env": "CKAN_TOKEN",
        "prefix": f"{word}-",
        "formats": ["csv"],
    }
    entry["scope"] = [person.organization]
    edit("catalog/portals.yaml", site=None, there=entry)
    edit("catalog/catalog.yaml", id=str(uuid.uuid4()), standing="official")
    edit("catalog/organizations.yaml", **{"so-giao-duc": None, person.organization: {"name": {"vi": "Thử nghiệm"}}})
    edit("catalog/themes.yaml", **{"giao-duc": None})
    edit(f"datasets/{NAME}/dataset.yaml", organization=person.organization, themes=None, keywords=[f"nhãn {word}"])
    office = Office(stack, catalogue_dir, edit, capsys, token, person.organization, word)
    yield office
    catalogue = office.root.joinpath("catalog/catalog.yaml").read_text("utf-8").partition("id: ")[2][:12]
    query = {"q": f"name:{word}*", "rows": 100, "include_private": True, "include_drafts": True, "fl": "id"}
    for one in (*(each["id"] for each in stack.action("package_search", **query)["results"]), f"opendata-{catalogue}"):
        if stack.exists(one):
            stack.action("dataset_purge", id=one)


def plain(package: dict[str, Any]) -> dict[str, Any]:
    """A dataset without our mark, and without the times of writing: before 2.12 each write moves them in resources."""
    extras = [one for one in package["extras"] if not is_ours(one["key"])]
    resources = [
        {key: value for key, value in one.items() if key != "metadata_modified"} for one in package["resources"]
    ]
    return {**package, "extras": extras, "resources": resources, "metadata_modified": None}


def test_a_dataset_made_by_hand_is_taken_over_by_its_mark_alone(office: Office) -> None:
    before = office.made()
    file = requests.get(before["resources"][0]["url"], timeout=30).content
    changes, held = office.plan()
    assert held[f"dataset/{NAME}"] == ["name-taken-there"]
    assert f"dataset/{NAME}" not in changes
    assert office.adopt("--dataset", NAME) == 0, office.said()
    after = office.stack.action("package_show", id=office.name)
    assert plain(after) == plain(before)
    assert any(is_ours(one["key"]) for one in after["extras"])
    assert requests.get(after["resources"][0]["url"], timeout=30).content == file


def test_the_plan_then_tells_what_git_says_otherwise_and_publishing_does_it(office: Office) -> None:
    before = office.made()
    assert office.adopt("--dataset", NAME) == 0, office.said()
    changes, held = office.plan()
    fields = changes[f"dataset/{NAME}"]
    assert f"dataset/{NAME}" not in held
    assert "description.vi" in fields
    assert "title.vi" not in fields
    assert office.run("publish", "--portal", "there", "--yes") in {0, 5}, office.said()
    assert office.plan()[0] == {}
    after = office.there()
    assert after["notes"].startswith("Dữ liệu giả")
    assert {one["key"]: one["value"] for one in after["extras"]}["nguon"] == "Phòng Giáo dục"
    assert after["id"] == before["id"]
    assert before["resources"][0]["id"] in {one["id"] for one in after["resources"]}


def alike(office: Office, before: dict[str, Any], **more: Any) -> None:
    """A descriptor that says what stands there, with the portal's ids, as opendata pull writes it."""
    resource = before["resources"][0]
    office.edit(
        f"datasets/{NAME}/dataset.yaml",
        id=before["id"],
        description={"vi": "Lời của người khác."},
        license=None,
        temporal=None,
        issued=None,
        resources=[
            {
                "name": NAME,
                "id": resource["id"],
                "title": {"vi": "Danh sách trường"},
                "path": f"{NAME}.csv",
                "formats": [],
            }
        ],
        **more,
    )


def test_what_git_says_alike_leaves_nothing_to_do_and_sends_no_file_again(office: Office) -> None:
    before = office.made()
    alike(office, before)
    assert office.plan()[1][f"dataset/{NAME}"] == ["not-adopted"]
    assert office.adopt("--all") in {0, 5}, office.said()
    changes, held = office.plan()
    assert (changes, held) == ({}, {})
    office.edit(f"datasets/{NAME}/dataset.yaml", landing_page="https://example.org/mam-non")
    address = before["resources"][0]["last_modified"]
    assert office.run("publish", "--portal", "there", "--yes") == 0, office.said()
    after = office.there()
    assert after["url"] == "https://example.org/mam-non"
    assert [one["last_modified"] for one in after["resources"]] == [address]
    assert not (office.root / ".opendata" / "backups").exists()
    assert office.plan() == ({}, {})


def test_another_file_there_is_told_saved_and_replaced(office: Office) -> None:
    before = office.made(rows=b"ma,ten,so_tre\n009,Nguoi Khac,1\n")
    alike(office, before)
    assert office.adopt("--dataset", NAME) == 0, office.said()
    assert [one for one in office.plan()[0][f"dataset/{NAME}"] if one.startswith(f"resources.{NAME}")]
    assert office.run("publish", "--portal", "there", "--yes") == 0, office.said()
    assert requests.get(office.there()["resources"][0]["url"], timeout=30).content == ROWS
    saved = [path.read_bytes() for path in (office.root / ".opendata" / "backups").rglob("*.csv")]
    assert saved == [b"ma,ten,so_tre\n009,Nguoi Khac,1\n"]
    assert office.plan() == ({}, {})


def test_a_resource_of_the_same_name_keeps_its_id_and_two_alike_are_refused(office: Office) -> None:
    before = office.made()
    other = {"package_id": before["id"], "name": "Danh sách trường", "format": "CSV", "url": "https://example.org/x"}
    twin = call(office.stack.url, office.token, "resource_create", other)
    assert office.adopt("--dataset", NAME, "--format", "json") == 1
    refused = json.loads(office.capsys.readouterr().out)["refused"]
    assert [one["code"] for one in refused] == ["adopt-resources-alike"]
    call(office.stack.url, office.token, "resource_patch", {"id": twin["id"], "name": "Bản đồ"})
    assert office.adopt("--dataset", NAME) == 0, office.said()
    assert office.run("publish", "--portal", "there", "--yes") == 0, office.said()
    there = {one["id"]: one for one in office.there()["resources"]}
    assert there[twin["id"]]["url"] == "https://example.org/x"
    assert there[before["resources"][0]["id"]]["hash"].startswith("sha256:")
    assert len(there) == 2
    assert office.run("plan", "--portal", "there", "--deep") == 0, office.said()


def test_what_is_given_back_is_as_it_was_and_waits(office: Office) -> None:
    before = office.made()
    alike(office, before)
    assert office.adopt("--dataset", NAME) == 0, office.said()
    assert office.adopt("--dataset", NAME, "--release") == 0, office.said()
    assert plain(office.stack.action("package_show", id=office.name)) == plain(before)
    after = office.stack.action("package_show", id=office.name)
    assert not any(is_ours(one["key"]) for one in after["extras"])
    assert office.plan() == ({}, {f"dataset/{NAME}": ["not-adopted"]})


def test_what_is_not_ours_to_take_is_refused(office: Office) -> None:
    before = office.made(extras=[{"key": "harvest_object_id", "value": "1"}])
    assert office.adopt("--dataset", NAME, "--format", "json") == 1
    assert [one["code"] for one in json.loads(office.capsys.readouterr().out)["refused"]] == ["adopt-harvested"]
    assert office.stack.action("package_show", id=office.name) == before


def test_an_organization_is_taken_over_where_rights_reach(office: Office) -> None:
    office.made()
    extras = [{"key": "cua-ho", "value": "giữ nguyên"}]
    office.stack.action("organization_patch", id=office.organization, extras=extras)
    sysadmin = office.token == office.stack.token
    assert office.adopt("--organization", office.organization) == (0 if sysadmin else 5)
    said = office.said()
    body = office.stack.action("organization_show", id=office.organization, include_extras=True)
    marks = {one["key"] for one in body["extras"]}
    assert marks == ({"cua-ho", "opendata_catalogue"} if sysadmin else {"cua-ho"})
    assert ("Ask the administrator" in said) is not sysadmin
    if sysadmin:
        new = {office.organization: {"name": {"vi": "Tên mới"}}}
        office.edit("catalog/organizations.yaml", **new)
        assert office.run("publish", "--portal", "there", "--yes") == 0, office.said()
        body = office.stack.action("organization_show", id=office.organization, include_extras=True)
        assert body["title"] == "Tên mới"
        assert "cua-ho" in {one["key"] for one in body["extras"]}
        assert office.adopt("--organization", office.organization, "--release") == 0, office.said()
        body = office.stack.action("organization_show", id=office.organization, include_extras=True)
        assert "opendata_catalogue" not in {one["key"] for one in body["extras"]}


def test_what_is_not_ours_is_listed(office: Office) -> None:
    office.made()
    assert office.run("adopt", "--portal", "there", "--list", "--format", "json") == 0
    listed = {one["name"]: one for one in json.loads(office.capsys.readouterr().out)}
    assert listed[office.name]["git"] == NAME
    assert listed[office.name]["owner"] == "Thử nghiệm"
    assert not listed[office.name]["harvested"]


def test_what_was_pulled_and_taken_over_leaves_nothing_to_do(office: Office) -> None:
    office.made("mot", tags=[], notes="Mô tả.\n\nHai đoạn.", url="https://example.org/")
    office.made("hai", license_id="cc-by", author="Ai đó", extras=[{"key": "nguon", "value": "x"}])
    shutil.rmtree(office.root / "datasets" / NAME)
    assert office.run("pull", "--portal", "there", "--organization", office.organization) == 0, office.said()
    held = office.plan()[1]
    names = {f"dataset/{path.parent.name}" for path in (office.root / "datasets").rglob("dataset.yaml")}
    assert len(names) == 2
    assert {one: held.get(one) for one in names} == {one: ["not-adopted"] for one in names}
    assert office.adopt("--organization", office.organization) in {0, 5}, office.said()
    assert office.plan() == ({}, {})
