"""Evidence from addresses, against a server of this machine. Every value is made up."""

from __future__ import annotations

import itertools
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from publisher.catalogue.load import load
from publisher.catalogue.model import Dataset
from publisher.freshness import http
from publisher.freshness.http import Asker
from publisher.freshness.model import Observation
from publisher.freshness.remote import LEDGER, observe_remote
from publisher.workspace import Workspace

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
CSV = b"ma,so\nx1,1\nx2,2\n"
OTHER = b"ma,so\nx1,1\nx2,3\n"
OLD = "Mon, 02 Nov 2026 01:00:00 GMT"
NEW = "Wed, 18 Nov 2026 18:00:00 GMT"

Reply = tuple[int, dict[str, str], bytes]


class Server:
    """Answers by path; ``asked`` are the requests that came."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[str], Reply]] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(f"{self.command} {self.path}")
                reply = outer.answers.get(self.path.partition("?")[0])
                status, headers, body = reply(self.command) if reply else (404, {}, b"")
                self.send_response_only(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def says(self, path: str, body: bytes = CSV, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda _: (status, named, body)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    found = Server()
    yield found
    found.close()


@pytest.fixture
def dataset(catalogue_dir: Path) -> Dataset:
    catalogue = load(catalogue_dir).catalogue
    assert catalogue is not None
    return catalogue.datasets["truong-mam-non"]


def with_urls(dataset: Dataset, *urls: str) -> Dataset:
    (first,) = dataset.resources
    made = (replace(first, name=f"r{number}", path=None, parts=(), url=url) for number, url in enumerate(urls))
    return replace(dataset, resources=tuple(made))


@pytest.fixture
def look(dataset: Dataset, tmp_path: Path) -> Callable[..., tuple[Observation, ...]]:
    waits: list[float] = []

    def ask(*urls: str, days: int = 0, waited: list[float] | None = None) -> tuple[Observation, ...]:
        waits.clear()
        found = observe_remote(
            [with_urls(dataset, *urls)],
            Workspace(tmp_path),
            NOW + timedelta(days),
            UTC,
            ask=lambda: Asker(sleep=waits.append),
            sleep=waits.append,
        )
        if waited is not None:
            waited[:] = waits
        return found.get(dataset.name, ())

    return ask


Look = Callable[..., tuple[Observation, ...]]


def test_the_first_look_believes_the_header_only(server: Server, look: Look) -> None:
    server.says("/a.csv", Last_Modified=NEW)
    server.says("/b.csv")
    assert look(f"{server.url}/a.csv?key=secret", f"{server.url}/b.csv") == (
        Observation("remote", "127.0.0.1/a.csv", on=date(2026, 11, 18)),
    )


def test_other_content_is_an_update_and_the_same_is_none(server: Server, look: Look) -> None:
    url = f"{server.url}/a.csv"
    server.says("/a.csv", Last_Modified=OLD)
    assert [one.on for one in look(url)] == [date(2026, 11, 2)]
    server.says("/a.csv", b"\xef\xbb\xbfma,so\r\nx2,2\r\nx1,1\r\n", Last_Modified=NEW)  # touched, not changed
    assert [one.on for one in look(url, days=1)] == [date(2026, 11, 2)]
    server.says("/a.csv", OTHER, Last_Modified="Thu, 19 Nov 2026 18:00:00 GMT")
    assert [one.on for one in look(url, days=2)] == [date(2026, 11, 19)]
    server.says("/a.csv", CSV)  # back to older values: readers get other data
    assert [one.on for one in look(url, days=3)] == [date(2026, 11, 23)]
    assert [one.on for one in look(url, days=9)] == [date(2026, 11, 23)]


def test_the_same_headers_save_the_bytes(server: Server, look: Look) -> None:
    url = f"{server.url}/a.csv"
    server.says("/a.csv", Last_Modified=OLD, ETag='"1"')
    look(url)
    server.asked.clear()
    assert [one.on for one in look(url, days=1)] == [date(2026, 11, 2)]
    assert server.asked == ["HEAD /a.csv"]


def test_a_dynamic_source_says_nothing(server: Server, look: Look) -> None:
    counter = itertools.count()
    stamp = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.answers["/api"] = lambda _: (200, {"Last-Modified": stamp}, b"now: %d" % next(counter))
    assert look(f"{server.url}/api") == look(f"{server.url}/api", days=1) == ()
    server.says("/api", b"a file at last")
    assert look(f"{server.url}/api", days=2) == look(f"{server.url}/api", days=3) == ()


def test_a_server_without_head_is_asked_in_full(server: Server, look: Look) -> None:
    server.answers["/a.csv"] = lambda method: (405 if method == "HEAD" else 200, {"Last-Modified": OLD}, CSV)
    assert [one.on for one in look(f"{server.url}/a.csv")] == [date(2026, 11, 2)]


@pytest.mark.parametrize("status", [403, 404, 410, 500, 502])
def test_what_does_not_answer_is_unmeasured(server: Server, look: Look, status: int) -> None:
    url = f"{server.url}/a.csv"
    server.says("/a.csv", Last_Modified=OLD)
    look(url)
    server.says("/a.csv", status=status)
    assert look(url, days=1) == (Observation("remote", "127.0.0.1/a.csv"),)
    server.says("/a.csv", Last_Modified=OLD)
    assert [one.on for one in look(url, days=2)] == [date(2026, 11, 2)], "what was known is not forgotten"


def test_too_many_requests_end_the_visit_of_that_host(server: Server, look: Look) -> None:
    server.says("/a.csv", status=429, Retry_After="3600")
    server.says("/b.csv")
    assert [one.on for one in look(f"{server.url}/a.csv", f"{server.url}/b.csv")] == [None, None]
    assert server.asked == ["HEAD /a.csv"]


@pytest.mark.parametrize("odd", ["\u00b2", "9" * 400, "Fri, 31 Dec 2020 23:59:59 +99999999999999999999"])
def test_an_odd_wish_to_wait_is_not_granted(server: Server, look: Look, odd: str) -> None:
    server.says("/a.csv", status=429, Retry_After=odd)
    assert look(f"{server.url}/a.csv") == (Observation("remote", "127.0.0.1/a.csv"),)


def test_a_server_whose_clock_is_ahead_dates_no_change_into_the_future(server: Server, look: Look) -> None:
    ahead = "Fri, 20 Nov 2099 03:00:00 GMT"
    server.says("/a.csv", Date="Sat, 21 Nov 2099 03:00:00 GMT", Last_Modified=ahead)
    assert look(f"{server.url}/a.csv") == ()


def test_a_short_wait_is_waited_once(server: Server, look: Look) -> None:
    replies = itertools.chain([(429, {"Retry-After": "7"}, b"")], itertools.repeat((200, {"Last-Modified": OLD}, CSV)))
    server.answers["/a.csv"] = lambda _: next(replies)
    waited: list[float] = []
    assert [one.on for one in look(f"{server.url}/a.csv", waited=waited)] == [date(2026, 11, 2)]
    assert waited == [7.0, 1.0, 1.0, 1.0], "and a pause follows every request"


@pytest.mark.parametrize(
    "target", ["http://localhost:{port}/b.csv", "https://example.org/", "file:///etc/passwd", "http://[::1", "/a.csv"]
)
def test_redirects_stay_with_the_host(server: Server, look: Look, target: str) -> None:
    server.says("/b.csv", Last_Modified=OLD)
    server.says("/a.csv", status=302, Location=target.format(port=server.url.rpartition(":")[2]))
    assert look(f"{server.url}/a.csv") == (Observation("remote", "127.0.0.1/a.csv"),)
    assert {request.split()[1] for request in server.asked} == {"/a.csv"}
    server.says("/a.csv", status=301, Location="/b.csv")
    assert [one.on for one in look(f"{server.url}/a.csv")] == [date(2026, 11, 2)]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/a",
        "http://169.254.169.254/latest",
        "http://[::ffff:169.254.169.254]/latest",
        "http://[64:ff9b::a9fe:a9fe]/latest",
        "http://[2002:a9fe:a9fe::]/latest",
        "http://0.0.0.0:1/",
        "http://inside.test/",
        "http://",
    ],
)
def test_addresses_inside_the_network_are_not_asked(
    server: Server, look: Look, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A name that leads to this machine is refused; the number itself, where the catalogue says it, is not."""
    real = http.socket.getaddrinfo
    port = int(server.url.rpartition(":")[2])
    monkeypatch.setattr(
        http.socket,
        "getaddrinfo",
        lambda host, *more, **options: real("127.0.0.1" if host == "inside.test" else host, port, **options),
    )
    (seen,) = look(url)
    assert seen.on is None
    (known,) = json.loads((tmp_path / ".opendata" / LEDGER).read_text("utf-8")).values()
    assert known["failure"] in {"not an address", "not a public address"}
    assert server.asked == []


