"""The command line: parses, dispatches, and turns every end into a documented exit code.

Commands live one a module in :mod:`publisher.commands` and are imported only when they are needed.
A command is a click command named ``command``; it takes the :class:`Session` by ``@click.pass_obj``
and returns an exit code (None for 0). Help texts are English sentences, translated when shown.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from publisher import __version__
from publisher.errors import Exit, OpendataError
from publisher.messages import messages, preferred_language
from publisher.session import Session, make_session

COMMANDS = ["init", "new", "template", "validate", "plan", "publish", "takedown", "serve", "freshness", "attest", "rules", "fix", "export", "inventory", "doctor", "ci"]


class Translated(click.Command):
    """A command whose help speaks the session's language."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help text, translated."""
        text = self.help
        if text is not None:
            self.help = _words(ctx).text(text)
        super().format_help_text(ctx, formatter)
        self.help = text

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The parameters, their help translated."""
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, click.Option) and param.help:
                param.help = _words(ctx).text(param.help)
        return params

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of the help, translated."""
        first = (self.short_help or self.help or "").strip().split("\n\n")[0]
        return messages(preferred_language(_asked_language(sys.argv[1:]))).text(" ".join(first.split()))


class LazyGroup(Translated, click.Group):
    """A group that imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands that are there, in the order in which one meets them."""
        return [name for name in COMMANDS if importlib.util.find_spec(f"publisher.commands.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(f"publisher.commands.{cmd_name}").command
        return found


def _asked_language(arguments: Sequence[str]) -> str | None:
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def _words(ctx: click.Context) -> Any:
    session = ctx.find_object(Session)
    return session.messages if session else messages(preferred_language(_asked_language(sys.argv[1:])))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option("--catalog", type=click.Path(path_type=Path), help="Folder of the catalogue (default: the nearest one).")
@click.option("--lang", help="Language of the messages: vi, en, ... (default: OPENDATA_LANG, else the system's).")
@click.option("-q", "--quiet", is_flag=True, help="Only results and problems.")
@click.version_option(__version__, prog_name="opendata")
@click.pass_context
def opendata(ctx: click.Context, catalog: Path | None, lang: str | None, quiet: bool) -> None:
    """Publish a government's open data from git: check it, plan, publish, watch its freshness."""
    ctx.obj = make_session(catalog, lang, quiet)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point of ``opendata``."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; nothing but a defect prints a traceback, into a file."""
    _use_utf8()
    words = messages(preferred_language(_asked_language(arguments)))
    try:
        result = opendata.main(arguments, prog_name="opendata", standalone_mode=False)
        return int(result or Exit.DONE)
    except OpendataError as error:
        for problem in error.problems:
            click.echo(f"{problem.file}:{problem.line or 1}: {words.message(problem)}", err=True)
        text = words.of("message", error.code, **error.params) or error.code
        advice = words.of("help", error.code, **error.params)
        click.echo(text + (f"\n{advice}" if advice else ""), err=True)
        return int(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return int(Exit.USAGE)
    except click.ClickException as error:
        error.show()
        return int(Exit.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo(words.text("Stopped."), err=True)
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return int(Exit.DONE)
    except Exception as error:
        click.echo(_report_defect(error, words), err=True)
        return int(Exit.DEFECT)


def _report_defect(error: Exception, words: Any) -> str:
    import tempfile

    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = Path(tempfile.gettempdir()) / f"opendata-defect-{stamp}.txt"
    lines = [f"opendata {__version__}", f"Python {sys.version}", sys.platform, "", *traceback.format_exception(error)]
    path.write_text("\n".join(lines), "utf-8")
    return str(
        words.text(
            "A defect of opendata itself: {kind}. The details are in {path}.", kind=type(error).__name__, path=path
        )
    )


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower() not in {"utf-8", "utf8"}:
            reconfigure(encoding="utf-8", errors="replace")


__all__ = ["Translated", "main", "opendata", "run"]
