"""Documents that were read before are not parsed again, and say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.catalogue import memory
from publisher.catalogue.load import load
from publisher.workspace import Workspace


def test_what_was_read_is_remembered_by_its_bytes(catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "WORTHWHILE", 1)
    descriptor = catalogue_dir / "datasets/truong-mam-non/dataset.yaml"
    fresh = load(catalogue_dir)
    assert load(catalogue_dir, Workspace(catalogue_dir)) == fresh
    parsed: list[str] = []
    real = memory.parse_document
    monkeypatch.setattr(memory, "parse_document", lambda raw, file: (parsed.append(file), real(raw, file))[1])
    again = load(catalogue_dir, Workspace(catalogue_dir))
    assert (again, parsed) == (fresh, [])
    assert again.catalogue and again.catalogue.datasets["truong-mam-non"].source.document.place(("title",))[0] == 1
    descriptor.write_bytes(descriptor.read_bytes().replace(b"\n", b"\r\n"))  # a warning is never forgotten
    for _ in range(2):
        assert "yaml-crlf" in {one.code for one in load(catalogue_dir, Workspace(catalogue_dir)).problems}
    assert set(parsed) == {"datasets/truong-mam-non/dataset.yaml"}


def test_a_small_catalogue_is_not_worth_it(catalogue_dir: Path) -> None:
    load(catalogue_dir, Workspace(catalogue_dir))
    assert not (catalogue_dir / ".opendata" / "cache" / "documents").exists()
