"""Whatever goes wrong at whichever request: one more run, and the portal holds exactly what git says."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.ckan import NEWEST, Stack, fresh
from support.ckan_faults import Case, case_of, what_stands
from support.faults import Fault, Proxy
from support.killing import killed_at

SMOKE = {
    Fault.REFUSED: (1, 9),
    Fault.LATE_RESET: (8, 12),
    Fault.LATE_TIMEOUT: (10,),
    Fault.TOO_MANY: (7, 11),
    Fault.GATEWAY: (9, 13),
    Fault.LATE_ERROR: (8, 10, 16),
    Fault.TRUNCATED: (6, 12),
    Fault.LOST: (11, 13),
}


class Field:
    """A CKAN behind a proxy, and what a run without any harm makes of the catalogue there."""

    def __init__(self, stack: Stack, proxy: Proxy, original: Path, folder: Path) -> None:
        self.stack, self.proxy, self.original, self.folder = stack, proxy, original, folder

    def case(self, changed: bool) -> Case:
        """A new catalogue; for a change one that has been published and edited."""
        made = case_of(self.original, self.folder)
        if changed:
            assert made.publish() == 0
            made.change()
        return made

    def converges(self, fault: Fault, at: int, changed: bool) -> bool:
        """Whether the run was long enough for the harm; what stands there after one more is as it is to be."""
        made = self.case(changed)
        consent = ("--allow", "delete=1") if changed else ()
        self.proxy.harm(fault, at)
        made.publish(*consent)
        long_enough = self.proxy.requests >= at
        self.proxy.harm(None)
        return long_enough and self._mended(made, changed, (fault, at))

    def survives(self, step: int, changed: bool) -> bool:
        """The same for a publisher that is killed after so many steps of its journal."""
        made = self.case(changed)
        arguments = made.arguments("publish", "--yes", *(("--allow", "delete=1") if changed else ()))
        return killed_at(step, arguments) and self._mended(made, changed, step)

    def _mended(self, made: Case, changed: bool, where: object) -> bool:
        left = made.plan()
        assert left in {0, 2}
        # What was deleted before the harm needs no consent any more.
        consent = ("--allow", "delete=1") if changed and _still_there(self.stack, made) else ()
        assert made.publish(*consent) == 0, where
        assert made.plan() == 0, where
        assert what_stands(self.stack, made) == self._unharmed(changed)[0], where
        return True

    def places(self, fault: Fault, changed: bool) -> list[int]:
        """The requests of a run that a fault hits: by turns, so that every request meets several faults."""
        every = 1 if os.environ.get("OPENDATA_FAULTS") == "all" else EVERY[self.stack.version == NEWEST]
        turn = list(Fault).index(fault)
        _, length = self._unharmed(changed)
        return [at for at in range(1, length + 1) if (at + turn) % every == 0]

    def _unharmed(self, changed: bool) -> tuple[Any, int]:
        """What stands there after a run without harm, and how many requests that took."""
        key = self.stack.version, changed
        if key not in _UNHARMED:
            made = self.case(changed)
            self.proxy.harm(None)
            assert made.publish(*(("--allow", "delete=1") if changed else ())) == 0
            length = self.proxy.requests
            _UNHARMED[key] = what_stands(self.stack, made), length
        return _UNHARMED[key]


EVERY = {True: 3, False: 7}
"""Every request of a run meets five faults on the newest CKAN, two on older ones; with OPENDATA_FAULTS=all each
fault hits every request, which takes hours."""
_UNHARMED: dict[tuple[str, bool], tuple[Any, int]] = {}
"""By version and kind of run: made once."""


def _still_there(stack: Stack, case: Case) -> bool:
    return stack.exists(f"{case.prefix}bieu-mau")


@pytest.fixture
def field(
    stack: Stack, catalogue_dir: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Field]:
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    monkeypatch.setenv("CKAN_TOKEN", stack.token)
    foreign = stack.action("package_create", name=fresh("khac"), owner_org=stack.organization())
    with Proxy(stack.url, stack.lose_document, hang=2.5) as proxy:
        monkeypatch.setenv("CKAN_URL", proxy.url)
        yield Field(stack, proxy, catalogue_dir, tmp_path_factory.mktemp("cases"))
    assert stack.action("package_show", id=foreign["id"]) == foreign


@pytest.mark.parametrize("fault", SMOKE)
def test_a_run_that_was_harmed_here_and_there_converges(field: Field, fault: Fault) -> None:
    for at in SMOKE[fault]:
        assert field.converges(fault, at, changed=False)


@pytest.mark.slow
@pytest.mark.parametrize("changed", [False, True], ids=["first", "changed"])
@pytest.mark.parametrize("fault", Fault)
def test_a_run_that_was_harmed_at_any_request_converges(
    field: Field, fault: Fault, changed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = field.places(fault, changed)
    for at in tried:
        assert field.converges(fault, at, changed), (fault, at)
    _tell(capsys, field, changed, fault, len(tried))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("changed", [False, True], ids=["first", "changed"])
def test_a_publisher_that_was_killed_at_any_step_converges(
    field: Field, changed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    stride = 1 if field.stack.version == NEWEST else 3
    step, count = 1, 0
    while field.survives(step, changed):
        step, count = step + stride, count + 1
    assert step > 10
    _tell(capsys, field, changed, "killed", count)


def _tell(capsys: pytest.CaptureFixture[str], field: Field, changed: bool, harm: str, count: int) -> None:
    """How many harms were tried; a single one that did not converge would have failed before."""
    run = "a change" if changed else "a first load"
    with capsys.disabled():
        print(f"\nCKAN {field.stack.version}, {run}: {harm}: {count} tried, {count} converged")
