"""``opendata freshness``: the report by itself, and the commands around it (``attest``, ``history``, ``digest``)."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from publisher.commands.attest import command as attest
from publisher.commands.freshness_digest import command as digest
from publisher.commands.freshness_history import command as history
from publisher.commands.freshness_report import command as report

REPORT = "report"


class WithReport(click.Group):
    """A group that is a plain command too: what does not start with a subcommand's name is for the report."""

    ignore_unknown_options = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave the report's options to the report."""
        return super().parse_args(ctx, args if args or ctx.resilient_parsing else [REPORT])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that the first word names, else the report, for which all words are."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return REPORT, self.commands[REPORT], args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """What can stand first: a subcommand's name, or the beginning of what is for the report."""
        named = super().shell_complete(ctx, incomplete)
        of_report = self.commands[REPORT].shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            # The report takes paths. In bash, files come before the names, which they would else throw away.
            of_report.append(CompletionItem(incomplete, type="file"))
        known = {one.value for one in of_report if one.type == "plain"}
        return [*of_report, *(one for one in named if one.value not in known)]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The report's, as it is what one gets without more."""
        return self.commands[REPORT].collect_usage_pieces(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The report's options, then the subcommands."""
        self.commands[REPORT].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=WithReport, help=report.help)
def command() -> None:
    pass


command.add_command(report, REPORT)
command.add_command(attest, "attest")
command.add_command(history, "history")
command.add_command(digest, "digest")
