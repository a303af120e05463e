"""``opendata inventory``: the list of datasets as a table."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.errors import Exit, OpendataError
from publisher.session import Session, now


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write; its ending decides: .csv, .xlsx or .json.",
)
@click.option("--status", multiple=True, metavar="STATUS", help="Only datasets of this status; may be repeated.")
@click.pass_obj
def command(session: Session, out: Path, status: tuple[str, ...]) -> None:
    """Write the list of datasets as a table.

    One row a dataset, with title, body, themes, status, frequency and licence. Datasets under embargo are
    not in it. The file is written anew if it exists.
    """
    from publisher.catalogue.generated import list_rows
    from publisher.catalogue.load import load
    from publisher.catalogue.model import Status
    from publisher.tables.convert import ColumnSpec, convert
    from publisher.workspace import writing
    from publisher.zones import day_in

    shape = out.suffix.lower().removeprefix(".")
    if shape not in {"csv", "xlsx", "json"}:
        raise OpendataError("inventory-format", path=str(out))
    unknown = sorted(set(status) - {one.value for one in Status})
    if unknown:
        raise OpendataError("status-unknown", value=unknown[0], known=", ".join(one.value for one in Status))
    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("catalogue-unreadable", Exit.NO)
    today = day_in(loaded.catalogue.settings.time_zone, now())
    listed = list_rows(loaded.catalogue, today)
    rows = [row for row in listed if not status or row["status"] in status]
    names = list(rows[0]) if rows else ["name"]
    columns = [ColumnSpec(name, "integer" if name in {"resources", "files"} else "string") for name in names]
    with writing(out):
        convert(shape, columns, [tuple(row[name] or None for name in names) for row in rows], out)
    words = session.messages
    click.echo(words.plural("{path}: {count} dataset", "{path}: {count} datasets", len(rows), path=out))
    unread = sorted(set(loaded.catalogue.broken) - {row["name"] for row in listed})
    if unread and not session.quiet:
        click.echo(words.text("Not in it, for they cannot be read: {names}", names=", ".join(unread)), err=True)
