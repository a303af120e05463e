"""Every sentence that a person may read stands in Vietnamese and English, and the compiled files are in step."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

import click
import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from jinja2 import nodes

from publisher.help import COMMANDS, EXAMPLES
from publisher.validation.rules import RULE_OF, RULES

PACKAGE = Path(__file__).parent.parent / "publisher"
FILES = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po"))
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
# What makes a problem or an error, and which argument is its code.
MAKERS = {
    "Problem": 0,
    "Failure": 0,
    "problem": 0,
    "OpendataError": 0,
    "_add": 0,
    "_at": 0,
    "at_dataset": 1,
    "at_resource": 2,
}
SPEAKERS = {"text": 0, "plural": 0}
FAMILIES = re.compile(r"(?:yaml|shape|table|personal|resource)(?:-[a-z0-9]+)+\Z")
# Strings of those families that are no codes: names of files and such.
NO_CODES = {"table-schema", "table-other-error"}


def read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale=None, abort_invalid=True)


@lru_cache
def sentences(language: str) -> dict[tuple[str | None, str], Message]:
    found: dict[tuple[str | None, str], Message] = {}
    for path in FILES:
        if path.parent.parent.name == language:
            for message in read(path):
                if message.id:
                    key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
                    found[key] = message
    return found


def text_of(message: Message | None) -> str:
    if message is None:
        return ""
    return message.string if isinstance(message.string, str) else " ".join(message.string)


def by_id(messages: Catalog) -> dict[tuple[str | None, object], object]:
    return {(one.context, str(one.id)): one.string for one in messages if one.id}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def codes(makers: Collection[str]) -> frozenset[str]:
    found = set(RULE_OF)
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found |= {one for one in named_string(node, {name: MAKERS[name] for name in makers}) if CODE.match(one)}
            if (
                path.is_relative_to(PACKAGE / "tables")
                and isinstance(node, ast.Constant)
                and isinstance(node.value, str)
            ):
                found |= {node.value} if FAMILIES.match(node.value) else set()
    return frozenset(found - NO_CODES)


def named_string(call: ast.Call, names: dict[str, int]) -> Iterator[str]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in names and len(call.args) > names[name]:
        argument = call.args[names[name]]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


def interface_texts() -> Iterator[tuple[str, str]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from ((path.name, one) for one in named_string(node, SPEAKERS))
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".html", ".yaml", ".md", ".txt"} and {"templates", "files"} & set(path.parts):
            for call in environment.parse(path.read_text("utf-8")).find_all(nodes.Call):
                first = call.args[0] if call.args else None
                if getattr(call.node, "name", "") in {"t", "n", "note", "words"} and isinstance(first, nodes.Const):
                    yield path.name, str(first.value)


def help_texts() -> Iterator[tuple[str, str]]:
    yield from (("help.py", sentence) for sentence in COMMANDS.values())
    yield from (("help.py", sentence) for calls in EXAMPLES.values() for _, sentence in calls)
    for name in COMMANDS:
        module = importlib.import_module(f"publisher.commands.{name.replace('-', '_')}")
        yield from texts_of(module.command, name)


def texts_of(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    for text in (command.help, command.epilog):
        for paragraph in inspect.cleandoc(text or "").split("\n\n"):
            if paragraph and not paragraph.startswith("\b"):
                yield name, " ".join(paragraph.split())
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            yield name, " ".join(option.help.split())
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from texts_of(child, f"{name} {child.name}")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_code_has_a_message_and_help(language: str) -> None:
    known = sentences(language)
    assert [one for one in sorted(codes(MAKERS)) if not text_of(known.get(("message", one)))] == []
    # An error that ends a command may say all there is to say in its message.
    of_problems = codes(MAKERS.keys() - {"OpendataError"})
    assert [one for one in sorted(of_problems) if not text_of(known.get(("help", one)))] == []


def test_both_languages_tell_the_same_codes_with_the_same_facts() -> None:
    vietnamese, english = sentences("vi"), sentences("en")
    for context in ("message", "help", "term", "fixed"):
        assert {k for c, k in vietnamese if c == context} == {k for c, k in english if c == context}
    differing = []
    for context, code in english:
        if context == "message":
            facts = [
                {hole for c in ("message", "help") for hole in PLACEHOLDER.findall(text_of(known.get((c, code))))}
                for known in (vietnamese, english)
            ]
            differing += [code] if facts[0] != facts[1] else []
    assert differing == []


def test_every_interface_text_is_translated() -> None:
    known = sentences("vi")
    missing = {(where, one) for where, one in (*interface_texts(), *help_texts()) if not known.get((None, one))}
    assert sorted(missing) == []


def test_every_rule_is_documented_in_vietnamese() -> None:
    known = sentences("vi")
    assert [code for code, rule in RULES.items() if not rule.__doc__ or ("rule", code) not in known] == []


def test_no_sentence_stands_twice() -> None:
    for language in sorted({path.parent.parent.name for path in FILES}):
        seen: dict[tuple[str | None, str], str] = {}
        twice = []
        for path in FILES:
            if path.parent.parent.name == language:
                for message in read(path):
                    if not message.id:
                        continue
                    sentence = message.id if isinstance(message.id, str) else message.id[0]
                    key = (message.context, sentence)
                    twice += [f"{key}: {seen[key]} and {path.name}"] if key in seen else []
                    seen[key] = path.name
        assert twice == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_compiled_messages_are_in_step(path: Path) -> None:
    buffer = io.BytesIO()
    write_mo(buffer, read(path))
    buffer.seek(0)
    with path.with_suffix(".mo").open("rb") as stream:
        assert by_id(read_mo(stream)) == by_id(read_mo(buffer)), "run script/messages"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_translations_fill_only_what_is_there(path: Path) -> None:
    for message in read(path):
        if message.id and message.context is None:
            ids = message.id if isinstance(message.id, str) else " ".join(message.id)
            assert set(PLACEHOLDER.findall(text_of(message))) <= {*PLACEHOLDER.findall(ids), "{count}"}, message.id
            assert text_of(message), message.id
