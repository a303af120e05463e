"""What a YAML parser complains about, as the mistake that a person made."""

from __future__ import annotations

import re

import yaml

from publisher.problem import Problem

_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_UNCLOSED = {"yaml-quote", "yaml-bracket"}
# The parser's own words (libyaml's and PyYAML's agree in these parts), first match wins.
_MISTAKES = [
    ("yaml-several-documents", "expected a single document|but found another document"),
    ("yaml-colon", "mapping values are not allowed"),
    ("yaml-quote", "quoted scalar|found unexpected end of stream"),
    ("yaml-bracket", "flow (?:sequence|mapping|node)|expected ',' or"),
    ("yaml-indent", "block (?:mapping|collection|sequence|end)|expected key|simple key|block sequence entries"),
    ("yaml-start", "cannot start any token|found unknown escape|alias|anchor|block scalar"),
]


def conflict(text: str, file: str) -> Problem | None:
    """The first marker that git left in the file where two people changed the same lines."""
    found = _CONFLICT.search(text)
    return Problem("git-conflict", file, text.count("\n", 0, found.start()) + 1, 1) if found else None


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The parser's error as one problem at its place."""
    reason = str(getattr(error, "problem", None) or error).splitlines()[0]
    context = str(getattr(error, "context", None) or "")
    code = next((code for code, words in _MISTAKES if re.search(words, f"{context} {reason}")), "yaml-syntax")
    mark = getattr(error, "problem_mark", None)
    if code in _UNCLOSED:
        # The parser notices at the end of the file what was opened, and forgotten, long before.
        mark = getattr(error, "context_mark", None) or mark
    lines = text.split("\n")
    line = min(mark.line if mark else 0, len(lines) - 1)
    column = min(mark.column if mark else 0, len(lines[line])) + 1
    indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
    if "\t" in indent or "'\\t'" in reason:
        code = "yaml-tab"
    return Problem(code, file, line + 1, column, params={"reason": reason})
