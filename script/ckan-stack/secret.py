"""Passwords of a stack, made at random with its data and readable for their owner alone."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from settings import Stack


@dataclass(frozen=True)
class Secrets:
    """Passwords of the database's superuser and two users of CKAN, of Redis, and of CKAN's people."""

    postgres: str
    owner: str
    reader: str
    redis: str
    admin: str
    editor: str


def make_secrets(stack: Stack) -> None:
    """Write new ones."""
    made = Secrets(*(secrets.token_hex(16) for _ in fields(Secrets)))
    write_private(stack.data / "secrets.json", json.dumps(asdict(made)))


def read_secrets(stack: Stack) -> Secrets:
    """Those of a stack whose data were begun."""
    return Secrets(**json.loads((stack.data / "secrets.json").read_text("ascii")))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
