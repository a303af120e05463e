"""The help of the command line: a sentence and examples for every command, in the reader's language.

The sentences stand here, apart from the commands, so that ``opendata --help`` need not import them;
a test holds both equal and parses every example.
"""

from __future__ import annotations

import copy
import inspect

import click

from publisher.messages import Messages

COMMANDS = {
    "init": "Start a catalogue in a folder.",
    "new": "Start a dataset, its schema inferred from a file.",
    "template": "Write an empty XLSX form for the people who fill it in.",
    "validate": "Check the catalogue: descriptors, references, tables, personal data.",
    "plan": "Say what publishing would change, and why.",
    "publish": "Bring a portal to what git says: validate, plan, ask, apply, verify.",
    "adopt": "Take over what stands on a CKAN already, so that publishing keeps it in step.",
    "rehearse": "Publish to a copy of a live portal, and prove that nothing of others moves.",
    "takedown": "Remove a dataset's files from a portal at once and leave a note in their place.",
    "pull": "Write what a CKAN portal holds as files of this catalogue.",
    "backup": "Say which files of portals were saved before they were overwritten, and get them back.",
    "serve": "Serve the embedded portal on this computer.",
    "freshness": "Say which dataset is up to date, due, overdue or unknown, and by which evidence.",
    "attest": "Record that a dataset was reviewed and is still right.",
    "rules": "Explain the rules, or one of them.",
    "fix": "Repair what can be repaired without doubt.",
    "inventory": "Write the list of datasets as a table.",
    "ci": "What the CI jobs run: comment on a merge request, answer a steward's comment.",
    "doctor": "Check this computer, the catalogue and the portals' reach, on one page.",
}

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "opendata": (
        ("opendata validate", "Check everything."),
        ("opendata --lang vi publish --portal site", "Publish, with messages in Vietnamese."),
    ),
    "opendata init": (
        ("opendata init my-catalogue --language vi --country vn", "A catalogue in Vietnamese, under Vietnam's rules."),
        ("opendata init --language pt --language en --ci github", "In Portuguese and English, with workflow files."),
    ),
    "opendata new": (
        ("opendata new schools --from schools.xlsx --title Schools", "A dataset from a workbook."),
        ("opendata new education/schools --organization ministry", "A dataset that has no data yet, in a group."),
    ),
    "opendata template": (("opendata template schools --out form.xlsx", "The form of the dataset's table."),),
    "opendata validate": (
        ("opendata validate", "Check everything."),
        ("opendata validate datasets/schools", "Check one dataset."),
        ("opendata validate --changed-since origin/main --format json", "Check what a branch changes, for a program."),
    ),
    "opendata plan": (
        ("opendata plan --portal site", "Read what would change."),
        ("opendata plan --portal site --out plan.json", "Keep the plan, to publish exactly that later."),
    ),
    "opendata publish": (
        ("opendata publish --portal site", "Publish after a question."),
        (
            "opendata publish --portal site --yes --allow delete=2",
            "Publish without a question, two removals agreed to.",
        ),
        ("opendata publish --portal site --plan plan.json", "Publish only what was reviewed."),
    ),
    "opendata adopt": (
        ("opendata adopt --portal portal --list", "See what stands there and is not ours."),
        ("opendata adopt --portal portal --organization health", "Take over a department's datasets."),
        ("opendata adopt --portal portal --dataset schools --release", "Give a dataset back."),
    ),
    "opendata rehearse": (
        ("opendata rehearse --portal portal", "Rehearse on the CKAN that script/ckan started."),
        ("opendata rehearse --portal portal --on trial --plan plan.json", "Rehearse what was reviewed."),
    ),
    "opendata takedown": (
        ('opendata takedown schools --reason "Holds telephone numbers of persons"', "Remove a dataset's files now."),
    ),
    "opendata pull": (
        ("opendata pull --portal local --dry-run", "See what would be written."),
        ("opendata pull --portal local --organization health --files", "One body's datasets, with their files."),
        ("opendata pull --portal local --merge", "Bring edits of the portal's web form back into the files."),
    ),
    "opendata backup": (("opendata backup list", "See what was saved."),),
    "opendata backup restore": (
        ("opendata backup restore local/20260131T080000Z/schools --to saved", "Get a dataset's files back."),
    ),
    "opendata serve": (("opendata serve --port 8080", "Read the portal at http://127.0.0.1:8080/"),),
    "opendata freshness": (
        ("opendata freshness", "See who is late."),
        ("opendata freshness --now 2026-04-15 --upcoming P30D", "See how things stand on a day, and what comes due."),
        ("opendata freshness --format json", "The same for a program."),
        (
            "opendata freshness --organization health --format ics --out health.ics",
            "A body's due dates, for calendars.",
        ),
        ("opendata freshness --format badges --out badges", "Badges for web pages."),
    ),
    "opendata freshness history": (
        ("opendata freshness history", "See what came in time over the last periods."),
        ("opendata freshness history --now 2026-03-31 --periods 4", "The last four periods, as known on that day."),
    ),
    "opendata freshness digest": (
        ("opendata freshness digest", "See who would be written to."),
        (
            "opendata freshness digest --out mails --repository https://github.com/owner/name",
            "Write the mails as files, with links for reviews.",
        ),
    ),
    "opendata attest": (
        (
            'opendata attest schools --by "Data office" --on 2026-01-31 --note "Compared with the register"',
            "Record a review.",
        ),
        (
            'opendata attest --list --by "Data office" --on 2026-01-31 --note "Two datasets added"',
            "Record a review of the list itself.",
        ),
    ),
    "opendata rules": (
        ("opendata rules", "List all rules."),
        ("opendata rules description-short", "Explain one."),
    ),
    "opendata fix": (
        ("opendata fix --check", "See whether something can be repaired."),
        ("opendata fix", "Repair it."),
    ),
    "opendata inventory": (
        ("opendata inventory --out list.xlsx", "The whole list, for Excel."),
        ("opendata inventory --out proposals.csv --status proposed", "Only the proposals."),
    ),
    "opendata ci": (
        ("opendata ci files --provider github", "Get the ready workflow files."),
        ("opendata ci comment --provider github --plan plan.json --dry-run", "See the comment before anyone does."),
    ),
    "opendata doctor": (
        ("opendata doctor", "Check everything that a run needs."),
        ("opendata --lang en doctor --format json", "The same, to send with a question."),
    ),
}


