"""Imports point in one direction (docs/developers/architecture.md) and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "publisher"
# Left may import right; names of one layer stand together.
LAYERS = [
    {"cli", "commands", "__main__", "help"},
    {"pipeline", "session"},
    {"reports", "scaffold", "apply"},
    {"portals"},
    {"plan"},
    {"validation", "freshness"},
    {"tables", "personal"},
    {"catalogue", "countries"},
    {
        "git",
        "mail",
        "workspace",
        "messages",
        "problem",
        "errors",
        "text",
        "digest",
        "dates",
        "progress",
        "zones",
        "http",
        "parallel",
        "__init__",
    },
]
LAYER = {name: index for index, names in enumerate(LAYERS) for name in names}
HEAVY = {"frictionless", "babel", "jinja2", "pyarrow", "ckanapi", "rdflib", "polars", "openpyxl", "xlsxwriter"}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        steps = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(steps[:-1] if steps[-1] == "__init__" else steps)] = path
    return found


def imports(path: Path, *, top_only: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = _at_import(tree) if top_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _at_import(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _at_import(node)


def target(name: str, known: dict[str, Path]) -> str | None:
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def part(module: str) -> str:
    steps = module.split(".")
    return steps[1] if len(steps) > 1 else "__init__"


def test_every_part_has_its_layer() -> None:
    assert {part(module) for module in modules()} <= LAYER.keys()


def test_imports_point_right() -> None:
    known = modules()
    wrong = []
    for module, path in known.items():
        for name in imports(path, top_only=False):
            other = target(name, known)
            if other is None or part(other) == part(module):
                continue
            if LAYER[part(other)] < LAYER[part(module)]:
                wrong.append(f"{module} -> {other}")
    assert wrong == []


def test_no_circles() -> None:
    known = modules()
    graph = {
        module: {other for name in imports(path, top_only=True) if (other := target(name, known)) not in {None, module}}
        for module, path in known.items()
    }
    # A package and its own modules may know each other: what counts is whether modules do.
    graph = {module: {one for one in others if not module.startswith(f"{one}.")} for module, others in graph.items()}
    TopologicalSorter(graph).prepare()


def test_the_command_line_starts_without_heavy_libraries() -> None:
    known = modules()
    seen: set[str] = set()
    todo = ["publisher.cli"]
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        names = list(imports(known[module], top_only=True))
        assert not {name.split(".")[0] for name in names} & HEAVY, module
        todo += [other for name in names if (other := target(name, known)) is not None]
