"""One place to publish to for each kind of portal, and a steward with a small synthetic catalogue who uses it."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.ckan import NEWEST, OLDER, Stack
from support.killing import killed_at
from support.stacks import on, start_stack

from publisher.apply.tables import CatalogueTables
from publisher.catalogue.load import load
from publisher.cli import run
from publisher.plan.model import Holding, Kind, PortalState, Subject
from publisher.portals.base import Portal
from publisher.portals.registry import Setup, make_portal

__all__ = ["start_stack"]

NAME = "truong-mam-non"


@dataclass
class Steward:
    """Changes files of a catalogue, publishes, and looks at what the portal then holds."""

    root: Path
    edit: Callable[..., Path]
    capsys: pytest.CaptureFixture[str]
    entry: dict[str, Any]
    environ: dict[str, str] = field(default_factory=dict, repr=False)

    def run(self, *arguments: str) -> int:
        """One command line; its exit code."""
        return run(["--catalog", str(self.root), "--lang", "en", *arguments])

    def plan(self, *arguments: str) -> int:
        """Plan; 0 where nothing is left to do."""
        return self.run("plan", "--portal", "there", *arguments)

    def publish(self, *arguments: str) -> int:
        """Publish without asking."""
        return self.run("publish", "--portal", "there", "--yes", *arguments)

    def said(self) -> str:
        """What was printed since last asked."""
        captured = self.capsys.readouterr()
        return captured.out + captured.err

    def changes(self) -> dict[str, str]:
        """What a plan would do to datasets, by name."""
        self.said()
        self.plan("--format", "json")
        actions = json.loads(self.capsys.readouterr().out)["plan"]["actions"]
        found = ((*one["subject"].split("/"), one["change"]) for one in actions)
        return {name: change for kind, name, change in found if kind == "dataset"}

    def portal(self, root: Path | None = None) -> Portal:
        """The portal, to be closed."""
        loaded = load(root or self.root)
        assert loaded.catalogue is not None
        catalogue = loaded.catalogue
        tables = CatalogueTables(catalogue)
        return make_portal(Setup(catalogue.portals["there"], catalogue.settings, root or self.root, tables))

    def state(self) -> PortalState:
        """What the portal holds."""
        with closing(self.portal()) as portal:
            state = portal.snapshot()
            # Records may be read when somebody looks into them.
            for one in state.holdings.values():
                dict(one.record)
            return state

    def held(self, name: str = NAME) -> Holding | None:
        """What the portal holds of a dataset."""
        return self.state().holdings.get(Subject(Kind.DATASET, name))

    def holding(self, name: str = NAME) -> Holding:
        """What the portal holds of a dataset that is there."""
        found = self.held(name)
        assert found is not None
        return found

    def files(self, name: str = NAME) -> dict[str, bytes]:
        """The bytes that the portal serves for a dataset, by their published name."""
        with closing(self.portal()) as portal:
            holding = portal.snapshot().holdings[Subject(Kind.DATASET, name)]
            found = {}
            for file in holding.files:
                with portal.read(holding.subject, file.name) as stream:
                    found[file.name] = stream.read()
            return found

    def texts(self, name: str = NAME) -> list[str]:
        """What the portal serves for a dataset, as text."""
        return [content.decode("utf-8-sig", "replace") for content in self.files(name).values()]

    def original(self) -> str:
        """The dataset's data file."""
        return (self.root / "datasets" / NAME / f"{NAME}.csv").read_text("utf-8")

    def describe(self, name: str = NAME, **keys: Any) -> None:
        """Change a dataset's descriptor; None removes a key."""
        self.edit(f"datasets/{name}/dataset.yaml", **keys)

    def data(self, rows: str, name: str = NAME) -> None:
        """Replace a dataset's data file."""
        (self.root / "datasets" / name / "truong-mam-non.csv").write_bytes(rows.encode())

    def add(self, name: str, **keys: Any) -> None:
        """A dataset of the same shape with rows of its own."""
        described = yaml.safe_load((self.root / f"datasets/{NAME}/dataset.yaml").read_text("utf-8"))
        title = {"vi": f"Tập {name}", "en": f"Set {name}"}
        self.edit(f"datasets/{name}/dataset.yaml", **{**described, "title": title, **keys})
        self.data(f"ma,ten,so_tre\n{name},Trường {name},1\n", name)

    def rename(self, old: str, new: str) -> None:
        """Rename a dataset's folder and say so."""
        (self.root / "datasets" / old).rename(self.root / "datasets" / new)
        self.describe(new, formerly=[old])

    def remove(self, name: str) -> None:
        """Remove a dataset's folder."""
        shutil.rmtree(self.root / "datasets" / name)

    def killed_at(self, step: int) -> bool:
        """Publish, and be killed after so many events of the journal; False if the run was over before."""
        arguments = ["--catalog", str(self.root), "publish", "--portal", "there", "--yes"]
        return killed_at(step, arguments)


