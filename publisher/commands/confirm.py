"""The question before something is published or taken away."""

from __future__ import annotations

import sys

import click

from publisher.errors import Exit, OpendataError


def confirm(question: str) -> None:
    """Ask whether to go on.

    Raises:
        OpendataError: ``not-confirmed`` where nobody can be asked, ``declined``.
    """
    if not sys.stdin.isatty():
        raise OpendataError("not-confirmed")
    if not click.confirm(question, err=True):
        raise OpendataError("declined", Exit.NO)
