"""What freshness costs: a synthetic catalogue with a history, and this repository.

The history is made up: weekly commits, written by ``git fast-import``, each of which gives a part of the files other
rows. Cold is a run without any cache, warm the next ones. Every run is a process of its own.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measure import OPENDATA, REPOSITORY, Benchmark, forget, head

sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

from generate import generate, table

COMMITS = 150
START = datetime(2022, 1, 3, 2, tzinfo=UTC)
VERSIONS = """
import sys
from pathlib import Path
from publisher.catalogue.load import load
from publisher.freshness.versions import versions_of
from publisher.git import Repository
from publisher.workspace import Workspace
root = Path(sys.argv[1])
found = versions_of(load(root, Workspace(root)).catalogue, Repository.find(root), Workspace(root))
count = sum(one.changed for versions in found.values() for one in versions)
if count != int(sys.argv[2]):
    sys.exit(f"{count} versions instead of {sys.argv[2]}")
"""


def history(root: Path, datasets: int, versions: int, commits: int = COMMITS) -> None:
    """A catalogue of small tables, whose files have that many versions together."""
    generate(root, datasets, rows=0)
    for descriptor in root.glob("datasets/**/dataset.yaml"):
        text = descriptor.read_text("utf-8").replace("evidence: [{column: ngay}]", "evidence: [content]")
        descriptor.write_text(text, "utf-8")
    subprocess.run(["git", "init", "--quiet", "-b", "main", str(root)], check=True)
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=root, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.writelines(_commits(root, datasets, versions, commits))
    if process.returncode != 0:
        sys.exit("git fast-import failed")
    subprocess.run(["git", "reset", "--quiet", "--hard", "main"], cwd=root, check=True)


def _commits(root: Path, datasets: int, versions: int, commits: int) -> Iterator[bytes]:
    chance = random.Random(0)
    each, rest = divmod(versions - datasets, commits - 1)
    for week in range(commits):
        when = int((START + timedelta(weeks=week)).timestamp())
        yield f"commit refs/heads/main\ncommitter Bench <bench@example.org> {when} +0700\ndata 4\nweek\n".encode()
        if week == 0:
            for path in sorted((*root.rglob("*.yaml"),)):
                yield from _file(path.relative_to(root).as_posix(), path.read_bytes())
        changed = range(datasets) if week == 0 else chance.sample(range(datasets), each + (week <= rest))
        for number in changed:
            name = f"datasets/nhom-{number // 1000:02}/bo-{number:05}/bang.csv"
            yield from _file(name, table(number, 20, chance).encode())


def _file(name: str, content: bytes) -> Iterator[bytes]:
    yield f"M 100644 inline {name}\ndata {len(content)}\n".encode()
    yield content + b"\n"


def main() -> None:
    """Print the machine, the versions and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="500 datasets and 5,000 versions")
    quick = parser.parse_args().quick
    datasets, versions = (500, 5_000) if quick else (10_000, 100_000)
    report = [*OPENDATA, "freshness"]
    with tempfile.TemporaryDirectory() as folder:
        own, root = Path(folder) / "repository", Path(folder) / "history"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(own)], check=True)
        bench = Benchmark(own, fine=(0, 1))  # 1: late data
        head(bench, own)
        bench.measure("freshness, this repository, cold", 3, report, own, lambda: forget(own))
        bench.measure("freshness, this repository, warm", 3, report, own)
        history(root, datasets, versions)
        about = f"{datasets} datasets, {versions} versions"
        bench.measure(f"freshness, {about}, cold", 1 if quick else 3, report, root, lambda: forget(root))
        bench.measure(f"freshness, {about}, warm", 5, report, root)
        bench.measure(f"freshness history, {about}, warm", 3, [*report, "history"], root)
        every = [sys.executable, "-c", VERSIONS, str(root), str(versions)]
        forget(root)
        bench.measure("every version of the same files, cold", 1, every, root)
        bench.measure("every version of the same files, warm", 3, every, root)


if __name__ == "__main__":
    main()
