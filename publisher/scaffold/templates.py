"""Files from templates, their comments and texts in a language."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from publisher.messages import Messages

WIDTH = 110


def environment(words: Messages) -> Environment:
    """Templates of ``scaffold/files``: ``note`` makes a comment, ``t`` a translated string, ``q`` a string."""
    made = Environment(
        loader=PackageLoader("publisher.scaffold", "files"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def note(sentence: str, indent: int = 0) -> str:
        lines = textwrap.wrap(words.text(sentence), WIDTH - indent, break_long_words=False, break_on_hyphens=False)
        return ("\n" + " " * indent).join(f"# {line}" for line in lines)

    made.globals.update(note=note, t=lambda sentence: quoted(words.text(sentence)), q=quoted, words=words.text)
    return made


def render(words: Messages, template: str, /, **values: Any) -> str:
    """One file."""
    return environment(words).get_template(template).render(values)


def quoted(text: str) -> str:
    """A YAML string, plain where no reader could take it for something else."""
    return json.dumps(text, ensure_ascii=False)
