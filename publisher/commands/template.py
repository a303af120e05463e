"""``opendata template``: an empty form for a schema."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.errors import Exit, OpendataError
from publisher.session import Session
from publisher.text import suggest


@click.command()
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="XLSX file to write (default: NAME-form.xlsx)."
)
@click.pass_obj
def command(session: Session, name: str, out: Path | None) -> None:
    """Write an empty XLSX form for the people who fill it in.

    NAME is a schema in schemas/, or a dataset; of a dataset's tables the first one with a schema is taken.
    """
    from publisher.catalogue.load import load
    from publisher.tables.form import write_form
    from publisher.workspace import writing

    catalogue = load(session.root).catalogue
    if catalogue is None:
        raise OpendataError("catalogue-unreadable", Exit.NO)
    dataset = catalogue.sound.get(name)
    schema = catalogue.schemas.get(name) if f"schemas/{name}.yaml" not in catalogue.unread else None
    if schema is None and dataset is not None:
        schema = next((one.schema for one in dataset.resources if one.schema), None)
    if schema is None:
        known = suggest(name, [*catalogue.schemas, *catalogue.datasets])
        raise OpendataError("schema-unknown", Exit.NO, name=name, suggestion=known)
    languages = (session.language, *catalogue.settings.languages)
    title = catalogue.text(dataset.title, session.language) if dataset else name
    target = out or Path(f"{name}-form.xlsx")
    if target.exists():
        raise OpendataError("file-exists", Exit.NO, path=str(target))
    with writing(target):
        write_form(schema, title, languages, target)
    click.echo(target)
