"""What every portal promises, shown on each kind of them."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from typing import Any

import pytest

from publisher.plan.model import Kind

NAME = "truong-mam-non"
ROWS = "ma,ten,so_tre\n001,Hoa Sen,121\n002,Hoa Mai,85\n003,Sao Mai,97\n004,Hoa Cúc,40\n"
FEWER = "ma,ten,so_tre\n001,Hoa Sen,120\n"


def test_what_is_published_stands_there_and_nothing_is_left_to_do(steward: Any) -> None:
    assert steward.plan() == 2
    assert steward.publish() == 0
    assert steward.plan() == 0
    holding = steward.holding()
    assert holding.record["title"] == {"vi": "Danh sách trường mầm non", "en": "Kindergartens"}
    files = steward.files()
    assert {name.rpartition(".")[2] for name in files} == {"csv", "xlsx", "json"}
    assert steward.original() in steward.texts()
    assert {one.name: (one.sha256, one.bytes) for one in holding.files} == {
        name: (hashlib.sha256(content).hexdigest(), len(content)) for name, content in files.items()
    }


def test_a_second_run_writes_nothing(steward: Any) -> None:
    steward.add("khac")
    assert steward.publish() == 0
    before, files = steward.state(), steward.files()
    assert steward.publish() == 0
    after = steward.state()
    assert (after.holdings, after.commit, after.tool) == (before.holdings, before.commit, before.tool)
    assert steward.files() == files


def test_the_state_tells_what_was_published(steward: Any) -> None:
    assert steward.publish() == 0
    state = steward.state()
    reached = {Kind.CATALOGUE, Kind.DATASET} if "editor" in state.capabilities else set(Kind)
    assert {subject.kind for subject in state.holdings} == reached
    assert state.catalogue_id is not None
    assert state.tool is not None
    assert all(one.drift == () and one.stale is None and not one.deleted for one in state.holdings.values())


def test_a_changed_title_alone_changes(steward: Any) -> None:
    steward.add("khac")
    assert steward.publish() == 0
    before, files, other = steward.holding(), steward.files(), steward.holding("khac")
    steward.describe(title={"vi": "Trường mầm non năm học mới", "en": "Kindergartens of the new year"})
    assert steward.changes() == {NAME: "update"}
    assert steward.publish() == 0
    after = steward.holding()
    assert after.record["title"]["vi"] == "Trường mầm non năm học mới"
    assert (after.id, after.files) == (before.id, before.files)
    assert steward.files() == files
    assert steward.holding("khac") == other
    assert steward.plan() == 0


def test_a_field_that_git_no_longer_has_is_cleared(steward: Any) -> None:
    steward.describe(landing_page="https://example.org/truong", keywords=["một", "hai"])
    assert steward.publish() == 0
    assert steward.holding().record["landing_page"] == "https://example.org/truong"
    steward.describe(landing_page=None, keywords=["hai"])
    assert steward.publish() == 0
    after = steward.holding()
    assert "landing_page" not in after.record
    assert after.drift == ()
    assert steward.plan() == 0


def test_changed_rows_are_served(steward: Any) -> None:
    assert steward.publish() == 0
    before = steward.holding()
    steward.data(ROWS)
    steward.said()
    assert steward.plan() == 2
    assert "1 row added; 1 row changed" in steward.said()
    assert steward.publish() == 0
    files = steward.files()
    assert "Hoa Cúc" in files[f"{NAME}.csv"].decode("utf-8-sig")
    assert {one.name for one in steward.holding().files} == {one.name for one in before.files}
    assert steward.plan() == 0


def test_a_renamed_dataset_keeps_its_id_and_its_files(steward: Any) -> None:
    assert steward.publish() == 0
    before, files = steward.holding(), steward.files()
    steward.rename(NAME, "mam-non")
    assert steward.changes() == {"mam-non": "rename"}
    assert steward.publish() == 0
    assert steward.held() is None
    after = steward.holding("mam-non")
    assert (after.id, after.files) == (before.id, before.files)
    assert steward.files("mam-non") == files
    assert steward.plan() == 0


def test_datasets_that_pass_on_their_names_all_arrive(steward: Any) -> None:
    steward.add("mot")
    steward.add("hai")
    assert steward.publish() == 0
    ids = [steward.holding(name).id for name in ("mot", "hai")]
    steward.rename("hai", "ba")
    steward.rename("mot", "hai")
    steward.describe("hai", id=ids[0], formerly=None)
    steward.describe("ba", id=ids[1], formerly=None)
    assert steward.publish() == 0
    assert [steward.holding(name).id for name in ("hai", "ba")] == ids
    assert steward.plan() == 0


def test_a_withdrawn_dataset_stays_and_loses_its_files_with_consent(steward: Any) -> None:
    assert steward.publish() == 0
    steward.describe(status="withdrawn", status_reason={"vi": "thử nghiệm", "en": "a test"})
    assert steward.publish() == 5
    assert steward.holding().record["status"] == "published"
    assert steward.publish("--allow", "withdraw=1") == 0
    after = steward.holding()
    assert (after.record["status"], after.files) == ("withdrawn", ())
    assert steward.plan() == 0


def test_a_deleted_dataset_goes_with_consent_alone(steward: Any) -> None:
    steward.add("khac")
    assert steward.publish() == 0
    before = steward.holding("khac")
    steward.remove("khac")
    assert steward.publish() == 5
    assert steward.holding("khac") == before
    assert steward.publish("--allow", "delete=1") == 0
    assert steward.held("khac") is None
    assert steward.holding().id != before.id
    assert steward.plan() == 0


def test_what_was_deleted_and_comes_back_is_the_same(steward: Any) -> None:
    steward.add("khac")
    assert steward.publish() == 0
    before, files = steward.holding("khac"), steward.files("khac")
    steward.remove("khac")
    assert steward.publish("--allow", "delete=1") == 0
    steward.add("khac")
    change = steward.changes()["khac"]
    assert steward.publish(*(["--allow", "restore=1"] if change == "restore" else [])) == 0
    after = steward.holding("khac")
    assert (after.id, after.record) == (before.id, before.record)
    assert steward.files("khac") == files
    assert steward.plan() == 0


def test_a_dataset_with_errors_stays_as_it_was_and_the_others_move_on(steward: Any) -> None:
    steward.add("khac")
    assert steward.publish() == 0
    before = steward.holding()
    steward.describe(organization="khong-co")
    steward.data("ma,ten,so_tre\nkhac,Tên mới,2\n", "khac")
    assert steward.publish() == 5
    assert steward.holding() == before
    assert any("Tên mới" in text for text in steward.texts("khac"))


def test_a_sudden_loss_waits_for_consent(steward: Any) -> None:
    assert steward.publish() == 0
    before = steward.holding()
    steward.data(FEWER)
    assert steward.publish() == 5
    assert steward.holding() == before
    assert steward.publish("--allow", "loss=1") == 0
    assert steward.holding().record["resources"][0]["rows"] == 1


def test_an_embargo_holds_until_its_day(steward: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    steward.describe(publish_at="2024-07-01")
    assert steward.publish() == 0
    assert steward.held() is None
    monkeypatch.setenv("OPENDATA_NOW", "2024-07-01T03:00:00+00:00")
    assert steward.publish() == 0
    assert steward.held() is not None
    assert steward.plan() == 0


def test_a_proposal_has_the_form_to_download(steward: Any) -> None:
    steward.add("bieu-mau", status="proposed", resources=[{"name": "bang", "schema": NAME}])
    (steward.root / "datasets/bieu-mau/truong-mam-non.csv").unlink()
    assert steward.publish() == 0
    assert steward.holding("bieu-mau").record["status"] == "proposed"
    assert steward.plan() == 0


def test_themes_are_kept_in_step_where_rights_reach(steward: Any) -> None:
    assert steward.publish() == 0
    theme = steward.holding().record["themes"][0]
    steward.edit("catalog/themes.yaml", **{theme: {"name": {"vi": "Giáo dục và đào tạo", "en": "Education"}}})
    assert steward.publish() == 0
    state = steward.state()
    titles = [one.record["title"]["vi"] for subject, one in state.holdings.items() if subject.kind is Kind.THEME]
    assert titles == ([] if "editor" in state.capabilities else ["Giáo dục và đào tạo"])
    assert steward.plan() == 0


@pytest.mark.parametrize("wait", [0, 120])
def test_of_two_publishers_at_once_one_wins_and_the_other_waits_or_is_refused(steward: Any, wait: int) -> None:
    for number in range(6):
        steward.add(f"tap-{number}")
    arguments = ["--catalog", str(steward.root), "publish", "--portal", "there", "--yes", "--wait", str(wait)]
    # Each with a workspace of its own, as on two machines.
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "publisher", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**steward.environ, "OPENDATA_WORKSPACE": str(steward.root.parent / f"workspace-{one}")},
        )
        for one in range(2)
    ]
    said = [one.communicate()[0].decode() for one in both]
    codes = sorted(one.returncode for one in both)
    assert codes in ([[0, 0], [0, 1]] if wait == 0 else [[0, 0]]), "\n".join(said)
    assert steward.plan() == 0
    assert len([one for one in steward.state().holdings if one.kind is Kind.DATASET]) == 7


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is of POSIX")
@pytest.mark.parametrize("step", [2, 4, 7, 10])
def test_killed_anywhere_the_next_run_converges(steward: Any, step: int) -> None:
    steward.add("khac")
    steward.killed_at(step)
    assert steward.publish() == 0
    assert steward.plan() == 0
    assert len([one for one in steward.state().holdings if one.kind is Kind.DATASET]) == 2
    assert steward.original() in steward.texts()


def test_a_new_title_of_an_organization_reaches_its_datasets(steward: Any) -> None:
    steward.add("khac")
    assert steward.publish() == 0
    key = steward.holding().record["organization"]
    steward.edit("catalog/organizations.yaml", **{key: {"name": {"vi": "Sở đổi tên", "en": "Renamed department"}}})
    assert steward.plan() == 2
    assert steward.publish() == 0
    assert steward.plan() == 0
    assert all(one.stale is None for one in steward.state().holdings.values())
