"""``opendata fix``: repair what is provable in the catalogue's YAML files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from publisher.catalogue.repair import Repair, repair, repairs
from publisher.errors import Exit, OpendataError
from publisher.messages import Messages, reason_of
from publisher.session import Session
from publisher.workspace import write_atomically


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where something would be changed.")
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human", help="How to report.")
@click.pass_obj
def command(session: Session, paths: tuple[Path, ...], check: bool, form: str) -> Exit:
    """Repair what can be repaired without doubt.

    Byte order marks, line ends, composed letters, encodings and names of YAML files; comments and
    order stay as they are.
    """
    root = session.root
    folders = [_inside(root, path) for path in paths]

    def wanted(file: str) -> bool:
        return not folders or any(Path(file).is_relative_to(folder) for folder in folders)

    if check:
        found = [one for one in repairs(root) if wanted(one.file)]
    else:
        try:
            found = repair(root, wanted, write_atomically)
        except OSError as error:
            path = str(error.filename or root)
            raise OpendataError("cannot-write", Exit.NO, path=path, reason=reason_of(error)) from error
    click.echo(_report(found, check, form, session.messages))
    return Exit.NO if check and found else Exit.DONE


def _inside(root: Path, path: Path) -> Path:
    whole = path.resolve()
    if not whole.is_relative_to(root):
        raise OpendataError("path-outside-catalogue", path=str(path), root=str(root))
    return whole.relative_to(root)


def _report(found: Sequence[Repair], check: bool, form: str, words: Messages) -> str:
    if form == "json":
        changes = [{"file": one.file, "code": one.code, "to": one.target} for one in found]
        return json.dumps({"check": check, "changes": changes}, ensure_ascii=False, indent=2)
    lines = [f"{one.file}: {words.of('fixed', one.code, target=one.target)}" for one in found]
    if not found:
        return words.text("Nothing to repair.")
    summary = (
        words.plural(
            "{count} thing could be repaired: run opendata fix.",
            "{count} things could be repaired: run opendata fix.",
            len(found),
        )
        if check
        else words.plural("{count} thing repaired.", "{count} things repaired.", len(found))
    )
    return "\n".join([*lines, summary])
