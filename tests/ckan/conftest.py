"""Real CKANs, each started when the first test asks for it; what this run started is ended with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.ckan import EXTENSIONS, NEWEST, OLDER, Stack, Unavailable, choose, is_up, script, start


def _which(version: str, *marks: pytest.MarkDecorator) -> Any:
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


@pytest.fixture(scope="session", params=[_which(NEWEST), *(_which(version, pytest.mark.slow) for version in OLDER)])
def stack(request: pytest.FixtureRequest, start_stack: Callable[[str], Stack]) -> Stack:
    """A CKAN of each version: the newest every day, all in script/test --all."""
    return start_stack(request.param)


@pytest.fixture(scope="session", params=[_which(NEWEST)])
def newest(request: pytest.FixtureRequest, start_stack: Callable[[str], Stack]) -> Stack:
    """The newest CKAN alone, for what does not depend on the version."""
    return start_stack(request.param)


@pytest.fixture(scope="session", params=[_which(EXTENSIONS, pytest.mark.slow)])
def extended(request: pytest.FixtureRequest, start_stack: Callable[[str], Stack]) -> Stack:
    """A CKAN with scheming, fluent, dcat, spatial and harvest; only in script/test --all."""
    return start_stack(request.param)
