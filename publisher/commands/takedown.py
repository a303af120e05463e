"""``opendata takedown``: a dataset's bytes off the portal, now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from typing import Any

import click

from publisher.commands.confirm import confirm
from publisher.commands.options import ADDRESS, PORTAL, WAIT, YES
from publisher.errors import Exit, OpendataError
from publisher.session import Session, now
from publisher.text import one_line


@click.command()
@click.argument("dataset")
@click.option("--reason", required=True, help="Why; readers are shown it.")
@PORTAL
@ADDRESS
@YES
@WAIT
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How it is written.")
@click.pass_obj
def command(
    session: Session,
    dataset: str,
    reason: str,
    portal: str | None,
    base_url: str | None,
    yes: bool,
    wait: float,
    shape: str,
) -> int:
    """Remove a dataset's files from a portal at once and leave a note in their place.

    Works while the catalogue has errors. Says what git still holds, and how to remove it there.

    Says too what only an administrator of the portal can remove, with the commands; until that is done it ends with 5.
    """
    from publisher.apply.run import carry_out
    from publisher.apply.tables import CatalogueTables
    from publisher.apply.takedown import find, still_there, takedown_plan, tombstone
    from publisher.catalogue.load import load
    from publisher.git import Repository
    from publisher.portals.registry import Setup, address_of, entry_of, make_portal
    from publisher.reports.outcome import failed, outcome_json
    from publisher.zones import day_in

    words = session.messages
    if not one_line(reason, len(reason)):
        raise OpendataError("takedown-no-reason")
    loaded = load(session.root)
    if loaded.catalogue is None:
        raise OpendataError("catalogue-blocked", Exit.NO, loaded.problems)
    settings = loaded.catalogue.settings
    entry = entry_of(loaded.catalogue, portal)
    with session.workspace.locked("publish", wait), ExitStack() as stack:
        tables = CatalogueTables(loaded.catalogue)
        setup = Setup(entry, settings, session.root, tables, base_url, backups=session.workspace.backups)
        target = stack.enter_context(closing(make_portal(setup)))
        state = target.snapshot()
        if state.catalogue_id not in {None, str(settings.id)}:
            raise OpendataError("portal-other-catalogue", Exit.NO, portal=entry.key)
        holding = find(state, dataset)
        if not yes:
            confirm(words.text("Take {dataset} down and remove its files?", dataset=dataset))
        day = day_in(settings.time_zone, now())
        record = tombstone(holding.record, reason, day, settings.languages)
        plan, desired = takedown_plan(entry.key, state, holding, record)
        outcomes = carry_out(target, plan, desired, state, session.workspace.journal)
        # Checked tables are kept with their first rows.
        shutil.rmtree(session.workspace.folder / "cache", ignore_errors=True)
        left = still_there(target, holding)
        later = target.leftovers(holding.subject)
    repository = Repository.find(session.root)
    names = (dataset, *holding.record.get("formerly", ()))
    commits, paths = repository.holders(names) if repository else ((), ())
    paths = tuple(path for path in paths if not path.endswith((".yaml", ".yml")))
    prefix = repository.prefix() if repository else ""
    result = {
        "dataset": dataset,
        "portal": entry.key,
        "removed": [file.name for file in holding.files if file.name not in left],
        "still_there": left,
        "leftovers": [asdict(one) for one in later],
        "git": {"commits": list(commits), "paths": list(paths), "commands": list(_commands(prefix, paths))},
        "failed": outcome_json(failed(outcomes)),
    }
    if shape == "json":
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        base = ((settings.base_url if entry.type == "site" else address_of(entry)) or "").rstrip("/")
        page = f"{base}/dataset/{entry.prefix}{dataset}/"
        # Only the embedded portal gives files below the dataset's own address.
        click.echo("\n".join(_lines(result, page, page if entry.type == "site" else "", words)))
    if left or result["failed"]:
        return Exit.NO
    return Exit.INCOMPLETE if later else Exit.DONE


def _commands(prefix: str, paths: tuple[str, ...]) -> Iterator[str]:
    """What removes files from all of a repository's history; git filter-repo counts paths from its top."""
    if paths:
        chosen = " ".join(f"--path {_quoted(prefix + path)}" for path in paths)
        yield f"git filter-repo --invert-paths {chosen}"
        yield "git push --force --all"
        yield "git push --force --tags"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _leftovers(found: Sequence[Mapping[str, Any]], words: Any) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield words.text("STILL TO BE DONE by an administrator of the portal:")
    for one in found:
        yield f"  {words.of('leftover', one['code']) or one['code']} {one['where']}"
        yield from (f"    {line}" for line in one["commands"])
    yield words.text("Then run takedown again: it says when all is gone.")


def _lines(result: dict[str, Any], page: str, files: str, words: Any) -> Iterator[str]:
    from publisher.reports.outcome import why

    for name in result["removed"]:
        yield words.text("gone: {address}", address=files + name)
    yield from (f"! {why(one['code'], one['params'], words)}" for one in result["failed"])
    for name in result["still_there"]:
        yield words.text("STILL THERE: {address}", address=files + name)
    yield words.text("The note stands at {address}", address=page)
    yield from _leftovers(result["leftovers"], words)
    git = result["git"]
    if not git["paths"]:
        return
    yield ""
    yield words.plural(
        "Git still holds the bytes, in {count} commit:",
        "Git still holds the bytes, in {count} commits:",
        len(git["commits"]),
    )
    yield from (f"  {path}" for path in git["paths"])
    yield words.text("To remove them from history, once everybody has been told (every clone must be made anew):")
    yield from (f"  {line}" for line in git["commands"])
    yield words.text("Copies in caches, mirrors and clones of others are not reached by this.")
    yield words.text(
        "Set status: withdrawn in the dataset's descriptor; until then publishing leaves the note as it is."
    )
