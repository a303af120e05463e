"""Errors that end a command, and the exit codes that the commands promise."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from publisher.problem import Problem


class Exit(IntEnum):
    """Exit codes over all commands; the documentation lists the same ones."""

    DONE = 0
    NO = 1
    CHANGES = 2
    UNREACHABLE = 3
    USAGE = 4
    INCOMPLETE = 5
    DEFECT = 70
    INTERRUPTED = 130


class OpendataError(Exception):
    """An expected end of a command: a code with parameters, worded by the message catalogue.

    ``problems`` are shown too where there are any.
    """

    def __init__(
        self, code: str, exit_code: Exit = Exit.USAGE, problems: Sequence[Problem] = (), **params: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.exit_code = exit_code
        self.problems = tuple(problems)
        self.params = params
