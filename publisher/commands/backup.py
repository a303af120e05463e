"""``opendata backup``: files of portals that were saved before they were overwritten."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path, PurePosixPath

import click

from publisher.errors import Exit, OpendataError
from publisher.session import Session


@click.group()
def command() -> None:
    """Say which files of portals were saved before they were overwritten, and get them back."""


@command.command("list")
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How it is written.")
@click.pass_obj
def list_(session: Session, shape: str) -> int:
    """List what was saved, by portal and time."""
    from publisher.catalogue.load import load
    from publisher.dates import moment
    from publisher.portals.backups import backups

    words = session.messages
    found = list(backups(session.workspace.backups))
    if shape == "json":
        listed = [{"id": one.id, "files": [asdict(file) for file in one.files]} for one in found]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return Exit.DONE
    catalogue = load(session.root).catalogue if found else None
    zone = catalogue.settings.time_zone if catalogue else "UTC"
    for one in found:
        count = words.plural("{count} file", "{count} files", len(one.files))
        when = moment(min((file.saved for file in one.files), default=""), zone, words.language)
        click.echo(f"{one.id}  ({', '.join(filter(None, (when, count)))})")
        for file in one.files:
            click.echo(f"  {PurePosixPath(file.path).name}")
    if not found:
        click.echo(words.text("Nothing was saved so far."))
    return Exit.DONE


@command.command()
@click.argument("name")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder to copy to.")
@click.pass_obj
def restore(session: Session, name: str, folder: Path) -> int:
    """Copy what was saved into a folder, each file proved by its hash."""
    from publisher.portals.backups import backups, restore
    from publisher.text import suggest

    found = {one.id: one for one in backups(session.workspace.backups)}
    if name not in found:
        raise OpendataError("backup-unknown", Exit.NO, name=name, meant=suggest(name, list(found)))
    for path in restore(found[name], folder):
        click.echo(str(path))
    return Exit.DONE
