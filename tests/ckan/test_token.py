"""Where a token comes from, and where it may go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from publisher.catalogue.build import Builder
from publisher.catalogue.document import Document, read_document
from publisher.catalogue.model import PortalEntry, Source
from publisher.errors import Exit, OpendataError
from publisher.messages import messages
from publisher.portals.ckan.wire.limits import limits_of
from publisher.portals.ckan.wire.token import Credentials, Origin, credentials, origin_of

TOKEN = "hush-0123456789abcdef"
HOST = "https://data.example.org"


@pytest.fixture
def empty(tmp_path: Path) -> Document:
    path = tmp_path / "portals.yaml"
    path.write_text("a: {type: ckan}\n", "utf-8")
    document, _ = read_document(path, "catalog/portals.yaml")
    assert document is not None
    return document


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository" / "catalogue" / "catalog").mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    return tmp_path / "repository" / "catalogue"


class Entries:
    def __init__(self, document: Document, root: Path) -> None:
        self._document = document
        self.root = root

    def entry(self, text: str) -> PortalEntry:
        return Builder(("vi",)).portal("ours", Source(self._document), {"type": "ckan", **yaml.safe_load(text)})

    def get(self, text: str, environ: Mapping[str, str]) -> Credentials:
        return credentials(self.entry(text), self.root, environ)

    def refusal(self, text: str, environ: Mapping[str, str]) -> str:
        with pytest.raises(OpendataError) as caught:
            self.get(text, environ)
        error = caught.value
        assert error.exit_code == Exit.USAGE
        for language in ("vi", "en"):
            said = messages(language).of("message", error.code, **error.params)
            assert said and "{" not in said
            assert TOKEN not in said + str(error.params) + repr(error.__context__)
        return error.code


@pytest.fixture
def entries(empty: Document, root: Path) -> Entries:
    return Entries(empty, root)


FROM_ENVIRONMENT = "{url_env: CKAN_URL, token_env: CKAN_TOKEN}"
FROM_YAML = f"{{url: '{HOST}', token_env: CKAN_TOKEN}}"


def test_address_and_token_of_the_environment_belong_together(entries: Entries) -> None:
    found = entries.get(FROM_ENVIRONMENT, {"CKAN_URL": f" {HOST}/ckan/ ", "CKAN_TOKEN": f" {TOKEN}\n"})
    assert found == Credentials(f"{HOST}/ckan", TOKEN)
    assert found.origin == Origin("https", "data.example.org", 443)


def test_the_token_of_another_person_belongs_to_the_same_portal(entries: Entries) -> None:
    environ = {"CKAN_URL": HOST, "CKAN_EDITOR_TOKEN": TOKEN}
    assert entries.get("{url_env: CKAN_URL, token_env: CKAN_EDITOR_TOKEN}", environ).token == TOKEN


def test_an_entry_without_a_token_reads_as_anybody(entries: Entries) -> None:
    assert entries.get(f"{{url: '{HOST}'}}", {"CKAN_TOKEN": TOKEN}).token is None
    assert entries.get("{url: 'http://data.example.org'}", {}).token is None


def test_the_header_is_the_entrys(entries: Entries) -> None:
    found = entries.get(
        "{url_env: CKAN_URL, token_env: CKAN_TOKEN, token_header: X-CKAN-API-Key}",
        {"CKAN_URL": HOST, "CKAN_TOKEN": TOKEN},
    )
    assert found.header == "X-CKAN-API-Key"


@pytest.mark.parametrize(
    "bound", ["data.example.org", "DATA.Example.ORG", "data.example.org:443", "https://data.example.org", f"{HOST}/"]
)
def test_an_address_of_yaml_is_named_again_in_the_environment(entries: Entries, bound: str) -> None:
    assert entries.get(FROM_YAML, {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": bound}).token == TOKEN


@pytest.mark.parametrize(
    ("text", "environ", "code"),
    [
        (FROM_ENVIRONMENT, {"CKAN_TOKEN": TOKEN}, "portal-address-missing"),
        (FROM_ENVIRONMENT, {"CKAN_URL": HOST}, "portal-token-missing"),
        (FROM_ENVIRONMENT, {"CKAN_URL": HOST, "CKAN_TOKEN": f"{TOKEN}\r\nX-Other: 1"}, "portal-token-bad"),
        (FROM_ENVIRONMENT, {"CKAN_URL": HOST, "CKAN_TOKEN": f"{TOKEN}\x00"}, "portal-token-bad"),
        (FROM_ENVIRONMENT, {"CKAN_URL": HOST, "CKAN_TOKEN": f"{TOKEN}é"}, "portal-token-bad"),
        (FROM_ENVIRONMENT, {"CKAN_URL": HOST, "CKAN_TOKEN": TOKEN * 1000}, "portal-token-bad"),
        # A change to the repository alone names another place, or another variable that strangers may fill.
        (FROM_YAML, {"CKAN_TOKEN": TOKEN}, "portal-token-unbound"),
        (FROM_YAML, {"CKAN_TOKEN": TOKEN, "CKAN_URL": HOST}, "portal-token-unbound"),
        (
            "{url_env: CI_COMMIT_TITLE, token_env: CKAN_TOKEN}",
            {"CI_COMMIT_TITLE": "https://evil.example.org", "CKAN_TOKEN": TOKEN},
            "portal-token-unbound",
        ),
        (
            "{url_env: CI_URL, token_env: CKAN_TOKEN}",
            {"CI_URL": "https://evil.example.org", "CKAN_TOKEN": TOKEN},
            "portal-token-unbound",
        ),
        (
            "{url: 'https://evil.example.org', url_env: CKAN_URL, token_env: CKAN_TOKEN}",
            {"CKAN_TOKEN": TOKEN},
            "portal-token-unbound",
        ),
        (
            FROM_YAML,
            {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "other.example.org"},
            "portal-token-elsewhere",
        ),
        (FROM_YAML, {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "data.example.org:8443"}, "portal-token-elsewhere"),
        (FROM_YAML, {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "example.org"}, "portal-token-elsewhere"),
        (FROM_YAML, {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "http://data.example.org"}, "portal-token-elsewhere"),
        (FROM_YAML, {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "a b"}, "portal-token-host-bad"),
        (
            FROM_ENVIRONMENT,
            {"CKAN_URL": HOST, "CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "other.example.org"},
            "portal-token-elsewhere",
        ),
        # Without encryption others could read it on its way.
        (FROM_ENVIRONMENT, {"CKAN_URL": "http://data.example.org", "CKAN_TOKEN": TOKEN}, "portal-token-unencrypted"),
        (
            "{url: 'http://data.example.org', token_env: CKAN_TOKEN}",
            {"CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "data.example.org"},
            "portal-token-unencrypted",
        ),
    ],
)
def test_a_token_goes_nowhere_else(entries: Entries, text: str, environ: Mapping[str, str], code: str) -> None:
    assert entries.refusal(text, environ) == code


@pytest.mark.parametrize(
    "url",
    [
        "data.example.org",
        "ftp://data.example.org",
        "https://",
        "https://user:password@data.example.org",
        "https://data.example.org\\@evil.example.org",
        "https://data.example.org?next=1",
        "https://data.example.org#there",
        "https://data.example.org:no",
        "https://data.example.org:70000",
        "https://[::1",
        "https://a b.example.org",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_refused(entries: Entries, url: str) -> None:
    assert entries.refusal(FROM_ENVIRONMENT, {"CKAN_URL": url, "CKAN_TOKEN": TOKEN}) == "portal-address-bad"


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "http://localhost:5000", "http://[::1]:5000"])
def test_within_this_machine_nothing_needs_encryption(entries: Entries, url: str) -> None:
    found = entries.get(FROM_ENVIRONMENT, {"CKAN_URL": url, "CKAN_TOKEN": TOKEN})
    assert found.token == TOKEN
    assert found.url == url


def test_a_network_of_ones_own_may_do_without_where_that_is_said(entries: Entries) -> None:
    environ = {"CKAN_URL": "http://ckan.internal", "CKAN_TOKEN": TOKEN, "CKAN_TOKEN_HOST": "http://ckan.internal"}
    assert entries.get(FROM_ENVIRONMENT, environ).token == TOKEN


def test_two_ways_to_write_one_host_are_one() -> None:
    assert origin_of("HTTPS://Data.Example.ORG.:443/a") == origin_of(HOST)
    assert origin_of("https://dữ-liệu.example.org").host.startswith("xn--")
    assert origin_of("http://data.example.org") != origin_of(HOST)


class TokenFile:
    def __init__(self, path: Path, content: str, mode: int = 0o600) -> None:
        path.write_text(content, "utf-8")
        path.chmod(mode)
        self.entry = f"{{url: '{HOST}', token_file: '{path.as_posix()}'}}"


def test_a_file_holds_the_token_and_its_host(entries: Entries, tmp_path: Path) -> None:
    found = entries.get(TokenFile(tmp_path / "token", f"{TOKEN} data.example.org\n").entry, {})
    assert (found.token, found.exposed) == (TOKEN, False)


@pytest.mark.skipif(os.name != "posix", reason="files have no such mode")
def test_a_file_that_others_may_read_is_noted(entries: Entries, tmp_path: Path) -> None:
    assert entries.get(TokenFile(tmp_path / "token", f"{TOKEN} data.example.org\n", 0o644).entry, {}).exposed


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TOKEN, "portal-token-unbound"),
        (f"{TOKEN} evil.example.org", "portal-token-elsewhere"),
        ("", "portal-token-bad"),
        (f"machine data.example.org login someone password {TOKEN}", "portal-token-bad"),
        (f"{TOKEN}é data.example.org", "portal-token-bad"),
        (f"{TOKEN}\x01 data.example.org", "portal-token-bad"),
        (TOKEN + " " * 100_000 + "data.example.org", "portal-token-bad"),
    ],
)
def test_a_file_that_is_no_token_is_refused(entries: Entries, tmp_path: Path, content: str, code: str) -> None:
    assert entries.refusal(TokenFile(tmp_path / "token", content).entry, {}) == code


def test_a_file_within_a_repository_is_not_even_read(entries: Entries, root: Path, tmp_path: Path) -> None:
    for path in (root / "token", root.parent / "token"):
        assert entries.refusal(TokenFile(path, f"{TOKEN} data.example.org").entry, {}) == "portal-token-inside"
    assert entries.refusal(f"{{url: '{HOST}', token_file: token}}", {}) == "portal-token-inside"
    assert (
        entries.refusal(f"{{url: '{HOST}', token_file: '{tmp_path.as_posix()}/no'}}", {}) == "portal-token-unreadable"
    )
    assert entries.refusal(f"{{url: '{HOST}', token_file: '{tmp_path.as_posix()}'}}", {}) == "portal-token-unreadable"


@pytest.mark.skipif(os.name != "posix", reason="making links needs rights")
def test_a_link_into_a_repository_does_not_hide_it(entries: Entries, root: Path, tmp_path: Path) -> None:
    TokenFile(root / "token", f"{TOKEN} data.example.org")
    (tmp_path / "link").symlink_to(root / "token")
    text = f"{{url: '{HOST}', token_file: '{tmp_path.as_posix()}/link'}}"
    assert entries.refusal(text, {}) == "portal-token-inside"


def test_an_entry_says_how_it_is_spoken_to(entries: Entries) -> None:
    entry = entries.entry(
        f"{{url: '{HOST}', rate: 2, timeout: 90, parallel: 2, ca_bundle: certificates/own.pem, prefix: bg-,"
        " organization: tinh, organizations: {so-y-te: soyte}, scope: [soyte], licenses: {cc-by: cc-by-4},"
        " texts: fluent, tables: false}"
    )
    limits = limits_of(entry, entries.root)
    assert (limits.rate, limits.timeout, limits.parallel) == (2, 90, 2)
    assert limits.ca_bundle == entries.root / "certificates" / "own.pem"
    assert (entry.prefix, entry.organization, entry.scope) == ("bg-", "tinh", ("soyte",))
    assert (entry.organizations, entry.licenses) == ({"so-y-te": "soyte"}, {"cc-by": "cc-by-4"})
    assert (entry.texts, entry.tables) == ("fluent", False)
    plain = entries.entry("{}")
    assert (plain.texts, plain.tables, plain.parallel, plain.token_header) == ("first", True, 4, "Authorization")
    assert limits_of(plain, entries.root).rate is None
