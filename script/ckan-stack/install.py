"""Installing what a stack is made of, each step only where it is missing: Debian packages, CKAN, Solr."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

from processes import run
from settings import CHECKOUT, HERE, PINS, Refused, Stack

SPACE = 1_500_000_000  # bytes; an installed stack with its data takes about 500 MB
Say = Callable[[str], None]


def install(stack: Stack, say: Say) -> None:
    """Make everything ready to be started. Raises Refused, saying what is missing."""
    if not is_installed(stack) and shutil.disk_usage(stack.home).free < SPACE:
        raise Refused(
            f"Less than {SPACE // 1_000_000} MB are free in {stack.home}; CKAN_STACK_DIR names another folder."
        )
    _system(say)
    _solr(stack, say)
    _ckan(stack, say)


def is_installed(stack: Stack) -> bool:
    """Whether CKAN is there in the pinned version."""
    return (stack.venv / "bin" / "python").exists() and _read(stack.venv / "stamp") == stack.stamp


def postgres_program(name: str) -> Path:
    """A program of PostgreSQL's server, which Debian keeps out of PATH. Raises Refused if there is none."""
    found = _postgres_folder()
    if found is None:
        raise Refused("PostgreSQL's server is missing. On Debian or Ubuntu: sudo apt-get install postgresql")
    return found / name


def _postgres_folder() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    in_path = shutil.which("initdb")
    folders += [Path(in_path).resolve().parent] if in_path else []
    return next((path for path in folders if (path / "initdb").exists() and (path / "psql").exists()), None)


def _system(say: Say) -> None:
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    present = {
        "postgresql": _postgres_folder() is not None,
        "libpq-dev": shutil.which("pg_config") is not None,  # psycopg2 is built from its source
        "gcc": shutil.which("cc") is not None,
        "python3-dev": headers.exists(),
        "python3-venv": importlib.util.find_spec("ensurepip") is not None,
        "redis-server": shutil.which("redis-server") is not None and shutil.which("redis-cli") is not None,
        "libmagic1": ctypes.util.find_library("magic") is not None,
        "default-jdk-headless": shutil.which("java") is not None and shutil.which("javac") is not None,
        "maven": shutil.which("mvn") is not None,
    }
    missing = [package for package, there in present.items() if not there]
    if not missing:
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        say(f"installing {', '.join(missing)}")
    wanted = [f"/nonexistent={package}" for package in missing]  # which of its files is missing was looked at above
    done = subprocess.run([CHECKOUT / "script" / "packages", *wanted], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
        raise Refused("\n  ".join([lines[-1] if lines else "apt-get failed.", *lines[-10:-1]]))


def _solr(stack: Stack, say: Say) -> None:
    sources = [HERE / "pom.xml", HERE / "RunSolr.java"]
    stamp = "\n".join([PINS["solr"], PINS["jetty"], *(path.read_text("utf-8") for path in sources)])
    if _read(stack.solr_jars / "stamp") == stamp:
        return
    say(f"Solr {PINS['solr']}")
    shutil.rmtree(stack.solr_jars, ignore_errors=True)
    stack.solr_jars.mkdir()
    pins = [f"-Dsolr.version={PINS['solr']}", f"-Djetty.version={PINS['jetty']}"]
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={stack.solr_jars}"]
    run(stack, ["mvn", "-q", "-B", "-Dstyle.color=never", "-f", sources[0], *pins, *copy], "maven")
    run(stack, ["javac", "-cp", f"{stack.solr_jars}/*", "-d", stack.solr_jars, sources[1]], "javac")
    (stack.solr_jars / "stamp").write_text(stamp, "utf-8")


def _ckan(stack: Stack, say: Say) -> None:
    if is_installed(stack):
        return
    say(f"CKAN {stack.ckan}{' with ' + ', '.join(stack.packages) if stack.packages else ''}")
    import venv

    venv.create(stack.venv, clear=True, symlinks=True, with_pip=True)
    packages = [f"ckan[requirements]=={stack.ckan}", f"gunicorn=={PINS['gunicorn']}", *stack.packages]
    run(stack, [stack.venv / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *packages], "pip")
    (stack.venv / "stamp").write_text(stack.stamp, "utf-8")


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None
