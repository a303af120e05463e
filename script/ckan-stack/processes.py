"""Starting and ending processes that outlive this command, and running those that do not.

A record holds the process id and the time at which that process was born, so that an id which the system gave to
somebody else meanwhile is never taken for ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from settings import Refused, Stack

# CKAN and its neighbours read settings from variables of these names; ours come from files alone.
_FOREIGN = ("CKAN_", "PYTHON", "PG", "REDIS", "SOLR", "GUNICORN", "VIRTUAL_ENV", "UWSGI")
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(**more: str) -> dict[str, str]:
    """The caller's environment without what could change a stack's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {**kept, "no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost", **more}


def owner(as_postgres: bool) -> dict[str, Any]:
    """Arguments of subprocess: PostgreSQL refuses to run as root, and gets its own user then."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if as_postgres and os.getuid() == 0 else {}


def born(pid: int) -> str | None:
    """When a process was started, in ticks since the machine's start; None if it is not there, or dead but listed."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def running(stack: Stack, name: str) -> int | None:
    """The id of a process that we started and that lives."""
    try:
        pid, at = (stack.run / f"{name}.pid").read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return int(pid) if born(int(pid)) == at else None


def launch(
    stack: Stack, name: str, command: Iterable[object], env: Mapping[str, str] = {}, as_postgres: bool = False
) -> None:
    """Start a process in a session of its own, with its output in a log file."""
    with (stack.log / f"{name}.log").open("ab") as log:
        started = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/" if as_postgres else stack.folder,
            env=environment(**env),
            start_new_session=True,
            **owner(as_postgres),
        )
    (stack.run / f"{name}.pid").write_text(f"{started.pid} {born(started.pid)}", "ascii")


def stop(stack: Stack, name: str, ask: signal.Signals = signal.SIGTERM) -> bool:
    """End a process that we started, with its children; whether there was one."""
    pid = running(stack, name)
    if pid is not None:
        os.kill(pid, ask)
        if not _ended(stack, name, 20):
            os.killpg(pid, signal.SIGKILL)
            _ended(stack, name, 5)
    (stack.run / f"{name}.pid").unlink(missing_ok=True)
    return pid is not None


def _ended(stack: Stack, name: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while running(stack, name) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def answers(url: str) -> bool:
    """Whether an address answers with success."""
    try:
        with _direct.open(url, timeout=10) as answer:
            return bool(200 <= answer.status < 300)
    except (OSError, ValueError):
        return False


def wait_for(stack: Stack, name: str, url: str, seconds: float = 300) -> None:
    """Return when a process answers. Raises Refused when it ended, or takes too long."""
    until = time.monotonic() + seconds
    while not answers(url):
        if running(stack, name) is None:
            raise Refused(f"{name} ended.{tail(stack.log / f'{name}.log')}")
        if time.monotonic() > until:
            raise Refused(f"{name} does not answer at {url}.{tail(stack.log / f'{name}.log')}")
        time.sleep(0.1)


def run(
    stack: Stack,
    command: Iterable[object],
    log: str,
    text: str = "",
    env: Mapping[str, str] = {},
    as_postgres: bool = False,
) -> str:
    """Run a command to its end: ``text`` goes in, what it prints comes out, what it complains of goes to a log file.

    Raises Refused, with the last lines of the log, if it fails.
    """
    words = [str(word) for word in command]
    path = stack.log / f"{log}.log"
    with path.open("ab") as complaints:
        before = complaints.tell()
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            words,
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd="/" if as_postgres else stack.folder,
            env=environment(**env),
            start_new_session=True,  # no terminal: nothing here may ask a question
            umask=0o077,
            close_fds=False,  # they hold the lock of this call; what outlives it on purpose does not
            **owner(as_postgres),
        )
    if done.returncode != 0:
        with path.open("ab") as complaints:
            complaints.write(done.stdout)
        raise Refused(f"{Path(words[0]).name} failed (exit code {done.returncode}).{tail(path, before)}")
    return done.stdout.decode("utf-8", "replace")


def tail(log: Path, start: int = 0) -> str:
    """The last lines of a log file, to stand below a sentence."""
    try:
        lines = log.read_bytes()[start:].decode("utf-8", "replace").splitlines()[-15:]
    except OSError:
        lines = []
    return "".join(f"\n  {line}" for line in (f"The end of {log}:", *lines))


def post(url: str, xml: str) -> None:
    """Send XML. Raises OSError if it is not taken."""
    request = urllib.request.Request(url, xml.encode(), {"Content-Type": "text/xml"})
    with _direct.open(request, timeout=60):
        pass
