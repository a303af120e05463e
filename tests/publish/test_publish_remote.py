"""A machine without the portal's folder, but with its public address."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

NAME = "truong-mam-non"
MORE = "ma,ten,so_tre\n001,Hoa Sen,121\n002,Hoa Mai,85\n003,Sao Mai,97\n004,Hoa Cúc,40\n"


@pytest.fixture
def away(publisher: Any, serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, str, Path]:
    """A portal with two datasets that is served from elsewhere; here the folder is gone."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    publisher.add("khac")
    publisher.publish()
    public = tmp_path / "public"
    shutil.move(publisher.site, public)
    return publisher, serve(public).address, public


def test_nothing_changed_means_nothing_to_do(away: tuple[Any, str, Path]) -> None:
    publisher, address, _ = away
    assert publisher.run("plan", "--base-url", address) == 0
    assert publisher.publish("--base-url", address) == 0
    assert not publisher.site.exists()


def test_one_change_is_published_and_no_page_is_lost(away: tuple[Any, str, Path]) -> None:
    publisher, address, public = away
    publisher.data(NAME, MORE)
    publisher.edit("catalog/portals.yaml", site={"type": "site", "path": "build/site", "url": address})
    assert publisher.publish() == 0
    old, new = publisher.tree(public), publisher.tree()
    assert set(old) == set(new)
    assert new["dataset/khac/index.html"] == old["dataset/khac/index.html"]
    assert "Hoa Cúc" in new[f"dataset/{NAME}/{NAME}.csv"].decode()
    assert publisher.leftovers() == []


def test_a_held_dataset_is_brought_back_as_it_was(away: tuple[Any, str, Path]) -> None:
    publisher, address, public = away
    publisher.edit("datasets/khac/dataset.yaml", organization="khong-co")
    publisher.data(NAME, MORE)
    assert publisher.publish("--base-url", address) == 5
    old, new = publisher.tree(public), publisher.tree()
    kept = [path for path in old if path.startswith("dataset/khac/") and not path.endswith("index.html")]
    assert kept
    assert [path for path in kept if new.get(path) != old[path]] == []
    assert "dataset/khac/index.html" in new


def test_what_the_address_lost_or_spoiled_is_made_anew_from_git(away: tuple[Any, str, Path]) -> None:
    publisher, address, public = away
    good = publisher.tree(public)
    (public / "dataset/khac/truong-mam-non.xlsx").unlink()
    (public / "dataset/khac/original/truong-mam-non.csv").write_text("sai,lệch\n", "utf-8")
    publisher.data(NAME, MORE)
    assert publisher.publish("--base-url", address) == 0
    new = publisher.tree()
    for name in ("truong-mam-non.xlsx", "original/truong-mam-non.csv"):
        assert new[f"dataset/khac/{name}"] == good[f"dataset/khac/{name}"]


def test_an_address_that_does_not_answer_is_exit_3(publisher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher import http

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(http, "_BACKOFF", 0)
    publisher.said()
    assert publisher.run("plan", "--base-url", "http://127.0.0.1:9/") == 3
    assert "cannot be reached" in publisher.said()


def test_an_address_where_nothing_was_published_is_an_empty_portal(
    publisher: Any, serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert publisher.publish("--base-url", serve(empty).address) == 0
    assert (publisher.site / "index.html").is_file()


def test_a_state_file_from_an_address_cannot_write_outside_the_folder(
    publisher: Any, serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib
    import json

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    publisher.publish()
    public = tmp_path / "public"
    shutil.move(publisher.site, public)
    state = json.loads((public / "state.json").read_text("utf-8"))
    (public.parent / "evil.txt").write_bytes(b"x")
    state["files"]["../../evil.txt"] = [hashlib.sha256(b"x").hexdigest(), 1]
    (public / "state.json").write_text(json.dumps(state), "utf-8")
    publisher.data(NAME, MORE)
    assert publisher.publish("--base-url", serve(public).address) == 0
    assert not (publisher.root / "evil.txt").exists()
    assert not (publisher.root / "build" / "evil.txt").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("redirects", {"../../away": NAME}),
        ("redirects", {"old": "../../away"}),
        ("subjects", {"dataset/../../away": {}}),
        ("subjects", {"dataset/a/b": {}}),
    ],
)
def test_a_state_that_names_places_outside_is_refused(
    away: tuple[Any, str, Path], key: str, value: dict[str, Any]
) -> None:
    publisher, address, public = away
    state = json.loads((public / "state.json").read_text("utf-8"))
    entry = state["subjects"][f"dataset/{NAME}"]
    state[key] = {**state[key], **{name: one if key == "redirects" else entry for name, one in value.items()}}
    (public / "state.json").write_text(json.dumps(state), "utf-8")
    publisher.data(NAME, MORE)
    publisher.said()
    assert publisher.publish("--base-url", address) == 1
    assert "state" in publisher.said()
    assert not publisher.site.exists()


def test_a_large_file_is_compared_with_what_the_address_serves(
    away: tuple[Any, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.portals.site import fetch

    monkeypatch.setattr(fetch, "IN_MEMORY", 16)
    monkeypatch.setattr(fetch, "CHUNK", 7)
    publisher, address, public = away
    publisher.data(NAME, MORE)
    action = publisher.result("plan", "--base-url", address)["plan"]["actions"][0]
    assert (action["tables"][0]["added"], action["tables"][0]["changed"]) == (1, 1)
    assert publisher.publish("--base-url", address) == 0
    old, new = publisher.tree(public), publisher.tree()
    assert new["dataset/khac/truong-mam-non.csv"] == old["dataset/khac/truong-mam-non.csv"]


def test_connections_are_closed_when_a_command_ends(
    away: tuple[Any, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.portals.site.fetch import Address

    publisher, address, _ = away
    closed = []
    monkeypatch.setattr(Address, "close", lambda self: closed.append(self._session.close()))
    publisher.run("plan", "--base-url", address)
    publisher.publish("--base-url", address)
    publisher.run("takedown", NAME, "--reason", "x", "--yes", "--base-url", address)
    assert len(closed) == 3
