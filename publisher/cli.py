"""The command line: parses, dispatches, and turns every end into a documented exit code.

Commands live one a module in :mod:`publisher.commands` and are imported only when they are needed.
A command is a click command named ``command``; it takes the :class:`Session` by ``@click.pass_obj``
and returns an exit code (None for 0). Help texts are English sentences, translated when shown.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from publisher import __version__
from publisher.errors import Exit, OpendataError
from publisher.help import COMMANDS, in_language, one_line
from publisher.messages import Messages, messages, preferred_language
from publisher.session import make_session


class LazyGroup(click.Group):
    """A group that imports a command's module when it is asked for, and gives it in the reader's language."""

    words: Messages = messages("en")

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"publisher.commands.{cmd_name.replace('-', '_')}").command
        return in_language(command, self.words, f"opendata {cmd_name}")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table of sentences: importing them all would be slow."""
        with formatter.section(self.words.text("Commands")):
            formatter.write_dl([(name, one_line(name, self.words)) for name in COMMANDS])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option("--catalog", type=click.Path(path_type=Path), help="Folder of the catalogue (default: the nearest one).")
@click.option("--lang", help="Language of the messages: vi, en, ... (default: OPENDATA_LANG, else the system's).")
@click.option("-q", "--quiet", is_flag=True, help="Only results and problems.")
@click.version_option(__version__, prog_name="opendata")
@click.pass_context
def opendata(ctx: click.Context, catalog: Path | None, lang: str | None, quiet: bool) -> None:
    """Publish a government's open data from git: check it, plan, publish, watch its freshness."""
    ctx.obj = make_session(catalog, lang, quiet)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def spoken(words: Messages) -> click.Group:
    """The whole command line in a language."""
    group = in_language(opendata, words, "opendata")
    assert isinstance(group, LazyGroup)
    group.words = words
    return group


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point of ``opendata``."""
    # A run makes much data and few cycles; looking for them at Python's pace takes a quarter of its time.
    gc.set_threshold(100_000)
    code = run(list(sys.argv[1:] if arguments is None else arguments))
    gc.freeze()  # the process ends: a last look through all that was read would take a tenth of a short run
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; nothing but a defect prints a traceback, into a file."""
    _use_utf8()
    words = speak(preferred_language(_asked_language(arguments)))
    try:
        result = spoken(words).main(arguments, prog_name="opendata", standalone_mode=False)
        return int(result or Exit.DONE)
    except OpendataError as error:
        for problem in error.problems:
            click.echo(f"{problem.file}:{problem.line or 1}: {words.message(problem)}", err=True)
        text = words.of("message", error.code, **error.params) or error.code
        advice = words.of("help", error.code, **error.params)
        click.echo(text + (f"\n{advice}" if advice else ""), err=True)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo(words.text("Stopped."), err=True)
        return int(Exit.INTERRUPTED)
    except Exception as error:
        click.echo(_report_defect(error, words), err=True)
        return int(Exit.DEFECT)


def _asked_language(arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def speak(language: str) -> Messages:
    """The words of a language, for us and for click, whose sentences are looked up by Python's own gettext."""
    import gettext
    from importlib import resources

    gettext.bindtextdomain("click", str(resources.files("publisher") / "locale"))
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = language
    return messages(language)


def _report_defect(error: Exception, words: Messages) -> str:
    import tempfile
    import traceback
    from datetime import UTC, datetime

    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [f"opendata {__version__}", f"Python {sys.version}", sys.platform, "", *traceback.format_exception(error)]
    path = "–"
    # Where it cannot be written, as on a full disk, the defect is named all the same.
    with suppress(OSError):
        # A name that nobody can know beforehand: others may write to this folder too.
        number, path = tempfile.mkstemp(".txt", f"opendata-defect-{stamp}-", text=True)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines))
    return words.text(
        "A defect of opendata itself: {kind}. The details are in {path}.", kind=type(error).__name__, path=path
    )


def _use_utf8() -> None:
    """Windows consoles and pipes may have another encoding; ours is UTF-8 everywhere."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


__all__ = ["main", "opendata", "run", "speak", "spoken"]
