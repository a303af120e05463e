"""What a real CKAN gives back of what the mapping writes, and what its search makes of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.ckan import ActionError, Stack, fresh
from support.mapped import ID, RECORDS, SYSADMIN, context, desired, table

from publisher.plan.model import Kind
from publisher.portals.ckan.mapping.mapping import CATALOGUE, body, held, owned, wanted
from publisher.portals.ckan.model import Applied, Package, Wanted
from publisher.portals.ckan.notes import marker

FEW = settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
ANY = st.text(st.characters(codec=None), max_size=60)
"""Every character, halves of pairs too."""
WORDS = "an to so ha va la lao the record digest files true null thử tập dữ liệu a b z x1 k9 700 vi"


@pytest.fixture(scope="module")
def organization(stack: Stack) -> str:
    return stack.organization()


def package_of(made: Wanted, organization: str) -> dict[str, Any]:
    return {
        **made.fields,
        "name": fresh("anh-xa"),
        "owner_org": organization,
        "extras": [{"key": key, "value": value} for key, value in made.extras.items()],
        "tags": [{"name": name} for name in made.tags],
        "resources": [{**one.fields, "id": one.id} for one in made.resources],
    }


def mapped(record: dict[str, Any], organization: str) -> Wanted:
    """What is wanted of a record, with resources that no other dataset of this CKAN has."""
    found = wanted(desired(record), context(organizations={"so-a": organization, "so-b": organization}))
    return replace(found, groups=(), resources=tuple(replace(one, id=str(uuid4())) for one in found.resources))


def held_of(stack: Stack, package: Package) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dataset's places, as it is shown and as it is found by searching."""
    found = stack.action("package_search", fq=f"id:{package['id']}", include_private=True)["results"]
    assert len(found) == 1
    return held(stack.action("package_show", id=package["id"])), held(found[0])


@FEW
@given(record=RECORDS)
def test_what_is_written_is_held(stack: Stack, organization: str, record: dict[str, Any]) -> None:
    made = mapped(record, organization)
    package = package_of(made, organization)
    shown, searched = held_of(stack, stack.action("package_create", **package))
    expected = owned(replace(made, fields={**made.fields, "name": package["name"]}), {})
    assert shown == searched == expected


@FEW
@given(text=ANY)
def test_any_text_is_taken(stack: Stack, organization: str, text: str) -> None:
    said = {"vi": text, "en": text}
    record = {
        **dict.fromkeys(("title", "description", "security_note"), said),
        "keywords": [text, f"a{text}"],
        "resources": [{"id": str(uuid4()), "name": "mot", "title": said, "description": said, "url": "http://a.vn/a"}],
    }
    made = mapped(record, organization)
    package = package_of(made, organization)
    shown, searched = held_of(stack, stack.action("package_create", **package))
    assert shown == searched == owned(replace(made, fields={**made.fields, "name": package["name"]}), {})


def test_very_long_texts_are_taken(stack: Stack, organization: str) -> None:
    said = {"vi": "đường " * 40_000, "en": "road " * 40_000}
    record = dict.fromkeys(("title", "description", "security_note"), said)
    made = mapped(record, organization)
    package = package_of(made, organization)
    shown, searched = held_of(stack, stack.action("package_create", **package))
    assert shown == searched == owned(replace(made, fields={**made.fields, "name": package["name"]}), {})
    assert shown["notes"] == said["vi"].strip()
    assert shown["extras:notes_en"].endswith("…")


def test_a_term_longer_than_solr_takes_fails_the_write(stack: Stack, organization: str) -> None:
    extra = {"key": "opendata", "value": "a" * 32_767}
    with pytest.raises(ActionError) as refused:
        stack.action("package_create", name=fresh("anh-xa"), owner_org=organization, extras=[extra])
    assert refused.value.status in (409, 500)


def test_a_marker_of_many_pieces_is_given_back_and_not_found_by_words(stack: Stack, organization: str) -> None:
    columns = [uuid4().hex * 60 for _ in range(700)]
    record = {
        "id": str(uuid4()),
        "name": "thu",
        "title": {"vi": "Thử"},
        "resources": [{"id": ID, "name": "a", "columns": columns}],
    }
    applied = Applied("c" * 36, str(record["id"]), "thu", "d" * 64, None, "r", record)
    pieces = marker.pieces(marker.encode(applied))
    assert len(pieces) > 1
    marked, bare = (made_with(stack, organization, extras) for extras in (pieces, {}))
    there = {one["key"]: one["value"] for one in stack.action("package_show", id=marked["id"])["extras"]}
    assert marker.decode(marker.gather(there) or "") == applied
    assert hits(stack, marked) == hits(stack, bare)


