"""``opendata serve``: the embedded portal on this computer."""

from __future__ import annotations

import errno

import click

from publisher.commands.options import PORTAL
from publisher.errors import Exit, OpendataError
from publisher.session import Session


@click.command()
@PORTAL
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="The port; 0 for any that is free.")
@click.option("--host", default="127.0.0.1", help="The address to listen at.")
@click.pass_obj
def command(session: Session, portal: str | None, port: int, host: str) -> int:
    """Serve the embedded portal on this computer.

    Answers the read API too: package_list, package_show, package_search. Stop it with Ctrl-C.
    """
    from publisher.catalogue.load import load
    from publisher.portals.registry import entry_of, folder_of_site
    from publisher.portals.site.serve import SiteServer
    from publisher.portals.site.state import STATE
    from publisher.portals.site.swap import readable

    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("catalogue-blocked", Exit.NO, loaded.problems)
    entry = entry_of(loaded.catalogue, portal)
    if entry.type != "site":
        raise OpendataError("serve-not-a-site", portal=entry.key)
    folder = folder_of_site(entry, session.root)
    with readable(folder):
        there = (folder / STATE).is_file()
    if not there:
        raise OpendataError("serve-nothing", Exit.NO, folder=str(folder), portal=entry.key)
    try:
        server = SiteServer(folder, host, port)
    except OSError as error:
        code = "port-taken" if error.errno == errno.EADDRINUSE else "port-unusable"
        raise OpendataError(code, host=host, port=port) from error
    with server:
        click.echo(session.messages.text("The portal is at {address} (stop with Ctrl-C).", address=server.address))
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            click.echo(session.messages.text("Stopped."), err=True)
    return Exit.DONE
