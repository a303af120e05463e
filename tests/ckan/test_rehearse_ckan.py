"""A publication rehearsed on a copy of a real CKAN, on a CKAN of another version. All data are made up."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.ckan import NEWEST, OLDER, Stack, call, fresh
from support.stacks import on

from publisher.apply import run as applying
from publisher.cli import run
from publisher.portals.ckan.wire.exchange import Exchange

NAME = "truong-mam-non"
READING = re.compile(r"(?:^|_)(?:show|list|search|info)(?:_|$)")
ROWS = b"ma,ten\n001,Cua nguoi khac\n"


@dataclass
class Theatre:
    """A catalogue, the live portal that it is published to, and a throw-away portal."""

    live: Stack
    stage: Stack
    root: Path
    edit: Callable[..., Path]
    capsys: pytest.CaptureFixture[str]
    token: str = field(repr=False)
    organization: str
    word: str

    def run(self, *arguments: str) -> int:
        self.capsys.readouterr()
        return run(["--catalog", str(self.root), "--lang", "en", "-q", *arguments])

    def rehearse(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        end = self.run("rehearse", "--portal", "there", "--on", "trial", "--format", "json", *arguments)
        said = self.capsys.readouterr()
        return end, json.loads(said.out) if said.out.startswith("{") else {"said": said.err}

    def of_others(self, name: str) -> dict[str, Any]:
        """A dataset of somebody else, with a file."""
        package = {"name": f"{self.word}-{name}", "title": name, "owner_org": self.organization, "notes": "Của họ."}
        package |= {"tags": [{"name": f"nhãn {self.word}"}], "extras": [{"key": "nguon", "value": "khác"}]}
        made = call(self.live.url, self.token, "package_create", package)
        resource = {"package_id": made["id"], "name": "Bảng", "format": "CSV"}
        files = {"upload": ("bang.csv", ROWS, "text/csv")}
        call(self.live.url, self.token, "resource_create", resource, files)
        return dict(made)


@pytest.fixture(params=["sysadmin", "editor"])
def person(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[on(OLDER[0], pytest.mark.slow)])
def theatre(
    request: pytest.FixtureRequest,
    person: str,
    start_stack: Callable[[str], Stack],
    catalogue_dir: Path,
    edit: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Theatre]:
    live, stage = start_stack(NEWEST), start_stack(request.param)
    who = live.organization_editor()
    token = who.token if person == "editor" else live.token
    word = fresh("t")
    entry = {"type": "ckan", "prefix": f"{word}-", "formats": ["csv"], "scope": [who.organization]}
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    for name, stack, secret in (("LIVE", live, token), ("TRIAL", stage, stage.token)):
        monkeypatch.setenv(f"{name}_URL", stack.url)
        monkeypatch.setenv(f"{name}_TOKEN", secret)
    edit(
        "catalog/portals.yaml",
        there={**entry, "url_env": "LIVE_URL", "token_env": "LIVE_TOKEN"},
        trial={"type": "ckan", "url_env": "TRIAL_URL", "token_env": "TRIAL_TOKEN"},
    )
    edit("catalog/catalog.yaml", id=str(uuid.uuid4()))
    edit("catalog/organizations.yaml", **{"so-giao-duc": None, who.organization: {"name": {"vi": "Thử nghiệm"}}})
    edit("catalog/themes.yaml", **{"giao-duc": None})
    edit(f"datasets/{NAME}/dataset.yaml", organization=who.organization, themes=None, keywords=[f"nhãn {word}"])
    made = Theatre(live, stage, catalogue_dir, edit, capsys, token, who.organization, word)
    yield made
    query = {"q": f"name:{word}*", "rows": 100, "include_private": True, "include_drafts": True, "fl": "id"}
    for one in live.action("package_search", **query)["results"]:
        live.action("dataset_purge", id=one["id"])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that this process asks, since others may work on the same CKANs."""
    found: list[str] = []
    post = Exchange.post

    def noting(self: Exchange, url: str, *arguments: Any) -> Any:
        found.append(url)
        return post(self, url, *arguments)

    monkeypatch.setattr(Exchange, "post", noting)
    return found


def test_a_rehearsal_publishes_to_the_copy_and_only_reads_the_live_portal(theatre: Theatre, sent: list[str]) -> None:
    assert theatre.run("publish", "--portal", "there", "--yes") == 0
    foreign = theatre.of_others("cua-ho")
    published = theatre.live.action("package_show", id=f"{theatre.word}-{NAME}")
    theatre.edit(f"datasets/{NAME}/dataset.yaml", title={"vi": "Tên mới", "en": "New name"})
    mark, begun = theatre.live.mark(), len(sent)
    end, told = theatre.rehearse("--beside")
    logged = {one.action for one in theatre.live.requests_since(mark)}
    asked = {url.rpartition("/")[2] for url in sent[begun:] if url.startswith(theatre.live.url)}
    assert (end, told.get("rest"), told.get("otherwise")) == (0, [], []), told
    assert {one["subject"]: one["change"] for one in told["plan"]["actions"]} == {f"dataset/{NAME}": "update"}
    assert [one["status"] for one in told["outcomes"]] == ["done"]
    assert told["foreign"] == {"compared": 2, "moved": []}
    assert told["not_copied"] == {"links": 0, "tables": 0, "datasets": []}
    assert {"package_search", "organization_show"} <= asked <= logged
    assert [one for one in asked if not READING.search(one)] == []
    assert theatre.live.action("package_show", id=f"{theatre.word}-{NAME}") == published
    assert not theatre.stage.exists(foreign["id"])
    assert theatre.organization not in theatre.stage.action("organization_list")


def test_what_moves_is_told(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = theatre.of_others("cua-ho")
    carry_out = applying.carry_out

    def harmful(*arguments: Any) -> Any:
        theatre.stage.action("package_patch", id=foreign["id"], notes="Bị sửa.")
        return carry_out(*arguments)

    monkeypatch.setattr(applying, "carry_out", harmful)
    end, told = theatre.rehearse("--beside")
    assert (end, told["foreign"]["moved"]) == (1, [f"dataset/{foreign['name']}"])


def test_a_portal_that_somebody_uses_is_no_stage(theatre: Theatre) -> None:
    theatre.stage.organization()
    end, told = theatre.rehearse()
    assert (end, "--beside" in told["said"]) == (1, True)
    theatre.edit("catalog/portals.yaml", trial={"type": "ckan", "url_env": "LIVE_URL", "token_env": "LIVE_TOKEN"})
    end, told = theatre.rehearse("--beside")
    assert (end, "the live one itself" in told["said"]) == (4, True)


def test_a_copy_that_was_left_is_removed_by_the_next_rehearsal(theatre: Theatre) -> None:
    foreign = theatre.of_others("cua-ho")
    assert theatre.rehearse("--beside", "--keep")[0] == 0
    copy = theatre.stage.action("package_show", id=foreign["id"])
    assert (copy["name"], copy["extras"], len(copy["resources"])) == (foreign["name"], foreign["extras"], 1)
    assert theatre.rehearse("--beside", "--select", NAME)[0] == 0
    assert not theatre.stage.exists(foreign["id"])
    assert not theatre.stage.exists(f"{theatre.word}-{NAME}")
