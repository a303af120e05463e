"""The files of a new dataset: a descriptor, a schema with guessed types, the data file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from publisher.messages import Messages
from publisher.scaffold.infer import GuessedTable
from publisher.scaffold.templates import render


@dataclass(frozen=True, slots=True)
class NewDataset:
    """What is asked for; ``folder`` is relative to ``datasets/``, its last step is the dataset's name."""

    folder: str
    title: str
    organization: str
    description: str = ""
    license: str | None = None
    security_note: str | None = None
    frequency: str = "unknown"
    source: Path | None = None
    table: GuessedTable | None = None

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.folder.rpartition("/")[2]


def dataset_files(wanted: NewDataset, words: Messages) -> dict[str, bytes]:
    """Relative names and contents, comments in the language of ``words``."""
    base = f"datasets/{wanted.folder}"
    file = f"{wanted.name}{wanted.source.suffix.lower()}" if wanted.source else None
    table = wanted.table or GuessedTable(())
    descriptor = render(
        words,
        "dataset/new.yaml",
        name=wanted.name,
        title=wanted.title,
        description=wanted.description,
        organization=wanted.organization,
        license=wanted.license,
        security_note=wanted.security_note,
        frequency=wanted.frequency,
        file=file,
        encoding=table.encoding,
        delimiter=table.delimiter,
    )
    files = {f"{base}/dataset.yaml": descriptor.encode()}
    if wanted.source is not None and file is not None:
        schema = render(words, "dataset/new-schema.yaml", fields=table.fields)
        files[f"schemas/{wanted.name}.yaml"] = schema.encode()
        files[f"{base}/{file}"] = wanted.source.read_bytes()
    return files
