"""Tables in the DataStore of a real CKAN: typed, described, brought into step, and readable at every moment."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.ckan import ActionError, Editor, Stack, call, fresh

from publisher.errors import OpendataError
from publisher.portals.ckan.model import Options, TableState
from publisher.portals.ckan.tables.datastore import differs, load
from publisher.portals.ckan.wire.token import Credentials
from publisher.portals.ckan.wire.transport import Transport, Unsettled

Rows = Sequence[Sequence[str | None]]
OPTIONS = Options(languages=("vi", "en"))
FIELDS: list[dict[str, Any]] = [
    {"name": "ma", "type": "string", "title": {"vi": "Mã", "en": "Code"}, "description": {"vi": "Mã trường."}},
    {"name": "so_hoc_sinh", "type": "integer", "title": "Số học sinh", "unit": {"vi": "học sinh"}},
    {"name": "kinh_phi", "type": "number"},
    {"name": "ngay", "type": "date"},
    {"name": "cap_nhat", "type": "datetime"},
    {"name": "gio", "type": "time"},
    {"name": "cong_lap", "type": "boolean"},
    {"name": "nam", "type": "year"},
]
NAMES = [field["name"] for field in FIELDS]
TYPES = ["text", "int8", "numeric", "date", "timestamp", "time", "bool", "int4"]


def row(number: int, pupils: int | None = None) -> list[str | None]:
    """A made-up row with every type; some cells are missing."""
    money = f"{number}.{number % 10}5" if number % 3 else None
    count = number if pupils is None else pupils
    return [f"T{number:05}", str(count), money, "2025-09-05", "2025-09-05T07:30:00", "07:30:00", "true", "2025"]


@dataclass
class Site:
    """A dataset of one resource, and who writes to it."""

    stack: Stack
    transport: Transport
    folder: Path
    dataset: str
    resource_id: str
    state: TableState | None = None

    def load(self, rows: Rows, *, names: Sequence[str] = NAMES, transport: Any = None, **schema: Any) -> TableState:
        resource = self.record(names, **schema)
        path = self.folder / "table.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            write = csv.writer(stream, lineterminator="\n")
            write.writerows([names, *[["" if cell is None else cell for cell in one] for one in rows]])
        self.state = load(transport or self.transport, self.resource_id, resource, path, self.state, OPTIONS)
        return self.state

    def record(self, names: Sequence[str] = NAMES, **schema: Any) -> Mapping[str, Any]:
        whole = {"fields": [field for field in FIELDS if field["name"] in names], "primaryKey": ["ma"], **schema}
        return {"name": "bang", "columns": list(names), "schema": whole, "schema_digest": "s", "digest": "r"}

    def differs(self, **schema: Any) -> str | None:
        assert self.state is not None
        return differs(self.transport, self.resource_id, self.state, self.record(**schema), OPTIONS)

    def info(self) -> Any:
        return self.stack.action("datastore_info", id=self.resource_id)

    def search(self, **more: Any) -> Any:
        return self.stack.anonymous("datastore_search", resource_id=self.resource_id, **{"sort": "_id", **more})

    def column(self, name: str) -> list[Any]:
        return [record[name] for record in self.search(limit=32000)["records"]]


class Recording:
    """The transport, with the names of the actions called."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.actions: list[str] = []

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        self.actions.append(action)
        return self.transport.call(action, data)


