"""Every command explains itself, with examples that parse, in Vietnamese too."""

from __future__ import annotations

import importlib
import inspect
import shlex
from collections.abc import Iterator

import click
import pytest

from publisher.cli import opendata, spoken
from publisher.help import COMMANDS, EXAMPLES
from publisher.messages import messages


def command(name: str) -> click.Command:
    return importlib.import_module(f"publisher.commands.{name.replace('-', '_')}").command


def with_children(name: str) -> list[tuple[str, click.Command]]:
    """The command, and the ones below it, by how one calls them."""
    if name == "opendata":
        return [(name, opendata)]
    found = command(name)
    children = found.commands if isinstance(found, click.Group) else {}
    return [(f"opendata {name}", found), *((f"opendata {name} {child}", one) for child, one in children.items())]


def sentences(path: str, one: click.Command) -> Iterator[str]:
    for paragraph in inspect.cleandoc(one.help or "").split("\n\n"):
        if not paragraph.startswith("\b"):
            yield " ".join(paragraph.split())
    for option in one.params:
        if isinstance(option, click.Option) and option.help:
            yield " ".join(option.help.split())
    yield from (sentence for _, sentence in EXAMPLES.get(path, ()))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    first = inspect.cleandoc(command(name).help or "").split("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[name]


@pytest.mark.parametrize("name", ["opendata", *COMMANDS])
def test_every_option_and_command_is_explained(name: str) -> None:
    for path, one in with_children(name):
        assert one.help, path
        silent = [option.name for option in one.params if isinstance(option, click.Option) and not option.help]
        assert silent == [], path


@pytest.mark.parametrize("name", ["opendata", *COMMANDS])
def test_help_is_there_in_vietnamese(name: str) -> None:
    words = messages("vi")
    said = [sentence for path, one in with_children(name) for sentence in sentences(path, one)]
    assert [sentence for sentence in said if words.text(sentence) == sentence] == []


def test_every_command_has_examples() -> None:
    have = {path.split()[1] for path in EXAMPLES if path != "opendata"}
    assert have == set(COMMANDS)


@pytest.mark.parametrize("call", [call for calls in EXAMPLES.values() for call, _ in calls])
def test_every_example_parses(call: str) -> None:
    first, *arguments = shlex.split(call)
    assert first == "opendata"
    one: click.Command = spoken(messages("en"))
    context = click.Context(one, info_name="opendata")
    while isinstance(one, click.Group):
        _, arguments, _ = one.make_parser(context).parse_args(list(arguments))
        name, found, arguments = one.resolve_command(context, arguments)
        assert found is not None
        one, context = found, click.Context(found, parent=context, info_name=name)
    one.make_parser(context).parse_args(list(arguments))
