"""Answers of the read API that take parameters, from the site's own files (the rest is served as it lies there)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from publisher.plan.model import Kind
from publisher.portals.site.state import STATE, read_state
from publisher.text import fold

ROOT = "api/3/action"
_LISTS = frozenset({"package_list", "organization_list", "group_list"})
_SHOWN = {
    "package_show": Kind.DATASET,
    "dataset_show": Kind.DATASET,
    "organization_show": Kind.ORGANIZATION,
    "group_show": Kind.THEME,
}
_MOST = 1000
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class _Index:
    """What is asked for: names by every id and old name, and folded words by dataset."""

    names: Mapping[tuple[Kind, str], str]
    words: Mapping[str, str]


class Api:
    """The API of the site in a folder. It notices when the site is published anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._index = _Index({}, {})

    def answer(self, action: str, parameters: Mapping[str, str]) -> Answer:
        """Status and JSON data of an answer, in the shape of CKAN's action API."""
        if action in _LISTS:
            return self._result(action, self._stored(action))
        if action in _SHOWN:
            kind = _SHOWN[action]
            name = self._current().names.get((kind, parameters.get("id", "")))
            found = self._stored(f"{action.replace('dataset', 'package')}/{name}") if name is not None else None
            return self._result(action, found)
        if action == "package_search":
            return self._search(parameters)
        return 400, _failure(action, "Bad Request", "no such action")

    def _search(self, parameters: Mapping[str, str]) -> Answer:
        try:
            start, rows = int(parameters.get("start", "0")), int(parameters.get("rows", "10"))
        except ValueError:
            return 409, _failure("package_search", "Validation Error", "rows and start are numbers")
        if parameters.get("fq"):
            return 409, _failure("package_search", "Validation Error", "fq is not offered here: use q")
        if start < 0 or rows < 0:
            return 409, _failure("package_search", "Validation Error", "rows and start are not negative")
        wanted = fold(parameters.get("q", "")).replace("*:*", "").split()
        found = [name for name, words in self._current().words.items() if all(word in words for word in wanted)]
        results = [self._stored(f"package_show/{name}") for name in found[start : start + min(rows, _MOST)]]
        result = {"count": len(found), "sort": "name asc", "results": [one for one in results if one is not None]}
        return self._result("package_search", result)

    def _result(self, action: str, result: Any) -> Answer:
        if result is None:
            return 404, _failure(action, "Not Found Error", "Not found")
        return 200, {"help": _help(action), "success": True, "result": result}

    def _stored(self, path: str) -> Any:
        data = _read(self._folder / ROOT / f"{path}.json")
        return data.get("result") if isinstance(data, dict) else None

    def _current(self) -> _Index:
        with self._lock:
            try:
                known = (self._folder / STATE).stat()
            except OSError:
                return _Index({}, {})
            stamp = (known.st_mtime_ns, known.st_ino)
            if stamp != self._stamp:
                self._index = self._made()
                self._stamp = stamp
            return self._index

    def _made(self) -> _Index:
        try:
            state = read_state((self._folder / STATE).read_bytes())
        except OSError:
            state = None
        if state is None:
            return _Index({}, {})
        names = {(Kind.DATASET, old): new for old, new in state.redirects.items()}
        words = {}
        for subject, entry in sorted(state.entries.items()):
            names[subject.kind, entry.id] = subject.name
            names[subject.kind, subject.name] = subject.name
            if subject.kind is Kind.DATASET:
                words[subject.name] = fold(" ".join(_texts(self._stored(f"package_show/{subject.name}"))))
        return _Index(names, words)


def _texts(package: Any) -> list[str]:
    """What a search looks into: name, titles, descriptions, tags, the organization's title."""
    if not isinstance(package, dict):
        return []
    found = [str(package.get("name", "")), str(package.get("title", "")), str(package.get("notes", ""))]
    for key in ("title_translated", "notes_translated"):
        found += [str(one) for one in (package.get(key) or {}).values()]
    found += [str(tag.get("name", "")) for tag in package.get("tags") or ()]
    found.append(str((package.get("organization") or {}).get("title", "")))
    return found


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _help(action: str) -> str:
    return f"/{ROOT}/help_show?name={action}"


def _failure(action: str, kind: str, message: str) -> dict[str, Any]:
    return {"help": _help(action), "success": False, "error": {"__type": kind, "message": message}}
