"""What was pulled is put in place: what others refer to first, descriptors last, nothing over what is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from publisher.catalogue.files import leads_outside
from publisher.errors import Exit, OpendataError
from publisher.scaffold.pull import Pulled
from publisher.scaffold.write import Written
from publisher.workspace import replacing, write_atomically, writing

_CHUNK = 1 << 20


def place(root: Path, pulled: Pulled) -> Written:
    """Write everything; a name that somebody took meanwhile is kept and told.

    Raises:
        OpendataError: ``pull-outside`` before anything is written, if a link leads out of the catalogue;
            ``cannot-write``.
    """
    for file in (*pulled.changed, *pulled.new):
        if leads_outside(root, file):
            raise OpendataError("pull-outside", Exit.NO, file=file)
    made, kept = [], []
    for file, content in pulled.changed.items():
        with writing(root / file):
            write_atomically(root / file, content)
        made.append(file)
    for file in in_order(pulled.new):
        path, new = root / file, pulled.new[file]
        if path.exists() or path.is_symlink():
            kept.append(file)
            continue
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(new, bytes):
                write_atomically(path, new)
            else:
                _move(new, path)
        made.append(file)
    return Written(tuple(made), tuple(kept))


def in_order(files: Iterable[str]) -> list[str]:
    """Entries and schemas, then each dataset's files, its descriptor after them."""
    return sorted(
        files, key=lambda file: (file.startswith("datasets/"), _folder(file), file.endswith("/dataset.yaml"), file)
    )


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _move(source: Path, path: Path) -> None:
    with replacing(path) as partial, source.open("rb") as stream, partial.open("wb") as target:
        while piece := stream.read(_CHUNK):
            target.write(piece)
    source.unlink(missing_ok=True)
