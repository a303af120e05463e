"""What ``doctor`` says of a CKAN portal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.ckan import Stack
from support.wire import answer, result, wire

from publisher.cli import run
from publisher.errors import Exit

TOKEN = "hush-0123456789abcdef"
REACHED = "Portal ours"


def said(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[tuple[str, str]]]:
    portals = catalogue / "catalog" / "portals.yaml"
    portals.write_text("ours: {type: ckan, url_env: OURS_URL, token_env: OURS_TOKEN}\n", "utf-8")
    code = run(["--lang=en", "--catalog", str(catalogue), "doctor", "--format", "json"])
    out = capsys.readouterr().out
    assert TOKEN not in out
    findings = json.loads(out)["findings"]
    return code, [(one["state"], one["detail"]) for one in findings if one["check"] == REACHED]


def test_a_portal_read_as_anybody(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OURS_TOKEN", raising=False)
    with wire(result({"ckan_version": "2.12.0\x1b[31m"})) as server:
        monkeypatch.setenv("OURS_URL", server.url)
        code, lines = said(catalogue_dir, capsys)
    assert code == Exit.DONE
    assert lines == [("note", "OURS_TOKEN is not set"), ("ok", f"{server.url}: CKAN 2.12.0 [31m")]


def test_a_page_that_is_no_ckan(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OURS_TOKEN", TOKEN)
    with wire(answer(200, b"<html>Welcome</html>")) as server:
        monkeypatch.setenv("OURS_URL", server.url)
        code, lines = said(catalogue_dir, capsys)
        assert len(server.seen) == 1
    assert code == Exit.NO
    assert lines[1] == ("bad", f"What {server.url} answers is no answer of a CKAN portal (not JSON).")


def test_a_token_that_belongs_elsewhere_is_not_sent(
    catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OURS_TOKEN", TOKEN)
    monkeypatch.setenv("OURS_TOKEN_HOST", "data.example.org")
    with wire(result({})) as server:
        monkeypatch.setenv("OURS_URL", server.url)
        code, lines = said(catalogue_dir, capsys)
        assert server.seen == []
    assert code == Exit.NO
    assert lines[1][0] == "bad" and "belongs to data.example.org" in lines[1][1]


def test_a_real_ckan_and_three_tokens(
    newest: Stack, catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OURS_URL", newest.url)
    monkeypatch.setenv("OURS_TOKEN", newest.token)
    code, lines = said(catalogue_dir, capsys)
    assert (code, lines[2]) == (Exit.DONE, ("ok", "the token is accepted: admin, administrator of the portal"))
    assert lines[1][1].startswith(f"{newest.url}: CKAN {newest.version}")

    editor = newest.organization_editor()
    monkeypatch.setenv("OURS_TOKEN", editor.token)
    code, lines = said(catalogue_dir, capsys)
    assert (code, lines[2]) == (Exit.DONE, ("ok", f"the token is accepted: {editor.name}, may write to 1 organization"))

    monkeypatch.setenv("OURS_TOKEN", TOKEN)
    code, lines = said(catalogue_dir, capsys)
    assert (code, lines[2][0]) == (Exit.NO, "bad")
