"""The embedded portal: a folder of static files that tells its own state."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from filelock import FileLock, Timeout

from publisher import __version__
from publisher.digest import digest_of
from publisher.errors import Exit, OpendataError
from publisher.plan.model import (
    LOST,
    Action,
    DesiredState,
    Holding,
    Outcome,
    OutcomeStatus,
    Plan,
    PortalState,
    Record,
    Subject,
)
from publisher.portals.base import Journal, Leftover, Steps, Tables, no_steps
from publisher.portals.readback import read_back
from publisher.portals.site import swap
from publisher.portals.site.build import Builder, next_site
from publisher.portals.site.files import Stage, missing
from publisher.portals.site.state import (
    STATE,
    Entry,
    SiteState,
    StoredRecord,
    folder_of,
    read_state,
    record_path,
)

if TYPE_CHECKING:
    from publisher.portals.site.fetch import Address


class SitePortal:
    """A site in a folder, or, where the folder is empty, at its public address.

    Args:
        folder: where the site is built.
        tables: makes the files that are derived from tables.
        address: the public address, asked only where the folder holds nothing.
        steps: told how far building is.
        deep: whether the served files are read, and not only their sizes looked at.
    """

    def __init__(
        self,
        folder: Path,
        tables: Tables,
        address: str | None = None,
        steps: Steps = no_steps,
        *,
        deep: bool = False,
    ) -> None:
        self.folder = folder
        self._tables = tables
        self._steps = steps
        self._deep = deep
        self._spoilt: tuple[str, ...] = ()
        self._address: Address | None = None
        if address:
            from publisher.portals.site.fetch import Address

            self._address = Address(address)

    def snapshot(self) -> PortalState:
        """See :class:`publisher.portals.base.Portal`.

        Raises:
            OpendataError: ``portal-folder-foreign`` for a folder with files and no state of ours,
                ``portal-state-unreadable``, ``portal-unreadable``, ``portal-unreachable``.
        """
        with swap.readable(self.folder):
            return self._snapshot()

    def _snapshot(self) -> PortalState:
        known = self._known()
        if known is None:
            return PortalState(capabilities=frozenset({"site"}))
        records = self._records(known)
        return PortalState(
            known.catalogue_id,
            known.commit,
            known.tool,
            known.as_of,
            {
                subject: Holding(subject, one.id, records[subject], one.digest, one.files, one.commit)
                for subject, one in known.entries.items()
            },
            frozenset({"site"}),
            self._stale(known),
        )

    def _stale(self, known: SiteState) -> str | None:
        if self._is_here():
            self._spoilt = missing(swap.current(self.folder), known.files, deep=self._deep)
        if known.tool != __version__ or known.design != self._design():
            return "tool"
        return "missing-files" if self._is_here() and (self._spoilt or _stubs(known)) else None

    def complete(self, state: PortalState, desired: DesiredState) -> PortalState:
        """See :class:`publisher.portals.base.Portal`. The snapshot says everything."""
        return state

    def verify(self, actions: Sequence[Action], before: PortalState) -> Mapping[Subject, str]:
        """See :class:`publisher.portals.base.Portal`."""
        return read_back(self, actions, before)

    def read(self, subject: Subject, name: str) -> AbstractContextManager[BinaryIO]:
        """See :class:`publisher.portals.base.Portal`."""
        path = folder_of(subject) + name
        content = self._open(path)
        if content is None:
            raise OpendataError("portal-file-missing", Exit.UNREACHABLE, path=path)
        return cast(BinaryIO, content)

    def leftovers(self, subject: Subject) -> Sequence[Leftover]:
        """See :class:`publisher.portals.base.Portal`. What is not in the folder is gone."""
        return ()

    def close(self) -> None:
        """See :class:`publisher.portals.base.Portal`."""
        if self._address is not None:
            self._address.close()

    def apply(self, plan: Plan, desired: DesiredState, state: PortalState, journal: Journal) -> Iterator[Outcome]:
        """See :class:`publisher.portals.base.Portal`. Nothing is served until all is built and switched.

        Raises:
            OpendataError: ``portal-write-failed``, ``portal-changed``, ``portal-path-taken``; the
                served site is as it was.
        """
        if plan.empty and not swap.leftovers(self.folder):
            return
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                if swap.recover(self.folder):
                    journal.write("recovered", folder=str(self.folder))
                if not plan.empty:
                    yield from self._build(plan, desired, self._unchanged(desired, state), journal)
        except OSError as error:
            raise OpendataError(
                "portal-write-failed", Exit.NO, folder=str(self.folder), reason=error.strerror or str(error)
            ) from error

    def _unchanged(self, desired: DesiredState, state: PortalState) -> SiteState:
        """What the portal holds, if that is still what the plan was made for.

        Raises:
            OpendataError: ``portal-changed``.
        """
        known = self._known()
        if (known.commit if known else None) != state.commit or (known is None) != (state.catalogue_id is None):
            raise OpendataError("portal-changed", Exit.NO, folder=str(self.folder))
        return known or SiteState(desired.catalogue_id, None, desired.tool, self._design())

    def _build(self, plan: Plan, desired: DesiredState, known: SiteState, journal: Journal) -> Iterator[Outcome]:
        here = self._is_here()
        base = self.folder if here else self._brought_back(known, journal)
        stage = Stage(self.folder, base, known.files, frozenset(self._spoilt))
        try:
            acted = {action.subject for action in plan.actions}
            records = self._records(known)
            stored: dict[Subject, Record] = {}
            for subject, entry in known.entries.items():
                wanted = desired.subjects.get(subject)
                if wanted is not None and wanted.digest == entry.digest:
                    stored[subject] = wanted.record
                else:
                    stored[subject] = records[subject] if subject in acted else records[subject].plain()
            builder = Builder(stage, next_site(plan, desired, known, stored), known, desired, self._tables, self._steps)
            failed = builder.data(stored)
            builder.aliases()
            held = {one.subject: one.codes for one in plan.held}
            failed |= builder.lost()
            builder.pages(builder.view(held, desired.tool), self._design())
            builder.records()
            carried = stage.carry_over() if here else []
            (stage.folder / STATE).write_bytes(builder.state(desired.tool, self._design()))
            journal.write("staged", written=len(stage.written), files=len(stage.made), carried=carried[:100])
            old = swap.switch(self.folder)
        except BaseException:
            stage.discard()
            raise
        finally:
            if base != self.folder:
                shutil.rmtree(base, ignore_errors=True)
        journal.write("switched", folder=str(self.folder))
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
        journal.write("cleaned")
        yield from (failed.pop(a.subject, Outcome(a.subject, OutcomeStatus.DONE)) for a in plan.actions)
        yield from failed.values()

    def _brought_back(self, known: SiteState, journal: Journal) -> Path:
        """A folder with the files that the public address still serves as the state tells them."""
        folder = swap.fetched(self.folder)
        folder.mkdir(parents=True)

        def keep(path: str, content: IO[bytes]) -> None:
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as stream:
                shutil.copyfileobj(content, stream)

        if self._address is not None and known.files:
            lost = self._address.fetch(dict(known.files), keep)
            journal.write("brought-back", files=len(known.files) - len(lost), lost=lost[:100])
        return folder

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against publishers from other workspaces.

        Raises:
            OpendataError: ``locked``.
        """
        try:
            with FileLock(str(self.folder.with_name(f".{self.folder.name}.opendata-lock")), timeout=0):
                yield
        except Timeout as error:
            raise OpendataError("locked", Exit.NO, name=self.folder.name) from error

    def _is_here(self) -> bool:
        folder = swap.current(self.folder)
        return folder.is_dir() and any(folder.iterdir())

    def _known(self) -> SiteState | None:
        folder = swap.current(self.folder)
        if self._is_here() or (folder.exists() and not folder.is_dir()):
            if not (folder / STATE).is_file():
                raise OpendataError("portal-folder-foreign", Exit.NO, folder=str(self.folder))
        elif self._address is None:
            return None
        content = self._bytes(STATE)
        if content is None:
            return None
        known = read_state(content)
        if known is None:
            place = self._address.url if self._address is not None and not self._is_here() else str(self.folder)
            raise OpendataError("portal-state-unreadable", Exit.NO, folder=place)
        return known

    def _bytes(self, path: str) -> bytes | None:
        content = self._open(path)
        if content is None:
            return None
        with swap.readable(self.folder), content:
            return content.read()

    def _open(self, path: str) -> IO[bytes] | None:
        with swap.readable(self.folder):
            if self._is_here():
                try:
                    return (swap.current(self.folder) / path).open("rb")
                except (FileNotFoundError, NotADirectoryError):
                    return None
            return self._address.get(path) if self._address else None

    def _records(self, known: SiteState) -> dict[Subject, StoredRecord]:
        return {subject: StoredRecord(partial(self._record, subject, one)) for subject, one in known.entries.items()}

    def _record(self, subject: Subject, entry: Entry) -> Record:
        """A subject's record, as the portal holds it; a stub if it is spoilt in the folder.

        Raises:
            OpendataError: ``portal-file-missing`` if the address does not give it as the state tells.
        """
        path = record_path(subject)
        content = self._bytes(path)
        if content is None or hashlib.sha256(content).hexdigest() != entry.digest:
            if self._is_here():
                return {"id": entry.id, "name": subject.name, "title": {"": subject.name}, LOST: True}
            raise OpendataError("portal-file-missing", Exit.UNREACHABLE, path=path)
        found: Record = json.loads(content)
        return found

    def _design(self) -> str:
        """What draws the pages and makes the files: templates, words, code and recipe."""
        from publisher.portals.site.render import design_digest

        return digest_of([design_digest(), self._tables.recipe])


def _stubs(known: SiteState) -> list[str]:
    """Records in whose place stubs stand, since they were lost."""
    made = ((record_path(subject), entry.digest) for subject, entry in known.entries.items())
    return [path for path, digest in made if path in known.files and known.files[path].sha256 != digest]
