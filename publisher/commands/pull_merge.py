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
    from publisher.portals.ckan.wire.asking import Calls
    from publisher.scaffold.pull_merge import Merge


@dataclass
class _Dataset:
    """What becomes of one dataset: new bytes of its descriptor, fetched files by their place, and what to say of each
    edit. ``refused`` is why nothing is written of it, and the file for which.
    """

    name: str
    descriptor: str
    content: bytes | None = None
    files: dict[str, Path] = field(default_factory=dict)
    done: list[Drift] = field(default_factory=list)
    fetched: list[tuple[Drift, str]] = field(default_factory=list)
    left: list[Drift] = field(default_factory=list)
    refused: tuple[str, str] | None = None


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
        drifted = sorted(
            (one for one in prepared.state.holdings.values() if one.drift and one.subject.kind is Kind.DATASET),
            key=lambda one: one.subject,
        )
        known = [one.name for one in prepared.state.holdings if one.kind is Kind.DATASET]
        for name in datasets:
            if name not in known:
                raise OpendataError("pull-not-there", Exit.NO, name=name, meant=suggest(name, known))
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
            for line in _lines(session, prepared, one, dry_run):
                click.echo(f"{one.name}: {line}")
    if not found:
        click.echo(words.text("Nothing to bring back."))
    done = sum(one.content is not None or bool(one.files) for one in found if not one.refused)
    if dry_run:
        said = words.plural("{count} dataset would change.", "{count} datasets would change.", done)
        click.echo(f"{said} {words.text('Nothing was written.')}", err=True)
    else:
        click.echo(words.plural("{count} dataset changed.", "{count} datasets changed.", done), err=True)
    left = any(one.refused or one.left for one in found)
    return Exit.INCOMPLETE if left else Exit.DONE


def _merged(session: Session, prepared: Prepared, calls: Calls, holding: Holding, folder: Path) -> Iterator[_Dataset]:
    from publisher.catalogue.document import read_document
    from publisher.portals.ckan.ckan import CkanPortal
    from publisher.portals.ckan.mapping import mapping
    from publisher.scaffold.pull_merge import Merge

    desired, dataset = _of(prepared, holding)
    portal = prepared.portal
    if desired is None or dataset is None or not isinstance(portal, CkanPortal):
        return
    there = portal.seen.found.get(holding.subject)
    if there is None:
        return
    context = portal.context(prepared.desired)
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
    made.done, made.left = merge.done, merge.left
    _fetch(session, prepared, calls, merge, made, folder)
    yield made


def _of(prepared: Prepared, holding: Holding) -> tuple[Desired | None, Dataset | None]:
    by_id = {one.id: one for one in prepared.desired.subjects.values()}
    desired = by_id.get(holding.id)
    dataset = prepared.catalogue.datasets.get(desired.subject.name) if desired is not None else None
    return desired, dataset


def _fetch(session: Session, prepared: Prepared, calls: Calls, merge: Merge, made: _Dataset, folder: Path) -> None:
    """Files that were replaced there, each fetched for the file of ours that it was made from."""
    from publisher.scaffold.pull_files import download

    repository = Repository.find(session.root)
    packages = {one.get("id"): one for one in merge.package.get("resources") or ()}
    for identity, drift in merge.replaced.items():
        file = _file_of(prepared, merge, identity)
        package = packages.get(identity, {})
        if file is None or package.get("url_type") != "upload":
            made.left.append(drift)
            continue
        path = session.root / file
        if repository is None or repository.show("HEAD", file) is None:
            made.refused = ("merge-no-git", file)
            return
        if repository.show("HEAD", file) != path.read_bytes():
            made.refused = ("merge-dirty", file)
            return
        fetched = folder / identity / PurePosixPath(file).name
        if download(calls, str(package["url"]), fetched) is None:
            made.left.append(drift)
            continue
        if fetched.read_bytes() != path.read_bytes():
            made.files[file] = fetched
            made.fetched.append((drift, file))


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


def _lines(session: Session, prepared: Prepared, one: _Dataset, dry_run: bool) -> Iterator[str]:
    """What became of each edit, or would; what could not be brought back comes last."""
    from publisher.reports.drift import drift_lines

    words, zone = session.messages, prepared.catalogue.settings.time_zone
    if one.refused is not None:
        code, file = one.refused
        yield words.of("pull", code, file=file)
        return
    tail = "-dry-run" if dry_run else ""
    groups = [("merge-changed", one.done, one.descriptor)]
    groups += [("merge-file", [drift], file) for drift, file in one.fetched]
    for code, drift, file in groups:
        for said in drift_lines(drift, words, zone):
            yield words.of("pull", code + tail, edit=said, file=file)
    for said in drift_lines(one.left, words, zone):
        yield words.of("pull", "merge-left", edit=said)