def one_line(name: str, words: Messages) -> str:
    """A command's sentence."""
    return words.text(COMMANDS[name])


def in_language(command: click.Command, words: Messages, path: str) -> click.Command:
    """A copy of a command whose help speaks a language and ends with examples.

    ``path`` is how one calls it; texts are translated paragraph by paragraph.
    """
    spoken = copy.copy(command)
    spoken.help = _paragraphs(command.help, words)
    spoken.short_help = _paragraphs(command.short_help, words)
    spoken.epilog = _examples(path, words) or _paragraphs(command.epilog, words)
    spoken.params = [_parameter(parameter, words) for parameter in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {name: in_language(child, words, f"{path} {name}") for name, child in spoken.commands.items()}
    return spoken


def _parameter(parameter: click.Parameter, words: Messages) -> click.Parameter:
    spoken = copy.copy(parameter)
    if isinstance(spoken, click.Option) and spoken.help:
        spoken.help = words.text(" ".join(spoken.help.split()))
    return spoken


def _paragraphs(text: str | None, words: Messages) -> str | None:
    if text is None:
        return None
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(one if one.startswith("\b") else words.text(" ".join(one.split())) for one in paragraphs)


def _examples(path: str, words: Messages) -> str | None:
    examples = EXAMPLES.get(path)
    if not examples:
        return None
    lines = [line for call, sentence in examples for line in (f"  {call}", f"      {words.text(sentence)}")]
    return "\n".join(["\b", words.text("Examples:"), *lines])