@pytest.fixture(params=["sysadmin", "editor"])
def site(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Iterator[Site]:
    editor: Editor = stack.organization_editor()
    token = stack.token if request.param == "sysadmin" else editor.token
    made = call(
        stack.url,
        token,
        "package_create",
        {"name": fresh("table"), "owner_org": editor.organization, "state": "draft", "resources": [{"name": "bang"}]},
    )
    resource_id = made["resources"][0]["id"]
    patch = {"match": f'{{"id": "{made["id"]}"}}', "update": '{"state": "active"}'}
    place = f"update__resources__{resource_id}__upload"
    call(stack.url, token, "package_revise", patch, files={place: ("bang.csv", b"ma\nT1\n")})
    with Transport(Credentials(stack.url, token)) as transport:
        yield Site(stack, transport, tmp_path, made["id"], resource_id)


def test_a_table_is_typed_described_and_complete(site: Site) -> None:
    state = site.load([row(1), row(2), row(3)])
    assert state.rows == 3
    fields = site.info()["fields"]
    assert [field["type"] for field in fields] == TYPES
    assert fields[0]["info"] == {"label": "Mã", "notes": "Mã trường.", "type_override": "text"}
    assert fields[1]["info"] == {"label": "Số học sinh", "notes": "Đơn vị tính: học sinh", "type_override": "numeric"}
    assert site.column("kinh_phi") == [1.15, 2.25, None]
    assert site.search()["total"] == 3
    assert site.stack.anonymous("resource_show", id=site.resource_id)["datastore_active"] is True
    assert site.differs() is None


def test_only_what_changed_is_written_where_there_is_a_key(site: Site) -> None:
    site.load([row(number) for number in range(1, 6)])
    before = dict(zip(site.column("ma"), site.column("_id"), strict=True))
    site.load([row(5), row(2, pupils=99), row(6), row(3)])
    after = dict(zip(site.column("ma"), site.column("_id"), strict=True))
    assert set(after) == {"T00002", "T00003", "T00005", "T00006"}
    assert all(after[key] == before[key] for key in after if key in before)
    assert site.search(filters={"ma": "T00002"})["records"][0]["so_hoc_sinh"] == 99


def test_the_full_text_search_finds_new_words_and_no_old_ones(site: Site) -> None:
    names = ["ma", "so_hoc_sinh"]
    fields = [FIELDS[1], {"name": "ma", "type": "string"}]
    site.load([["alpha", "1"], ["beta", "2"]], names=names, fields=fields, primaryKey=["so_hoc_sinh"])
    site.load([["gamma", "1"], ["beta", "2"]], names=names, fields=fields, primaryKey=["so_hoc_sinh"])
    assert [site.search(q=word)["total"] for word in ("alpha", "gamma", "beta")] == [0, 1, 1]


def test_a_second_load_writes_nothing(site: Site) -> None:
    rows = [row(1), row(2)]
    site.load(rows)
    recording = Recording(site.transport)
    site.load(rows, transport=recording)
    assert recording.actions == ["datastore_info", "datastore_search", "datastore_info"]


def test_a_table_without_a_key_keeps_the_order_of_the_file(site: Site) -> None:
    site.load([row(number) for number in (1, 2, 2, 4)], primaryKey=[])
    ids = site.column("_id")
    site.load([row(number) for number in (1, 9, 2, 4, 5)], primaryKey=[])
    assert site.column("ma") == ["T00001", "T00009", "T00002", "T00004", "T00005"]
    assert site.column("_id")[:4] == ids
    site.load([row(number) for number in (9, 4)], primaryKey=[])
    assert site.column("ma") == ["T00009", "T00004"]


def test_a_key_is_added_and_taken_away(site: Site) -> None:
    site.load([row(1), row(1), row(2)], primaryKey=[])
    assert site.differs() == "key"
    site.load([row(2), row(1)])
    assert site.differs() is None
    site.load([row(1), row(1)], primaryKey=[])
    assert site.column("ma") == ["T00001", "T00001"]


def test_a_column_is_added_without_losing_the_table(site: Site) -> None:
    site.load([[None, "T1"]], names=["nam", "ma"])
    ids = site.column("_id")
    site.load([["2025", "7", "T1"]], names=["nam", "so_hoc_sinh", "ma"])
    assert [field["id"] for field in site.info()["fields"]] == ["nam", "ma", "so_hoc_sinh"]
    assert (site.column("_id"), site.column("so_hoc_sinh")) == (ids, [7])


def test_types_that_changed_and_columns_that_went_make_a_new_table(site: Site) -> None:
    site.load([row(1)])
    fields = [{"name": "ma", "type": "string"}, {"name": "nam", "type": "string"}]
    site.load([["T1", "2025"]], names=["ma", "nam"], fields=fields)
    assert [(field["id"], field["type"]) for field in site.info()["fields"]] == [("ma", "text"), ("nam", "text")]
    assert site.column("nam") == ["2025"]
    assert site.stack.anonymous("resource_show", id=site.resource_id)["datastore_active"] is True


def test_values_that_do_not_fit_a_type_are_kept_to_the_letter(site: Site) -> None:
    fields = [
        {"name": "ma", "type": "integer"},
        {"name": "nam", "type": "datetime"},
        {"name": "kinh_phi", "type": "number"},
    ]
    rows: Rows = [["99999999999999999999", "2025-01-01T07:00:00+07:00", "12345678901234567890.12"], ["1", None, "0.1"]]
    site.load(rows, names=["ma", "nam", "kinh_phi"], fields=fields)
    text = site.search(records_format="csv", fields=["ma", "nam", "kinh_phi"])["records"]
    assert list(csv.reader(text.splitlines())) == [[cell or "" for cell in one] for one in rows]
    assert [field["type"] for field in site.info()["fields"]] == ["numeric", "text", "numeric"]
    assert "int8" in site.info()["fields"][0]["info"]["notes"]
    recording = Recording(site.transport)
    site.load(rows, names=["ma", "nam", "kinh_phi"], fields=fields, transport=recording)
    assert "datastore_upsert" not in recording.actions


def test_names_that_postgresql_would_cut_or_ckan_refuse(site: Site) -> None:
    names = ["_ẩn", 'Tỷ lệ "%"', "ctid", "Số lượng học sinh trung học cơ sở được hỗ trợ học phí của năm", "a:b"]
    fields = [{"name": name, "type": "string"} for name in names]
    site.load([["1", "2", "3", "4", "5"]], names=names, fields=fields, primaryKey=["ctid"])
    there = site.info()["fields"]
    assert len({field["id"] for field in there}) == 5
    assert [field["info"]["label"] for field in there] == [*names[:4], ""]
    site.load([["6", "7", "3", "9", "0"]], names=names, fields=fields, primaryKey=["ctid"])
    assert list(site.search(fields=[field["id"] for field in there])["records"][0].values()) == [
        "6",
        "7",
        "3",
        "9",
        "0",
    ]


def test_what_others_did_to_a_table_is_seen_and_repaired(site: Site) -> None:
    rows = [row(1), row(2)]
    site.load(rows)
    everything = {"resource_id": site.resource_id, "force": True}
    site.stack.action("datastore_upsert", **everything, method="insert", records=[{"ma": "khác"}])
    assert site.differs() == "rows"
    site.stack.action("datastore_create", **everything, fields=[{"id": "ma", "type": "text", "info": {"label": "x"}}])
    assert site.differs() == "dictionary"
    # As the portal's own loaders do: a new table in which everything is text.
    site.stack.action("datastore_delete", **everything)
    assert site.differs() == "absent"
    site.stack.action("datastore_create", **everything, fields=[{"id": name, "type": "text"} for name in NAMES])
    assert site.differs() == "types"
    site.load(rows)
    assert site.differs() is None


class Breaking:
    """The transport of a run that ends right after some call."""

    def __init__(self, transport: Transport, calls: int) -> None:
        self.transport, self.left = transport, calls

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        result = self.transport.call(action, data)
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return result


class Losing:
    """The transport, whose answer to one write is lost: the server acted."""

    def __init__(self, transport: Transport, write: int) -> None:
        self.transport, self.left, self.lost = transport, write, False

    def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
        result = self.transport.call(action, data)
        if action not in {"datastore_info", "datastore_search"}:
            self.left -= 1
            if self.left == -1:
                self.lost = True
                raise Unsettled(action, "timeout")
        return result


@pytest.mark.parametrize("key", [["ma"], []], ids=["key", "no key"])
def test_interrupted_after_any_call_the_next_run_converges(
    site: Site, key: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("table", "compare"):
        monkeypatch.setattr(f"publisher.portals.ckan.tables.{name}.BATCH_ROWS", 3)
    tables = [[row(number) for number in range(1, 9)], [row(number, pupils=1) for number in range(3, 14)], [row(7)]]
    interrupted = 0
    for turn in range(1, 13):
        wanted, next_wanted = tables[turn % 3], tables[(turn + 2) % 3]
        try:
            site.load(wanted, transport=Breaking(site.transport, turn), primaryKey=key)
        except KeyboardInterrupt:
            interrupted += 1
        site.load(next_wanted, primaryKey=key)
        assert sorted(site.column("ma")) == sorted(str(one[0]) for one in next_wanted)
        assert site.differs(primaryKey=key) is None
    assert interrupted >= 7


@pytest.mark.parametrize("key", [["ma"], []], ids=["key", "no key"])
def test_an_answer_that_was_lost_is_settled_by_comparing(
    site: Site, key: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("table", "compare"):
        monkeypatch.setattr(f"publisher.portals.ckan.tables.{name}.BATCH_ROWS", 2)
    for turn in range(5):
        wanted = [row(number, pupils=turn) for number in range(turn, turn + 5)]
        losing = Losing(site.transport, turn)
        site.load(wanted, transport=losing, primaryKey=key)
        assert losing.lost
        assert sorted(site.column("ma")) == sorted(str(one[0]) for one in wanted)


def test_a_portal_that_breaks_off_again_and_again_is_told_in_one_line(site: Site) -> None:
    class Broken:
        def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
            if action == "datastore_create":
                raise Unsettled(action, "timeout")
            return site.transport.call(action, data)

    with pytest.raises(OpendataError) as broken:
        site.load([["1"]], names=["ma"], transport=Broken())
    assert (broken.value.code, broken.value.params["seen"]) == ("ckan-table-unsettled", "timeout")


def test_a_table_that_something_else_keeps_changing_is_told(site: Site) -> None:
    class Meddled:
        def call(self, action: str, data: Mapping[str, Any] | None = None) -> Any:
            result = site.transport.call(action, data)
            if action in {"datastore_create", "datastore_upsert"}:
                more = {"resource_id": site.resource_id, "force": True, "method": "insert", "records": [{"ma": "?"}]}
                site.transport.call("datastore_upsert", more)
            return result

    with pytest.raises(OpendataError) as meddled:
        site.load([["1"]], names=["ma"], transport=Meddled(), primaryKey=[])
    assert (meddled.value.code, meddled.value.params["seen"]) == ("ckan-table-mismatch", "table rows")


def test_a_value_that_comes_later_and_does_not_fit_leaves_the_table_as_it_is(site: Site) -> None:
    names = ["so_hoc_sinh"]
    site.load([["1"]], names=names, primaryKey=[])
    with pytest.raises(OpendataError) as narrow:
        site.load([["99999999999999999999"]], names=names, primaryKey=[])
    assert narrow.value.code == "ckan-table-type-too-narrow"
    assert narrow.value.params == {"column": "so_hoc_sinh", "type": "int8"}
    assert site.column("so_hoc_sinh") == [1]


def test_a_column_that_was_widened_stays_so_and_one_whose_schema_changed_does_not(site: Site) -> None:
    names = ["so_hoc_sinh"]
    site.load([["99999999999999999999"]], names=names, primaryKey=[])
    site.load([["2"]], names=names, primaryKey=[])
    assert site.info()["fields"][0]["type"] == "numeric"
    site.load([["2"]], names=names, primaryKey=[], fields=[{"name": "so_hoc_sinh", "type": "string"}])
    site.load([["2"]], names=names, primaryKey=[])
    assert site.info()["fields"][0]["type"] == "int8"


@pytest.mark.parametrize("key", [["ma"], []], ids=["key", "no key"])
def test_a_reader_never_sees_an_empty_or_shrunken_table(
    site: Site, key: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("table", "compare"):
        monkeypatch.setattr(f"publisher.portals.ckan.tables.{name}.BATCH_ROWS", 40)
    site.load([row(number) for number in range(200)], primaryKey=key)
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(site.search(limit=1000, fields=["ma"])["records"]))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        site.load([row(number, pupils=7) for number in range(200)], primaryKey=key)
    finally:
        done.set()
        reader.join()
    assert seen and min(seen) >= 200 and max(seen) <= (200 if key else 400)


def test_a_refused_row_is_named_by_number_and_column_and_not_by_its_value(site: Site) -> None:
    with pytest.raises(OpendataError) as character:
        site.load([["T1"], ["bí mật\x00"]], names=["ma"])
    assert (character.value.code, character.value.params) == ("ckan-table-character", {"row": 3, "column": "ma"})
    with pytest.raises(OpendataError) as repeated:
        site.load([["bí mật"], ["bí mật"]], names=["ma"])
    assert (repeated.value.code, repeated.value.params) == ("ckan-table-key-repeated", {"key": "ma"})


def test_a_table_of_a_private_dataset_is_not_public(site: Site) -> None:
    site.load([row(1)])
    site.stack.action("package_patch", id=site.dataset, private=True)
    with pytest.raises(ActionError) as denied:
        site.search()
    assert denied.value.status == 403
