"""Problems as GitLab's Code Quality report, shown in the merge request.

The form: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from publisher.problem import Severity
from publisher.reports.wording import Worded

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def gitlab(problems: Sequence[Worded]) -> str:
    """A JSON list; each fingerprint once, as GitLab shows only the first of equal ones."""
    met: Counter[str] = Counter()
    issues = []
    for one in problems:
        fingerprint = one.problem.fingerprint
        met[fingerprint] += 1
        issues.append(
            {
                "description": f"{one.message_in_sheet} → {one.help}" if one.help else one.message_in_sheet,
                "check_name": one.problem.code,
                "fingerprint": f"{fingerprint}-{met[fingerprint]}",
                "severity": _SEVERITIES[one.problem.severity],
                "location": {"path": one.file, "lines": {"begin": one.problem.line or 1}},
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2)
