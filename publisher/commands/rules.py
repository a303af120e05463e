"""``opendata rules``: what is checked, why, and how to fix it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from publisher.errors import OpendataError
from publisher.messages import Messages
from publisher.session import Session

if TYPE_CHECKING:
    from publisher.validation.documentation import Explanation


@click.command()
@click.argument("code", required=False)
@click.option(
    "--format", "shape", type=click.Choice(["human", "json"]), default="human", help="How the answer is written."
)
@click.pass_obj
def command(session: Session, code: str | None, shape: str) -> None:
    """Explain the rules, or one of them.

    Without CODE it lists all rules; with the code of a problem it says what is meant and what to do.
    """
    from publisher.text import suggest
    from publisher.validation.documentation import all_codes, explain, rules

    words = session.messages
    if code is None:
        found = rules(words)
        click.echo(_json({"rules": [_data(one) for one in found]}) if shape == "json" else _list(found, words))
        return
    one = explain(code, words)
    if one is None:
        raise OpendataError("rule-not-found", name=code, suggestion=suggest(code, all_codes()))
    click.echo(_json(_data(one)) if shape == "json" else _page(one, words))


def _weight(one: Explanation, words: Messages) -> str:
    return words.text(one.severity.value) if one.severity is not None else ""


def _list(found: list[Explanation], words: Messages) -> str:
    names = [(one.code, _weight(one, words), one.summary) for one in found]
    code, weight = max(len(name[0]) for name in names), max(len(name[1]) for name in names)
    return "\n".join(f"{name[0]:<{code}}  {name[1]:<{weight}}  {name[2]}" for name in names)


def _page(one: Explanation, words: Messages) -> str:
    lines = [one.code if one.severity is None else f"{one.code} ({_weight(one, words)})", ""]
    lines += [click.wrap_text(one.message), click.wrap_text(one.help)]
    for paragraph in one.paragraphs:
        lines += ["", click.wrap_text(paragraph)]
    if one.depends_on_today:
        lines += ["", words.text("Depends on today: a notice where the dataset was not touched.")]
    others = [code for code in one.codes if code != one.code]
    if others:
        lines += ["", words.text("See also: {codes}", codes=", ".join(others))]
    return "\n".join(lines)


def _data(one: Explanation) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity,
        "summary": one.summary,
        "message": one.message,
        "help": one.help,
        "rule": one.rule,
        "codes": list(one.codes),
        "depends_on_today": one.depends_on_today,
        "documentation": "\n\n".join(one.paragraphs),
    }


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
