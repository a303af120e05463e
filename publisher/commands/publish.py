"""``opendata publish``: a portal brought to what git says."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.commands.confirm import confirm
from publisher.commands.options import ADDRESS, AS_OF, DEEP, PORTAL, ROLLBACK, SELECT, WAIT, YES
from publisher.errors import Exit, OpendataError
from publisher.plan.model import Outcome, Plan, Risk
from publisher.plan.safety import Verdict
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.pipeline import Prepared

_BETWEEN = frozenset({"locked", "portal-leased", "portal-changed"})
"""Refusals before anything was written, because another publisher was faster."""


@click.command()
@PORTAL
@click.option(
    "--plan", "plan_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Do only what is in it."
)
@SELECT
@click.option(
    "--allow", multiple=True, metavar="KIND=N", help="Agree to exactly N changes of a kind: delete, loss, ..."
)
@click.option("--cap", type=click.IntRange(min=0), help="Let at most so many risky changes through (default: 30 %).")
@YES
@WAIT
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How it is written.")
@AS_OF
@ADDRESS
@ROLLBACK
@DEEP
@click.pass_obj
def command(
    session: Session,
    portal: str | None,
    plan_file: Path | None,
    select: Sequence[str],
    allow: Sequence[str],
    cap: int | None,
    yes: bool,
    wait: float,
    shape: str,
    as_of: datetime | None,
    base_url: str | None,
    rollback: bool,
    deep: bool,
) -> int:
    """Bring a portal to what git says: validate, plan, ask, apply, verify.

    A dataset with errors stays at its last good version and is named; the others are published. What
    deletes, withdraws, breaks or loses data needs consent: --allow, or a file in catalog/consents/.
    Ends with 0 if all is done, 1 if it is refused and nothing is written, 5 if something is held back.
    """
    from publisher.apply.run import carry_out
    from publisher.pipeline import Wish, decide, prepare
    from publisher.plan.serial import plan_from_text
    from publisher.reports.outcome import exit_of

    reviewed = plan_from_text(plan_file.read_text("utf-8", "replace"), str(plan_file)) if plan_file else None
    wish = Wish(allowed(allow), cap, select, reviewed)
    day = as_of.date() if as_of else None

    def once() -> int:
        with (
            session.workspace.locked("publish", wait),
            prepare(
                session,
                portal,
                as_of=day,
                rollback=rollback,
                address=base_url,
                deep=deep,
                wait=wait,
                # Who is asked is told each row; where nobody looks, the portal is spared.
                by_row=not yes,
            ) as prepared,
        ):
            if reviewed is not None and (reviewed.portal, reviewed.catalogue_id) != (
                prepared.plan.portal,
                prepared.plan.catalogue_id,
            ):
                raise OpendataError("plan-for-another-portal", Exit.NO, portal=reviewed.portal)
            verdict = decide(prepared, wish)
            if shape == "human":
                _show(session, prepared, verdict)
            if not verdict.plan.empty and not yes:
                confirm(session.messages.text("Publish this?"))
            journal = session.workspace.journal
            outcomes = carry_out(prepared.portal, verdict.plan, prepared.desired, prepared.state, journal)
        end = exit_of(outcomes, verdict)
        _report(session, prepared.plan, verdict, prepared.warnings, outcomes, shape, end)
        return end

    return _patiently(once, wait)


def _patiently(work: Callable[[], int], seconds: float) -> int:
    """Plan anew where another publisher came in between plan and writing, as long as there is time to wait."""
    until = time.monotonic() + seconds
    while True:
        try:
            return work()
        except OpendataError as error:
            if error.code not in _BETWEEN or time.monotonic() >= until:
                raise


def allowed(given: Sequence[str]) -> dict[Risk, int]:
    """What --allow says.

    Raises:
        OpendataError: ``allow-malformed``.
    """
    found: dict[Risk, int] = {}
    for one in given:
        kind, _, number = one.partition("=")
        if kind not in {risk.value for risk in Risk} or not number.isdecimal():
            raise OpendataError("allow-malformed", given=one, kinds=", ".join(risk.value for risk in Risk))
        found[Risk(kind)] = int(number)
    return found


def _show(session: Session, prepared: Prepared, verdict: Verdict) -> None:
    from publisher.reports.plan import plan_human

    zone = prepared.catalogue.settings.time_zone
    for line in plan_human(prepared.plan, verdict, session.messages, prepared.warnings, zone):
        click.echo(line, err=True)


def _report(
    session: Session,
    plan: Plan,
    verdict: Verdict,
    warnings: Sequence[str],
    outcomes: Sequence[Outcome],
    shape: str,
    end: Exit,
) -> None:
    from publisher.reports.outcome import outcome_human, outcome_json
    from publisher.reports.plan import plan_json

    if shape == "json":
        made = plan_json(plan, verdict, warnings) | {"outcomes": outcome_json(outcomes), "exit": int(end)}
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    elif outcomes or verdict.attention or verdict.plan.rebuild:
        click.echo("\n".join(outcome_human(outcomes, verdict, session.messages)))
