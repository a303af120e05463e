"""Digests as files and over a real SMTP server: what is in them, and what can never get into them."""

from __future__ import annotations

import email.policy
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.states import write_catalogue

from publisher.catalogue.load import load
from publisher.cli import run
from publisher.errors import OpendataError
from publisher.mail import Mail, compose, is_this_computer, server_of

REPOSITORY = "https://github.com/co-quan/danh-muc"


@pytest.fixture
def root(catalogue_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENDATA_NOW", "GITHUB_REPOSITORY", "CI_PROJECT_URL", "OPENDATA_SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    settings = catalogue_dir / "catalog/catalog.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("en: Test team}}", "en: Test team}, email: cong@example.org}"), "utf-8")
    return write_catalogue(catalogue_dir)


def digest(root: Path, *more: str, now: str = "2026-04-10", language: str = "vi") -> int:
    return run(["--catalog", str(root), "--lang", language, "freshness", "digest", "--now", now, *more])


def read(path: Path) -> EmailMessage:
    return BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


class Reader(HTMLParser):
    """Collects the text and the links of a page, and that every element is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.links += [value or "" for key, value in attrs if key == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def test_files_are_mails_that_say_what_to_do(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mails"
    asked = ["--out", str(out), "--repository", REPOSITORY, "--calendar", "https://d.example.org/{organization}.ics"]
    assert digest(root, *asked) == 0
    assert sorted(path.name for path in out.iterdir()) == ["so-giao-duc.eml", "so-y-te.eml"]
    assert "so-moi" in capsys.readouterr().err
    message = read(out / "so-giao-duc.eml")
    assert message["To"] == "Sở Giáo dục và Đào tạo <giaoduc@example.org>"
    assert message["From"] == "Nhóm thử nghiệm <cong@example.org>"
    assert message["Subject"] == "1 tập dữ liệu quá hạn (Danh mục thử nghiệm)"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "vi")
    assert message.get_content_type() == "multipart/alternative"
    text = text_of(message)
    assert "Quá hạn lâu: cần nộp số liệu ngay" in text
    assert "* Trường mầm non\n  Số liệu năm 2024 đã hết hạn ngày 31/01/2025: chậm 434 ngày." in text
    assert "https://d.example.org/so-giao-duc.ics" in text
    page = Reader()
    page.feed(text_of(message, "html"))
    assert page.open == [] and "https://d.example.org/so-giao-duc.ics" in page.links
    assert "Số liệu năm 2024 đã hết hạn ngày 31/01/2025: chậm 434 ngày." in page.said


def test_the_review_link_opens_a_file_that_only_lacks_name_and_finding(root: Path, tmp_path: Path) -> None:
    assert digest(root, "--out", str(tmp_path), "--repository", REPOSITORY, "--branch", "chinh") == 0
    page = Reader()
    page.feed(text_of(read(tmp_path / "so-giao-duc.eml"), "html"))
    (link,) = (one for one in page.links if "/new/" in one and "nha-tre" in one)
    assert link.startswith(f"{REPOSITORY}/new/chinh?")
    asked = parse_qs(urlsplit(link).query)
    path = root / asked["filename"][0]
    assert path == root / "datasets/nha-tre/reviews/2026-04-10.yaml"
    path.parent.mkdir()
    path.write_text(asked["value"][0], "utf-8")
    assert [one for one in load(root).problems if "reviews" in one.file], "not before it is filled in"
    filled = asked["value"][0].replace('by: ""', "by: Phòng dữ liệu").replace('note: ""', "note: Vẫn đúng")
    path.write_text(filled, "utf-8")
    assert not [one for one in load(root).problems if "reviews" in one.file]


def test_one_unusable_mailbox_stops_no_other_mail(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "catalog/organizations.yaml"
    path.write_text(path.read_text("utf-8").replace("giaoduc@example.org", "phòng@example.org"), "utf-8")
    assert digest(root, "--out", str(tmp_path / "mails"), language="en") == 0
    assert [one.name for one in (tmp_path / "mails").iterdir()] == ["so-y-te.eml"]
    assert "so-giao-duc has no usable mailbox" in capsys.readouterr().err


def test_gitlab_has_its_own_link(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_PROJECT_URL", "https://git.example.gov.vn/so/danh-muc")
    monkeypatch.setenv("CI_DEFAULT_BRANCH", "main")
    assert digest(root, "--out", str(tmp_path)) == 0
    assert "https://git.example.gov.vn/so/danh-muc/-/new/main?file_name=" in text_of(read(tmp_path / "so-y-te.eml"))


def test_the_same_day_gives_the_same_bytes_and_no_second_mail(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("a", "b"):
        assert digest(root, "--out", str(tmp_path / folder), "--ledger", str(tmp_path / f"{folder}.json")) == 0
    first, second = ((tmp_path / folder / "so-y-te.eml").read_bytes() for folder in ("a", "b"))
    assert first == second
    capsys.readouterr()
    assert digest(root, "--out", str(tmp_path / "c"), "--ledger", str(tmp_path / "a.json")) == 0
    assert not (tmp_path / "c").exists() and "Hôm nay không có thư nào cần viết." in capsys.readouterr().out
    assert digest(root, "--out", str(tmp_path / "c"), "--ledger", str(tmp_path / "a.json"), now="2026-04-11") == 0
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["so-giao-duc.eml"], "daily while long overdue"


def test_without_a_place_nothing_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert digest(root, language="en") == 0
    assert "Would write to Sở Y tế <yte@example.org>." in capsys.readouterr().out
    assert not (root / ".opendata/freshness-digests.json").exists()


def test_a_broken_ledger_is_said_to_be_one(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ledger.json").write_text("[]", "utf-8")
    assert digest(root, "--ledger", str(tmp_path / "ledger.json")) == 4
    assert "ledger.json" in capsys.readouterr().err


def test_too_much_at_once_is_not_mailed(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--catalog", str(root), "freshness", "--format", "json", "--now", "2026-04-10"]) == 1
    report = json.loads(capsys.readouterr().out)
    for one in report["datasets"]:
        one["state"] = "fresh"
    (tmp_path / "before.json").write_text(json.dumps(report), "utf-8")
    asked = ["--out", str(tmp_path / "mails"), "--previous", str(tmp_path / "before.json")]
    assert digest(root, *asked) == 5
    assert not (tmp_path / "mails").exists()
    assert digest(root, *asked, "--share", "80") == 0


def test_a_server_gets_each_mail_once(
    root: Path, tmp_path: Path, smtp: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    box = smtp()
    asked = ["--smtp-url", f"smtp://127.0.0.1:{box.port}", "--sender", "theo-doi@example.org"]
    assert digest(root, *asked) == 0
    assert [(sender, to) for sender, to, _ in box.taken] == [
        ("theo-doi@example.org", ["giaoduc@example.org"]),
        ("theo-doi@example.org", ["yte@example.org"]),
    ]
    assert box.mails[1]["Subject"] == "1 tập dữ liệu quá hạn (Danh mục thử nghiệm)"
    assert "Bệnh viện, phòng khám" in text_of(box.mails[1])
    assert digest(root, *asked) == 0
    assert len(box.taken) == 2


def test_a_server_that_hangs_up_is_told_in_one_line(
    root: Path, smtp: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    box = smtp(refuse="giaoduc@example.org", saying="421 too many mails")
    assert digest(root, "--smtp-url", f"smtp://127.0.0.1:{box.port}") == 3
    told = capsys.readouterr().err
    assert "so-giao-duc" in told and "SMTPServerDisconnected" in told and "Traceback" not in told


def test_what_a_server_refuses_is_named_and_tried_again(
    root: Path, smtp: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    box = smtp(refuse="giaoduc@example.org")
    asked = ["--smtp-url", f"smtp://127.0.0.1:{box.port}"]
    assert digest(root, *asked) == 5
    assert "so-giao-duc" in capsys.readouterr().err and len(box.taken) == 1
    box.refuse = ""
    assert digest(root, *asked) == 0
    assert [to for _, to, _ in box.taken] == [["yte@example.org"], ["giaoduc@example.org"]]


def test_a_password_goes_through_tls_only(
    root: Path,
    smtp: Callable[..., Any],
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    box = smtp(context=context, login=True)
    asked = ["--smtp-url", f"smtp://nguoi-gui@127.0.0.1:{box.port}"]
    monkeypatch.setenv("OPENDATA_SMTP_PASSWORD", "dung")
    assert digest(root, *asked) == 3, "a certificate that nobody vouches for"
    assert box.logins == [] and box.taken == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert digest(root, *asked) == 0
    assert box.logins == [(b"nguoi-gui", b"dung")] and len(box.taken) == 2
    monkeypatch.setenv("OPENDATA_SMTP_PASSWORD", "sai")
    capsys.readouterr()
    assert digest(root, *asked, now="2026-04-12") == 1
    said = capsys.readouterr()
    assert "sai" not in said.out and "OPENDATA_SMTP_PASSWORD" in said.err


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("smtp://a:mat-khau@127.0.0.1", "mail-password-in-address"),
        ("http://127.0.0.1", "mail-bad-server"),
        ("smtp://", "mail-bad-server"),
        ("smtp://host:so", "mail-bad-server"),
        ("smtp://host/duong-dan", "mail-bad-server"),
        ("127.0.0.1:25", "mail-bad-server"),
    ],
)
def test_an_address_of_a_server_that_is_none(address: str, code: str) -> None:
    with pytest.raises(OpendataError) as caught:
        server_of(address)
    assert caught.value.code == code


def test_an_address_of_a_server() -> None:
    plain, secure = server_of("smtp://ng%40x@mail.example.org"), server_of("smtps://[::1]:4650")
    assert (plain.host, plain.port, plain.user, plain.secure) == ("mail.example.org", 587, "ng@x", False)
    assert (secure.host, secure.port, secure.secure) == ("::1", 4650, True)
    assert [is_this_computer(host) for host in ("::1", "127.0.0.1", "localhost", "mail.example.org")] == [
        *(True, True, True, False)
    ]


def test_nobody_listens(root: Path, smtp: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert digest(root, "--smtp-url", "smtp://127.0.0.1:1") == 3
    assert "127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "odd", ["x\r\nBcc: all@example.org", "x\nSubject: y", "x\x00\x1b[0m", "a" * 3000, 'Ấ, "b" <c>']
)
def test_no_text_can_add_a_header(odd: str) -> None:
    made = Mail("a@example.org", odd, odd, odd, odd, "id.1@x", "vi")
    content = compose(made, "b@example.org", odd, datetime(2026, 4, 10, tzinfo=UTC)).as_bytes()
    parsed = BytesParser(policy=email.policy.default).parsebytes(content)
    assert parsed["Bcc"] is None and [len(parsed.get_all(name, [])) for name in ("Subject", "To")] == [1, 1]
    assert [one.addr_spec for one in parsed["To"].addresses] == ["a@example.org"]
    assert max(map(len, content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "mailbox", ["a@example.org, b@example.org", "a@example.org\r\nBcc: c@d.org", "a b", "", "<a@b>"]
)
def test_a_mailbox_is_one(mailbox: str) -> None:
    made = Mail(mailbox, "A", "s", "t", "h", "id.1@x", "vi")
    with pytest.raises(OpendataError) as caught:
        compose(made, "b@example.org", "B", datetime(2026, 4, 10, tzinfo=UTC))
    assert caught.value.code == "mail-bad-address"
