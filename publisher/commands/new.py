"""``opendata new``: the files of a new dataset."""

from __future__ import annotations

import re
from pathlib import Path

import click

from publisher.errors import Exit, OpendataError
from publisher.messages import messages
from publisher.session import Session

_STEP = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that Windows keeps for devices."""


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Data file to copy; the types of its columns are guessed.",
)
@click.option("--title", help="Title, in the catalogue's first language (default: the name).")
@click.option("--description", default="", help="What the data say; without it the dataset is not yet valid.")
@click.option("--organization", metavar="KEY", help="Body that publishes (default: the only one there is).")
@click.option("--license", metavar="KEY", help="Terms of use (default: the catalogue's).")
@click.pass_obj
def command(
    session: Session,
    name: str,
    source: Path | None,
    title: str | None,
    description: str,
    organization: str | None,
    license: str | None,
) -> None:
    """Start a dataset, its schema inferred from a file.

    NAME is the dataset's name, with folders before it if you like: lowercase letters without marks,
    digits and hyphens. Nothing that exists is overwritten.
    """
    from publisher.catalogue.load import load
    from publisher.scaffold.dataset import NewDataset, dataset_files
    from publisher.scaffold.infer import guess
    from publisher.scaffold.write import write_new
    from publisher.text import slug

    steps = name.split("/")
    if not all(_STEP.fullmatch(step) and step not in _RESERVED for step in steps) or not 2 <= len(steps[-1]) <= 100:
        raise OpendataError("name-not-allowed", name=name, suggestion="/".join(slug(one) or "dataset" for one in steps))
    catalogue = load(session.root).catalogue
    if catalogue is None:
        raise OpendataError("catalogue-unreadable", Exit.NO)
    if steps[-1] in catalogue.datasets or steps[-1] in catalogue.broken:
        raise OpendataError("dataset-exists", Exit.NO, name=steps[-1])
    keys = sorted(catalogue.organizations)
    publisher = organization or (keys[0] if len(keys) == 1 else None)
    if publisher not in keys:
        raise OpendataError("organization-needed", known=", ".join(keys))
    settings = catalogue.settings
    wanted = NewDataset(
        "/".join(steps),
        title or steps[-1],
        publisher,
        description,
        license or settings.default_license,
        source=source,
        table=guess(source) if source else None,
    )
    written = write_new(session.root, dataset_files(wanted, messages(settings.languages[0])))
    words = session.messages
    for file in written.made:
        click.echo(words.text("made {file}", file=file))
    for file in written.kept:
        click.echo(words.text("kept {file}", file=file))
    if not session.quiet:
        empty = " + ".join(key for key, given in (("title:", title), ("description:", description)) if not given)
        sentence = "Next: fill in {keys} in datasets/{name}/dataset.yaml, then opendata validate"
        if not empty:
            sentence = "Next: look through datasets/{name}/dataset.yaml, then opendata validate"
        click.echo(words.text(sentence, keys=empty, name=name), err=True)
