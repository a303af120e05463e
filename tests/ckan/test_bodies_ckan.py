"""Organizations and groups that somebody changes on a real CKAN: told, never made twice, and their datasets go on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.ckan import ActionError, Stack, fresh

from publisher.cli import run

NAME = "truong-mam-non"
KINDS = ["organization", "group"]
FILES = {"organization": "catalog/organizations.yaml", "group": "catalog/themes.yaml"}
ENTRY = {"organization": "organizations", "group": "groups"}


@dataclass
class Office:
    """A catalogue with an organization, a theme and a dataset of its own, on a CKAN."""

    stack: Stack
    root: Path
    edit: Callable[..., Path]
    capsys: pytest.CaptureFixture[str]
    word: str
    identity: str = field(default_factory=lambda: str(uuid.uuid4()))

    def run(self, command: str, *arguments: str) -> tuple[int, str]:
        self.capsys.readouterr()
        code = run(["--catalog", str(self.root), "--lang", "en", command, "--portal", "there", *arguments])
        captured = self.capsys.readouterr()
        return code, captured.out + captured.err

    def publish(self, *arguments: str) -> tuple[int, str]:
        return self.run("publish", "--yes", *arguments)

    def entry(self, **more: Any) -> None:
        base = {"type": "ckan", "url_env": "CKAN_URL", "token_env": "CKAN_TOKEN", "tables": False, "formats": ["csv"]}
        self.edit("catalog/portals.yaml", there={**base, "prefix": f"{self.word}-", **more})

    def key(self, kind: str) -> str:
        return self.word if kind == "organization" else f"{self.word}-g"

    def body(self, kind: str, title: str) -> None:
        self.edit(FILES[kind], **{self.key(kind): {"name": {"vi": title}}})

    def retitle(self, title: str) -> None:
        self.edit(f"datasets/{NAME}/dataset.yaml", title={"vi": title})

    def there(self, kind: str, name: str = "") -> dict[str, Any]:
        return dict(self.stack.action(f"{kind}_show", id=name or self.key(kind)))

    def rename(self, kind: str) -> tuple[str, str]:
        """An administrator renames it: its id, and its name from then on. The dataset is indexed with it."""
        identity, name = self.there(kind)["id"], f"{self.key(kind)}-moi"
        self.stack.action(f"{kind}_patch", id=identity, name=name)
        self.stack.action("package_patch", id=self.dataset["id"], version="của người khác")
        return identity, name

    @property
    def dataset(self) -> dict[str, Any]:
        return dict(self.stack.action("package_show", id=f"{self.word}-{NAME}"))

    def body_of_dataset(self, kind: str) -> list[str]:
        return [self.dataset["owner_org"]] if kind == "organization" else [one["id"] for one in self.dataset["groups"]]


@pytest.fixture
def office(
    stack: Stack,
    catalogue_dir: Path,
    edit: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    monkeypatch.setenv("CKAN_URL", stack.url)
    monkeypatch.setenv("CKAN_TOKEN", stack.token)
    office = Office(stack, catalogue_dir, edit, capsys, fresh("doi-ten"))
    word = office.word
    edit("catalog/portals.yaml", site=None)
    office.entry()
    edit("catalog/catalog.yaml", id=office.identity, standing="official")
    edit("catalog/organizations.yaml", **{"so-giao-duc": None})
    edit("catalog/themes.yaml", **{"giao-duc": None})
    edit(f"datasets/{NAME}/dataset.yaml", organization=word, themes=[f"{word}-g"], keywords=[f"nhãn {word}"])
    for kind in KINDS:
        office.body(kind, "Thử nghiệm")
    yield office
    for one in (f"{word}-{NAME}", f"opendata-{office.identity[:12]}"):
        if stack.exists(one):
            stack.action("dataset_purge", id=one)
    for kind in KINDS:
        for name in (office.key(kind), f"{office.key(kind)}-moi"):
            try:
                stack.action(f"{kind}_purge", id=name)
            except ActionError as error:
                assert error.status == 404


def missing(office: Office, kind: str, name: str) -> bool:
    try:
        office.there(kind, name)
    except ActionError as error:
        return error.status == 404
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_was_renamed_is_told_held_back_and_written_into(office: Office, kind: str) -> None:
    assert office.publish()[0] == 0
    identity, name = office.rename(kind)
    code, said = office.run("plan")
    assert code == 2 and "restore" not in said and "renamed on the portal" in said
    assert f"{ENTRY[kind]}: {{{office.key(kind)}: {name}}}" in said and "--allow drift=1" in said
    assert "1 held back, 3 unchanged" in said
    office.retitle("Tên khác")
    code, said = office.publish()
    assert code == 5 and "1 change published" in said, said
    assert (office.dataset["title"], office.body_of_dataset(kind)) == ("Tên khác", [identity])
    assert missing(office, kind, office.key(kind)) and office.there(kind, name)["id"] == identity

    office.entry(**{ENTRY[kind]: {office.key(kind): name}})
    code, said = office.publish()
    assert code == 0, said
    assert office.run("plan")[0] == 0
    assert office.body_of_dataset(kind) == [identity] and office.there(kind, name)["id"] == identity


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_was_renamed_gets_our_name_again_with_consent(office: Office, kind: str) -> None:
    assert office.publish()[0] == 0
    identity, _ = office.rename(kind)
    code, said = office.publish("--allow", "drift=1")
    assert code == 0, said
    assert office.there(kind)["id"] == identity and office.there(kind)["name"] == office.key(kind)
    assert office.body_of_dataset(kind) == [identity]
    assert office.run("plan")[0] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_by_the_policies_one_keeps_its_new_name_or_gets_ours(office: Office, kind: str) -> None:
    assert office.publish()[0] == 0
    identity, name = office.rename(kind)
    office.entry(drift="keep")
    code, said = office.run("plan")
    assert code == 0 and name in said
    office.retitle("Tên khác")
    office.body(kind, "Tên mới trong git")
    code, said = office.publish()
    assert code == 0, said
    there = office.there(kind, name)
    assert (there["id"], there["title"]) == (identity, "Tên mới trong git")
    assert (office.dataset["title"], office.body_of_dataset(kind)) == ("Tên khác", [identity])
    assert office.run("plan")[0] == 0

    office.entry(drift="overwrite")
    office.retitle("Tên khác nữa")
    code, said = office.publish()
    assert code == 0, said
    assert office.there(kind, identity)["name"] == office.key(kind)
    assert (office.dataset["title"], office.body_of_dataset(kind)) == ("Tên khác nữa", [identity])
    assert office.run("plan")[0] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_that_somebody_changed_is_drift_until_git_wants_it(office: Office, kind: str) -> None:
    assert office.publish()[0] == 0
    office.stack.action(f"{kind}_patch", id=office.key(kind), title="Sửa trên cổng", description="Mô tả tay")
    code, said = office.run("plan")
    assert code == 2 and "Sửa trên cổng" in said and "Mô tả tay" in said
    assert office.publish()[0] == 5 and office.there(kind)["title"] == "Sửa trên cổng"

    office.edit(
        FILES[kind], **{office.key(kind): {"name": {"vi": "Sửa trên cổng"}, "description": {"vi": "Mô tả tay"}}}
    )
    code, said = office.publish()
    assert code == 0, said
    assert office.run("plan")[0] == 0

    office.stack.action(f"{kind}_patch", id=office.key(kind), title="Sửa nữa")
    office.entry(drift="keep")
    assert office.run("plan")[0] == 0
    office.body(kind, "Git cũng đổi")
    assert office.publish()[0] == 5 and office.there(kind)["title"] == "Sửa nữa"
    office.entry(drift="overwrite")
    code, said = office.publish()
    assert code == 0 and office.there(kind)["title"] == "Git cũng đổi", said
    assert office.run("plan")[0] == 0


def test_one_that_was_deleted_is_restored_with_consent(office: Office) -> None:
    assert office.publish()[0] == 0
    identity = office.there("group")["id"]
    office.stack.action("group_delete", id=identity)
    code, said = office.run("plan")
    assert code == 2 and "restore" in said
    # CKAN 2.10 takes the datasets out of a group that is deleted, which is somebody's edit of them.
    _, said = office.publish("--allow", "restore=1")
    assert office.there("group")["id"] == identity and "restore" not in office.run("plan")[1], said


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_goes_on_in_what_was_renamed(office: Office, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    assert office.publish()[0] == 0
    editor = office.stack.organization_editor()
    for each in KINDS:
        member = {"id": office.key(each), "username": editor.name, "role": "editor"}
        office.stack.action("organization_member_create" if each == "organization" else "group_member_create", **member)
    monkeypatch.setenv("CKAN_TOKEN", editor.token)
    office.retitle("Do biên tập viên")
    code, said = office.publish()
    assert code == 0, said
    identity, _ = office.rename(kind)
    code, said = office.run("plan")
    assert code == 0 and "restore" not in said and "administrator" in said, said
    office.retitle("Do biên tập viên lần nữa")
    code, said = office.publish()
    assert code == 0, said
    assert (office.dataset["title"], office.body_of_dataset(kind)) == ("Do biên tập viên lần nữa", [identity])
    assert office.run("plan")[0] == 0


@pytest.mark.parametrize("taken", [False, True])
def test_a_theme_named_like_another_catalogues_organization_is_published_once(office: Office, taken: bool) -> None:
    office.stack.action("organization_create", name=f"{office.word}-g", title="Của danh mục khác")
    if taken:
        office.stack.action("group_create", name=f"{office.word}-g-theme", title="Nhóm của danh mục khác")
    office.edit("catalog/organizations.yaml", **{f"{office.word}-g": {"name": {"vi": "Của danh mục khác"}}})
    try:
        assert office.publish()[0] == 0
        assert office.body_of_dataset("group") == [office.there("group", f"{office.word}-g-theme")["id"]]
        code, said = office.run("plan")
        assert code == 0 and "restore" not in said, said
        office.stack.action("group_patch", id=f"{office.word}-g-theme", title="Sửa")
        assert office.run("plan")[0] == (0 if taken else 2)
    finally:
        office.stack.action("dataset_purge", id=f"opendata-{office.identity[:12]}")
        office.stack.action("organization_purge", id=f"{office.word}-g")
        office.stack.action("group_purge", id=f"{office.word}-g-theme")
