"""What others took, removed or hid on a real CKAN, as a plan tells it: before anything is written."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.ckan import Stack
from support.ckan_faults import OTHER, TABLE, Case, case_of

from publisher.cli import run


@pytest.fixture
def case(newest: Stack, catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    monkeypatch.setenv("CKAN_URL", newest.url)
    monkeypatch.setenv("CKAN_TOKEN", newest.token)
    return case_of(catalogue_dir, tmp_path)


def said(case: Case, capsys: pytest.CaptureFixture[str], command: str = "plan", *more: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(case.arguments(command, *more))
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def entry(case: Case, **keys: Any) -> None:
    """Keys of the portal's entry; None takes one out."""
    path = case.root / "catalog/portals.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(
        yaml.safe_dump({"there": {key: value for key, value in {**data["there"], **keys}.items() if value}}), "utf-8"
    )


def test_a_dataset_that_was_purged_is_made_again_with_consent_alone(
    case: Case, newest: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert case.publish() == 0
    newest.action("dataset_purge", id=f"{case.prefix}{OTHER}")
    assert "was removed from the portal" in said(case, capsys)[1]
    shutil.rmtree(case.root / "datasets/bieu-mau")
    _, text = said(case, capsys, "publish", "--yes", "--allow", "delete=1")
    assert "--allow restore=1" in text and not newest.exists(f"{case.prefix}{OTHER}"), text
    # It is still known to have been there after something else was published.
    assert "was removed from the portal" in said(case, capsys)[1]
    assert case.publish("--allow", "restore=1") == 0
    assert case.plan() == 0
    assert newest.exists(f"{case.prefix}{OTHER}")


def test_a_long_name_that_somebody_else_bears_is_held_back(
    case: Case, newest: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "truong-" + "x" * 89
    (case.root / "datasets" / TABLE).rename(case.root / "datasets" / long)
    assert case.publish() == 0
    catalog = case.root / "catalog/catalog.yaml"
    data = yaml.safe_load(catalog.read_text("utf-8"))
    catalog.write_text(yaml.safe_dump({**data, "id": str(uuid.uuid4())}, allow_unicode=True), "utf-8")
    text = said(case, capsys)[1]
    assert "0 to add" in text and "another owner's dataset of this name" in text, text


def test_a_name_that_was_left_on_the_portal_and_taken_by_another_is_held_back(
    case: Case, newest: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert case.publish() == 0
    name = f"{case.prefix}{TABLE}"
    newest.action("package_patch", id=newest.action("package_show", id=name)["id"], name=f"{name}-khac")
    newest.action("package_create", name=name, title="Của người khác", owner_org=newest.organization())
    for scope in (None, [f"so-{case.word}"]):
        entry(case, scope=scope)
        text = said(case, capsys)[1]
        assert "0 to change" in text and "another owner's dataset of this name" in text, text
    assert newest.action("package_show", id=name)["title"] == "Của người khác"


def test_organizations_that_are_not_there_and_datasets_outside_the_scope_are_told(
    case: Case, newest: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert case.publish() == 0
    for wrong in (
        {"scope": ["khong-co"]},
        {"organization": "khong-co"},
        {"organizations": {f"so-{case.word}": "khong-co"}},
    ):
        entry(case, **wrong)
        code, text = said(case, capsys)
        assert code == 4 and "khong-co: no organization of the portal" in text, text
        entry(case, **dict.fromkeys(wrong, None))
    entry(case, scope=[newest.organization()])
    text = said(case, capsys)[1]
    assert "which scope does not name" in text and "adopt" not in text, text


def test_an_editor_who_cannot_read_the_notes_is_told_that(
    case: Case, newest: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert case.publish() == 0
    editor = newest.organization_editor()
    monkeypatch.setenv("CKAN_TOKEN", editor.token)
    text = said(case, capsys)[1]
    assert "keeps its notes" in text and "adopt" not in text, text
