"""The services of a stack: PostgreSQL, Redis, Solr, CKAN and its job worker, all on 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import processes
from install import postgres_program
from processes import launch, run, running
from secret import Secrets, read_secrets
from settings import HERE, Refused, Stack, check_free

NAMES = ("postgres", "redis", "solr", "ckan", "jobs")  # in the order of starting


def start_stores(stack: Stack) -> None:
    """Start PostgreSQL, Redis and Solr where they are down, and wait until they answer."""
    secrets = read_secrets(stack)
    if not running(stack, "solr"):
        _start_solr(stack)
    if not running(stack, "redis"):
        _start_redis(stack, secrets)
    if not running(stack, "postgres"):
        _start_postgres(stack, secrets)
    processes.wait_for(stack, "solr", f"http://127.0.0.1:{stack.solr_port}/solr/ckan/select?q=*:*&rows=0")


def start_ckan(stack: Stack) -> None:
    """Start CKAN and its job worker where they are down, and wait until CKAN answers."""
    ini = {"CKAN_INI": str(stack.data / "ckan.ini")}
    if not running(stack, "ckan"):
        check_free(stack.port)
        gunicorn = [stack.venv / "bin" / "gunicorn", "--config", HERE / "gunicorn.conf.py", "--chdir", HERE]
        where = ["--bind", f"127.0.0.1:{stack.port}", "--access-logfile", stack.log / "access.log"]
        launch(stack, "ckan", [*gunicorn, *where, "wsgi:application"], ini)
    if not running(stack, "jobs"):
        launch(stack, "jobs", [stack.venv / "bin" / "ckan", "jobs", "worker"], ini)
    processes.wait_for(stack, "ckan", f"{stack.url}/api/3/action/status_show")


def stop_ckan(stack: Stack) -> None:
    """End CKAN and its job worker."""
    processes.stop(stack, "ckan")
    processes.stop(stack, "jobs")


def stop_all(stack: Stack) -> list[str]:
    """End everything that this stack started; the names of what ran."""
    ask = {"postgres": signal.SIGINT}  # the database's word for: end the connections, then yourself
    return [name for name in reversed(NAMES) if processes.stop(stack, name, ask.get(name, signal.SIGTERM))]


def sql(stack: Stack, database: str, statements: str) -> str:
    """Run SQL as the database's superuser; the rows it prints, bare."""
    where = ["-h", "127.0.0.1", "-p", str(stack.postgres_port), "-U", "postgres", "-d", database]
    command = [postgres_program("psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", *where]
    return run(stack, command, "psql", statements, {"PGPASSWORD": read_secrets(stack).postgres})


def empty_redis(stack: Stack) -> None:
    """Forget all queues and caches."""
    env = {"REDISCLI_AUTH": read_secrets(stack).redis}
    run(stack, ["redis-cli", "-h", "127.0.0.1", "-p", str(stack.redis_port), "flushall"], "redis-cli", env=env)


def empty_solr(stack: Stack) -> None:
    """Forget all documents of the index."""
    processes.post(
        f"http://127.0.0.1:{stack.solr_port}/solr/ckan/update?commit=true", "<delete><query>*:*</query></delete>"
    )


def _start_solr(stack: Stack) -> None:
    check_free(stack.solr_port)
    home = stack.data / "solr"
    core = home / "ckan" / "conf"
    core.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "solr" / "solr.xml", home)
    shutil.copy(HERE / "solr" / "solrconfig.xml", core)
    schema = next(stack.venv.glob("lib/python3*/site-packages/ckan/config/solr/schema.xml"))
    text = schema.read_text("utf-8").replace("</schema>", f"{stack.solr_fields}</schema>")
    (core / "schema.xml").write_text(text, "utf-8")
    for name in ("synonyms.txt", "protwords.txt"):
        (core / name).touch()
    (core.parent / "core.properties").write_text("name=ckan\n", "ascii")
    # Java's quick compiler alone: Solr is asked little here, and starts in half the time.
    java = ["java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    logs = [f"-Dsolr.log.dir={stack.log}", "-Dlog4j2.level=WARN"]
    jars = ["-cp", f"{stack.solr_jars}:{stack.solr_jars}/*"]
    launch(stack, "solr", [*java, *logs, *jars, "RunSolr", home, str(stack.solr_port)])


def _start_redis(stack: Stack, secrets: Secrets) -> None:
    check_free(stack.redis_port)
    settings = stack.data / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {stack.redis_port}\nrequirepass {secrets.redis}\n"
        f'save ""\nappendonly no\ndir "{stack.data}"\n',
        "utf-8",
    )
    launch(stack, "redis", ["redis-server", settings])


def _start_postgres(stack: Stack, secrets: Secrets) -> None:
    folder = stack.data / "postgres"
    _clear_stale(folder)
    check_free(stack.postgres_port)
    if not (folder / "PG_VERSION").exists():
        _make_cluster(stack, folder, secrets)
    # Throw-away data need not survive a power cut.
    quick = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    where = ["-h", "127.0.0.1", "-p", str(stack.postgres_port), "-c", "unix_socket_directories="]
    launch(stack, "postgres", [postgres_program("postgres"), "-D", folder, *where, *quick], as_postgres=True)
    ready = [postgres_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(stack.postgres_port)]
    for _ in range(1800):
        try:
            run(stack, ready, "pg_isready")
            return
        except Refused:
            if not running(stack, "postgres"):
                break
            time.sleep(0.1)
    raise Refused(f"PostgreSQL did not start.{processes.tail(stack.log / 'postgres.log')}")


def _make_cluster(stack: Stack, folder: Path, secrets: Secrets) -> None:
    password = stack.data / "initdb.password"
    password.touch(mode=0o600)
    password.write_text(secrets.postgres, "ascii")
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(password, "postgres")
        shutil.chown(folder, "postgres", "postgres")
    access = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}"]
    initdb = [postgres_program("initdb"), "-D", folder, *access, "-E", "UTF8", "--locale=C.UTF-8"]
    try:
        run(stack, initdb, "initdb", as_postgres=True)
    finally:
        password.unlink()


def _clear_stale(folder: Path) -> None:
    """After a crash PostgreSQL's own pid file may name a process that is somebody else's by now."""
    try:
        pid = int((folder / "postmaster.pid").read_text("utf-8").split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        command = []
    if str(folder).encode() not in command:
        (folder / "postmaster.pid").unlink(missing_ok=True)
