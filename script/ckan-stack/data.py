"""The data of a stack: configuration, tables, users and tokens, made once and emptied on demand."""

from __future__ import annotations

import configparser
import io
import os
import shutil

import services
from install import Say
from processes import run, running
from secret import make_secrets, read_secrets, write_private
from settings import PINS, Refused, Stack, choose_port, make_folder

PEOPLE = ("admin", "editor")  # a sysadmin, and somebody without any right at first
DATABASES = ("ckan", "datastore")
MAX_MB = 600  # the largest file that CKAN takes, in megabytes


def is_complete(stack: Stack) -> bool:
    """Whether the data were made to the end, by the programs that are installed now."""
    try:
        return (stack.data / "complete").read_text("ascii") == _mark(stack)
    except OSError:
        return False


def begin(stack: Stack) -> None:
    """Throw away what is there and choose ports and passwords anew."""
    services.stop_all(stack)
    shutil.rmtree(stack.data, ignore_errors=True)
    port = choose_port(stack)
    make_folder(stack.data)
    (stack.data / "port").write_text(str(port), "ascii")
    make_secrets(stack)


def fill(stack: Stack, say: Say) -> None:
    """Make tables, users and tokens; the stores are running."""
    say("tables, users and tokens")
    secrets = read_secrets(stack)
    for role, password in (("ckan", secrets.owner), ("datastore_ro", secrets.reader)):
        services.sql(stack, "postgres", f"create role {role} login password '{password}'")
    for database in DATABASES:
        services.sql(stack, "postgres", f"create database {database} owner ckan")
    _ckan(stack, "db", "init")
    _ckan(stack, "db", "pending-migrations", "--apply")  # the tables of plugins
    services.sql(stack, "datastore", _ckan(stack, "datastore", "set-permissions"))
    for name, password in zip(PEOPLE, (secrets.admin, secrets.editor), strict=True):
        _ckan(stack, "user", "add", name, f"email={name}@example.org", text=f"{password}\n{password}\n")
        if name == "admin":
            _ckan(stack, "sysadmin", "add", name)
        token = _ckan(stack, "user", "token", "add", name, "tests", "-q").split()[-1]
        write_private(stack.data / f"{name}.token", token)
    for database in DATABASES:  # what `empty` starts from
        services.sql(stack, "postgres", f"create database {database}_empty template {database} owner ckan")
    (stack.data / "complete").write_text(_mark(stack), "ascii")


def empty(stack: Stack) -> None:
    """Back to the data of the first start; CKAN is stopped, the stores run. Tokens stay valid."""
    for database in DATABASES:
        services.sql(stack, "postgres", f"drop database if exists {database} with (force)")
        services.sql(stack, "postgres", f"create database {database} template {database}_empty owner ckan")
    services.empty_solr(stack)
    services.empty_redis(stack)
    for path in (stack.data / "storage").iterdir():
        shutil.rmtree(path)
    (stack.log / "access.log").write_bytes(b"")


def token(stack: Stack, name: str) -> str:
    """The API token of one of PEOPLE."""
    return (stack.data / f"{name}.token").read_text("ascii")


class _Ini(configparser.RawConfigParser):
    """Keeps the case of names, as CKAN's own reader does."""

    def optionxform(self, optionstr: str) -> str:
        """The name as it is written."""
        return optionstr


def configure(stack: Stack) -> None:
    """Write ckan.ini; CKAN is stopped if it runs with other settings."""
    path = stack.data / "ckan.ini"
    if not path.exists():
        run(stack, [stack.venv / "bin" / "ckan", "generate", "config", path], "ckan-command")
    for folder in ("storage", "webassets"):
        (stack.data / folder).mkdir(exist_ok=True)
    before = path.read_text("utf-8")
    ini = _Ini(strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    ini.read_string(before)
    for key, value in _options(stack).items():
        ini.set("app:main", key, value)
    text = io.StringIO()
    ini.write(text)
    if text.getvalue() != before:
        if running(stack, "ckan"):
            services.stop_ckan(stack)
        write_private(path, text.getvalue())


def _options(stack: Stack) -> dict[str, str]:
    secrets = read_secrets(stack)
    database = f"127.0.0.1:{stack.postgres_port}"
    return {
        "sqlalchemy.url": f"postgresql://ckan:{secrets.owner}@{database}/ckan",
        "ckan.datastore.write_url": f"postgresql://ckan:{secrets.owner}@{database}/datastore",
        "ckan.datastore.read_url": f"postgresql://datastore_ro:{secrets.reader}@{database}/datastore",
        "ckan.redis.url": f"redis://:{secrets.redis}@127.0.0.1:{stack.redis_port}/0",
        "solr_url": f"http://127.0.0.1:{stack.solr_port}/solr/ckan",
        "ckan.site_url": stack.url,
        "ckan.site_id": f"stack-{stack.name}",
        "ckan.plugins": " ".join(stack.plugins),
        # Notes of the publishing tool: rows of letters that mean nothing to readers.
        "package_hide_extras": "opendata opendata_2",
        "ckan.storage_path": str(stack.data / "storage"),
        "ckan.webassets.path": str(stack.data / "webassets"),
        "ckan.max_resource_size": str(_max_mb()),
        **stack.options,
    }


def _max_mb() -> int:
    wanted = os.environ.get("CKAN_STACK_MAX_MB", str(MAX_MB))
    if not wanted.isdecimal() or int(wanted) == 0:
        raise Refused(f"CKAN_STACK_MAX_MB is {wanted!r}; it has to be a number of megabytes.")
    return int(wanted)


def _ckan(stack: Stack, *arguments: str, text: str = "") -> str:
    return run(
        stack,
        [stack.venv / "bin" / "ckan", *arguments],
        "ckan-command",
        text,
        {"CKAN_INI": str(stack.data / "ckan.ini")},
    )


def _mark(stack: Stack) -> str:
    return f"{stack.stamp} {PINS['solr']} {' '.join(stack.plugins)}"
