"""The list that the search script reads: one compact record a dataset, in one language.

The script folds text as :func:`publisher.text.fold` does; tests hold both against the same vectors.
"""

from __future__ import annotations

import json
from typing import Any

from publisher.portals.site.context import STATUSES, Lens

SUMMARIES = 1000
"""Up to so many datasets the list carries their summaries too; beyond, titles, agencies and keywords must do."""


def records(lens: Lens) -> bytes:
    """``search/records.json``: dictionaries of names, and rows that point into them, in the order of the list."""
    entries = lens.entries
    organizations = sorted({e.organization_key for e in entries})
    themes = sorted({theme for e in entries for theme in e.themes})
    licenses = sorted({e.license for e in entries if e.license})
    formats = sorted({name for e in entries for name in e.formats})
    rows: list[list[Any]] = []
    for e in entries:
        record = lens.view.datasets[e.name]
        rows.append(
            [
                e.name,
                e.title,
                organizations.index(e.organization_key),
                [themes.index(theme) for theme in e.themes],
                [formats.index(name) for name in e.formats],
                licenses.index(e.license) if e.license else -1,
                STATUSES.index(e.status),
                int(e.data),
                e.modified if e.data else "",
                " ".join(record.get("keywords") or ()),
                e.summary if len(entries) <= SUMMARIES else "",
            ]
        )
    say = lens.say
    data = {
        "organization": [[key, lens.organization(key)] for key in organizations],
        "groups": [[key, lens.title(lens.view.themes, key)] for key in themes],
        "res_format": [[name, name] for name in formats],
        "license_id": [[key, lens.license(key)] for key in licenses],
        "status": [[key, lens.status_words(key)] for key in STATUSES],
        "rows": rows,
        "words": {
            "found": say("{count} found"),
            "none": say("Nothing found. Try fewer words, or take away a filter."),
            "more": say("Show more"),
            "changed": say("changed {date}"),
            "clear": say("Clear all filters"),
        },
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
