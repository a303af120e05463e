"""The CKAN with extensions really has them at work: what a portal in the field looks like."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from support.ckan import Stack, fresh, harvest

CATALOGUE = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<http://data.example.org/> a dcat:Catalog ; dcat:dataset <http://data.example.org/a> .
<http://data.example.org/a> a dcat:Dataset ; dct:title "Trường mầm non" ; dct:identifier "a" .
"""
AREA = {"type": "Polygon", "coordinates": [[[106.1, 21.2], [106.3, 21.2], [106.3, 21.4], [106.1, 21.4], [106.1, 21.2]]]}


class Elsewhere(BaseHTTPRequestHandler):
    """Another portal: one address with a catalogue in DCAT."""

    def do_GET(self) -> None:
        body = CATALOGUE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/catalog.ttl"
        server.shutdown()


def test_fields_of_the_schema_are_kept_as_objects(extended: Stack) -> None:
    editor = extended.organization_editor()
    texts = {"vi": "Trường mầm non", "en": "Kindergartens"}
    made = editor.action(
        "package_create",
        name=fresh("dataset"),
        title="Trường mầm non",
        owner_org=editor.organization,
        title_translated=texts,
        contact=[{"name": "Văn phòng", "email": "contact@example.org"}],
        conforms_to=["https://example.org/standard"],
        issued="2026-01-15",
    )
    shown = extended.anonymous("package_show", id=made["id"])
    assert shown["title_translated"] == texts
    assert shown["contact"] == [{"name": "Văn phòng", "email": "contact@example.org"}]
    assert shown["conforms_to"] == ["https://example.org/standard"]


def test_a_dataset_is_found_by_its_place(extended: Stack) -> None:
    editor = extended.organization_editor()
    made = editor.action(
        "package_create",
        name=fresh("dataset"),
        title="Điểm",
        owner_org=editor.organization,
        spatial=AREA,
    )
    mine = f"id:{made['id']}"
    near = {"ext_bbox": "106,21,107,22"}
    far = {"ext_bbox": "0,0,1,1"}
    assert extended.anonymous("package_search", fq=mine, extras=near)["count"] == 1
    assert extended.anonymous("package_search", fq=mine, extras=far)["count"] == 0
    assert extended.anonymous("package_show", id=made["id"])["spatial"] == AREA


def test_a_dataset_is_served_as_dcat(extended: Stack) -> None:
    editor = extended.organization_editor()
    name = fresh("dataset")
    editor.action("package_create", name=name, title="Trường mầm non", owner_org=editor.organization)
    answer = requests.get(f"{extended.url}/dataset/{name}.ttl", timeout=60)
    assert answer.status_code == 200
    graph = answer.content.decode("utf-8")
    assert "dcat:Dataset" in graph
    assert "Trường mầm non" in graph


def test_what_was_harvested_says_so(extended: Stack, elsewhere: str) -> None:
    organization = extended.organization()
    harvest(extended, elsewhere, organization)
    found = extended.anonymous("package_search", fq=f"organization:{organization} dataset_type:dataset")["results"]
    assert [dataset["title"] for dataset in found] == ["Trường mầm non"]
    extras = {extra["key"]: extra["value"] for extra in found[0]["extras"]}
    assert extras["harvest_source_title"] == "Nguồn thử nghiệm"
    assert extras["harvest_object_id"]
