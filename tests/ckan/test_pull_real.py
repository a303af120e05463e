"""Pull on a real CKAN: datasets made by hand and by ckanapi become files, are adopted, and the plan is empty."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from support.ckan import Stack, fresh
from support.ckan_form import Desk

from publisher.cli import run

CSV = "mã,tên,số\n01,Trường A,3\n02,Trường B,4\n".encode()
ENTRY = {"type": "ckan", "url_env": "CKAN_URL", "token_env": "CKAN_TOKEN"}


@dataclass
class Bench:
    """A new catalogue for the organization of an editor, and the command line in it."""

    root: Path
    stack: Stack
    organization: str
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: str, code: int | None = 0) -> str:
        found = run(["--catalog", str(self.root), "--lang", "en", *arguments])
        captured = self.capture.readouterr()
        assert code is None or found == code, captured.out + captured.err
        return captured.out + captured.err

    def there(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.action("package_show", id=name)
        return found

    def commit(self) -> None:
        """What is there, committed."""
        if not (self.root / ".git").exists():
            git(self.root, "init", "-q")
        git(self.root, "add", "-A")
        git(self.root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")

    def descriptor(self, name: str) -> Path:
        (found,) = self.root.glob(f"datasets/*/{name}/dataset.yaml")
        return found

    def pull_and_adopt(self, *options: str) -> None:
        """All of the organization, taken over; nothing is to be changed before or after."""
        self.run("pull", "--portal", "there", "--organization", self.organization, *options)
        self.commit()
        assert " error" not in self.run("validate")
        assert "0 to add, 0 to change, 0 to remove" in self.run("plan", "--portal", "there", code=None)
        self.run("adopt", "--portal", "there", "--all", "--yes")
        said = self.run("plan", "--portal", "there")
        assert "Nothing to do" in said, said


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def bench(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **more: Any
) -> Bench:
    monkeypatch.setenv("CKAN_URL", stack.url)
    monkeypatch.setenv("CKAN_TOKEN", stack.token)
    root = tmp_path / "danh-muc"
    assert run(["--lang", "vi", "init", str(root), "--language", "vi", "--country", "vn"]) == 0
    capsys.readouterr()
    for name in ("datasets", "schemas"):
        shutil.rmtree(root / name)
    for name in ("organizations", "themes"):
        (root / "catalog" / f"{name}.yaml").unlink()
    settings = root / "catalog" / "catalog.yaml"
    settings.write_text(settings.read_text("utf-8").replace("standing: reference", "standing: official"), "utf-8")
    organization = stack.organization(title="Sở Thử nghiệm", description="Cơ quan thử nghiệm, không có thật.")
    entry = {**ENTRY, "scope": [organization], **more}
    (root / "catalog" / "portals.yaml").write_text(json.dumps({"there": entry}), "utf-8")
    return Bench(root, stack, organization, capsys)


Make = Callable[..., Bench]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Make:
    return lambda stack, **more: bench(stack, tmp_path, monkeypatch, capsys, **more)


def by_hand(bench: Bench) -> str:
    """A dataset made in the web form: markdown, tags, custom fields, an uploaded table, a link."""
    form, name = Desk(bench.stack), fresh("du_lieu")
    form.new_dataset(
        {
            "name": name,
            "title": "Trường học: năm 2024 #1",
            "notes": "Danh sách **trường học**:\r\n\r\n- dòng một\r\n- dòng hai",
            "license_id": "cc-by",
            "owner_org": bench.stack.action("organization_show", id=bench.organization)["id"],
            "author": "Phòng Kế hoạch",
            "version": "1.0",
        },
        {"Nguồn": "Báo cáo: quý 1", "contact_email": "lien-he@example.org", "identifier": "ABC 1", "frequency": "năm"},
        "trường học,giáo dục,07",
    )
    form.new_resource(name, {"name": "Danh sách", "description": "Cả tỉnh", "format": "CSV"}, ("Danh sách.csv", CSV))
    link = {"name": "Trang giới thiệu", "url": "https://example.org/gioi thieu.pdf", "format": "Trang"}
    form.new_resource(name, link, save="go-metadata")
    return name


def test_datasets_made_in_the_web_form_come_in_and_are_kept_in_step(stack: Stack, desk: Make) -> None:
    here = desk(stack)
    theirs = by_hand(here)
    before = here.there(theirs)
    assert [one["name"] for one in before["resources"]] == ["Danh sách", "Trang giới thiệu"]
    here.pull_and_adopt()
    path = here.descriptor(theirs.replace("_", "-"))
    data = yaml.safe_load(path.read_text("utf-8"))
    assert data["id"] == before["id"]
    assert (data["license"], data["keywords"]) == ("cc-by", ["07", "giáo dục", "trường học"])
    assert data["portal_fields"]["extras"] == {"Nguồn": "Báo cáo: quý 1", "identifier": "ABC 1", "frequency": "năm"}

    path.write_text(path.read_text("utf-8").replace("Trường học: năm 2024 #1", "Trường học năm 2025"), "utf-8")
    here.commit()
    here.run("publish", "--portal", "there", "--yes")
    after = here.there(theirs)
    assert (after["title"], after["author"], after["notes"]) == (
        "Trường học năm 2025",
        before["author"],
        before["notes"].replace("\r\n", "\n"),
    )
    kept = {one["key"]: one["value"] for one in after["extras"]}
    assert {key: kept[key] for key in ("Nguồn", "identifier", "frequency", "contact_email")} == {
        one["key"]: one["value"] for one in before["extras"]
    }
    # The file that the portal holds is still there, under the same id.
    assert [one["id"] for one in after["resources"]] == [one["id"] for one in before["resources"]]
    assert requests.get(after["resources"][0]["url"], timeout=60).content == CSV
    assert after["resources"][1]["url"] == "https://example.org/gioi thieu.pdf"
    assert "Nothing to do" in here.run("plan", "--portal", "there")


def test_files_come_too_and_are_not_sent_again(stack: Stack, desk: Make) -> None:
    here = desk(stack)
    theirs = by_hand(here)
    before = here.there(theirs)
    here.pull_and_adopt("--files")
    path = here.descriptor(theirs.replace("_", "-"))
    (file,) = path.parent.glob("*.csv")
    assert file.read_bytes() == CSV
    assert here.there(theirs)["resources"][0]["last_modified"] == before["resources"][0]["last_modified"]
    file.write_bytes(CSV + "03,Trường C,5\n".encode())
    here.commit()
    here.run("publish", "--portal", "there", "--yes")
    after = here.there(theirs)
    assert [one["id"] for one in after["resources"]] == [one["id"] for one in before["resources"]]
    assert requests.get(after["resources"][0]["url"], timeout=60).content == file.read_bytes()
    assert "Nothing to do" in here.run("plan", "--portal", "there")


def test_datasets_loaded_by_ckanapi_come_in_with_all_that_is_theirs(newest: Stack, desk: Make) -> None:
    here = desk(newest)
    group = newest.action("group_create", name=fresh("nhom"), title="Nhóm thử")["name"]
    lines = [
        {
            "name": fresh("nap"),
            "title": f"Bảng {number}",
            "notes": "Mô tả của bảng.",
            "owner_org": here.organization,
            "license_id": "notspecified",
            "groups": [{"name": group}],
            "tags": [{"name": "nạp"}],
            "extras": [
                {"key": "title_translated", "value": json.dumps({"en": "Table"})},
                {"key": "spatial", "value": '{"type": "Point", "coordinates": [106.2, 21.3]}'},
                {"key": "theme", "value": '["http://example.org/EDUC"]'},
                {"key": "issued", "value": "2024"},
                {"key": "language", "value": "vi"},
            ],
            "resources": [
                {"name": f"Tệp {one}", "url": f"https://example.org/{one}.{ending}", "format": ending, "rights": "x"}
                for one, ending in enumerate(["csv", "XLS", "geojson"])
            ],
        }
        for number in range(3)
    ]
    loaded = subprocess.run(
        [Path(sys.executable).with_name("ckanapi"), "load", "datasets", "-r", newest.url, "-a", newest.token],
        input="\n".join(map(json.dumps, lines)),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
    )
    assert loaded.returncode == 0, loaded.stderr
    here.pull_and_adopt()
    for line in lines:
        data = yaml.safe_load(here.descriptor(str(line["name"])).read_text("utf-8"))
        assert data["themes"] == [group]
        assert [one["portal_fields"]["rights"] for one in data["resources"]] == ["x"] * 3
    schema = yaml.safe_load((here.root / "catalog" / "themes.yaml").read_text("utf-8"))
    assert schema == {group: {"name": "Nhóm thử"}}


def test_a_data_dictionary_becomes_a_schema(newest: Stack, desk: Make) -> None:
    here = desk(newest)
    made = newest.action("package_create", name=fresh("bang"), title="Bảng", notes="Mô tả", owner_org=here.organization)
    newest.action(
        "datastore_create",
        resource={"package_id": made["id"], "name": "Bảng"},
        fields=[
            {"id": "mã", "type": "text", "info": {"label": "Mã trường", "notes": "giữ số 0"}},
            {"id": "số", "type": "numeric"},
        ],
        primary_key=["mã"],
        records=[{"mã": "01", "số": 3}],
    )
    here.pull_and_adopt()
    (schema,) = (here.root / "schemas").glob("*.yaml")
    assert yaml.safe_load(schema.read_text("utf-8")) == {
        "fields": [
            {"name": "mã", "title": "Mã trường", "description": "giữ số 0", "type": "string"},
            {"name": "số", "type": "number"},
        ],
        "primaryKey": ["mã"],
    }


def test_what_is_there_is_kept_and_what_is_private_stays_there(newest: Stack, desk: Make) -> None:
    here = desk(newest)
    hidden = newest.action("package_create", name=fresh("rieng"), private=True, owner_org=here.organization)["name"]
    link = {"url": "https://example.org/a.csv"}
    shown = newest.action("package_create", name=fresh("mo"), owner_org=here.organization, resources=[link])["name"]
    assert "would make" in here.run("pull", "--portal", "there", "--dry-run")
    assert list(here.root.glob("datasets/*")) == []
    assert f"{hidden}: is private" in here.run("pull", "--portal", "there", "--organization", here.organization)
    path = here.descriptor(shown)
    path.write_text(path.read_text("utf-8") + "# của tôi\n", "utf-8")
    said = here.run("pull", "--portal", "there", "--organization", here.organization)
    assert f"{shown}: stands in this catalogue already" in said
    assert path.read_text("utf-8").endswith("# của tôi\n")
    assert list(here.root.glob(f"datasets/*/{hidden}")) == []
    assert "has no nothing-like-this" in here.run("pull", "--portal", "there", "--dataset", "nothing-like-this", code=1)


def test_edits_in_the_web_form_are_brought_back(stack: Stack, desk: Make) -> None:
    here = desk(stack)
    theirs = by_hand(here)
    here.pull_and_adopt("--files")
    path = here.descriptor(theirs.replace("_", "-"))
    path.write_text("# ghi chú của tôi\n" + path.read_text("utf-8").replace("năm 2024 #1", "năm 2024"), "utf-8")
    here.commit()
    here.run("publish", "--portal", "there", "--yes")

    form, there = Desk(stack), here.there(theirs)
    form.edit_dataset(
        there,
        title="Trường học: đã sửa",
        notes="Mô tả: đã sửa\r\n\r\nhai đoạn",
        tags="giáo dục,mới",
        license_id="cc-zero",
        extras_Nguồn="Nguồn khác",
        extras_contact_email="khac@example.org",
    )
    resource = {**there["resources"][0], "name": "Danh sách mới"}
    form.edit_resource(theirs, resource, ("Danh sách.csv", CSV + "09,Trường I,9\n".encode()))

    (file,) = path.parent.glob("*.csv")
    file.write_bytes(CSV + "tôi đang sửa,x,1\n".encode())
    assert "not committed" in here.run("pull", "--portal", "there", "--merge", code=5)
    assert "đã sửa" not in path.read_text("utf-8")
    file.write_bytes(CSV)
    before = path.read_text("utf-8")
    said = here.run("pull", "--portal", "there", "--merge", "--dry-run")
    assert "title was changed on the portal: Trường học: đã sửa (by admin, " in said
    assert "would be written into" in said
    assert "now in" not in said
    assert "Nothing was written" in said
    assert path.read_text("utf-8") == before

    here.run("pull", "--portal", "there", "--merge")
    text = path.read_text("utf-8")
    assert text.startswith("# ghi chú của tôi\n")
    data = yaml.safe_load(text)
    assert (data["title"], data["description"]) == ("Trường học: đã sửa", "Mô tả: đã sửa\n\nhai đoạn")
    assert (data["license"], data["keywords"]) == ("cc0-1-0", ["giáo dục", "mới"])
    assert data["contact"]["email"] == "khac@example.org"
    assert data["portal_fields"]["extras"]["Nguồn"] == "Nguồn khác"
    assert data["resources"][0]["title"] == "Danh sách mới"
    assert file.read_bytes() == CSV + "09,Trường I,9\n".encode()

    # What git says now is what stands there: nobody's edit is in the way of publishing, and nothing is lost by it.
    here.commit()
    assert " error" not in here.run("validate")
    edited = here.there(theirs)
    assert "drift" not in here.run("plan", "--portal", "there", code=None)
    here.run("publish", "--portal", "there", "--yes")
    after = here.there(theirs)
    assert (after["title"], after["license_id"]) == (edited["title"], edited["license_id"])
    assert requests.get(after["resources"][0]["url"], timeout=60).content == file.read_bytes()
    assert "Nothing to do" in here.run("plan", "--portal", "there")
    assert "Nothing to bring back" in here.run("pull", "--portal", "there", "--merge")


def test_a_table_that_was_replaced_there_becomes_the_new_data_file(
    newest: Stack,
    catalogue_dir: Path,
    edit: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CKAN_URL", newest.url)
    monkeypatch.setenv("CKAN_TOKEN", newest.token)
    prefix = f"{fresh('t')}-"
    edit("catalog/catalog.yaml", id=str(uuid.uuid4()))
    edit("catalog/portals.yaml", there={**ENTRY, "prefix": prefix, "organizations": {}})
    here = Bench(catalogue_dir, newest, "", capsys)
    here.commit()
    here.run("publish", "--portal", "there", "--yes")
    theirs = prefix + "truong-mam-non"
    resource = next(one for one in here.there(theirs)["resources"] if one["format"] == "CSV")
    (file,) = catalogue_dir.glob("datasets/**/truong-mam-non/*.csv")
    changed = b"\n".join(file.read_bytes().splitlines()[:2]) + b"\n"
    Desk(newest).edit_resource(theirs, resource, (str(resource["url"]).rpartition("/")[2], changed))

    assert "drift" in here.run("plan", "--portal", "there", code=None)
    assert "was replaced on the portal (by admin" in here.run("pull", "--portal", "there", "--merge", code=None)
    assert file.read_bytes() == changed
    here.commit()
    # Most rows are gone there already: publishing loses none of them.
    said = here.run("publish", "--portal", "there", "--yes")
    assert "consent" not in said, said
    said = here.run("plan", "--portal", "there")
    assert "Nothing to do" in said, said


def test_an_editor_of_one_organization_can_do_all_of_it(
    newest: Stack, desk: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(newest)
    editor = newest.organization_editor()
    monkeypatch.setenv("CKAN_TOKEN", editor.token)
    here = Bench(here.root, newest, editor.organization, here.capture)
    entry = {**ENTRY, "scope": [editor.organization]}
    (here.root / "catalog" / "portals.yaml").write_text(json.dumps({"there": entry}), "utf-8")
    link = {"name": "Liên kết", "url": "https://example.org/a.csv"}
    made = editor.action(
        "package_create",
        name=fresh("truong"),
        title="Trường",
        notes="Mô tả",
        owner_org=editor.organization,
        resources=[link],
    )
    here.run("pull", "--portal", "there")
    here.commit()
    here.run("adopt", "--portal", "there", "--all", "--yes", code=None)
    assert "Nothing to do" in here.run("plan", "--portal", "there", code=None)
    path = here.descriptor(made["name"])
    path.write_text(path.read_text("utf-8").replace("title: Trường", "title: Trường học"), "utf-8")
    here.commit()
    here.run("publish", "--portal", "there", "--yes")
    assert here.there(made["id"])["title"] == "Trường học"


AREA = {"type": "Polygon", "coordinates": [[[106.1, 21.2], [106.3, 21.2], [106.3, 21.4], [106.1, 21.2]]]}


def test_fields_of_extensions_survive_untouched(extended: Stack, desk: Make) -> None:
    here = desk(extended)
    own = {
        "title_translated": {"vi": "Trường mầm non", "en": "Kindergartens"},
        "notes_translated": {"vi": "Mô tả", "en": "About"},
        "tags_translated": {"vi": ["trường"], "en": ["school"]},
        "contact": [{"name": "Văn phòng", "email": "contact@example.org"}],
        "conforms_to": ["https://example.org/standard"],
        "theme": ["http://publications.europa.eu/resource/authority/data-theme/EDUC"],
        "issued": "2026-01-15",
        "modified": "2026-02-15",
        "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        "spatial": AREA,
        "version": "2",
    }
    link = {"name": "Liên kết", "url": "https://example.org/a.csv", "format": "CSV", "rights": "tự do"}
    made = extended.action(
        "package_create",
        name=fresh("truong"),
        title="Trường mầm non",
        notes="Mô tả",
        owner_org=here.organization,
        resources=[{**link, "name_translated": {"vi": "Liên kết", "en": "Link"}, "availability": "stable"}],
        **own,
    )
    before = here.there(made["id"])
    here.pull_and_adopt()
    path = here.descriptor(made["name"])
    data = yaml.safe_load(path.read_text("utf-8"))
    kept = {key: value for key, value in own.items() if key not in {"issued", "frequency"}}
    assert {key: data["portal_fields"][key] for key in kept} == kept
    path.write_text(path.read_text("utf-8").replace("title: Trường mầm non", "title: Trường mầm non công lập"), "utf-8")
    here.commit()
    here.run("publish", "--portal", "there", "--yes")
    after = here.there(made["id"])
    assert after["title"] == "Trường mầm non công lập"
    assert {key: after[key] for key in own} == {key: before[key] for key in own}
    (was,), (now,) = before["resources"], after["resources"]
    there = {key: value for key, value in was.items() if value and key != "metadata_modified"}
    assert {key: now[key] for key in there} == there
    assert (
        extended.anonymous("package_search", fq=f"id:{made['id']}", extras={"ext_bbox": "106,21,107,22"})["count"] == 1
    )
    assert "Nothing to do" in here.run("plan", "--portal", "there")


def test_harvested_datasets_are_of_others(extended: Stack, desk: Make) -> None:
    here = desk(extended)
    extras = [{"key": "harvest_object_id", "value": "x"}]
    made = extended.action(
        "package_create",
        name=fresh("thu-hoach"),
        owner_org=here.organization,
        extras=extras,
        resources=[{"url": "https://example.org/a.csv", "format": "CSV"}],
    )
    theirs = made["name"]
    said = here.run("pull", "--portal", "there", "--organization", here.organization)
    assert f"{theirs}: was harvested from another portal" in said
    assert list(here.root.glob("datasets/*/*")) == []
    here.run("pull", "--portal", "there", "--dataset", theirs)
    assert here.descriptor(theirs).is_file()
