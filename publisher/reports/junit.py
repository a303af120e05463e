"""Problems as JUnit XML, which nearly every CI system can show: a suite a file, a case a problem.

Errors are failures; warnings and notices are told as skipped cases, so that they never turn a build red.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from publisher.problem import Severity
from publisher.reports.wording import Worded, count


def junit(problems: Sequence[Worded]) -> str:
    """The XML document; one passed case where there is no problem."""
    failures = count(problems, Severity.ERROR)
    root = ET.Element("testsuites", name="opendata", tests=str(len(problems) or 1), failures=str(failures))
    if not problems:
        suite = ET.SubElement(root, "testsuite", name="opendata", tests="1", failures="0", skipped="0")
        ET.SubElement(suite, "testcase", classname="opendata", name="validate")
    for file, group in groupby(problems, key=lambda one: one.file):
        _suite(root, file, list(group))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(root: ET.Element, file: str, problems: Sequence[Worded]) -> None:
    failures = count(problems, Severity.ERROR)
    counts = {"tests": len(problems), "failures": failures, "skipped": len(problems) - failures}
    suite = ET.SubElement(root, "testsuite", {"name": file, **{key: str(value) for key, value in counts.items()}})
    for one in problems:
        case = ET.SubElement(suite, "testcase", classname=file, name=f"{one.problem.code} {one.place}")
        kind = "failure" if one.problem.severity is Severity.ERROR else "skipped"
        told = ET.SubElement(case, kind, message=one.message)
        if kind == "failure":
            told.set("type", one.problem.code)
            told.text = f"{one.place}\n{one.message}\n→ {one.help}"
