"""How CKAN's actions are called: what is sent, what comes back, and when it is tried again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, SearchIndexError, ValidationError
from support.ckan import Stack, fresh
from support.times import Time
from support.wire import Reply, Seen, answer, error, hang, raw, reset, result, wire

from publisher.errors import Exit, OpendataError
from publisher.portals.base import SourceChanged
from publisher.portals.ckan.wire.limits import Limits, Pace
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import FORM_LIMIT, Sent, Transport, Unsettled, Upload, typed

TOKEN = "hush-0123456789abcdef"
GATEWAY = answer(502, b"<html>Bad gateway</html>", Content_Type="text/html")
CUT = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"success": true, "res')
HTML = answer(200, b"<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html")


class Line:
    """A transport to a server with given replies; ``slept`` are the pauses it made."""

    def __init__(self, *replies: Reply, limits: Limits | None = None) -> None:
        self._wire = wire(*replies)
        self.server = self._wire.__enter__()
        self._time = Time()
        self.slept = self._time.slept
        self.transport = Transport(
            Credentials(self.server.url, TOKEN),
            limits or Limits(timeout=0.3),
            Pace(clock=self._time, sleep=self._time.sleep),
            self._time.sleep,
        )

    def close(self) -> None:
        self.transport.close()
        self._wire.__exit__(None, None, None)

    @property
    def seen(self) -> list[Seen]:
        return self.server.seen


Lines = Callable[..., Line]


@pytest.fixture
def line() -> Iterator[Lines]:
    made: list[Line] = []

    def make(*replies: Reply, limits: Limits | None = None) -> Line:
        made.append(Line(*replies, limits=limits))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_an_action_is_a_post_of_json_with_one_token_header(line: Lines) -> None:
    there = line(result({"name": "một"}))
    assert there.transport.call("package_show", {"id": "một"}) == {"name": "một"}
    (seen,) = there.seen
    assert (seen.method, seen.path) == ("POST", "/api/3/action/package_show")
    assert seen.headers["Content-Type"] == "application/json"
    assert json.loads(seen.body) == {"id": "một"}
    assert [(k, v) for k, v in seen.headers.items() if TOKEN in v] == [("Authorization", TOKEN)]
    assert there.transport.sent == Sent(1, len(seen.body))


def test_files_go_beside_values_that_are_json(line: Lines, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00one\r\n")
    (tmp_path / "b").write_bytes(b"")
    there = line(result(None))
    there.transport.call(
        "package_revise",
        {"match": {"id": "x"}, "note": "Tiếng Việt", "none": None},
        files=[Upload("one", tmp_path / "a", 'tệp "1".csv'), Upload("two", tmp_path / "b", "b\r\nX-Evil: 1")],
    )
    (seen,) = there.seen
    _, _, boundary = seen.headers["Content-Type"].partition("boundary=")
    parts = [part.partition(b"\r\n\r\n") for part in seen.body.split(b"--" + boundary.encode())[1:-1]]
    assert [(head.splitlines()[1].decode(), body[:-2]) for head, _, body in parts] == [
        ('Content-Disposition: form-data; name="match"', b'{"id": "x"}'),
        ('Content-Disposition: form-data; name="note"', "Tiếng Việt".encode()),
        ('Content-Disposition: form-data; name="one"; filename="tệp %221%22.csv"', b"\x00one\r\n"),
        ('Content-Disposition: form-data; name="two"; filename="b%0D%0AX-Evil: 1"', b""),
    ]
    assert there.transport.sent == Sent(1, len(seen.body)) and int(seen.headers["Content-Length"]) == len(seen.body)


def test_too_much_beside_a_file_is_refused_before_anything_is_sent(line: Lines, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    there = line(result(None))
    with pytest.raises(OpendataError) as caught:
        there.transport.call(
            "package_revise", {"notes": "ă" * (FORM_LIMIT // 2 + 1)}, files=[Upload("a", tmp_path / "a", "a")]
        )
    assert caught.value.code == "portal-form-too-large"
    assert there.seen == []


def test_a_file_that_is_gone_or_grew_is_told(line: Lines, tmp_path: Path) -> None:
    there = line(result(None))
    with pytest.raises(SourceChanged, match=r"a\.csv"):
        there.transport.call("package_revise", {}, files=[Upload("a", tmp_path / "a", "a.csv")])
    assert there.transport.sent == Sent()

    class Growing(type(tmp_path)):
        def stat(self, **options: bool) -> object:
            found = super().stat(**options)
            with super().open("ab") as stream:
                stream.write(b"more")
            return found

    path = Growing(tmp_path / "b")
    path.write_bytes(b"one")
    with pytest.raises(SourceChanged, match=r"b\.csv"):
        there.transport.call("package_revise", {}, files=[Upload("a", path, "b.csv")])


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (404, {"__type": "Not Found Error", "message": "Not found: Dataset"}, NotFound),
        (403, {"__type": "Authorization Error", "message": "Access denied"}, NotAuthorized),
        (409, {"__type": "Validation Error", "name": ["taken"]}, ValidationError),
        (409, {"__type": "Search Index Error", "message": ["of a wrong", "type"]}, SearchIndexError),
        (409, {"__type": "Something New", "message": "x"}, CKANAPIError),
        (409, {"message": {"wrong": "type"}}, CKANAPIError),
    ],
)
def test_what_ckan_refuses_is_ckanapis_error(
    line: Lines, status: int, said: dict[str, object], kind: type[Exception]
) -> None:
    there = line(error(status, said))
    with pytest.raises(kind) as caught:
        there.transport.call("package_create")
    assert str(caught.value)
    assert len(there.seen) == 1
    if isinstance(caught.value, ValidationError):
        assert caught.value.error_dict["name"] == ["taken"]


def test_an_unknown_action_is_an_error_of_ckans(line: Lines) -> None:
    there = line(answer(400, b'"Bad request: Action name not known: nope"'))
    with pytest.raises(CKANAPIError, match="not known: nope"):
        there.transport.call("nope")


@pytest.mark.parametrize("reply", [GATEWAY, answer(500), answer(504), CUT, HTML, reset(), reset(b"HTTP/1.1 200"), hang])
def test_reading_is_tried_again(line: Lines, reply: Reply) -> None:
    there = line(reply, result(7))
    assert there.transport.call("package_search") == 7
    assert len(there.seen) == 2
    assert len(there.slept) == 1


@pytest.mark.parametrize("reply", [GATEWAY, answer(500), answer(503), CUT, HTML, reset(), reset(b"HTTP/1.1 200"), hang])
def test_writing_that_may_have_happened_is_unsettled(line: Lines, reply: Reply) -> None:
    there = line(reply, result(7))
    with pytest.raises(Unsettled) as caught:
        there.transport.call("package_create")
    assert caught.value.action == "package_create"
    assert caught.value.seen
    assert len(there.seen) == 1


def test_writing_is_tried_again_where_nothing_happened(line: Lines) -> None:
    there = line(answer(429, b"", Retry_After="7"), answer(429), result(7))
    assert there.transport.call("package_create") == 7
    assert len(there.slept) == 2
    assert there.slept[0] >= 7 > there.slept[1] > 0


def test_a_file_is_sent_whole_on_the_second_try(line: Lines, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    there = line(answer(429), result(7))
    assert there.transport.call("package_revise", {"a": 1}, files=[Upload("f", tmp_path / "a", "a")]) == 7
    first, second = there.seen
    assert first.body == second.body


def test_nobody_listens(line: Lines) -> None:
    there = line(result(7))
    port = there.server.server_address[1]
    there.server.shutdown()
    there.server.socket.close()
    with pytest.raises(OpendataError) as caught:
        there.transport.call("package_create")
    assert caught.value.code == "portal-unreachable"
    assert caught.value.exit_code == Exit.UNREACHABLE
    assert caught.value.params["url"] == f"http://127.0.0.1:{port}"
    assert there.transport.sent.requests == Limits().tries


def test_patience_ends(line: Lines) -> None:
    there = line(answer(429, b"", Retry_After="100000"))
    with pytest.raises(OpendataError) as caught:
        there.transport.call("package_create")
    assert caught.value.code == "portal-busy"
    assert there.slept == []

    there = line(answer(503, b"", Retry_After="25"))
    with pytest.raises(OpendataError) as caught:
        there.transport.call("package_search")
    assert caught.value.code == "portal-busy"
    assert there.slept == [25, 25]


@pytest.mark.parametrize(
    ("action", "reads"),
    [
        ("status_show", True),
        ("organization_list_for_user", True),
        ("current_package_list_with_resources", True),
        ("datastore_info", True),
        ("datastore_search_sql", True),
        ("package_create", False),
        ("package_revise", False),
        ("datastore_upsert", False),
        ("organization_patch", False),
        ("dataset_purge", False),
        ("resource_view_reorder", False),
    ],
)
def test_actions_that_read_are_known_by_name(line: Lines, action: str, reads: bool) -> None:
    there = line(GATEWAY, result(7))
    if reads:
        assert there.transport.call(action) == 7
    else:
        with pytest.raises(Unsettled):
            there.transport.call(action)


def test_who_calls_may_know_better(line: Lines) -> None:
    there = line(GATEWAY, result(7))
    assert there.transport.call("datastore_upsert", {"dry_run": True}, reads=True) == 7


@pytest.mark.parametrize("action", ["a b", "../../user", "x\r\nHost: evil", "", "ý"])
def test_an_action_is_a_word(line: Lines, action: str) -> None:
    there = line(result(7))
    with pytest.raises(ValueError, match=r".*"):
        there.transport.call(action)
    assert there.seen == []


def test_a_file_is_read_as_a_stream_and_asked_again_where_the_server_fails(line: Lines) -> None:
    there = line(answer(503), answer(200, b"a,b\n" * 50_000))
    with there.transport.open(f"{there.server.url}/dataset/x/download/a.csv") as stream:
        assert stream.read(4) == b"a,b\n"
        assert len(stream.read()) == 4 * 50_000 - 4
    assert there.seen[1].headers["Authorization"] == TOKEN


def test_a_file_that_is_not_there_or_breaks_off(line: Lines) -> None:
    there = line(answer(404), CUT)
    with pytest.raises(OpendataError) as caught, there.transport.open(f"{there.server.url}/a.csv"):
        raise AssertionError
    assert caught.value.code == "portal-file-missing"
    with (
        pytest.raises(OpendataError) as caught,
        there.transport.open(f"{there.server.url}/a.csv") as stream,
    ):
        stream.read()
    assert caught.value.code == "portal-unreachable"
    with pytest.raises(OpendataError) as caught, there.transport.open("file:///etc/passwd"):
        raise AssertionError
    assert caught.value.code == "portal-link-bad"


def test_threads_share_a_transport(line: Lines) -> None:
    there = line(result(7), limits=Limits(timeout=30))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(there.transport.call, ["package_show"] * 80)) == [7] * 80
    assert there.transport.sent.requests == len(there.seen) == 80


def test_wrong_types_are_told() -> None:
    assert typed([1], list, "package_list") == [1]
    with pytest.raises(OpendataError) as caught:
        typed(None, dict, "package_search")
    assert caught.value.code == "portal-answer-broken"


def test_a_real_ckan(stack: Stack, tmp_path: Path) -> None:
    editor = stack.organization_editor()
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    with Transport(Credentials(stack.url, editor.token)) as transport:
        assert transport.call("status_show")["ckan_version"].startswith(stack.version)
        made = transport.call("package_create", {"name": fresh("wire"), "owner_org": editor.organization})
        with pytest.raises(ValidationError):
            transport.call("package_create", {"name": made["name"], "owner_org": editor.organization})
        with pytest.raises(NotAuthorized):
            transport.call("dataset_purge", {"id": made["id"]})
        with pytest.raises(NotFound):
            transport.call("package_show", {"id": fresh("nowhere")})
        with pytest.raises(CKANAPIError, match="not known"):
            transport.call("no_such_action")
        resources = [{"id": f"{made['id'][:-1]}{number}", "name": "a", "format": "CSV"} for number in "ab"]
        revised = transport.call(
            "package_revise",
            {
                "match": {"id": made["id"], "metadata_modified": made["metadata_modified"]},
                "update__resources__extend": resources,
            },
            files=[Upload(f"update__resources__{one['id']}__upload", tmp_path / "a.csv", "a.csv") for one in resources],
        )["package"]
        for one in revised["resources"]:
            with transport.open(one["url"]) as stream:
                assert stream.read() == b"a,b\n1,2\n"
        transport.call("package_delete", {"id": made["id"]})
