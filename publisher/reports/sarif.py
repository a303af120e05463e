"""Problems as SARIF 2.1.0 (OASIS), for code scanning and editors."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from publisher import __version__
from publisher.messages import Messages
from publisher.problem import Severity
from publisher.reports.wording import Worded

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


def sarif(problems: Sequence[Worded], messages: Messages) -> str:
    """One run with a rule for every code that occurs."""
    codes = sorted({one.problem.code for one in problems})
    driver = {
        "name": "opendata",
        "semanticVersion": __version__,
        "rules": [_rule(code, messages) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.problem.code)) for one in problems],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _rule(code: str, messages: Messages) -> dict[str, Any]:
    about, advice = (_PLACEHOLDER.sub("…", messages.of(context, code)) or code for context in ("message", "help"))
    return {"id": code, "shortDescription": {"text": about}, "help": {"text": advice}}


def _result(one: Worded, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(one.file), "uriBaseId": "%SRCROOT%"}}
    if one.problem.line:
        place["region"] = {"startLine": one.problem.line, "startColumn": one.problem.column or 1}
    return {
        "ruleId": one.problem.code,
        "ruleIndex": rule,
        "level": _LEVELS[one.problem.severity],
        "message": {"text": f"{one.message}\n→ {one.help}" if one.help else one.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"opendata/v1": one.problem.fingerprint},
    }
