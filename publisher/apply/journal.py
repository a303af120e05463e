"""The journal of a run: JSON Lines, each on disk before the next step is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from publisher.workspace import unwritable


class FileJournal:
    """A journal in a file of its own, named by the instant and the process, in the workspace's folder.

    No run begins without one. Once it has begun, a full disk ends the journal and not the run.

    Raises:
        OpendataError: ``workspace-unwritable``, here or when the first event is written.
    """

    def __init__(self, folder: Path, portal: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        stamp = clock().strftime("%Y%m%dT%H%M%SZ")
        self.path = folder / f"{stamp}-{portal}-{os.getpid()}.jsonl"
        self._begun = False
        try:
            self._stream = self.path.open("ab", buffering=0)
        except OSError as error:
            raise unwritable(folder, error) from error

    def write(self, event: str, /, **details: object) -> None:
        """Append one event, flushed to disk."""
        entry = {"at": self._clock().isoformat(timespec="milliseconds"), "event": event, **details}
        line = json.dumps(entry, ensure_ascii=False, default=str) + "\n"
        try:
            # A path may hold bytes that are no text.
            self._stream.write(line.encode("utf-8", "backslashreplace"))
            os.fsync(self._stream.fileno())
        except OSError as error:
            if not self._begun:
                raise unwritable(self.path.parent, error) from error
        self._begun = True

    def __enter__(self) -> FileJournal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._begun:
            self.write("failed", error=type(error).__name__, code=getattr(error, "code", None))
        self._stream.close()
