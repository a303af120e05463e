"""Problems as JSON, by ``docs/schemas/problems.schema.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from publisher.problem import Severity
from publisher.reports.wording import Worded, count


def json_report(problems: Sequence[Worded]) -> str:
    """``{"problems": [...], "summary": {...}}``."""
    summary = {
        "errors": count(problems, Severity.ERROR),
        "warnings": count(problems, Severity.WARNING),
        "notices": count(problems, Severity.NOTICE),
        "files": len({one.file for one in problems}),
    }
    report = {"problems": [record(one) for one in problems], "summary": summary}
    return json.dumps(report, ensure_ascii=False, indent=2)


def record(one: Worded) -> dict[str, Any]:
    """One problem as plain data; dataset, resource, sheet and field only where there are."""
    problem = one.problem
    about = {"dataset": problem.dataset, "resource": problem.resource, "sheet": problem.sheet, "field": problem.field}
    return {
        "code": problem.code,
        "severity": str(problem.severity),
        "file": one.file,
        "line": problem.line,
        "column": problem.column,
        "message": one.message,
        "help": one.help,
        "fingerprint": problem.fingerprint,
        **{key: value for key, value in about.items() if value is not None},
    }
