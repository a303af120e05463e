"""The made-up datasets of these measurements: a catalogue of ours, and the same datasets as ckanapi loads them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from measure import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

from generate import generate, table

ROWS = 200
PORTAL = "there"
ACCESS = "type: ckan, url_env: CKAN_URL, token_env: CKAN_TOKEN"
ORGANIZATION, THEME = "co-quan-0", "chu-de-0"
_OF_A_RESOURCE = ("id", "name", "name_en", "format", "mimetype", "rows")
_LINK = "url: https://data.example.org/{number}.html"


def with_files(root: Path, datasets: int, parallel: int, *, tables: bool) -> None:
    """A catalogue in git whose datasets have one CSV of ROWS rows each."""
    generate(root, datasets, rows=ROWS, organizations=1, themes=1)
    _entry(root, parallel, tables=tables)
    _begin(root)


def with_links(root: Path, datasets: int, parallel: int) -> None:
    """A catalogue in git whose datasets have a link each and no file."""
    generate(root, datasets, rows=0)
    for path in root.glob("datasets/**/dataset.yaml"):
        number = number_of(path.parent)
        text = path.read_text("utf-8")
        text = text.replace("path: bang.csv\n    schema: chung", _LINK.format(number=number))
        text = text.replace("[{column: ngay}]", "[attested]").replace(f', "số {number}"', "")
        path.write_text(text, "utf-8")
        (path.parent / "bang.csv").unlink()
    (root / "schemas/chung.yaml").unlink()
    _entry(root, parallel, tables=False)
    _begin(root)


def folders(root: Path) -> list[Path]:
    """The folders of a catalogue's datasets, in order."""
    return sorted(path.parent for path in root.glob("datasets/**/dataset.yaml"))


def number_of(folder: Path) -> int:
    """Which dataset of a catalogue it is."""
    return int(folder.name.removeprefix("bo-"))


def other_rows(root: Path, count: int) -> None:
    """Give so many files other rows, spread over the catalogue, and commit."""
    for folder in _spread(folders(root), count):
        number = number_of(folder)
        (folder / "bang.csv").write_bytes(table(number, ROWS, random.Random(number + 1)).encode())
    commit(root)


def other_texts(root: Path, count: int, word: str) -> None:
    """Give so many datasets another description, spread over the catalogue, and commit."""
    for folder in _spread(folders(root), count):
        path = folder / "dataset.yaml"
        text = path.read_text("utf-8")
        path.write_text(text.replace("Synthetic data made by", f"Synthetic data, {word}, made by"), "utf-8")
    commit(root)


def commit(root: Path) -> None:
    """Commit all that stands there."""
    name = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org")
    for command in (("add", "--all"), (*name, "commit", "--quiet", "-m", "made up")):
        subprocess.run(["git", *command], cwd=root, check=True)


def for_ckanapi(root: Path, base: str, *, upload: bool) -> str:
    """The same datasets as JSON Lines; files are fetched below ``base``, where ``root`` is served."""
    lines = (json.dumps(_package(root, one, base, upload=upload), ensure_ascii=False) for one in folders(root))
    return "".join(f"{line}\n" for line in lines)


def same_for_ckanapi(root: Path, base: str, packages: Iterable[Mapping[str, Any]]) -> str:
    """Datasets as they stand on a CKAN, without our own notes, as JSON Lines; files are fetched below ``base``."""
    places = {folder.name: folder.relative_to(root).as_posix() for folder in folders(root)}
    made = (_same(one, f"{base}/{places[one['name']]}/bang.csv") for one in packages)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in made)


def _same(package: Mapping[str, Any], address: str) -> dict[str, Any]:
    texts = {key: package[key] for key in ("id", "name", "title", "notes", "license_id")}
    resources = [{key: one[key] for key in _OF_A_RESOURCE if one.get(key)} for one in package["resources"]]
    return {
        **texts,
        "owner_org": ORGANIZATION,
        "tags": [{"name": one["name"]} for one in package["tags"]],
        "groups": [{"name": one["name"]} for one in package["groups"]],
        "extras": [one for one in package["extras"] if not one["key"].startswith("opendata")],
        "resources": [{**one, "url": address, "url_type": "upload"} for one in resources],
    }


def _package(root: Path, folder: Path, base: str, *, upload: bool) -> dict[str, object]:
    number, name = number_of(folder), folder.name
    resource = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name}/bang")),
        "name": "Bảng",
        "format": "CSV",
        "url": f"{base}/{folder.relative_to(root).as_posix()}/bang.csv",
    }
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "name": name,
        "title": f"Tập dữ liệu giả số {number}",
        "notes": f"Dữ liệu giả, do chương trình tạo ra để đo tốc độ, bộ số {number}.",
        "owner_org": ORGANIZATION,
        "license_id": "cc-zero",
        "tags": [{"name": "giả"}, {"name": "đo tốc độ"}, {"name": f"số {number}"}],
        "extras": [{"key": "frequency", "value": "annual"}, {"key": "issued", "value": "2024-02-01"}],
        "resources": [resource | ({"url_type": "upload"} if upload else {})],
    }


def _spread(all_of_them: list[Path], count: int) -> Iterable[Path]:
    return (all_of_them[one * len(all_of_them) // count] for one in range(count))


def _entry(root: Path, parallel: int, *, tables: bool) -> None:
    # CKAN's DataStore is loaded from the CSV that is made of the checked table.
    ways = f"formats: [{'csv' if tables else ''}], parallel: {parallel}, tables: {str(tables).lower()}"
    (root / "catalog/portals.yaml").write_text(f"{PORTAL}: {{{ACCESS}, {ways}}}\n", "utf-8")


def _begin(root: Path) -> None:
    (root / ".gitignore").write_text(".opendata/\nbuild/\n", "utf-8")
    subprocess.run(["git", "init", "--quiet", "-b", "main"], cwd=root, check=True)
    commit(root)
