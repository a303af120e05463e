"""How single values are mapped: names, tags, licences, addresses of vocabularies."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase

from publisher.catalogue.frequencies import FREQUENCIES, interval_of
from publisher.portals.ckan.mapping.view import Context
from publisher.portals.ckan.model import Options

_EU = "http://publications.europa.eu/resource/authority/"
ACCESS = {"public": "PUBLIC", "restricted": "RESTRICTED", "non-public": "NON_PUBLIC"}
_LANGUAGES = {"vi": "VIE", "en": "ENG", "pt": "POR", "fr": "FRA", "es": "SPA", "de": "DEU", "lo": "LAO", "km": "KHM"}
LICENSES = (
    ("CC0-*", "cc-zero"),
    ("CC-BY-NC-*", "cc-nc"),
    ("CC-BY-SA-*", "cc-by-sa"),
    ("CC-BY-[0-9]*", "cc-by"),
    ("ODbL-*", "odc-odbl"),
    ("ODC-By-*", "odc-by"),
    ("PDDL-*", "odc-pddl"),
    ("GFDL-*", "gfdl"),
    ("OGL-UK-*", "uk-ogl"),
)
"""CKAN's own ids of licences (``ckan/model/license.py``) by SPDX id. CKAN does not tell versions apart."""
_RESERVED = {"new", "edit", "search"}
_NAME = 100
_NOT_TAG = re.compile(r"[^\w \-.]")
_TAG_LENGTH = range(2, 101)


def name_of(prefix: str, name: str) -> str:
    """A dataset's name on the portal: 2 to 100 characters, none of the words that are pages of CKAN.

    A name that does not fit keeps its beginning and gets eight digits of its digest.
    """
    full = prefix + name
    if 2 <= len(full) <= _NAME and full not in _RESERVED:
        return full
    return f"{full[: _NAME - 9]}-{hashlib.sha256(full.encode()).hexdigest()[:8]}"


def dataset_name(name: str, options: Options) -> str:
    """The portal's name of our dataset: the entry's, else ours after the prefix."""
    return options.datasets.get(name) or name_of(options.prefix, name)


def tags_of(keywords: Iterable[str]) -> tuple[str, ...]:
    """Keywords as CKAN takes tags: 2 to 100 characters of letters, digits, space, ``-``, ``_`` and ``.``, each once.

    Other characters become spaces, marks that do not compose are left out; what is then too short is no tag.
    """
    found = set()
    for keyword in keywords:
        composed = unicodedata.normalize("NFC", keyword)
        marked = "".join(one for one in composed if unicodedata.category(one) not in {"Mn", "Mc", "Cf"})
        tag = " ".join(_NOT_TAG.sub(" ", marked).split())[: _TAG_LENGTH.stop - 1].strip()
        if len(tag) in _TAG_LENGTH:
            found.add(tag)
    return tuple(sorted(found))


def license_id(key: str, spdx: str | None, context: Context) -> str:
    """CKAN's id of a licence: the entry's word, else by its SPDX id, else our key (CKAN takes any)."""
    known = context.options.licenses.get(key)
    return known or next((ours for pattern, ours in LICENSES if spdx and fnmatchcase(spdx, pattern)), key)


def frequency_uri(word: str | None) -> str:
    """A frequency in the EU authority table; an interval that it has no word for as it is."""
    if word is None or (word not in FREQUENCIES and interval_of(word)):
        return word or ""
    return FREQUENCIES.get(word, FREQUENCIES["unknown"]).eu_uri


def access_uri(word: str | None) -> str:
    """Access rights in the EU authority table."""
    return f"{_EU}access-right/{ACCESS[word]}" if word in ACCESS else word or ""


def language_uris(languages: Iterable[str]) -> list[str]:
    """Languages in the EU authority table, as their code where we do not know them there."""
    return [f"{_EU}language/{_LANGUAGES[one]}" if one in _LANGUAGES else one for one in languages]


def organization_name(key: str, context: Context) -> str:
    """The portal's name of our organization."""
    return context.options.organizations.get(key, key)


def owner(key: str, context: Context) -> str:
    """The organization that owns a dataset: its own if we may write there or create it, else the entry's."""
    name, rights = organization_name(key, context), context.rights
    may_create = rights.create_organizations and key not in context.options.organizations
    if rights.sysadmin or name in rights.organizations or may_create:
        return name
    return context.options.organization or name


def group_name(key: str, context: Context) -> str:
    """The group of a theme. Groups and organizations share their names on CKAN: one that is taken gets an ending."""
    if key in context.options.groups:
        return context.options.groups[key]
    taken = {organization_name(one, context) for one in context.organizations}
    name = name_of("", key)
    return f"{name}-theme"[-_NAME:] if name in taken else name


def groups_of(themes: Iterable[str], context: Context) -> tuple[str, ...]:
    """The groups of themes that we may put a dataset into."""
    names = {group_name(one, context) for one in themes}
    rights = context.rights
    reached = names if rights.sysadmin or rights.create_groups else names & set(rights.groups)
    return tuple(sorted(reached))
