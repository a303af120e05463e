"""Fixtures that start real CKANs, for the folders of tests that use them: a ``conftest.py`` imports what it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.ckan import Stack, Unavailable, choose, is_up, script, start


def on(version: str, *marks: pytest.MarkDecorator) -> Any:
    """A parameter of a test that runs on a version."""
    return pytest.param(version, id=version, marks=[pytest.mark.ckan, *marks])


@pytest.fixture(scope="session")
def start_stack() -> Iterator[Callable[[str], Stack]]:
    """Bring up a stack, once a run; at the end of the run those end that were down before."""
    known: dict[str, Stack | str] = {}
    ours: list[str] = []

    def get(version: str) -> Stack:
        if version not in known:
            if not is_up(version):
                ours.append(version)
            try:
                known[version] = start(version)
            except Unavailable as reason:
                known[version] = f"No CKAN {version}: {reason}"
        found = known[version]
        if isinstance(found, Stack):
            return found
        if os.environ.get("CI") == "true":
            pytest.fail(found, pytrace=False)
        pytest.skip(found)

    yield get
    for version in ours:
        script("down", *choose(version))
