"""What the site's pages are made from: records and facts of files, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from publisher.plan.model import PublishedFile, Record


@dataclass(frozen=True, eq=False)
class SiteView:
    """A whole portal at one moment; a view is equal to itself alone, so that work can be kept for it.

    ``files`` lists the files below ``dataset/NAME/`` (``PublishedFile.resource`` is the resource's
    name); ``held`` names datasets that stand at an older version, with problem codes; ``redirects``
    leads from a dataset's old name to the name it has now (old names of resources stand in their
    records). ``commit`` and ``tool`` are shown on the page about the portal.
    """

    catalogue: Record
    organizations: Mapping[str, Record] = field(default_factory=dict)
    themes: Mapping[str, Record] = field(default_factory=dict)
    datasets: Mapping[str, Record] = field(default_factory=dict)
    files: Mapping[str, tuple[PublishedFile, ...]] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    redirects: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None
    tool: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The catalogue's languages; the first one's pages stand at the root."""
        return tuple(self.catalogue.get("languages") or ("en",))

    def words(self, language: str) -> str:
        """The catalogue's own words in a language, the text of a PO file, '' if it has none."""
        return str((self.catalogue.get("words") or {}).get(language, ""))
