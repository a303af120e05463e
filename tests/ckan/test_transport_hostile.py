"""A portal that is broken or means ill: one clear line each, and the token stays where it belongs."""

from __future__ import annotations

import gzip
import json
import logging
import pickle
import shutil
import ssl
import subprocess
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ckanapi.errors import CKANAPIError
from hypothesis import given, settings
from hypothesis import strategies as st
from support.times import Time
from support.wire import Reply, Wire, answer, drip, error, hang, raw, reset, result, wire

from publisher.errors import Exit, OpendataError
from publisher.messages import messages
from publisher.portals.ckan.wire.answers import result_of
from publisher.portals.ckan.wire.exchange import Answer
from publisher.portals.ckan.wire.failures import Failure
from publisher.portals.ckan.wire.limits import Limits, Pace
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import Transport, Unsettled

TOKEN = "hush-0123456789abcdef"
LIMITS = Limits(timeout=5, longest=0.3, largest=1 << 20, tries=2)
HTML = answer(200, b"<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html")
BOMB = gzip.compress(b'{"success": true, "result": "' + b" " * (8 << 20) + b'"}')


def call(server: Wire, action: str = "package_search", limits: Limits = LIMITS) -> object:
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    with Transport(Credentials(server.url, TOKEN), limits, pace, time.sleep) as transport:
        return transport.call(action)


def refusal(server: Wire, action: str = "package_search", limits: Limits = LIMITS) -> OpendataError:
    with pytest.raises(OpendataError) as caught:
        call(server, action, limits)
    assert caught.value.exit_code == Exit.UNREACHABLE
    for language in ("vi", "en"):
        said = messages(language).of("message", caught.value.code, **caught.value.params)
        assert said and "{" not in said and "\n" not in said
    return caught.value


