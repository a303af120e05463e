"""Charts drawn when the portal is built."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from publisher.portals.site.chart import draw, steps

LINES = {
    "x": "nam", "y": "tan", "series": "loai", "kind": "line",
    "points": [["2021", "A", "1000.5"], ["2020", "A", "900"], ["2020", "B", "-5"], ["2021", "B", "20"]],
}  # fmt: skip


def shapes(chart: dict[str, Any]) -> list[ET.Element]:
    drawing = draw(chart, "Tên <b>", "Mô tả", "c", "vi")
    assert drawing is not None
    return list(ET.fromstring(f"<x>{drawing.svg}</x>"))


def test_both_drawings_are_well_formed_and_named_once_each() -> None:
    wide, narrow = shapes(LINES)
    assert wide.get("class") == "chart wide" and narrow.get("class") == "chart narrow"
    names = [element.get("id") for svg in (wide, narrow) for element in svg.iter() if element.get("id")]
    assert len(names) == len(set(names)) == 4
    assert wide.findtext("title") == "Tên <b>"


def test_lines_tell_each_value_and_each_series_without_colour() -> None:
    wide, _ = shapes(LINES)
    said = [element.text for element in wide.iter("title")]
    assert "A, 2021: 1.000,5" in said and "B, 2020: -5" in said
    labels = [element.text for element in wide.iter("text")]
    assert "A" in labels and "B" in labels
    assert labels.index("2020") < labels.index("2021")


def test_bars_stand_on_one_zero_line() -> None:
    chart = {"kind": "bar", "points": [["Bắc", "", "10"], ["Nam", "", "-10"]]}
    wide, _ = shapes(chart)
    up, down = [element for element in wide.iter("rect") if element.get("class") == "b"]
    assert float(up.get("x", 0)) == pytest.approx(float(down.get("x", 0)) + float(down.get("width", 0)), abs=0.2)


def test_what_is_no_number_is_not_drawn_and_what_is_left_out_is_counted() -> None:
    assert draw({"kind": "bar", "points": [["a", "", "09/63"], ["b", "", "nan"]]}, "", "", "c", "vi") is None
    many = {"kind": "bar", "points": [[str(n), "", str(n)] for n in range(100)]}
    drawing = draw(many, "", "", "c", "vi")
    assert drawing is not None and drawing.shown < drawing.total == 100


def test_equal_and_zero_values_are_drawn() -> None:
    assert shapes({"kind": "line", "points": [["1", "", "0"], ["2", "", "0"]]})
    assert shapes({"kind": "bar", "points": [["1", "", "0"]]})


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 43117), (-5, 1000.5), (0, 0), (0, 0.003), (7, 7)])
def test_marks_are_round_and_reach_over_the_values(low: float, high: float) -> None:
    marks = steps(low, high)
    assert marks[0] <= low and marks[-1] >= high and 2 <= len(marks) <= 8


@pytest.mark.parametrize("kind", ["line", "bar"])
@pytest.mark.parametrize(
    "values",
    [
        ("1e308", "-1e308", "3"),
        ("5e-324", "0"),
        ("1e-12", "2e-12"),
        ("-5", "-5.000000000001"),
        ("-7", "-7"),
        ("1e99", "0"),
    ],
)
def test_no_number_is_too_great_or_too_small_to_draw(kind: str, values: tuple[str, ...]) -> None:
    points = [[str(2000 + place), None, value] for place, value in enumerate(values)]
    for drawn in shapes({"x": "a", "y": "b", "kind": kind, "points": points}):
        numbers = [float(one.get("y") or one.get("cy") or 0) for one in drawn.iter()]
        assert all(abs(number) < 10_000 for number in numbers)
