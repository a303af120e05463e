from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_forges import TOKEN, Forge, serving

HEAD = {"ref": "sua-du-lieu", "sha": "a" * 40, "repo": {"full_name": "org/data"}}


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    """A forge without anything in it; no variable of a real CI reaches the test."""
    for variable in list(os.environ):
        if variable.startswith(("GITHUB_", "CI_", "TRIGGER_")) or variable.lower().endswith("_proxy"):
            monkeypatch.delenv(variable)
    with serving(Forge()) as found:
        yield found


@pytest.fixture
def github(forge: Forge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[dict[str, Any]], Forge]:
    """Set the environment of a GitHub job started by an event."""

    def start(event: dict[str, Any]) -> Forge:
        path = tmp_path / "event.json"
        path.write_text(json.dumps(event), "utf-8")
        forge.pulls = forge.pulls or [{"number": 12, "head": HEAD, "merged_at": "2026-01-01"}]
        values = {
            "GITHUB_API_URL": forge.address,
            "GITHUB_REPOSITORY": "org/data",
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SHA": "b" * 40,
            "GITHUB_EVENT_PATH": str(path),
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return forge

    return start


@pytest.fixture
def gitlab(forge: Forge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[dict[str, Any]], Forge]:
    """Set the environment of a GitLab job, triggered by a webhook if there is an event."""

    def start(event: dict[str, Any]) -> Forge:
        forge.pulls = forge.pulls or [
            {"iid": 12, "source_branch": "sua-du-lieu", "source_project_id": 7, "state": "merged"}
        ]
        forge.writers = (5,)
        values = {
            "CI_API_V4_URL": forge.address,
            "CI_PROJECT_ID": "7",
            "CI_SERVER_URL": "https://gitlab.example.org",
            "CI_COMMIT_SHA": "b" * 40,
            "OPENDATA_CI_TOKEN": TOKEN,
        }
        if event:
            path = tmp_path / "payload.json"
            path.write_text(json.dumps(event), "utf-8")
            values["TRIGGER_PAYLOAD"] = str(path)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return forge

    return start


@pytest.fixture
def git() -> Callable[..., str]:
    """Run git in a folder, untouched by the machine's configuration."""

    def run(folder: Path, *arguments: str) -> str:
        person = {
            f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        environment = {**os.environ, **person, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *arguments], cwd=folder, check=True, env=environment, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run
