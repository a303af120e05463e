"""The files of a new catalogue: settings, an example dataset with made-up data, a read-me, what editors need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePosixPath
from uuid import UUID

from publisher.messages import Messages
from publisher.scaffold.editor import editor_files
from publisher.scaffold.templates import render
from publisher.text import slug

TIME_ZONES = {"vn": "Asia/Ho_Chi_Minh"}
WORKFLOWS = {"github": ".github/workflows", "gitlab": ""}
"""Where each service looks for its workflow files."""
_SPOKEN = re.compile(rb"OPENDATA_LANG: [a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class NewCatalogue:
    """What is asked for."""

    id: UUID
    name: str
    languages: tuple[str, ...]
    country: str | None = None
    time_zone: str | None = None
    ci: str | None = None


def catalogue_files(wanted: NewCatalogue, words: Messages) -> dict[str, bytes]:
    """Relative names and contents; texts and comments in the catalogue's first language."""
    example = slug(words.text("example"))
    columns = {
        key: slug(words.text(title)).replace("-", "_")
        for key, title in (("code", "Code"), ("name", "Name"), ("opened", "Opened on"), ("seats", "Seats"))
    }
    values = {
        "id": wanted.id,
        "name": wanted.name,
        "publisher": wanted.name,
        "languages": wanted.languages,
        "country": wanted.country,
        "time_zone": wanted.time_zone or TIME_ZONES.get(wanted.country or "", "UTC"),
        "example": example,
        "example_organization": slug(words.text("Example office")),
        "example_theme": slug(words.text("Culture")),
        "columns": columns,
    }
    texts = {
        **{
            f"catalog/{kind}.yaml": render(words, f"catalog/{kind}.yaml", **values)
            for kind in ("catalog", "organizations", "themes", "licenses", "portals")
        },
        f"schemas/{example}.yaml": render(words, "dataset/example-schema.yaml", **values),
        f"datasets/{example}/dataset.yaml": render(words, "dataset/example.yaml", **values),
        f"datasets/{example}/{example}.csv": _example_rows(columns, words),
        "README.md": render(words, "README.md", **values),
        ".gitattributes": render(words, "gitattributes"),
        ".gitignore": render(words, "gitignore"),
    }
    files = {name: text.encode() for name, text in {**texts, **editor_files()}.items()}
    if wanted.country:
        files |= _below(f"countries/{wanted.country}/files", "catalog")
    if wanted.ci:
        files |= workflow_files(wanted.ci, wanted.languages[0])
    return files


def workflow_files(service: str, language: str) -> dict[str, bytes]:
    """The ready workflow files of a service, by their names below the repository's folder; they speak a language."""
    spoken = f"OPENDATA_LANG: {language}".encode()
    found = _below(f"scaffold/workflows/{service}", WORKFLOWS[service])
    return {name: _SPOKEN.sub(spoken, content) for name, content in found.items()}


def _example_rows(columns: dict[str, str], words: Messages) -> str:
    name = words.text("Made-up library {number}")
    rows = [
        ",".join(columns.values()),
        *(
            f"{number:03},{name.format(number=number)},{opened},{seats}"
            for number, opened, seats in ((1, "2001-03-15", 40), (2, "2008-09-01", 25), (3, "2019-05-20", 60))
        ),
    ]
    return "\n".join(rows) + "\n"


def _below(folder: str, target: str) -> dict[str, bytes]:
    """The package's files below a folder, by the names that they take in the catalogue."""
    found: dict[str, bytes] = {}
    for child in sorted(resources.files("publisher").joinpath(folder).iterdir(), key=lambda one: one.name):
        name = str(PurePosixPath(target, child.name))
        if child.is_dir():
            found |= _below(f"{folder}/{child.name}", name)
        else:
            found[name] = child.read_bytes()
    return found
