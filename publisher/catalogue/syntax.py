"""What a YAML parser complains about, as the mistake that a person made.

The parser (libyaml) says where it could not go on, in English and in its own terms; people made the mistake
often a line earlier. Each mistake has a code of its own, so that its words can say what to do.
"""

from __future__ import annotations

import re

import yaml

from publisher.problem import Problem

_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
# The parser's own words (libyaml's and PyYAML's agree in these parts), first match wins.
_MISTAKES = [
    ("yaml-several-documents", "expected a single document|but found another document"),
    ("yaml-colon", "mapping values are not allowed"),
    ("yaml-colon-missing", "could not find expected ':'"),
    ("yaml-escape", "unknown escape|hexdecimal number|expected escape sequence"),
    ("yaml-quote", "quoted scalar|found unexpected end of stream"),
    ("yaml-bracket", "flow (?:sequence|mapping|node)|expected ',' or"),
    ("yaml-start", "cannot start any token|node content|mapping keys are not allowed"),
    ("yaml-block", "block scalar"),
    ("yaml-start", "alias|anchor|directive|block mapping key|tag"),
    ("yaml-list-mark", "block sequence entries"),
    ("yaml-indent", "block (?:mapping|collection|sequence|end)|expected key|simple key|<document start>"),
]
_OPENED_EARLIER = {"yaml-quote", "yaml-bracket", "yaml-start", "yaml-colon-missing"}
_STRUCTURE = {"yaml-indent", "yaml-colon", "yaml-colon-missing", "yaml-list-mark"}
_KEY = re.compile(r"\s*(?:- )*[^\s:#'\"]+(?:\s+[^\s:#'\"]+)*\s*\Z")

INVISIBLE = "\x85\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
"""Spaces of Word, Zalo and web pages that look like a space, or like nothing, and are none to YAML."""

# Where such a space takes the place of one that YAML needs: before a key, after a dash or a colon.
_PASTED_SPACE = re.compile(rf"^[ -]*([{INVISIBLE}])|:([{INVISIBLE}])")
LIST_MARK = re.compile(r"[–—−•●▪◦‣·*+](?=\s)|-(?=[^ \t\n\d.-])")
"""What people write in place of the hyphen and space of a list's item."""


def conflict(text: str, file: str) -> Problem | None:
    """The first marker that git left in the file where two people changed the same lines."""
    found = _CONFLICT.search(text)
    return Problem("git-conflict", file, text.count("\n", 0, found.start()) + 1, 1) if found else None


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The parser's error as one problem at the place of the mistake."""
    reason = str(getattr(error, "problem", None) or error).splitlines()[0]
    context = str(getattr(error, "context", None) or "")
    code = next((code for code, words in _MISTAKES if re.search(words, f"{context} {reason}")), "yaml-syntax")
    lines = text.split("\n")
    line, column = _place(getattr(error, "problem_mark", None), lines)
    opened = _place(getattr(error, "context_mark", None) or getattr(error, "problem_mark", None), lines)
    code = _by_character(code, lines, line, column, opened[0])
    if code in _OPENED_EARLIER:
        # The parser notices much later what was opened, and forgotten, before.
        line, column = opened
    code, line, column = _by_lines(code, lines, line, column)
    character = lines[line][column : column + 1].strip()
    if code == "yaml-start" and not character:
        code = "yaml-syntax"
    params = {"character": character} if code == "yaml-start" else {}
    return Problem(code, file, line + 1, column + 1, params=params)


def _place(mark: yaml.Mark | None, lines: list[str]) -> tuple[int, int]:
    """Line and column from 0, within the text."""
    line = min(mark.line if mark else 0, len(lines) - 1)
    return line, min(mark.column if mark else 0, len(lines[line]))


def _by_character(code: str, lines: list[str], line: int, column: int, opened: int) -> str:
    """The mistake, as the characters at its place show it; ``opened`` is the line where a bracket was."""
    here = lines[line]
    indent = here[: len(here) - len(here.lstrip())]
    if "\t" in indent or here[column : column + 1] == "\t":
        return "yaml-tab"
    if code == "yaml-bracket" and line == opened and here[column : column + 1] == ":":
        return "yaml-colon"
    if code in {"yaml-indent", "yaml-start"} and here[column : column + 1] in {"]", "}"}:
        return "yaml-bracket-extra"
    if code == "yaml-indent" and here[:column].rstrip().endswith(('"', "'")) and here[:column].strip(" -\"'"):
        return "yaml-after-quote"
    if code == "yaml-indent" and any(one.rstrip() == "..." for one in lines[:line]):
        return "yaml-several-documents"
    return code


def _by_lines(code: str, lines: list[str], line: int, column: int) -> tuple[str, int, int]:
    """The mistake of the line itself or of the one before it, where that is what confused the parser."""
    if code not in _STRUCTURE:
        return code, line, column
    before = next((n for n in range(line - 1, -1, -1) if lines[n].strip()), line)
    for number in dict.fromkeys((before, line)):
        pasted = _PASTED_SPACE.search(lines[number])
        if pasted:
            return "yaml-space", number, pasted.start(1 if pasted.group(1) else 2)
        start = len(lines[number]) - len(lines[number].lstrip())
        if LIST_MARK.match(lines[number], start):
            return "yaml-list-mark", number, start
    if code == "yaml-colon" and _KEY.match(lines[line][:column]):
        # It is the colon of this line's own key, so the line above went wrong, or the indentation.
        start = len(lines[line]) - len(lines[line].lstrip())
        if before != line and ": " not in f"{lines[before]} ":
            return "yaml-colon-missing", before, len(lines[before]) - len(lines[before].lstrip())
        if before != line:
            return "yaml-indent", line, start
    return code, line, column