def made_with(stack: Stack, organization: str, extras: dict[str, str]) -> Package:
    """A dataset with extras, and with a name that no search for words finds."""
    name = f"qq{uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    listed = [{"key": key, "value": value} for key, value in extras.items()]
    found: Package = stack.action("package_create", name=name, owner_org=organization, extras=listed)
    return found


def hits(stack: Stack, package: Package) -> set[str]:
    """The words for which a dataset is found."""
    query = {"fq": f"id:{package['id']}"}
    return {word for word in WORDS.split() if stack.action("package_search", q=word, **query)["count"]}


def test_bodies_are_taken_as_they_are(stack: Stack) -> None:
    there = context(organizations={"so-a": fresh("so")}, standing="reference")
    record = {**there.organizations["so-a"], "description": {"vi": "Mô tả"}, "successor": {"key": "so-b"}}
    sent = body(record, Kind.ORGANIZATION, there)
    made = stack.action("organization_create", **sent)
    assert {key: made[key] for key in ("name", "title", "description")} == {
        key: sent[key] for key in ("name", "title", "description")
    }
    extras = {one["key"]: one["value"] for one in made["extras"]}
    assert extras == {one["key"]: one["value"] for one in sent["extras"]}
    assert extras[CATALOGUE] == there.catalogue["id"]


def test_a_portals_own_form_gets_its_fields_and_dcat_the_rest(extended: Stack) -> None:
    form = extended.action("scheming_dataset_schema_show", type="dataset")["dataset_fields"]
    fields = frozenset(str(one["field_name"]) for one in form)
    assert {"issued", "theme"} < fields
    owner = extended.organization()
    record = {
        "title": {"vi": "Thử", "en": "Test"},
        "issued": "2024-05-06",
        "themes": ["y-te"],
        "freshness": {"frequency": "annual"},
        "access_rights": "public",
        "contact": {"email": "a@example.org"},
        "resources": [{"id": str(uuid4()), "name": "mot", "url": "https://example.org/a.csv"}],
    }
    around = context(replace(SYSADMIN, fields=fields), organizations={"so-a": owner}, fluent=True)
    made = replace(wanted(desired(record), around), groups=())
    package = package_of(made, owner)
    created = extended.action("package_create", **package)
    assert held_of(extended, created)[0] == owned(replace(made, fields={**made.fields, "name": package["name"]}), {})
    dcat = requests.get(f"{extended.url}/dataset/{package['name']}.ttl", timeout=60).content.decode()
    for said in (
        'dct:title "Test"@en',
        'dct:issued "2024-05-06"',
        "dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL>",
        "dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC>",
        "dcat:theme <http://example.org/HEAL>",
        'foaf:name "Sở A"',
        "vcard:hasEmail <mailto:a@example.org>",
    ):
        assert said in dcat


@pytest.mark.browser
def test_saving_the_web_form_changes_nothing_of_ours(newest: Stack) -> None:
    owner, group = newest.organization(), fresh("nhom")
    newest.action("group_create", name=group)
    record = {
        "title": {"vi": "Thử", "en": "Test"},
        "description": {"vi": "Một.\n\nHai.", "en": "One.\n\nTwo."},
        "license": "rieng",
        "provenance": [{"source": "Nguồn một"}, {"source": "Nguồn hai"}],
        "keywords": ["một", "hai ba"],
        "resources": [table()],
    }
    package = {**package_of(mapped(record, owner), owner), "groups": [{"name": group}]}
    applied = Applied("c", "i", "n", "d", None, "r", desired(record).record)
    package["extras"] += [{"key": key, "value": value} for key, value in marker.pieces(marker.encode(applied)).items()]
    newest.action("package_create", **package)
    before = held(newest.action("package_show", id=package["name"]))
    save_form(newest, package["name"])
    after = newest.action("package_show", id=package["name"])
    assert held(after) == before
    extras = {one["key"]: one["value"] for one in after["extras"]}
    assert marker.decode(marker.gather(extras) or "") == applied
    assert "Nguồn một Nguồn hai" in extras["provenance"]  # the form takes line breaks out of extras


def save_form(stack: Stack, name: str) -> None:
    """Open a dataset's form in a browser and save it as it is."""
    program = next(
        (path for one in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(one))), ""
    )
    api = pytest.importorskip("playwright.sync_api")
    if not program:
        pytest.skip("there is no Chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{stack.url}/user/login")
        page.fill("#field-login", "admin")
        page.fill("#field-password", stack.password)
        page.click("form button[type=submit].btn-primary")
        page.goto(f"{stack.url}/dataset/edit/{name}")
        page.click("form.dataset-form button[type=submit].btn-primary, #dataset-edit button[type=submit].btn-primary")
        page.wait_for_url(f"{stack.url}/dataset/{name}")
        browser.close()
