"""A plan carried out on a CKAN: under the lease, several datasets at a time, each with an outcome of its own.

Organizations and groups come first, then datasets, then what is to be deleted; the private dataset is written last.
Interrupted anywhere, what stands there tells the next plan what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial

from publisher.digest import digest_of
from publisher.errors import Exit, OpendataError
from publisher.messages import messages
from publisher.plan.desired import CATALOGUE
from publisher.plan.drift import KEEP
from publisher.plan.model import Action, Change, DesiredState, Kind, Outcome, OutcomeStatus, Plan, PortalState, Subject
from publisher.portals.backups import Backups
from publisher.portals.base import Journal, Steps, Tables
from publisher.portals.ckan.mapping import mapping
from publisher.portals.ckan.mapping.table import TAGS
from publisher.portals.ckan.mapping.view import View
from publisher.portals.ckan.model import Found, Options, Rights
from publisher.portals.ckan.notes.home import Deleted, HomeState, Kept, KeptBody, home_name, roll_call, short_id
from publisher.portals.ckan.notes.lease import Lease
from publisher.portals.ckan.reading.bodies import NAME, learned, noted
from publisher.portals.ckan.reading.standing import MAPPING, Snapshot
from publisher.portals.ckan.reading.surroundings import surroundings
from publisher.portals.ckan.wire.transport import Transport
from publisher.portals.ckan.writing.around import context_of, owner_of_home
from publisher.portals.ckan.writing.bodies import Bodies, parents_first
from publisher.portals.ckan.writing.datasets import DatasetWriter
from publisher.portals.ckan.writing.logos import Logos, with_logo_of
from publisher.portals.ckan.writing.order import Job, Turns
from publisher.portals.ckan.writing.step import Stepper

_LOOK = 30.0
"""Seconds after which the lease is looked after though no dataset has ended."""


@dataclass(frozen=True)
class Kit:
    """What a portal's modules work with. ``dead`` is the last run of this workspace, ``note`` is told of this one."""

    transport: Transport
    options: Options
    rights: Rights
    tables: Tables
    backups: Backups | None
    parallel: int
    steps: Steps
    dead: str | None
    note: Callable[[str], None]


