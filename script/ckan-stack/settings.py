"""Which stacks there are (versions.toml), where each lives and which ports it takes."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
PINS = tomllib.loads((HERE / "versions.toml").read_text("utf-8"))
NAMES = tuple(PINS["stack"])
EXTENSIONS = "extensions"
VERSIONS = tuple(name for name in NAMES if name != EXTENSIONS)
NEWEST = VERSIONS[0]
BLOCK = 4  # ports a stack takes, from CKAN's on


class Refused(Exception):
    """Why the command cannot go on: a sentence for whoever called it."""


@dataclass(frozen=True)
class Stack:
    """One CKAN with all it needs, below one folder."""

    name: str
    ckan: str
    packages: tuple[str, ...]
    plugins: tuple[str, ...]
    options: dict[str, str]
    solr_fields: str
    preferred_port: int
    home: Path

    @property
    def folder(self) -> Path:
        """All of this stack."""
        return self.home / self.name

    @property
    def venv(self) -> Path:
        """The installed CKAN."""
        return self.folder / "venv"

    @property
    def data(self) -> Path:
        """What ``down --purge`` removes: databases, index, files, configuration, secrets."""
        return self.folder / "data"

    @property
    def run(self) -> Path:
        """Records of the running processes."""
        return self.folder / "run"

    @property
    def log(self) -> Path:
        """Log files."""
        return self.folder / "log"

    @property
    def solr_jars(self) -> Path:
        """The installed Solr, one for all stacks."""
        return self.home / f"solr-{PINS['solr']}"

    @property
    def stamp(self) -> str:
        """Changes whenever the installed programs have to be made anew; data of another stamp are thrown away."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        parts = [str(self.folder), python, self.ckan, PINS["gunicorn"], *self.packages]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def port(self) -> int:
        """CKAN's port, as chosen when the data were made."""
        try:
            return int((self.data / "port").read_text("ascii"))
        except (OSError, ValueError):
            return self.preferred_port

    @property
    def url(self) -> str:
        """Where CKAN answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def postgres_port(self) -> int:
        """The database's."""
        return self.port + 1

    @property
    def redis_port(self) -> int:
        """The queue's."""
        return self.port + 2

    @property
    def solr_port(self) -> int:
        """The search index's."""
        return self.port + 3


def find(name: str) -> Stack:
    """The stack of that name. Raises Refused for any other name."""
    if name not in NAMES:
        raise Refused(f"There is no CKAN {name} here. There are: {', '.join(VERSIONS)}.")
    pins = PINS["stack"][name]
    return Stack(
        name=name,
        ckan=pins["ckan"],
        packages=tuple(pins.get("packages", ())),
        plugins=tuple(pins["plugins"]),
        options={key: text.replace("{here}", HERE.as_uri()) for key, text in pins.get("options", {}).items()},
        solr_fields=pins.get("solr_fields", ""),
        preferred_port=pins["port"],
        home=home(),
    )


def home() -> Path:
    """The folder of all stacks: CKAN_STACK_DIR, else build/ckan of this checkout."""
    chosen = os.environ.get("CKAN_STACK_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if os.getuid() == 0 and not _open_to_all(CHECKOUT):
        # PostgreSQL runs as another user then, who could not reach its data below a closed folder.
        return Path("/var/tmp") / f"ckan-stack-{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]}"
    return CHECKOUT / "build" / "ckan"


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing, open to others whatever the umask: PostgreSQL's own user has to pass through.

    Raises Refused where that user could not pass all the same.
    """
    for path in (*reversed(folder.parents), folder):
        if not path.exists():
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
    if os.getuid() == 0 and not _open_to_all(folder):
        raise Refused(
            f"PostgreSQL does not run as root, and its own user cannot reach {folder}. "
            "CKAN_STACK_DIR names a folder that everybody may pass through, such as /var/tmp/ckan-stack."
        )


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def choose_port(stack: Stack) -> int:
    """CKAN's port for new data: CKAN_STACK_PORT, else the preferred one or the next free block.

    Raises Refused where CKAN_STACK_PORT is no port, or taken by another program.
    """
    wanted = os.environ.get("CKAN_STACK_PORT")
    if wanted:
        if not wanted.isdecimal() or not 1024 <= int(wanted) <= 65535 - BLOCK:
            raise Refused(f"CKAN_STACK_PORT is {wanted!r}; it has to be a number from 1024 to {65535 - BLOCK}.")
        check_free(int(wanted), BLOCK)
        return int(wanted)
    for port in range(stack.preferred_port, stack.preferred_port + 2000, 40):
        if all(is_free(port + offset) for offset in range(BLOCK)):
            return port
    raise Refused("No four free ports in a row were found. CKAN_STACK_PORT names the first of four that are free.")


def check_free(port: int, count: int = 1) -> None:
    """Raise Refused if a port stays taken for seconds: the children of a process that was killed go in a moment."""
    until = time.monotonic() + 5
    for number in range(port, port + count):
        while not is_free(number):
            if time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise Refused(
                f"Port {number} is taken by another program. End that program, or remove this stack's data with "
                "'script/ckan down --purge' and start it on other ports with CKAN_STACK_PORT."
            )


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
