"""What publishing to a real CKAN costs, beside ``ckanapi load``; at 10,000 datasets; of this repository.

A CKAN of its own is brought up by script/ckan, emptied before each round, and ended.
"""

from __future__ import annotations

import argparse
import compileall
import subprocess
import tempfile
from pathlib import Path

from ckan_peer import side_by_side
from ckan_scale import great, this_repository
from ckan_stack import own_stack, tell, version_of
from measure import REPOSITORY, Benchmark, about

MANY = 10_000
PARTS = ("peer", "repository", "scale")

PAGE = """\
# What publishing to a real CKAN costs

Printed by `script/bench ckan --write` on the machine named below, against a CKAN on the same machine
([script/ckan](developers/ckan-stack.md): 2 gunicorn processes, everything on 127.0.0.1), which shares its processors
with what is measured. All data but this repository's are synthetic and made up.

- **Requests** are the lines of CKAN's access log. Those that write organizations and groups, and those of the DataStore
  and of views, stand in columns of their own; what else tables need (the dataset read and revised once more after its
  tables are loaded) counts among the requests.
- **Files sent** are those whose instant of upload in CKAN is another one afterwards.
- **Bytes sent** are those to CKAN, headers and metadata included, counted by a forwarder that both sides go through.
  What `ckanapi` fetches before, since it never reads local files, is not among them.
- **Wall** and memory (of the largest process) are of whole processes as a person starts them, validation of the
  catalogue included, which `ckanapi` does not do. CKAN's processor is that of gunicorn, PostgreSQL, Solr, Redis and
  the job worker; what the workers of `ckanapi` take is not told by the system.
- Where answers come later, a forwarder holds each back; connecting costs nothing, which spares `ckanapi`, since it
  connects anew for each request.
- Before each round CKAN is emptied and has written and purged a few datasets, so that nobody pays for its first
  requests. Rounds of all take turns. "No cache" is without `.opendata`, as in a fresh clone.

Both load the same datasets, three at a time (`-p 3`, `parallel: 3`), with the same texts in two languages, extras,
tags, group and file: `ckanapi` is given what our publication leaves on the portal, without the extra in which we keep
what was applied. The rows with "2 extras" are a `ckanapi` that is given less: a title, a description, tags, 2 extras,
no group. `ckanapi` loads no DataStore, so the fair rows are those with `tables: false`; the others are what the tool
does unless told otherwise, and their goals are held against a `ckanapi` that does less. Publishing where nothing
changed reads the whole catalogue, validates it and compares it with the portal.

"""


def main() -> None:
    """Print the machine, the versions and the figures."""
    parser = argparse.ArgumentParser(prog="script/bench ckan", description=__doc__)
    parser.add_argument("--small", action="store_true", help="one round, 20 and 300 datasets: to see that it works")
    parser.add_argument("--many", type=int, default=MANY, help="datasets of the part `scale`")
    parser.add_argument("--commit", default="HEAD", help="what is measured; by default what is committed last")
    parser.add_argument("--write", action="store_true", help="write what is printed into docs/benchmarks-ckan.md too")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if asked.write and (asked.small or asked.many != MANY or set(parts) != set(PARTS)):
        parser.error("only whole runs are written: leave out --small, --many and parts")
    rounds, datasets = (1, 20) if asked.small else (3, 94)
    many = min(asked.many, 300) if asked.small else asked.many
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clone = folder / "repository"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
        subprocess.run(["git", "checkout", "--quiet", "--detach", asked.commit], cwd=clone, check=True)
        compileall.compile_dir(clone / "publisher", quiet=1)
        bench = Benchmark(clone)
        with own_stack(bench) as ckan:
            about(bench, clone, ("ckanapi", "requests", "frictionless", "pyyaml"))
            bench.say(f"CKAN {version_of(ckan.stack)}")
            bench.say()
            if "peer" in parts:
                (folder / "peer").mkdir()
                side_by_side(bench, ckan, folder / "peer", datasets, rounds)
            if "repository" in parts:
                this_repository(bench, ckan, clone, rounds)
            if "scale" in parts:
                great(bench, ckan, folder / "great", many, rounds)
    if asked.write:
        page = REPOSITORY / "docs" / "benchmarks-ckan.md"
        page.write_text(PAGE + "\n".join(bench.lines).rstrip() + "\n", "utf-8")
        tell(f"written: {page.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
