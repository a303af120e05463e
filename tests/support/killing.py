"""A command that is killed with SIGKILL after so many events of its journal."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

_SCRIPT = """
import os, signal, sys
from publisher.apply.journal import FileJournal
left = int(sys.argv[1])
write = FileJournal.write
def counting(self, event, /, **details):
    global left
    write(self, event, **details)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
FileJournal.write = counting
from publisher.cli import run
sys.exit(run(sys.argv[2:]))
"""


def killed_at(step: int, arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> bool:
    """Run a command line of opendata and kill it after that event; False if it was over before."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(step), *arguments], capture_output=True, check=False, env=environ
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return done.returncode != 0
