"""What was known at an instant: the catalogue as its main line held it then, and nothing later.

Descriptors, reviews, schemas and data files are those of the last commit by then, in a folder of their own;
history ends with that commit. So no rule has to know what may not leak in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher.catalogue.files import is_inside
from publisher.errors import Exit, OpendataError
from publisher.freshness.line import main_line
from publisher.git import Repository
from publisher.workspace import fill, temporary_folder

FOLDERS = ("catalog", "datasets", "schemas")
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class Known:
    """Where the catalogue of then stands, and a repository whose history ends then; None without git."""

    root: Path
    repository: Repository | None


@contextmanager
def known_at(root: Path, at: datetime, present: datetime) -> Iterator[Known]:
    """The catalogue as it was known at an instant.

    On the present day (of ``at``'s zone) or later it is the folder itself with what is not committed yet, as
    it is where there is no git to ask.

    Raises:
        OpendataError: ``freshness-before-history`` if nothing was committed by then, ``freshness-history-cut`` if this
            clone does not reach back so far, ``git-failed``, ``temporary-unwritable``.
    """
    repository = Repository.find(root)
    if repository is None or repository.head() is None or at.date() >= present.astimezone(at.tzinfo).date():
        yield Known(root, repository)
        return
    steps = main_line(repository, present)
    step = next((one for one in steps if one.at <= at), None)
    if step is None:
        code = "freshness-history-cut" if steps[-1].edge else "freshness-before-history"
        first = steps[-1].at.astimezone(at.tzinfo).date().isoformat()
        raise OpendataError(code, Exit.UNREACHABLE if steps[-1].edge else Exit.USAGE, first=first)
    with temporary_folder() as folder:
        _write(repository, step.commit, folder)
        yield Known(folder, repository.at(step.commit))


def _write(repository: Repository, commit: str, folder: Path) -> None:
    names: dict[str, list[str]] = {}
    for name, blob in repository.tree(commit, *FOLDERS).items():
        if is_inside(name):
            names.setdefault(blob, []).append(name)
    for blob, content in repository.contents(names, _LARGEST):
        for name in names[blob] if content is not None else ():
            fill(folder / name, content or b"")
