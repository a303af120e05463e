"""The report as JUnit XML: a suite, and a case a dataset.

A breach is a failure, what could not be measured an error (JUnit's word for "the test itself did not
work"), what has no dates today is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from publisher.freshness.atom import legal
from publisher.freshness.model import Assessment, State
from publisher.freshness.words import STATES
from publisher.messages import Messages
from publisher.reports.freshness.model import FOLLOWED, Report, is_breach
from publisher.reports.freshness.words import list_review, sentences


def junit(report: Report, words: Messages) -> str:
    """The XML document."""
    cases = [*_of_list(report, words), *(_case(one, report, words) for one in report.found)]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    written = {key: str(value) for key, value in counts.items()}
    root = ET.Element("testsuites", {"name": "opendata freshness", **written})
    suite = ET.SubElement(root, "testsuite", {"name": "freshness", **written, "timestamp": report.now.isoformat()})
    suite.extend(cases)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _of_list(report: Report, words: Messages) -> Iterator[ET.Element]:
    """The case of the list's own review, where an act in force asks for one."""
    review = report.review
    said = list_review(review, report.catalogue, words) if review else ""
    if review is None or not said:
        return
    case = ET.Element("testcase", classname="freshness", name="list-review")
    if is_breach(review.state, report.fail_on):
        ET.SubElement(case, "failure", type=review.state.value, message=legal(said))
    yield case


def _case(one: Assessment, report: Report, words: Messages) -> ET.Element:
    case = ET.Element("testcase", classname=f"freshness.{one.organization}", name=one.dataset)
    title = words.text(STATES[one.state])
    text = "\n".join(legal(sentence) for sentence in sentences(one, report.catalogue, words))
    if is_breach(one.state, report.fail_on):
        ET.SubElement(case, "failure", type=one.state.value, message=legal(f"{title}: {one.title}")).text = text
    elif one.state is State.UNMEASURED:
        ET.SubElement(case, "error", type=one.state.value, message=legal(f"{title}: {one.title}")).text = text
    elif one.state not in FOLLOWED:
        ET.SubElement(case, "skipped", message=title)
    return case
