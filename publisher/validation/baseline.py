"""The problems that a catalogue starts with: written down once, then only fewer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from publisher.catalogue.document import Document, parse_document
from publisher.catalogue.shape import shape_problems
from publisher.errors import OpendataError
from publisher.problem import Problem, Severity
from publisher.workspace import write_atomically, writing

OUTSIDE = "file-outside"
"""A file from elsewhere is never published, whatever reason is given."""
Baseline = Mapping[str, int]
"""How often each fingerprint was there."""


def read_baseline(path: Path) -> Baseline:
    """A baseline from its file.

    Raises:
        OpendataError: ``baseline-invalid`` if it cannot be read or is none.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise OpendataError("baseline-invalid", path=str(path)) from error
    document, problems = _document(raw, path.name)
    if document is not None:
        problems = shape_problems(document, "baseline")
    if document is None or problems:
        raise OpendataError("baseline-invalid", problems=problems, path=str(path))
    return Counter(str(one["fingerprint"]) for one in document.data["problems"])


def _document(raw: bytes, file: str) -> tuple[Document | None, list[Problem]]:
    try:
        text = raw.decode("utf-8")
        # As it was written it is JSON, which reads a hundred times faster than YAML.
        return Document(file, text, json.loads(text)), []
    except ValueError:
        return parse_document(raw, file)


def write_baseline(path: Path, problems: Iterable[Problem]) -> int:
    """Write the errors and warnings of a run as its baseline; how many there are.

    What a baseline cannot excuse (:func:`is_guarded`) is left out.

    Raises:
        OpendataError: ``cannot-write``.
    """
    kept = [one for one in problems if one.severity is not Severity.NOTICE and not is_guarded(one)]
    entries = [{"code": one.code, "file": one.file, "fingerprint": one.fingerprint} for one in kept]
    lines = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
    content = f'{{"problems": [\n{lines}\n]}}\n' if entries else '{"problems": []}\n'
    with writing(path):
        write_atomically(path, content.encode())
    return len(entries)


def is_guarded(problem: Problem) -> bool:
    """Whether a problem is excused by no switch for all and no baseline: personal data, and files from elsewhere."""
    return problem.code.startswith("personal-") or problem.code == OUTSIDE


def mark_known(problems: Iterable[Problem], baseline: Baseline) -> tuple[list[Problem], frozenset[str]]:
    """Problems that were there before become notices, as many of each as there were; with their fingerprints."""
    left = Counter(baseline)
    marked: list[Problem] = []
    known: set[str] = set()
    for problem in problems:
        if problem.severity is not Severity.NOTICE and not is_guarded(problem) and left[problem.fingerprint] > 0:
            left[problem.fingerprint] -= 1
            known.add(problem.fingerprint)
            problem = problem.with_severity(Severity.NOTICE)
        marked.append(problem)
    return marked, frozenset(known)
