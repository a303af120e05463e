"""Taking a dataset down."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher.apply.takedown import still_there
from publisher.errors import Exit, OpendataError
from publisher.plan.model import Holding, Kind, PublishedFile, Subject

NAME = "truong-mam-non"


def test_the_bytes_go_at_once_and_a_note_stays(publisher: Any) -> None:
    publisher.add("khac")
    publisher.publish()
    others = {k: v for k, v in publisher.tree().items() if k.startswith("dataset/khac/")}
    assert publisher.run("takedown", NAME, "--reason", "Lộ thông tin", "--yes") == 0
    tree = publisher.tree()
    mine = [path for path in tree if path.startswith(f"dataset/{NAME}/")]
    assert [path for path in mine if path.endswith((".csv", ".xlsx", "datapackage.json"))] == []
    page = tree[f"dataset/{NAME}/index.html"].decode()
    assert "Lộ thông tin" in page
    assert "Gỡ xuống ngày 01/06/2024: Lộ thông tin" in page
    assert not any(b"Hoa Sen" in content for content in tree.values())
    assert {k: v for k, v in tree.items() if k.startswith("dataset/khac/")} == others


def test_publishing_again_does_not_bring_it_back(publisher: Any) -> None:
    publisher.publish()
    publisher.run("takedown", NAME, "--reason", "thử", "--yes")
    down = publisher.tree()
    publisher.said()
    assert publisher.publish() == 5
    assert "taken down" in publisher.said()
    assert publisher.tree() == down
    assert publisher.publish("--allow", "restore=1") == 0
    assert (publisher.site / "dataset" / NAME / f"{NAME}.csv").is_file()


def test_a_descriptor_that_says_withdrawn_ends_the_matter(publisher: Any) -> None:
    publisher.publish()
    publisher.run("takedown", NAME, "--reason", "thử", "--yes")
    publisher.edit(f"datasets/{NAME}/dataset.yaml", status="withdrawn", status_reason={"vi": "thử", "en": "test"})
    assert publisher.publish() == 0
    assert publisher.run("plan") == 0


def test_it_works_while_the_catalogue_has_errors(publisher: Any) -> None:
    publisher.publish()
    publisher.edit(f"datasets/{NAME}/dataset.yaml", organization="khong-co")
    (publisher.root / "catalog/themes.yaml").write_text("giao-duc: {nam: x}\n", "utf-8")
    assert publisher.run("takedown", NAME, "--reason", "thử", "--yes") == 0
    assert not (publisher.site / "dataset" / NAME / f"{NAME}.csv").exists()


def test_it_names_what_git_still_holds(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{key}_NAME", "t")
        monkeypatch.setenv(f"GIT_{key}_EMAIL", "t@example.org")
    (publisher.root / ".gitignore").write_text("build/\n.opendata/\n", "utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=publisher.root, check=True)
    publisher.publish()
    result = publisher.result("takedown", NAME, "--reason", "thử", "--yes")
    assert result["git"]["paths"] == [f"datasets/{NAME}/{NAME}.csv"]
    assert len(result["git"]["commits"]) == 1
    assert f"--path datasets/{NAME}/{NAME}.csv" in result["git"]["commands"][0]
    assert result["still_there"] == []


def test_what_removes_files_from_git_names_them_from_its_top(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{key}_NAME", "t")
        monkeypatch.setenv(f"GIT_{key}_EMAIL", "t@example.org")
    top = publisher.root.parent
    data = publisher.root / "datasets" / NAME / f"{NAME}.csv"
    for command in (["init", "-q"], ["add", "--", str(data)], ["commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=top, check=True)
    publisher.publish()
    found = publisher.result("takedown", NAME, "--reason", "thử", "--yes")["git"]
    assert found["paths"] == [f"datasets/{NAME}/{NAME}.csv"]
    assert f"--path {data.relative_to(top).as_posix()}" in found["commands"][0]


class Unreachable:
    """A portal that does not answer."""

    def read(self, subject: Subject, name: str) -> Any:
        raise OpendataError("portal-unreachable", Exit.UNREACHABLE, url="", reason="")


def test_no_answer_does_not_mean_that_the_bytes_are_gone() -> None:
    subject = Subject(Kind.DATASET, NAME)
    holding = Holding(subject, "id", {}, "digest", (PublishedFile(f"{NAME}.csv", "0" * 64, 1),))
    with pytest.raises(OpendataError) as caught:
        still_there(Unreachable(), holding)  # type: ignore[arg-type]
    assert caught.value.code == "portal-unreachable"


def test_old_addresses_of_a_renamed_dataset_lose_the_bytes_too(publisher: Any) -> None:
    publisher.publish()
    (publisher.root / "datasets" / NAME).rename(publisher.root / "datasets/mam-non")
    publisher.edit("datasets/mam-non/dataset.yaml", formerly=[NAME])
    publisher.publish()
    publisher.run("takedown", "mam-non", "--reason", "thử", "--yes")
    assert [path for path in publisher.tree() if path.endswith((".csv", ".xlsx"))] == []


def test_a_name_that_is_not_there_gets_a_suggestion(publisher: Any) -> None:
    publisher.publish()
    publisher.said()
    assert publisher.run("takedown", "truong-mam-nonn", "--reason", "thử", "--yes") == 1
    assert "Did you mean truong-mam-non" in publisher.said()


def test_no_copy_stays_in_the_caches(publisher: Any) -> None:
    publisher.publish()
    publisher.run("takedown", NAME, "--reason", "thử", "--yes")
    kept = [path for path in Path(publisher.root / ".opendata").rglob("*") if path.is_file()]
    assert [path for path in kept if b"Hoa Sen" in path.read_bytes()] == []
    assert yaml.safe_load((publisher.root / "datasets" / NAME / "dataset.yaml").read_text("utf-8"))


@pytest.mark.parametrize("reason", ["", " \n", "\u200b\u00a0"])
def test_a_reason_that_says_nothing_is_refused(publisher: Any, reason: str) -> None:
    publisher.publish()
    assert publisher.run("takedown", NAME, "--reason", reason, "--yes") == Exit.USAGE
    assert publisher.run("takedown", NAME, "--reason", "thử", "--yes") == 0
