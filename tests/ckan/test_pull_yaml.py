"""What pull writes is read back by the catalogue's own strict reader as exactly the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue.document import parse_document
from publisher.portals.ckan.pull.values import text, tidy
from publisher.scaffold.pull_yaml import emit

SPECIAL = [
    "no", "Yes", "null", "~", "07627", "1e5", "0x1F", "1_000", "12:30", "2024-01-01", "- a", "a: b", "a #b", "# x",
    "*a",
    "&a", "!x", "%x", "@x", "`x`", "{a}", "[a]", "a,b", "'", '"', "\\", "a\nb", "a\n\n  b\n", " a", "a ", "|", ">", "?",
    "a:", ": a", "\u2028x", "a\u00a0b", "\ufeffa", "é", "---", "...", "<<", "=", "Thông tin",
    "a\n# b", "a\n- b", "\ta", "a\tb",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text() | st.sampled_from(SPECIAL),
    lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text() | st.sampled_from(SPECIAL), one, max_size=4),
    max_leaves=12,
)


def read(data: dict[str, Any]) -> Any:
    document, problems = parse_document(emit(data).encode(), "a.yaml")
    assert document is not None, (emit(data), problems)
    assert problems == []
    return document.data


@pytest.mark.parametrize("value", SPECIAL)
def test_texts_that_yaml_takes_for_something_else_stay_texts(value: str) -> None:
    clean = text(value)
    if clean is not None:
        data = {"a": clean, "b": [clean, "x"], "c": {clean: clean}, "d": [{"e": clean}], "f": [[clean]]}
        assert read(data) == data


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_whatever_a_portal_holds_can_be_written_and_read(data: dict[str, Any]) -> None:
    clean = tidy(data)
    if clean is not None:
        assert read(clean) == clean
