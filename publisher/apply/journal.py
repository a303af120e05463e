"""The journal of a run: JSON Lines, each on disk before the next step is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType


class FileJournal:
    """A journal in a file of its own, named by the instant and the process, in the workspace's folder."""

    def __init__(self, folder: Path, portal: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        stamp = clock().strftime("%Y%m%dT%H%M%SZ")
        self.path = folder / f"{stamp}-{portal}-{os.getpid()}.jsonl"
        self._stream = self.path.open("a", encoding="utf-8", newline="\n")

    def write(self, event: str, /, **details: object) -> None:
        """Append one event, flushed to disk."""
        entry = {"at": self._clock().isoformat(timespec="milliseconds"), "event": event, **details}
        self._stream.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def __enter__(self) -> FileJournal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.write("failed", error=type(error).__name__, code=getattr(error, "code", None))
        self._stream.close()
