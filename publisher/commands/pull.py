"""``opendata pull``: an existing CKAN as files of this catalogue, and edits of its web form as changes to them."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import click

from publisher.commands.options import PORTAL
from publisher.errors import Exit, OpendataError
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.catalogue.model import Catalogue, PortalEntry

TRIAL = (
    "This catalogue is a trial (standing: reference), which publishing would say above every description. "
    "For an official portal, set standing: official in catalog/catalog.yaml before."
)


@click.command()
@PORTAL
@click.option(
    "--organization", "organizations", multiple=True, metavar="NAME", help="Only datasets of this organization there."
)
@click.option("--dataset", "datasets", multiple=True, metavar="NAME", help="Only this dataset of the portal.")
@click.option("--files", is_flag=True, help="Fetch the files that the portal holds; without it they stay there.")
@click.option("--merge", is_flag=True, help="Bring edits of published datasets in the web form back into the files.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.pass_obj
def command(
    session: Session,
    portal: str | None,
    organizations: tuple[str, ...],
    datasets: tuple[str, ...],
    files: bool,
    merge: bool,
    dry_run: bool,
) -> int:
    """Write what a CKAN portal holds as files of this catalogue.

    Organizations, groups, licences, data dictionaries and datasets. Nothing that is there already is
    overwritten, and the portal itself is only read; opendata adopt then takes ownership.
    """
    from publisher.catalogue.load import load
    from publisher.portals.registry import entry_of

    catalogue = load(session.root).catalogue
    if catalogue is None:
        raise OpendataError("catalogue-unreadable", Exit.NO)
    entry = entry_of(catalogue, portal)
    if entry.type != "ckan":
        raise OpendataError("pull-not-ckan", portal=entry.key)
    with session.workspace.locked("publish", 0):
        if merge:
            from publisher.commands.pull_merge import merged

            if organizations or files:
                raise click.UsageError(session.messages.text("--merge goes with --dataset and --dry-run only."))
            return int(merged(session, entry.key, datasets, dry_run))
        return _pull(session, catalogue, entry, organizations, datasets, files, dry_run)


def _pull(
    session: Session,
    catalogue: Catalogue,
    entry: PortalEntry,
    organizations: tuple[str, ...],
    datasets: tuple[str, ...],
    files: bool,
    dry_run: bool,
) -> int:
    from publisher.portals.ckan.ckan import options_of
    from publisher.portals.ckan.reading.rights import rights
    from publisher.portals.ckan.wire.transport import connect
    from publisher.scaffold.pull import Wish, pull
    from publisher.scaffold.pull_files import Fetch
    from publisher.scaffold.pull_place import in_order, place
    from publisher.workspace import temporary_folder

    words, say = session.messages, session.progress
    wish = Wish(organizations, datasets, files)
    with closing(connect(entry, session.root)) as transport, temporary_folder() as folder:
        options = options_of(entry, catalogue.settings)
        fetch = Fetch(transport, folder)
        step = partial(say, words.text("Reading the portal"))
        mine = rights(transport, options.scope)
        found = pull(transport, catalogue, entry.key, options, mine, wish, fetch, step)
        for dataset, name in fetch.left:
            found.tell("file-left", dataset, file=name)
        kept: tuple[str, ...] = ()
        if dry_run:
            made = (*found.changed, *in_order(found.new))
        else:
            written = place(session.root, found)
            made, kept = written.made, written.kept
    for file in () if session.quiet else made:
        click.echo(words.text("would make {file}" if dry_run else "made {file}", file=file))
    for file in kept:
        click.echo(words.text("kept {file}", file=file))
    for one in found.told:
        click.echo(f"{one.name}: {words.of('pull', one.code, **one.params)}")
    count = len(found.datasets)
    click.echo(words.plural("{count} dataset read.", "{count} datasets read.", count), err=True)
    if found.datasets and not dry_run and not session.quiet:
        if catalogue.settings.standing != "official":
            click.echo(words.text(TRIAL), err=True)
        sentence = "Next: opendata validate, then opendata adopt --portal {portal}"
        click.echo(words.text(sentence, portal=entry.key), err=True)
    return Exit.DONE
