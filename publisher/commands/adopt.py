"""``opendata adopt``: what stands on a portal without our mark becomes ours, by explicit wish."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from publisher.commands.confirm import confirm
from publisher.commands.options import WAIT, YES
from publisher.errors import Exit, OpendataError
from publisher.messages import Messages
from publisher.plan.model import Kind, Outcome, OutcomeStatus, Subject
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.pipeline import Prepared
    from publisher.portals.ckan.adoption.adopting import Adopter, Look

_SHOWN = 8


@click.command()
@click.option("--portal", required=True, help="The portal, by its key in catalog/portals.yaml.")
@click.option("--dataset", "datasets", multiple=True, help="This dataset, by its name in git; a pattern such as a-*.")
@click.option("--organization", "organizations", multiple=True, help="This organization with all of its datasets.")
@click.option("--theme", "themes", multiple=True, help="This theme's group.")
@click.option("--all", "everything", is_flag=True, help="All that git describes and that stands there.")
@click.option("--release", is_flag=True, help="Give ownership back: only our mark is removed.")
@click.option("--list", "listing", is_flag=True, help="Only list what stands there and is not ours.")
@YES
@WAIT
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How it is written.")
@click.pass_obj
def command(
    session: Session,
    portal: str,
    datasets: Sequence[str],
    organizations: Sequence[str],
    themes: Sequence[str],
    everything: bool,
    release: bool,
    listing: bool,
    yes: bool,
    wait: float,
    shape: str,
) -> int:
    """Take over what stands on a CKAN already, so that publishing keeps it in step.

    Only our mark is written. What git would change of it, opendata plan says afterwards, and publish does.

    Ends with 0 if all is done, 5 if something is refused, 1 if everything is.
    """
    from publisher.pipeline import prepare
    from publisher.portals.ckan.adoption.adopting import Adopter
    from publisher.portals.ckan.adoption.strangers import strangers
    from publisher.portals.ckan.ckan import CkanPortal

    if not (datasets or organizations or themes or everything or listing):
        raise OpendataError("adopt-what")
    words = session.messages
    with ExitStack() as stack:
        if not listing:
            stack.enter_context(session.workspace.locked("publish", wait))
        prepared = stack.enter_context(prepare(session, portal, wait=wait, by_row=False))
        if not isinstance(prepared.portal, CkanPortal):
            raise OpendataError("adopt-not-ckan", portal=portal)
        kit, seen = prepared.portal.kit, prepared.portal.seen
        if listing:
            found = [asdict(one) for one in strangers(kit.transport, kit.options, seen, prepared.desired.subjects)]
            _print(found if shape == "json" else _listed(found, words))
            return Exit.DONE
        adopter = Adopter(kit, seen, prepared.desired, stated(prepared))
        held = frozenset(one for one, holding in prepared.state.holdings.items() if not holding.deleted)
        reach = held if release else adopter.standing()
        chosen = _chosen(prepared, reach, datasets, organizations, themes, everything)
        if release:
            chosen = [one for one in chosen if one in held]
        bodies = [one for one in chosen if one.kind is not Kind.DATASET and (release or one not in held)]
        looks = [] if release else adopter.look([one for one in chosen if one.kind is Kind.DATASET])
        if shape == "human":
            for line in _told(looks, bodies if not release else chosen, release, words):
                click.echo(line, err=True)
        if not yes and (any(one.adoption for one in looks) or bodies or (release and chosen)):
            confirm(words.text("Give these back?") if release else words.text("Take these over?"))
        outcomes = _carry_out(session, portal, adopter, looks, bodies, chosen if release else None)
    return _report(looks, outcomes, shape, words, release=release)


def stated(prepared: Prepared) -> frozenset[Subject]:
    """Datasets whose descriptor gives their id."""
    from publisher.catalogue.model import dataset_id

    catalogue = prepared.catalogue
    return frozenset(
        Subject(Kind.DATASET, name)
        for name, one in catalogue.datasets.items()
        if one.id != dataset_id(catalogue.settings.id, one.formerly[0] if one.formerly else name)
    )


def _chosen(
    prepared: Prepared,
    reach: Iterable[Subject],
    datasets: Sequence[str],
    organizations: Sequence[str],
    themes: Sequence[str],
    everything: bool,
) -> list[Subject]:
    """What is asked for: what is named, and of organizations what stands there.

    Raises:
        OpendataError: ``selection-empty`` for a pattern that fits no dataset, ``adopt-body-unknown``.
    """
    from publisher.validation.selection import matching

    reach = frozenset(reach)
    there = [one.name for one in reach if one.kind is Kind.DATASET]
    found = {one for one in reach if everything and one.kind is not Kind.CATALOGUE}
    found |= (
        {Subject(Kind.DATASET, one) for one in matching(prepared.catalogue, datasets, there)} if datasets else set()
    )
    for kind, keys, known in (
        (Kind.ORGANIZATION, organizations, prepared.catalogue.organizations),
        (Kind.THEME, themes, prepared.catalogue.themes),
    ):
        for key in keys:
            if key not in known:
                raise OpendataError("adopt-body-unknown", name=key)
            if key not in prepared.entry.organizations:  # those are used as they are
                found.add(Subject(kind, key))
    owners = {name: one.organization for name, one in prepared.catalogue.datasets.items()}
    found |= {one for one in reach if one.kind is Kind.DATASET and owners.get(one.name) in organizations}
    return sorted(found)


def _carry_out(
    session: Session,
    portal: str,
    adopter: Adopter,
    looks: Sequence[Look],
    bodies: Sequence[Subject],
    released: Sequence[Subject] | None,
) -> list[Outcome]:
    from publisher.apply.journal import FileJournal

    with FileJournal(session.workspace.journal, portal) as journal:
        journal.write("release" if released is not None else "adopt")
        if released is not None:
            return list(adopter.release(released, journal))
        return list(adopter.take(looks, bodies, journal))


def _refused(looks: Sequence[Look], outcomes: Sequence[Outcome]) -> dict[Subject, tuple[str, Mapping[str, Any]]]:
    found: dict[Subject, tuple[str, Mapping[str, Any]]] = {}
    found |= {one.subject: (one.refused.code, one.refused.params) for one in looks if one.refused is not None}
    failed = (one for one in outcomes if one.status is OutcomeStatus.FAILED)
    return found | {one.subject: (one.code or "", one.params) for one in failed}


def _report(looks: Sequence[Look], outcomes: Sequence[Outcome], shape: str, words: Messages, *, release: bool) -> int:
    from publisher.reports.outcome import why

    refused = _refused(looks, outcomes)
    done = [one.subject for one in outcomes if one.subject not in refused]
    ours = [one.subject for one in looks if one.ours]
    end = Exit.DONE if not refused else Exit.INCOMPLETE if done or ours else Exit.NO
    if shape == "json":
        changes = {one.subject: one.adoption for one in looks if one.adoption is not None}
        made = {
            "released" if release else "adopted": [str(one) for one in done],
            "already_ours": [str(one) for one in ours],
            "refused": [{"subject": str(one), "code": code, "params": dict(p)} for one, (code, p) in refused.items()],
            "changes": {str(one): [asdict(change) for change in found.changes] for one, found in changes.items()},
            "exit": int(end),
        }
        _print(made)
        return end
    lines = []
    for one, (code, params) in refused.items():
        lines.append(f"! {one.name}: {why(code, params, words)}")
        advice = words.of("help", code, **params)
        lines += [f"    {advice}"] if advice else []
    if release:
        lines.append(words.plural("{count} given back.", "{count} given back.", len(done)))
    else:
        lines.append(words.plural("{count} taken over.", "{count} taken over.", len(done)))
    if ours:
        lines.append(words.plural("{count} is ours already.", "{count} are ours already.", len(ours)))
    _print(lines)
    return end


def _told(looks: Sequence[Look], others: Sequence[Subject], release: bool, words: Messages) -> Iterator[str]:
    """What would be taken over, with what the next publication would then change."""
    from publisher.reports.plan import field_words

    for subject in others:
        kind = words.of("kind", subject.kind.value) or subject.kind.value
        yield f"{'-' if release else '+'} {kind} {subject.name}"
    for look in looks:
        if look.adoption is None:
            continue
        yield f"+ {words.of('kind', 'dataset') or 'dataset'} {look.subject.name}"
        changes = look.adoption.changes
        if changes:
            yield "    " + words.text("git has something else; the next publish would change:")
        yield from (f"    {field_words(one, words)}" for one in changes[:_SHOWN])
        if len(changes) > _SHOWN:
            yield "    " + words.plural("and {count} more field", "and {count} more fields", len(changes) - _SHOWN)


def _listed(found: Sequence[Mapping[str, Any]], words: Messages) -> list[str]:
    lines = [
        "  ".join(
            [
                one["name"],
                one["title"],
                f"({one['owner']})",
                *([words.text("harvested")] if one["harvested"] else []),
                *([words.text("in git: {name}", name=one["git"])] if one["git"] else []),
            ]
        )
        for one in found
    ]
    return [*lines, words.plural("{count} dataset is not ours.", "{count} datasets are not ours.", len(found))]


def _print(made: object) -> None:
    if isinstance(made, list) and all(isinstance(one, str) for one in made):
        click.echo("\n".join(made))
    else:
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