class Application:
    """One run: a plan, what it was made from, and what came of it.

    ``written`` are the datasets as they stand after it, ``home`` is CKAN's id of the private dataset.
    """

    def __init__(
        self, kit: Kit, snapshot: Snapshot, plan: Plan, desired: DesiredState, state: PortalState, journal: Journal
    ) -> None:
        self._kit = kit
        self._snapshot = snapshot
        self._plan = plan
        self._desired = desired
        self._state = state
        self._journal = journal
        self._stepper = Stepper(kit.transport, journal)
        self._bodies = Bodies(kit.transport, desired.catalogue_id)
        self._logos = Logos(kit.transport, desired.catalogue_id)
        self._bare: dict[Subject, OpendataError] = {}
        self._context = context_of(desired, state, kit.tables.recipe, kit.options, kit.rights)
        # The roll is of the datasets as they stood before: it ends with the first write.
        self._before = replace(snapshot.kept or HomeState(desired.catalogue_id), roll=None)
        self._kept = learned(self._before.subjects, self._context)
        self._deleted = dict(self._before.deleted)
        self.written: dict[Subject, Found] = {}
        self.home: str | None = None

    def run(self) -> Iterator[Outcome]:
        """Carry out the plan; the outcome of every action as it comes.

        Raises:
            OpendataError: ``portal-leased``, ``portal-changed``, ``portal-home-hidden``, ``portal-no-organization``,
                and what the portal raises before a dataset was written.
        """
        first, owner = owner_of_home(self._plan, self._context, self._snapshot.home)
        made = [self._told(self._stepper.must(first, partial(self._embody, first)))] if first is not None else []
        kit, home = self._kit, self._snapshot.home
        lease = lease_of(kit, self._context.rights, home, self._before, owner, self._desired.catalogue_id)
        with lease.held():
            self.home = lease.id
            # From here on it tells what was done, even where the run breaks off.
            lease.state = replace(self._before, subjects=self._kept, deleted=self._deleted)
            self._journal.write("leased", home=lease.id)
            yield from made
            for done, outcome in enumerate(self._all(lease, first), 1 + len(made)):
                self._kit.steps(done, len(self._plan.actions))
                yield outcome
            yield from self._end(lease)
        self._journal.write("released", home=lease.id)

    def _all(self, lease: Lease, first: Action | None) -> Iterator[Outcome]:
        def of(kind: Kind, *, deletion: bool = False) -> list[Action]:
            found = [one for one in self._plan.actions if one.subject.kind is kind and one != first]
            return [one for one in found if (one.change is Change.DELETE) is deletion]

        bodies = [*parents_first(of(Kind.ORGANIZATION), self._context.organizations), *of(Kind.THEME)]
        yield from self._each(bodies, lease)
        yield from self._datasets(of(Kind.DATASET), lease)
        yield from self._datasets(of(Kind.DATASET, deletion=True), lease)
        yield from self._each([*of(Kind.THEME, deletion=True), *of(Kind.ORGANIZATION, deletion=True)], lease)

    def _each(self, actions: Iterable[Action], lease: Lease) -> Iterator[Outcome]:
        for action in actions:
            self._prolong(lease)
            yield self._body(action)

    def _datasets(self, actions: Sequence[Action], lease: Lease) -> Iterator[Outcome]:
        if not actions:
            return
        kit = self._kit
        writer = DatasetWriter(
            kit.transport, self._desired.catalogue_id, kit.options, self._context.rights, kit.tables, kit.backups
        )
        by_name = {action.subject.name: action for action in actions}
        turns = Turns(self._jobs(actions))
        flying: dict[Future[Outcome], str] = {}
        # One more than there may be requests: it is made ready while the others wait for the portal's answers.
        most = kit.parallel + 1 if kit.parallel > 1 else 1
        with ThreadPoolExecutor(most) as pool:
            while True:
                while len(flying) < most and (job := turns.next()) is not None:
                    flying[pool.submit(self._dataset, by_name[job.key], writer)] = job.key
                if not flying:
                    return
                ended, _ = wait(flying, _LOOK, FIRST_COMPLETED)
                self._prolong(lease)
                for future in ended:
                    outcome = future.result()
                    turns.done(flying.pop(future), outcome.status is OutcomeStatus.DONE)
                    yield outcome

    def _jobs(self, actions: Sequence[Action]) -> Iterator[Job]:
        """What each dataset brings, and which other one has to give up its name before."""
        giving = {one.renamed_from: one.subject.name for one in actions if one.renamed_from is not None}
        language = self._kit.options.languages[0]
        for action in actions:
            name = action.subject.name
            wanted = self._desired.subjects.get(action.subject)
            tags = TAGS.value(View(wanted.record, self._context, language)) if wanted is not None else ()
            yield Job(name, frozenset(tags), frozenset({giving[name]} if name in giving else ()))

    def _dataset(self, action: Action, writer: DatasetWriter) -> Outcome:
        there = Subject(Kind.DATASET, action.renamed_from or action.subject.name)
        found = self._snapshot.found.get(there)
        work = self._deleting if action.change is Change.DELETE else self._writing
        return self._stepper.take(action, partial(work, action, writer, found))

    def _writing(self, action: Action, writer: DatasetWriter, found: Found | None) -> None:
        desired = self._desired.subjects[action.subject]
        applied = found.applied if found is not None else None
        wanted = mapping.wanted(desired, self._context, applied.ids if applied is not None else {})
        written = writer.write(action, wanted, desired, found, self._desired.commit)
        if written.applied is not None:
            # Of thousands of datasets each record is kept in memory once.
            written = replace(written, applied=replace(written.applied, record=desired.record))
        self.written[action.subject] = written
        self._deleted.pop(desired.id, None)

    def _deleting(self, action: Action, writer: DatasetWriter, found: Found | None) -> None:
        if found is None:
            return
        writer.delete(found)
        day = self._kit.transport.now().date().isoformat()
        self._deleted[self._state.holdings[action.subject].id] = Deleted(action.subject.name, found.id, day)

    def _body(self, action: Action) -> Outcome:
        return self._told(self._stepper.take(action, partial(self._embody, action)))

    def _told(self, outcome: Outcome) -> Outcome:
        """With what became of the logo: what belongs to the organization does not wait for its picture."""
        error = self._bare.get(outcome.subject)
        if error is None or outcome.status is OutcomeStatus.FAILED:
            return outcome
        return Outcome(outcome.subject, OutcomeStatus.FAILED, error.code, error.params)

    def _embody(self, action: Action) -> None:
        """An organization or group as git has it."""
        subject = action.subject
        kind = subject.kind
        wanted = self._desired.subjects.get(subject)
        before = self._kept.get(subject)
        old = mapping.body(before.record, kind, self._context) if before is not None else None
        known = before.body if before is not None else None
        if wanted is None:
            if old is not None:
                self._bodies.delete(kind, known.id if known is not None else str(old["name"]))
            self._kept.pop(subject, None)
            return
        body = mapping.body(wanted.record, kind, self._context)
        drifted = frozenset(one.place for one in action.drift)
        kept = drifted if self._kit.options.drift == KEEP else frozenset()
        identity, ours = self._bodies.write(
            kind, body, old, identity=known.id if known is not None else None, kept=kept
        )
        self._may_use(kind, str(body["name"]), identity, renamed=NAME not in kept)
        record = wanted.record
        if "logo" in record or (before is not None and "logo" in before.record):
            try:
                self._logos.bring(kind, identity, next(iter(wanted.sources), None))
            except OpendataError as error:
                if error.exit_code is Exit.UNREACHABLE:
                    raise
                self._bare[subject] = error
                record = with_logo_of(record, before.record if before is not None else {})
        digest = wanted.digest if record is wanted.record else digest_of(record)
        note = noted(identity, body, known, kept) if ours else KeptBody(identity, str(body["name"]))
        self._kept[subject] = Kept(wanted.id, digest, record, self._desired.commit, note)

    def _may_use(self, kind: Kind, name: str, identity: str, *, renamed: bool) -> None:
        """What was made just now may be used from now on, and what has our name again is called by it."""
        rights = self._context.rights
        if renamed:
            rights = replace(rights, called={ours: there for ours, there in rights.called.items() if ours != name})
        if kind is Kind.ORGANIZATION:
            rights = replace(rights, organizations={**rights.organizations, name: identity})
        else:
            rights = replace(rights, groups={**rights.groups, name: identity})
        self._context = replace(self._context, rights=rights)

    def _prolong(self, lease: Lease) -> None:
        try:
            lease.renew()
        except OpendataError as error:
            self._stepper.stop(error)

    def _there(self) -> set[str]:
        """Our ids of the datasets that stand there now."""
        holdings = self._state.holdings.items()
        there = {one.id for subject, one in holdings if subject.kind is Kind.DATASET and not one.deleted}
        there |= {self._desired.subjects[subject].id for subject in self.written}
        return there - set(self._deleted)

    def _end(self, lease: Lease) -> Iterator[Outcome]:
        """The private dataset as it is to stand, without the lease."""
        desired = self._desired
        wanted = desired.subjects.get(CATALOGUE)
        action = next((one for one in self._plan.actions if one.subject == CATALOGUE), None)
        if wanted is not None and action is not None:
            self._kept[CATALOGUE] = Kept(wanted.id, wanted.digest, wanted.record, desired.commit)
        there = self._there()
        state = replace(
            lease.state,
            commit=desired.commit,
            tool=desired.tool,
            as_of=desired.as_of,
            roll=roll_call(there),
            known=(self._before.known | set(map(short_id, there))) - set(map(short_id, self._deleted)),
        )
        waiting = {one for one, held in self._state.holdings.items() if held.stale == MAPPING} - set(self.written)
        if not waiting:
            state = replace(state, around=surroundings(desired, self._kit.options, self._context.rights))
        outcome = self._stepper.take(action or Action(Change.UPDATE, CATALOGUE), partial(lease.release, state))
        if action is not None or outcome.status is OutcomeStatus.FAILED:
            yield outcome


def lease_of(kit: Kit, rights: Rights, home: Found | None, state: HomeState, owner: str, catalogue_id: str) -> Lease:
    """The right to write for a catalogue; ``home`` is its private dataset as it was seen, ``state`` what it holds."""
    words = messages(kit.options.languages[0])
    texts = {
        "title": words.text("Notes of the publishing tool"),
        "notes": words.text("opendata keeps here what it published last. Please change nothing of it."),
    }
    name, address = home_name(catalogue_id), kit.transport.url
    return Lease(kit.transport, name, state, home, owner, texts, rights.user, address, dead=kit.dead, note=kit.note)