BROKEN = {
    "sign-in page": (HTML, "portal-answer-broken"),
    "html error": (answer(404, b"<html>nginx</html>"), "portal-answer-broken"),
    "html refusal": (answer(403, b"<html>firewall</html>"), "portal-answer-broken"),
    "not logged in": (answer(401, b"", WWW_Authenticate="Basic"), "portal-answer-broken"),
    "server error": (answer(500, b"<html>Internal server error</html>"), "portal-failed"),
    "nothing": (answer(204), "portal-answer-broken"),
    "not modified": (answer(304), "portal-answer-broken"),
    "a list": (answer(200, b"[]"), "portal-answer-broken"),
    "no result": (answer(200, b'{"success": true}'), "portal-answer-broken"),
    "success of a wrong type": (answer(200, b'{"success": "true", "result": 1}'), "portal-answer-broken"),
    "a success that is none": (answer(200, b'{"success": false, "result": 1}'), "portal-answer-broken"),
    "deep nesting": (answer(200, b"[" * 200_000), "portal-answer-broken"),
    "a number too long": (answer(200, b'{"success": true, "result": ' + b"9" * 5000 + b"}"), "portal-answer-broken"),
    "bytes that are no text": (answer(200, b'{"success": true, "result": "\xff"}'), "portal-answer-broken"),
    "half a character": (answer(200, b'{"success": true, "result": "\\uD800"}'), "portal-answer-broken"),
    "huge": (answer(200, b" " * (2 << 20)), "portal-answer-too-large"),
    "huge error": (answer(500, b" " * (2 << 20)), "portal-answer-too-large"),
    "gzip bomb": (answer(200, BOMB, Content_Encoding="gzip"), "portal-answer-too-large"),
    "gzip that is none": (answer(200, b"not gzip", Content_Encoding="gzip"), "portal-answer-broken"),
    "bad chunks": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n{}\r\n0\r\n\r\n"),
        "portal-unreachable",
    ),
    "chunks without an end": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        "portal-unreachable",
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "portal-unreachable"),
    "a torn connection": (reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "portal-unreachable"),
    "drip of headers": (drip(b"HTTP/1.1 200 OK\r\nX-A: "), "portal-too-slow"),
    "drip of a body": (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"), "portal-too-slow"),
    "drip of a chunk": (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"), "portal-too-slow"),
    "drip of gzip": (
        drip(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 999999\r\n\r\n" + BOMB[:10]),
        "portal-answer-broken",
    ),
    "silence": (hang, "portal-too-slow"),
    "a wish to wait for years": (answer(503, b"", Retry_After="999999999999"), "portal-busy"),
    "a wish to wait till doomsday": (answer(429, b"", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"), "portal-busy"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_one_line(name: str) -> None:
    reply, code = BROKEN[name]
    with wire(reply) as server:
        assert refusal(server).code == code


@pytest.mark.parametrize(
    "wish",
    [
        "-1",
        "soon",
        "nan",
        "1e9",
        "0x10",
        "٣",
        "1" * 5000,
        "Mon, 99 Nov 2026 00:00:00 GMT",
        "Fri, 31 Dec 99999999999 23:59:59 GMT",
        "Fri, 31 Dec 2026 23:59:59 +99999999999",
    ],
)
def test_a_wish_that_cannot_be_understood_is_passed_over(wish: str) -> None:
    reply = answer(429, b"", Retry_After=wish.encode().decode("latin-1"))
    with wire(reply, result(7)) as server:
        try:
            assert call(server) == 7
        except OpendataError as told:
            assert told.code == "portal-busy"


def test_redirects_stay_within_the_portal() -> None:
    with wire(answer(308, b"", Location="/ckan/api/3/action/package_search"), result(7)) as server:
        assert call(server) == 7
        assert server.seen[1].method == "POST"
        assert server.seen[1].headers["Authorization"] == TOKEN


@pytest.mark.parametrize("action", ["package_search", "package_create"])
def test_the_token_does_not_follow_to_another_host(action: str) -> None:
    with wire(result(7)) as other:
        port = other.server_address[1]
        for location in (
            other.url,
            f"//127.0.0.1:{port}/",
            f"http://localhost:{port}/api/3/action/{action}",
            f"http:\\\\127.0.0.1:{port}/",
            f"https://127.0.0.1:{port}/",
            f"http://user:pass@127.0.0.1:{port}/",
            "ftp://127.0.0.1/",
            "http://[::1/",
        ):
            with wire(answer(307, b"", Location=location)) as server:
                assert refusal(server, action).code == "portal-redirects"
        assert other.seen == []


def test_what_a_redirect_says_is_not_read() -> None:
    endless = raw(b"HTTP/1.1 307 -\r\nLocation: /elsewhere\r\nContent-Length: 99999999999\r\n\r\nmore")
    with wire(endless, result(7)) as server:
        assert call(server) == 7


def test_redirects_in_a_circle_end() -> None:
    with wire(answer(302, b"", Location="/api/3/action/package_search")) as server:
        assert refusal(server).code == "portal-redirects"
        assert len(server.seen) == 6


def test_redirects_in_a_circle_between_two_hosts_end_and_the_token_stays() -> None:
    with wire(answer(302, b"", Location="/")) as other, wire(answer(302, b"", Location=f"{other.url}/")) as server:
        other.replies[:] = [answer(302, b"", Location=f"{server.url}/")]
        with (
            Transport(Credentials(server.url, TOKEN), LIMITS) as transport,
            pytest.raises(OpendataError) as caught,
            transport.open(f"{server.url}/a.csv"),
        ):
            raise AssertionError
        assert caught.value.code == "portal-redirects"
        assert other.seen and all(TOKEN not in str(seen.headers) for seen in other.seen)


def test_a_file_may_lie_on_another_server_which_gets_no_token() -> None:
    with wire(answer(200, b"a,b")) as storage, wire(answer(303, b"", Location=f"{storage.url}/a")) as server:
        with Transport(Credentials(server.url, TOKEN), LIMITS) as transport:
            with transport.open(f"{server.url}/a.csv") as stream:
                assert stream.read() == b"a,b"
            with transport.open(f"{storage.url}/a.csv") as stream:
                assert stream.read() == b"a,b"
        assert server.seen[0].headers["Authorization"] == TOKEN
        assert len(storage.seen) == 2
        assert all(TOKEN not in str(seen.headers) for seen in storage.seen)


def test_cookies_are_not_kept() -> None:
    with wire(answer(429, b"", Set_Cookie="ckan=secret; Path=/"), result(7)) as server:
        assert call(server) == 7
        assert all(seen.headers["Cookie"] is None for seen in server.seen)


def test_no_password_of_the_machine_takes_the_place_of_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n", "ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with wire(result(7)) as server:
        assert call(server) == 7
        assert server.seen[0].headers["Authorization"] == TOKEN


def test_no_proxy_sees_what_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with wire(result(8)) as proxy, wire(result(7)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert call(server) == 7
        assert proxy.seen == []


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["success", "result", "error", "__type", "message"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([200, 201, 400, 403, 404, 409, 413, 500]), JSON.map(json.dumps).map(str.encode) | st.binary())
def test_whatever_comes_is_understood_or_refused(status: int, body: bytes) -> None:
    try:
        found = result_of(Answer(status, body), TOKEN)
    except CKANAPIError as told:
        assert status >= 400
        assert isinstance(str(told), str)
    else:
        assert isinstance(found, Failure) or json.loads(body)["success"] is True


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not there to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "pem")]
    subprocess.run(made, check=True, capture_output=True)
    yield folder


def test_a_certificate_that_nobody_vouches_for(own_certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(own_certificate / "pem", own_certificate / "key")
    with wire(result(7), tls=tls) as server:
        assert refusal(server).code == "portal-certificate"
        assert refusal(server, "package_create").code == "portal-certificate"
        assert server.seen == []
        assert call(server, limits=Limits(ca_bundle=own_certificate / "pem")) == 7
        assert server.seen[0].headers["Authorization"] == TOKEN


def test_a_drip_over_an_encrypted_connection_ends_too(own_certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(own_certificate / "pem", own_certificate / "key")
    limits = Limits(timeout=5, longest=0.3, tries=1, ca_bundle=own_certificate / "pem")
    with wire(drip(b"HTTP/1.1 200 OK\r\nX-A: "), tls=tls) as server:
        assert refusal(server, limits=limits).code == "portal-too-slow"


def test_certificates_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "pem").write_text("nothing\n", "ascii")
    for path in (tmp_path / "pem", tmp_path / "absent"):
        with pytest.raises(OpendataError) as caught:
            Transport(Credentials("https://data.example.org", TOKEN), Limits(ca_bundle=path))
        assert caught.value.code == "portal-ca-bundle"


ECHO = json.dumps({"success": False, "error": {"__type": "Validation Error", "headers": [TOKEN]}}).encode()
TELLTALES: dict[str, Reply] = {
    **{name: reply for name, (reply, _) in BROKEN.items()},
    "redirect": answer(307, b"", Location="https://data.example.org/?" + TOKEN),
    "an error that repeats the headers": answer(409, ECHO),
    "a plain error that repeats the headers": answer(400, json.dumps(f"Bad request: {TOKEN}").encode()),
    "an unknown error that repeats the headers": error(409, {"__type": TOKEN, "message": TOKEN}),
    "a page that repeats the headers": answer(500, f"<pre>Authorization: {TOKEN}</pre>".encode()),
}


@pytest.mark.parametrize("action", ["package_search", "package_create"])
@pytest.mark.parametrize("name", TELLTALES)
def test_no_failure_tells_the_token(name: str, action: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with wire(TELLTALES[name]) as server, pytest.raises((OpendataError, Unsettled, CKANAPIError)) as caught:
        call(server, action)
    told = [*traced(caught.value, repr), *traced(caught.value, lambda one: str(vars(one)))]
    told += ["".join(traceback.format_exception(caught.value)), caplog.text, str(caught.value)]
    told += [pickle.dumps(caught.value).decode("latin-1")]
    assert [one for one in told if TOKEN in one] == []
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args


def traced(error: BaseException | None, said: Callable[[BaseException], str]) -> Iterator[str]:
    """An exception and all that it came from, which must not hold a request: its headers have the token."""
    while error is not None:
        assert not hasattr(error, "request")
        yield said(error)
        error = error.__cause__ or error.__context__


def test_credentials_do_not_show_their_token() -> None:
    held = Credentials("https://data.example.org", TOKEN)
    with Transport(held) as transport:
        assert TOKEN not in f"{held!r} {held!s} {transport!r} {[held]} {held.origin}"
