"""``opendata plan``: what publishing would change."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from publisher.commands.options import ADDRESS, AS_OF, DEEP, PORTAL, ROLLBACK
from publisher.errors import Exit
from publisher.session import Session


@click.command()
@PORTAL
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan to this file.")
@click.option(
    "--format", "shape", type=click.Choice(["human", "json", "markdown"]), default="human", help="How it is written."
)
@AS_OF
@ADDRESS
@ROLLBACK
@DEEP
@click.pass_obj
def command(
    session: Session,
    portal: str | None,
    out: Path | None,
    shape: str,
    as_of: datetime | None,
    base_url: str | None,
    rollback: bool,
    deep: bool,
) -> int:
    """Say what publishing would change, and why.

    Ends with 0 if there is nothing to do, 2 if there are changes, 1 if publishing would be refused.
    """
    from publisher.pipeline import Wish, decide, prepare
    from publisher.plan.serial import plan_to_data
    from publisher.reports.plan import plan_human, plan_json, plan_markdown
    from publisher.workspace import write_atomically, writing

    day = as_of.date() if as_of else None
    with prepare(session, portal, as_of=day, rollback=rollback, address=base_url, deep=deep) as prepared:
        plan, verdict, words = prepared.plan, decide(prepared, Wish()), session.messages
    zone = prepared.catalogue.settings.time_zone
    if shape == "json":
        click.echo(json.dumps(plan_json(plan, verdict, prepared.warnings), ensure_ascii=False, indent=2))
    elif shape == "markdown":
        click.echo(plan_markdown(plan, verdict, words, prepared.warnings, zone), nl=False)
    else:
        click.echo("\n".join(plan_human(plan, verdict, words, prepared.warnings, zone)))
    if out is not None:
        with writing(out):
            write_atomically(out, (json.dumps(plan_to_data(plan), ensure_ascii=False, indent=2) + "\n").encode())
    return Exit.DONE if plan.empty else Exit.CHANGES
