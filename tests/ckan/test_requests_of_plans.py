"""What a plan with nothing to do asks a real CKAN: the rights, the search, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.ckan import Stack
from support.ckan_faults import Case, case_of

from publisher.portals.ckan.wire.transport import Transport

RIGHTS = ["group_list_authz", "organization_list_for_user", "status_show", "user_show"]


@pytest.fixture
def case(newest: Stack, catalogue_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("OPENDATA_NOW", "2024-06-01T03:00:00+00:00")
    monkeypatch.setenv("CKAN_URL", newest.url)
    monkeypatch.setenv("CKAN_TOKEN", newest.token)
    return case_of(catalogue_dir, tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The actions called in this process: others may use the same CKAN."""
    found = Counter[str]()
    call = Transport.call

    def counting(self: Transport, action: str, *arguments: Any, **more: Any) -> Any:
        found[action] += 1
        return call(self, action, *arguments, **more)

    monkeypatch.setattr(Transport, "call", counting)
    return found


def test_nothing_is_asked_of_the_database_where_the_index_has_all_of_ours(case: Case, asked: Counter[str]) -> None:
    assert case.publish() == 0
    case.change()
    assert case.publish("--allow", "delete=1") == 0
    asked.clear()
    assert case.plan() == 0
    assert sorted(asked.keys() - {"package_search"}) == RIGHTS
    assert max(asked[action] for action in RIGHTS) == 1


def test_a_dataset_that_the_index_lost_is_found_all_the_same(case: Case, newest: Stack, asked: Counter[str]) -> None:
    assert case.publish() == 0
    lost = newest.action("package_show", id=f"{case.prefix}truong-mam-non")["id"]
    newest.lose_document(lost)
    asked.clear()
    assert case.plan() == 2
    assert asked["package_list"] == 1
    assert case.publish() == 0
    assert case.plan() == 0
