"""A catalogue's own words: read with care, published without names, heard by commands and pages."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from publisher.catalogue.load import load
from publisher.messages import messages
from publisher.plan.records import catalogue_record
from publisher.portals.site.pages import page_key, render_site
from publisher.portals.site.view import SiteView
from publisher.session import Session

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Last-Translator: Lan <lan@example.org>\\n"\n'
)
GOOD = '# said by Lan\nmsgid "Up to date"\nmsgstr "Mới tinh"\n\nmsgid "{count} row"\nmsgid_plural "{count} rows"\n'
GOOD += 'msgstr[0] "{count} hàng"\n'


def write(root: Path, text: str | bytes, language: str = "vi") -> None:
    folder = root / "catalog" / "locale"
    folder.mkdir(exist_ok=True)
    (folder / f"{language}.po").write_bytes(text if isinstance(text, bytes) else (HEADER + "\n" + text).encode())


def test_own_words_reach_commands_and_the_record_without_names(catalogue_dir: Path) -> None:
    write(catalogue_dir, GOOD)
    loaded = load(catalogue_dir)
    assert loaded.catalogue and not [one for one in loaded.problems if one.file.startswith("catalog/locale")]
    words = catalogue_record(loaded.catalogue)["words"]
    assert list(words) == ["vi"] and "Mới tinh" in words["vi"] and "Lan" not in words["vi"]
    for said in (messages("vi", words["vi"]), Session(catalogue_dir, "vi").messages):
        assert said.text("Up to date") == "Mới tinh" and said.text("Overdue") == "Quá hạn"
        assert said.plural("{count} row", "{count} rows", 3) == "3 hàng"
    assert Session(catalogue_dir, "en").messages.text("Up to date") == "Up to date"


def test_a_catalogue_without_own_words_has_none_in_its_record(catalogue_dir: Path) -> None:
    loaded = load(catalogue_dir)
    assert loaded.catalogue and "words" not in catalogue_record(loaded.catalogue)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\xff\xfe\x00", "words-unreadable"),
        ('msgid "Up to date"\nmsgstring "Mới"\n', "words-unreadable"),
        (
            b'msgid ""\nmsgstr "Content-Type: text/plain; charset=klingon\\n"\n\nmsgid "Overdue"\nmsgstr "\xe1"\n',
            "words-unreadable",
        ),
        (
            b'msgid ""\nmsgstr "Plural-Forms: nplurals=1; plural=(((;\\n"\n\nmsgid "Overdue"\nmsgstr "x"\n',
            "words-unreadable",
        ),
        ('msgid "Overdue"\nmsgstr "Quá \u202enạh"\n', "words-unreadable"),
        ('msgid "Overdue"\nmsgstr "{who} muộn"\n', "words-placeholder"),
        ('msgid "Overdue"\nmsgstr "muộn {"\n', "words-placeholder"),
        ('msgctxt "message"\nmsgid "file-link"\nmsgstr "muộn {"\n', "words-placeholder"),
    ],
)
def test_words_that_cannot_be_used_are_told_and_the_usual_ones_stay(
    catalogue_dir: Path, text: str | bytes, code: str
) -> None:
    write(catalogue_dir, text)
    loaded = load(catalogue_dir)
    told = [one for one in loaded.problems if one.file == "catalog/locale/vi.po"]
    assert [(one.code, one.severity) for one in told] == [(code, "warning")] and told[0].line
    said = Session(catalogue_dir, "vi").messages
    assert said.text("Overdue") == "Quá hạn"
    assert said.message(told[0]) != code and "{" not in said.help(told[0])


def test_pages_are_drawn_with_own_words_and_again_when_they_change(catalogue_dir: Path) -> None:
    write(catalogue_dir, 'msgid "Themes"\nmsgstr "Lĩnh vực <b>"\n')
    loaded = load(catalogue_dir)
    assert loaded.catalogue
    record = {"name": "a", "title": {"vi": "A"}, "status": "published", "id": str(UUID(int=1))}
    catalogue = catalogue_record(loaded.catalogue)
    own, usual = (SiteView(one, datasets={"a": record}) for one in (catalogue, {**catalogue, "words": {}}))
    assert page_key(own, "a") != page_key(usual, "a")
    pages = {path: content.decode() for path, content in render_site(own) if path.endswith("dataset/a/index.html")}
    assert "Lĩnh vực &lt;b&gt;" in pages["dataset/a/index.html"] and "Lĩnh vực" not in pages["en/dataset/a/index.html"]
