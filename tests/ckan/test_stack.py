"""script/ckan: from nothing to a CKAN that answers, and empty on demand; it says what runs, and ends only its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from support.ckan import Stack, fresh, script, stack_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="script/ckan needs Linux")


def processes(folder: Path) -> dict[str, str]:
    """The records of running processes of a stack."""
    return {path.stem: path.read_text("ascii") for path in (folder / "run").glob("*.pid")}


def test_up_again_starts_nothing_and_status_agrees(newest: Stack) -> None:
    folder = newest.access_log.parents[1]
    before = processes(folder)
    assert set(before) == {"postgres", "redis", "solr", "ckan", "jobs"}
    done = script("up")
    assert done.returncode == 0
    assert processes(folder) == before
    status = script("status", "--version", newest.version)
    assert (status.returncode, status.stdout.split()) == (0, [newest.version, newest.url, "up"])


def test_env_sets_address_and_token_and_nobody_else_can_read_it(newest: Stack) -> None:
    shell = 'eval "$(script/ckan env)" && printf "%s %s" "$CKAN_URL" "$CKAN_TOKEN"'
    checkout = Path(__file__).parents[2]
    url, token = subprocess.run(["sh", "-c", shell], cwd=checkout, capture_output=True, text=True).stdout.split()
    person = requests.post(f"{url}/api/3/action/user_show", json={"id": "admin"}, headers={"Authorization": token})
    assert person.json()["result"]["sysadmin"] is True
    data = newest.access_log.parents[1] / "data"
    for name in ("admin.token", "editor.token", "secrets.json", "ckan.ini", "redis.conf"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name


def test_no_password_or_token_stands_in_the_list_of_processes_or_a_log(newest: Stack) -> None:
    folder = newest.access_log.parents[1]
    secrets = [newest.token, newest.editor_token, newest.password]
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)]
    logs = [path.read_bytes() for path in (folder / "log").iterdir()]
    assert lines
    assert logs
    assert not [text for text in (*lines, *logs) for secret in secrets if secret.encode() in text]


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("command", ["up", "down", "status", "reset", "env"])
def test_a_version_that_is_not_there_is_refused_in_one_line(command: str) -> None:
    done = script(command, "--version", "2.9")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "script/ckan: There is no CKAN 2.9 here. There are: 2.12, 2.11, 2.10.\n"


def test_env_of_a_stack_that_was_never_made_says_what_to_do(tmp_path: Path) -> None:
    done = script("env", "--version", "2.11", env={"CKAN_STACK_DIR": str(tmp_path / "none")})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "script/ckan: CKAN 2.11 is not there yet: script/ckan up --version 2.11\n"


def test_status_and_down_of_nothing_change_nothing(tmp_path: Path) -> None:
    home = {"CKAN_STACK_DIR": str(tmp_path / "none")}
    status = script("status", "--version", "2.12", env=home)
    assert (status.returncode, status.stdout.split()[2:]) == (1, ["not", "installed"])
    assert script("down", "--purge", env=home).returncode == 0
    assert not (tmp_path / "none").exists()


@pytest.fixture
def home() -> Iterator[dict[str, str]]:
    """A folder of its own, where PostgreSQL's user may pass, with a stack that ends with the test."""
    folder = Path(tempfile.mkdtemp(prefix="ckan-stack-"))
    folder.chmod(0o755)
    variables = {"CKAN_STACK_DIR": str(folder)}
    yield variables
    script("down", "--purge", env=variables)
    shutil.rmtree(folder)


@pytest.fixture
def foreign_redis(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Somebody else's Redis on another port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with subprocess.Popen(["redis-server", "--port", port, "--save", "", "--dir", str(tmp_path)]) as redis:
        yield redis
        redis.terminate()


@pytest.mark.ckan
@pytest.mark.slow
def test_the_life_of_a_stack_from_nothing(
    newest: Stack, home: dict[str, str], foreign_redis: subprocess.Popen[bytes]
) -> None:
    up = script("up", env=home)
    assert up.returncode == 0, up.stderr
    mine = stack_of("2.12", env=home)
    assert mine.url != newest.url  # its ports were taken
    folder = mine.access_log.parents[1]

    name = fresh("dataset")
    mine.action("package_create", name=name, owner_org=mine.organization())
    assert script("reset", env=home).returncode == 0
    assert not mine.exists(name)
    assert mine.action("organization_list") == []
    assert mine.action("package_search", include_private=True, include_drafts=True)["count"] == 0
    assert newest.action("status_show")["ckan_version"].startswith("2.12.")

    # A process that died is told, and started again; the record of a process that is not ours is not believed.
    os.kill(int(processes(folder)["redis"].split()[0]), signal.SIGKILL)
    status = script("status", "--version", "2.12", env=home)
    assert (status.returncode, "redis ended" in status.stdout) == (1, True)
    (folder / "run" / "redis.pid").write_text(f"{foreign_redis.pid} 1", "ascii")
    assert script("up", env=home).returncode == 0
    assert mine.organization()  # the token is still good

    assert script("down", env=home).returncode == 0
    assert script("status", "--version", "2.12", env=home).stdout.split()[2:] == ["down"]
    assert processes(folder) == {}
    assert foreign_redis.poll() is None
    assert newest.action("status_show")["ckan_version"].startswith("2.12.")

    # Somebody took a port meanwhile.
    with socket.create_server(("127.0.0.1", int(mine.url.rpartition(":")[2]))):
        refused = script("up", env=home)
    assert refused.returncode == 2
    assert "is taken by another program" in refused.stderr

    assert script("down", "--purge", env=home).returncode == 0
    assert not (folder / "data").exists()
    assert (folder / "venv").exists()
