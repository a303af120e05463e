"""The message catalogues: compiled as they are written, and complete in Vietnamese and English."""

from __future__ import annotations

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from publisher.cli import run

REPOSITORY = Path(__file__).parent.parent.parent
LOCALE = REPOSITORY / "publisher" / "locale"
SOURCES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"\{\w+\}")


def script(name: str) -> ModuleType:
    """A script of the repository as a module."""
    loader = SourceFileLoader(f"script_{name.replace('-', '_')}", str(REPOSITORY / "script" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def entries(language: str, context: str) -> dict[str, Message]:
    found = {}
    for path in SOURCES:
        if path.parent.parent.name == language:
            with path.open("rb") as stream:
                found |= {str(one.id): one for one in read_po(stream) if one.context == context and one.string}
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(LOCALE).as_posix())
def test_the_compiled_file_is_what_script_messages_makes(source: Path) -> None:
    assert source.with_suffix(".mo").read_bytes() == script("messages").compiled(source)


@pytest.mark.parametrize("context", ["message", "help"])
def test_every_problem_is_worded_in_both_languages_with_the_same_placeholders(context: str) -> None:
    vi, en = entries("vi", context), entries("en", context)
    assert sorted(set(vi) ^ set(en)) == []
    differ = [
        code
        for code in en
        if set(PLACEHOLDER.findall(str(en[code].string))) - set(PLACEHOLDER.findall(str(vi[code].string)))
    ]
    assert differ == []


def test_the_command_reference_is_what_the_commands_say() -> None:
    run(["--lang", "en", "--version"])
    assert (REPOSITORY / "docs" / "commands.md").read_text("utf-8") == script("docs-commands").reference()


def test_vietnamese_has_one_word_for_one_thing() -> None:
    """tập dữ liệu, cấu trúc bảng, tệp mô tả, tệp dữ liệu; the reader is bạn."""
    other = re.compile("bộ dữ liệu|lược đồ|bản mô tả|tài nguyên|anh/chị|quý vị", re.IGNORECASE)
    guides = [*(REPOSITORY / "docs").glob("*.md"), REPOSITORY / "README.md"]
    files = [*guides, *(one for one in SOURCES if one.parent.parent.name == "vi")]
    assert [(file.name, found.group()) for file in files for found in other.finditer(file.read_text("utf-8"))] == []
