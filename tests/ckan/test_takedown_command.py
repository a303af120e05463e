"""``opendata takedown`` on a real CKAN: 5 until an administrator has done the rest, then 0."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from support.ckan import Stack

from publisher.cli import run

NAME = "truong-mam-non"


def test_it_ends_with_5_until_the_rest_is_removed(
    newest: Stack,
    catalogue_dir: Path,
    edit: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    editor = newest.organization_editor()
    prefix = f"t{uuid.uuid4().hex[:8]}-"
    monkeypatch.setenv("CKAN_URL", newest.url)
    monkeypatch.setenv("CKAN_TOKEN", editor.token)
    entry = {"type": "ckan", "url_env": "CKAN_URL", "token_env": "CKAN_TOKEN", "prefix": prefix}
    edit("catalog/catalog.yaml", id=str(uuid.uuid4()))
    edit("catalog/portals.yaml", there={**entry, "organization": editor.organization})

    def opendata(*arguments: str) -> tuple[int, str]:
        code = run(["--catalog", str(catalogue_dir), "--lang", "en", *arguments, "--portal", "there", "--yes"])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    code, said = opendata("publish")
    assert code == 0, said
    package = newest.action("package_show", id=prefix + NAME)
    urls = [one["url"] for one in package["resources"]]
    assert len(urls) > 1

    code, said = opendata("takedown", NAME, "--reason", "Holds data of persons")
    assert code == 5, said
    assert "STILL TO BE DONE" in said
    assert "ckan.ini shell" in said
    assert f"{newest.url}/dataset/{prefix}{NAME}/" in said
    for url in urls:
        assert "Holds data of persons" in requests.get(url, timeout=60).content.decode("utf-8-sig")

    # Publishing leaves the note as it is while the descriptor still says that it is published.
    code, said = opendata("publish")
    assert code == 5, said
    assert "Holds data of persons" in newest.action("package_show", id=prefix + NAME)["notes"]

    monkeypatch.setenv("CKAN_TOKEN", newest.token)
    code, said = opendata("takedown", NAME, "--reason", "Holds data of persons")
    assert code == 0, said
    assert "STILL" not in said
