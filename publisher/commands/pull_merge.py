"""``opendata pull --merge``: what somebody edited in the portal's web form, as changes to the catalogue's files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from publisher.errors import Exit, OpendataError
from publisher.git import Repository
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.catalogue.model import Dataset
    from publisher.pipeline import Prepared
    from publisher.plan.model import Desired, Drift, Holding
    from publisher.portals.ckan.mapping.mapping import Context
    from publisher.portals.ckan.wire.asking import Calls
    from publisher.scaffold.pull_merge import Merge


@dataclass
class _Dataset:
    """What becomes of one dataset: new bytes of its descriptor, fetched files by their place, and what to say."""

    name: str
    descriptor: str
    content: bytes | None = None
    files: dict[str, Path] = field(default_factory=dict)
    told: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    refused: bool = False


def merged(session: Session, portal: str, datasets: tuple[str, ...], dry_run: bool) -> int:
    """Bring edits back; ends with 5 where something could not be.

    Raises:
        OpendataError: ``pull-not-there``; as :func:`publisher.pipeline.prepare`.
    """
    from publisher.pipeline import prepare
    from publisher.plan.model import Kind
    from publisher.portals.ckan.wire.transport import connect
    from publisher.text import suggest
    from publisher.workspace import temporary_folder

    words = session.messages
    with prepare(session, portal) as prepared, temporary_folder() as folder:
        drifted = [one for one in prepared.state.holdings.values() if one.drift and one.subject.kind is Kind.DATASET]
        known = [one.name for one in prepared.state.holdings if one.kind is Kind.DATASET]
        for name in datasets:
            if name not in known:
                raise OpendataError("pull-not-there", Exit.NO, name=name, meant=suggest(name, known) or "–")
        with closing(connect(prepared.entry, session.root)) as transport:
            found = [
                one
                for holding in drifted
                if not datasets or holding.subject.name in datasets
                for one in _merged(session, prepared, transport, holding, folder)
            ]
        for one in found:
            if not dry_run and not one.refused:
                _write(session.root, one)
            for code, params in one.told:
                click.echo(f"{one.name}: {words.of('pull', code, **params)}")
    if dry_run and found:
        click.echo(words.text("Nothing was written."), err=True)
    if not found:
        click.echo(words.text("Nothing to bring back."))
    done = sum(one.content is not None or bool(one.files) for one in found if not one.refused)
    click.echo(words.plural("{count} dataset changed.", "{count} datasets changed.", done), err=True)
    left = any(code in {"merge-left", "merge-dirty"} for one in found for code, _ in one.told)
    return Exit.INCOMPLETE if left else Exit.DONE


def _merged(session: Session, prepared: Prepared, calls: Calls, holding: Holding, folder: Path) -> Iterator[_Dataset]:
    from publisher.catalogue.document import read_document
    from publisher.portals.ckan.ckan import CkanPortal
    from publisher.portals.ckan.mapping import mapping
    from publisher.scaffold.pull_merge import Merge

    desired, dataset = _of(prepared, holding)
    portal = prepared.portal
    there = portal.seen.found.get(holding.subject) if isinstance(portal, CkanPortal) else None
    if desired is None or dataset is None or there is None:
        return
    context = _context(prepared, calls)
    # As it was read, and not by its name, which somebody else's dataset may bear by now.
    package = there.package
    file = f"{dataset.folder}/dataset.yaml"
    document, _ = read_document(session.root / file, file)
    if document is None:
        return
    merge = Merge(document, package, mapping.wanted(desired, context), desired, context)
    for one in holding.drift:
        merge.take(one)
    made = _Dataset(desired.subject.name, file)
    if merge.document is not document:
        made.content = merge.document.text.encode()
    made.told += [("merge-changed", {**_said(session, one), "file": file}) for one in merge.done]
    made.told += [("merge-left", _said(session, one)) for one in merge.left]
    _fetch(session, prepared, calls, merge, made, folder)
    yield made


def _of(prepared: Prepared, holding: Holding) -> tuple[Desired | None, Dataset | None]:
    by_id = {one.id: one for one in prepared.desired.subjects.values()}
    desired = by_id.get(holding.id)
    dataset = prepared.catalogue.datasets.get(desired.subject.name) if desired is not None else None
    return desired, dataset


def _context(prepared: Prepared, calls: Calls) -> Context:
    from publisher.portals.ckan.ckan import options_of
    from publisher.portals.ckan.reading.rights import rights
    from publisher.portals.ckan.writing.around import context_of

    options = options_of(prepared.entry, prepared.catalogue.settings)
    return context_of(prepared.desired, prepared.state, "", options, rights(calls, options.scope))


def _fetch(session: Session, prepared: Prepared, calls: Calls, merge: Merge, made: _Dataset, folder: Path) -> None:
    """Files that were replaced there, each fetched for the file of ours that it was made from."""
    from publisher.scaffold.pull_files import download

    repository = Repository.find(session.root)
    packages = {one.get("id"): one for one in merge.package.get("resources") or ()}
    for identity, drift in merge.replaced.items():
        file = _file_of(prepared, merge, identity)
        package = packages.get(identity, {})
        if file is None or package.get("url_type") != "upload":
            made.told.append(("merge-left", _said(session, drift)))
            continue
        path = session.root / file
        if repository is None or repository.show("HEAD", file) is None:
            made.refused = True
            made.told = [("merge-no-git", {"file": file})]
            return
        if repository.show("HEAD", file) != path.read_bytes():
            made.refused = True
            made.told = [("merge-dirty", {"file": file})]
            return
        fetched = folder / identity / PurePosixPath(file).name
        if download(calls, str(package["url"]), fetched) is None:
            made.told.append(("merge-left", _said(session, drift)))
            continue
        if fetched.read_bytes() != path.read_bytes():
            made.files[file] = fetched
            made.told.append(("merge-file", {**_said(session, drift), "file": file}))


def _file_of(prepared: Prepared, merge: Merge, identity: str) -> str | None:
    """The file of ours that a CKAN resource shows: as it is, or as CSV where ours is such a one."""
    wanted = next((one for one in merge.wanted.resources if one.id == identity), None)
    dataset = prepared.catalogue.datasets[merge.desired.subject.name]
    if wanted is None or wanted.file is None:
        return None
    if wanted.file.source is not None:
        return wanted.file.source.path.relative_to(prepared.catalogue.root).as_posix()
    resource = next((one for one in dataset.resources if str(one.id) == wanted.of), None)
    if resource is None or len(resource.parts) != 1 or wanted.file.format != "csv":
        return None
    plain = resource.encoding == "utf-8" and resource.delimiter in {None, ","} and resource.header_row == 1
    file = resource.parts[0].file
    return file if plain and file.lower().endswith(".csv") else None


def _write(root: Path, one: _Dataset) -> None:
    from publisher.workspace import replacing, write_atomically, writing

    for file, fetched in one.files.items():
        with writing(root / file), replacing(root / file) as partial:
            partial.write_bytes(fetched.read_bytes())
    if one.content is not None:
        with writing(root / one.descriptor):
            write_atomically(root / one.descriptor, one.content)


def _said(session: Session, one: Drift) -> dict[str, object]:
    return {"place": one.place, "by": one.by or session.messages.text("somebody"), "on": one.on or "–"}
