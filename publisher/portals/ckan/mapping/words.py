"""The sentences of ours that stand in what is published: when one is worded anew, datasets are written anew."""

from __future__ import annotations

from functools import lru_cache

from publisher.digest import digest_of
from publisher.freshness.words import evidence_in_words
from publisher.messages import messages

SENTENCES = (
    "Answers today",
    "Demonstration, not an official portal: nothing here is published in the name of a government body.",
    "Form to fill in (XLSX)",
    "It was followed by {name}.",
    "No longer updated from {date}.",
    "Planned: no data yet.",
    "Promised for {date}.",
    "These data are not open.",
    "This body existed until {date}.",
    "This dataset was withdrawn; its files are no longer offered.",
    "This is a proposal, not published data.",
    "This is inferred; no act that confirms it was read.",
    "Updates paused until {date}.",
    "general knowledge, no source was read",
    "inferred",
    "item {item}",
    "known second-hand, the text itself was not read",
    "nothing found supports it",
    "now {name}",
    "read in a summary",
    "read on {date}",
    "supports that such data exist",
    "supports the columns",
    "supports the data",
    "supports the title",
    "the text itself was read",
    "until {date}",
)
_EVIDENCE = ("column", "period", "content", "git", "attested", "temporal", "remote", "portal")


@lru_cache
def words_digest(language: str) -> str:
    """The digest of everything that the mapping can say in a language."""
    say = messages(language).text
    return digest_of([*map(say, SENTENCES), *(evidence_in_words(say, kind, "") for kind in _EVIDENCE)])
