"""The token is looked for everywhere that a run leaves something: what it prints, files, the list of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ckan import Stack
from support.ckan_faults import Case, case_of
from support.faults import Fault, Proxy


def processes() -> Iterator[bytes]:
    """The command lines of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:  # it has ended
            continue


def run(case: Case, url: str, token: str, command: str, *more: str) -> tuple[bytes, list[bytes]]:
    """What a command printed, and the command lines that were seen meanwhile."""
    environ = {**os.environ, "CKAN_URL": url, "CKAN_TOKEN": token, "OPENDATA_NOW": "2024-06-01T03:00:00+00:00"}
    started = subprocess.Popen(
        [sys.executable, "-m", "publisher", *case.arguments(command, *more)],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    seen: list[bytes] = []
    while True:
        seen += processes()
        try:
            return started.communicate(timeout=0.1)[0], seen
        except subprocess.TimeoutExpired:
            continue


def leaks(case: Case, token: str, told: bytes, seen: list[bytes]) -> list[str]:
    """Where the token stands."""
    secret = token.encode()
    found = [str(path) for path in case.root.rglob("*") if path.is_file() and secret in path.read_bytes()]
    reports = Path(tempfile.gettempdir()).glob("opendata-*")
    found += [str(path) for path in reports if path.is_file() and secret in path.read_bytes()]
    found += ["output"] if secret in told else []
    return found + (["processes"] if any(secret in one for one in seen) else [])


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="lists processes by /proc")
def test_the_token_stands_nowhere(newest: Stack, catalogue_dir: Path, tmp_path: Path) -> None:
    case = case_of(catalogue_dir, tmp_path)
    token = newest.token
    plan = str(case.root / "plan.json")
    with Proxy(newest.url) as proxy:
        for command, more in (("plan", ("--out", plan)), ("publish", ("--yes",)), ("freshness", ()), ("plan", ())):
            told, seen = run(case, proxy.url, token, command, *more)
            assert told
            assert leaks(case, token, told, seen) == []
        case.change()
        for at, fault in enumerate((Fault.ERROR, Fault.NO_JSON, Fault.GATEWAY, Fault.RESET, Fault.LATE_RESET), 1):
            proxy.harm(fault, at)
            told, seen = run(case, proxy.url, token, "publish", "--yes")
            assert leaks(case, token, told, seen) == []
    told, seen = run(case, proxy.url, token, "publish", "--yes")
    assert b"127.0.0.1" in told  # nobody answers there any more
    assert leaks(case, token, told, seen) == []
    wrong = token[:-4] + "abcd"
    told, seen = run(case, newest.url, wrong, "publish", "--yes")
    assert leaks(case, wrong, told, seen) == []
    assert any(b"publisher" in one for one in seen)
