"""New files, never over old ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.workspace import writing


@dataclass(frozen=True, slots=True)
class Written:
    """Relative names of the files that were made, and of those that were there and stay as they are."""

    made: tuple[str, ...]
    kept: tuple[str, ...]


def write_new(root: Path, files: Mapping[str, bytes]) -> Written:
    """Write what is not there yet.

    Raises:
        OpendataError: ``cannot-write`` for a folder that cannot be written to.
    """
    made, kept = [], []
    for name, content in files.items():
        path = root / name
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with path.open("xb") as stream:
                    stream.write(content)
                made.append(name)
            except FileExistsError:
                kept.append(name)
    return Written(tuple(made), tuple(kept))
