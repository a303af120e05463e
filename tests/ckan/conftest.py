"""Real CKANs, each started when the first test asks for it; what this run started is ended with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.ckan import EXTENSIONS, NEWEST, OLDER, Stack
from support.stacks import on, start_stack

__all__ = ["start_stack"]


@pytest.fixture(scope="session", params=[on(NEWEST), *(on(version, pytest.mark.slow) for version in OLDER)])
def stack(request: pytest.FixtureRequest, start_stack: Callable[[str], Stack]) -> Stack:
    """A CKAN of each version: the newest every day, all in script/test --all."""
    return start_stack(request.param)


@pytest.fixture(scope="session", params=[on(NEWEST)])
def newest(request: pytest.FixtureRequest, start_stack: Callable[[str], Stack]) -> Stack:
    """The newest CKAN alone, for what does not depend on the version."""
    return start_stack(request.param)


@pytest.fixture(scope="session", params=[on(EXTENSIONS, pytest.mark.slow)])
def extended(request: pytest.FixtureRequest, start_stack: Callable[[str], Stack]) -> Stack:
    """A CKAN with scheming, fluent, dcat, spatial and harvest; only in script/test --all."""
    return start_stack(request.param)
