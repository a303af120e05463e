"""Where a catalogue's files stand: the root, dataset folders, the data files of a resource, what nobody reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from publisher.catalogue.jsonschemas import is_name
from publisher.catalogue.model import Part
from publisher.errors import OpendataError
from publisher.messages import reason_of
from publisher.problem import Problem
from publisher.text import slug, suggest

DESCRIPTOR = "dataset.yaml"
REVIEWS = "reviews"
KEYED = ("organizations", "themes", "licenses", "regions", "legal", "decisions", "portals")
_OF_CATALOGUE = ("catalog.yaml", "baseline.yaml", *(f"{kind}.yaml" for kind in KEYED))
_IGNORED = {"readme.md", ".gitkeep", ".gitattributes", "thumbs.db", ".ds_store", "desktop.ini"}
_YAML = {".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder below ``datasets/`` with its files; ``problem`` where it cannot be read as one."""

    path: Path
    relative: str
    files: tuple[str, ...] = ()
    problem: Problem | None = None


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds ``catalog/catalog.yaml``.

    Raises:
        OpendataError: ``no-catalogue`` where there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "catalog" / "catalog.yaml").is_file():
            return folder
    raise OpendataError("no-catalogue", folder=str(start))


def dataset_folders(root: Path) -> Iterator[Folder]:
    """Every folder below ``datasets/``, in order. Links are not followed: each is a problem."""
    unread: list[OSError] = []
    for path, folders, files in os.walk(root / "datasets", onerror=unread.append):
        here = Path(path)
        relative = here.relative_to(root).as_posix()
        for name in sorted(name for name in folders if (here / name).is_symlink()):
            yield Folder(here / name, f"{relative}/{name}", problem=Problem("folder-link", f"{relative}/{name}"))
        # Folders inside a dataset's folder hold its files; another descriptor in there stands for itself.
        skipped = {REVIEWS} if DESCRIPTOR in files else set()
        folders[:] = sorted(
            n for n in folders if n not in skipped and not n.startswith(".") and not (here / n).is_symlink()
        )
        yield Folder(here, relative, tuple(sorted(files)))
    for error in unread:
        if not isinstance(error, FileNotFoundError):
            file = Path(error.filename).relative_to(root).as_posix()
            yield Folder(
                Path(error.filename),
                file,
                problem=Problem("file-unreadable", file, params={"reason": reason_of(error)}),
            )


def name_problem(name: str, file: str) -> Problem | None:
    """A problem where a dataset's folder, or a schema's file, has no machine name."""
    return (
        None
        if is_name(name)
        else Problem("dataset-name", file, 1, 1, params={"name": name[:100], "suggestion": slug(name)})
    )


def misnamed_descriptor(folder: Folder) -> str | None:
    """A file that was meant to be the descriptor (``dataset.yml``, ``Dataset.yaml``), if there is no right one."""
    if DESCRIPTOR in folder.files:
        return None
    meant = {"dataset.yml", DESCRIPTOR, f"{DESCRIPTOR}.txt"}
    return next((name for name in folder.files if name.lower() in meant), None)


def wrong_name(file: str, expected: str) -> Problem:
    """A file whose name is not read, with the name that is."""
    return Problem("file-name", file, 1, 1, params={"found": file.rpartition("/")[2], "expected": expected})


def unknown_files(root: Path) -> Iterator[Problem]:
    """YAML files in ``catalog/`` that nothing reads."""
    for file in yaml_files(root, "catalog"):
        name = file.rpartition("/")[2]
        if name in _OF_CATALOGUE:
            continue
        meant = suggest(Path(name).stem, [Path(known).stem for known in _OF_CATALOGUE])
        if meant is not None:
            yield wrong_name(file, f"{meant}.yaml")
        else:
            yield Problem("catalog-unknown-file", file, 1, 1, params={"known": ", ".join(_OF_CATALOGUE)})


def yaml_files(root: Path, folder: str) -> Iterator[str]:
    """YAML files directly in a folder, by name."""
    for name in _names(root / folder):
        if Path(name).suffix.lower() in _YAML and not name.startswith("."):
            yield f"{folder}/{name}"


def leads_outside(root: Path, file: str) -> bool:
    """Whether a file, or a folder on the way to it, is a link to a place outside the catalogue, or to nowhere."""
    path = root / file
    if not any(one.is_symlink() for one in (path, *path.parents[: file.count("/")])):
        return False
    try:
        return not path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links in a circle
        return True


def is_data(name: str) -> bool:
    """Whether a file of a dataset's folder is data rather than the descriptor or an editor's trace."""
    trace = name.startswith((".", "~$")) or name.endswith(("~", ".tmp"))
    return name != DESCRIPTOR and name.casefold() not in _IGNORED and not trace


def parts(folder: Path, relative: str, path: str) -> tuple[Part, ...]:
    """The files of a resource's path, ``{period}`` matched against what is there; none if nothing is."""
    if not is_inside(path):
        return ()
    if "{period}" not in path:
        found = folder / path
        return (Part(f"{relative}/{path}", found),) if os.path.lexists(found) else ()
    before, _, after = path.partition("{period}")
    pattern = re.compile(re.escape(before) + r"([0-9][0-9A-Za-z-]*)" + re.escape(after))
    directory = (folder / path).parent
    prefix = directory.relative_to(folder).as_posix()
    names = [name if prefix == "." else f"{prefix}/{name}" for name in _names(directory)]
    matches = [(match.group(1), name) for name in names if (match := pattern.fullmatch(name))]
    return tuple(Part(f"{relative}/{name}", folder / name, period) for period, name in sorted(matches))


def is_inside(path: str) -> bool:
    """Whether a resource's path stays in its dataset's folder: relative, forward slashes, no ``..``."""
    steps = path.split("/")
    return not ("\\" in path or ":" in path or path.startswith("/") or ".." in steps or "" in steps)


def _names(folder: Path) -> list[str]:
    # A folder that is not there, or whose name no file system can hold, has no files.
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
