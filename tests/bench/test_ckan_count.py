"""The counting of script/bench ckan: what is counted where, and when a goal is met."""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from ckan_count import Counts, Goal, counted, files_of, files_sent, forwarding


def test_requests_are_counted_by_kind() -> None:
    found = counted(
        [
            "package_search",
            "organization_list_for_user",
            "group_list_authz",
            "organization_create",
            "group_patch",
            "group_create",
            "datastore_create",
            "resource_view_list",
            "package_search",
            "/dataset/1/resource/2/download/a.csv",
        ]
    )
    assert (found.rest, found.bodies, found.tables, found.all) == (5, 3, 2, 10)
    assert str(found).startswith("package_search 2, ")


def test_nothing_asked_is_nothing_counted() -> None:
    assert counted([]) == Counts(0, 0, 0, {})


def test_a_file_counts_as_sent_where_its_instant_is_another_one() -> None:
    def packages(**instants: str) -> list[dict[str, object]]:
        uploads = [{"id": key, "last_modified": at, "url_type": "upload"} for key, at in instants.items()]
        return [{"resources": [*uploads, {"id": "link", "last_modified": "9", "url_type": None}]}, {"resources": []}]

    before, after = files_of(packages(a="1", b="1", gone="1")), files_of(packages(a="1", b="2", new="1"))
    assert "link" not in after
    assert files_sent(before, after) == 2
    assert files_sent(after, after) == 0


@pytest.mark.parametrize(
    ("reached", "limit", "at_least", "met"),
    [(6, 6, False, True), (7, 6, False, False), (20, 20, True, True), (19.99, 20, True, False)],
)
def test_a_goal_is_met_at_its_limit(reached: float, limit: float, at_least: bool, met: bool) -> None:
    goal = Goal("requests", reached, limit, at_least)
    assert goal.met is met
    assert goal.line().endswith("| yes |" if met else "| **no** |")


def test_the_forwarder_counts_what_is_sent_and_passes_on_both_ways() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo() -> None:
            connection, _ = server.accept()
            with connection:
                while piece := connection.recv(1 << 16):
                    connection.sendall(piece * 2)

        thread = threading.Thread(target=echo)
        thread.start()
        with forwarding(server.getsockname()[1]) as forwarder:
            port = int(forwarder.url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                client.sendall(b"a" * 300_000)
                client.shutdown(socket.SHUT_WR)
                came = b"".join(iter(lambda: client.recv(1 << 16), b""))
            thread.join()
            assert (forwarder.sent, came) == (300_000, b"a" * 600_000)


def test_a_portal_elsewhere_answers_later_and_not_less() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo() -> None:
            connection, _ = server.accept()
            with connection:
                while piece := connection.recv(1 << 16):
                    connection.sendall(piece)

        thread = threading.Thread(target=echo)
        thread.start()
        with forwarding(server.getsockname()[1]) as forwarder:
            forwarder.away = 0.1
            port = int(forwarder.url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                for said in (b"one", b"two"):
                    asked = time.monotonic()
                    client.sendall(said)
                    assert client.recv(10) == said
                    assert time.monotonic() - asked >= 0.1
            thread.join()
