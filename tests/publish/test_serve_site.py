"""The server on this computer, by HTTP."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

NAME = "truong-mam-non"


class Client:
    """Asks one server, path by path as given."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._place = (parts.hostname or "", parts.port or 0)

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        connection = http.client.HTTPConnection(*self._place, timeout=10)
        try:
            connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@pytest.fixture
def client(publisher: Any, serve: Any) -> Client:
    """A published site, served."""
    publisher.add("khac", keywords=["cầu đường"])
    publisher.publish()
    return Client(serve(publisher.site).address)


def test_pages_and_files_have_their_types(client: Client) -> None:
    for path, media_type in (
        ("/", "text/html; charset=utf-8"),
        (f"/dataset/{NAME}/", "text/html; charset=utf-8"),
        (f"/dataset/{NAME}/{NAME}.csv", "text/csv; charset=utf-8"),
        (f"/dataset/{NAME}/{NAME}.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("/api/3/action/package_list", "application/json; charset=utf-8"),
        ("/assets/app.css", "text/css; charset=utf-8"),
        ("/freshness.ics", "text/calendar; charset=utf-8"),
        (f"/dataset/{NAME}/quality.jsonld", "application/ld+json"),
    ):
        status, headers, _ = client.ask(path)
        assert (status, headers["content-type"]) == (200, media_type), path


def test_a_drawing_opened_by_itself_may_run_nothing(client: Client) -> None:
    _, headers, _ = client.ask("/assets/favicon.svg")
    assert (headers["content-type"], headers["x-content-type-options"]) == ("image/svg+xml", "nosniff")
    assert {"default-src 'none'", "sandbox"} <= set(headers["content-security-policy"].split("; "))
    assert "content-security-policy" not in client.ask("/assets/app.css")[1]


def test_a_folder_without_its_slash_is_redirected_here(client: Client) -> None:
    status, headers, _ = client.ask(f"/dataset/{NAME}")
    assert (status, headers["location"]) == (301, f"/dataset/{NAME}/")
    for path in ("//example.org/dataset", "/%2f%2fexample.org"):
        assert not client.ask(path)[1].get("location", "/").startswith("//")


def test_what_is_not_there_is_the_404_page(client: Client, publisher: Any) -> None:
    status, _, body = client.ask("/khong-co")
    assert status == 404
    assert body == (publisher.site / "404.html").read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/../catalog/catalog.yaml", "/%2e%2e/%2e%2e/catalog/catalog.yaml", "/..%5ccatalog", "/ngoai.txt", "/a%00b"],
)
def test_nothing_outside_the_folder_is_served(client: Client, publisher: Any, path: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("bí mật", "utf-8")
    (publisher.site / "ngoai.txt").symlink_to(secret)
    assert client.ask(path)[0] == 404


def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    path = f"/dataset/{NAME}/{NAME}.csv"
    _, headers, _ = client.ask(path)
    status, _, body = client.ask(path, If_None_Match=headers["etag"])
    assert (status, body) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [("bytes=0-3", 206, slice(0, 4)), ("bytes=-5", 206, slice(-5, None)), ("bytes=3-", 206, slice(3, None))],
)
def test_parts_of_a_file_can_be_had(client: Client, publisher: Any, wanted: str, status: int, part: slice) -> None:
    whole = (publisher.site / "dataset" / NAME / f"{NAME}.csv").read_bytes()
    answer = client.ask(f"/dataset/{NAME}/{NAME}.csv", Range=wanted)
    assert (answer[0], answer[2]) == (status, whole[part])
    assert client.ask(f"/dataset/{NAME}/{NAME}.csv", Range="bytes=999999-")[0] == 416


def test_the_api_answers_by_get_and_post(client: Client, publisher: Any) -> None:
    identity = publisher.state()["subjects"][f"dataset/{NAME}"]["id"]
    for asked in (
        client.ask(f"/api/3/action/package_show?id={NAME}"),
        client.ask(f"/api/action/package_show?id={identity}"),
        client.ask("/api/3/action/package_show", "POST", json.dumps({"id": NAME}), Content_Type="application/json"),
    ):
        data = json.loads(asked[2])
        assert (asked[0], data["success"], data["result"]["name"]) == (200, True, NAME)
    assert client.ask("/api/3/action/package_show?id=../../../state")[0] == 404
    assert json.loads(client.ask("/api/3/action/package_list")[2])["result"] == ["khac", NAME]


def test_search_folds_vietnamese_marks(client: Client) -> None:
    data = json.loads(client.ask("/api/3/action/package_search?q=cau+duong")[2])["result"]
    assert (data["count"], [one["name"] for one in data["results"]]) == (1, ["khac"])
    data = json.loads(client.ask("/api/3/action/package_search?rows=1&start=1")[2])["result"]
    assert (data["count"], len(data["results"])) == (2, 1)
    assert client.ask("/api/3/action/package_search?rows=x")[0] == 409


def test_ckanapi_reads_it(client: Client, publisher: Any, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ckanapi import RemoteCKAN

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RemoteCKAN(serve(publisher.site).address) as portal:
        assert portal.action.package_show(id=NAME)["name"] == NAME
        assert portal.action.package_search(q="mầm non")["count"] == 2


def test_a_published_change_is_seen_without_a_restart(client: Client, publisher: Any) -> None:
    client.ask("/api/3/action/package_search")
    publisher.add("moi")
    publisher.publish()
    assert json.loads(client.ask("/api/3/action/package_search")[2])["result"]["count"] == 3


@pytest.mark.parametrize("path", ["/" + "a" * 5000, "/" + "a/" * 4000, "/dataset/" + "%61" * 300 + "/x"])
def test_addresses_without_end_get_the_404_page(client: Client, publisher: Any, path: str) -> None:
    status, _, body = client.ask(path)
    assert (status, body) == (404, (publisher.site / "404.html").read_bytes())


@pytest.mark.parametrize("body", ["[" * 100_000, "{", '{"id": ["a"]}', "\ud800"])
def test_odd_questions_to_the_api_are_answered(client: Client, body: str) -> None:
    sent = body.encode("utf-8", "surrogatepass").decode("latin-1")
    assert client.ask("/api/3/action/package_show", "POST", sent, Content_Type="application/json")[0] == 404
    assert client.ask("/api/3/action/package_search", "POST", "0", Transfer_Encoding="chunked")[0] == 400


def test_a_filter_that_is_not_offered_is_refused_and_not_passed_over(client: Client) -> None:
    assert client.ask("/api/3/action/package_search?fq=organization:x")[0] == 409
    assert client.ask("/api/3/action/package_search?fq=")[0] == 200


def test_readers_who_go_away_are_no_news(publisher: Any, serve: Any) -> None:
    publisher.publish()
    server = serve(publisher.site)
    publisher.said()
    for error in (BrokenPipeError(), TimeoutError()):
        try:
            raise error
        except OSError:
            server.handle_error(None, ("127.0.0.1", 1))
    assert publisher.said() == ""
