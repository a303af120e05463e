"""A review of the list of datasets itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.catalogue.load import load
from publisher.cli import run


@pytest.mark.parametrize("command", [["attest"], ["freshness", "attest"]])
def test_the_list_is_reviewed_too(catalogue_dir: Path, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--by", "Phòng dữ liệu", "--on", "2025-01-10", "--note", "Đủ"]
    base = ["--catalog", str(catalogue_dir), *command]
    assert run([*base, "--list", *asked]) == 0
    assert capsys.readouterr().out == "catalog/reviews/2025-01-10.yaml\n"
    loaded = load(catalogue_dir)
    assert loaded.catalogue and [one.by for one in loaded.catalogue.reviews] == ["Phòng dữ liệu"]
    assert run([*base, "--list", *asked]) == 1, "never over a review that is there"
    assert run([*base, *asked]) == 4
    assert run([*base, "truong-mam-non", "--list", *asked]) == 4
