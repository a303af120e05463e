"""``opendata init``: the files of a new catalogue."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import click

from publisher.errors import Exit, OpendataError
from publisher.messages import messages
from publisher.session import Session


@click.command()
@click.argument("folder", metavar="[FOLDER]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="Name of the catalogue (default: the folder's name).")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="CODE",
    help="Language of the texts, such as vi; repeat it for several, the first one leads (default: --lang).",
)
@click.option(
    "--country", type=click.Choice(["vn"], case_sensitive=False), help="Country whose rules apply (default: none)."
)
@click.option(
    "--time-zone", metavar="NAME", help="Time zone, such as Asia/Ho_Chi_Minh (default: the country's, or UTC)."
)
@click.option("--id", "identity", type=click.UUID, help="Identifier of the catalogue (default: a random one).")
@click.option("--ci", type=click.Choice(["github", "gitlab"]), help="Add workflow files for this service.")
@click.pass_obj
def command(
    session: Session,
    folder: Path,
    name: str | None,
    languages: tuple[str, ...],
    country: str | None,
    time_zone: str | None,
    identity: UUID | None,
    ci: str | None,
) -> None:
    """Start a catalogue in a folder.

    Makes the settings, one small example dataset with made-up data, and settings for editors and git.
    Files that are there already stay as they are. Needs no network.
    """
    from publisher.scaffold.catalogue import NewCatalogue, catalogue_files
    from publisher.scaffold.write import write_new

    if (folder / "catalog" / "catalog.yaml").exists():
        raise OpendataError("catalogue-exists", Exit.NO, folder=str(folder))
    chosen = _languages(languages or (session.language,))
    wanted = NewCatalogue(
        identity or uuid4(), name or folder.resolve().name, chosen, country, _time_zone(time_zone), ci
    )
    files = catalogue_files(wanted, messages(chosen[0]))
    written = write_new(folder, files)
    words = session.messages
    for file in () if session.quiet else written.made:
        click.echo(words.text("made {file}", file=file))
    for file in written.kept:
        click.echo(words.text("kept {file}", file=file))
    if not session.quiet:
        click.echo(words.text("Next: opendata validate, then opendata publish --portal site"), err=True)


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    import re

    for code in codes:
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", code):
            raise OpendataError("not-a-language", value=code)
    return tuple(dict.fromkeys(codes))


def _time_zone(name: str | None) -> str | None:
    import zoneinfo

    if name is not None and name not in zoneinfo.available_timezones():
        raise OpendataError("not-a-time-zone", value=name)
    return name