EDITOR = pytest.param(f"{NEWEST} editor", marks=pytest.mark.ckan)
"""Somebody who may write datasets of one organization, and nothing else."""


@pytest.fixture(params=["site", on(NEWEST), EDITOR, *(on(version, pytest.mark.slow) for version in OLDER)])
def steward(
    request: pytest.FixtureRequest,
    catalogue_dir: Path,
    edit: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Steward]:
    """A steward whose portal is of one kind after the other, on a day that does not move.

    All names that a CKAN knows of are new in each test, so that tests share one without meeting.
    """
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    word = uuid.uuid4().hex[:8]
    entry: dict[str, Any] = {"type": "site", "path": "build/site"}
    organization, theme = f"so-giao-duc-{word}", f"giao-duc-{word}"
    version, _, person = request.param.partition(" ")
    if version != "site":
        stack: Stack = request.getfixturevalue("start_stack")(version)
        entry = {"type": "ckan", "url_env": "CKAN_URL", "token_env": "CKAN_TOKEN", "prefix": f"t{word}-"}
        # The DataStore has tests of its own on each version.
        entry["tables"] = version == NEWEST
        token = stack.token
        if person:
            editor = stack.organization_editor()
            token, entry["organizations"] = editor.token, {organization: editor.organization}
        monkeypatch.setenv("CKAN_URL", stack.url)
        monkeypatch.setenv("CKAN_TOKEN", token)
    entry["include"] = ["published", "proposed", "planned", "withdrawn", "not-open"]
    bodies = {organization: {"name": {"vi": "Sở Giáo dục và Đào tạo", "en": "Department of Education"}}}
    edit("catalog/catalog.yaml", id=str(uuid.uuid4()))
    edit("catalog/organizations.yaml", **{"so-giao-duc": None, **bodies})
    edit("catalog/themes.yaml", **{"giao-duc": None, theme: {"name": {"vi": "Giáo dục", "en": "Education"}}})
    edit("catalog/portals.yaml", site=None, there=entry)
    edit(f"datasets/{NAME}/dataset.yaml", organization=organization, themes=[theme], keywords=[f"từ khóa {word}"])
    yield Steward(catalogue_dir, edit, capsys, entry, dict(os.environ))
    if version != "site":
        owner = entry.get("organizations", {}).get(organization, organization)
        _leave_nothing(stack, catalogue_dir, entry["prefix"], owner, None if person else theme)


def _leave_nothing(stack: Stack, root: Path, prefix: str, organization: str, theme: str | None) -> None:
    """Remove what the test made, so that a CKAN which many runs share does not fill up."""
    catalogue = yaml.safe_load((root / "catalog/catalog.yaml").read_text("utf-8"))["id"]
    query = {"q": f"name:{prefix}*", "rows": 100, "include_private": True, "include_drafts": True, "fl": "id"}
    found = [one["id"] for one in stack.action("package_search", **query)["results"]]
    for name in (*found, f"opendata-{catalogue[:12]}"):
        stack.action("dataset_purge", id=name)
    stack.action("organization_purge", id=organization)
    if theme is not None:
        stack.action("group_purge", id=theme)
