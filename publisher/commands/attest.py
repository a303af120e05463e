"""``opendata attest``: a dated, named review of a dataset, as a small file of its own."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime
from pathlib import Path

import click

from publisher.catalogue.model import Catalogue, Dataset
from publisher.errors import Exit, OpendataError
from publisher.session import Session, now

MAX_TEXT = 2000
CATALOG = "catalog"
"""The folder of the list's own reviews."""


@click.command()
@click.argument("dataset", required=False)
@click.option("--list", "of_list", is_flag=True, help="Review the list of datasets itself, not one of them.")
@click.option("--by", required=True, help="Who reviewed it.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day of the review.")
@click.option("--note", required=True, help="What was found.")
@click.option("--covers", type=click.DateTime(["%Y-%m-%d"]), help="The day up to which the data are right.")
@click.pass_obj
def command(
    session: Session, dataset: str | None, of_list: bool, by: str, on: datetime, note: str, covers: datetime | None
) -> int:
    """Record that a dataset was reviewed and is still right.

    Writes reviews/DATE.yaml in the dataset's folder (with --list: in catalog), for a day that has come, and never over
    a review that is there.
    """
    from publisher.catalogue.load import load
    from publisher.zones import day_in

    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("freshness-no-catalogue", Exit.NO, loaded.problems)
    if of_list == (dataset is not None):
        raise OpendataError("attest-what")
    today = day_in(loaded.catalogue.settings.time_zone, now())
    if on.date() > today:
        raise OpendataError("attest-future", day=on.date().isoformat(), today=today.isoformat())
    folder = find_dataset(loaded.catalogue, dataset).folder if dataset is not None else CATALOG
    path = write_review(session.root, folder, by, on.date(), note, covers.date() if covers else None)
    click.echo(path.relative_to(session.root).as_posix())
    return Exit.DONE


def find_dataset(catalogue: Catalogue, name: str) -> Dataset:
    """The dataset of a name.

    Raises:
        OpendataError: ``attest-no-such-dataset``, with the name that was probably meant.
    """
    from publisher.text import suggest

    found = catalogue.sound.get(name)
    if found is None:
        raise OpendataError("attest-no-such-dataset", name=name, meant=suggest(name, catalogue.sound))
    return found


def write_review(root: Path, folder: str, by: str, on: date, note: str, covers: date | None = None) -> Path:
    """Write a review below a dataset's folder, or the list's, and say where.

    Raises:
        OpendataError: ``attest-empty`` without a name or note, ``attest-exists`` where that day has a
            review, ``attest-outside`` where ``reviews`` leads out of the catalogue, ``cannot-write``.
    """
    from publisher.scaffold.write import write_new

    author, text = _plain(by), _plain(note)
    # The dots of the call that the report prints are no name either.
    if not any(map(str.isalnum, author)) or not any(map(str.isalnum, text)):
        raise OpendataError("attest-empty")
    path = root / folder / "reviews" / f"{on.isoformat()}.yaml"
    if not path.resolve().is_relative_to(root.resolve()):
        raise OpendataError("attest-outside", path=path.relative_to(root).as_posix())
    lines = [f"on: {on.isoformat()}", f"by: {_quoted(author)}", f"note: {_quoted(text)}"]
    if covers is not None:
        lines.append(f"covers: {covers.isoformat()}")
    file = path.relative_to(root).as_posix()
    if write_new(root, {file: ("\n".join(lines) + "\n").encode()}).kept:
        raise OpendataError("attest-exists", Exit.NO, path=file)
    return path


def _plain(text: str) -> str:
    """One line in NFC without control characters, as the catalogue's YAML wants it."""
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:MAX_TEXT].strip()


def _quoted(text: str) -> str:
    # A JSON string is a double-quoted YAML scalar (YAML 1.2, chapter 1.3).
    return json.dumps(text, ensure_ascii=False)