def test_long_answers_are_cut_and_judged_by_their_headers(
    server: Server, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST", 10)
    server.says("/a.csv", Last_Modified=OLD)
    assert [one.on for one in look(f"{server.url}/a.csv")] == [date(2026, 11, 2)]


def test_no_account_of_this_machine_is_told(
    server: Server, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login lan password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.says("/a.csv")
    sent: list[str | None] = []
    real = http.requests.Session.send
    monkeypatch.setattr(
        http.requests.Session,
        "send",
        lambda self, request, **more: (sent.append(request.headers.get("Authorization")), real(self, request, **more))[
            1
        ],
    )
    look(f"{server.url}/a.csv")
    assert sent and set(sent) == {None}


def test_a_broken_ledger_is_begun_anew(server: Server, look: Look, tmp_path: Path) -> None:
    (tmp_path / ".opendata").mkdir(exist_ok=True)
    (tmp_path / ".opendata" / LEDGER).write_text('{"x": [1]}')
    server.says("/a.csv", Last_Modified=OLD)
    assert len(look(f"{server.url}/a.csv")) == 1


def test_nothing_is_asked_of_what_is_not_published(dataset: Dataset, tmp_path: Path) -> None:
    assert observe_remote([dataset], Workspace(tmp_path), NOW, UTC, ask=lambda: pytest.fail("asked")) == {}


def test_addresses_that_the_catalogue_no_longer_has_are_forgotten(
    server: Server, dataset: Dataset, tmp_path: Path
) -> None:
    server.says("/a.csv", Last_Modified=OLD)
    server.says("/b.csv", Last_Modified=OLD)
    a, b = with_urls(dataset, f"{server.url}/a.csv"), with_urls(dataset, f"{server.url}/b.csv")

    def known(asked: Dataset, *catalogue: Dataset) -> set[str]:
        observe_remote([asked], Workspace(tmp_path), NOW, UTC, sleep=lambda _: None, catalogue=catalogue or None)
        ledger = json.loads((tmp_path / ".opendata" / LEDGER).read_text("utf-8"))
        return {url.rpartition("/")[2] for url in ledger}

    assert known(a) == {"a.csv"}
    assert known(b) == {"a.csv", "b.csv"}, "who does not know the catalogue forgets nothing"
    assert known(b, a, b) == {"a.csv", "b.csv"}, "nor what was not asked for this time"
    assert known(b, b) == {"b.csv"}


def test_a_name_is_looked_up_once_and_the_number_that_was_allowed_is_asked(
    server: Server, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that answers with a public number first, and with this machine's when one connects."""
    real = http.socket.getaddrinfo
    port = int(server.url.rpartition(":")[2])
    looked_up: list[str] = []

    def lookup(host: str, *more: Any, **options: Any) -> Any:
        looked_up.append(host)
        if host == "93.184.216.34":
            raise OSError("no way to there")
        first = looked_up == ["rebinds.test"]
        return real("127.0.0.1", port, **options) if not first else [(2, 1, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(http.socket, "getaddrinfo", lookup)
    assert [one.on for one in look(f"http://rebinds.test:{port}/a.csv")] == [None]
    assert looked_up == ["rebinds.test", "93.184.216.34"] and server.asked == []


def test_the_next_number_is_asked_where_the_first_does_not_answer(
    server: Server, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = http.socket.getaddrinfo
    port = int(server.url.rpartition(":")[2])

    def lookup(host: str, *more: Any, **options: Any) -> Any:
        if host != "localhost":
            return real(host, *more, **options)
        return [(2, 1, 6, "", (number, port)) for number in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(http.socket, "getaddrinfo", lookup)
    server.says("/a.csv", Last_Modified=OLD)
    assert [one.on for one in look(f"http://localhost:{port}/a.csv")] == [date(2026, 11, 2)]


def test_the_host_and_the_certificate_asked_for_are_the_name_s(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    call = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    named = [*call, "-addext", "subjectAltName=DNS:localhost", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(named, check=True, capture_output=True)
    names: list[str | None] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _, name, __: names.append(name)
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            hosts.append(self.headers["Host"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    secure = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    thread = threading.Thread(target=secure.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with Asker() as asker:
            assert asker.head(f"https://localhost:{secure.server_port}/a") is not None
            assert (names, hosts) == (["localhost"], [f"localhost:{secure.server_port}"])
            with pytest.raises(http.Unanswered, match="SSLError"):
                asker.head(f"https://127.0.0.1:{secure.server_port}/a")
    finally:
        secure.shutdown()
        thread.join()
        secure.server_close()
