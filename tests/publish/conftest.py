"""A publisher at work on a small synthetic catalogue, through the command line itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from publisher.cli import run
from publisher.portals.site.serve import SiteServer

CSV = "ma,ten,so_tre\n001,Hoa Sen,120\n002,Hoa Mai,85\n003,Sao Mai,97\n"
MORE = CSV + "004,Hoa Cúc,40\n"


@dataclass
class Publisher:
    """Runs commands on a catalogue and looks at the site."""

    root: Path
    edit: Callable[..., Path]
    capsys: pytest.CaptureFixture[str]

    @property
    def site(self) -> Path:
        """The folder of the portal."""
        return self.root / "build" / "site"

    def run(self, *arguments: str) -> int:
        """One command line; its exit code."""
        return run(["--catalog", str(self.root), "--lang", "en", *arguments])

    def publish(self, *arguments: str) -> int:
        """Publish without asking."""
        return self.run("publish", "--yes", *arguments)

    def said(self) -> str:
        """What was printed since last asked."""
        captured = self.capsys.readouterr()
        return captured.out + captured.err

    def result(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        self.capsys.readouterr()
        self.run(*arguments, "--format", "json")
        return json.loads(self.capsys.readouterr().out)

    def add(self, name: str, rows: str = "", **keys: Any) -> None:
        """A dataset of the same shape with rows of its own."""
        self.edit(f"datasets/{name}/dataset.yaml", title={"vi": f"Tập {name}", "en": f"Set {name}"}, **keys)
        self.data(name, rows or f"ma,ten,so_tre\n{name},Trường {name},1\n")

    def data(self, name: str, rows: str) -> None:
        """Replace a dataset's data file."""
        (self.root / "datasets" / name / "truong-mam-non.csv").write_bytes(rows.encode())

    def state(self) -> Any:
        """The published state file."""
        return json.loads((self.site / "state.json").read_text("utf-8"))

    def tree(self, folder: Path | None = None) -> dict[str, bytes]:
        """Every file of the site by its path."""
        top = folder or self.site
        return {p.relative_to(top).as_posix(): p.read_bytes() for p in sorted(top.rglob("*")) if p.is_file()}

    def times(self) -> dict[str, int]:
        """When each file and folder of the site changed."""
        return {str(p): p.stat().st_mtime_ns for p in [self.site, *sorted(self.site.rglob("*"))]}

    def leftovers(self) -> list[str]:
        """What a run left beside the site, but the lock."""
        names = [p.name for p in self.site.parent.iterdir() if p.name != self.site.name]
        return [name for name in names if not name.endswith("-lock")]


@pytest.fixture
def publisher(
    catalogue_dir: Path, edit: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Publisher:
    """A publisher of the test catalogue, on a day that does not move."""
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    return Publisher(catalogue_dir, edit, capsys)


@pytest.fixture
def serve() -> Iterator[Callable[[Path], SiteServer]]:
    """Serve a folder on 127.0.0.1 until the test ends."""
    servers: list[tuple[SiteServer, Thread]] = []

    def start(folder: Path) -> SiteServer:
        server = SiteServer(folder, "127.0.0.1", 0)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return server

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()
