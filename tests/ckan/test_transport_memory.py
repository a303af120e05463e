"""What a large file costs in memory: sent and fetched piece by piece."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.wire import Handler, wire

SIZE = 500_000_000
MOST = 150 << 20
PIECE = 1 << 20
TASK = """
import re, resource, sys
from pathlib import Path
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import Transport, Upload
url, *paths = sys.argv[1:]
with Transport(Credentials(url, "synthetic")) as transport:
    files = [Upload(f"update__resources__{number}__upload", Path(path), "a.csv") for number, path in enumerate(paths)]
    assert transport.call("package_revise", {"match": {"id": "a"}}, files=files) == "done"
    assert transport.sent.bytes > sum(Path(path).stat().st_size for path in paths)
    fetched = 0
    with transport.open(url + "/download") as stream:
        while piece := stream.read(1 << 20):
            fetched += len(piece)
status = Path("/proc/self/status")
if status.exists():  # ru_maxrss would count what the process was before it was this program: the tests' own
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(fetched, peak)
"""


class Sink(Handler):
    """Counts what comes in, and gives as much back, without keeping any of it."""

    received = 0

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left and (piece := self.rfile.read(min(left, PIECE))):
            left -= len(piece)
            type(self).received += len(piece)
        self._answer(b'{"success": true, "result": "done"}', 1)

    def do_GET(self) -> None:
        self._answer(b"0" * 1_000_000, SIZE // 1_000_000)

    def _answer(self, piece: bytes, times: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(piece) * times))
        self.end_headers()
        for _ in range(times):
            self.wfile.write(piece)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no measure of the memory of another process")
def test_a_file_of_500_mb_is_sent_and_fetched_in_little_memory(tmp_path: Path) -> None:
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    with large.open("wb") as stream:
        stream.truncate(SIZE)
    small.write_bytes(b"a,b\n1,2\n")
    with wire(lambda handler: None) as server:
        server.RequestHandlerClass = Sink
        done = subprocess.run(
            [sys.executable, "-c", TASK, server.url, str(large), str(small)], capture_output=True, text=True, check=True
        )
    fetched, peak = map(int, done.stdout.split())
    assert fetched == SIZE
    assert Sink.received > SIZE + 8
    assert peak < MOST, f"{peak >> 20} MiB"
