"""Logos on a real CKAN: sent when they change, cleared when git has none, and never in the way of the data."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from support.ckan import Stack, fresh
from support.pictures import SVG, png

from publisher.cli import run
from publisher.portals.ckan.notes.home import extras_of
from publisher.portals.ckan.writing.logos import LOGO

NAME = "truong-mam-non"
KINDS = {"organization": "catalog/organizations.yaml", "group": "catalog/themes.yaml"}


@dataclass
class Office:
    """A catalogue with an organization and a theme of its own, on a CKAN."""

    stack: Stack
    root: Path
    edit: Callable[..., Path]
    capsys: pytest.CaptureFixture[str]
    word: str

    def run(self, command: str, *arguments: str) -> int:
        self.capsys.readouterr()
        return run(["--catalog", str(self.root), "--lang", "en", command, "--portal", "there", *arguments])

    def publish(self) -> int:
        return self.run("publish", "--yes")

    def said(self) -> str:
        captured = self.capsys.readouterr()
        return captured.out + captured.err

    def body(self, kind: str, title: str = "Thử nghiệm", logo: str | None = None) -> None:
        entry = {"name": {"vi": title}, **({"logo": logo} if logo else {})}
        self.edit(KINDS[kind], **{self.word: entry} if kind == "organization" else {f"{self.word}-g": entry})

    def picture(self, content: bytes, name: str = "a.png") -> str:
        place = self.root / "catalog" / "logos" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        return f"logos/{name}"

    def there(self, kind: str) -> dict[str, Any]:
        name = self.word if kind == "organization" else f"{self.word}-g"
        return dict(self.stack.action(f"{kind}_show", id=name, include_extras=True))

    def served(self, kind: str) -> bytes:
        return requests.get(self.there(kind)["image_display_url"], timeout=30).content


@pytest.fixture
def office(
    stack: Stack,
    catalogue_dir: Path,
    edit: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    monkeypatch.setenv("CKAN_URL", stack.url)
    monkeypatch.setenv("CKAN_TOKEN", stack.token)
    word = fresh("bieu-trung")
    entry = {"type": "ckan", "url_env": "CKAN_URL", "token_env": "CKAN_TOKEN", "prefix": f"{word}-", "tables": False}
    identity = str(uuid.uuid4())
    edit("catalog/portals.yaml", site=None, there={**entry, "formats": ["csv"]})
    edit("catalog/catalog.yaml", id=identity, standing="official")
    edit("catalog/organizations.yaml", **{"so-giao-duc": None})
    edit("catalog/themes.yaml", **{"giao-duc": None})
    edit(f"datasets/{NAME}/dataset.yaml", organization=word, themes=[f"{word}-g"], keywords=[f"nhãn {word}"])
    office = Office(stack, catalogue_dir, edit, capsys, word)
    for kind in KINDS:
        office.body(kind)
    yield office
    for one in (f"{word}-{NAME}", f"opendata-{identity[:12]}"):
        if stack.exists(one):
            stack.action("dataset_purge", id=one)
    for kind, name in (("organization", word), ("group", f"{word}-g")):
        stack.action(f"{kind}_purge", id=name)


def test_a_logo_is_sent_when_it_changes_and_cleared_when_git_has_none(office: Office) -> None:
    first, second = png(200), png(20)
    logo = office.picture(first)
    for kind in KINDS:
        office.body(kind, logo=logo)
    assert office.publish() == 0, office.said()
    for kind in KINDS:
        assert office.served(kind) == first
        assert extras_of(office.there(kind))[LOGO] == hashlib.sha256(first).hexdigest()
    assert office.run("plan") == 0

    url = office.there("organization")["image_display_url"]
    office.body("organization", "Tên khác", logo)
    assert office.publish() == 0, office.said()
    there = office.there("organization")
    assert (there["title"], there["image_display_url"]) == ("Tên khác", url)

    office.picture(second)
    assert office.publish() == 0, office.said()
    assert office.served("organization") == office.served("group") == second
    assert office.there("organization")["image_display_url"] != url

    for kind in KINDS:
        office.body(kind)
    assert office.publish() == 0, office.said()
    for kind in KINDS:
        assert not office.there(kind)["image_url"]
        assert LOGO not in extras_of(office.there(kind))
    assert office.run("plan") == 0


def test_a_logo_that_the_portal_does_not_take_is_told_and_stops_nothing_else(office: Office) -> None:
    office.body("organization", logo=office.picture(SVG, "a.svg"))
    assert office.publish() == 5
    assert "The portal does not take the logo logo.svg." in office.said()
    assert office.stack.exists(f"{office.word}-{NAME}")
    assert not office.there("organization")["image_url"]
    assert office.run("plan") == 2
    office.body("organization", logo=office.picture(png()))
    assert office.publish() == 0, office.said()
    assert office.served("organization") == png()


def test_a_picture_that_others_gave_stays(office: Office) -> None:
    assert office.publish() == 0, office.said()
    office.stack.action("organization_patch", id=office.word, image_url="https://example.org/a.png")
    office.body("organization", "Tên khác")
    assert office.publish() == 0, office.said()
    assert office.there("organization")["image_url"] == "https://example.org/a.png"
