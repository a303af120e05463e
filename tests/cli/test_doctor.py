"""``doctor``: one page on what a run needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.cli import run
from publisher.errors import Exit


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    return {one["check"]: (one["state"], one["detail"]) for one in json.loads(capsys.readouterr().out)["findings"]}


def test_a_good_catalogue(catalogue_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang=en", "--catalog", str(catalogue_dir), "doctor", "--format", "json"]) == Exit.DONE
    found = findings(capsys)
    assert found["Catalogue"] == ("ok", f"{catalogue_dir}: 1 dataset")
    assert found["Portal site"] == ("ok", str(catalogue_dir / "build" / "site"))
    assert not (catalogue_dir / ".opendata").exists()


def test_no_catalogue_is_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang=en", "--catalog", str(tmp_path), "doctor", "--format", "json"]) == Exit.NO
    assert findings(capsys)["Catalogue"][0] == "bad"


def test_secrets_are_never_shown(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://someone:hush@proxy.example.org:3128")
    monkeypatch.setenv("OUR_TOKEN", "hush-hush")
    portals = catalogue_dir / "catalog" / "portals.yaml"
    portals.write_text("ours: {type: ckan, url_env: OUR_URL, token_env: OUR_TOKEN}\n", "utf-8")
    run(["--lang=en", "--catalog", str(catalogue_dir), "doctor"])
    said = capsys.readouterr().out
    assert "hush" not in said
    assert "proxy.example.org:3128" in said
    assert "OUR_TOKEN is set" in said
    assert "OUR_URL is not set" in said


def test_a_portal_that_does_not_answer_is_bad(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    portals = catalogue_dir / "catalog" / "portals.yaml"
    portals.write_text("ours: {type: ckan, url: 'http://127.0.0.1:9/'}\n", "utf-8")
    assert run(["--lang=en", "--catalog", str(catalogue_dir), "doctor", "--format", "json"]) == Exit.NO
    assert findings(capsys)["Portal ours"][0] == "bad"


@pytest.mark.parametrize(
    "address",
    [
        "someone:hush@proxy:3128",
        "http://someone:hu/sh@proxy:3128/",
        "http://someone:hush@[::1",
        "http://a:hush@proxy:x",
    ],
)
def test_no_password_of_a_badly_written_address_is_shown(
    address: str, catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    monkeypatch.setenv("OUR_URL", f"{address}?token=hush")
    portals = catalogue_dir / "catalog" / "portals.yaml"
    portals.write_text("ours: {type: ckan, url_env: OUR_URL}\n", "utf-8")
    assert run(["--lang", "en", "--catalog", str(catalogue_dir), "doctor"]) == Exit.NO
    said = capsys.readouterr()
    assert "hush" not in said.out + said.err and "hu/sh" not in said.out
