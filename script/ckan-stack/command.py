"""The command script/ckan: brings a stack up, says what runs, empties it, ends it."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import data
import services
from install import install, is_installed
from processes import answers, running
from secret import read_secrets
from settings import EXTENSIONS, NAMES, NEWEST, VERSIONS, Refused, Stack, find, make_folder

STARTED = time.monotonic()


def say(line: str) -> None:
    """A line of progress."""
    print(f"[{time.monotonic() - STARTED:3.0f} s] {line}", file=sys.stderr, flush=True)


@contextmanager
def alone(stack: Stack) -> Iterator[None]:
    """Hold off other calls for the same folder meanwhile."""
    import fcntl  # not on Windows, where this is never reached

    for folder in (stack.home, stack.folder, stack.run, stack.log):
        make_folder(folder)
    with (stack.home / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)  # a pip that outlives a killed call keeps the lock until it has ended
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another script/ckan")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def up(stack: Stack) -> None:
    """From whatever is there to a CKAN that answers."""
    with alone(stack):
        if not is_installed(stack):
            services.stop_all(stack)
        install(stack, say)
        complete = data.is_complete(stack)
        if not complete:
            data.begin(stack)
        data.configure(stack)
        if not all(running(stack, name) for name in services.NAMES):
            say(f"starting CKAN {stack.ckan} at {stack.url}")
        services.start_stores(stack)
        if not complete:
            data.fill(stack, say)
        services.start_ckan(stack)
    say(f"CKAN {stack.ckan} answers at {stack.url}")


def reset(stack: Stack) -> None:
    """An empty CKAN that answers."""
    up(stack)
    with alone(stack):
        services.stop_ckan(stack)
        data.empty(stack)
        services.start_ckan(stack)
    say("it is empty")


def down(stack: Stack, purge: bool) -> None:
    """End what was started."""
    if not stack.folder.exists():
        say(f"CKAN {stack.name} is not installed")
        return
    with alone(stack):
        ended = services.stop_all(stack)
        if purge:
            for folder in (stack.data, stack.log):
                shutil.rmtree(folder, ignore_errors=True)
    what = f"{', '.join(ended)} ended" if ended else "nothing ran"
    say(f"CKAN {stack.name}: {what}{', data removed' if purge else ''}")


def state(stack: Stack) -> str:
    """'up', 'down', 'not installed', or what is missing of a stack that is partly up."""
    missing = [name for name in services.NAMES if not running(stack, name)]
    if len(missing) == len(services.NAMES):
        return "down" if is_installed(stack) else "not installed"
    if missing:
        return f"partly up: {', '.join(missing)} ended"
    return "up" if answers(f"{stack.url}/api/3/action/status_show") else "partly up: ckan does not answer"


def env(stack: Stack) -> None:
    """Print shell commands that set the variables by which a stack is used."""
    if not data.is_complete(stack):
        which = {NEWEST: "", EXTENSIONS: " --extensions"}.get(stack.name, f" --version {stack.name}")
        raise Refused(f"CKAN {stack.name} is not there yet: script/ckan up{which}")
    secrets = read_secrets(stack)
    variables = {
        "CKAN_URL": stack.url,
        "CKAN_TOKEN": data.token(stack, "admin"),
        "CKAN_EDITOR_TOKEN": data.token(stack, "editor"),
        "CKAN_PASSWORD": secrets.admin,
        "CKAN_EDITOR_PASSWORD": secrets.editor,
        "CKAN_ACCESS_LOG": str(stack.log / "access.log"),
    }
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")


def main() -> int:
    """Run one command; the exit code."""
    parser = argparse.ArgumentParser(prog="script/ckan", description="A real CKAN on 127.0.0.1.")
    parser.add_argument("command", choices=["up", "down", "status", "reset", "env"])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version", metavar="VERSION", help=f"{', '.join(VERSIONS)}; without it {NEWEST}")
    which.add_argument(
        "--extensions", dest="version", action="store_const", const=EXTENSIONS, help="a CKAN with extensions"
    )
    parser.add_argument("--purge", action="store_true", help="down: remove the data too")
    chosen = parser.parse_args()
    try:
        if not sys.platform.startswith("linux"):
            raise Refused(
                "script/ckan needs Linux. On another system use a CKAN elsewhere: CKAN_URL and CKAN_TOKEN name it."
            )
        stack = find(chosen.version or NEWEST)
        if chosen.command == "status":
            names = [stack.name] if chosen.version else NAMES
            states = {name: state(find(name)) for name in names}
            for name, text in states.items():
                print(f"{name:<12}{find(name).url}  {text}")
            return 0 if states[stack.name] == "up" else 1
        if chosen.command == "down":
            down(stack, chosen.purge)
        else:
            {"up": up, "reset": reset, "env": env}[chosen.command](stack)
    except Refused as problem:
        print(f"script/ckan: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"script/ckan: {problem.strerror or problem}: {problem.filename or stack.folder}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
