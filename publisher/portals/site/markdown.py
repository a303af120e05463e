"""Descriptions are Markdown: rendered without raw HTML, then held against an allow-list."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "a", "blockquote", "h3", "h4", "h5", "h6"}
_PLAIN = MarkdownIt("commonmark", {"html": False}).disable("image")


@lru_cache(maxsize=4096)
def markdown(text: str) -> Markup:
    """Safe HTML of a Markdown text. Links lead to http, https and mailto only; images are not shown."""
    html = _PLAIN.render(text).replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    html = html.replace("<h2>", "<h3>").replace("</h2>", "</h3>")
    return Markup(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener",
        )
    )


@lru_cache(maxsize=16384)
def plain(text: str, limit: int = 240) -> str:
    """A Markdown text's first words without marks, for lists and search results; cut at a sentence, else at a word."""
    tokens = _PLAIN.parse(text)
    inline = (child for token in tokens if token.type == "inline" for child in [*(token.children or ()), None])
    words = " ".join("".join(" " if t is None or t.type.endswith("break") else t.content for t in inline).split())
    if len(words) <= limit:
        return words
    sentences = words[: limit + 1].rfind(". ")
    if sentences > limit // 2:
        return words[: sentences + 1]
    return words[:limit].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
