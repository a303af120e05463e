"""``opendata rehearse``: a publication carried out on a copy of the live portal, before it is carried out there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from publisher.commands.options import SELECT, WAIT
from publisher.errors import Exit, OpendataError
from publisher.messages import Messages
from publisher.plan.model import Outcome, Plan
from publisher.plan.safety import Verdict
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.catalogue.model import PortalEntry
    from publisher.pipeline import Prepared, Wish
    from publisher.portals.ckan.ckan import CkanPortal
    from publisher.portals.ckan.model import Rights
    from publisher.portals.ckan.rehearsal.copy import Left
    from publisher.portals.ckan.rehearsal.rehearsal import Made, Stage
    from publisher.portals.ckan.wire.transport import Transport

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Rehearsed:
    """What came of it: the plan, its outcomes, foreign objects compared and moved, and what a second plan would do."""

    verdict: Verdict
    plan: Plan
    outcomes: Sequence[Outcome]
    compared: int
    moved: Sequence[str]
    again: Plan
    left: Left
    live: Plan = field(repr=False)
    zone: str = "UTC"

    @property
    def otherwise(self) -> list[str]:
        """Subjects of which the copy needs something else than the live portal."""
        wanted = {(one.subject, one.change) for one in self.live.actions}
        return sorted({str(one) for one, _ in wanted ^ {(one.subject, one.change) for one in self.plan.actions}})

    @property
    def rest(self) -> list[str]:
        """What a second plan would still do, of what was allowed and did not fail."""
        failed = {one.subject for one in self.outcomes if one.code is not None}
        held = {one.subject for one in self.verdict.plan.held}
        return [str(one.subject) for one in self.again.actions if one.subject not in failed | held]

    @property
    def end(self) -> Exit:
        """Whether publishing may be left to it."""
        from publisher.reports.outcome import exit_of

        return Exit.NO if self.moved or self.rest else exit_of(self.outcomes, self.verdict)


@click.command()
@click.option("--portal", required=True, help="The live portal, which is only read.")
@click.option("--on", "stage", help="The entry of a throw-away CKAN (default: CKAN_URL and CKAN_TOKEN).")
@SELECT
@click.option(
    "--plan", "plan_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Do only what is in it."
)
@click.option(
    "--allow", multiple=True, metavar="KIND=N", help="Agree to exactly N changes of a kind: delete, loss, ..."
)
@click.option("--largest", type=click.IntRange(min=0), default=10, help="Copy files up to so many megabytes.")
@click.option("--rows", type=click.IntRange(min=1), default=10_000, help="Copy so many rows of a table at most.")
@click.option("--beside", is_flag=True, help="Use a throw-away portal though something stands there; it is left alone.")
@click.option("--keep", is_flag=True, help="Leave the copy there, to look at; the next rehearsal removes it.")
@WAIT
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How it is written.")
@click.pass_obj
def command(
    session: Session,
    portal: str,
    stage: str | None,
    select: Sequence[str],
    plan_file: Path | None,
    allow: Sequence[str],
    largest: int,
    rows: int,
    beside: bool,
    keep: bool,
    wait: float,
    shape: str,
) -> int:
    """Publish to a copy of a live portal, and prove that nothing of others moves.

    The live portal is only read. What stands there is copied to a throw-away CKAN, the plan is carried out on the copy
    with the same rights, and all that is not ours is compared before and after.

    Ends with 0 if all is well, 5 if something fails or is held back, 1 if something foreign moved or a second plan
    would not be empty.
    """
    from publisher.commands.publish import allowed
    from publisher.pipeline import Wish, prepare
    from publisher.plan.serial import plan_from_text

    reviewed = plan_from_text(plan_file.read_text("utf-8", "replace"), str(plan_file)) if plan_file else None
    wish = Wish(allowed(allow), None, select, reviewed)
    with (
        session.workspace.locked("publish", wait),
        prepare(session, portal, wait=wait, by_row=False) as prepared,
        closing(_transport(session, prepared, stage)) as there,
    ):
        done = _rehearse(session, prepared, there, wish, largest * _MEGABYTE, rows, beside=beside, keep=keep)
    _report(session, done, shape)
    return done.end


def _transport(session: Session, prepared: Prepared, key: str | None) -> Transport:
    """The way to the throw-away portal."""
    from publisher.catalogue.model import PortalEntry
    from publisher.portals.ckan.wire.transport import connect
    from publisher.portals.registry import entry_of

    if key is not None:
        entry: PortalEntry = entry_of(prepared.catalogue, key)
    else:
        source = prepared.entry.source
        entry = PortalEntry("CKAN_URL", source, "ckan", url_env="CKAN_URL", token_env="CKAN_TOKEN")
    if entry.type != "ckan" or prepared.entry.type != "ckan":
        raise OpendataError("rehearse-not-ckan", portal=entry.key if entry.type != "ckan" else prepared.entry.key)
    return connect(entry, session.root)


def _rehearse(
    session: Session,
    prepared: Prepared,
    there: Transport,
    wish: Wish,
    largest: int,
    rows: int,
    *,
    beside: bool,
    keep: bool,
) -> Rehearsed:
    from publisher.portals.ckan.ckan import CkanPortal
    from publisher.portals.ckan.reading.rights import rights
    from publisher.portals.ckan.rehearsal.copy import Copier, read_live
    from publisher.portals.ckan.rehearsal.rehearsal import Stage, apart, coming, together

    assert isinstance(prepared.portal, CkanPortal)
    kit, seen = prepared.portal.kit, prepared.portal.seen
    apart(kit.transport.origin, there.origin)
    stage = Stage(there, rights(there))
    say, words = session.progress, session.messages
    wanted = coming(prepared.desired, prepared.portal.context(prepared.desired))
    say(words.text("Reading the live portal"), 0, 0)
    live = read_live(kit.transport, kit.options, wanted)
    stage.clear()
    stage.prove_empty(beside=beside)
    stage.begin(together(live.made, wanted))
    try:
        tables = frozenset(key for one in seen.found.values() if one.applied for key in one.applied.tables)
        copier = Copier(kit.transport, there, largest, rows, tables, prepared.entry.parallel)
        for number, _ in enumerate(copier.copy(live), 1):
            say(words.text("Copying"), number, len(live.packages))
        with ExitStack() as stack:
            acting = (
                there if kit.rights.sysadmin else stack.enter_context(closing(_as_person(there, stage, kit.rights)))
            )
            return _carried_out(session, prepared, there, acting, live.made, wish, copier.left)
    finally:
        if not keep:
            stage.clear()


def _as_person(there: Transport, stage: Stage, rights: Rights) -> Transport:
    """The throw-away portal as somebody sees it who may do there what we may do on the live one."""
    from publisher.portals.ckan.wire.token import Credentials
    from publisher.portals.ckan.wire.transport import Transport

    return Transport(Credentials(there.url, stage.person(rights)), there.limits)


def _carried_out(
    session: Session,
    prepared: Prepared,
    there: Transport,
    acting: Transport,
    made: Made,
    wish: Wish,
    left: Left,
) -> Rehearsed:
    from publisher.apply.run import carry_out
    from publisher.pipeline import decide
    from publisher.portals.ckan.rehearsal.prints import moved, prints

    catalogue = prepared.desired.catalogue_id
    with TemporaryDirectory(prefix="opendata-", ignore_cleanup_errors=True) as folder:
        portal = _portal(session, prepared, acting, Path(folder))
        copy = _planned(prepared, portal)
        ours = {found.name for found in portal.seen.found.values()}
        home = portal.seen.home
        foreign = made.datasets & portal.seen.names - ours - ({home.name} if home is not None else set())
        compare = partial(prints, there, sorted(foreign), sorted(made.organizations), sorted(made.groups), catalogue)
        before = compare()
        verdict = decide(copy, wish)
        (Path(folder) / "journal").mkdir()
        outcomes = carry_out(portal, verdict.plan, copy.desired, copy.state, Path(folder) / "journal")
        after = compare()
        again = _planned(prepared, _portal(session, prepared, acting, Path(folder)))
    changed, zone = moved(before, after), prepared.catalogue.settings.time_zone
    return Rehearsed(verdict, copy.plan, outcomes, len(before), changed, again.plan, left, prepared.plan, zone)


def _portal(session: Session, prepared: Prepared, acting: Transport, folder: Path) -> CkanPortal:
    from publisher.apply.tables import CatalogueTables
    from publisher.portals.ckan.ckan import CkanPortal
    from publisher.portals.registry import Setup

    tables = CatalogueTables(prepared.catalogue, by_row=False)
    setup = Setup(prepared.entry, prepared.catalogue.settings, session.root, tables, backups=folder / "backups")
    return CkanPortal(setup, acting)


def _planned(prepared: Prepared, portal: CkanPortal) -> Prepared:
    """The same wish for another portal."""
    from publisher.apply.tables import CatalogueTables
    from publisher.plan.diff import make_plan

    tables = CatalogueTables(prepared.catalogue, by_row=False)
    state = portal.complete(portal.snapshot(), prepared.desired)
    entry = prepared.entry
    plan = make_plan(entry.key, prepared.desired, state, partial(tables.compare, portal), entry.drift)
    return replace(prepared, portal=portal, state=state, plan=plan)


def _report(session: Session, done: Rehearsed, shape: str) -> None:
    from publisher.reports.outcome import outcome_human, outcome_json
    from publisher.reports.plan import plan_human, plan_json

    words = session.messages
    if shape == "json":
        made: dict[str, Any] = plan_json(done.plan, done.verdict) | {
            "outcomes": outcome_json(done.outcomes),
            "foreign": {"compared": done.compared, "moved": list(done.moved)},
            "rest": done.rest,
            "otherwise": done.otherwise,
            "not_copied": asdict(done.left),
            "exit": int(done.end),
        }
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join([*plan_human(done.plan, done.verdict, words, zone=done.zone), *_lines(done, words)]))
    click.echo("\n".join(outcome_human(done.outcomes, done.verdict, words)))


def _lines(done: Rehearsed, words: Messages) -> Iterator[str]:
    left = done.left
    if left.links:
        yield words.text("Files that could not be copied and were links there: {count}", count=left.links)
    if left.tables:
        yield words.text("Tables of which only the first rows were copied: {count}", count=left.tables)
    if left.datasets:
        yield words.text("Datasets that could not be copied: {names}", names=", ".join(sorted(left.datasets)[:10]))
    if done.otherwise:
        yield words.text("On the copy other changes were needed: {names}", names=", ".join(done.otherwise[:10]))
    yield words.text("Foreign objects compared: {count}; moved: {moved}", count=done.compared, moved=len(done.moved))
    yield from (f"! {one}" for one in done.moved)
    if done.rest:
        yield words.text("A second plan would still change: {names}", names=", ".join(done.rest[:10]))
    else:
        yield words.text("A second plan has nothing left to do.")
